"""The report finds on every server of Debian's what was found out about it by hand."""

from pathlib import Path
from typing import Any

import pytest

from app.report import Finding, Report, Stopped, Topic, Verdict
from app.transport import Security
from tests.report.looking import facts, findings, look, the, under
from tests.support.certs import Authority
from tests.support.servers import Pop3Server

from .letters import LETTERS

pytestmark = pytest.mark.interop
WITHOUT_END = b"Subject: no end\r\n\r\n" + b"x" * 70 + b"\r\nno line end"
KEEPS_LAST_LINES_AS_THEY_ARE = ("dovecot", "courier", "mailutils")
REPORTS: dict[str, tuple[Report, list[bytes], list[bytes]]] = {}


@pytest.fixture
async def report(server: Pop3Server, authority: Authority, tmp_path: Path) -> Report:
    """The report on a server and an account, made once for all tests on it."""
    if server.name not in REPORTS:
        user, password = server.mailbox()
        for letter in list(LETTERS.values())[:6]:
            server.deliver(user, letter)
        if server.name in KEEPS_LAST_LINES_AS_THEY_ARE:
            server.deliver(user, WITHOUT_END)
        before = server.messages(user)
        made = await look(
            server,
            Security.STARTTLS if server.starttls else Security.NONE,
            user=user,
            password=password,
            ca_file=authority.write(tmp_path / "ca.pem"),
            host="localhost",
        )
        REPORTS[server.name] = made, before, server.messages(user)
    return REPORTS[server.name][0]


async def test_it_is_whole_and_has_only_read(server: Pop3Server, report: Report) -> None:
    assert report.stopped is Stopped.COMPLETE
    assert Finding.BROKE_OFF not in findings(report), report.checks
    assert Finding.STILL_IN_USE not in findings(report)
    assert {Finding.LOGIN, Finding.STABLE, Finding.COUNT_SAME} <= findings(report)
    _, before, after = REPORTS[server.name]
    assert list(map(server.unaltered, after)) == list(map(server.unaltered, before))


EXPECTED: dict[str, dict[Topic, Finding]] = {
    "dovecot": {
        Topic.CAPA: Finding.CAPA,
        Topic.INJECTION: Finding.INJECTION_SAFE,
        Topic.BEHIND_PASS: Finding.PASS_KEPT,
        Topic.SIZES: Finding.SIZES_DIFFER,
        Topic.LOCK: Finding.LOCK_CODED,
        Topic.PIPELINING: Finding.PIPELINING,
        Topic.TOP: Finding.TOP_EXACT,
        Topic.CAPA_LOGIN: Finding.CAPA_LOGIN_DIFFERS,
        Topic.GREETING: Finding.GREETED_APOP,
    },
    "courier": {
        Topic.INJECTION: Finding.INJECTION_UNSAFE,
        Topic.BEHIND_PASS: Finding.PASS_LOST,
        Topic.SIZES: Finding.SIZES_DIFFER,
        Topic.LOGIN_DELAY: Finding.DELAY,
        Topic.LOCK: Finding.LOCK_SHARED,
        Topic.PIPELINING: Finding.PIPELINING,
    },
    "cyrus": {
        Topic.INJECTION: Finding.INJECTION_SAFE,
        Topic.BEHIND_PASS: Finding.PASS_KEPT,
        Topic.LOGIN_DELAY: Finding.DELAY_NONE,
        Topic.EXPIRE: Finding.EXPIRE_NEVER,
        Topic.SIZES: Finding.SIZES_SAME,
        Topic.PIPELINING: Finding.PIPELINING,
    },
    "mailutils": {
        Topic.INJECTION: Finding.INJECTION_SAFE,
        Topic.TAGS: Finding.TAG_MISSPELLED,
        Topic.LOCK: Finding.LOCK_CODED,
        Topic.BEHIND_PASS: Finding.PASS_KEPT,
        Topic.TOP: Finding.TOP_LINES,
        Topic.PIPELINING: Finding.PIPELINING,
    },
    "popa3d": {
        Topic.CAPA: Finding.CAPA_MISSING,
        Topic.STLS: Finding.STLS_MISSING,
        Topic.UIDL: Finding.UIDL_UNANNOUNCED,
        Topic.BEHIND_PASS: Finding.PASS_KEPT,
        Topic.PIPELINING: Finding.PIPELINING_UNANNOUNCED,
    },
    "solid-pop3d": {
        Topic.CAPA: Finding.CAPA_MISSING,
        Topic.STLS: Finding.STLS_MISSING,
        Topic.BEHIND_PASS: Finding.NO_PASSWORD_IN_CLEAR,  # it has APOP, and no TLS
        Topic.PIPELINING: Finding.PIPELINING_UNANNOUNCED,
        Topic.GREETING: Finding.GREETED_APOP,
    },
}


async def test_it_finds_what_was_found_by_hand(server: Pop3Server, report: Report) -> None:
    expected = EXPECTED[server.name]
    assert {topic: under(report, topic) for topic in expected} == {
        topic: [finding] for topic, finding in expected.items()
    }


async def test_with_the_very_figures(server: Pop3Server, report: Report) -> None:
    told: dict[str, tuple[Finding, dict[str, Any]]] = {
        "courier": (Finding.DELAY, {"n": 10}),
        "mailutils": (Finding.TAG_MISSPELLED, {"tag": "EXPIRENEVER", "meant": "EXPIRE NEVER"}),
    }
    if server.name in told:
        finding, values = told[server.name]
        assert facts(report, finding) == values
    if server.name in KEEPS_LAST_LINES_AS_THEY_ARE:
        sizes = facts(report, Finding.SIZES_DIFFER)
        assert sizes["sent"] - sizes["listed"] == 2  # as 1430 and 1432
    if server.name == "courier":
        assert the(report, Finding.PASS_LOST).verdict is Verdict.WARN
        assert the(report, Finding.INJECTION_UNSAFE).details == ("S: +OK Here's what I can do:",)
    if server.name == "cyrus":
        assert "SCRAM-SHA-256-PLUS" in facts(report, Finding.MECHANISMS)["names"]
