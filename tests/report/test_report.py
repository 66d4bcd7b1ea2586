"""A report while it grows."""

from app.report import Finding, Report, Step, Stopped, Topic, TopicGroup, Verdict, found, skipped
from app.transport import Security, Target

TARGET = Target("pop.example.net", 995, Security.TLS)


def test_checks_stand_in_the_order_of_their_topics_whenever_they_came():
    report = Report(TARGET)
    report.add(found(Finding.UIDL_UNIQUE, n=1), found(Finding.GREETED))
    report.add(skipped(Topic.LOCK, Finding.BROKE_OFF))
    topics = [check.topic for check in report.checks]
    assert topics == [Topic.GREETING, Topic.LOCK, Topic.UIDL]
    assert [check.finding for check in report.of(TopicGroup.REACH)] == [Finding.GREETED]


def test_the_worst_verdict_counts():
    report = Report(TARGET)
    assert report.worst.weight == Verdict.SKIPPED.weight
    report.add(found(Finding.GREETED), found(Finding.TLS_OLD_TOO, old=("TLS 1.0",)))
    report.add(found(Finding.COUNT_NONE), found(Finding.TOP_LINES, n=3, asked=2, number=1))
    assert report.worst is Verdict.WARN
    assert report.count(Verdict.WARN) == 2


def test_changes_are_told_and_the_first_end_holds():
    changes = []
    report = Report(TARGET, on_change=lambda: changes.append(report.step))
    report.begin(Step.TLS)
    report.add(found(Finding.GREETED))
    report.stop(Stopped.TIME_UP)
    report.stop(Stopped.COMPLETE)
    assert report.stopped is Stopped.TIME_UP
    assert changes == [Step.TLS, Step.TLS, None, None]
