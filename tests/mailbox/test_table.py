"""Filters by columns decide as message by message, in any order of the list."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.index import Index, Sort, SortKey
from app.mailbox.query import parse
from app.mailbox.table import Ordering, Selection, Table, Texts
from app.mailbox.terms import Query
from tests.mailbox.oracle import select

from .opening import index_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BY_NUMBER = Sort(SortKey.NUMBER, descending=False)
ZONES = st.integers(-11, 13).map(lambda hours: timezone(timedelta(hours=hours)))
HEADERS = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "From": st.sampled_from(["Anna <a@b.example>", "x@y.example"]),
        "To": st.sampled_from(["anna@b.example", "c@d, X Y <x@y>"]),
        "Subject": st.sampled_from(["Invoice", "x  Y", "Gr\u00fc\u00dfe", "b\u00e4r"]),
        "Date": st.integers(0, 400),
        "Content-Type": st.sampled_from(["multipart/mixed", "text/html", "multipart/related"]),
    },
)
TERMS = st.sampled_from(
    ["anna", "invoice", '"x y"', "from:a@b", "to:x", "subject:gr\u00dcSSE", "larger:4", "smaller:4",
     "older:30d", "newer:30d", "before:2026-02-28", "after:2026-02-28", "has:attachment",
     "is:marked", "has:date", "has:sender", "has:domain", "has:header", "has:size",
     "sender:a@b.example", "domain:y.example", "month:2026-02", "month:2026-03",
     "before:2026-03-01T23:30:00Z", "after:2026-03-01T23:30:00Z", "larger:4/m"]
)  # fmt: skip


def listing(rows: list[tuple[int, dict[str, object] | None]]) -> Index:
    """Messages of some octets and headers, as far as known; dates are hours before March 2nd."""
    index = index_of(*((f"u{n}", octets) for n, (octets, _) in enumerate(rows)))
    for message, (_, header) in zip(index, rows, strict=True):
        if header is not None:
            lines = dict(header)
            if "Date" in lines:
                sent = datetime(2026, 3, 2, 1, tzinfo=UTC) - timedelta(
                    hours=int(str(lines["Date"]))
                )
                lines["Date"] = f"{sent:%a, %d %b %Y %H:%M:%S +0000}"
            raw = "".join(f"{name}: {value}\n" for name, value in lines.items())
            message.header.learn(raw.encode(), 1)
    return index


@given(
    st.lists(st.tuples(st.integers(0, 9), HEADERS), max_size=8),
    st.lists(st.tuples(TERMS, st.booleans()), max_size=4),
    st.sets(st.integers(0, 7)),
    ZONES,
)
def test_they_agree(rows, terms, marked, zone):
    index = listing(rows)
    query = parse(" ".join("-" * negated + term for term, negated in terms))
    marks = {message.id for message in index if message.place in marked}
    now = datetime(2026, 3, 2, 12, 0, tzinfo=zone)
    found = Table(tuple(index)).flagged(query, marks, now).arranged(Ordering.of(index, BY_NUMBER))
    plain = select(query, index, marks, now)
    assert list(found.matched) == list(plain.matched)
    assert list(found.undecided) == list(plain.undecided)
    assert found.octets == plain.octets


@pytest.mark.parametrize("query", [Query(), parse("larger:1"), parse("-anna")])
def test_of_nothing_nothing_matches(query):
    index = listing([])
    found = Table(tuple(index)).flagged(query, (), datetime.now(UTC))
    assert (found.counts, found.octets, found.matched) == ((0, 0), 0, b"")


@given(
    st.lists(st.tuples(st.text("ab \n\u00e9", max_size=4), st.integers(0, 1)), max_size=9),
    st.text("ab \u00e9", max_size=3),
    st.booleans(),
)
def test_a_column_is_looked_into_as_each_of_its_texts(rows, needle, often):
    rows = rows * 3 if often else rows
    texts, left = [text for text, _ in rows], bytes(flag for _, flag in rows)
    found = Texts(texts).holding(needle, left).to_bytes(len(texts), "little")
    pairs = zip(found, left, strict=True)
    assert [a & b for a, b in pairs] == [(needle in text) & flag for text, flag in rows]


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
    found = Table(tuple(index)).flagged(parse(q), (), NOW).arranged(Ordering.of(index, sort))
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
