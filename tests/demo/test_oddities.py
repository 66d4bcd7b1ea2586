import re
from datetime import UTC, datetime
from random import Random

import pytest

from app.demo.oddities import LONG_LINE, LONG_SUBJECT, oddities, spam

from .parse import joined, text_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def raw() -> list[bytes]:
    return [item.head + joined(item.body) for item in oddities(NOW)]


def having(raw: list[bytes], needle: bytes) -> bytes:
    found = [octets for octets in raw if needle in octets]
    assert len(found) == 1, (needle, len(found))
    return found[0]


def test_all_lie_within_the_three_years():
    ages = [(NOW - item.when).days for item in oddities(NOW)]
    assert min(ages) >= 0
    assert max(ages) < 3 * 365


def test_raw_octets_in_headers(raw):
    head = having(raw, b"M\xfcnchen").partition(b"\r\n\r\n")[0]
    with pytest.raises(UnicodeDecodeError):
        head.decode("utf-8")
    having(raw, "Blåbärssoppa 🫐".encode())


def test_missing_fields_and_missing_headers(raw):
    def lacks(name: bytes) -> int:
        pattern = re.compile(rb"^" + name + rb":", re.MULTILINE | re.IGNORECASE)
        return sum(not pattern.search(octets.partition(b"\r\n\r\n")[0]) for octets in raw)

    assert lacks(b"From") == 3, "one without From, two without any header"
    assert lacks(b"Date") == 3
    assert sum(octets.startswith(b"\r\n") for octets in raw) == 1
    assert sum(octets.startswith(b"This message has no header") for octets in raw) == 1


def test_lengths(raw):
    lines = [line for octets in raw for line in octets.split(b"\r\n")]
    assert any(line.startswith(b"Subject: ") and len(line) == LONG_SUBJECT + 9 for line in lines)
    assert max(len(line) for line in lines) >= LONG_LINE - 8


def test_dots_and_lone_returns(raw):
    dots = having(raw, b"Subject: Dots")
    assert dots.count(b"\r\n.\r\n") >= 2
    assert re.search(rb"\r(?!\n)", having(raw, b"Subject: Lone carriage returns"))
    assert sum(bool(re.search(rb"\r(?!\n)", octets)) for octets in raw) == 1


def test_a_multipart_is_cut_and_one_is_deep(raw):
    cut = having(raw, b"Subject: Cut off")
    assert b"--cut--" not in cut
    deep = having(raw, b"Subject: Matryoshka")
    assert deep.count(b"multipart/mixed") == 41
    assert deep.endswith(b"--d0--\r\n")


def test_spam_tries_what_must_not_work():
    drafts = list(spam(NOW, 900, Random(1)))
    assert len(drafts) >= 10
    page = text_of(drafts[0], "html")
    for attempt in (
        "<script>",
        "onload=",
        "javascript:",
        "<iframe",
        "<form",
        "url(",
        "<base",
        "refresh",
    ):
        assert attempt in page
    assert "<script>" in text_of(drafts[0])
    assert any("<script>" in draft.subject for draft in drafts)
    assert all(draft.sender.domain.endswith(".invalid") for draft in drafts)
