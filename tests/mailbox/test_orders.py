"""Which orders and selections are kept, and for how long."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.mailbox.index import Index, Sort, SortKey
from app.mailbox.orders import Edition, Orders
from app.mailbox.query import parse
from app.mailbox.search_text import UNREAD

from .opening import index_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BY_SUBJECT = Sort(SortKey.SUBJECT, descending=False)


@pytest.fixture
def index() -> Index:
    return index_of(("a", 10), ("b", 30), ("c", 20))


async def numbers(orders: Orders, edition: Edition, q: str, *, now: datetime = NOW) -> list[int]:
    found = await orders.selection(edition, parse(q), Sort(), (), now)
    return [message.number for message in found.matched]


async def test_orders_by_size_outlive_headers_others_do_not(index):
    orders = Orders()
    size, subject = [await orders.order((index, 0), sort) for sort in (Sort(), BY_SUBJECT)]
    assert await orders.order((index, 0), BY_SUBJECT) is subject
    assert await orders.order((index, 1), Sort()) is size
    assert await orders.order((index, 1), BY_SUBJECT) is not subject


async def test_a_header_that_comes_in_changes_what_matches(index):
    orders = Orders()
    assert await numbers(orders, (index, 0), "subject:x") == []
    first, *_ = index
    first.header.learn(b"Subject: x\r\n", 1)
    assert await numbers(orders, (index, 0), "subject:x") == []  # of that edition
    assert await numbers(orders, (index, 1), "subject:x") == [1]


async def test_headers_are_read_only_where_a_filter_asks_for_them(index):
    orders = Orders()
    for message in index:
        message.header.learn(b"Subject: x\r\n", 1)
    for q in ("", "larger:15", "-smaller:15", "is:marked", "has:size", "has:header", "larger:20/z"):
        await numbers(orders, (index, 3), q)
    assert all(message.header.search_text is UNREAD for message in index)
    assert await numbers(orders, (index, 3), "larger:15 subject:x") == [2, 3]
    assert not any(message.header.search_text is UNREAD for message in index)


async def test_another_listing_has_lists_of_its_own(index):
    orders = Orders()
    assert await numbers(orders, (index, 0), "larger:15") == [2, 3]
    other = index_of(("z", 99))
    assert await numbers(orders, (other, 0), "larger:15") == [1]
    orders.forget()
    assert not orders._orders
    assert not orders._selections


async def test_marks_and_the_clock_are_asked_each_time(index):
    orders = Orders()
    first, second, _ = index
    first.header.learn(b"Date: Sun, 01 Mar 2026 12:00:00 +0000\r\n", 1)
    for marks in ((first.id,), (second.id, first.id), ()):
        found = await orders.selection((index, 1), parse("is:marked"), Sort(), marks, NOW)
        assert {message.id for message in found.matched} == set(marks)
    assert await numbers(orders, (index, 1), "older:2d") == []
    assert await numbers(orders, (index, 1), "older:2d", now=NOW + timedelta(days=2)) == [1]


async def test_days_begin_where_one_is(index):
    orders = Orders()
    first, *_ = index
    first.header.learn(b"Date: Sun, 01 Mar 2026 23:30:00 +0000\r\n", 1)
    east = NOW.astimezone(timezone(timedelta(hours=2)))
    assert await numbers(orders, (index, 1), "before:2026-03-02") == [1]
    assert await numbers(orders, (index, 1), "before:2026-03-02", now=east) == []


async def test_few_selections_are_kept(index):
    orders = Orders()
    for octets in range(20):
        await numbers(orders, (index, 0), f"larger:{octets}")
    assert len(orders._selections) <= 4
