"""The page of the treemap: what is drawn, what fits, where it leads."""

from datetime import UTC
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import By, Message, Query, Selection, grouped, parse_query
from app.web.list.list_url import ListState
from app.web.site import formats
from app.web.space.facets import Facets
from app.web.space.page import Drawing, fitted, space_page
from app.web.space.treemap import Frame
from app.web.space.views import SpaceView, TileView, UnderView
from tests.mailbox.heaps import HEAPS, NOW, header_of, message
from tests.mailbox.oracle import select

FRAME = Frame(0, 0, 1000, 560)


def page(heap: list[Message], q: str = "") -> SpaceView:
    query = parse_query(q)
    found = select(query, heap, {}, NOW)
    return space_page(found, query, UnderView(""))


def meant(href: str, heap: list[Message]) -> int:
    """How many messages the list behind a link shows."""
    q = parse_qs(urlsplit(href).query).get("q", [""])[0]
    return len(select(parse_query(q), heap, {}, NOW).matched)


@pytest.mark.parametrize(
    ("text", "ems", "shown"),
    [
        ("Holiday video", 8, "Holiday video"), ("Holiday video", 7, "Holiday vi…"),
        ("Holiday video", 3.1, "Holi…"), ("Holiday video", 2.5, ""), ("", 9, ""), ("a", 0.1, ""),
        ("a\n b", 9, "a b"), ("写真を送ります", 6, "写真を送…"),
        ("写真を送ります", 7.5, "写真を送ります"),
        ("e\u0301" * 4, 2.5, "e\u0301" * 4),
    ],
)  # fmt: skip
def test_as_much_of_a_text_as_fits(text, ems, shown):
    assert fitted(text, ems * 12) == shown


def inside(inner: TileView, outer: TileView | Frame) -> bool:
    return (
        outer.x - 0.02 <= inner.x
        and outer.y - 0.02 <= inner.y
        and inner.x + inner.width <= outer.x + outer.width + 0.02
        and inner.y + inner.height <= outer.y + outer.height + 0.02
    )


def clear(one: TileView, other: TileView) -> bool:
    """Whether two rectangles do not overlap."""
    return (
        one.x + one.width <= other.x + 0.02
        or other.x + other.width <= one.x + 0.02
        or one.y + one.height <= other.y + 0.02
        or other.y + other.height <= one.y + 0.02
    )


@given(HEAPS, st.sampled_from([FRAME, Frame(0, 0, 360, 640)]))
def test_every_octet_has_its_place_and_links_can_be_hit(heap, frame):
    groups = [group for group in grouped(heap, By.SENDER, UTC) if group.octets]
    if not groups:
        return
    groups.sort(key=lambda group: -group.octets)
    drawn = Drawing(frame, Facets(ListState(), 1), Query()).senders(groups)
    area = sum(one.strip.width * one.strip.height for one in drawn)
    assert area == pytest.approx(frame.width * frame.height, rel=1e-3)
    for place, sender in enumerate(drawn):
        assert inside(sender.strip, frame)
        assert all(clear(sender.strip, other.strip) for other in drawn[place + 1 :])
        for number, tile in enumerate(sender.tiles):
            assert inside(tile, sender.strip)
            assert tile.y >= sender.strip.y + 24
            assert all(clear(tile, other) for other in sender.tiles[number + 1 :])
        for tile in (sender.strip, *sender.tiles):
            assert not tile.href or min(tile.width, tile.height) >= 29.98
            assert len(tile.lines) * 15 <= tile.height
            if tile.href.startswith("/"):
                assert meant(tile.href, heap) >= 1


@given(HEAPS)
def test_the_table_says_the_same_as_the_picture(heap):
    view = page(heap)
    shown = sum(row.totals.messages for row in view.senders)
    assert view.totals.messages == len(heap) == shown
    for row in view.senders:
        assert meant(row.href, heap) == row.totals.messages
    assert bool(view.treemaps) is any(one.octets for one in heap)
    names = {f"{row.label} · {formats.size(row.totals.octets)}" for row in view.senders}
    for tree in view.treemaps:
        others = [s.strip.title for s in tree.senders if s.strip.href == "#senders"]
        titles = {sender.strip.title for sender in tree.senders}
        assert len(titles - names) <= 1 + len(others)
    assert sum(facet.totals.messages for facet in view.facets[0].facets) == len(heap)


def test_few_are_drawn_and_the_others_are_one():
    heap = [message(n, 1000 - n, header_of(f"P{n} <p{n}@x.example>", None)) for n in range(150)]
    heap.append(message(999, 0, header_of("nobody@x.example", None)))
    view = page(heap)
    wide, tall = view.treemaps
    assert (wide.shape, tall.shape) == ("wide", "tall")
    assert len(wide.senders) == len(tall.senders) == 25
    assert wide.senders[-1].strip.title.startswith("126 more senders · ")
    assert wide.senders[-1].strip.href == "#senders"
    assert len(view.senders) == 100
    assert (view.more, view.left_out.messages) == (51, 51)


def test_a_sender_has_the_largest_messages_and_the_rest_in_one():
    sizes = [50_000_000, 20_000_000, 9_000_000, *[10_000] * 500]
    heap = [
        message(n, size, header_of("Bob <bob@x.example>", None)) for n, size in enumerate(sizes)
    ]
    (wide, _) = page(heap, "larger:1").treemaps
    (bob,) = wide.senders
    assert bob.strip.lines == ("Bob · 84.0 MB",)
    assert [tile.heat for tile in bob.tiles] == [5, 5, 4, 0]
    assert bob.tiles[-1].title == "500 more messages · 5.0 MB"
    assert bob.tiles[0].lines == ("a", "50.0 MB")
    largest = heap[0]
    assert bob.tiles[0].href == (
        f"/mailbox/messages/{largest.id}?q=larger%3A1B+sender%3Abob%40x.example"
    )


def test_what_has_no_size_is_not_drawn():
    view = page([message(1, 0), message(2, 0)])
    assert view.treemaps == ()
    assert [row.label for row in view.senders] == ["not read yet"]
    assert page([]).senders == ()


def test_what_the_filter_cannot_tell_is_counted():
    heap = [message(1, 5), message(2, 7, header_of("a@b.example", None))]
    view = page(heap, "from:a")
    assert (view.totals.messages, view.undecided, view.q) == (1, 1, "from:a")
    assert view.back == "/mailbox?q=from%3Aa"
    assert isinstance(select(parse_query("from:a"), heap, {}, NOW), Selection)
