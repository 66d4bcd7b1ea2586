"""Who signed in, was refused, signed out, and how much was deleted: a line of JSON each.

A line goes to the log as it is, in ASCII, so that no name can forge another line. It never holds
more than these fields: no password, no token, no mail.
"""

import logging
from typing import Any, Final

import structlog
from structlog.typing import EventDict

LOGGER: Final = "popscope.audit"
_FIELDS: Final = frozenset(
    {
        *("event", "at", "client", "session", "user", "server", "security", "means", "why"),
        *("gone", "still_there", "not_verified", "octets_freed", "not_deleted"),
    }
)


def _known(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {name: value for name, value in event.items() if name in _FIELDS}


_log: Any = structlog.wrap_logger(
    logging.getLogger(LOGGER),
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper("iso", utc=True, key="at"),
        _known,
        structlog.processors.JSONRenderer(),
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
)


def comes_from(client: str) -> None:
    """What follows in this task is of that client."""
    structlog.contextvars.bind_contextvars(client=client)


def record(event: str, **fields: object) -> None:
    """Writes a line, where somebody wants it.

    Args:
        event: what happened, such as `sign-in`.
        fields: of those named above; others are left out.
    """
    _log.info(event, **fields)
