"""Orders, selections and groups of a listing, made aside and kept until they may be others."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice

from .groups import By, Group, grouped
from .in_thread import in_thread
from .index import BY_LISTING, Index, Sort
from .models import MessageId
from .table import Flagged, Ordering, Selection, Table
from .terms import Field, Query

Edition = tuple[Index, int]
"""A listing, and how many headers came in until now."""

_SELECTIONS = 4  # that are kept: a filter is asked for page by page
_MOVING = frozenset({Field.IS, Field.OLDER, Field.NEWER})  # hang on marks or on the clock


class Orders:
    """Orders and selections of one maildrop."""

    def __init__(self) -> None:
        self._table: tuple[Edition, Table] | None = None
        self._orders: dict[Sort, tuple[Edition, Ordering]] = {}
        self._selections: dict[tuple[Query, tzinfo | None], tuple[Edition, Flagged]] = {}

    def forget(self) -> None:
        """There is another listing."""
        self._table = None
        self._orders.clear()
        self.forget_selections()

    def forget_selections(self) -> None:
        """What filters made is to be made anew."""
        self._selections.clear()

    async def order(self, edition: Edition, sort: Sort) -> Ordering:
        """All messages in the order asked for."""
        index, known = edition
        edition = index, known if sort.key not in BY_LISTING else 0
        kept = self._orders.get(sort)
        if kept is None or kept[0] != edition:
            kept = edition, await in_thread(Ordering.of, index, sort)
            self._orders[sort] = kept
        return kept[1]

    async def selection(
        self,
        edition: Edition,
        query: Query,
        sort: Sort,
        marks: Collection[MessageId],
        now: datetime,
    ) -> Selection:
        """What a filter makes of all messages, in the order asked for.

        It is made in server order, as messages lie in memory, and kept for other orders and pages.
        """
        order = await self.order(edition, sort)
        if not query.terms:
            totals = edition[0].totals
            return Selection(order.messages, (), totals.octets, totals.unsized)
        key = query, now.tzinfo  # days are days somewhere
        kept = self._selections.get(key)
        if kept is None or kept[0] != edition:
            if self._table is None or self._table[0] != edition:
                self._table = edition, await in_thread(Table, tuple(edition[0]))
            table = self._table[1]
            some = frozenset(marks) if Field.IS in query.fields else frozenset()
            kept = edition, await in_thread(table.flagged, query, some, now)
            self._selections.pop(key, None)
            if not query.fields & _MOVING:
                self._selections[key] = kept
            while len(self._selections) > _SELECTIONS:
                del self._selections[next(iter(self._selections))]
        return kept[1].arranged(order)


@dataclass(frozen=True, slots=True)
class _Made:
    index: Index
    known: int
    zone: tzinfo
    groups: tuple[Group, ...]


class Overview:
    """Keeps the newest groups of each kind.

    Headers are parsed when somebody looks; a look at senders looks at them all. A page that can
    do without says how many it would parse at most, and gets what was made before.
    """

    def __init__(self) -> None:
        self._made: dict[By, _Made] = {}
        self._making = asyncio.Lock()

    def newest(self, index: Index, by: By, zone: tzinfo) -> tuple[Group, ...] | None:
        """What was made last of this listing, perhaps with fewer headers known."""
        made = self._made.get(by)
        same = (
            made is not None and made.index is index and (by is not By.MONTH or made.zone == zone)
        )
        return made.groups if made is not None and same else None

    def fresh(self, index: Index, known: int, by: By, zone: tzinfo) -> bool:
        """Whether what was made last is still right."""
        made = self._made.get(by)
        if made is None or self.newest(index, by, zone) is None:
            return False
        return made.known == known or by is By.SIZE

    async def make(self, index: Index, known: int, zone: tzinfo, most: int | None = None) -> None:
        """Makes all kinds of groups that are not fresh.

        Args:
            index: the messages.
            known: rises with every header that comes in.
            zone: whose months.
            most: where more headers than this have to be parsed first, only sizes are grouped.
        """
        async with self._making:  # who waits for the same finds it made
            wanted = [by for by in By if not self.fresh(index, known, by, zone)]
            if wanted:
                for by, groups in (await in_thread(_make, index, wanted, zone, most)).items():
                    self._made[by] = _Made(index, known, zone, groups)


def _make(
    index: Index, wanted: list[By], zone: tzinfo, most: int | None
) -> dict[By, tuple[Group, ...]]:
    if most is not None:
        unread = (message for message in index if message.header.unread)
        if next(islice(unread, most, None), None) is not None:
            wanted = [by for by in wanted if by is By.SIZE]
    return {by: grouped(index, by, zone) for by in wanted}
