"""Where the space goes."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import Sort, grouped, parse_query
from app.web.list.list_url import ListState
from app.web.list.rows import heat
from app.web.space import sidebar
from tests.mailbox.oracle import select
from tests.web.site.test_shell import MB, mailbox


@given(st.lists(st.integers(0, 10**10), max_size=40))
def test_the_space_bar_is_full_and_its_blocks_touch(sizes):
    one = mailbox(*sizes)
    by_size = one.index.ordered(Sort())
    stat = sidebar.stat(one, by_size)
    assert stat.largest == min(5, len(sizes))
    edge = 0.0
    for block in stat.blocks:
        assert block.x == pytest.approx(edge, abs=0.02)
        assert block.width >= 0
        edge = block.x + block.width
    if sum(sizes):
        assert edge == pytest.approx(100, abs=0.1)


@given(st.lists(st.integers(0, 30), max_size=12))
def test_the_strip_leads_to_just_the_largest_and_to_all_the_others(sizes):
    one = mailbox(*sizes)
    by_size = one.index.ordered(Sort())
    stat = sidebar.stat(one, by_size)

    def octets(href: str) -> list[int]:
        q = parse_qs(urlsplit(href).query).get("q", [""])[0]
        chosen = select(parse_query(q), by_size, {}, datetime.now(UTC))
        return [message.counted for message in chosen.matched]

    largest = sorted(sizes, reverse=True)
    assert octets(stat.href) == largest[:5]
    if len(sizes) > 5:
        assert octets(stat.blocks[-1].href) == largest[5:]
        ids = {block.href.rpartition("/")[2] for block in stat.blocks[:-1]}
        assert len(ids) == 5


def test_the_column_has_what_was_surveyed_last_and_says_that_more_has_come():
    one = mailbox(11 * MB, 2 * MB, 300)
    one.listing.groups, one.listing.surveyed = (lambda by, zone: None), (lambda zone: False)
    made = sidebar.space_map(one, ListState(q="larger:10M"))
    assert [
        (band.label, band.totals.messages, band.current) for band in made.facets.sizes.facets
    ] == [
        ("over 10 MB", 1, True),
        ("1 to 10 MB", 1, False),
        ("100 KB to 1 MB", 0, False),
        ("up to 100 KB", 1, False),
    ]
    assert [some.facets for some in made.facets.groups] == [(), ()]
    assert made.facets.waiting
    assert made.under.value == "10"
    assert made.facets.href == "/mailbox/space?q=larger%3A10M"
    next(iter(one.index)).header.learn(b"From: Anna <a@b.example>\r\n\r\n", 1)
    one.listing.groups = lambda by, zone: grouped(one.index, by, zone)
    one.listing.surveyed = lambda zone: True
    made = sidebar.space_map(one, ListState())
    assert [[f.label for f in some.facets] for some in made.facets.groups] == [
        ["Anna", "not read yet"],
        ["b.example", "not read yet"],
    ]
    assert not made.facets.waiting


@pytest.mark.parametrize(
    ("octets", "warmth"), [(0, 1), (99_999, 1), (100_000, 2), (MB, 3), (5 * MB, 4), (10 * MB, 5)]
)
def test_larger_is_warmer(octets, warmth):
    assert heat(octets) == warmth
