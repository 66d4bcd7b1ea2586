"""The server report as JSON: stable names beside words in the language of whoever asks."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.report import Check as ReportCheck
from app.report import Report, Stopped, Topic, TopicGroup, Verdict
from app.transport import Security

from .words import headline, words_of


class Check(BaseModel):
    """One line of the report."""

    group: TopicGroup
    topic: Topic
    verdict: Verdict
    finding: str = Field(description="a stable name of what was found, such as tls-old-too")
    facts: dict[str, str | int | float | list[str]] = Field(
        description="the values in it; times in seconds"
    )
    details: list[str] = Field(description="the server's own lines")
    says: str
    advice: str = Field(description="one line for whoever runs the server; often empty")


class ServerReport(BaseModel):
    """What a server is like; with an account, its maildrop too. Nothing was deleted for it."""

    server: str
    port: int
    security: Security
    account: str | None
    began: datetime
    stopped: Stopped | None = Field(description="null while it is made")
    verdict: Verdict = Field(description="the worst one")
    headline: str
    warnings: int
    faults: int
    checks: list[Check]


def _check(check: ReportCheck) -> Check:
    words = words_of(check)
    facts = {n: list(v) if isinstance(v, tuple) else v for n, v in check.facts.items()}
    return Check(
        group=check.topic.group,
        topic=check.topic,
        verdict=check.verdict,
        finding=check.finding.value,
        facts=facts,
        details=list(check.details),
        says=words.says,
        advice=words.advice,
    )


def server_report(report: Report) -> ServerReport:
    """The report as it is by now."""
    target = report.target
    return ServerReport(
        server=target.host,
        port=target.port,
        security=target.security,
        account=report.username or None,
        began=report.began,
        stopped=report.stopped,
        verdict=report.worst,
        headline=headline(report),
        warnings=report.count(Verdict.WARN),
        faults=report.count(Verdict.BAD),
        checks=[_check(check) for check in report.checks],
    )


def report_json(report: Report) -> dict[str, object]:
    """The same as plain values."""
    return server_report(report).model_dump(mode="json")
