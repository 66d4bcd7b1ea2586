"""A real web server on loopback (uvicorn), in HTTP or HTTPS, that answers as a test says."""

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn

from .certs import Leaf


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer.

    Attributes:
        body: one block or, made anew for each request, many.
        status: the status code.
        headers: of the answer; no length is given unless it stands here.
    """

    body: bytes | Callable[[], AsyncIterator[bytes]] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals stay the test's."""
        yield


class WebServer:
    """``async with WebServer({"name.test/path": Reply(…)}) as web``; anything else is a 404.

    Args:
        replies: by host name (without the port) and path (without the query).
        leaf: the certificate to present; without, it is plain HTTP.
    """

    def __init__(self, replies: dict[str, Reply], *, leaf: Leaf | None = None) -> None:
        self.replies = replies
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.octets = 0
        self.port = 0
        self._leaf = leaf
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app, lifespan="off", log_level="critical", ws="none", interface="asgi3"
        )
        config.load()
        if self._leaf is not None:
            with tempfile.TemporaryDirectory() as folder:
                certificate, key = self._leaf.write(Path(folder))
                config.ssl = uvicorn.config.create_ssl_context(
                    certificate, key, None, config.ssl_version, config.ssl_cert_reqs, None, None
                )
        self._server = _Uvicorn(config)
        self._task = asyncio.create_task(self._server.serve([listening]))
        while not self._server.started and not self._task.done():  # noqa: ASYNC110 -- its only sign
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = self._server.force_exit = True
            await self._task

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        query = scope["query_string"].decode()
        self.requests.append(f"{host}{scope['path']}" + (f"?{query}" if query else ""))
        self.headers.append(headers)
        reply = self.replies.get(f"{host}{scope['path']}", Reply(b"no such page", 404))
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [(k.encode(), v.encode()) for k, v in reply.headers.items()],
            }
        )
        if isinstance(reply.body, bytes):
            await self._send(send, reply.body)
        else:
            async for block in reply.body():
                await self._send(send, block)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, send: Any, block: bytes) -> None:
        self.octets += len(block)
        await send({"type": "http.response.body", "body": block, "more_body": True})
