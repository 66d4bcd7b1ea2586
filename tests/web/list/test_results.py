"""What the list holds, in words and figures."""

from dataclasses import replace

import pytest

from app.mailbox import BadQuery, QueryFault, Selection, parse_query
from app.web.list.list_url import ListState
from app.web.list.results import (
    ListPage,
    fault_view,
    filter_view,
    listed,
    matching_view,
    order_view,
)
from tests.web.list.test_selection import HEADER, mailbox


async def found(q: str = "", page: int = 1, sort: str = "number", count: int = 250) -> ListPage:
    return await listed(mailbox(*range(1, count + 1)), ListState(sort, page, q))


@pytest.mark.parametrize(
    ("q", "page", "pages", "first", "last"),
    [("", 1, 3, 1, 100), ("", 3, 3, 201, 250), ("larger:150B", 1, 1, 151, 250), ("", 9, 3, 0, 0)],
)
async def test_pages_of_what_matches(q, page, pages, first, last):
    one = await found(q, page)
    assert one.pages == pages
    numbers: list[int] = [message.number for message in one.shown]
    assert ([*numbers[:1], 0][0], [0, *numbers[-1:]][-1]) == (first, last)


async def test_an_empty_mailbox_has_one_page():
    one = await found(count=0)
    assert (one.pages, list(one.shown)) == (1, [])
    view = matching_view(one)
    assert (view.count, view.octets, view.more) == (0, 0, False)


async def test_how_much_matches():
    view = matching_view(await found("larger:100B"))
    assert (view.q, view.count, view.more) == ("larger:100B", 150, True)
    assert (view.octets, view.unsized, view.undecided) == (sum(range(101, 251)), 0, 0)
    view = matching_view(await found("subject:offer"))
    assert (view.count, view.undecided) == (0, 250)


@pytest.mark.parametrize(
    ("q", "before", "at", "after"),
    [
        ("larger:1M colour:red x", "larger:1M ", "colour", ":red x"),
        ('a "open', "a ", '"open', ""),
        ("older:90", "older:", "90", ""),
        ("\u20ac colour:1", "\u20ac ", "colour", ":1"),
        ("a larger:5 c", "a larger:", "5", " c"),
    ],
)
async def test_a_filter_that_makes_no_sense_hides_nothing_and_shows_the_place(q, before, at, after):
    one = await found(q)
    assert len(one.selection.matched) == 250
    assert one.state.q == ""
    view = filter_view(one)
    assert view.q == q
    assert view.fault is not None
    assert view.fault.still == "The list still shows all messages."
    matching = matching_view(one)
    assert (matching.q, matching.carried, matching.wrong) == ("", q, True)
    assert (view.fault.before, view.fault.at, view.fault.after) == (before, at, after)
    assert f"At character {len(before) + 1}" in view.fault.words


@pytest.mark.parametrize("q", ["x" * 100_000, "colour:" * 15_000, '"' + "y" * 900, "a " * 400])
def test_what_is_wrong_with_much_text_is_told_in_little(q):
    with pytest.raises(BadQuery) as caught:
        parse_query(q)
    state = ListState()
    one = ListPage(state, Selection((), ()), (), q, caught.value)
    view = fault_view(one, caught.value, ListState(q="x" * 900))
    assert len(view.still) < 200
    assert len(view.words + view.before + view.at + view.after) < 600


async def test_a_small_size_without_a_unit_asks_which():
    one = await found("a smaller:300 c", sort="date")
    view = filter_view(one)
    assert view.fault is not None
    assert [(each.label, each.href) for each in view.fault.meant] == [
        ("300 MB", "/mailbox?q=a+smaller%3A300MB+c&sort=date"),
        ("300 KB", "/mailbox?q=a+smaller%3A300KB+c&sort=date"),
        ("300 B", "/mailbox?q=a+smaller%3A300B+c&sort=date"),
    ]
    still = fault_view(one, BadQuery(0, 1, "a", QueryFault.EMPTY), ListState(q="larger:5 MB"))
    assert still.still == "The list still shows what \u201clarger:5M\u201d finds."


async def test_what_a_size_without_a_unit_was_taken_for_is_said():
    one = await found("larger:5000 smaller:6 GB")
    assert filter_view(one).notes == (
        "\u201c5000\u201d has no unit: taken for 5,000 bytes (5.0 KB).",
    )
    assert one.state.q == "larger:5K smaller:6G"
    assert filter_view(await found("larger:5M")).notes == ()


async def test_every_recipe_can_be_read():
    recipes = filter_view(await found()).recipes
    assert len(recipes) > 3
    for recipe in recipes:
        assert parse_query(recipe.q).terms
        assert recipe.href.startswith("/mailbox?q=")
        assert recipe.href.endswith("&sort=number")


async def test_the_sort_of_the_list_is_chosen_in_the_form():
    view = filter_view(await found(sort="-date"))
    assert [sort.value for sort in view.sorts if sort.selected] == ["-date"]


async def test_rows_that_no_longer_belong_where_they_are_are_counted():
    one = mailbox(10, 30, 20, known=2)
    state = ListState("subject")
    first = await listed(one, state)
    ids = [message.id for message in first.shown]
    progress = replace(one.headers.progress, known=2, total=3)
    assert progress.known < progress.total
    fresh = order_view(one, first, None)
    assert not fresh.changed
    assert fresh.asks == "/mailbox/counted?sort=subject"
    assert not order_view(one, first, ids).changed
    third = one.index[ids[2]]
    one.headers.learn(third, HEADER.replace(b"offer", b"aaa"))
    again = await listed(one, state)
    view = order_view(one, again, ids)
    assert (view.changed, view.fresh) == (True, 0)
    view = order_view(one, again, ids[:2])
    assert (view.changed, view.fresh) == (True, 1)
    assert (view.href, view.list_href) == ("/mailbox?sort=subject", "/mailbox/list?sort=subject")


@pytest.mark.parametrize(
    ("sort", "q", "asks"),
    [("-size", "", False), ("number", "larger:1B", False), ("-size", "offer", True),
     ("from", "", True)],
)  # fmt: skip
async def test_it_asks_only_where_headers_can_change_anything(sort, q, asks):
    one = mailbox(10, 30, 20)
    state = ListState(sort, q=q)
    view = order_view(one, await listed(one, state), None)
    assert bool(view.asks) is asks
    for message in one.index:
        one.headers.learn(message, HEADER)
    assert order_view(one, await listed(one, state), None).asks == ""


def test_a_selection_knows_its_octets():
    assert Selection((), ()).octets == 0
