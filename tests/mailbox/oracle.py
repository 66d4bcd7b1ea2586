"""Which messages a filter means, worked out message by message: what the table must agree with."""

from collections.abc import Callable, Collection, Container, Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum
from itertools import compress
from operator import attrgetter

from app.mailbox.models import Message, MessageId
from app.mailbox.search_text import UNREAD, SearchText, fold, key
from app.mailbox.table import Selection, Table, midnight
from app.mailbox.terms import Age, Condition, Cut, Field, Group, Query, Term


class Match(Enum):
    """Whether a message is one of those meant."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"


def select(
    query: Query, messages: Iterable[Message], marks: Collection[MessageId], now: datetime
) -> Selection:
    """Which of `messages` match; `marks` are the ids marked for deletion, `now` as below.

    The table says the same, or the test fails.
    """
    given = tuple(messages)
    found = _select(query, given, marks, now)
    flagged = Table(given).flagged(query, marks, now)
    assert tuple(compress(given, flagged.matched)) == tuple(found.matched), str(query)
    assert tuple(compress(given, flagged.undecided)) == tuple(found.undecided), str(query)
    assert flagged.counts == (len(found.matched), len(found.undecided))
    assert (flagged.octets, flagged.unsized) == (found.octets, found.unsized)
    return found


def _select(
    query: Query, messages: Iterable[Message], marks: Container[MessageId], now: datetime
) -> Selection:
    if any(isinstance(one, Group) for one in query.terms):
        return _by_truth(query, tuple(messages), marks, now)
    terms = [one for one in query.terms if isinstance(one, Term)]
    quick = [narrow for term in terms if (narrow := _quick(term, marks)) is not None]
    checks = [narrow for term in terms if (narrow := _check(term, now)) is not None]
    left = list(messages)
    for narrow in quick:
        left = narrow(left)
    unsized = _unsized(query, left)
    if not checks:
        return Selection(
            tuple(m for m in left if m.id not in unsized) if unsized else tuple(left),
            tuple(m for m in left if m.id in unsized),
        )
    known = [m for m in left if _texts(m) is not UNREAD]
    if len(known) < len(left):
        for message in left:
            message.header.fold()
        known = [m for m in left if _texts(m) is not UNREAD]
    ids = {m.id for m in known} if len(known) < len(left) else None  # more come in meanwhile
    for narrow in checks:
        known = narrow(known)
    doubtful = _doubtful(query, known) | unsized.intersection(m.id for m in known)
    if ids is None and not doubtful:
        return Selection(tuple(known), ())
    return Selection(
        tuple(m for m in known if m.id not in doubtful),
        tuple(m for m in left if m.id in doubtful or (ids is not None and m.id not in ids)),
    )


def _by_truth(
    query: Query, messages: tuple[Message, ...], marks: Container[MessageId], now: datetime
) -> Selection:
    """With three truths, by Kleene: each term is asked of each message alone."""

    def truth(one: Condition, message: Message) -> bool | None:
        if isinstance(one, Term):
            found = _select(Query((one,)), (message,), marks, now)
            return True if found.matched else None if found.undecided else False
        told = [truth(part, message) for part in one.conditions]
        decisive = one.either
        whole = decisive if decisive in told else None if None in told else not decisive
        return whole if whole is None or not one.negated else not whole

    whole = Group(query.terms, either=False)
    told = [(message, truth(whole, message)) for message in messages]
    return Selection(
        tuple(message for message, one in told if one),
        tuple(message for message, one in told if one is None),
    )


def matches(query: Query, message: Message, marked: bool, now: datetime) -> Match:
    """Whether a message matches.

    Args:
        query: what is asked.
        message: what is asked about.
        marked: whether it is marked for deletion.
        now: from when ages count, aware; days begin in its time zone.
    """
    found = select(query, (message,), {message.id} if marked else (), now)
    if found.matched:
        return Match.YES
    return Match.UNDECIDED if found.undecided else Match.NO


def _texts(message: Message) -> SearchText:
    return message.header.search_text


# Leaves out the messages of which a term says no; those it cannot tell of stay.
_Narrow = Callable[[list[Message]], list[Message]]


def _quick(term: Term, marks: Container[MessageId]) -> _Narrow | None:
    """Of a term that needs no header."""
    no = term.negated
    match term:
        case Term(Field.LARGER, int(least)):
            return lambda found: [
                m for m in found if m.octets is None or (m.octets > least) is not no
            ]
        case Term(Field.SMALLER, int(most)):
            return lambda found: [
                m for m in found if m.octets is None or (m.octets < most) is not no
            ]
        case Term(Field.LARGER, Cut(octets, id)):
            rank = (-octets, id)
            return lambda found: [
                m for m in found if m.octets is None or ((-m.octets, m.id) <= rank) is not no
            ]
        case Term(Field.IS):
            return lambda found: [m for m in found if (m.id in marks) is not no]
        case Term(Field.HAS, "size" | "header" as what):
            known = attrgetter("sized" if what == "size" else "headers_known")
            return lambda found: [m for m in found if known(m) is not no]
    return None


def _check(term: Term, now: datetime) -> _Narrow | None:
    """Of a term that looks at the header."""
    match term:
        case Term(Field.LARGER | Field.SMALLER | Field.IS) | Term(Field.HAS, "header" | "size"):
            return None
    edge = _edge(term, now)
    if edge is not None:
        later = term.field in {Field.NEWER, Field.AFTER}
        return _sent_before(edge, no=term.negated is not later)
    return _counted(term, now.tzinfo) or _text(term.field, fold(str(term.value)), no=term.negated)


def _counted(term: Term, zone: tzinfo | None) -> _Narrow | None:
    """Of a term that asks for what messages are counted under, or whether there is such a thing."""
    no, wanted = term.negated, key(str(term.value))
    match term:
        case Term(Field.SENDER):
            return lambda found: [m for m in found if (_texts(m).address == wanted) is not no]
        case Term(Field.DOMAIN):
            return lambda found: [m for m in found if (_texts(m).domain == wanted) is not no]
        case Term(Field.MONTH):
            month = (int(wanted[:4]), int(wanted[5:]))
            return lambda found: [
                m
                for m in found
                if (sent := _texts(m).month(zone)) is None or (sent == month) is not no
            ]
        case Term(Field.HAS):
            has = _HAS[wanted]
            return lambda found: [m for m in found if has(_texts(m)) is not no]
    return None


_HAS: dict[str, Callable[[SearchText], bool | None]] = {
    "attachment": lambda folded: folded.attached,
    "sender": lambda folded: bool(folded.address),
    "domain": lambda folded: bool(folded.domain),
    "date": lambda folded: folded.sent is not None,
}


def _text(field: Field, needle: str, *, no: bool) -> _Narrow:
    """A needle has no line ends, so it is never found across two lines."""
    match field:
        case Field.FROM:
            return lambda found: [m for m in found if (needle in _texts(m).from_) is not no]
        case Field.TO:
            return lambda found: [m for m in found if (needle in _texts(m).to) is not no]
        case Field.SUBJECT:
            return lambda found: [m for m in found if (needle in _texts(m).subject) is not no]
    return lambda found: [
        m for m in found if (needle in _texts(m).subject or needle in _texts(m).from_) is not no
    ]


def _sent_before(moment: datetime, *, no: bool) -> _Narrow:
    limit = moment.timestamp()
    return lambda found: [
        m for m in found if (sent := _texts(m).sent) is None or (sent < limit) is not no
    ]


_DATED = frozenset({Field.OLDER, Field.NEWER, Field.BEFORE, Field.AFTER, Field.MONTH})


def _unsized(query: Query, left: list[Message]) -> frozenset[MessageId]:
    """Of these, the ids of those whose size is asked for and not known."""
    if not query.fields & {Field.LARGER, Field.SMALLER}:
        return frozenset()
    return frozenset(m.id for m in left if m.octets is None)


def _doubtful(query: Query, known: list[Message]) -> frozenset[MessageId]:
    """Of those whose header is known, the ids of which it still cannot be told."""
    fields = query.fields
    found: set[MessageId] = set()
    if fields & _DATED:
        found.update(m.id for m in known if _texts(m).sent is None)
    if any(term.field is Field.HAS and term.value == "attachment" for term in query.leaves):
        found.update(m.id for m in known if _texts(m).attached is None)
    return frozenset(found)


def _edge(term: Term, now: datetime) -> datetime | None:
    """The moment that parts what is earlier from what is not, where a term has one."""
    match term:
        case Term(_, Age() as age):  # not by the clock there, which has days of 23 and 25 hours
            return now.astimezone(UTC) - timedelta(days=age.days)
        case Term(field, datetime() as moment):  # headers tell whole seconds
            return moment if field is Field.BEFORE else moment.replace(microsecond=500_000)
        case Term(field, date() as day):
            return midnight(day if field is Field.BEFORE else day + timedelta(days=1), now.tzinfo)
    return None
