"""The course of a report: time, delays, failures, and no secret left behind."""

import asyncio
from typing import Any

import pytest

from app.mailbox import Credentials
from app.report import Finding, Inspection, Report, Step, Stopped, Topic, Verdict
from app.report import inspection as course
from app.transport import Security, Target
from tests.support.certs import self_signed
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer

from .looking import dialer, findings, look, under


async def test_a_login_delay_is_waited_for():
    steps: list[tuple[Step | None, float]] = []
    fake = FakeMaildrop(plain(2), quirks=Quirks(announce=("LOGIN-DELAY 1",)))
    async with ScriptedServer(fake) as server:
        report = Report(
            Target(server.host, server.port, Security.NONE),
            "anna",
            lambda: steps.append((report.step, report.seconds)),
        )
        key = lambda: Credentials("anna", "secret")  # noqa: E731
        await Inspection(dialer(), report.target, key, report).run()
    assert [seconds for step, seconds in steps if step is Step.PAUSING]
    assert {Finding.DELAY, Finding.STABLE, Finding.LOCK_SHARED} <= findings(report)


async def test_one_that_is_too_long_is_not():
    fake = FakeMaildrop(plain(2), quirks=Quirks(announce=("LOGIN-DELAY 300 USER",)))
    async with ScriptedServer(fake) as server:
        report = await look(server, user="anna")
    for topic in (Topic.LOCK, Topic.BEHIND_PASS, Topic.STABLE):
        assert under(report, topic) == [Finding.DELAY_TOO_LONG]
    assert fake.count("PASS") == 1


@pytest.mark.parametrize("stage", ["UIDL", "TOP", "RETR", "STAT", "NOOP"])
async def test_a_probe_that_fails_leaves_a_line_and_the_rest_goes_on(stage):
    fake = FakeMaildrop(plain(3), quirks=Quirks(close_at=stage))
    async with ScriptedServer(fake) as server:
        report = await look(server, user="anna")
    assert report.stopped is Stopped.COMPLETE
    assert Finding.LOGIN in findings(report)
    broken = [c for c in report.checks if c.finding is Finding.BROKE_OFF]
    assert broken or stage == "NOOP"
    assert all(check.verdict is Verdict.SKIPPED for check in broken)


async def test_the_lock_that_lingers_after_the_first_login():
    class Lingering(FakeMaildrop):
        """The lock stays for two logins more than it should."""

        async def __call__(self, peer):
            if len(self.sessions) == self.lingers:
                self.quirks.in_use_logins = 2
            await super().__call__(peer)

        lingers = -1

    fake = Lingering(plain(2), quirks=Quirks(exclusive=True))
    async with ScriptedServer(fake) as server:
        report = await look(server, user="anna")
        at = next(n for n, s in enumerate(fake.sessions) if s.count("UIDL") and "RETR 1" not in s)
        fake.lingers, fake.sessions = at, []
        report = await look(server, user="anna")
    assert {Finding.LOCK_CODED, Finding.PASS_KEPT, Finding.STABLE} <= findings(report)


async def test_called_off_it_keeps_what_it_has():
    fake = FakeMaildrop(plain(1), quirks=Quirks(stall_at="STAT"))
    async with ScriptedServer(fake) as server:
        report = Report(Target(server.host, server.port, Security.NONE), "anna")
        key = lambda: Credentials("anna", "secret")  # noqa: E731
        task = asyncio.create_task(Inspection(dialer(), report.target, key, report).run())
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if fake.count("STAT"):
                break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert report.stopped is Stopped.CALLED_OFF
    assert Finding.LOGIN in findings(report)


async def test_the_time_is_up(monkeypatch):
    monkeypatch.setattr(course, "OVERALL", 0.5)
    fake = FakeMaildrop(plain(1), quirks=Quirks(stall_at="STAT"))
    async with ScriptedServer(fake) as server:
        report = await look(server, user="anna")
    assert report.stopped is Stopped.TIME_UP
    assert Finding.LOGIN in findings(report)


async def test_no_password_in_a_report():
    async with ScriptedServer(FakeMaildrop(plain(2))) as server:
        report = await look(server, user="anna")
        refused = await look(server, user="anna", password="hunter2")
    assert "secret" not in repr(report.checks)
    assert "hunter2" not in repr(refused.checks)


async def test_no_password_where_the_certificate_has_gone_wrong_meanwhile(authority, tmp_path):
    """Also on the bare connection, which is not the engine's."""
    fake = FakeMaildrop(plain(2))
    right, wrong = (leaf.server_context() for leaf in (authority.leaf(), self_signed()))

    def choose(handshake: Any, *_: object) -> None:
        if fake.count("LIST"):
            handshake.context = wrong

    right.sni_callback = choose
    async with ScriptedServer(fake, tls=right) as server:
        report = await look(
            server,
            Security.TLS,
            user="anna",
            ca_file=authority.write(tmp_path / "ca.pem"),
            host="localhost",
        )
    assert Finding.LOGIN in findings(report)
    assert under(report, Topic.BEHIND_PASS) == [Finding.BROKE_OFF]
    assert fake.count("PASS") + fake.count("AUTH") == 1
