"""A server that does exactly what a test tells it: the right thing, the wrong thing, or nothing.

A script is a coroutine function over a ``Peer``; ``steps`` makes one from small pieces::

    async with ScriptedServer(steps(
        send(b"+OK ready\r\n"), expect(rb"CAPA", b"-ERR\r\n"), stall(),
    )) as server:
        ...

The first connection runs the first script, the second one the second; the last script is used for
all further ones. A script that fails (an unexpected command, say) fails the test when the block
ends.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from .proxy import cut

Script = Callable[["Peer"], Awaitable[None]]
Step = Callable[["Peer"], Awaitable[None]]

LINE_LIMIT = 1024 * 1024
STALL = 3600.0


class UnexpectedCommand(AssertionError):
    """The client sent something else than the script expects."""


class Gone(Exception):
    """The client closed the connection: the script ends here, which is no failure."""


class Peer:
    """The server's end of one connection.

    ``received`` holds every line read so far, without its line end.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, one_octet: bool = False
    ) -> None:
        self._reader, self._writer = reader, writer
        self._one_octet = one_octet
        self.received: list[bytes] = []

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted by now."""
        return self._writer.get_extra_info("ssl_object") is not None

    async def send(self, data: bytes) -> None:
        """Send octets as they are (one a write, in one-octet mode)."""
        if not self._one_octet:
            self._writer.write(data)
            await self._writer.drain()
            return
        for at in range(len(data)):
            self._writer.write(data[at : at + 1])
            await self._writer.drain()
            await asyncio.sleep(0)

    async def line(self) -> bytes:
        """Read one line, without its CRLF or LF. Raises ``Gone`` at the end of the stream."""
        raw = await self._reader.readline()
        if not raw.endswith(b"\n"):
            raise Gone
        line = raw.rstrip(b"\r\n")
        self.received.append(line)
        return line

    async def expect(self, pattern: bytes, reply: bytes = b"") -> bytes:
        """Read one line, which must match ``pattern`` as a whole; answer; return the line."""
        line = await self.line()
        if re.fullmatch(pattern, line, re.IGNORECASE) is None:
            raise UnexpectedCommand(f"expected {pattern!r}, the client sent {line!r}")
        if reply:
            await self.send(reply)
        return line

    async def stall(self, seconds: float = STALL) -> None:
        """Read on, but say nothing."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self.line()

    async def endless(self, block: bytes) -> None:
        """Send ``block`` again and again until the client has gone."""
        while True:
            await self.send(block)
            await asyncio.sleep(0)

    async def starttls(
        self,
        context: ssl.SSLContext,
        *,
        inject: bytes = b"",
        ok: bytes = b"+OK begin TLS\r\n",
    ) -> None:
        """Answer an STLS: ``+OK``, with ``inject`` in clear right behind it, then the handshake."""
        await self.send(ok + inject)
        await self._writer.start_tls(context, ssl_handshake_timeout=10)

    def close(self) -> None:
        """Close in order (FIN) after what was sent."""
        self._writer.close()

    def half_close(self) -> None:
        """Send FIN but go on reading."""
        self._writer.write_eof()

    def reset(self) -> None:
        """Tear the connection down (RST)."""
        cut(self._writer, reset=True)


class ScriptedServer:
    """A loopback server that plays scripts: ``async with ScriptedServer(script) as server``.

    Args:
        scripts: what to do per connection.
        tls: a server-side context for TLS from the first octet on (implicit TLS).
        one_octet: send everything one octet per write.
        port: port to listen on; 0 picks a free one.
    """

    def __init__(
        self,
        *scripts: Script,
        tls: ssl.SSLContext | None = None,
        one_octet: bool = False,
        port: int = 0,
    ) -> None:
        if not scripts:
            raise ValueError("a scripted server needs a script")
        self.host, self.port = "127.0.0.1", port
        self.peers: list[Peer] = []
        self.failures: list[BaseException] = []
        self._scripts, self._tls, self._one_octet = scripts, tls, one_octet
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """How many connections came in (with TLS: whose handshake was done)."""
        return len(self.peers)

    @property
    def left(self) -> int:
        """How many of them are over."""
        return len(self.peers) - len(self._tasks)

    @property
    def received(self) -> list[bytes]:
        """Every line of every connection so far, without line ends."""
        return [line for peer in self.peers for line in peer.received]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, self.host, self.port, ssl=self._tls, limit=LINE_LIMIT
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
        if self.failures and error is None:
            raise self.failures[0]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        peer = Peer(reader, writer, one_octet=self._one_octet)
        script = self._scripts[min(len(self.peers), len(self._scripts) - 1)]
        self.peers.append(peer)
        try:
            await script(peer)
        except (Gone, OSError, asyncio.CancelledError):
            pass  # the client left, in whatever way, or the test is over
        except Exception as failure:  # noqa: BLE001  # raised again where the test sees it
            self.failures.append(failure)
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(2):
                    await writer.wait_closed()


def steps(*parts: Step) -> Script:
    """Make one script of steps, run in order; the connection is closed behind the last."""

    async def play(peer: Peer) -> None:
        for part in parts:
            await part(peer)

    return play


def send(data: bytes) -> Step:
    """Send octets as they are."""
    return lambda peer: peer.send(data)


def expect(pattern: bytes, reply: bytes = b"") -> Step:
    """Read a line that must match the regular expression as a whole, and answer it."""

    async def step(peer: Peer) -> None:
        await peer.expect(pattern, reply)

    return step


def stall(seconds: float = STALL) -> Step:
    """Go silent."""
    return lambda peer: peer.stall(seconds)


def endless(block: bytes) -> Step:
    """Send a block for ever: ``b"x" * 65536`` is a line that never ends."""
    return lambda peer: peer.endless(block)


def drip(block: bytes, pause: float = 0.02) -> Step:
    """Send a block for ever, octet by octet: never silent, and never at an end."""

    async def step(peer: Peer) -> None:
        while True:
            for octet in block:
                await peer.send(bytes([octet]))
                await asyncio.sleep(pause)

    return step


def starttls(context: ssl.SSLContext, inject: bytes = b"") -> Step:
    """Expect STLS and do it, with ``inject`` in clear behind the ``+OK``."""

    async def step(peer: Peer) -> None:
        await peer.expect(rb"STLS")
        await peer.starttls(context, inject=inject)

    return step


def close() -> Step:
    """Close in order (FIN)."""

    async def step(peer: Peer) -> None:
        peer.close()

    return step


def reset() -> Step:
    """Tear down (RST)."""

    async def step(peer: Peer) -> None:
        peer.reset()

    return step
