"""Fetching a domain's settings: one small file, from a judged address, and nothing after it."""

import asyncio
import ssl
from typing import NamedTuple

import httpx

from app.transport import Resolve, TargetForbidden, TargetPolicy

_MOST = 64 * 1024  # octets of a file
_AGENT = "Popscope"


class WebPorts(NamedTuple):
    """Where web servers listen."""

    https: int = 443
    http: int = 80


class Fetcher:
    """Fetches small files from hosts that the policy lets us reach.

    Args:
        policy: where connections may go.
        resolve: names to addresses; every one is judged, and the connection goes to it.
        context: whose certificates to trust.
        ports: where web servers listen.
        patience: seconds for all of one file.
    """

    def __init__(
        self,
        policy: TargetPolicy,
        resolve: Resolve,
        context: ssl.SSLContext,
        *,
        ports: WebPorts | None = None,
        patience: float = 1.2,
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._context = context
        self._ports = ports or WebPorts()
        self._patience = patience

    async def get(self, host: str, path: str, *, tls: bool = True) -> bytes | None:
        """The file, or None: there is none, it is too large, it leads elsewhere, it takes too long.

        Args:
            host: an ASCII name.
            path: with the query, if any.
            tls: by HTTPS, the certificate checked against `host`.
        """
        port = self._ports.https if tls else self._ports.http
        try:
            async with asyncio.timeout(self._patience):
                self._policy.check_web(host, port)
                addresses = self._policy.judged(await self._resolve(host, port), host, port)
                return await self._read(addresses[0], port, host, path, tls=tls)
        except (TargetForbidden, TimeoutError, OSError, ValueError, httpx.HTTPError):
            return None

    async def _read(
        self, address: str, port: int, host: str, path: str, *, tls: bool
    ) -> bytes | None:
        literal = f"[{address}]" if ":" in address else address
        usual = port == (443 if tls else 80)
        client = httpx.AsyncClient(
            verify=self._context, trust_env=False, follow_redirects=False, timeout=self._patience
        )
        async with (
            client,
            client.stream(
                "GET",
                f"{'https' if tls else 'http'}://{literal}:{port}{path}",
                headers={
                    "Host": host if usual else f"{host}:{port}",
                    "User-Agent": _AGENT,
                    "Accept": "text/xml, application/xml",
                    "Accept-Encoding": "identity",
                },
                extensions={"sni_hostname": host},
            ) as answer,
        ):
            packed = answer.headers.get("content-encoding", "identity").strip().lower()
            if answer.status_code != httpx.codes.OK or packed != "identity":
                return None
            content = bytearray()
            async for block in answer.aiter_raw():
                content += block
                if len(content) > _MOST:
                    return None
            return bytes(content)
