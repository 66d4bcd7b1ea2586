"""The reader's view: what was seen, what it cost, and what can be done next."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from app.mailbox import Peeked, Saved
from app.mailbox.downloads import Downloads
from app.mime import Contents, split_header
from app.pop3 import CommandRejected
from app.web.list.list_url import ListState
from app.web.reader.reader import ReaderPane
from app.web.reader.tabs import Asked, show
from app.web.reader.views import MessageView, ReaderFragment, Tab
from tests.web.reader.test_tabs import texts
from tests.web.site.test_shell import mailbox
from tests.web.test_render import rendered

MIXED = (
    b"From: Anna <anna@example.net>\r\n"
    b"To: " + b", ".join(b"p%d@example.net" % n for n in range(12)) + b"\r\nSubject: s\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    b'--b\r\nContent-Type: text/csv; name="small.csv"\r\nContent-Disposition: attachment\r\n\r\n'
    b"1,2\r\n"
    b'--b\r\nContent-Type: application/pdf; name="scan.pdf"\r\n'
    b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n"
)


def peeked(raw: bytes, *, octets: int = 0, complete: bool = False, lines: int = 20) -> Any:
    """A mailbox with one message, and what was seen of it."""
    one = mailbox(octets or 4 * len(raw), downloads=Downloads(), saves={})
    (message,) = one.index
    message.header.learn(split_header(raw)[0], 1)
    return one, Peeked(message, Contents(raw, whole=complete), lines, len(raw), complete)


def read(one: Any, seen: Peeked, asked: Asked, state: ListState | None = None) -> MessageView:
    reader = ReaderPane(one, state or ListState(), seen.message, asked)
    return reader.shown(seen, show(seen.contents, asked, reader.octets, reader.path))


def test_the_beginning_of_a_message_its_parts_and_its_cost():
    one, seen = peeked(MIXED)
    view = read(one, seen, Asked(), ListState("date", 2))
    assert (view.sender_name, view.sender_address) == ("Anna", "anna@example.net")
    assert view.recipients.startswith("p0@example.net, p1@example.net")
    assert view.recipients.endswith("p7@example.net and 4 more")
    assert [piece.text for block in texts(view.blocks) for piece in block.pieces] == ["hello"]
    assert view.share == 25.0
    assert view.complete is False
    assert [(part.name, part.type) for part in view.parts] == [
        ("small.csv", "text/csv"),
        ("scan.pdf", "application/pdf"),
    ]
    assert view.parts[0].note == "3 B"
    assert view.parts[1].note.startswith("begins here, at most ")
    assert view.back == "/mailbox?sort=date&page=2"
    assert view.whole == f"/mailbox/messages/{seen.message.id}/whole?sort=date&page=2"
    assert (view.error, view.fetch, view.saved) == (None, None, None)


def test_rungs_ask_for_more_and_tabs_keep_the_place():
    one, seen = peeked(MIXED, lines=100)
    id = seen.message.id
    view = read(one, seen, Asked(Tab.HEADERS, 100))
    assert [(rung.label, rung.href) for rung in view.rungs] == [
        ("+80 lines", f"/mailbox/messages/{id}?tab=headers&lines=180"),
        ("+320 lines", f"/mailbox/messages/{id}?tab=headers&lines=420"),
    ]
    assert [(tab.label, tab.count, tab.current, tab.href) for tab in view.tabs] == [
        ("Text", 0, False, f"/mailbox/messages/{id}?lines=100"),
        ("HTML", 0, False, f"/mailbox/messages/{id}?tab=html&lines=100"),
        ("Attachments", 2, False, f"/mailbox/messages/{id}?tab=attachments&lines=100"),
        ("Headers", 0, True, f"/mailbox/messages/{id}?tab=headers&lines=100"),
        ("Route", 0, False, f"/mailbox/messages/{id}?tab=route&lines=100"),
        ("Source", 0, False, f"/mailbox/messages/{id}?tab=source&lines=100"),
    ]
    assert view.tabs[0].reader_href == f"/mailbox/messages/{id}/reader?lines=100"
    assert [field.name for field in view.fields][:2] == ["From", "To"]
    page = rendered("reader/reader", ReaderFragment(view, 0, ""))
    assert 'Attachments <span class="n">2+</span>' in page


@pytest.mark.parametrize(
    ("tab", "more"),
    [(Tab.TEXT, 0), (Tab.HTML, 0), (Tab.ATTACHMENTS, 0), (Tab.HEADERS, 2), (Tab.SOURCE, 2)],
)
def test_where_a_file_follows_its_tabs_offer_no_lines_more(tab, more):
    one, seen = peeked(MIXED, lines=100)
    view = read(one, seen, Asked(tab, 100))
    assert len(view.rungs) == more
    assert view.whole != ""


@pytest.mark.parametrize(
    "raw",
    [
        MIXED.partition(b"1,2")[0],  # of a text attachment lines say something
        MIXED.replace(b"hello\r\n", b"\r\n"),  # no words have come yet
        MIXED.partition(b"Content-Type: application/pdf")[0],
        b"Subject: s\r\n\r\nhello\r\n",
        MIXED.replace(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: 8bit"),
    ],
)
def test_where_words_may_follow_lines_more_are_offered(raw):
    one, seen = peeked(raw)
    assert len(read(one, seen, Asked()).rungs) == 2


def test_the_text_tab_saves_its_attachments_and_explains_their_sizes():
    one, seen = peeked(MIXED)
    view = read(one, seen, Asked())
    page = rendered("reader/reader", ReaderFragment(view, 0, ""))
    href = f"/mailbox/messages/{seen.message.id}/parts/1.3"
    assert re.search(rf'<a href="{href}" download[^>]*><bdi>scan.pdf</bdi></a>', page)
    assert "Mail carries files as text" in page
    assert "fetches the whole message for it" in page
    plain, bare = peeked(MIXED.partition(b"--b\r\nContent-Type: application/pdf")[0])
    assert read(plain, bare, Asked()).encoded is False


def test_a_message_that_has_come_whole_has_no_more_to_ask_for():
    raw = b"Subject: s\r\n\r\nhello\r\n"
    one, seen = peeked(raw, octets=len(raw), complete=True)
    view = read(one, seen, Asked())
    assert (view.rungs, view.whole, view.complete, view.share) == ((), "", True, 100.0)
    assert "HTML" not in [tab.label for tab in view.tabs]


def test_html_only_is_shown_as_text_and_said_so():
    raw = b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>you</b></p>\r\n"
    one, seen = peeked(raw, complete=True)
    view = read(one, seen, Asked())
    assert view.stripped is True
    assert [piece.text for block in texts(view.blocks) for piece in block.pieces] == ["Hello you"]
    view = read(one, seen, Asked(Tab.HTML))
    assert view.frame == f"/mailbox/messages/{seen.message.id}/html"
    assert view.html is not None
    assert (view.html.remote, view.html.refused) == (0, "")


def test_images_from_elsewhere_are_counted_and_shown_only_when_asked_for():
    raw = b'Content-Type: text/html\r\n\r\n<img src="https://a.example/x.png"><a href="https://b.example">b</a>'
    one, seen = peeked(raw, complete=True)
    id = seen.message.id
    view = read(one, seen, Asked(Tab.HTML))
    assert view.html is not None
    assert (view.html.remote, view.html.shown) == (1, False)
    assert view.html.show is not None
    assert view.html.show.href == f"/mailbox/messages/{id}?tab=html&remote=1"
    assert [(link.text, link.href) for link in view.html.links] == [("b", "https://b.example")]
    view = read(one, seen, Asked(Tab.HTML, remote=True))
    assert view.html is not None
    assert (view.html.shown, view.html.show) == (True, None)
    assert view.frame.endswith("/html?remote=1")
    assert all("remote" not in tab.href for tab in view.tabs)


def test_the_source_comes_in_pages():
    raw = b"Subject: s\r\n\r\n" + b"0123456789abcde\n" * 10_000
    one, seen = peeked(raw, complete=True)
    view = read(one, seen, Asked(Tab.SOURCE, page=2))
    assert view.source is not None
    assert (view.source.first, view.source.last) == (65_537, 131_072)
    assert view.source.previous is not None
    assert view.source.previous.href.endswith("?tab=source")
    assert view.source.next is not None
    assert view.source.next.href.endswith("?tab=source&at=3")
    view = read(one, seen, Asked(Tab.SOURCE, page=9))
    assert view.source is not None
    assert (view.source.text, view.source.next) == ("", None)


@pytest.mark.parametrize("known", [True, False])
def test_a_server_that_refuses_top_leaves_a_reader_that_says_so(known):
    one, seen = peeked(MIXED)
    if not known:
        seen.message.header = type(seen.message.header)()
    error = CommandRejected("TOP 1 50", None, "no such command")
    view = ReaderPane(one, ListState(), seen.message, Asked()).refused(error)
    assert view.error is not None
    assert view.error.reply == "-ERR no such command"
    assert view.save_href == f"/mailbox/messages/{seen.message.id}/eml"
    assert (view.blocks, view.parts, view.fields, view.rungs) == ((), (), (), ())
    assert view.sender_name == ("Anna" if known else "")


def test_the_share_never_passes_the_whole():
    one, seen = peeked(MIXED, octets=10)
    view = read(one, seen, Asked())
    assert view.share == 100.0
    assert view.complete is False


def test_a_saved_message_says_how_much_and_whether_it_is_marked():
    one, seen = peeked(MIXED)
    id = seen.message.id
    one.saves[id] = Saved()
    view = read(one, seen, Asked())
    assert view.saved is not None
    assert (view.saved, view.row.marked) == (Saved(), False)
    one.saves[id] = Saved(1234567, "ab" * 32)
    one.marks.add([seen.message])
    view = read(one, seen, Asked())
    assert view.saved is not None
    assert (view.saved.octets, view.row.marked) == (1234567, True)


def test_while_another_message_comes_the_line_is_busy():
    one, seen = peeked(MIXED)
    other = SimpleNamespace(
        id="other", running=True, error=None, complete=False, spool=b"x" * 50, expected=200
    )
    one.downloads._kept["other"] = other
    view = ReaderPane(one, ListState(), seen.message, Asked()).waiting()
    assert view.waiting
    assert view.fetch is not None
    assert (view.fetch.got, view.fetch.octets) == (50, 200)
    page = rendered("reader/download", view.fetch)
    assert "<b>50 B</b> of 200 B" in page
    assert 'value="25.0"' in page
    assert view.fetch.cancel == "/mailbox/messages/other/cancel"
    assert view.fetch.ask.startswith(f"/mailbox/messages/{seen.message.id}/fetching")


def test_what_is_wrong_with_a_message_is_said_where_it_shows():
    cut = b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>" + b"word " * 300_000
    one, seen = peeked(cut, complete=True)
    said = [read(one, seen, Asked(tab)).wrong for tab in (Tab.TEXT, Tab.HTML)]
    assert said == [("Only the first 1 MiB of it is shown; the saved file has all of it.",)] * 2
    both = (
        b'Content-Type: multipart/alternative; boundary="a"\r\n\r\n--a\r\n\r\nshort\r\n'
        b"--a\r\nContent-Type: text/html\r\n\r\n" + b"word " * 300_000 + b"\r\n--a--\r\n"
    )
    one, seen = peeked(both, complete=True)
    assert read(one, seen, Asked(Tab.TEXT)).wrong == ()
    assert len(read(one, seen, Asked(Tab.HTML)).wrong) == 1
    one, seen = peeked(MIXED, complete=True)
    assert read(one, seen, Asked()).wrong[0].startswith("The final boundary of its parts")
    one, seen = peeked(MIXED)
    assert read(one, seen, Asked()).wrong == ()
