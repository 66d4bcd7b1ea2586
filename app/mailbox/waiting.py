"""A sign-in under way: for how long, and a way to give it up.

Many servers answer PASS only when another program lets go of the maildrop, a minute later perhaps.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from .errors import SignInGivenUp

_WORTH_TELLING: Final = 1.0  # seconds


class Waiting:
    """How long a lease has been waiting for a sign-in.

    Attributes:
        longest: seconds that a sign-in and the listings behind it may take.
        changed: is called where a wait has become long enough to be told, and when that one ends.
        given_up: how often a wait was given up; who waits for their turn gives up as well.
    """

    def __init__(self, longest: float = math.inf) -> None:
        self.longest = longest
        self.changed: Callable[[], None] = lambda: None
        self.given_up = 0
        self._limit: asyncio.Timeout | None = None
        self._since = 0.0

    @property
    def seconds(self) -> float | None:
        """How long it has been waited for, or None where it is not worth telling."""
        if self._limit is None:
            return None
        waited = asyncio.get_running_loop().time() - self._since
        return waited if waited >= _WORTH_TELLING else None

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """A sign-in, which ends with the block.

        Raises:
            SignInGivenUp: somebody did not want to wait any longer.
        """
        loop = asyncio.get_running_loop()
        self._since = loop.time()
        bell = loop.call_later(_WORTH_TELLING, self.changed)
        try:
            async with asyncio.timeout(None) as self._limit:
                yield
        except TimeoutError:
            if self._limit is not None and self._limit.expired():
                raise SignInGivenUp from None
            raise
        finally:
            bell.cancel()
            told, self._limit = self.seconds is not None, None
            if told:
                self.changed()

    def give_up(self) -> None:
        """Ends the wait, and those that come after it: the connection is closed, nothing else."""
        if self._limit is not None:
            self.given_up += 1
            self._limit.reschedule(asyncio.get_running_loop().time())
