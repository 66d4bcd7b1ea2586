"""Selections in an order, without lists of them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.arranged import Flagged, Order
from app.mailbox.deciding import Selection, select
from app.mailbox.index import Sort, SortKey
from app.mailbox.query import parse

from .opening import index_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=12),
    st.sampled_from(["larger:4", "", "subject:a", "-subject:a", "larger:99", "smaller:99"]),
    st.sampled_from(list(SortKey)),
    st.booleans(),
    st.slices(15),
)
def test_they_are_what_filtering_the_ordered_list_gives(rows, q, key, descending, part):
    index = index_of(*((f"u{n}", octets) for n, (octets, _) in enumerate(rows)))
    for message, (_, known) in zip(index, rows, strict=True):
        if known:
            message.header.learn(b"Subject: ab\r\n", 1)
    sort = Sort(key, descending)
    plain = select(parse(q), index.ordered(sort), (), NOW)
    found = Flagged.of(select(parse(q), index, (), NOW), len(index)).arranged(Order.of(index, sort))
    assert list(found.matched) == list(plain.matched)
    assert list(found.undecided) == list(plain.undecided)
    assert len(found.matched) == len(plain.matched)
    assert list(found.matched[part]) == list(plain.matched[part])
    assert found.octets == plain.octets == sum(message.counted for message in plain.matched)
    if plain.matched:
        assert found.matched[0] is plain.matched[0]
        assert found.matched[-1] is plain.matched[-1]


def test_octets_of_nothing():
    assert Selection((), ()).octets == 0
