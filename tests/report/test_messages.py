"""A server that does not byte-stuff dots, in the report: named, and pipelining is not blamed."""

import pytest

from app.mailbox import Credentials
from app.report import Finding, Inspection, Report, Topic, Verdict
from app.transport import Security, Target
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.scripted import ScriptedServer

from .looking import dialer, findings, look, the, under

TOP, RETR = frozenset({"TOP"}), frozenset({"RETR"})
LONE = FakeMessage(b"Subject: a\r\n\r\none\r\n.\r\n+OK\r\nSubject: b\r\n\r\nend\r\n", uidl="lone")
DOTTED = FakeMessage(b"Subject: a\r\n\r\none\r\n.two\r\n...\r\nend\r\n", uidl="dotted")
HEADER = FakeMessage(b"Subject: a\r\n.\r\n+OK\r\nX: y\r\n\r\nend\r\n", uidl="header")


@pytest.mark.parametrize("announce", [(), ("EXPIRE 0",)], ids=["", "expire 0"])
@pytest.mark.parametrize("message", [LONE, DOTTED, HEADER], ids=["lone", "dotted", "header"])
@pytest.mark.parametrize(
    ("bare", "finding"),
    [
        (frozenset(), Finding.DOTS_STUFFED),
        (TOP, Finding.DOTS_TOP),
        (RETR, Finding.DOTS_RETR),
        (TOP | RETR, Finding.DOTS_NEVER),
    ],
)
async def test_what_a_server_does_with_dots(bare, finding, message, announce):
    if announce:  # nothing is fetched, so only TOP can tell
        finding = Finding.DOTS_TOP if "TOP" in bare else Finding.DOTS_STUFFED
    fake = FakeMaildrop([*plain(4), message], quirks=Quirks(bare=bare, announce=announce))
    async with ScriptedServer(fake) as server:
        report = await look(server, user="anna")
    assert under(report, Topic.DOTS) == [finding]
    good = finding is Finding.DOTS_STUFFED
    assert the(report, finding).verdict is (Verdict.GOOD if good else Verdict.BAD)
    assert under(report, Topic.PIPELINING) == [Finding.PIPELINING]
    assert report.whole
    assert under(report, Topic.TOP) == [Finding.TOP_EXACT]
    assert Finding.STABLE in findings(report)
    sessions = [[line.partition(" ")[0] for line in session] for session in fake.sessions]
    assert not [verbs for verbs in sessions if "DELE" in verbs]
    assert not [verbs for verbs in sessions if "RETR" in verbs and "QUIT" in verbs]
    assert sum("PASS" in verbs or "AUTH" in verbs for verbs in sessions) <= 6


async def test_without_such_a_line_nothing_is_said_of_it():
    async with ScriptedServer(FakeMaildrop(plain(4), quirks=Quirks(bare=TOP))) as server:
        report = await look(server, user="anna")
    assert under(report, Topic.DOTS) == [Finding.NO_DOTS]


async def test_what_was_seen_before_is_named_where_the_sample_has_no_such_line():
    shared = dialer()
    async with ScriptedServer(FakeMaildrop(plain(4), quirks=Quirks(bare=TOP))) as server:
        shared.habits.of(server.host, server.port).cut()
        report = Report(Target(server.host, server.port, Security.NONE), "anna")
        key = lambda: Credentials("anna", "secret")  # noqa: E731
        await Inspection(shared, report.target, key, report).run()
    assert under(report, Topic.DOTS) == [Finding.DOTS_SEEN]
    assert under(report, Topic.PIPELINING) == [Finding.PIPELINING]


async def test_a_login_delay_that_is_too_long_leaves_the_rest_unseen():
    fake = FakeMaildrop([*plain(4), LONE], quirks=Quirks(bare=TOP, announce=("LOGIN-DELAY 900",)))
    async with ScriptedServer(fake) as server:
        report = await look(server, user="anna")
    assert under(report, Topic.DOTS) == [Finding.DOTS_TOP]
    assert under(report, Topic.PIPELINING) == [Finding.BROKE_OFF]
    assert len([one for one in fake.sessions if any("PASS" in line for line in one)]) == 1
