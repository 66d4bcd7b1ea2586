"""A report as JSON: stable names beside words."""

from app.report import Finding, Report, Stopped, found
from app.transport import Security, Target
from app.web.report.schemas import report_json


def test_a_report_as_json():
    report = Report(Target("pop.example.net", 995, Security.TLS))
    report.add(found(Finding.TLS_OLD_TOO, "TLS 1.0 ✓", old=("TLS 1.0",)))
    before = report_json(report)
    assert (before["stopped"], before["account"]) == (None, None)
    report.stop(Stopped.COMPLETE)
    body = report_json(report)
    assert body["verdict"] == "warn"
    assert (body["warnings"], body["faults"], body["stopped"]) == (1, 0, "complete")
    assert body["checks"] == [
        {
            "group": "tls",
            "topic": "tls-versions",
            "verdict": "warn",
            "finding": "tls-old-too",
            "facts": {"old": ["TLS 1.0"]},
            "details": ["TLS 1.0 ✓"],
            "says": "Still accepted: TLS 1.0.",
            "advice": "Switch it off: RFC 8996 forbids it.",
        }
    ]
