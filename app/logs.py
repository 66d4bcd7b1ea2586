"""What is logged: of each kind of line at most one a second, with how many more there were."""

import logging
import time


class OncePerSecond(logging.Filter):
    """A filter of a handler's records; a kind is what a logger says, whatever is filled in.

    Args:
        handler: what writes the lines.
    """

    def __init__(self, handler: logging.Handler) -> None:
        super().__init__()
        self._handler = handler
        self._kinds: dict[tuple[str, str, str], tuple[float, int, logging.LogRecord]] = {}
        handler.addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is written now, or counted."""
        fault = type(record.exc_info[1]).__name__ if record.exc_info else ""
        kind = (record.name, str(record.msg), fault)
        now = time.monotonic()
        written, left, _ = self._kinds.get(kind, (now - 1, 0, record))
        passes = now - written >= 1
        self._kinds[kind] = (now, 0, record) if passes else (written, left + 1, record)
        if passes and left:
            _count(record, left)
        return passes

    def tell(self) -> None:
        """Writes what is due: how many lines of each kind were left out."""
        now = time.monotonic()
        for kind, (written, left, record) in tuple(self._kinds.items()):
            if now - written >= 1:
                del self._kinds[kind]
                if left:
                    self._kinds[kind] = (now, 0, record)
                    _count(record, left - 1)
                    self._handler.emit(record)


def _count(record: logging.LogRecord, left: int) -> None:
    if left:
        record.msg, record.args = f"{record.getMessage()} ({left} more like it)", ()
