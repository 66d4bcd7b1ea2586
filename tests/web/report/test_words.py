"""A report in words and as text."""

from contextvars import copy_context
from datetime import UTC
from unicodedata import east_asian_width

import pytest

from app.report import (
    Check,
    Finding,
    Report,
    Step,
    Stopped,
    Topic,
    TopicGroup,
    Verdict,
    found,
    skipped,
)
from app.transport import Security, Target
from app.web.report import words as report_words
from app.web.report.words import as_text, doing, headline, seconds, words_of
from app.web.site import languages


@pytest.fixture
def report() -> Report:
    return Report(Target("pop.example.net", 995, Security.TLS), "anna@example.net")


def test_every_topic_group_verdict_and_step_has_a_name():
    assert set(report_words.TOPICS) == set(Topic)
    assert set(report_words.GROUPS) == set(TopicGroup)
    assert set(report_words.VERDICTS) == set(Verdict)
    assert set(report_words.STEPS) | {Step.PAUSING, Step.IDLING} == set(Step)


def test_facts_are_put_into_words():
    one = words_of(found(Finding.CERT_SOON, n=1, begins="2026-01-01", ends="2026-11-29"))
    assert one.says == "It is valid for only 1 more day, until 2026-11-29."
    many = words_of(found(Finding.COUNT_SAME, n=1200, octets=5_000_000))
    assert many.says == "STAT and LIST agree: 1,200 messages, 5,000,000 octets."
    old = words_of(found(Finding.TLS_OLD_TOO, old=("TLS 1.0", "TLS 1.1")))
    assert old.says == "Still accepted: TLS 1.0, TLS 1.1."
    assert (old.topic, old.word) == ("TLS versions", "warning")
    assert words_of(found(Finding.NOT_POP3, kind="IMAP")).says.endswith("It sounds like IMAP.")
    assert words_of(found(Finding.NOT_POP3, kind="")).says == "What answers is not a POP3 server."
    hostile = words_of(found(Finding.TAG_UNKNOWN, tags=("%(n)s", "100%")))
    assert hostile.says == "%(n)s, 100%: not in any standard."


def test_times():
    assert [seconds(s) for s in (0.0002, 0.0413, 1.48, 90.0)] == [
        "under 1 ms",
        "41 ms",
        "1,480 ms",
        "90 s",
    ]


def test_the_headline(report):
    assert headline(report) == "Nothing has been checked yet."
    report.add(found(Finding.GREETED))
    assert headline(report) == "Nothing wrong so far."
    report.stop(Stopped.COMPLETE)
    assert headline(report) == "All is well."
    report.add(skipped(Topic.CAPA, Finding.BROKE_OFF))
    assert headline(report) == "Nothing wrong so far."
    report.add(found(Finding.TLS_NONE))
    assert headline(report) == "1 fault."
    report.add(found(Finding.TOP_MISSING), found(Finding.PASS_LOST))
    assert headline(report) == "1 fault and 2 warnings."


def test_what_is_being_done(report):
    report.begin(Step.PAUSING, 10.4)
    assert doing(report) == "The server requires a pause between two sign-ins: 10 s."
    report.begin(Step.IDLING, 600)
    assert doing(report).startswith("Idle for up to 600 s")
    report.begin(Step.TLS)
    assert doing(report) == "Trying TLS in every version…"
    report.stop(Stopped.TIME_UP)
    assert doing(report) == "Time ran out before all was checked."


def test_as_text_and_masked_for_support(report):
    report.add(found(Finding.LOGIN_REJECTED, "-ERR no anna@example.net here"))
    report.add(skipped(Topic.LOCK, Finding.BROKE_OFF))
    report.stop(Stopped.CALLED_OFF)
    text = as_text(report, masked=False)
    assert "Account: anna@example.net" in text
    assert "| -ERR no anna@example.net here" in text
    assert text.index("1 fault.") < text.index("Sign-in") < text.index("Lock")
    assert text.endswith("Cancelled before all was checked.\n")
    masked = as_text(report, masked=True)
    assert "anna" not in masked
    assert "Account: user1@host1" in masked
    assert "pop.example.net:995 (TLS)" in masked


@pytest.mark.parametrize("code", languages.NAMES)
def test_a_topic_keeps_within_its_column_in_every_language(code):
    spoken = languages.catalogue(code)
    for name in report_words.TOPICS.values():
        said = spoken.gettext(name)
        wide = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in said)
        assert wide < 20, said  # at least one blank before what was found


def test_ideographs_stand_in_columns_too(report):
    report.add(found(Finding.NOT_POP3, kind="IMAP"))
    report.add(skipped(Topic.LOCK, Finding.BROKE_OFF))

    def begins(row: str, check: Check) -> int:
        before = row[: row.index(words_of(check).says)]
        return sum(2 if east_asian_width(character) in "WF" else 1 for character in before)

    def run() -> None:
        languages.use(languages.negotiate("ja"), UTC)
        assert headline(report).endswith("。")
        rows = [
            line
            for line in as_text(report, masked=False).splitlines()
            if "→" not in line and line[:2] == "  "
        ]
        at = {begins(row, check) for row, check in zip(rows, report.checks, strict=True)}
        assert len(at) == 1

    copy_context().run(run)
