"""A message's octets on their way from the connection to whoever asked for them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from app.pop3 import BodyEnd


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body kept in memory: `data` is at most what was asked for; `octets` is all that came.

    `cut`: it ended at a lone dot of its own. `unstuffed`: lines that should have been stuffed.
    """

    data: bytes
    octets: int
    cut: bool = False
    unstuffed: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing was thrown away."""
        return len(self.data) == self.octets


class Body:
    """A message while it arrives; iterate over it for blocks of octets, byte-stuffing removed.

    Attributes:
        octets: octets taken out so far.
        end: set when a terminator was seen and every octet was taken out.
    """

    def __init__(self, on_taken: Callable[[], None]) -> None:
        self._blocks: deque[bytes] = deque()
        self._ready = asyncio.Event()
        self._on_taken = on_taken
        self._error: BaseException | None = None
        self._last: BodyEnd | None = None
        self.waiting = 0
        self.discarding = False
        self.octets = 0
        self.end: BodyEnd | None = None

    def put(self, data: bytes) -> None:
        """Octets came in."""
        if not self.discarding:
            self._blocks.append(data)
            self.waiting += len(data)
            self._ready.set()

    def finish(self, end: BodyEnd | None, error: BaseException | None = None) -> None:
        """Nothing more will come; what was said first holds. Both: it ended too early."""
        if self._last is None and self._error is None:
            self._last, self._error = end, error
        self._ready.set()

    async def wait(self) -> None:
        """Until there is something to take out, or nothing more will come."""
        await self._ready.wait()

    async def started(self, answer: asyncio.Future[BodyEnd]) -> None:
        """Until the first octets, the end, or the refusal in `answer`, which is raised."""
        ready = asyncio.ensure_future(self.wait())
        try:
            waiting: set[asyncio.Future[Any]] = {ready, answer}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if answer.done():
            answer.result()

    def discard(self) -> None:
        """Nobody reads any more."""
        self.discarding = True
        self._blocks.clear()
        self.waiting = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._iterate()

    async def _iterate(self) -> AsyncIterator[bytes]:
        while True:
            while self._blocks:
                block = self._blocks.popleft()
                self.waiting -= len(block)
                self.octets += len(block)
                self._on_taken()
                yield block
            if self._error is not None:
                self.end = self._last
                raise self._error
            if self._last is not None:
                self.end = self._last
                return
            self._ready.clear()
            await self._ready.wait()
