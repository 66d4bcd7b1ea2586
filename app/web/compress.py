"""Answers of a known, small size leave compressed: pages, styles, scripts, JSON.

Streams never do: events must not wait in a buffer, and mail that is saved goes out octet for octet.
Nor does what another site has asked for: lengths must tell it nothing (the BREACH attack); the
session's cookie does not come with such requests either.
"""

import gzip
import re
from functools import lru_cache
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.mailbox import aside

LEAST: Final = 500  # octets; below, one packet takes it either way
MOST: Final = 4 * 1024 * 1024
_ASIDE: Final = 64 * 1024  # octets; to compress more takes over 5 ms
_KINDS: Final = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "image/svg+xml",
        "application/json",
        "application/manifest+json",
        "application/problem+json",
    }
)
_OWN_SITE: Final = frozenset({"same-origin", "none", ""})
_OK: Final = 200
_PARTIAL: Final = 206
_ACCEPTED: Final = re.compile(r"(gzip|\*)(?:\s*;\s*q=([01](?:\.\d{0,3})?))?", re.IGNORECASE)


def accepts_gzip(field: str) -> bool:
    """Whether an Accept-Encoding field allows gzip (RFC 9110, section 12.5.3)."""
    weights = {
        found[1].lower(): float(found[2] or 1)
        for part in field[:1000].split(",")
        if (found := _ACCEPTED.fullmatch(part.strip()))
    }
    return weights.get("gzip", weights.get("*", 0)) > 0


def pack(content: bytes) -> bytes:
    """Compressed, with no time in it: the same content always gives the same octets."""
    return gzip.compress(content, 6, mtime=0)


@lru_cache(maxsize=64)
def pack_once(content: bytes) -> bytes:
    """The same as small as can be, for what never changes."""
    return gzip.compress(content, 9, mtime=0)


class Compressor:
    """ASGI middleware: compresses whole answers with gzip, where the browser takes it.

    Args:
        app: whose answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; its answer may come back smaller."""
        if scope["type"] != "http" or scope["method"] == "HEAD":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Answer(Headers(scope=scope), send).take)


class _Answer:
    """One answer, held back until it is known whole, if it is one to compress."""

    def __init__(self, asked: Headers, send: Send) -> None:
        self._wanted = accepts_gzip(asked.get("accept-encoding", ""))
        self._own_site = asked.get("sec-fetch-site", "") in _OWN_SITE
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._fits(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    def _fits(self, start: Message) -> bool:
        headers = MutableHeaders(scope=start)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _KINDS:
            return False
        headers.add_vary_header("Accept-Encoding")
        length = headers.get("content-length", "")
        return (
            self._wanted
            and self._own_site
            and start["status"] >= _OK
            and start["status"] != _PARTIAL
            and "content-encoding" not in headers
            and "content-disposition" not in headers
            and length.isdecimal()
            and LEAST <= int(length) <= MOST
        )

    async def _finish(self, start: Message) -> None:
        headers, body = MutableHeaders(scope=start), bytes(self._body)
        if headers.get("cache-control", "").startswith("public"):
            packed = pack_once(body)
        else:
            packed = await aside(pack, body) if len(body) > _ASIDE else pack(body)
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(packed))
        if "etag" in headers:  # RFC 9110, section 8.8.3.3: another encoding is another entity
            headers["ETag"] = f"W/{headers['etag'].removeprefix('W/')}"
        await self._send(start)
        await self._send({"type": "http.response.body", "body": packed})
