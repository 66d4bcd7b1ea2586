"""So many in a time, counted by `limits`."""

import time
from collections.abc import Callable

from limits import RateLimitItem, parse_many
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter


def read_rates(text: str) -> list[RateLimitItem]:
    """Rates such as `5/minute;30/hour` or `15/10 minutes`, as `limits` reads them.

    Raises:
        ValueError: it is no such thing.
    """
    return parse_many(text)


_COMING = 2.0  # seconds until those that are under way are counted, or over


class Bucket:
    """Counts by key, against several rates at once: the more there were, the longer the wait.

    Args:
        name: in the keys of the storage.
        rates: as `read_rates` reads them.
        storage: where the counts are.
        clock: seconds since the epoch.
    """

    def __init__(
        self, name: str, rates: str, storage: Storage, clock: Callable[[], float] = time.time
    ) -> None:
        self._name = name
        self._rates = read_rates(rates)
        self._counts = FixedWindowRateLimiter(storage)
        self._clock = clock

    async def wait(self, key: str, coming: int = 0) -> float:
        """Seconds until one more may come; 0 where it may now.

        Args:
            key: whose count.
            coming: how many may be counted yet, of those that are under way.
        """
        longest = 0.0
        for rate in self._rates:
            stats = await self._counts.get_window_stats(rate, self._name, key)
            if stats.remaining == 0:
                longest = max(longest, stats.reset_time - self._clock())
            elif stats.remaining <= coming:
                longest = max(longest, _COMING)
        return longest

    async def count(self, key: str) -> None:
        """Counts one."""
        for rate in self._rates:
            await self._counts.hit(rate, self._name, key)
