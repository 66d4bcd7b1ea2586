"""Where counts are kept while one process is all there is.

The memory storage of `limits` has no bound, goes through all of its keys at each hit, and hands
each of them to a thread of the loop's own: with 10,000 clients that is 10,000 threads' work a hit.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from limits.aio.storage import Storage

MOST: Final = 20_000  # keys, some 4 MB; the one that was not counted for longest goes


class Memory(Storage):
    """A storage of `limits` for fixed windows: counts, each until its window ends.

    Args:
        clock: seconds since the epoch.
        most: keys that are kept.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float] = time.time, most: int = MOST) -> None:
        super().__init__()
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a storage may fail with; this one does not."""
        return OSError

    def _found(self, key: str) -> tuple[int, float]:
        now = self._clock()
        count, until = self._kept.get(key, (0, now))
        if until <= now:
            self._kept.pop(key, None)
            return 0, now
        return count, until

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Counts; the first one begins a window of `expiry` seconds."""
        count, until = self._found(key)
        self._kept[key] = count + amount, until if count else self._clock() + expiry
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return count + amount

    async def get(self, key: str) -> int:
        """How many there were in the window."""
        return self._found(key)[0]

    async def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._found(key)[1]

    async def check(self) -> bool:
        """Whether it can be reached."""
        return True

    async def reset(self) -> int | None:
        """Forgets all."""
        self._kept.clear()
        return None

    async def clear(self, key: str) -> None:
        """Forgets one."""
        self._kept.pop(key, None)
