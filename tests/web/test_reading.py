"""The reader's view: what was seen, what it cost, and how to see more."""

from typing import Any

import pytest

from app.mailbox import Peeked
from app.mime import parse_fields, peek, split_header
from app.pop3 import CommandRejected
from app.web.present import ListState
from app.web.reading import Reader

from .test_present import mailbox

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


def peeked(raw: bytes, *, octets: int = 0, complete: bool = False) -> tuple[Any, Peeked]:
    one = mailbox(octets or 4 * len(raw))
    (message,) = one.index
    header, _ = split_header(raw)
    message.header.learn(header, 1)
    content = peek(raw, whole=complete)
    return one, Peeked(message, parse_fields(header), content, 50, len(raw), complete)


def test_the_beginning_of_a_message_its_parts_and_its_cost():
    one, seen = peeked(MIXED)
    view = Reader(one, ListState("date", 2), seen.message.id, "text", 50).peeked(seen)
    assert (view.sender_name, view.sender_address) == ("Anna", "anna@example.net")
    assert view.recipients.startswith("p0@example.net, p1@example.net")
    assert view.recipients.endswith("p7@example.net and 4 more")
    assert view.text.strip() == "hello"
    assert view.share == 25.0
    assert view.complete is False
    assert [(part.name, part.type) for part in view.parts] == [
        ("small.csv", "text/csv"),
        ("scan.pdf", "application/pdf"),
    ]
    assert "size not known yet" in view.parts[1].note or "not whole here" in view.parts[1].note
    assert view.back == "/mailbox?sort=date&page=2"
    assert view.error is None


def test_rungs_ask_for_more_and_tabs_keep_the_place():
    one, seen = peeked(MIXED)
    id = seen.message.id
    view = Reader(one, ListState(), id, "headers", 100).peeked(seen)
    assert [(rung.label, rung.href) for rung in view.rungs] == [
        ("+50 lines", f"/mailbox/messages/{id}?tab=headers&lines=150"),
        ("+500 lines", f"/mailbox/messages/{id}?tab=headers&lines=600"),
    ]
    assert [(tab.label, tab.current, tab.href) for tab in view.tabs] == [
        ("Text", False, f"/mailbox/messages/{id}?lines=100"),
        ("Headers", True, f"/mailbox/messages/{id}?tab=headers&lines=100"),
    ]
    assert view.tabs[0].reader_href == f"/mailbox/messages/{id}/reader?lines=100"


def test_a_message_that_has_come_whole_has_no_more_to_ask_for():
    raw = b"Subject: s\r\n\r\nhello\r\n"
    one, seen = peeked(raw, octets=len(raw), complete=True)
    view = Reader(one, ListState(), seen.message.id, "text", 50).peeked(seen)
    assert (view.rungs, view.complete, view.share) == ((), True, 100.0)


def test_html_only_is_shown_as_text_and_said_so():
    raw = b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>you</b></p>\r\n"
    one, seen = peeked(raw, complete=True)
    view = Reader(one, ListState(), seen.message.id, "text", 50).peeked(seen)
    assert view.stripped is True
    assert view.text.split() == ["Hello", "you"]


@pytest.mark.parametrize("known", [True, False])
def test_a_server_that_refuses_top_leaves_a_reader_that_says_so(known):
    one, seen = peeked(MIXED)
    if not known:
        seen.message.header = type(seen.message.header)()
    error = CommandRejected("TOP 1 50", None, "no such command")
    view = Reader(one, ListState(), seen.message.id, "text", 50).refused(error)
    assert view.error is not None
    assert view.error.reply == "-ERR no such command"
    assert view.save_href == f"/mailbox/messages/{seen.message.id}/eml"
    assert (view.text, view.parts, view.fields, view.rungs) == ("", (), (), ())
    assert view.sender_name == ("Anna" if known else "")


def test_the_share_never_passes_the_whole():
    one, seen = peeked(MIXED, octets=10)
    view = Reader(one, ListState(), seen.message.id, "text", 50).peeked(seen)
    assert view.share == 100.0
    assert view.complete is False
