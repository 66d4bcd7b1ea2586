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
