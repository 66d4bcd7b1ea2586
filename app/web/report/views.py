"""The server report and the form that begins one."""

from dataclasses import dataclass
from datetime import datetime

from app.report import Verdict
from app.web.signin.views import ServerView
from app.web.site.views import ErrorView


@dataclass(frozen=True, slots=True)
class FindingView:
    """A line of a report.

    Attributes:
        topic: what was looked at.
        verdict: how good it is; `word` says it.
        says, advice: what was found, what to do.
        details: the server's own lines.
    """

    topic: str
    verdict: Verdict
    word: str
    says: str
    advice: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChecksView:
    """A part of a report."""

    key: str
    title: str
    checks: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as far as it is made.

    Attributes:
        path: its address; `/live`, `/report.json`, `/report.txt` and `/stop` stand below it.
        server: `host:port`; protection: such as `TLS`; account: the user name, or "".
        began: when it was.
        running: more will come.
        doing: what is being done, or how it ended where that was too soon.
        headline: the verdict in a sentence; worst: for its colour.
        counts: how many findings have a verdict, in words, for each that there is.
        groups: what was found.
        text: all of it, names masked, to be copied.
    """

    path: str
    server: str
    protection: str
    account: str
    began: datetime
    running: bool
    doing: str
    headline: str
    worst: Verdict
    counts: tuple[tuple[Verdict, str], ...]
    groups: tuple[ChecksView, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ReportFormView:
    """The form as it was filled in.

    Attributes:
        offered: the operator's servers; `fixed`: no others may be named.
        wait: seconds of silence to test.
        running: the address of a report that is under way for this browser, or "".
        focus: the field that the error is about, `error` where it is about none; "" without one.
    """

    username: str
    server: str
    port: str
    security: str
    offered: tuple[ServerView, ...]
    fixed: bool
    wait: str = "0"
    running: str = ""
    focus: str = ""
    error: ErrorView | None = None
