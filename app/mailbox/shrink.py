"""Which messages would have to go for a maildrop to get smaller; proposes, marks nothing.

What is proposed are terms of the filter language that stay true: no header that comes in and no
deletion makes them mean messages that were not meant before. (A cut among equals goes by ids, which
last as long as the server's UIDLs.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum
from heapq import nsmallest
from typing import Final

from .models import Message
from .table import midnight
from .terms import YEARS, Cut, Field, Term

_STEPS: Final = tuple(10**power for power in range(18, -1, -1))


class Order(Enum):
    """Which messages go first."""

    LARGEST = "largest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Messages whose removal would make a maildrop smaller.

    Attributes:
        terms: select these messages and no others; none where there are none.
        messages, octets: how many, and theirs together.
        left: octets that would stay.
        undecided: messages whose age is not known, so that they could not be proposed.
    """

    terms: tuple[Term, ...]
    messages: int
    octets: int
    left: int
    undecided: int = 0


def proposed(messages: Sequence[Message], under: int, order: Order, zone: tzinfo) -> Proposal:
    """What to remove so that fewer octets than `under` are left.

    Of the largest, as few messages as possible. Of the oldest, the shortest stretch from the first
    on, whole seconds; where even all that have a date do not suffice, all of these, and `left`
    tells so. A day in their terms begins as it does in `zone`.
    """
    total = sum(message.counted for message in messages)
    messages = [message for message in messages if message.octets is not None]
    if total < under:
        return Proposal((), 0, 0, total)
    if order is Order.LARGEST:
        return _largest(messages, total, under)
    return _oldest(messages, total, under, zone)


def _rank(message: Message) -> tuple[int, str]:
    return -message.counted, message.id


def ranked(messages: Iterable[Message], count: int) -> list[Message]:
    """The `count` largest messages; of equals, those whose ids come first."""
    return nsmallest(count, messages, key=_rank)


def _largest(messages: Sequence[Message], total: int, under: int) -> Proposal:
    order = sorted(messages, key=_rank)
    left = total
    count = 0
    while left >= under and count < len(order):
        left -= order[count].counted
        count += 1
    return Proposal((cut(order, count),), count, total - left, left)


def cut(order: Sequence[Message], count: int) -> Term:
    """What means the first `count` of messages, 1 or more, in the order of `ranked`.

    Args:
        order: the messages; of those behind the first `count`, one more is enough.
        count: how many are meant.
    """
    last = order[count - 1]
    if count == len(order):
        return Term(Field.SMALLER, 0, negated=True)
    after = order[count]
    if after.counted == last.counted:
        return Term(Field.LARGER, Cut(last.counted, last.id))
    below = last.counted - 1
    rounded = (below // step * step for step in _STEPS)
    return Term(Field.LARGER, next(octets for octets in rounded if octets >= after.counted))


def _oldest(messages: Sequence[Message], total: int, under: int, zone: tzinfo) -> Proposal:
    dated: list[tuple[datetime, Message]] = []
    for message in messages:
        summary = message.summary
        if summary is not None and summary.date is not None:
            dated.append((summary.date, message))
    undecided = len(messages) - len(dated)
    dated.sort(key=lambda pair: pair[0])
    left = total
    count = 0
    while count < len(dated) and (left >= under or dated[count][0] == dated[count - 1][0]):
        left -= dated[count][1].counted
        count += 1
    if not count:
        return Proposal((), 0, 0, left, undecided)
    last = dated[count - 1][0]
    after = dated[count][0] if count < len(dated) else None
    edge = Term(Field.BEFORE, _edge(last, after, zone))
    return Proposal((edge,), count, total - left, left, undecided)


def _edge(last: datetime, after: datetime | None, zone: tzinfo) -> date:
    """The roundest moment behind `last` that is not behind `after`."""
    if after is None:
        day = last.astimezone(zone).date() + timedelta(days=1)
    else:
        day = after.astimezone(zone).date()
    for rounder in (day.replace(month=1, day=1), day.replace(day=1), day):
        begins = midnight(rounder, zone)
        if rounder.year in YEARS and last < begins and (after is None or begins <= after):
            return rounder
    return (last + timedelta(seconds=1) if after is None else after).astimezone(UTC)
