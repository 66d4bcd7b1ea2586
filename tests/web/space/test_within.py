"""What facets count: messages within the filter, without what was chosen of their own kind."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from app.mailbox import By, parse_query
from app.web.list.list_url import ListState
from app.web.space.facets import Facets, without_choice
from app.web.space.within import grouped_within
from tests.mailbox.heaps import header_of
from tests.mailbox.oracle import select
from tests.web.list.test_selection import mailbox
from tests.web.site.test_shell import MB
from tests.web.space.test_facets import q_of

HEADERS = [
    header_of("Anna <anna@example.org>", "5 Mar 2026 12:00"),
    header_of("Bob <bob@example.org>", "5 Feb 2026 12:00"),
    header_of("Bob <bob@example.org>", "5 Mar 2026 12:00"),
    header_of(None, None),
    None,
]


def read():
    one = mailbox(11 * MB, 2 * MB, 12 * MB, 300, 200_000)
    for message, header in zip(one.index, HEADERS, strict=True):
        if header is not None:
            one.headers.learn(message, header)
    return one


@pytest.mark.parametrize(
    "q",
    ["", "larger:10M", "from:bob", "sender:bob@example.org", "larger:1M -larger:10M from:bob",
     "month:2026-03", "month:2026-03 larger:10M domain:example.org", "-has:header",
     "from:bob or from:anna larger:5M", "older:2d", "nothing"],
)  # fmt: skip
@pytest.mark.parametrize("by", By)
async def test_a_facet_counts_what_its_click_shows(q, by):
    one = read()
    messages, now = tuple(one.index), datetime.now(UTC)
    groups = (await grouped_within(one, parse_query(q))).by[by]
    facets = Facets(ListState(q=q), 1)
    for group in groups:
        facet = facets.facet(by, group)
        if facet.href and not facet.current:
            found = select(parse_query(q_of(facet.href)), messages, {}, now).matched
            assert [m.id for m in found] == [m.id for m in group.members], facet
    base = without_choice(parse_query(q), by)
    found = select(base, messages, {}, now).matched
    assert Counter(m.id for group in groups for m in group.members) == Counter(m.id for m in found)


async def test_what_would_take_long_to_read_is_left_for_later():
    one = read()
    within = await grouped_within(one, parse_query("larger:1"), 1)
    assert [len(group.members) for group in within.by[By.SIZE]] == [2, 1, 1, 1]
    assert within.by[By.SENDER] == ()
    assert within.waiting
    assert not (await grouped_within(one, parse_query("larger:1"))).waiting
