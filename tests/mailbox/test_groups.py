"""Groups are exactly what their filters select."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.groups import By, Group, grouped
from app.mailbox.query import parse
from app.mailbox.terms import MAX_CHARACTERS, Query
from tests.mailbox.oracle import select

from .heaps import HEAPS, NOW, ZONES, header_of, message

FILTERS = st.sampled_from(["", "larger:5", "anna", "-has:date", 'from:"anna"', "smaller:1M -x"])


@given(HEAPS, st.sampled_from(By), FILTERS, ZONES)
def test_a_group_is_what_its_filter_selects(heap, by, text, zone):
    now = NOW.astimezone(zone)
    within = select(parse(text), heap, {}, now).matched
    groups = grouped(within, by, zone)
    assert sorted(m.number for g in groups for m in g.members) == sorted(m.number for m in within)
    for group in groups:
        query = parse(text).narrowed(group.terms)
        assert query is not None
        chosen = select(parse(str(query)), heap, {}, now)
        assert tuple(chosen.matched) == group.members
        assert group.octets == sum(m.counted for m in group.members)
        assert len(str(Query(group.terms))) <= MAX_CHARACTERS


@given(HEAPS, st.sampled_from([By.SENDER, By.DOMAIN, By.MONTH]))
def test_what_is_lacking_and_what_is_unknown_stand_apart(heap, by):
    groups = grouped(heap, by, UTC)
    assert len({group.key for group in groups}) == len(groups)
    assert all(group.members for group in groups)
    unknown = [m for m in heap if not m.headers_known]
    assert [g.members for g in groups if g.key is None] == ([tuple(unknown)] if unknown else [])
    behind = [group.key for group in groups if not group.key]
    assert [group.key for group in groups][len(groups) - len(behind) :] == behind
    assert behind in ([], [""], [None], ["", None])


def test_sizes_come_in_four_bands_from_the_largest_down():
    sizes = [0, 100_000, 100_001, 10**6, 10**7, 10**7 + 1]
    groups = grouped([message(n, size) for n, size in enumerate(sizes)], By.SIZE, UTC)
    counts = [(group.key, len(group.members)) for group in groups]
    assert counts == [("10M", 1), ("1M", 1), ("100K", 2), ("0", 2)]
    assert [str(Query(g.terms)) for g in groups] == [
        "larger:10M", "larger:1M -larger:10M", "larger:100K -larger:1M", "-larger:100K",
    ]  # fmt: skip
    assert [len(g.members) for g in grouped([], By.SIZE, UTC)] == [0, 0, 0, 0]


def told(groups: tuple[Group, ...]) -> list[tuple[str | None, str, int, str]]:
    return [(g.key, g.name, len(g.members), str(Query(g.terms))) for g in groups]


def test_a_sender_is_the_address_under_the_name_it_has_most_often():
    heap = [
        message(1, 10, header_of("Anna <Anna@example.org>", None)),
        message(2, 10, header_of("Anna Alt <anna@example.org>", None)),
        message(3, 10, header_of("Anna Alt <anna@EXAMPLE.org>", None)),
        message(4, 99, header_of("root", None)),
        message(5, 98, header_of("-b@example.org", None)),
        message(6, 97, header_of(None, None)),
        message(7, 96),
    ]
    assert told(grouped(heap, By.SENDER, UTC)) == [
        ("root", "root", 1, "sender:root"),
        ("-b@example.org", "", 1, 'sender:"-b@example.org"'),
        ("anna@example.org", "Anna Alt", 3, "sender:anna@example.org"),
        ("", "", 1, "-has:sender"),
        (None, "", 1, "-has:header"),
    ]
    assert told(grouped(heap, By.DOMAIN, UTC)) == [
        ("example.org", "", 4, "domain:example.org"),
        ("", "", 2, "-has:domain"),
        (None, "", 1, "-has:header"),
    ]


def test_months_come_in_their_order():
    dates = ["5 Mar 2026 12:00", "5 Feb 2026 12:00", "never", "6 Mar 2026 12:00"]
    heap = [message(n, 10 * n, header_of(None, date)) for n, date in enumerate(dates, 1)]
    assert told(grouped(heap, By.MONTH, UTC)) == [
        ("2026-02", "", 1, "month:2026-02"),
        ("2026-03", "", 2, "month:2026-03"),
        ("", "", 1, "-has:date"),
    ]


@pytest.mark.parametrize("by", list(By))
def test_nothing_has_no_groups_but_bands(by):
    assert [g.members for g in grouped([], by, UTC)] == ([()] * 4 if by is By.SIZE else [])


def test_a_filter_that_would_be_too_long_is_not_made():
    (group,) = grouped([message(1, 1, header_of("a@b.example", None))], By.SENDER, UTC)
    assert parse("x" * 900).narrowed(group.terms) is not None
    assert parse("x" * 990).narrowed(group.terms) is None
    assert parse("x " * 50).narrowed(group.terms) is None
