"""Sessions against servers: expiry, limits, the reaper. Whatever ends one, no mail is deleted."""

import asyncio
import gc
import time
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from app.mailbox import Account, Credentials, LoginRejected, MailboxInUse
from app.sessions import (
    MemoryStore,
    NoSession,
    Record,
    SessionLimit,
    SessionLimits,
    Sessions,
    Store,
    manager,
)
from app.sessions.vault import Keys
from app.transport import Dialer, Security, Target, TargetPolicy, Timeouts
from tests.support.dovecot import Dovecot
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer

LOOPBACK = TargetPolicy(loopback=True, ports=((1, 65535),))
QUICK = Timeouts(connect=2, stall=2)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def managing(
    limits: SessionLimits | None = None,
    clock: Clock | None = None,
    store: Store | None = None,
) -> AsyncIterator[Sessions]:
    dialer = Dialer(LOOPBACK, timeouts=QUICK)
    sessions = Sessions(dialer, store or MemoryStore(), limits, clock or Clock())
    try:
        yield sessions
    finally:
        await sessions.close()


@asynccontextmanager
async def serving(*, exclusive: bool = True) -> AsyncIterator[tuple[FakeMaildrop, ScriptedServer]]:
    fake = FakeMaildrop(plain(3), quirks=Quirks(exclusive=exclusive))
    async with ScriptedServer(fake) as server:
        yield fake, server


def account(server, user: str = "anna") -> Account:
    return Account(user, Target(server.host, server.port, Security.NONE))


def records(sessions: Sessions) -> dict[str, Record]:
    """What is stored."""
    store = sessions._store
    assert isinstance(store, MemoryStore)
    return store.records


async def enter(sessions: Sessions, server, user: str = "anna") -> str:
    """Sign in and mark everything; return the token."""
    token, session = await sessions.sign_in(account(server, user), Credentials(user, "secret"))
    session.mailbox.marks.mark([message.id for message in session.mailbox.index])
    return token


async def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_session_is_found_by_its_token_and_by_no_other():
    async with serving() as (_, server), managing() as sessions:
        token = await enter(sessions, server)
        session = await sessions.find(token)
        assert session.mailbox.marks.totals.messages == 3
        assert session.line.key() == Credentials("anna", "secret")
        assert len(sessions) == 1
        for other in ("", token[:-1], token + "A", session.sid):
            with pytest.raises(NoSession):
                await sessions.find(other)


async def test_headers_that_load_after_the_sign_in_hold_no_password_in_clear():
    class Noticed(Credentials):
        __slots__ = ("__weakref__",)

    fake = FakeMaildrop(plain(3), quirks=Quirks(stall_at="TOP"))
    async with ScriptedServer(fake) as server, managing() as sessions:
        given = Noticed("anna", "secret")
        seen = weakref.ref(given)
        _, session = await sessions.sign_in(account(server), given)
        del given
        await asyncio.sleep(0)
        gc.collect()
        assert session.mailbox.headers.progress.running
        assert seen() is None


async def test_what_is_stored_opens_with_the_token_alone():
    store = MemoryStore()
    async with serving(exclusive=False) as (_, server), managing(store=store) as sessions:
        one, two = await enter(sessions, server, "anna"), await enter(sessions, server, "bert")
        kept = store.records
        assert set(kept) == {Keys.of(one).sid, Keys.of(two).sid}
        sealed = kept[Keys.of(one).sid].sealed
        with Keys.of(one).opened(sealed) as opened:
            assert b'"anna"' in opened
        with pytest.raises(NoSession), Keys.of(two).opened(sealed):
            pass
        assert not any(b"secret" in record.sealed for record in kept.values())


async def test_a_failed_sign_in_leaves_nothing():
    async with serving() as (_, server), managing() as sessions:
        with pytest.raises(LoginRejected):
            await sessions.sign_in(account(server), Credentials("anna", "wrong"))
        assert len(sessions) == 0
        assert records(sessions) == {}
        await enter(sessions, server)


@pytest.mark.parametrize(
    ("steps", "alive"),
    [
        ([99, 99, 99], True),
        ([101], False),
        ([99, 101], False),
        ([90] * 11, True),  # 990 s, used all the time
        ([90] * 12, False),  # 1,080 s: over the absolute limit
    ],
)
async def test_sessions_end_after_an_idle_and_an_absolute_time(steps, alive):
    clock = Clock()
    limits = SessionLimits(idle=100, absolute=1000)
    async with serving() as (fake, server), managing(limits, clock) as sessions:
        token = await enter(sessions, server)
        for step in steps[:-1]:
            clock.now += step
            await sessions.find(token)
        clock.now += steps[-1]
        if alive:
            assert (await sessions.find(token)).mailbox.marks.totals.messages == 3
            return
        with pytest.raises(NoSession):
            await sessions.find(token)
        assert (len(sessions), records(sessions)) == (0, {})
        assert fake.count("DELE") == 0
        assert len(fake.messages) == 3
        await enter(sessions, server)  # the lock was given back


