"""Reaching a server and hearing what it says first."""

import errno
import socket

import pytest

from app.report import Finding, Stopped, Topic, Verdict, authorization, inspection
from app.report.authorization import judged, round_trip
from app.report.inspection import Inspection
from app.report.report import Report
from app.report.wire import Site
from app.transport import Dialer, Security, Target, TargetPolicy
from tests.support.maildrop import FakeMaildrop, Quirks
from tests.support.process import free_port
from tests.support.scripted import ScriptedServer, close, expect, reset, send, stall, steps

from .looking import LOOPBACK, dialer, facts, findings, look, the, under


async def reported(target: Target, policy: TargetPolicy) -> Report:
    report = Report(target)
    await Inspection(Dialer(policy), target, None, report).run()
    return report


async def test_the_policy_holds_for_reports_too():
    target = Target("127.0.0.1", 995, Security.TLS)
    report = await reported(target, TargetPolicy())
    assert findings(report) == {Finding.FORBIDDEN}
    report = await reported(Target("127.0.0.1", 22, Security.NONE), TargetPolicy(loopback=True))
    assert findings(report) == {Finding.FORBIDDEN}


async def test_a_name_that_is_not_known():
    report = await reported(Target("nowhere.invalid", 995, Security.TLS), TargetPolicy())
    assert findings(report) == {Finding.UNKNOWN_NAME}


async def test_nobody_listens():
    class Nobody:
        host, port = "127.0.0.1", free_port()

    report = await look(Nobody())
    check = the(report, Finding.UNREACHABLE)
    assert check.details == ("127.0.0.1: connection refused",)
    assert (check.verdict, report.stopped) == (Verdict.BAD, Stopped.COMPLETE)


async def test_an_address_is_not_asked_for_its_other_family():
    async with ScriptedServer(FakeMaildrop()) as server:
        assert under(await look(server), Topic.IPV6) == []
        assert under(await look(server, host="localhost"), Topic.IPV6) == [Finding.IPV6_NONE]
        assert under(await look(server), Topic.IPV4) == [Finding.IPV4_ANSWERS]


async def test_what_this_machine_has_no_way_to_says_nothing_of_the_server():
    async def both(host: str, port: int) -> list[str]:
        return ["2606:4700:4700::1111", "127.0.0.1"]

    async def no_route(address: str, port: int, patience: float) -> socket.socket:
        if ":" in address:
            raise OSError(errno.ENETUNREACH, "as on a machine without IPv6")
        return await Dialer.reach(without, address, port, patience)

    without = Dialer(LOOPBACK, resolve=both)
    async with ScriptedServer(FakeMaildrop()) as server:
        site = Site(without, Target("pop.example.net", server.port, Security.NONE))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(without, "reach", no_route)
            checks = [check async for check in authorization.reach(site)]
    assert [(check.topic, check.finding, check.verdict) for check in checks] == [
        (Topic.IPV6, Finding.NO_ROUTE, Verdict.SKIPPED),
        (Topic.IPV4, Finding.IPV4_ANSWERS, Verdict.GOOD),
    ]


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        (b"+OK hello", Finding.GREETED),
        (b"+OK <123.45@pop.example.net>", Finding.GREETED_APOP),
        (b"-ERR [SYS/TEMP] later", Finding.TURNED_AWAY),
        (b"\x15\x03\x01\x00\x02\x02\x46", Finding.SPEAKS_TLS),
    ],
)
def test_first_lines(line, finding):
    assert [check.finding for check in judged(line)] == [finding]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"* OK IMAP4rev1", "IMAP"),
        (b"220 mail ESMTP", "SMTP"),
        (b"HTTP/1.1 400 Bad Request", "HTTP"),
        (b"SSH-2.0-OpenSSH", "SSH"),
        (b"hello", ""),
    ],
)
def test_other_protocols_are_named(line, kind):
    (check,) = judged(line)
    assert (check.finding, check.facts["kind"]) == (Finding.NOT_POP3, kind)


