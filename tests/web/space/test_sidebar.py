"""Where the space goes."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import Sort, parse_query
from app.web.list.list_url import ListState
from app.web.list.rows import heat
from app.web.space import sidebar
from app.web.space.within import grouped_within
from tests.mailbox.oracle import select
from tests.web.list.test_selection import mailbox as real
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


def shown(some):
    return [(one.label, one.totals.messages, one.current) for one in some.facets]


async def test_the_column_counts_within_the_filter_and_says_that_more_has_come():
    one = real(11 * MB, 2 * MB, 300)
    within = await grouped_within(one, parse_query("larger:10M"), 0)
    made = sidebar.space_map(one, ListState(q="larger:10M"), within)
    assert shown(made.facets.sizes) == [  # beside the one chosen
        ("over 10 MB", 1, True),
        ("1 to 10 MB", 1, False),
        ("100 KB to 1 MB", 0, False),
        ("up to 100 KB", 1, False),
    ]
    assert made.facets.narrowed
    assert made.under.value == "10"
    assert made.facets.href == "/mailbox/space?q=larger%3A10M"
    one.headers.learn(next(iter(one.index)), b"From: Anna <a@b.example>\r\n\r\n")
    within = await grouped_within(one, parse_query(""), 0)
    made = sidebar.space_map(one, ListState(), within)
    assert [shown(some) for some in made.facets.groups] == 2 * [[("not read yet", 3, False)]]
    assert made.facets.waiting
    made = sidebar.space_map(one, ListState(), await grouped_within(one, parse_query("")))
    assert [[f.label for f in some.facets] for some in made.facets.groups] == [
        ["Anna", "not read yet"],
        ["b.example", "not read yet"],
    ]
    assert not made.facets.waiting
    assert not made.facets.narrowed


@pytest.mark.parametrize(
    ("octets", "warmth"), [(0, 1), (99_999, 1), (100_000, 2), (MB, 3), (5 * MB, 4), (10 * MB, 5)]
)
def test_larger_is_warmer(octets, warmth):
    assert heat(octets) == warmth
