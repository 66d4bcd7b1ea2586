"""Orders and selections of a listing, made aside and kept until they may be others."""

from collections.abc import Collection
from datetime import datetime, tzinfo

from .aside import aside
from .index import BY_LISTING, Index, Sort
from .models import MessageId
from .query import Field, Query
from .table import Flagged, Order, Selection, Table

Edition = tuple[Index, int]
"""A listing, and how many headers came in until now."""

_SELECTIONS = 4  # that are kept: a filter is asked for page by page
_MOVING = frozenset({Field.IS, Field.OLDER, Field.NEWER})  # hang on marks or on the clock


class Lists:
    """What lists of one maildrop are made of."""

    def __init__(self) -> None:
        self._table: tuple[Edition, Table] | None = None
        self._orders: dict[Sort, tuple[Edition, Order]] = {}
        self._selections: dict[tuple[Query, tzinfo | None], tuple[Edition, Flagged]] = {}

    def forget(self) -> None:
        """There is another listing."""
        self._table = None
        self._orders.clear()
        self.forget_selections()

    def forget_selections(self) -> None:
        """What filters made is to be made anew."""
        self._selections.clear()

    async def order(self, edition: Edition, sort: Sort) -> Order:
        """All messages in the order asked for."""
        index, known = edition
        edition = index, known if sort.key not in BY_LISTING else 0
        kept = self._orders.get(sort)
        if kept is None or kept[0] != edition:
            kept = edition, await aside(Order.of, index, sort)
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
                self._table = edition, await aside(Table, tuple(edition[0]))
            table = self._table[1]
            some = frozenset(marks) if Field.IS in query.fields else frozenset()
            kept = edition, await aside(table.flagged, query, some, now)
            self._selections.pop(key, None)
            if not query.fields & _MOVING:
                self._selections[key] = kept
            while len(self._selections) > _SELECTIONS:
                del self._selections[next(iter(self._selections))]
        return kept[1].arranged(order)
