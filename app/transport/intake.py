"""What comes of one connection, given to its engine without holding the event loop.

A long listing is read in slices, one a turn of the loop, and nothing more is read of the socket
meanwhile. Where a challenge of SCRAM has the password hashed many times, a thread does that.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from app.pop3 import Challenged, Engine, Event

from .wire import Wire

# Of their own: whoever signs in at a server that asks for much takes no thread from the pages.
_HASHING: Final = ThreadPoolExecutor(2, "popscope-hashing")


class Intake:
    """Feeds an engine.

    Args:
        engine: of the connection.
        wire: stops reading meanwhile.
        handle: is given the events, and of how many octets they came.
        answered: is called when a challenge was answered.
    """

    def __init__(
        self,
        engine: Engine,
        wire: Wire,
        handle: Callable[[list[Event], int], None],
        answered: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._engine = engine
        self._wire = wire
        self._handle = handle
        self._answered = answered
        self._next: asyncio.Handle | None = None
        self._answer: asyncio.Future[bytes] | None = None

    def feed(self, data: bytes) -> None:
        """Octets came."""
        self._handle(self._engine.receive_data(data), len(data))
        if self._engine.unfinished and self._next is None:
            self._wire.pause()
            self._next = self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._next = None
        self.feed(b"")
        if self._next is None:
            self._wire.resume()

    def compute(self, challenge: Challenged) -> None:
        """Answers a challenge, aside."""
        self._answer = self._loop.run_in_executor(_HASHING, challenge.answer)
        self._answer.add_done_callback(self._computed)

    def _computed(self, answer: asyncio.Future[bytes]) -> None:
        self._answer = None
        if not answer.cancelled():
            self._engine.respond(answer.result())
            self._answered()

    def stop(self) -> None:
        """Feeds no more; what was not begun to be computed never is."""
        self._engine.drop()
        for under_way in (self._next, self._answer):
            if under_way is not None:
                under_way.cancel()
        self._next = self._answer = None
