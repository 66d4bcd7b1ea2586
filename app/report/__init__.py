"""What a server is like: one report of checks, each with a verdict.

Owns: the probes before and after login, the rules that turn what they saw into findings, reports
under way and their limits. Reads only: no DELE is ever sent, and what was RETR'd ends without QUIT.
Must not know: HTTP, words for people, sessions.
"""

from .certificate import Presented
from .checks import RULES, Check, Fact, Finding, Topic, TopicGroup, Verdict, found, skipped
from .inspection import Inspection
from .report import Report, Step, Stopped
from .runs import (
    ClientReports,
    ReportBusy,
    ReportError,
    ReportRun,
    Reports,
    ReportsFull,
    WaitRefused,
)

__all__ = [
    "RULES",
    "Check",
    "ClientReports",
    "Fact",
    "Finding",
    "Inspection",
    "Presented",
    "Report",
    "ReportBusy",
    "ReportError",
    "ReportRun",
    "Reports",
    "ReportsFull",
    "Step",
    "Stopped",
    "Topic",
    "TopicGroup",
    "Verdict",
    "WaitRefused",
    "found",
    "skipped",
]