async def test_to_look_on_is_no_use_of_a_session():
    clock = Clock()
    async with serving() as (_, server), managing(SessionLimits(idle=100), clock) as sessions:
        token, _ = await sessions.sign_in(account(server), Credentials("anna", "secret"))
        clock.now += 60
        watch = (await sessions.find(token, using=False)).mailbox.feed.watch()
        clock.now += 60
        await sessions.sweep()
        with pytest.raises(NoSession):
            await sessions.find(token, using=False)
        assert await watch.changes() == frozenset(), "who looks on is told of the end"


async def test_who_looks_on_can_be_sent_away():
    async with serving() as (_, server), managing(SessionLimits()) as sessions:
        token, session = await sessions.sign_in(account(server), Credentials("anna", "secret"))
        watch = session.mailbox.feed.watch()
        sessions.hush()
        assert await watch.changes() == frozenset()
        assert not (await sessions.find(token)).mailbox.feed.over


async def test_the_reaper_ends_what_has_expired_without_anyone_asking():
    clock = Clock()
    async with serving() as (fake, server), managing(SessionLimits(idle=100), clock) as sessions:
        await enter(sessions, server)
        await sessions.sweep()
        assert len(sessions) == 1
        clock.now += 101
        await sessions.sweep()
        assert (len(sessions), records(sessions)) == (0, {})
        assert fake.commands[-1] == "QUIT"
        assert fake.count("DELE") == 0


async def test_signing_out_gives_the_lock_back_and_forgets_the_marks():
    async with serving() as (fake, server), managing() as sessions:
        token = await enter(sessions, server)
        with pytest.raises(MailboxInUse):
            await enter(sessions, server)
        await sessions.sign_out(token)
        with pytest.raises(NoSession):
            await sessions.find(token)
        await sessions.sign_out(token)  # twice is no error
        again = await enter(sessions, server)
        assert (await sessions.find(again)).mailbox.marks.totals.messages == 3
        assert fake.count("DELE") == 0


async def test_there_are_only_so_many_sessions_and_expired_ones_make_room():
    clock = Clock()
    limits = SessionLimits(most=2, idle=100)
    async with serving(exclusive=False) as (_, server), managing(limits, clock) as sessions:
        await enter(sessions, server)
        await enter(sessions, server)
        with pytest.raises(SessionLimit) as refused:
            await enter(sessions, server)
        assert refused.value.limit == 2
        clock.now += 101
        await enter(sessions, server)
        assert len(sessions) == 1


async def test_a_sign_in_under_way_is_no_session_and_has_no_place_of_one():
    """Both come in; the later one finds the last place taken, and is let go."""
    slow = FakeMaildrop(plain(1), quirks=Quirks(stall_at="PASS"))
    async with (
        ScriptedServer(slow) as waiting,
        serving() as (_, server),
        managing(SessionLimits(most=1)) as sessions,
    ):
        first = asyncio.create_task(enter(sessions, waiting))
        await until(lambda: slow.count("PASS") > 0)
        await enter(sessions, server)
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        with pytest.raises(SessionLimit):
            await enter(sessions, server)
        await until(lambda: waiting.left == waiting.connections)


async def test_two_that_come_in_at_once_take_no_place_more_than_there_are():
    async with (
        serving(exclusive=False) as (_, server),
        managing(SessionLimits(most=1)) as sessions,
    ):
        both = await asyncio.gather(
            *(enter(sessions, server) for _ in "ab"), return_exceptions=True
        )
        assert [type(one) for one in both if not isinstance(one, str)] == [SessionLimit]
        assert len(sessions) == 1
        await until(lambda: server.left == 1)


async def test_the_lock_is_given_back_after_an_idle_time_and_marks_outlive_it():
    """On a real server: a second client gets in, and the disk is as it was."""
    user = "reaped"
    with Dovecot(lock_session=True) as locked:
        locked.deliver_many(user, [b"Subject: %d\r\n\r\nx\r\n" % n for n in range(3)])
        before = {stored.sha256 for stored in locked.messages_on_disk(user).values()}
        async with managing(SessionLimits(release=0.3)) as sessions, managing() as others:
            token = await enter(sessions, locked, user)
            with pytest.raises(TimeoutError):  # it takes Dovecot 10 s to say [IN-USE]
                await asyncio.wait_for(enter(others, locked, user), 0.7)
            reaper = asyncio.create_task(sessions.run())
            try:
                mailbox = (await sessions.find(token)).mailbox
                await until(lambda: mailbox.lease.held_seconds is None)
            finally:
                reaper.cancel()
                await asyncio.wait([reaper])
            second = await enter(others, locked, user)
            await others.sign_out(second)
            session = await sessions.find(token)
            assert session.mailbox.marks.totals.messages == 3
            assert (await session.reader.stat()).messages == 3
        assert {s.sha256 for s in locked.messages_on_disk(user).values()} == before


