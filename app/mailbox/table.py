"""A listing as a table, column by column: what filters look at, in whatever order it is wanted.

A message whose header is not known yet, or that has no date or no size to compare, is neither a
match nor none: it is undecided, and stays so when negated. Each term is asked of all messages at
once, with one octet a message in whole numbers as long as the maildrop: over 100,000 messages that
takes no longer than sorting them. A column is made when a term first asks for it.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property
from itertools import compress, islice
from math import nan
from operator import attrgetter, itemgetter
from typing import Final, overload

from .index import Index, Sort
from .models import Message, MessageId
from .search_text import UNREAD, SearchText, fold, key
from .terms import Age, Condition, Cut, Field, Group, Query, Term

_FEW: Final = 2  # to pick half of them out takes as long as to look into all
_END: Final = "\r"  # in no folded text


@dataclass(frozen=True, slots=True)
class Selection:
    """The messages that match, and those of which it cannot be told, each in the order given.

    Attributes:
        octets: of what matches, as far as sizes are known; summed up where they are not given.
        unsized: how many of these have a size that is not known.
    """

    matched: Sequence[Message]
    undecided: Sequence[Message]
    octets: int = -1
    unsized: int = 0

    def __post_init__(self) -> None:
        if self.octets < 0:
            object.__setattr__(self, "octets", sum(map(attrgetter("counted"), self.matched)))
            object.__setattr__(self, "unsized", sum(m.octets is None for m in self.matched))


@dataclass(frozen=True, slots=True)
class Ordering:
    """All messages of a listing in one order, and where each of them is in server order."""

    messages: Sequence[Message]
    places: Sequence[int]

    @classmethod
    def of(cls, index: Index, sort: Sort) -> "Ordering":
        """The order asked for, as far as headers are known."""
        messages = index.ordered(sort)
        # Made anew, the numbers lie side by side in memory: that alone is twice as quick.
        return cls(messages, array("L", [message.place for message in messages]).tolist())


class Some(Sequence[Message]):
    """Those messages of an order that are flagged, counted before.

    Args:
        order: of all messages.
        flags: one for each place, 0 or 1.
        count: how many are 1.
    """

    def __init__(self, order: Ordering, flags: bytes, count: int) -> None:
        self._order = order
        self._flags = flags
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Message]:
        if self._count == len(self._flags):
            return iter(self._order.messages)
        return compress(self._order.messages, map(self._flags.__getitem__, self._order.places))

    @overload
    def __getitem__(self, at: int) -> Message: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Message]: ...
    def __getitem__(self, at: int | slice) -> Message | Sequence[Message]:
        if not isinstance(at, slice):
            return self[at : at + 1 or None][0]
        if self._count == len(self._flags):
            return self._order.messages[at]
        start, stop, step = at.indices(self._count)
        if step != 1 or start >= stop:
            return tuple(self)[at]
        # By place: to step over a message that is left out touches it, all over the memory.
        size = len(self._flags)
        if start <= self._count // 2:
            flags = map(self._flags.__getitem__, self._order.places)
            found = [*islice(compress(range(size), flags), start, stop)]
        else:
            flags = map(self._flags.__getitem__, reversed(self._order.places))
            behind = compress(reversed(range(size)), flags)
            found = [*islice(behind, self._count - stop, self._count - start)][::-1]
        return tuple(map(self._order.messages.__getitem__, found))


@dataclass(frozen=True, slots=True)
class Flagged:
    """A selection by flags, for whatever order it is wanted in.

    Attributes:
        matched, undecided: one octet for each place in server order.
        counts: how many match, and how many are undecided.
        octets: of what matches.
        unsized: how many of these have a size that is not known.
    """

    matched: bytes
    undecided: bytes
    counts: tuple[int, int]
    octets: int
    unsized: int

    def arranged(self, order: Ordering) -> Selection:
        """The selection in an order of the same listing."""
        return Selection(
            Some(order, self.matched, self.counts[0]),
            Some(order, self.undecided, self.counts[1]),
            self.octets,
            self.unsized,
        )


def _mask(flags: Iterable[int]) -> int:
    return int.from_bytes(bytes(flags), "little")


class Texts:
    """A column of folded texts; where many are the same, each is looked into once."""

    def __init__(self, texts: Sequence[str]) -> None:
        numbers: dict[str, int] = {}
        codes = [numbers.setdefault(text, len(numbers)) for text in texts]
        few = 2 * len(numbers) < len(texts)  # so there are more than one, as itemgetter wants
        self._each = itemgetter(*codes) if few else None  # of what there is for each text, by code
        # Made anew, they lie side by side in memory: that alone is three times as quick.
        self._texts = "".join(f"{text}{_END}" for text in (numbers if few else texts)).split(_END)
        self._texts.pop()

    def holding(self, needle: str, left: bytes) -> int:
        """A mask of those that hold it, at least among those that are left."""
        if self._each is not None:
            return _mask(self._each(bytes([needle in text for text in self._texts])))
        if _FEW * left.count(1) > len(left):
            return _mask([needle in text for text in self._texts])
        flags = bytearray(len(left))
        pairs = zip(compress(range(len(left)), left), compress(self._texts, left), strict=True)
        for place in [place for place, text in pairs if needle in text]:
            flags[place] = 1
        return int.from_bytes(flags, "little")


@dataclass(frozen=True, slots=True)
class HeaderColumns:
    """The columns that headers tell.

    Attributes:
        rows: each header made ready.
        from_, to, subject, word: texts to look into.
        sent: seconds since the epoch; nan, which is never earlier, where there is no date.
        unknown: a mask of those whose header is not known.
        undated, untold: masks of those without a date, and whose type tells of no attachment, the
            unknown ones among them.
        attached: a mask of those that have an attachment.
    """

    rows: Sequence[SearchText]
    from_: Texts
    to: Texts
    subject: Texts
    word: Texts
    sent: Sequence[float]
    unknown: int
    undated: int
    untold: int
    attached: int

    @classmethod
    def of(cls, messages: Sequence[Message]) -> "HeaderColumns":
        """Of what is known by now."""
        for message in [m for m in messages if m.header.search_text is UNREAD]:
            message.header.fold()
        rows = [message.header.search_text for message in messages]  # looked at once
        return cls(
            rows=rows,
            from_=Texts([one.from_ for one in rows]),
            to=Texts([one.to for one in rows]),
            subject=Texts([one.subject for one in rows]),
            word=Texts([f"{one.subject}\n{one.from_}" for one in rows]),
            sent=[nan if one.sent is None else one.sent for one in rows],
            unknown=_mask(one is UNREAD for one in rows),
            undated=_mask(one.sent is None for one in rows),
            untold=_mask(one.attached is None for one in rows),
            attached=_mask(one.attached is True for one in rows),
        )


class Table:
    """All messages of a listing, as far as they are known; in one thread at a time.

    Args:
        messages: in server order.
    """

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = messages
        self._everything = _mask(b"\1" * len(messages))

    @cached_property
    def _octets(self) -> Sequence[int]:
        return [message.counted for message in self._messages]

    @cached_property
    def _unsized(self) -> int:
        return _mask(message.octets is None for message in self._messages)

    @cached_property
    def _headers(self) -> HeaderColumns:
        return HeaderColumns.of(self._messages)

    def flagged(self, query: Query, marks: Collection[MessageId], now: datetime) -> Flagged:
        """What a filter makes of them.

        Args:
            query: the filter.
            marks: the ids of what is marked.
            now: from when ages count, aware; days begin in its time zone.
        """
        size = len(self._messages)
        whole = Group(query.terms, either=False)
        matched, left = self._judged(whole, self._everything, marks, now)
        flags = matched.to_bytes(size, "little")
        undecided = left & ~matched
        return Flagged(
            flags,
            undecided.to_bytes(size, "little"),
            (matched.bit_count(), undecided.bit_count()),
            sum(compress(self._octets, flags)),
            (matched & self._unsized).bit_count(),
        )

    def _judged(
        self, one: Condition, left: int, marks: Collection[MessageId], now: datetime
    ) -> tuple[int, int]:
        """Of those that are left, for which a condition holds, and for which it may hold."""
        match one:
            case Term():
                flags = left.to_bytes(len(self._messages), "little")
                yes, unsure = self._told(one, flags, marks, now)
                yes, may = yes & ~unsure & left, (yes | unsure) & left
            case Group(either=True):
                yes, may, rest = 0, 0, left
                for option in sorted(one.conditions, key=_cost):
                    holds, may_hold = self._judged(option, rest, marks, now)
                    yes, may, rest = yes | holds, may | may_hold, rest & ~holds
            case _:
                yes = may = left
                for part in sorted(one.conditions, key=_cost):
                    holds, may_hold = self._judged(part, may, marks, now)
                    yes, may = yes & holds, may & may_hold
        return (left & ~may, left & ~yes) if one.negated else (yes, may)

    # Each tells of which messages a term, not negated, holds, and of which it cannot be told.

    def _told(
        self, term: Term, left: bytes, marks: Collection[MessageId], now: datetime
    ) -> tuple[int, int]:
        match term.field:
            case Field.LARGER | Field.SMALLER:
                return self._sized(term), self._unsized
            case Field.IS:
                return _mask(message.id in marks for message in self._messages), 0
            case Field.HAS:
                return self._having(str(term.value))
            case Field.MONTH:
                return self._in_month(str(term.value), now.tzinfo), self._headers.undated
        begins = _begins(term, now)
        if begins is not None:
            return self._dated(begins, earlier=term.field in {Field.OLDER, Field.BEFORE})
        return self._worded(term, left), self._headers.unknown

    def _sized(self, term: Term) -> int:
        match term.value:
            case Cut(octets, id):
                rank = (-octets, id)
                pairs = zip(self._octets, self._messages, strict=True)
                return _mask([(-one, message.id) <= rank for one, message in pairs])
            case int(octets) if term.field is Field.LARGER:
                return _mask([one > octets for one in self._octets])
            case int(octets):
                return _mask([one < octets for one in self._octets])
        raise TypeError(term)

    def _having(self, what: str) -> tuple[int, int]:
        match what:
            case "size":
                return self._everything & ~self._unsized, 0
            case "header":
                return _mask(message.headers_known for message in self._messages), 0
            case "attachment":
                return self._headers.attached, self._headers.untold
            case "date":
                return self._everything & ~self._headers.undated, self._headers.unknown
        of = attrgetter(_KEYS[Field(what)])
        return _mask([bool(of(one)) for one in self._headers.rows]), self._headers.unknown

    def _in_month(self, wanted: str, zone: tzinfo | None) -> int:
        # Not by its edges: where clocks go back over midnight of the first, it is two spans.
        month = (int(wanted[:4]), int(wanted[5:]))
        return _mask([one.month(zone) == month for one in self._headers.rows])

    def _worded(self, term: Term, left: bytes) -> int:
        if term.field in _KEYS:
            of, wanted = attrgetter(_KEYS[term.field]), key(str(term.value))
            return _mask([of(one) == wanted for one in self._headers.rows])
        texts: Texts = getattr(self._headers, _TEXTS[term.field])
        return texts.holding(fold(str(term.value)), left)

    def _dated(self, begins: datetime, *, earlier: bool) -> tuple[int, int]:
        seconds = begins.timestamp()
        before = _mask([sent < seconds for sent in self._headers.sent])
        return (before if earlier else self._everything & ~before), self._headers.undated


_KEYS: Final = {Field.SENDER: "address", Field.DOMAIN: "domain"}
_TEXTS: Final = {
    Field.FROM: "from_", Field.TO: "to", Field.SUBJECT: "subject", Field.WORD: "word",
}  # fmt: skip
_COSTS: Final = {
    Field.SUBJECT: 2, Field.WORD: 2, Field.FROM: 1, Field.TO: 1, Field.MONTH: 3,
}  # fmt: skip


def _cost(one: Condition) -> int:
    """What leaves out many for little goes first."""
    return max((_COSTS.get(term.field, 0) for term in one.leaves), default=0)


def _begins(term: Term, now: datetime) -> datetime | None:
    """The moment before which, or from which on, a message was sent; None of other terms."""
    match term.value:
        case Age() as age:  # not by the clock there, which has days of 23 and 25 hours
            return now.astimezone(UTC) - timedelta(days=age.days)
        case datetime() as moment:  # headers tell whole seconds
            return moment if term.field is Field.BEFORE else moment.replace(microsecond=500_000)
        case date() as day:
            return midnight(day + timedelta(days=term.field is Field.AFTER), now.tzinfo)
    return None


def midnight(day: date, zone: tzinfo | None) -> datetime:
    """When a day begins in a time zone."""
    return datetime.combine(day, time.min, zone)
