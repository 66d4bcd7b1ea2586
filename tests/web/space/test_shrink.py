"""What was typed into “Get me under”, what to begin with, and what is said."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import Order, parse_query, proposed
from app.web.space import shrink as under
from tests.mailbox.heaps import HEAPS, NOW, header_of, message
from tests.mailbox.oracle import select
from tests.support.table import table

MB = 1_000_000


@table(
    "typed, octets",
    [
        ("300", 300 * MB), (" 300 mb ", 300 * MB), ("500K", 500_000), ("500kB", 500_000),
        ("1.5G", 1500 * MB), ("1,5 GB", 1500 * MB), ("0.5", MB // 2), ("2GiB", 2 << 30),
        ("1T", 10**12), ("１２", 12 * MB), ("0.01K", 10), ("300B", 300),
        ("5 Mo", 5 * MB), ("9o", 9), ("2 Gio", 2 << 30),
        ("", None), (" ", None), ("0", None), ("0.00", None), ("-5", None), ("1.500", None),
        ("1,500", None), ("1 500", None), ("5X", None), ("5I", None), ("5KI", None),
        ("MB", None), ("1e9", None),
        ("NaN", None), ("9" * 16, None), ("9" * 100_000, None), ("٣", None), ("5\n5", None),
    ],
)  # fmt: skip
def test_sizes_as_people_type_them(typed, octets):
    assert under.read_size(typed) == octets


@given(st.text(max_size=50))
def test_any_text_is_a_size_above_nothing_or_none(typed):
    octets = under.read_size(typed)
    assert octets is None or octets > 0


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (412_600_000, "400"), (400 * MB, "350"), (130 * MB, "100"), (1_234 * MB, "1000"),
        (10**12 + 1, "1000000"),
        (7_300_000, "7"), (1_600_000, "1.5"), (640_000, "600K"), (999, ""), (9, ""), (0, ""),
    ],
)  # fmt: skip
def test_a_size_to_begin_with(octets, shown):
    assert under.suggested(octets) == shown
    assert under.form(octets).value == shown


@given(st.integers(0, 10**18))
def test_what_it_begins_with_can_be_read_and_is_less(octets):
    shown = under.suggested(octets)
    read = under.read_size(shown)
    assert shown == "" or (read is not None and octets / 2 <= read < octets)


@given(HEAPS, st.integers(1, 2 * 10**8), st.sampled_from(Order))
def test_either_there_is_something_to_show_or_a_reason(heap, octets, order):
    found = proposed(heap, octets, order, UTC)
    said = under.refusal("x", octets, order, found)
    if said is not None:
        assert said.said[-1] == "."
        assert not said.wrong
        assert said.oldest is (order is Order.OLDEST)
        return
    chosen = select(
        parse_query(str(parse_query(q_of(under.way(found, order, "1", free=False))))), heap, {}, NOW
    )
    left = sum(m.counted for m in heap) - sum(m.counted for m in chosen.matched)
    assert left < octets


def q_of(path: str) -> str:
    from urllib.parse import parse_qs, urlsplit

    return parse_qs(urlsplit(path).query)["q"][0]


def test_what_is_said():
    known = [message(n, 10 * MB, header_of("a@b", f"{n} Mar 2026 12:00")) for n in range(1, 4)]
    heap = [*known, message(9, 5 * MB), message(10, 5 * MB)]

    def said(octets: int | None, order: Order) -> str:
        found = proposed(heap, octets, order, UTC) if octets else None
        view = under.refusal("x", octets, order, found)
        return view.said if view else ""

    assert said(None, Order.LARGEST).startswith("This is not a size.")
    assert said(41 * MB, Order.LARGEST) == ("The mailbox is 40.0 MB: nothing has to go.")
    assert said(40 * MB, Order.LARGEST) == ""
    assert said(11 * MB, Order.OLDEST) == ""
    assert said(10 * MB, Order.OLDEST) == (
        "Even without every message whose date is known, 10.0 MB would be left. "
        "The dates of 2 messages are not known."
    )
    heap = heap[3:]
    assert said(5 * MB, Order.OLDEST).startswith("No message's date is known yet")
    heap = []
    assert said(5 * MB, Order.OLDEST) == "The mailbox is 0 B: nothing has to go."


def test_the_oldest_are_not_told_before_all_headers_are_read():
    heap = [message(1, 9), message(2, 5, header_of(None, "1 Mar 2026 12:00"))]

    def said(octets: int, order: Order) -> str:
        view = under.refusal("x", octets, order, proposed(heap, octets, order, UTC), coming=1)
        return view.said if view else ""

    assert said(10, Order.OLDEST).startswith("1 header is still to be read")
    assert said(10, Order.LARGEST) == ""
    assert said(15, Order.OLDEST).endswith("nothing has to go.")


def test_the_list_shows_first_what_goes_first():
    heap = [message(1, 9), message(2, 5, header_of(None, "1 Mar 2026 12:00"))]
    largest = proposed(heap, 6, Order.LARGEST, UTC)
    kept = under.way(largest, Order.LARGEST, "5B", free=False)
    assert kept == "/mailbox?q=larger%3A8B&keep=5B"
    oldest = proposed(heap, 10, Order.OLDEST, UTC)
    assert under.way(oldest, Order.OLDEST, "5 B", free=True).endswith("&sort=date&free=5+B")


def test_either_number_says_what_may_be_left():
    assert under.left_under(30, 100, free=False) == 31
    assert under.left_under(30, 100, free=True) == 71
    assert under.left_under(101, 100, free=True) == 0
