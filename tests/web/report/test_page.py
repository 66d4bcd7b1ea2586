"""A report's view."""

from app.report import Finding, Report, ReportRun, Topic, Verdict, found, skipped
from app.transport import Security, Target
from app.web.report.page import report_view


def test_a_report_as_a_page_shows_it():
    report = Report(Target("2001:db8::1", 995, Security.TLS), "anna")
    report.add(found(Finding.GREETED, "+OK"), found(Finding.TOP_MISSING))
    report.add(skipped(Topic.LOCK, Finding.BROKE_OFF))
    view = report_view(ReportRun("me", report, 0.0))
    assert (view.server, view.protection, view.running) == ("[2001:db8::1]:995", "TLS", True)
    assert [text for _, text in view.counts] == ["1 warning", "1 good", "1 not checked"]
    assert [group.key for group in view.groups] == ["reach", "sign-in", "mailbox"]
    assert view.groups[0].checks[0].details == ("+OK",)
    assert view.worst is Verdict.WARN
    assert "Account: user1" in view.text
