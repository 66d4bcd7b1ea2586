"""How many reports at once, whose they are, and how long they are kept."""

import asyncio
import gc
import weakref

import pytest

from app.gate import client
from app.mailbox import Credentials
from app.report import (
    ClientReports,
    Inspection,
    ReportBusy,
    ReportRun,
    Reports,
    ReportsFull,
    Step,
    Stopped,
)
from app.transport import Security, Target
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer, stall

from .looking import dialer


async def test_one_at_a_time_each_and_some_in_all():
    async with ScriptedServer(stall()) as server:
        target = Target(server.host, server.port, Security.NONE)
        reports = Reports(dialer(), most=3)
        first = reports.start("a", target)
        with pytest.raises(ReportBusy) as busy:
            reports.start("a", target)
        assert busy.value.id == first.id
        others = [reports.start(f"b{n}", target) for n in range(2)]
        with pytest.raises(ReportsFull):
            reports.start("c", target)
        await asyncio.sleep(0.01)
        first.call_off()
        await first.end()
        assert (first.running, first.report.stopped) == (False, Stopped.CALLED_OFF)
        again = reports.start("a", target)
        await asyncio.sleep(0.01)
        await reports.close()
        assert not any(run.running for run in (again, *others))


async def test_some_for_one_client_whoever_owns_them():
    async with ScriptedServer(stall()) as server:
        target = Target(server.host, server.port, Security.NONE)
        reports = Reports(dialer(), each=2)
        client.set("stranger")
        for owner in ("a", "b"):
            reports.start(owner, target)
        with pytest.raises(ClientReports):
            reports.start("c", target)
        client.set("friend")
        reports.start("c", target)
        await asyncio.sleep(0.01)
        await reports.close()


async def test_only_its_owner_finds_it_and_not_for_ever():
    now = 0.0
    async with ScriptedServer(stall()) as server:
        target = Target(server.host, server.port, Security.NONE)
        reports = Reports(dialer(), clock=lambda: now)
        run = reports.start("a", target)
        assert reports.find(run.id, frozenset({"x", "a"})) is run
        assert reports.find(run.id, frozenset({"x"})) is None
        assert reports.find("other", frozenset({"a"})) is None
        await asyncio.sleep(0.01)
        run.call_off()
        await run.end()
        now = 10_000.0
        assert reports.find(run.id, frozenset({"a"})) is None


async def test_what_made_it_is_forgotten_when_it_ends(monkeypatch, caplog):
    class Secret(Credentials):
        pass

    async with ScriptedServer(FakeMaildrop(plain(1), quirks=Quirks(stall_at="STAT"))) as server:
        target = Target(server.host, server.port, Security.NONE)
        reports = Reports(dialer())

        def start(owner: str) -> tuple[ReportRun, "weakref.ref[Secret]"]:
            secret = Secret("anna", "secret")
            return reports.start(owner, target, "anna", lambda: secret), weakref.ref(secret)

        run, held = start("called off")
        for _ in range(500):
            await asyncio.sleep(0.01)
            if run.report.step is Step.READING:
                break
        run.call_off()
        await run.end()
        await asyncio.sleep(0)
        gc.collect()
        assert held() is None

        monkeypatch.setattr(Inspection, "_second", None)  # a mistake of ours
        server._scripts = (FakeMaildrop(plain(1)),)
        run, _ = start("broke off")
        await run.end()
        await asyncio.sleep(0)
        assert "TypeError" in caplog.text
        assert run.task is None


async def test_one_called_off_before_it_began_has_ended_too():
    reports = Reports(dialer())
    run = reports.start("a", Target("127.0.0.1", 1, Security.NONE))
    run.call_off()
    await run.end()
    assert not run.running
