"""The messages of a maildrop by id, and how they are carried from one connection to the next.

Ids come from UIDLs, so a message keeps its id and all that is known of it as long as the server
keeps the UIDL (RFC 1939, section 7); numbers never leave their connection.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, KeysView, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import compress
from operator import attrgetter, not_
from typing import Any, Final, cast

from app.pop3 import MessageNumber, Octets, ScanListing, Stat, Uidl, UniqueId

from .errors import NoSuchMessage
from .folded import UNREAD, Folded
from .models import Message, MessageId, Totals


class SortKey(Enum):
    """What the list can be sorted by."""

    NUMBER = "number"
    SIZE = "size"
    DATE = "date"
    FROM = "from"
    SUBJECT = "subject"


BY_LISTING: Final = frozenset({SortKey.NUMBER, SortKey.SIZE})
"""What LIST alone tells; the others wait for headers."""


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the list; ties stay in server order."""

    key: SortKey = SortKey.SIZE
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """What STAT, LIST and UIDL said on one connection; `uidls` is None where UIDL was refused."""

    stat: Stat
    scan: Sequence[ScanListing]
    uidls: Sequence[UniqueId] | None


def _id(*parts: object) -> MessageId:
    digest = hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=9).digest()
    return MessageId(base64.urlsafe_b64encode(digest).decode())


class Index:
    """The messages of one listing.

    Args:
        listing: what the server said.
        salt: what ids of messages without a UIDL are derived from, beside number and size.

    Attributes:
        has_uidls: whether every message has a UIDL.
        totals: of all messages.
        largest: octets of the largest one.
    """

    def __init__(self, listing: Listing, salt: str) -> None:
        uidls = {row.number: row.uidl for row in listing.uidls or ()}
        sizes = {row.number: row.octets for row in listing.scan}  # a repeated row: the last one
        self.salt = salt
        self.stat = listing.stat
        self._messages: dict[MessageId, Message] = {}
        self._numbered: dict[MessageNumber, Message] = {}
        shared = Counter(uidls.values())
        copies: Counter[tuple[Uidl, Octets]] = Counter()
        for number, octets in sorted(sizes.items()):
            self._add(number, octets, uidls.get(number), shared, copies)
        for message in self:
            message.ambiguous = (
                message.uidl is not None and copies[message.uidl, message.octets] > 1
            )
        self._shared = shared
        self.duplicates = sum(count for count in shared.values() if count > 1)
        self.has_uidls = all(message.uidl is not None for message in self)
        self.totals = Totals(len(self), sum(message.octets for message in self))
        self.largest = max((message.octets for message in self), default=0)

    def _add(
        self,
        number: MessageNumber,
        octets: Octets,
        uidl: Uidl | None,
        shared: Counter[Uidl],
        copies: Counter[tuple[Uidl, Octets]],
    ) -> None:
        if uidl is None:
            name = _id("number", self.salt, number, octets)
        elif shared[uidl] == 1:
            name = _id("uidl", uidl)
        else:
            name = _id("copy", uidl, octets, copies[uidl, octets])
            copies[uidl, octets] += 1
        message = Message(name, number, octets, uidl, place=len(self._messages))
        self._messages[name] = self._numbered[number] = message

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[Message]:
        return iter(self._messages.values())

    def __contains__(self, id: object) -> bool:
        return id in self._messages

    def __getitem__(self, id: str) -> Message:
        try:
            return self._messages[MessageId(id)]
        except KeyError:
            raise NoSuchMessage(id) from None

    def at(self, number: MessageNumber) -> Message | None:
        """The message of this number, if one was listed."""
        return self._numbered.get(number)

    @property
    def sizes(self) -> list[Octets]:
        """All sizes in server order."""
        return [message.octets for message in self]

    def recall(self, earlier: "Index") -> None:
        """Takes over what was known of the messages that are still there."""
        for message in self:
            if message.id in earlier:
                message.header = earlier[message.id].header

    @property
    def ids(self) -> KeysView[MessageId]:
        """All ids, in server order."""
        return self._messages.keys()

    def copies_of(self, message: Message) -> int:
        """How many messages have this one's UIDL."""
        return self._shared[message.uidl] if message.uidl is not None else 0

    def those(self, ids: Iterable[str]) -> list[Message]:
        """The messages of these ids; what is not there is passed over."""
        known = self._messages
        return [known[id] for id in cast("Iterable[MessageId]", ids) if id in known]

    def totals_of(self, ids: Iterable[MessageId]) -> Totals:
        """Count and octets of some messages."""
        octets = [self._messages[id].octets for id in ids]
        return Totals(len(octets), sum(octets))

    def ordered(self, sort: Sort) -> list[Message]:
        """All messages in the order asked for; those without a sort key yet come last."""
        if sort.key is SortKey.NUMBER:
            messages = list(self)
            return messages[::-1] if sort.descending else messages
        if sort.key is SortKey.SIZE:
            return sorted(self, key=attrgetter("octets"), reverse=sort.descending)
        for message in [m for m in self if m.header.folded is UNREAD]:
            message.header.fold()
        # Looked at once: what comes in meanwhile must not stand twice, or nowhere.
        texts = [message.header.folded for message in self]
        there, key = _KEYS[sort.key]
        has_key = list(map(there, texts))
        keyed = list(compress(self, has_key))
        keyed.sort(key=key, reverse=sort.descending)
        return keyed + list(compress(self, map(not_, has_key)))


# Whether a header tells it, and what of a message.
_KEYS: Final[dict[SortKey, tuple[Callable[[Folded], bool], Callable[[Message], Any]]]] = {
    SortKey.DATE: (lambda texts: texts.sent is not None, attrgetter("header.folded.sent")),
    SortKey.FROM: (lambda texts: texts.sender is not None, attrgetter("header.folded.sender")),
    SortKey.SUBJECT: (lambda texts: texts is not UNREAD, attrgetter("header.folded.subject")),
}
