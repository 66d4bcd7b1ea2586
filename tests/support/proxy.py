"""A TCP link with a round-trip time and a rate, and counters on both ways.

Each way is a delay line: what is read at time *t* leaves at ``max(t, when the line is free) +
size/rate`` and arrives ``rtt/2`` later. Due times are absolute, so delays do not add up from chunk
to chunk; when more is outstanding than the rate carries, it queues, as before a slow modem.
"""

import asyncio
import contextlib
import socket
import struct
from collections import deque
from types import TracebackType
from typing import Self

MTU = 1460
READ = 65536
BUFFER = 4 * 1024 * 1024


class Link:
    """A proxy on loopback in front of one host and port: ``async with Link(...) as link``.

    Args:
        target_host: where connections are passed on to.
        target_port: the port there.
        rtt: seconds a question and its answer spend on the link; half of it each way.
        rate: octets per second each way, per connection; None for no limit.
        listen_port: port to listen on; 0 picks a free one.

    ``octets_up`` and ``octets_down`` count what client and server have put on the link (payload
    of TCP, so TLS is counted as it is); ``sent_by_client`` holds those of the client, and ``sent``
    the same, connection by connection.
    """

    def __init__(
        self,
        target_host: str,
        target_port: int,
        rtt: float = 0,
        rate: float | None = None,
        *,
        listen_port: int = 0,
    ) -> None:
        self.target_host, self.target_port = target_host, target_port
        self.rtt, self.rate = rtt, rate
        self.host, self.port = "127.0.0.1", listen_port
        self.octets_up = 0
        self.octets_down = 0
        self.sent_by_client = bytearray()
        self.sent: list[bytearray] = []
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, self.port, limit=READ)
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

    @property
    def connections(self) -> int:
        """How many connections the link has carried so far, ended ones included."""
        return len(self.sent)

    @property
    def commands(self) -> list[str]:
        """The lines the clients sent, in order (of use on plain ports only)."""
        return [
            line.decode("latin-1")
            for stream in self.sent
            for line in bytes(stream).split(b"\r\n")
            if line
        ]

    def drop(self, *, reset: bool = True) -> None:
        """Cut every connection now, losing what is under way: with RST, or with FIN."""
        for writer in list(self._writers):
            cut(writer, reset=reset)

    def pause(self) -> None:
        """Let nothing arrive any more, either way, until ``resume``: a stalled line."""
        self._flowing.clear()

    def resume(self) -> None:
        """Undo ``pause``: what has queued up arrives."""
        self._flowing.set()

    # Inside

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        recording = bytearray()
        self.sent.append(recording)
        self._writers.add(writer)
        try:
            await self._carry(reader, writer, recording)
        except asyncio.CancelledError:
            pass  # only __aexit__ cancels; asyncio.streams would log it as an error
        finally:
            self._writers.discard(writer)
            await _close(writer)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, recording: bytearray
    ) -> None:
        try:
            onward = await asyncio.open_connection(self.target_host, self.target_port, limit=READ)
        except OSError:
            cut(writer, reset=True)
            return
        self._writers.add(onward[1])
        up = _Way(self, reader, onward[1], recording)
        down = _Way(self, onward[0], writer, None)
        try:
            async with asyncio.TaskGroup() as group:
                for way in (up, down):
                    group.create_task(way.read())
                    group.create_task(way.write())
        except* OSError:
            # One side reset the connection: so does the link to the other.
            cut(writer, reset=True)
            cut(onward[1], reset=True)
        finally:
            self._writers.discard(onward[1])
            await _close(onward[1])


class _Way:
    """One direction of one connection: a reader and a writer task around a timed queue."""

    def __init__(
        self,
        link: Link,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        recording: bytearray | None,
    ) -> None:
        self._link, self._reader, self._writer = link, reader, writer
        self._recording = recording
        self._queue: deque[tuple[float, bytes]] = deque()  # (due, chunk); empty chunk: FIN
        self._queued = 0
        self._changed = asyncio.Condition()
        self._line_free = 0.0

    async def read(self) -> None:
        loop = asyncio.get_running_loop()
        chunk = b"-"
        while chunk:
            chunk = await self._reader.read(READ)
            self._count(chunk)
            now = loop.time()
            async with self._changed:
                for piece in self._pieces(chunk):
                    self._queue.append((self._due(now, len(piece)), piece))
                    self._queued += len(piece)
                self._changed.notify_all()
                await self._changed.wait_for(lambda: self._queued < BUFFER)

    async def write(self) -> None:
        loop = asyncio.get_running_loop()
        piece = b"-"
        while piece:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._queue))
                due, piece = self._queue.popleft()
                self._queued -= len(piece)
                self._changed.notify_all()
            if (ahead := due - loop.time()) > 0:
                await asyncio.sleep(ahead)
            await self._link._flowing.wait()
            if piece:
                self._writer.write(piece)
                await self._writer.drain()
            elif self._writer.can_write_eof() and not self._writer.is_closing():
                with contextlib.suppress(OSError):  # the peer may have gone in the meantime
                    self._writer.write_eof()

    def _count(self, chunk: bytes) -> None:
        if self._recording is None:
            self._link.octets_down += len(chunk)
        else:
            self._link.octets_up += len(chunk)
            self._link.sent_by_client += chunk
            self._recording += chunk

    def _pieces(self, chunk: bytes) -> list[bytes]:
        rate = self._link.rate
        if rate is None or not chunk:
            return [chunk]
        size = int(min(max(rate / 100, MTU), READ))  # some 10 ms of the line at a time
        return [chunk[at : at + size] for at in range(0, len(chunk), size)]

    def _due(self, now: float, octets: int) -> float:
        self._line_free = max(self._line_free, now)
        if self._link.rate is not None:
            self._line_free += octets / self._link.rate
        return self._line_free + self._link.rtt / 2


def cut(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    """End a connection at once, dropping what is not sent yet: with RST, or with FIN."""
    sock = writer.get_extra_info("socket")
    if reset and sock is not None:
        with contextlib.suppress(OSError):  # closed already
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(2):
            await writer.wait_closed()
