"""What is compared of a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.search_text import UNREAD, SearchText, fold, found_at
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


@pytest.mark.parametrize(
    ("text", "needle", "found"),
    [
        ("Gr\u00f6\u00dfe", "SS", ["\u00df"]),
        ("Gro\u0308\u00dfe", "\u00f6", ["o\u0308"]),
        ("Gr\u00f6\u00dfe", "O\u0308", ["\u00f6"]),
        ("\u0130stanbul", "i\u0307s", ["\u0130s"]),
        ("a  b\t c", "A B C", ["a  b\t c"]),
        ("  lead", "lead", ["lead"]),
        ("\ufb01ne", "f", ["\ufb01"]),
        ("\u05e9\u05dc\u05d5\u05dd bob", "\u05dc\u05d5", ["\u05dc\u05d5"]),
        ("\u202ebob\u202c", "bob", ["bob"]),
        ("\u304b\u3099", "\u304c", ["\u304b\u3099"]),
        ("\u1100\u1161\u11a8", "\uac01", ["\u1100\u1161\u11a8"]),
        ("a \u0bca\u0bc6\u0bbe b", "\u0bca b", ["\u0bca\u0bc6\u0bbe b"]),
        ("\u0e01\u0e48\u0e38\u0e02", "\u0e01\u0e38\u0e48", ["\u0e01\u0e48\u0e38"]),
        ("aXbXc", "x", ["X", "X"]),
        ("aaaa", "a", ["aaaa"]),
        ("abc", "", []),
        ("abc", "d", []),
        ("a" * 9 + "ba" * 5, "b", ["b"] * 5),
    ],
)
def test_what_is_found_is_told_where_it_stands(text, needle, found):
    assert [text[start:end] for start, end in found_at(text, [needle])] == found


@given(st.text(max_size=30), st.text(min_size=1, max_size=3))
def test_places_are_in_order_and_hold_what_was_looked_for(text, needle):
    found = found_at(text, [needle, needle.upper()])
    edges = [edge for span in found for edge in span]
    assert edges == sorted(set(edges))
    for start, end in found:
        assert any(fold(one) in fold(text[start:end]) for one in (needle, needle.upper()))


def test_much_text_and_many_places_take_little_time():
    assert len(found_at("ab" * 50_000, ["a", "b"])) <= 16
    assert found_at("a\u0301" * 50_000, ["\u00e1"])