async def test_a_web_server_waits_to_be_spoken_to():
    answers = steps(send(b"HTTP/1.1 400 Bad Request\r\n\r\n"), stall())
    async with ScriptedServer(close(), close(), answers) as server:
        report = await look(server)
    assert facts(report, Finding.NOT_POP3)["kind"] == "HTTP"


async def test_tls_where_clear_was_chosen_and_the_other_way_round(authority, monkeypatch):
    monkeypatch.setattr(authorization, "_GREETING", 0.5)
    leaf = authority.leaf().server_context()
    async with ScriptedServer(close(), tls=leaf) as server:
        assert Finding.SPEAKS_TLS in findings(await look(server))
    async with ScriptedServer(FakeMaildrop()) as server:
        assert Finding.SPEAKS_PLAIN in findings(await look(server, Security.TLS))


async def test_a_server_that_turns_away():
    async with ScriptedServer(steps(send(b"-ERR too many connections\r\n"), close())) as server:
        report = await look(server, user="anna")
    assert the(report, Finding.TURNED_AWAY).details == ("-ERR too many connections",)
    assert under(report, Topic.LOGIN) == []


async def test_no_capa_is_asked_once():
    fake = FakeMaildrop(quirks=Quirks(capa=False))
    async with ScriptedServer(fake) as server:
        report = await look(server)
    assert {Finding.CAPA_MISSING, Finding.NO_ACCOUNT} <= findings(report)
    assert fake.sessions[1].count("CAPA") == 1  # it would count as a bad command
    assert Finding.STLS_MISSING in findings(report)


async def test_stls_that_is_refused_where_it_was_chosen():
    async with ScriptedServer(FakeMaildrop()) as server:
        report = await look(server, Security.STARTTLS)
    assert the(report, Finding.STLS_REQUIRED).verdict is Verdict.BAD


async def test_stls_that_breaks():
    server_side = steps(
        send(b"+OK\r\n"), expect(rb"CAPA|STLS", b"+OK\r\n.\r\n"), expect(rb".*"), close()
    )
    async with ScriptedServer(server_side) as server:
        report = await look(server, Security.STARTTLS)
    assert Finding.STLS_BROKEN in findings(report)


def test_a_long_round_trip():
    assert round_trip([0.1, 9.0, 0.2]).facts["seconds"] == 0.2
    assert round_trip([0.5]).finding is Finding.ROUND_TRIP_LONG


async def test_a_silent_server_is_named_and_ends():
    async with ScriptedServer(steps(send(b"+OK\r\n"), stall())) as server:
        report = Report(Target(server.host, server.port, Security.NONE))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(inspection, "OVERALL", 0.3)
            await Inspection(dialer(), report.target, None, report).run()
    assert report.stopped is Stopped.TIME_UP
    assert {Finding.IPV4_ANSWERS, Finding.GREETED} <= findings(report)  # what was seen stays


@pytest.mark.parametrize("end", [close(), reset()])
async def test_a_server_that_hangs_up_at_capa(end):
    hangs_up = steps(send(b"+OK hello\r\n"), expect(rb"CAPA"), end)
    leaves = steps(send(b"+OK hello\r\n"), expect(rb"QUIT|STLS", b"-ERR no\r\n"))
    async with ScriptedServer(hangs_up, hangs_up, leaves) as server:  # one knock at the address
        report = await look(server)
    assert under(report, Topic.CAPA) == [Finding.CAPA_HANGS_UP]


async def test_what_breaks_off_behind_the_greeting_leaves_a_line():
    script = steps(send(b"+OK hello\r\n"), expect(rb"CAPA"), close())
    async with ScriptedServer(script, steps(send(b"+OK hello\r\n"), close())) as server:
        report = await look(server)
    assert under(report, Topic.CAPA) == [Finding.BROKE_OFF]
    assert not report.whole
