"""How queries are read and written."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.errors import BadQuery, QueryFault
from app.mailbox.query import MAX_CHARACTERS, MAX_TERMS, Age, Cut, Field, Term, parse


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("a", Term(Field.WORD, "a")),
        ("-a", Term(Field.WORD, "a", negated=True)),
        ("a-b", Term(Field.WORD, "a-b")),
        ('"a  b"', Term(Field.WORD, "a b")),
        ('-"a b"', Term(Field.WORD, "a b", negated=True)),
        ('from:"a b"', Term(Field.FROM, "a b")),
        ("-From:a", Term(Field.FROM, "a", negated=True)),
        ("subject:re:", Term(Field.SUBJECT, "re:")),
        ('"re:"', Term(Field.WORD, "re:")),
        ("12:30", Term(Field.WORD, "12:30")),
        (r'"a\"b\\c\d"', Term(Field.WORD, r'a"b\c\d')),
        ('a"b', Term(Field.WORD, 'a"b')),
        ("--a", Term(Field.WORD, "-a", negated=True)),
        ("larger:5M", Term(Field.LARGER, 5_000_000)),
        ("larger:1.5kb", Term(Field.LARGER, 1500)),
        ("smaller:2GiB", Term(Field.SMALLER, 2 << 30)),
        ("smaller:0.5mib", Term(Field.SMALLER, 1 << 19)),
        ("smaller:3KIB", Term(Field.SMALLER, 3072)),
        ("larger:1.9", Term(Field.LARGER, 1)),
        ('larger:"7"', Term(Field.LARGER, 7)),
        ("older:90d", Term(Field.OLDER, Age(90, "d"))),
        ("newer:2W", Term(Field.NEWER, Age(2, "w"))),
        ("before:2026-01-31", Term(Field.BEFORE, date(2026, 1, 31))),
        (
            "before:2026-01-31T14:05:09z",
            Term(Field.BEFORE, datetime(2026, 1, 31, 14, 5, 9, tzinfo=UTC)),
        ),
        ("month:2026-01", Term(Field.MONTH, "2026-01")),
        ("larger:5M/aB_-9", Term(Field.LARGER, Cut(5_000_000, "aB_-9"))),
        ("larger:999999999999999999", Term(Field.LARGER, 10**18 - 1)),
        ('sender:"a b"', Term(Field.SENDER, "a b")),
        ("domain:Example.org", Term(Field.DOMAIN, "Example.org")),
        ("has:ATTACHMENT", Term(Field.HAS, "attachment")),
    ],
)
def test_terms(text, term):
    assert parse(f" \t{text}\n").terms == (term,)


@pytest.mark.parametrize(
    ("text", "place", "length", "fault"),
    [
        ("a foo:b c", 2, 3, QueryFault.UNKNOWN_FIELD),
        ("-gr\u00f6\u00dfe:5M", 1, 5, QueryFault.UNKNOWN_FIELD),
        ("http://x", 0, 4, QueryFault.UNKNOWN_FIELD),
        ("a from: b", 2, 5, QueryFault.EMPTY),
        ('from:""', 0, 7, QueryFault.EMPTY),
        ('a " "', 2, 3, QueryFault.EMPTY),
        ("a -", 2, 1, QueryFault.EMPTY),
        ("a larger:x", 9, 1, QueryFault.BAD_SIZE),
        ("larger:-5", 7, 2, QueryFault.BAD_SIZE),
        ("larger:5T", 7, 2, QueryFault.BAD_SIZE),
        ("larger:5,5M", 7, 4, QueryFault.BAD_SIZE),
        ("larger:1e9", 7, 3, QueryFault.BAD_SIZE),
        ("larger:\u0665M", 7, 2, QueryFault.BAD_SIZE),
        ("larger:9999999999999999999", 7, 19, QueryFault.BAD_SIZE),
        ("larger:5M/", 7, 3, QueryFault.BAD_SIZE),
        ("larger:/x", 7, 2, QueryFault.BAD_SIZE),
        ("larger:5/x/y", 7, 5, QueryFault.BAD_SIZE),
        ("smaller:5M/x", 8, 4, QueryFault.BAD_SIZE),
        ("before:2026-01-31T25:00:00Z", 7, 20, QueryFault.BAD_DAY),
        ("before:2026-01-31T12:00:00", 7, 19, QueryFault.BAD_DAY),
        ("a month:2026-13", 8, 7, QueryFault.BAD_MONTH),
        ("month:2026-1", 6, 6, QueryFault.BAD_MONTH),
        ("month:2026-01-01", 6, 10, QueryFault.BAD_MONTH),
        ("has:marked", 4, 6, QueryFault.UNKNOWN_VALUE),
        ("is:attachment", 3, 10, QueryFault.UNKNOWN_VALUE),
        ("older:90", 6, 2, QueryFault.BAD_AGE),
        ("older:d", 6, 1, QueryFault.BAD_AGE),
        ("older:1001y", 6, 5, QueryFault.BAD_AGE),
        ("before:2026-02-30", 7, 10, QueryFault.BAD_DAY),
        ("before:20260131", 7, 8, QueryFault.BAD_DAY),
        ("after:0001-01-01", 6, 10, QueryFault.BAD_DAY),
        ("after:9999-12-31", 6, 10, QueryFault.BAD_DAY),
        ("has:dog", 4, 3, QueryFault.UNKNOWN_VALUE),
        ('is:"read"', 3, 6, QueryFault.UNKNOWN_VALUE),
        ('a "b c', 2, 4, QueryFault.OPEN_QUOTE),
        (r'from:"b\"', 5, 4, QueryFault.OPEN_QUOTE),
        ('"a"b c', 3, 1, QueryFault.AFTER_QUOTE),
    ],
)
def test_what_is_wrong_and_where(text, place, length, fault):
    with pytest.raises(BadQuery) as caught:
        parse(text)
    error = caught.value
    assert (error.place, error.length, error.fault) == (place, length, fault)
    assert error.text == text[place : place + length]


def test_too_much():
    for text, place in (
        ("a" * (MAX_CHARACTERS + 2), MAX_CHARACTERS),
        ("a " * (MAX_TERMS + 1), 2 * MAX_TERMS),
    ):
        with pytest.raises(BadQuery) as caught:
            parse(text)
        assert (caught.value.place, caught.value.length) == (place, 2)
        assert caught.value.fault is QueryFault.TOO_LONG
    assert len(parse("a " * MAX_TERMS).terms) == MAX_TERMS


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  a   b ", "a b"),
        ("FROM:a", "from:a"),
        ('"a"', "a"),
        ('"from:a"', '"from:a"'),
        ('"-a"', '"-a"'),
        (r'"\"a"', r'"\"a"'),
        ("larger:5000KB", "larger:5M"),
        ("larger:1048576", "larger:1MiB"),
        ("larger:1500B", "larger:1500"),
        ("larger:0", "larger:0"),
        ("older:90D", "older:90d"),
        ("-before:2026-01-31", "-before:2026-01-31"),
        ("IS:Marked", "is:marked"),
        ("larger:5000K/x", "larger:5M/x"),
        ("after:2026-01-31t00:00:00Z", "after:2026-01-31T00:00:00Z"),
        ("-HAS:header", "-has:header"),
        ("MONTH:2026-01", "month:2026-01"),
    ],
)
def test_a_query_is_written_in_one_way(text, canonical):
    assert str(parse(text)) == canonical


WORDS = ['"', "\\", "-", ":", " ", "a", "from:", "larger:", "5M", "older:", "9d", "is:marked",
         "before:2026-01-31", "\u00e4", "\u3000", "\x1c", "has:attachment", "MiB",
         "1.5", "/", "month:", "2026-01", "sender:", "domain:", "T14:05:09Z"]  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=12).map("".join)))
def test_any_text_is_a_query_that_can_be_written_or_an_error_that_names_its_place(text):
    caught: BadQuery | None = None
    try:
        query = parse(text)
    except BadQuery as error:
        caught = error
    if caught is not None:
        assert caught.length > 0
        assert text[caught.place : caught.place + caught.length] == caught.text
        return
    assert parse(str(query)) == query
