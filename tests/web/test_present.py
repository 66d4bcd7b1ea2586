"""From a mailbox to what pages show: rows, bands, the space bar, pagers, addresses."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.index import Index, Listing
from app.pop3 import MessageNumber, Octets, ScanListing, Stat, Uidl, UniqueId
from app.transport import Security, Target
from app.web import present
from app.web.present import PER_PAGE, ListState, Rows, current_list

MB = 1_000_000


def index_of(*sizes: int) -> Index:
    rows = [ScanListing(MessageNumber(n), Octets(size)) for n, size in enumerate(sizes, 1)]
    uidls = [UniqueId(row.number, Uidl(f"u{row.number}")) for row in rows]
    return Index(Listing(Stat(len(rows), sum(sizes)), rows, uidls), "")


def mailbox(*sizes: int, **more: Any) -> Any:
    """As much of a mailbox as the views look at."""
    target = Target("pop.example.net", 995, Security.TLS)
    given = {
        "index": index_of(*sizes),
        "marks": {},
        "tls": "TLSv1.3",
        "held_seconds": 4.7,
        "account": SimpleNamespace(username="anna", target=target),
        "marked": SimpleNamespace(messages=0, octets=0),
    }
    return SimpleNamespace(**{**given, **more})


def services(**config: Any) -> Any:
    return SimpleNamespace(config=SimpleNamespace(**{"demo": None, **config}))


@pytest.mark.parametrize(
    ("state", "more", "href"),
    [
        (ListState(), {}, "/mailbox"),
        (ListState("-size", 1), {"tab": None}, "/mailbox"),
        (ListState("date", 3), {}, "/mailbox?sort=date&page=3"),
        (ListState("date", 3), {"lines": 5}, "/mailbox?sort=date&page=3&lines=5"),
        (ListState(), {"tab": "a&b"}, "/mailbox?tab=a%26b"),
    ],
)
def test_addresses_say_only_what_is_not_as_usual(state, more, href):
    assert state.href(**more) == href


@pytest.mark.parametrize(
    ("url", "state", "id"),
    [
        ("http://localhost/mailbox", ListState(), ""),
        ("http://localhost/mailbox?sort=date&page=2", ListState("date", 2), ""),
        ("/mailbox/messages/abc?page=2", ListState("-size", 2), "abc"),
        ("http://localhost/mailbox?sort=colour", ListState(), ""),
        ("http://localhost/mailbox?page=0", ListState(), ""),
        ("http://localhost/elsewhere/mailbox/messages/abc", ListState(), ""),
        ("http://[", ListState(), ""),
        ("", ListState(), ""),
    ],
)
def test_where_a_click_came_from(url, state, id):
    assert current_list(url) == (state, id)


@given(st.text())
def test_no_address_breaks_it(url):
    state, _ = current_list(url)
    assert state.page >= 1


@given(st.sampled_from(["-size", "date", "subject"]), st.integers(1, 10**9))
def test_an_address_leads_back_to_where_it_was_made(sort, page):
    state = ListState(sort, page)
    assert current_list("http://localhost" + state.href("/mailbox/messages/x")) == (state, "x")


@pytest.mark.parametrize(
    ("octets", "heat"),
    [(0, 1), (99_999, 1), (100_000, 2), (MB, 3), (5 * MB, 4), (10 * MB, 5), (61 * MB, 5)],
)
def test_the_larger_the_warmer(octets, heat):
    one = mailbox(octets, 100 * MB)
    row = Rows(one, ListState()).row(next(iter(one.index)))
    assert row.heat == heat
    assert row.share == round(100 * octets / (100 * MB), 2)


def test_a_row_of_what_is_not_known_yet():
    one = mailbox(500)
    (message,) = one.index
    one.marks[message.id] = None
    row = Rows(one, ListState("size", 2), message.id).row(message)
    assert (row.known, row.refused, row.marked, row.current) == (False, False, True, True)
    assert row.sender == row.subject == row.date == row.date_iso == ""
    assert row.href == f"/mailbox/messages/{message.id}?sort=size&page=2"
    assert row.reader_href == f"/mailbox/messages/{message.id}/reader?sort=size&page=2"


def test_a_row_of_what_is_known():
    one = mailbox(500)
    (message,) = one.index
    message.header.learn(
        b"From: =?utf-8?q?=C3=84nna?= <a@b.c>\r\nSubject: hi\r\n"
        b"Date: Tue, 03 Mar 2020 10:00:00 +0000\r\n\r\n",
        1,
    )
    row = Rows(one, ListState()).row(message)
    assert (row.sender, row.sender_title, row.subject) == ("Änna", "Änna <a@b.c>", "hi")
    assert row.date == "3 Mar 2020"
    assert row.date_iso == "2020-03-03T10:00:00+00:00"
    message.header.learn(b"Subject: who?\r\n\r\n", 2)
    row = Rows(one, ListState()).row(message)
    assert (row.known, row.sender, row.date) == (True, "", "")


@given(st.lists(st.integers(0, 10**10), max_size=40))
def test_the_space_bar_is_full_and_its_blocks_touch(sizes):
    one = mailbox(*sizes)
    by_size = one.index.ordered(present._BY_SIZE)
    stat = present._stat(one, by_size)
    assert stat.largest == min(5, len(sizes))
    edge = 0.0
    for block in stat.blocks:
        assert block.x == pytest.approx(edge, abs=0.02)
        assert block.width >= 0
        edge = block.x + block.width
    if sum(sizes):
        assert edge == pytest.approx(100, abs=0.1)


@given(st.lists(st.integers(0, 2 * 10**7), max_size=300))
def test_bands_count_every_message_once_and_lead_to_their_first(sizes):
    one = mailbox(*sizes)
    by_size = one.index.ordered(present._BY_SIZE)
    bands = present._bands(one, by_size)
    counts = [int(band.messages) for band in bands]
    assert sum(counts) == len(sizes)
    limits = [10 * MB, MB, 100_000, 0]
    start = 0
    for count, least, band in zip(counts, limits, bands, strict=True):
        members = by_size[start : start + count]
        assert all(message.octets >= least for message in members)
        assert all(message.octets < least for message in by_size[start + count :])
        if members:
            page = start // PER_PAGE + 1
            assert band.href == f"{ListState(page=page).href()}#m-{members[0].id}"
        else:
            assert band.href == ""
        start += count


@pytest.mark.parametrize(
    ("page", "total", "first", "last", "previous", "following"),
    [
        (1, 0, "0", "0", "", ""),
        (1, 100, "1", "100", "", ""),
        (1, 101, "1", "100", "", "/mailbox?page=2"),
        (2, 101, "101", "101", "/mailbox", ""),
        (3, 1234, "201", "300", "/mailbox?page=2", "/mailbox?page=4"),
    ],
)
def test_the_pager(page, total, first, last, previous, following):
    pager = present._pager(ListState(page=page), total)
    assert (pager.first, pager.last) == (first, last)
    assert (pager.previous, pager.next) == (previous, following)


@pytest.mark.parametrize(
    ("target", "tls", "shown"),
    [
        (Target("pop.lan", 995, Security.TLS), "TLSv1.3", ("pop.lan:995", "TLS 1.3", False)),
        (Target("::1", 110, Security.NONE), None, ("[::1]:110", "not encrypted", True)),
        (
            Target("pop.lan", 110, Security.STARTTLS, verified=False),
            "TLSv1.2",
            ("pop.lan:110", "TLS 1.2, unverified", False),
        ),
    ],
)
def test_the_top_bar_says_how_the_connection_is_protected(target, tls, shown):
    one = mailbox(tls=tls, account=SimpleNamespace(username="anna", target=target))
    view = present.account(one, services())
    assert (view.server, view.protection, view.plaintext) == shown
    assert (view.held, view.demo) == (4, False)
    assert present.account(one, services(demo=SimpleNamespace(target=target))).demo is True
    one.held_seconds = None
    assert present.account(one, services()).held is None


def test_the_title_says_what_is_marked_and_what_is_open():
    one = mailbox()
    assert present.title(one, None) == "anna"
    one.marked = SimpleNamespace(messages=1234, octets=5)
    reader: Any = SimpleNamespace(row=SimpleNamespace(subject=""))
    assert present.title(one, reader) == "1,234 marked · Message · anna"
    assert present.tray(one).messages == "1,234"
