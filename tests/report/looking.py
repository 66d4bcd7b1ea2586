"""Reports on servers of tests, by what they found."""

from pathlib import Path
from typing import Any, Protocol

from app.mailbox import Credentials
from app.report import Check, Finding, Inspection, Report, Topic
from app.transport import Dialer, Security, Target, TargetPolicy, Timeouts

LOOPBACK = TargetPolicy(loopback=True, ports=((1, 65535),))


class Serving(Protocol):
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


def dialer(ca_file: Path | None = None) -> Dialer:
    return Dialer(LOOPBACK, ca_file=ca_file, timeouts=Timeouts(connect=5, stall=5))


async def look(
    server: Serving,
    security: Security = Security.NONE,
    *,
    user: str = "",
    password: str = "secret",
    wait: float = 0.0,
    ca_file: Path | None = None,
    host: str = "",
    port: int = 0,
) -> Report:
    target = Target(host or server.host, port or server.port, security)
    report = Report(target, user)
    key = (lambda: Credentials(user, password)) if user else None
    await Inspection(dialer(ca_file), target, key, report, wait).run()
    return report


def findings(report: Report) -> set[Finding]:
    return {check.finding for check in report.checks}


def under(report: Report, topic: Topic) -> list[Finding]:
    return [check.finding for check in report.checks if check.topic is topic]


def the(report: Report, finding: Finding) -> Check:
    found = [check for check in report.checks if check.finding is finding]
    assert found, sorted(check.finding.value for check in report.checks)
    return found[0]


def facts(report: Report, finding: Finding) -> dict[str, Any]:
    return dict(the(report, finding).facts)