async def test_the_end_of_the_app_ends_every_connection_and_deletes_nothing():
    async with serving(exclusive=False) as (fake, server), managing() as sessions:
        await enter(sessions, server)
        await enter(sessions, server)
        await sessions.close()
        assert len(sessions) == 0
        assert fake.count("QUIT") == fake.count("DELE") == 0
        assert len(fake.messages) == 3


@pytest.mark.parametrize("end", ["sign out", "sweep", "release", "close"])
async def test_a_server_that_goes_silent_keeps_nobody_waiting(monkeypatch, end):
    """One stalled QUIT must hold up neither the person, nor the reaper, nor the end of the app."""
    monkeypatch.setattr(manager, "_PATIENCE", 0.2)
    clock = Clock()
    limits = SessionLimits(idle=100, release=0 if end == "release" else 60)
    good_fake = FakeMaildrop(plain(1))
    bad_fake = FakeMaildrop(plain(1), quirks=Quirks(stall_at="QUIT"))
    async with (
        ScriptedServer(bad_fake) as bad,
        ScriptedServer(good_fake) as good,
        managing(limits, clock) as sessions,
    ):
        token = await enter(sessions, bad)
        await enter(sessions, good)
        live = sessions._live.values()
        await until(lambda: not any(mailbox.headers.progress.running for mailbox in live))
        began = time.monotonic()
        if end == "sign out":
            await sessions.sign_out(token)
            with pytest.raises(NoSession):
                await sessions.find(token)
        elif end == "close":
            await sessions.close()
        else:
            clock.now += 101 if end == "sweep" else 0
            sessions.tend()
            await sessions.sweep()
            await until(lambda: good_fake.commands[-1] == "QUIT")
        assert time.monotonic() - began < 1.5
        if end not in {"sign out", "close"}:
            assert good_fake.commands[-1] == "QUIT"


async def test_the_reaper_outlives_a_store_that_fails():
    class Flaky(MemoryStore):
        failures = 2

        async def some(self, sids):
            if self.failures:
                self.failures -= 1
                raise ConnectionResetError
            return await super().some(sids)

    clock = Clock()
    limits = SessionLimits(idle=2)
    async with serving() as (_, server), managing(limits, clock, Flaky()) as sessions:
        await enter(sessions, server)
        clock.now += 101
        reaper = asyncio.create_task(sessions.run())
        await until(lambda: not len(sessions))
        assert not reaper.done()
        reaper.cancel()
        await asyncio.wait([reaper])


async def test_a_lock_is_given_back_in_time_while_the_sweep_waits_for_another_server(monkeypatch):
    monkeypatch.setattr(manager, "_PATIENCE", 60.0)
    monkeypatch.setattr("app.mailbox.lease._PARTING", 60.0)
    clock = Clock()
    stalling = FakeMaildrop(plain(1), quirks=Quirks(stall_at="QUIT"))
    good_fake = FakeMaildrop(plain(1))
    async with (
        ScriptedServer(stalling) as bad,
        ScriptedServer(good_fake) as good,
        managing(SessionLimits(idle=2, release=0.5), clock) as sessions,
    ):
        await enter(sessions, bad)
        clock.now += 3
        await enter(sessions, good)
        reaper = asyncio.create_task(sessions.run())
        await until(lambda: good_fake.commands[-1] == "QUIT")
        assert stalling.commands[-1] == "QUIT"
        assert stalling._holders == 1  # its goodbye is still waited for
        reaper.cancel()
        await asyncio.wait([reaper])


async def test_who_looks_on_gets_a_noop_where_the_server_is_impatient_and_no_longer_a_lock():
    async with serving() as (fake, server), managing(SessionLimits(release=60)) as sessions:
        token = await enter(sessions, server)
        mailbox = (await sessions.find(token)).mailbox
        await mailbox.headers.loaded()
        mailbox.lease.habit.patience = 0.0
        sessions.tend()
        await asyncio.sleep(0.05)
        assert fake.count("NOOP") == 0  # nobody looks on
        watch = asyncio.create_task(mailbox.feed.watch().changes())
        await asyncio.sleep(0)
        sessions.tend()
        sessions.tend()
        await until(lambda: fake.count("NOOP") > 0)
        assert fake.count("NOOP") == 1
        mailbox.lease.used -= 61
        await until(lambda: not sessions._tended)
        sessions.tend()
        await until(lambda: mailbox.lease.held_seconds is None)
        assert fake.commands[-1] == "QUIT"
        watch.cancel()
