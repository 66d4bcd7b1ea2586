"""What is compared of a header."""

import pytest

from app.mailbox.search_text import UNREAD, SearchText, fold
from app.mime import summarise


def of(header: str) -> SearchText:
    return SearchText.of(summarise(header.encode()))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Grüße", "GRÜSSE"),
        ("a \t b", " A B "),
        ("e\u0301", "\u00c9"),
        ("line\nbreak", "line break"),
    ],
)
def test_case_white_space_and_forms_of_unicode_make_no_difference(text, same):
    assert fold(text) == fold(same)
    assert "\n" not in fold(text)


def test_what_differs_stays_different():
    assert len({fold(text) for text in ("a", "b", "a b", "ab", "ä", "")}) == 6


def test_a_whole_header():
    found = of(
        'From: "Anna  M" <Anna@Example.org>\nTo: B <b@x.example>, c@x.example\nSubject: HI there\n'
        "Date: Thu, 1 Jan 1970 00:01:00 +0000\nContent-Type: multipart/mixed\n"
    )
    assert found == SearchText(
        sender="anna m",
        address="anna@example.org",
        from_="anna m\nanna@example.org",
        to="b\nb@x.example\n\nc@x.example",
        subject="hi there",
        sent=60.0,
        attached=True,
    )


def test_a_sender_without_a_name_goes_by_its_address():
    assert of("From: B@x.example\n").sender == "b@x.example"


def test_an_empty_header_is_not_one_that_is_not_read():
    found = of("X-Nothing: here\n")
    assert (found.sender, found.sent, found.subject) == (None, None, "")
    assert found is not UNREAD
    assert found.attached is False  # text/plain, as RFC 2045 has it
    assert UNREAD.attached is None


@pytest.mark.parametrize(
    ("kind", "attached"),
    [
        ("multipart/mixed", True),
        ("application/pdf", True),
        ("image/png", True),
        ("text/html", False),
        ("multipart/alternative", False),
        ("multipart/related", None),
        ("multipart/encrypted", None),
        ("application/pkcs7-mime", None),
    ],
)
def test_the_type_tells_of_attachments_or_does_not(kind, attached):
    assert of(f"Content-Type: {kind}\n").attached is attached


def test_without_a_readable_date_the_arrival_is_compared():
    header = (
        b"Received: from a ([192.0.2.1]) by b.example; Thu, 1 Jan 1970 00:02:00 +0000\nDate: soon\n"
    )
    assert SearchText.of(summarise(header)).sent == 120
    assert SearchText.of(summarise(header)).month(None) == (1970, 1)
