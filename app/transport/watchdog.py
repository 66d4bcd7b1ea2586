"""Ends a wait in which nothing comes, or next to nothing."""

import asyncio
from collections.abc import Callable
from typing import Final

_LOOK: Final = 0.5  # seconds between two looks at most: what is allowed may become less meanwhile


class Watchdog:
    """Watches one connection for silence, and for an answer that never ends.

    Args:
        allowed: how many seconds of silence are allowed now, and how many for the answer, or None
            while nothing is due.
        stalled: called once with the seconds that were waited, when there were too many.
        rate: octets a second; for what has come of an answer, it may take so much longer.
    """

    def __init__(
        self,
        allowed: Callable[[], tuple[float, float] | None],
        stalled: Callable[[float], None],
        rate: float,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._allowed = allowed
        self._stalled = stalled
        self._rate = rate
        self._octets = 0
        self._began = self._heard = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    @property
    def silence(self) -> float:
        """Seconds since something came, or the wait began."""
        return self._loop.time() - self._heard

    def heard(self, octets: int = 0) -> None:
        """Something came."""
        self._heard = self._loop.time()
        self._octets += octets

    def begin(self) -> None:
        """An answer is due from now."""
        self._began = self._heard = self._loop.time()
        self._octets = 0

    def watch(self) -> None:
        """Watches from now on, for as long as something is due."""
        allowed = self._allowed()
        if self._timer is None and not self._stopped and allowed is not None:
            self._timer = self._loop.call_later(min(allowed[0] / 4, _LOOK), self._check)

    def stop(self) -> None:
        """Watches no more."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        self._timer = None
        allowed = self._allowed()
        if allowed is None:
            return  # idle; the next command watches again
        silence, answer = allowed
        waited = self._loop.time() - self._began
        if self.silence >= silence:
            self._stalled(self.silence)
        elif waited - self._octets / self._rate >= answer:
            self._stalled(waited)
        else:
            self.watch()
