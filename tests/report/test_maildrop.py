"""Rules over a maildrop's answers."""

import pytest

from app.pop3 import MessageNumber, Octets, ScanListing, Stat, Uidl, UniqueId
from app.report import Check, Finding, Verdict
from app.report.maildrop import TopSeen, counts, sizes, stable, tops, uidls

HEADER = b"Subject: a\r\nFrom: b@example.org\r\n"
BODY = b"one\r\ntwo\r\nthree\r\n"
WHOLE = HEADER + b"\r\n" + BODY


def rows(*octets: int) -> list[ScanListing]:
    return [ScanListing(MessageNumber(n), Octets(size)) for n, size in enumerate(octets, 1)]


def ids(*names: str) -> list[UniqueId]:
    return [UniqueId(MessageNumber(n), Uidl(name)) for n, name in enumerate(names, 1)]


def numbered(*octets: int) -> dict[MessageNumber, int]:
    return {MessageNumber(n): size for n, size in enumerate(octets, 1)}


def test_counts():
    assert counts(Stat(2, 30), rows(10, 20)).finding is Finding.COUNT_SAME
    wrong = counts(Stat(2, -5), rows(10, 20))
    assert wrong.finding is Finding.COUNT_DIFFERS
    assert wrong.details == ("STAT: 2 -5", "LIST: 2 30")
    assert counts(Stat(0, 0), rows()).finding is Finding.COUNT_NONE


def test_unique_ids():
    assert uidls(ids("a", "b"), told=True, messages=2).finding is Finding.UIDL_UNIQUE
    assert uidls(ids("a", "b"), told=False, messages=2).finding is Finding.UIDL_UNANNOUNCED
    twice = uidls(ids("a", "b", "a"), told=True, messages=3)
    assert (twice.finding, twice.details) == (Finding.UIDL_DUPLICATES, ("a",))
    assert uidls(ids("a"), told=True, messages=3).facts["n"] == 2
    assert uidls(None, told=True, messages=1).finding is Finding.UIDL_REFUSED
    assert uidls(None, told=False, messages=1).finding is Finding.UIDL_MISSING


@pytest.mark.parametrize(
    ("after", "finding"),
    [
        (["a", "b"], Finding.STABLE),
        (["a", "b", "new"], Finding.STABLE),
        (["b"], Finding.STABLE),
        (["x", "y"], Finding.STABLE_CHANGED),
        (["a", "y"], Finding.STABLE_CHANGED),
        ([], Finding.EMPTY),
    ],
)
def test_unique_ids_over_two_logins(after, finding):
    assert stable(["a", "b"], after).finding is finding


def test_sizes():
    assert sizes(numbered(1430, 20), numbered(1430, 20)).finding is Finding.SIZES_SAME
    wrong = sizes(numbered(20, 1430), numbered(20, 1432))
    assert wrong.verdict is Verdict.NOTE
    assert (wrong.facts["listed"], wrong.facts["sent"]) == (1430, 1432)
    assert wrong.details == ("2: LIST 1430, RETR 1432",)
    assert sizes(numbered(1), {}).finding is Finding.NOTHING_SMALL


def top(zero: bytes, some: bytes, whole: bytes | None = WHOLE, **more: bool) -> list[Check]:
    seen = TopSeen(MessageNumber(1), zero, some, 2, whole)
    return list(tops([seen], most_refused=more.get("most_refused", False)))


def test_top_is_exact():
    (check,) = top(HEADER + b"\r\n", HEADER + b"\r\none\r\ntwo\r\n")
    assert check.finding is Finding.TOP_EXACT
    assert top(HEADER + b"\r\n", HEADER + b"\r\none\r\ntwo\r\n", None)[0].finding is (
        Finding.TOP_EXACT
    )


@pytest.mark.parametrize(
    ("zero", "some", "finding"),
    [
        (WHOLE, WHOLE, Finding.TOP_WHOLE),
        (HEADER + b"\r\none\r\n", HEADER + b"\r\none\r\ntwo\r\n", Finding.TOP_LINES),
        (HEADER + b"\r\n", WHOLE, Finding.TOP_LINES),
        (HEADER + b"\r\n", HEADER + b"\r\none\r\n", Finding.TOP_LINES),
        (HEADER, HEADER + b"\r\none\r\ntwo\r\n", Finding.TOP_NO_BLANK),
        (HEADER + b"X-UIDL: 1\r\n\r\n", HEADER + b"\r\none\r\ntwo\r\n", Finding.TOP_HEADERS),
    ],
)
def test_top_that_is_wrong_in_one_way(zero, some, finding):
    assert [check.finding for check in top(zero, some)] == [finding]


def test_fields_that_only_one_of_them_has_are_named():
    (check,) = top(b"X-UIDL: 1\r\nSubject: a\r\n\r\n", HEADER + b"\r\none\r\ntwo\r\n")
    assert check.details == ("- From", "+ X-UIDL")


def test_a_short_body_is_no_fault():
    whole = HEADER + b"\r\none\r\n"
    assert top(HEADER + b"\r\n", whole, whole)[0].finding is Finding.TOP_EXACT
    assert top(HEADER, HEADER, HEADER)[0].finding is Finding.TOP_EXACT


def test_many_lines_refused_is_told_beside_the_rest():
    checks = top(HEADER + b"\r\n", HEADER + b"\r\none\r\ntwo\r\n", most_refused=True)
    assert [check.finding for check in checks] == [Finding.TOP_MOST]
