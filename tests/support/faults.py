"""A TCP line on which one thing goes wrong, at one octet."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Self

READ = 65536


class Way(Enum):
    """Where octets go to."""

    UP = "to the server"
    DOWN = "to the client"


class Kind(Enum):
    """What goes wrong at an octet."""

    CUT = "nothing goes on behind it, either way, and both ends are told (FIN)"
    TRUNCATE = "nothing goes on behind it, this way, and the one who waits is told (FIN)"
    STALL = "nothing goes on behind it, this way, and nobody is told"
    DELAY = "what is behind it comes later, even where the sender has left by then"
    DUPLICATE = "it comes twice"
    REPEAT = "all that was sent together with it, up to it, comes twice"
    CORRUPT = "another one comes in its place"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, once.

    Attributes:
        kind: what.
        way: which way.
        at: the octet, from 1, counted over all connections since the line was armed.
        seconds: of a delay.
    """

    kind: Kind
    way: Way
    at: int
    seconds: float = 0.05


class FaultyLine:
    """A proxy on loopback in front of one host and port; without a fault it only counts.

    Args:
        target_host: where connections are passed on to.
        target_port: the port there.

    Attributes:
        octets: how many have come each way since the line was armed.
        fault: what is still to come; None once it has come.
    """

    def __init__(self, target_host: str, target_port: int) -> None:
        self._target = target_host, target_port
        self.host, self.port = "127.0.0.1", 0
        self.octets: Counter[Way] = Counter()
        self.fault: Fault | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def arm(self, fault: Fault | None) -> None:
        """Counts from here on, up to a fault."""
        self.octets.clear()
        self.fault = fault

    async def over(self) -> None:
        """Waits until client and server have ended all connections."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, 0)
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
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        onward = await asyncio.open_connection(*self._target)
        up = _Carrier(self, Way.UP, reader, onward[1])
        down = _Carrier(self, Way.DOWN, onward[0], writer)
        up.other, down.other = down, up
        try:
            await asyncio.gather(up.carry(), down.carry())
        except asyncio.CancelledError:
            pass  # by __aexit__ alone; asyncio.streams would log it
        finally:
            for one in (writer, onward[1]):
                one.close()
                with contextlib.suppress(OSError):
                    await one.wait_closed()


class _Carrier:
    """One way of one connection."""

    other: "_Carrier"

    def __init__(
        self,
        line: FaultyLine,
        way: Way,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._line, self._way = line, way
        self._reader, self._writer = reader, writer
        self._dead = False

    async def carry(self) -> None:
        with contextlib.suppress(OSError):  # a reset is an end
            while chunk := await self._reader.read(READ):
                if not self._dead:
                    await self._pass(chunk)
        if self._way is Way.UP or not self._dead:  # a stalled line hides that the server has gone
            self._end()

    async def _pass(self, chunk: bytes) -> None:
        fault, before = self._line.fault, self._line.octets[self._way]
        self._line.octets[self._way] += len(chunk)
        at = fault.at - before if fault is not None and fault.way is self._way else 0
        if fault is None or not 0 < at <= len(chunk):
            self._writer.write(chunk)
            return
        self._line.fault = None
        head, tail = chunk[:at], chunk[at:]
        match fault.kind:
            case Kind.CORRUPT:
                head = head[:-1] + bytes([head[-1] ^ 1])
            case Kind.DUPLICATE:
                head += head[-1:]
            case Kind.REPEAT:
                head += head
        self._writer.write(head)
        match fault.kind:
            case Kind.CUT:
                self._die()
                self.other._die()
            case Kind.TRUNCATE:
                self._die()
            case Kind.STALL:
                self._dead = True
            case _:
                if fault.kind is Kind.DELAY:
                    await asyncio.sleep(fault.seconds)
                self._writer.write(tail)

    def _die(self) -> None:
        self._dead = True
        self._end()

    def _end(self) -> None:
        with contextlib.suppress(OSError):  # it has gone
            if not self._writer.is_closing():
                self._writer.write_eof()
