"""Where the space goes: messages in groups by size, sender, domain or month.

Each group is what its own terms of the filter language mean, no more and no less; what is not
known yet and what has no sender, domain or date are groups too.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo
from enum import Enum
from typing import Final

from .models import Message
from .search_text import UNREAD, SearchText
from .terms import Field, Term

# What a band is called, and the octets that its messages have more than; the first band is highest.
_BANDS: Final = (("10M", 10_000_000), ("1M", 1_000_000), ("100K", 100_000), ("0", -1))


class By(Enum):
    """What messages can be grouped by."""

    SIZE = "size"
    SENDER = "sender"
    DOMAIN = "domain"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that have something in common.

    Attributes:
        key: `10M` for the band over 10 MB, `0` for the lowest one; the sender's folded address;
            the domain; `2026-03`; "" where a header has none, None where no header is known yet.
        name: what most of a sender's messages call it, or "".
        terms: select these messages and no others.
        members: the messages, in the order given.
        octets: theirs together.
    """

    key: str | None
    name: str
    terms: tuple[Term, ...]
    members: tuple[Message, ...]
    octets: int

    @property
    def unsized(self) -> int:
        """Of how many of them the size is not known."""
        return sum(message.octets is None for message in self.members)


def grouped(messages: Iterable[Message], by: By, zone: tzinfo) -> tuple[Group, ...]:
    """Messages in groups, each in one; in linear time but for the order of the groups.

    Months are those of `zone`.

    Bands of size come from the largest down, empty ones too; months from the first on; senders and
    domains by their octets, largest first. Behind them stands what has none, then what is not known
    yet.
    """
    if by is By.SIZE:
        return _bands(messages)
    key_of = _reader(by, zone)
    members: dict[str | None, list[Message]] = {}
    for message in messages:
        message.header.fold()
        members.setdefault(key_of(message.header.search_text), []).append(message)
    groups = [
        Group(key, _name(by, key, some), _terms(by, key), tuple(some), _octets(some))
        for key, some in members.items()
    ]
    return tuple(sorted(groups, key=_chronological if by is By.MONTH else _largest_first))


def _name(by: By, key: str | None, messages: Iterable[Message]) -> str:
    if by is not By.SENDER or not key:
        return ""
    summaries = (message.summary for message in messages)
    names = Counter(one.sender.name for one in summaries if one is not None and one.sender)
    del names[""]
    return names.most_common(1)[0][0] if names else ""


def _reader(by: By, zone: tzinfo) -> Callable[[SearchText], str | None]:
    """What tells a header's group; None of one that is not known."""

    def month(texts: SearchText) -> str:
        found = texts.month(zone)
        return "" if found is None else f"{found[0]:04}-{found[1]:02}"

    read: dict[By, Callable[[SearchText], str]] = {
        By.SENDER: lambda texts: texts.address,
        By.DOMAIN: lambda texts: texts.domain,
        By.MONTH: month,
    }
    key_of = read[by]
    return lambda texts: None if texts is UNREAD else key_of(texts)


def _bands(messages: Iterable[Message]) -> tuple[Group, ...]:
    members: tuple[list[Message], ...] = tuple([] for _ in _BANDS)
    unsized: list[Message] = []
    for message in messages:
        if message.octets is None:
            unsized.append(message)
        else:
            place = next(n for n, (_, edge) in enumerate(_BANDS) if message.octets > edge)
            members[place].append(message)
    groups = []
    for place, ((name, edge), some) in enumerate(zip(_BANDS, members, strict=True)):
        above = [Term(Field.LARGER, edge)] if edge > 0 else []
        below = [Term(Field.LARGER, _BANDS[place - 1][1], negated=True)] if place else []
        groups.append(Group(name, "", (*above, *below), tuple(some), _octets(some)))
    if unsized:
        groups.append(Group("", "", (Term(Field.HAS, "size", negated=True),), tuple(unsized), 0))
    return tuple(groups)


def _octets(messages: Iterable[Message]) -> int:
    return sum(message.counted for message in messages)


def _largest_first(group: Group) -> tuple[int, int, str]:
    return _behind(group), -group.octets, group.key or ""


def _chronological(group: Group) -> tuple[int, str]:
    return _behind(group), group.key or ""


def _behind(group: Group) -> int:
    return 2 if group.key is None else int(not group.key)


_FIELDS: Final = {By.SENDER: Field.SENDER, By.DOMAIN: Field.DOMAIN, By.MONTH: Field.MONTH}
_LACKING: Final = {By.SENDER: "sender", By.DOMAIN: "domain", By.MONTH: "date"}


def _terms(by: By, name: str | None) -> tuple[Term, ...]:
    if name is None:
        return (Term(Field.HAS, "header", negated=True),)
    if not name:
        return (Term(Field.HAS, _LACKING[by], negated=True),)
    return (Term(_FIELDS[by], name),)
