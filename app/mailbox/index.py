"""The messages of a maildrop by id, and how they are carried from one connection to the next.

Ids come from UIDLs, so a message keeps its id and all that is known of it as long as the server
keeps the UIDL (RFC 1939, section 7) and the row fits it; and from the maildrop, so a page of one
finds nothing in another. Numbers never leave their connection.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import compress
from operator import attrgetter, not_
from typing import Any, Final, cast

from app.pop3 import MessageNumber, Octets, ScanListing, Stat, Uidl, UniqueId

from .errors import NoSuchMessage
from .identity import fits
from .models import Message, MessageId, Totals
from .search_text import UNREAD, SearchText


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
class Listings:
    """What STAT, LIST and UIDL said on one connection; None where they said nothing of use.

    Attributes:
        left_out: messages beyond the limit of a listing, which are only counted.
    """

    stat: Stat | None
    scan: Sequence[ScanListing] | None
    uidls: Sequence[UniqueId] | None
    left_out: int = 0

    @property
    def sizes(self) -> dict[MessageNumber, Octets | None]:
        """Sizes by number, of all messages that LIST or UIDL tells of; of repeated rows the last.

        Where these two tell of none, STAT still tells how many there are.
        """
        sizes: dict[MessageNumber, Octets | None] = {row.number: None for row in self.uidls or ()}
        sizes |= {row.number: row.octets for row in self.scan or ()}
        if not sizes and self.stat is not None:
            last = min(self.stat.messages, _MOST_BY_STAT)
            sizes |= {MessageNumber(number): None for number in range(1, last + 1)}
        return dict(sorted(sizes.items()))


_MOST_BY_STAT: Final = 100_000  # messages believed of STAT alone


def _id(*parts: object) -> MessageId:
    digest = hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=9).digest()
    return MessageId(base64.urlsafe_b64encode(digest).decode())


def _totals(messages: Sequence[Message]) -> Totals:
    octets = sum(message.counted for message in messages)
    return Totals(len(messages), octets, sum(message.octets is None for message in messages))


def _numbers(uidls: Mapping[MessageNumber, Uidl]) -> bool:
    """Whether unique-ids are nothing but the message numbers, with leading zeros or without."""
    return bool(uidls) and all(
        uidl.isdecimal() and uidl.lstrip("0") == str(number) for number, uidl in uidls.items()
    )


class Index:
    """The messages of one listing.

    Args:
        listings: what the server said.
        salt: what ids of messages that have no UIDL of their own are derived from, beside number
            and size; so they are good for one connection.
        trusted: whether this server's UIDLs tell messages from one connection to the next.
        births: salts for UIDLs that came, or came to another message, after the first listing: what
            has such an id is never found by a page from before.
        maildrop: tells it from all others, where the same UIDLs mean other messages.

    Attributes:
        numbered: the UIDLs are all the message numbers, and so count as none.
        has_uidls: whether every message has a UIDL that tells it on other connections too.
        totals: of all messages.
        largest: octets of the largest one.
        left_out: messages that the server has behind these; what is not here may be one of them.
    """

    def __init__(
        self,
        listings: Listings,
        salt: str,
        *,
        trusted: bool = True,
        births: Mapping[Uidl, str] | None = None,
        maildrop: str = "",
    ) -> None:
        sizes = listings.sizes
        uidls = {row.number: row.uidl for row in listings.uidls or ()}
        self.numbered = _numbers(uidls)
        self.has_uidls = trusted and not self.numbered and uidls.keys() == sizes.keys()
        self.salt = salt
        self.births = births or {}
        self.maildrop = maildrop
        self.stat = listings.stat
        self.left_out = listings.left_out
        self._messages: dict[MessageId, Message] = {}
        self._numbered: dict[MessageNumber, Message] = {}
        self._claimed: dict[Uidl, Message] = {}
        shared: Counter[Uidl | None] = Counter(uidls.values())
        for number, octets in sizes.items():
            self._add(number, octets, uidls.get(number), shared)
        self._shared = shared
        self.duplicates = sum(count for count in shared.values() if count > 1)
        copied = (
            [message for message in self if shared[message.uidl] > 1] if self.duplicates else []
        )
        copies = Counter((message.uidl, message.octets) for message in copied)
        for message in copied:
            message.ambiguous = copies[message.uidl, message.octets] > 1
        self.copies_differ = any(copies[one, octets] < shared[one] for one, octets in copies)
        self.totals = _totals(list(self))
        self.largest = max((message.counted for message in self), default=0)

    def _add(
        self,
        number: MessageNumber,
        octets: Octets | None,
        uidl: Uidl | None,
        shared: Counter[Uidl | None],
    ) -> None:
        if uidl is None or not self.has_uidls or shared[uidl] > 1:
            name = _id("number", self.salt, number, octets)
        elif uidl in self.births:
            name = _id("uidl", self.maildrop, uidl, self.births[uidl])
        else:
            name = self.claim(uidl)
        message = Message(name, number, octets, uidl, place=len(self._messages))
        self._messages[name] = self._numbered[number] = message
        if uidl is not None and shared[uidl] == 1 and not self.numbered:
            self._claimed[uidl] = message

    def claim(self, uidl: Uidl) -> MessageId:
        """The id that a UIDL gives in the first listing of a session."""
        return _id("uidl", self.maildrop, uidl)

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

    def get(self, id: str) -> Message | None:
        """The message of this id, if there is one."""
        return self._messages.get(MessageId(id))

    def claiming(self, uidl: Uidl | None) -> Message | None:
        """The one message that has this UIDL; None where there is none, or several."""
        return self._claimed.get(uidl) if uidl is not None else None

    @property
    def sizes(self) -> list[Octets | None]:
        """All sizes in server order, None where one is not known."""
        return [message.octets for message in self]

    def recall(self, earlier: "Index", *, no_top: bool = False, doubted: bool = False) -> None:
        """Takes over what another connection's listing knew of the messages that fit.

        What was not read yet is not shared, so that what is read later is good for this connection.

        Args:
            earlier: that listing.
            no_top: the server shows no headers, so what was not read never will be.
            doubted: its UIDLs have done what they must not, so that they tell too little alone.
        """
        for message in self:
            known = earlier.get(message.id)
            if known is None or not fits(known, message):
                continue
            blind = (no_top or known.header.refused) and not doubted
            if known.header.digest or blind:
                message.header = known.header
            else:
                message.header.refused = known.header.refused

    def follow(self, earlier: "Index", read_on: str | None = None) -> None:
        """Takes over what an earlier listing of the same connection knew, by number.

        Args:
            earlier: that listing.
            read_on: where UIDLs are not believed, the connection: only what was read on it counts.
        """
        for message in self:
            known = earlier.at(message.number)
            if known is None or known.octets != message.octets:
                continue
            header = known.header
            if read_on is None or header.read_on == read_on or not known.headers_known:
                message.header = header

    def forget_looks(self) -> None:
        """No header counts as shown by the connection of now: its numbers mean others."""
        for message in self:
            message.header.read_on = ""

    def moved(self, earlier: "Index", deleted: Collection[MessageNumber]) -> bool:
        """Whether numbers mean something else than in an earlier listing of the same connection.

        They must not (RFC 1939, section 5); some servers count anew when a message goes.

        Args:
            earlier: that listing.
            deleted: the numbers of what was deleted on this connection.
        """
        for known in earlier:
            row = self.at(known.number)
            if row is None and known.number not in deleted:
                return True
            if row is not None and row.uidl != known.uidl and None not in {row.uidl, known.uidl}:
                return True
        return False

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
        return _totals([self._messages[id] for id in ids])

    def ordered(self, sort: Sort) -> list[Message]:
        """All messages in the order asked for; those without a sort key, or yet, come last."""
        if sort.key is SortKey.NUMBER:
            messages = list(self)
            return messages[::-1] if sort.descending else messages
        if sort.key is SortKey.SIZE:
            found = sorted(self, key=attrgetter("counted"), reverse=sort.descending)
            if not self.totals.unsized:
                return found
            sized = [message for message in found if message.octets is not None]
            return sized + [message for message in self if message.octets is None]
        for message in [m for m in self if m.header.search_text is UNREAD]:
            message.header.fold()
        # Looked at once: what comes in meanwhile must not stand twice, or nowhere.
        texts = [message.header.search_text for message in self]
        there, key = _KEYS[sort.key]
        has_key = list(map(there, texts))
        keyed = list(compress(self, has_key))
        keyed.sort(key=key, reverse=sort.descending)
        return keyed + list(compress(self, map(not_, has_key)))


def empty(maildrop: str = "") -> Index:
    """The index of a maildrop that was never listed."""
    return Index(Listings(Stat(0, 0), (), ()), "", maildrop=maildrop)


def born(earlier: Index, listings: Listings, salt: str) -> dict[Uidl, str]:
    """Salts for the UIDLs of a listing that an earlier one did not have, or had so themselves."""
    births: dict[Uidl, str] = {}
    for row in listings.uidls or ():
        if earlier.claiming(row.uidl) is None:
            births[row.uidl] = salt
        elif row.uidl in earlier.births:
            births[row.uidl] = earlier.births[row.uidl]
    return births


# Whether a header tells it, and what of a message.
_KEYS: Final[dict[SortKey, tuple[Callable[[SearchText], bool], Callable[[Message], Any]]]] = {
    SortKey.DATE: (lambda texts: texts.sent is not None, attrgetter("header.search_text.sent")),
    SortKey.FROM: (lambda texts: texts.sender is not None, attrgetter("header.search_text.sender")),
    SortKey.SUBJECT: (lambda texts: texts is not UNREAD, attrgetter("header.search_text.subject")),
}
