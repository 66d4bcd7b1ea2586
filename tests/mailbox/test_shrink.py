"""Proposals against brute force: the fewest of the largest, a stretch of the oldest."""

from datetime import UTC, datetime, timedelta, tzinfo
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.models import Message
from app.mailbox.query import parse
from app.mailbox.shrink import Order, cut, proposed, ranked
from app.mailbox.terms import Query, Term
from tests.mailbox.oracle import select

from .heaps import HEAPS, NOW, ZONES, header_of, message

UNDER = st.one_of(st.integers(1, 60), st.integers(1, 3 * 10**8))


def meant(terms: tuple[Term, ...], heap: list[Message], zone: tzinfo = UTC) -> tuple[Message, ...]:
    """What the terms select, written and read again."""
    return tuple(select(parse(str(Query(terms))), heap, {}, NOW.astimezone(zone)).matched)


def octets_of(messages: tuple[Message, ...] | list[Message]) -> int:
    return sum(one.counted for one in messages)


@given(HEAPS, UNDER)
def test_the_largest_are_as_few_as_can_be(heap, under):
    found = proposed(heap, under, Order.LARGEST, UTC)
    total = octets_of(heap)
    if total < under:
        assert (found.terms, found.messages, found.octets, found.left) == ((), 0, 0, total)
        return
    chosen = meant(found.terms, heap)
    assert (len(chosen), octets_of(chosen)) == (found.messages, found.octets)
    assert found.left == total - found.octets < under
    rest = [one.octets for one in heap if one not in chosen]
    assert min((one.counted for one in chosen), default=0) >= max(rest, default=0)
    # No choice of fewer messages frees as much: of those the largest free most.
    fewer = sorted((one.octets for one in heap), reverse=True)[: found.messages - 1]
    assert total - sum(fewer) >= under


@given(st.lists(st.integers(0, 6), max_size=7), st.integers(1, 30))
def test_no_fewer_messages_would_do(sizes, under):
    heap = [message(n, size) for n, size in enumerate(sizes)]
    found = proposed(heap, under, Order.LARGEST, UTC)
    needed = next(
        count
        for count in range(len(heap) + 1)
        if any(sum(sizes) - octets_of(some) < under for some in combinations(heap, count))
    )
    assert found.messages == needed


@given(HEAPS, UNDER, ZONES)
def test_the_oldest_are_a_stretch_from_the_first_on(heap, under, zone):
    found = proposed(heap, under, Order.OLDEST, zone)
    total = octets_of(heap)
    if total < under:
        assert found.terms == ()
        return
    dated = {one.id: one.summary.date for one in heap if one.summary and one.summary.date}
    assert found.undecided == len(heap) - len(dated)
    chosen = meant(found.terms, heap, zone) if found.terms else ()
    assert (len(chosen), octets_of(chosen)) == (found.messages, found.octets)
    assert found.left == total - found.octets
    ages = [dated[one.id] for one in chosen]
    assert all(dated[id] > max(ages) for id in set(dated) - {one.id for one in chosen} if ages)
    if found.left >= under:
        assert len(chosen) == len(dated)
    else:  # without those of the last second it would not have been enough
        assert total - octets_of([one for one in chosen if dated[one.id] < max(ages)]) >= under


@given(HEAPS.filter(bool), st.data())
def test_a_cut_means_just_the_first(heap, data):
    count = data.draw(st.integers(1, len(heap)))
    order = ranked(heap, count + 1)
    chosen = meant((cut(order, count),), heap)
    assert {one.id for one in chosen} == {one.id for one in order[:count]}
    largest = sorted((one.octets for one in heap), reverse=True)
    assert [one.octets for one in order] == largest[: count + 1]


@pytest.mark.parametrize(
    ("sizes", "under", "text"),
    [
        ([61_234_567, 37_912_345, 27_400_000, 900_000], 70_000_000, "larger:60M"),
        ([61_234_567, 37_912_345, 27_400_000, 900_000], 30_000_000, "larger:30M"),
        ([61_234_567, 37_912_345, 37_912_344], 40_000_000, "larger:37912344B"),
        ([5, 5, 1], 7, "larger:5B/id0-0"),
        ([5, 5, 1], 2, "larger:4B"),
        ([5, 5, 1], 1, "-smaller:0B"),
        ([5, 0], 1, "larger:0B"),
    ],
)
def test_a_threshold_is_as_round_as_it_can_be(sizes, under, text):
    heap = [message(n, size) for n, size in enumerate(sizes)]
    assert str(Query(proposed(heap, under, Order.LARGEST, UTC).terms)) == text


AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "after", "text"),
    [
        (AT, AT + timedelta(seconds=9), "before:2026-03-02T09:30:09Z"),
        (AT, AT + timedelta(days=3), "before:2026-03-05"),
        (AT, AT + timedelta(days=40), "before:2026-04-01"),
        (AT, AT + timedelta(days=700), "before:2028-01-01"),
        (AT, None, "before:2026-03-03"),
        (datetime(9998, 12, 31, 12, tzinfo=UTC), None, "before:9998-12-31T12:00:01Z"),
    ],
)
def test_an_age_is_as_round_as_it_can_be(last, after, text):
    heap = [message(n, 10, header_of(None, at)) for n, at in enumerate([last, after]) if at]
    under = octets_of(heap)
    assert str(Query(proposed(heap, under, Order.OLDEST, UTC).terms)) == text


def test_where_no_age_is_known_nothing_is_proposed():
    heap = [message(1, 10), message(2, 10, header_of(None, "never"))]
    found = proposed(heap, 5, Order.OLDEST, UTC)
    assert (found.terms, found.messages, found.left, found.undecided) == ((), 0, 20, 2)
