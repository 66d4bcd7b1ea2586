"""Ends a wait in which nothing comes."""

import asyncio
from collections.abc import Callable
from typing import Final

_LOOK: Final = 0.5  # seconds between two looks at most: what is allowed may become less meanwhile


class Watchdog:
    """Watches one connection for silence.

    Args:
        allowed: how many seconds of silence are allowed now, or None while nothing is due.
        stalled: called once with the seconds of silence, when there were too many.
    """

    def __init__(
        self, allowed: Callable[[], float | None], stalled: Callable[[float], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._allowed = allowed
        self._stalled = stalled
        self._heard = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    @property
    def silence(self) -> float:
        """Seconds since something came, or the wait began."""
        return self._loop.time() - self._heard

    def heard(self) -> None:
        """Something came, or the wait begins."""
        self._heard = self._loop.time()

    def watch(self) -> None:
        """Watches from now on, for as long as something is due."""
        allowed = self._allowed()
        if self._timer is None and not self._stopped and allowed is not None:
            self._timer = self._loop.call_later(min(allowed / 4, _LOOK), self._check)

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
        silent = self.silence
        if silent >= allowed:
            self._stalled(silent)
        else:
            self.watch()
