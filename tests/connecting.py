"""A server of few words, and clients of it that do what browsers don't."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from app.connections import Connection, ConnectionLimits, Connections

KIB = 1024


@dataclass
class Served:
    """A server whose app answers by path.

    Attributes:
        asked: paths of requests whose head has come.
        ended: those whose answer has ended, however.
        go_on: lets ``/waits`` answer.
    """

    connections: Connections
    state: ServerState = field(default_factory=ServerState)
    asked: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    clients: list["Client"] = field(default_factory=list)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        self.asked.append(path)
        try:
            if path == "/reads":
                while (await receive()).get("more_body"):
                    pass
            elif path == "/waits":
                await self.go_on.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            if path == "/events":
                for _ in range(20):
                    await send({"type": "http.response.body", "body": b"tick\n", "more_body": True})
                    await asyncio.sleep(0.05)
            elif path == "/large":
                for _ in range(1000):
                    piece = bytes(64 * KIB)
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"hello"})
        finally:
            self.ended.append(path)

    async def client(self, sent: bytes = b"", *, at: str = "127.0.0.1") -> "Client":
        connection = socket.socket()
        connection.setblocking(False)
        connection.bind((at, 0))
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.port))
        client = Client(connection)
        self.clients.append(client)
        await client.send(sent)
        return client

    async def until(self, true: Callable[[], bool]) -> None:
        """Until something is so; whoever is late is let go meanwhile."""
        async with asyncio.timeout(20):
            while not true():
                self.connections.sweep()
                await asyncio.sleep(0.01)

    async def held(self, count: int) -> None:
        await self.until(lambda: len(self.connections) == count)


class Client:
    """A socket, whose last octets can be read behind a reset too."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._read = b""

    async def send(self, sent: bytes) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            await asyncio.wait_for(loop.sock_sendall(self.connection, sent), 20)

    async def more(self) -> bytes:
        """What comes next; nothing at the end."""
        with suppress(OSError):
            loop = asyncio.get_running_loop()
            return await asyncio.wait_for(loop.sock_recv(self.connection, 64 * KIB), 20)
        return b""

    async def _until(self, mark: bytes) -> bytes:
        while mark not in self._read:
            if not (more := await self.more()):
                break
            self._read += more
        head, found, self._read = self._read.partition(mark)
        return head + found

    async def answer(self) -> bytes:
        """An answer; nothing where the connection ended without."""
        head = await self._until(b"\r\n\r\n")
        body = await self._until(b"0\r\n\r\n") if b"chunked" in head else b""
        return head + body

    async def ended(self) -> bool:
        """Waits for the end of the connection."""
        while await self.more():
            pass
        return True

    async def is_open(self) -> bool:
        """Whether it is answered still."""
        await self.send(get("/"))
        return b"200" in await self.answer()


@asynccontextmanager
async def serving(limits: ConnectionLimits) -> AsyncIterator[Served]:
    served = Served(Connections(limits))
    config = uvicorn.Config(
        served.app,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        h11_max_incomplete_event_size=limits.head,
    )
    config.load()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(served.connections, config, served.state, {}), "127.0.0.1", 0
    )
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        served.go_on.set()
        for client in served.clients:
            client.connection.close()
        await served.until(lambda: not (served.state.tasks or len(served.connections)))


def get(path: str, *more: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *more, "", ""]).encode()


def post(path: str, *more: str) -> bytes:
    return get(path, *more, method="POST")
