"""How queries are read and written."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.errors import BadQuery, QueryFault
from app.mailbox.query import parse, read
from app.mailbox.terms import MAX_CHARACTERS, MAX_TERMS, Age, Cut, Field, Group, Term
from app.mailbox.vocabulary import ENGLISH, Vocabulary
from tests.support.table import table


def w(word, negated=False):
    return Term(Field.WORD, word, negated)


def any_of(*conditions):
    return Group(conditions, either=True)


def all_of(*conditions):
    return Group(conditions, either=False)


@table(
    "text, term",
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
        ("\u201ca b\u201d", Term(Field.WORD, "a b")),
        ("\u201ea b\u201c", Term(Field.WORD, "a b")),
        ("from:\u00ab a b \u00bb", Term(Field.FROM, "a b")),
        ("-\u300ca b\u300d", Term(Field.WORD, "a b", negated=True)),
        ("subject:\uff02a b\uff02", Term(Field.SUBJECT, "a b")),
        ('"a \u201cb\u201d"', Term(Field.WORD, "a \u201cb\u201d")),
        ("a\u201db", Term(Field.WORD, "a\u201db")),
        ("(\u201ca b\u201d)", Term(Field.WORD, "a b")),
        ("\uff08from:a\uff09", Term(Field.FROM, "a")),
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


@table(
    "text, place, length, fault",
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
        ("larger:5,5,5M", 7, 6, QueryFault.BAD_SIZE),
        ("larger:1,500K", 7, 6, QueryFault.TWO_WAYS),
        ("larger:1.500 KB", 7, 5, QueryFault.TWO_WAYS),
        ("larger:1-5 MB", 7, 6, QueryFault.RANGE),
        ("larger:1MB-5MB", 7, 7, QueryFault.RANGE),
        ("smaller:5 MB - 10 MB", 8, 9, QueryFault.RANGE),
        ("older:30\u201390 days", 6, 10, QueryFault.RANGE),
        ("larger: from:bob", 0, 7, QueryFault.EMPTY),
        ("larger:5Mbit", 7, 5, QueryFault.BAD_SIZE),
        ("older:3 moons", 6, 1, QueryFault.BAD_AGE),
        ("older:1.5 years", 6, 3, QueryFault.BAD_AGE),
        ("month:March", 6, 5, QueryFault.BAD_MONTH),
        ("month:May 2026 x month:Mai 2026", 23, 3, QueryFault.BAD_MONTH),
        ("or", 0, 2, QueryFault.LONE_OR),
        ("a or", 2, 2, QueryFault.LONE_OR),
        ("a OR or b", 2, 2, QueryFault.LONE_OR),
        ("(a or ) b", 3, 2, QueryFault.LONE_OR),
        ("a (b c", 2, 4, QueryFault.OPEN_BRACKET),
        ("-( )", 1, 3, QueryFault.EMPTY),
        ("(a b)c", 5, 1, QueryFault.AFTER_BRACKET),
        ("(a larger:x) b", 10, 1, QueryFault.BAD_SIZE),
        ("(a b " * 9, 40, 1, QueryFault.TOO_DEEP),
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
        ("a \u201cb c", 2, 4, QueryFault.OPEN_QUOTE),
        ('\u201ca b"', 0, 5, QueryFault.OPEN_QUOTE),
        ("\u00aba\u00bbb c", 3, 1, QueryFault.AFTER_QUOTE),
        ("a \uff08b or c", 2, 7, QueryFault.OPEN_BRACKET),
    ],
)
def test_what_is_wrong_and_where(text, place, length, fault):
    with pytest.raises(BadQuery) as caught:
        parse(text)
    error = caught.value
    assert (error.place, error.length, error.fault) == (place, length, fault)
    assert error.text == text[place : place + length]


SIZES = ["5 MB", "5MB", "5 mb", "5\u00a0MB", "5\u202fMB", "5.0 MB", "5,0 Mb", "5 megabytes",
         "5000 KB", "5000\u00a0KB", "5\u00a0000 KB", "5'000 kb", "5,000,000 bytes",
         "5.000.000 octets", "\uff15 \uff2d\uff22", "5 M", "5000 kilobytes", "5 MB.", '"5 MB"',
         " 5 MB", "5 000 KB", "5\u2009000 KB", "5 000KB", "5 000 000 octets"]  # fmt: skip


@pytest.mark.parametrize("typed", SIZES)
@table("form", ["larger:{}", "-larger:{}", "a smaller:{} b", "(larger:{} or a) b"])
def test_units_may_stand_apart(form, typed):
    assert parse(form.format(typed)) == parse(form.format("5M"))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("larger:1.5 KiB", "larger:1536B"),
        ("larger:5 MiB", "larger:5MiB"),
        ("larger:1 MB smaller:5 MB", "larger:1M smaller:5M"),
        ("larger : 1 MB -from : bob", "larger:1M -from:bob"),
        ("larger\u202f: 1 MB", "larger:1M"),
        ("Re : hello", 'Re ":" hello'),
        ("older:90 days", "older:90d"),
        ("older:90days", "older:90d"),
        ("newer:3 Months x", "newer:3m x"),
        ("-older:1\u00a0year", "-older:1y"),
        ("\uff0dlarger\uff1a5 MB \u2212a \u2212(b c)", "-larger:5M -a -(b c)"),
        ('"\uff0da"', '"\uff0da"'),
        ("larger:5 Mbyte smaller:6 megas newer:6 mths", "larger:5M smaller:6M newer:6m"),
        ("older:2 weeks or newer:1 d", "older:2w or newer:1d"),
        ("month:March 2026 b", "month:2026-03 b"),
        ("month:2026 mar b", "month:2026-03 b"),
        ('month:"Sep 2025"', "month:2025-09"),
        ("larger:5 MBit", "larger:5B MBit"),
        ("larger:5 -MB", "larger:5B -MB"),
        ('larger:5 "MB"', "larger:5B MB"),
        ("larger:5MB 7", "larger:5M 7"),
    ],
)
def test_units_and_names_in_words(typed, written):
    assert str(parse(typed)) == written


@pytest.mark.parametrize(
    ("typed", "assumed"),
    [
        ("larger:5", [(7, 1, 5)]),
        ("a -smaller:7000 larger:5M", [(11, 4, 7000)]),
        ('larger:"7" or larger:\uff18', [(7, 3, 7), (21, 1, 8)]),
        ("larger:0.5 smaller:0,9", [(7, 3, 0), (19, 3, 0)]),
        ("larger:1/2 MB larger:3B/4", [(7, 3, 1)]),
        ("larger:0 larger:5B larger:5 B smaller:1,5K larger:9B/x older:5d", []),
    ],
)
def test_what_was_taken_for_octets_is_told(typed, assumed):
    found = read(typed).assumed
    assert [(one.place, one.length, one.octets) for one in found] == assumed


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("a b or c", (w("a"), any_of(w("b"), w("c")))),
        ("a or b c or d e", (any_of(w("a"), w("b")), any_of(w("c"), w("d")), w("e"))),
        ("a or b or c", (any_of(w("a"), w("b"), w("c")),)),
        ("a or (b or c)", (any_of(w("a"), w("b"), w("c")),)),
        ("a or (b c)", (any_of(w("a"), all_of(w("b"), w("c"))),)),
        ("-a or -b", (any_of(w("a", True), w("b", True)),)),
        ("-(a b)", (Group((w("a"), w("b")), either=False, negated=True),)),
        ("(fwd) :-) f(x)", (w("(fwd)"), w(":-)"), w("f(x)"))),
        ("(f(x) or b)", (any_of(w("f(x)"), w("b")),)),
    ],
)
def test_or_binds_more_closely_than_the_space(text, means):
    assert parse(text).terms == means


def test_words_of_another_language_are_read_where_they_are_given():
    words = Vocabulary(
        fields={"grosser": Field.LARGER, "plus-grand": Field.LARGER, "von": Field.FROM},
        sizes={"mo": 10**6},
        ages={"tage": "d"},
        values={"anhang": "attachment"},
        months={"marz": 3},
        either=frozenset({"oder"}),
    ).beside(ENGLISH)
    for typed, written in (
        ("gr\u00f6\u00dfer:5 Mo", "larger:5M"),
        ("GRO\u0308SSER:5MB older:90 Tage", "larger:5M older:90d"),
        ("plus-grand:5M -von:bob or from:anna", "larger:5M -from:bob or from:anna"),
        ("a ODER b or c", "a or b or c"),
        ("has:Anhang month:M\u00e4rz 2026", "has:attachment month:2026-03"),
        ("von\uff1abob", "from:bob"),
        ("minus-grand:5", '"minus-grand:5"'),
    ):
        assert str(parse(typed, words)) == written
        assert parse(written, words) == parse(written) == parse(typed, words)
    with pytest.raises(BadQuery) as caught:
        parse("a gr\u00f6\u00dfer:x", words)
    assert (caught.value.place, caught.value.text) == (9, "x")
    assert str(parse("a oder plus-grand:5M")) == 'a "oder" "plus-grand:5M"'


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


@table(
    "text, canonical",
    [
        ("  a   b ", "a b"),
        ("FROM:a", "from:a"),
        ('"a"', "a"),
        ('"from:a"', '"from:a"'),
        ('"-a"', '"-a"'),
        (r'"\"a"', r'"\"a"'),
        ("larger:5000KB", "larger:5M"),
        ("larger:1048576", "larger:1MiB"),
        ("larger:1500", "larger:1500B"),
        ("larger:0", "larger:0B"),
        ("larger: 5 MB  b", "larger:5M b"),
        ('larger:5B "MB"', "larger:5B MB"),
        ("a OR  b", "a or b"),
        ('a "or" b', 'a "or" b'),
        ('a "Oder" b', 'a "Oder" b'),
        ("(a or b)  c", "a or b c"),
        ("a (b c)", "a b c"),
        ("((a b)) or c", "(a b) or c"),
        ("-(a or b) -(c d)", "-(a or b) -(c d)"),
        ("-(from:a)", "-from:a"),
        ("(a (b or c)) or d", "(a b or c) or d"),
        ("(fwd)", '"(fwd)"'),
        ("month:march-2026", "month:2026-03"),
        ("older:90D", "older:90d"),
        ("-before:2026-01-31", "-before:2026-01-31"),
        ("IS:Marked", "is:marked"),
        ("larger:5000K/x", "larger:5M/x"),
        ("after:2026-01-31t00:00:00Z", "after:2026-01-31T00:00:00Z"),
        ("-HAS:header", "-has:header"),
        ("MONTH:2026-01", "month:2026-01"),
        ("larger:5 000", "larger:5B 000"),
        ("\u201cyour invoice\u201d", '"your invoice"'),
        ("subject:\u201eIhre Rechnung\u201c x", 'subject:"Ihre Rechnung" x'),
        ("-from:\u00ab\u00a0le bureau\u00a0\u00bb", '-from:"le bureau"'),
        ("\u00bbihre Rechnung\u00ab", '"ihre Rechnung"'),
        ("\uff02a b\uff02 or c", '"a b" or c'),
        ('"say \u201ehi\u201c"', '"say \u201ehi\u201c"'),
        ('\u201csay "hi"\u201d', r'"say \"hi\""'),
        ('"\u201chi\u201d"', '"\u201chi\u201d"'),
        ("a\u201cb", "a\u201cb"),
        ("\uff08a or b\uff09 \uff0d(c d\uff09", "a or b -(c d)"),
        ("(a \uff08b or c) d\uff09 or e", "(a b or c d) or e"),
        ("\uff08\u682a\uff09\u5c71\u7530 a", '"\uff08\u682a\uff09\u5c71\u7530" a'),
        ("(\u5c71\u7530\uff08\u682a\uff09)", '"\u5c71\u7530\uff08\u682a\uff09"'),
    ],
)
def test_a_query_is_written_in_one_way(text, canonical):
    assert str(parse(text)) == canonical


WORDS = ['"', "\\", "-", ":", " ", "a", "from:", "larger:", "5M", "older:", "9d", "is:marked",
         "before:2026-01-31", "\u00e4", "\u3000", "\x1c", "has:attachment", "MiB",
         "1.5", "/", "month:", "2026-01", "sender:", "domain:", "T14:05:09Z", "(", ")", " or ",
         " MB", "oder", "plus-grand:", ",", "month:march 2026", "\uff1a", "500",
         "\u201c", "\u201e", "\u00ab", "\uff08", "\uff09", "000 KB"]  # fmt: skip


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
