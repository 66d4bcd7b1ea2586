"""Pages of a mailbox that are open in browsers, as far as they tell.

A page says so every 15 seconds, and when it is left. Browsers let a hidden one speak once a minute,
and one that crashed or fell asleep never says goodbye.
"""

import time
from collections import OrderedDict
from typing import Final

_SILENT: Final = 75.0  # seconds after which a page is no longer open
_NEXT: Final = 6.0  # seconds in which a page that was left may be followed by another one
_GLANCE: Final = 20.0  # seconds in which a page without a stream asks again
_MOST: Final = 64  # pages


class OpenPages:
    """Those of one session."""

    def __init__(self) -> None:
        self._heard: OrderedDict[str, float] = OrderedDict()  # by page, the newest last

    def heard(self, page: str) -> None:
        """A page is open; `page` is a name that it has given itself."""
        self._heard[page] = time.monotonic()
        self._heard.move_to_end(page)
        if len(self._heard) > _MOST:
            self._heard.popitem(last=False)

    def glanced(self) -> None:
        """Something that looks on has asked: pages without a stream of events do, now and then."""
        since = time.monotonic() - _SILENT + _GLANCE
        self._heard[""] = max(since, self._heard.get("", since))

    def left(self, page: str) -> None:
        """A page was closed, or gives way to another one."""
        if page in self._heard:
            self._heard[page] = min(self._heard[page], time.monotonic() - _SILENT + _NEXT)

    def __bool__(self) -> bool:
        return time.monotonic() - max(self._heard.values(), default=-_SILENT) < _SILENT
