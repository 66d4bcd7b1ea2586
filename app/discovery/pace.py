"""How often one may search: the sign-in page is no scanner."""

from collections import OrderedDict, deque
from collections.abc import Callable

_MOST_KEPT = 1000


class Pace:
    """Lets so many searches through in a span of time, for each visitor and in all.

    Args:
        each: searches of one visitor.
        total: searches of all of them.
        span: seconds.
        clock: seconds that only grow.
    """

    def __init__(self, each: int, total: int, span: float, clock: Callable[[], float]) -> None:
        self._each, self._total, self._span = each, total, span
        self._clock = clock
        self._all: deque[float] = deque()
        self._by: OrderedDict[str, deque[float]] = OrderedDict()

    def allows(self, visitor: str) -> bool:
        """Whether one more search may begin now; it is counted then."""
        since = self._clock() - self._span
        own = self._by.setdefault(visitor, deque())
        self._by.move_to_end(visitor)
        while len(self._by) > _MOST_KEPT:
            self._by.popitem(last=False)
        for times in (own, self._all):
            while times and times[0] <= since:
                times.popleft()
        if len(own) >= self._each or len(self._all) >= self._total:
            return False
        for times in (own, self._all):
            times.append(self._clock())
        return True
