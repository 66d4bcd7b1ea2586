"""Findings, their topics and verdicts."""

import pytest

from app.report import RULES, Finding, Topic, TopicGroup, Verdict, found, skipped
from app.report.checks import ANY_TOPIC


def test_every_topic_has_a_finding_and_stands_in_one_part():
    assert {topic for topic, _ in RULES.values()} | {Topic.STABLE} == set(Topic)
    groups = [topic.group for topic in Topic]
    assert groups == sorted(groups, key=tuple(TopicGroup).index)
    assert set(groups) == set(TopicGroup)


def test_a_finding_brings_its_topic_and_its_verdict():
    check = found(Finding.TLS_OLD_TOO, "a line", old=("TLS 1.0",))
    assert (check.topic, check.verdict) == (Topic.TLS_VERSIONS, Verdict.WARN)
    assert (check.details, check.facts["old"]) == (("a line",), ("TLS 1.0",))


def test_what_was_not_seen_stands_under_any_topic():
    assert skipped(Topic.LOCK, Finding.BROKE_OFF).verdict is Verdict.SKIPPED
    assert Finding.BROKE_OFF in ANY_TOPIC
    with pytest.raises(KeyError):
        found(Finding.BROKE_OFF)


def test_verdicts_are_ordered():
    weights = [v.weight for v in (Verdict.GOOD, Verdict.NOTE, Verdict.WARN, Verdict.BAD)]
    assert weights == sorted(weights)
    assert Verdict.SKIPPED.weight < Verdict.GOOD.weight


def test_words_of_a_server_are_no_orders_to_a_terminal():
    odd = "X-\x1b]0;owned\x07\x9b2J\x7f\u202e"
    told = [
        found(Finding.LOGIN_REJECTED, odd, names=(odd, "ok"), server=odd, n=1),
        skipped(Topic.LOCK, Finding.STILL_IN_USE, odd, host=odd),
    ]
    for check in told:
        for value in (*check.details, *check.facts.values()):
            for text in value if isinstance(value, tuple) else (str(value),):
                assert text.isprintable()
    assert told[0].facts["n"] == 1
    assert r"X-\x1b]0;owned\x07" in told[0].details[0]
