"""The list: its rows and pages."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.mailbox import Totals
from app.web.list.list_url import ListState
from app.web.list.rows import Rows, pager
from app.web.list.views import RowView, TrayView
from app.web.mailbox.views import MarkedFragment
from app.web.site import formats
from tests.web.site.test_shell import MB, mailbox
from tests.web.test_render import made, rendered


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
    one.marks.add([message])
    row = Rows(one, ListState("size", 2), message.id).row(message)
    assert (row.known, row.refused, row.marked, row.current) == (False, False, True, True)
    assert row.sender == row.subject == row.date_title == ""
    assert row.date is None
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
    assert row.date == datetime(2020, 3, 3, 10, tzinfo=UTC)
    assert row.date_title == formats.when(row.date)
    message.header.learn(b"Subject: who?\r\n\r\n", 2)
    row = Rows(one, ListState()).row(message)
    assert (row.known, row.sender, row.date) == (True, "", None)


def test_a_date_of_arrival_says_so():
    one = mailbox(500)
    (message,) = one.index
    message.header.learn(
        b"Received: from a ([192.0.2.1]) by b.example; Tue, 03 Mar 2020 10:00:00 +0000\r\n"
        b"Date: yesterday\r\n\r\n",
        1,
    )
    row = Rows(one, ListState()).row(message)
    assert (row.received, row.date) == (True, datetime(2020, 3, 3, 10, tzinfo=UTC))
    assert row.date_title.startswith("received ")
    assert row.date_title.endswith("the message has no readable date of its own")


def test_a_row_writes_its_date_in_short_and_its_size():
    row = made(RowView, "", flag=True, full=True)
    row = replace(row, refused=False, received=False, octets=6318)
    page = rendered(
        "list/marked", MarkedFragment(row, TrayView(Totals(1284, 5_000_000, 1)), "", "")
    )
    assert 'datetime="2024-02-29T12:30:05+00:00" title="">29 Feb 2024</time>' in page
    assert 'class="size">6.3 KB<' in page
    assert "<b>1,284 messages, at least 5.0 MB</b>" in page
    bare = replace(row, date=None, octets=None)
    page = rendered("list/marked", MarkedFragment(bare, TrayView(Totals()), "", ""))
    assert "<time" not in page.partition("</li>")[0]
    assert 'class="size">size not known<' in page


@pytest.mark.parametrize(
    ("page", "total", "first", "last", "previous", "following"),
    [
        (1, 0, 0, 0, "", ""),
        (1, 100, 1, 100, "", ""),
        (1, 101, 1, 100, "", "/mailbox?page=2"),
        (2, 101, 101, 101, "/mailbox", ""),
        (3, 1234, 201, 300, "/mailbox?page=2", "/mailbox?page=4"),
    ],
)
def test_the_pager(page, total, first, last, previous, following):
    shown = pager(ListState(page=page), total)
    assert (shown.first, shown.last) == (first, last)
    assert (shown.previous, shown.next) == (previous, following)
