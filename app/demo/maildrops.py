"""Who may sign in, and what each of them finds: the same messages, until they delete some.

Every user name of the demo's domain is a visitor with a maildrop of their own. Messages are shared;
a maildrop of which nothing was deleted costs nothing but its name.
"""

import hmac
import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from .message import Message

MOST = 256
"""Maildrops kept at once."""
_LOCAL_PART = re.compile(r"[a-z0-9_.+-]{1,64}")


class Maildrop:
    """The messages of one account, and who holds the exclusive lock (RFC 1939 section 4)."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self._messages = tuple(messages)
        self._holder: object | None = None

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is there now, oldest first."""
        return self._messages

    @property
    def held(self) -> bool:
        """Whether a session holds the lock."""
        return self._holder is not None

    def acquire(self, holder: object) -> bool:
        """Take the lock; False when somebody else has it."""
        if self._holder is not None and self._holder is not holder:
            return False
        self._holder = holder
        return True

    def release(self, holder: object) -> None:
        """Give the lock back; nothing happens when `holder` does not have it."""
        if self._holder is holder:
            self._holder = None

    def remove(self, gone: Iterable[Message]) -> None:
        """Remove messages for good, that is until the next start."""
        uidls = {message.uidl for message in gone}
        self._messages = tuple(m for m in self._messages if m.uidl not in uidls)


@dataclass(frozen=True, slots=True)
class Account:
    """Who may sign in: every name of the same domain, each with the same password."""

    username: str
    password: str = field(repr=False)

    def admits(self, username: bytes, password: bytes) -> str | None:
        """Whose maildrop it is, or None; passwords are compared in constant time."""
        name = username.decode("latin-1").lower()
        fits = hmac.compare_digest(password, self.password.encode())
        local, at, domain = name.partition("@")
        of_domain = (at, domain) == self.username.partition("@")[1:] and at
        known = name == self.username or (of_domain and _LOCAL_PART.fullmatch(local))
        return name if known and fits else None


class Maildrops:
    """A maildrop for each name, bounded in number.

    Args:
        messages: what each of them holds at first, oldest first.
        most: how many are kept; the one opened longest ago goes first, none that is held.
    """

    def __init__(self, messages: Iterable[Message], most: int = MOST) -> None:
        self._messages = tuple(messages)
        self._most = most
        self._known: OrderedDict[str, Maildrop] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def of(self, name: str) -> Maildrop:
        """The maildrop of a name, a new one if that is not known, or no more."""
        found = self._known.get(name)
        if found is None:
            self._make_room()
            found = self._known[name] = Maildrop(self._messages)
        self._known.move_to_end(name)
        return found

    def _make_room(self) -> None:
        if len(self._known) >= self._most:
            idle = next((name for name, one in self._known.items() if not one.held), None)
            if idle is not None:  # those that are held are as many as connections at most
                del self._known[idle]
