"""What is remembered of sessions that expired, so that their marks are not lost with them.

No credential, no name and no mail is in it, and nothing in it signs in anywhere: a digest of the
account, ids derived from UIDLs, sizes, digests of headers. Whoever has the session's old token
finds it, nobody else. It is kept in memory, a bounded number of them for a bounded time; what else
outlives a session is in its papers, where the store has any.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from app.mailbox import Account, Known, MessageId

_MOST = 1000  # sessions
_MOST_MARKS = 200_000  # of all of them together; some 30 MB
_DAY = 24 * 3600.0


class Cause(Enum):
    """Why a session expired."""

    IDLE = "idle"
    AGE = "age"
    LOST = "lost"  # by the store


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session that expired.

    Attributes:
        cause: why; `after` says of how many seconds that limit is, if it was one.
        at: when, in seconds since the epoch.
        account: a digest of whose it was, under the session's name.
        marks: what was marked, with what was known of each message.
    """

    cause: Cause
    after: float
    at: float
    account: bytes = field(repr=False)
    marks: Mapping[MessageId, Known] = field(repr=False)


def digest_of(account: Account, sid: str) -> bytes:
    """Tells whether an account is the same one, and says nothing else of it."""
    name = json.dumps([sid, *account.maildrop])
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()


class EndedSessions:
    """The newest of them, by sid.

    Args:
        clock: seconds since the epoch.
        keep: seconds after which one is forgotten.
        most, most_marks: how many, and how many marks in all of them; the oldest go first.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        keep: float = _DAY,
        *,
        most: int = _MOST,
        most_marks: int = _MOST_MARKS,
    ) -> None:
        self._clock = clock
        self._keep = keep
        self._most = most
        self._most_marks = most_marks
        self._ended: dict[str, EndedSession] = {}
        self._marks = 0

    def __len__(self) -> int:
        return len(self._ended)

    def add(self, sid: str, ended: EndedSession) -> None:
        """Remembers one; what is too old, or too much, is forgotten."""
        self.forget(sid)
        if len(ended.marks) <= self._most_marks:
            self._ended[sid] = ended
            self._marks += len(ended.marks)
        self.sweep()

    def get(self, sid: str) -> EndedSession | None:
        """What is remembered of a session, or None."""
        self.sweep()
        return self._ended.get(sid)

    def forget(self, sid: str) -> None:
        """Forgets one; one that is not there is no error."""
        ended = self._ended.pop(sid, None)
        if ended is not None:
            self._marks -= len(ended.marks)

    def sweep(self) -> None:
        """Forgets what is too old, or too much."""
        oldest = self._clock() - self._keep
        for sid, ended in list(self._ended.items()):  # in the order they came
            if (
                ended.at >= oldest
                and len(self._ended) <= self._most
                and self._marks <= self._most_marks
            ):
                break
            self.forget(sid)
