"""A deletion that could not be checked: what a later look needs to tell its outcome."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .commit import Sent
from .errors import LoginDelayed
from .index import Index
from .models import Message

_UNTOLD: Final = 60  # seconds of a login delay that a server does not tell


@dataclass(frozen=True, slots=True)
class Unchecked:
    """What was deleted.

    Attributes:
        before: the maildrop before it.
        doomed: the messages that were to go.
        sent: what the server said to it.
    """

    before: Index
    doomed: tuple[Message, ...]
    sent: Sent


def worth_a_try(error: Exception) -> datetime:
    """When a check that failed so is worth another try, aware."""
    now = datetime.now(UTC)
    if isinstance(error, LoginDelayed):
        return now + timedelta(seconds=error.retry_after or _UNTOLD)
    return now
