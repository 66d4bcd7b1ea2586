"""Sessions whose process is gone: they go on in another one, over one store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.mailbox import Account, Credentials, Notice
from app.sessions import (
    Cause,
    MemoryStore,
    NoSession,
    Session,
    SessionLimits,
    Sessions,
    StoreFault,
    StoreUnavailable,
    Undeleted,
)
from app.sessions.redis_store import RedisStore
from app.transport import Security, Target
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.redis import Redis
from tests.support.scripted import ScriptedServer

from .storing import lasting, server, store_at
from .test_manager import Clock, account, enter, managing, serving, until

__all__ = ["lasting", "server"]
LIMITS = SessionLimits(idle=100, absolute=1000)
SECRET = Credentials("anna", "secret")


async def test_without_papers_the_marks_go_with_the_process():
    store = MemoryStore()
    async with serving() as (_, there):
        async with managing(store=store) as before:
            token = await enter(before, there)
        async with managing(store=store) as after:
            session = await after.find(token)
            assert session.mailbox.listing.listed is False
            await session.line.hold()
            assert len(session.mailbox.index) == 3
            assert session.mailbox.marks.totals.messages == 0


@asynccontextmanager
async def process(redis: Redis, clock: Clock | None = None) -> AsyncIterator[Sessions]:
    """A process that is killed at the end: nothing is written then."""
    store = store_at(redis.url, idle=LIMITS.idle, absolute=LIMITS.absolute)
    async with managing(LIMITS, clock or Clock(), store) as sessions:
        try:
            yield sessions
        finally:
            await store.close()
            sessions._shelf._live.clear()


async def marked(sessions: Sessions, there: ScriptedServer, *, ready: bool = True) -> str:
    """Sign in and mark two messages, as a click does; return the token."""
    token, session = await sessions.sign_in(account(there), SECRET)
    if ready:
        await session.mailbox.headers.loaded()
    session.mailbox.marks.mark([message.id for message in session.mailbox.index][:2])
    await sessions.settle(session.sid, strict=True)
    return token


def told(session: Session) -> dict[Notice, int]:
    return {one.notice: one.count for one in session.mailbox.notices}


@pytest.mark.interop
async def test_marks_and_receipts_are_there_again_and_a_commit_works(lasting, server):
    async with serving() as (fake, there):
        async with process(server) as before:
            token, session = await before.sign_in(account(there), SECRET)
            await session.mailbox.headers.loaded()
            first, *others = [message.id for message in session.mailbox.index]
            session.mailbox.marks.mark([first])
            receipt = await session.commit.run()
            assert receipt.gone == 1
            session.mailbox.marks.mark(others)
            session.mailbox.marks.unmark(others[:1])
            await before.settle(session.sid, strict=True)
        async with process(server) as after:
            session = await after.find(token)
            assert session.mailbox.listing.listed is False
            assert session.mailbox.receipts[1] == receipt
            assert session.mailbox.known_marks.keys() == set(others[1:])
            await session.reader.ensure_listed()
            assert Notice.MARKS_NOT_TAKEN_OVER not in told(session)
            assert list(session.mailbox.marks) == others[1:]
            receipt = await session.commit.run()
            assert (receipt.number, receipt.gone) == (2, 1)
            assert len(fake.messages) == 1
            await after.settle(session.sid)
        async with process(server) as again:
            session = await again.find(token)
            assert list(session.mailbox.receipts) == [1, 2]
            await session.reader.ensure_listed()
            assert len(session.mailbox.marks) == 0


@pytest.mark.interop
async def test_what_cannot_be_taken_over_is_told_with_its_number(lasting, server):
    async with serving() as (fake, there):
        async with process(server) as before:
            token = await marked(before, there)
        del fake.messages[0]
        async with process(server) as after:
            session = await after.find(token)
            await session.reader.ensure_listed()
            assert told(session)[Notice.MARKS_NOT_TAKEN_OVER] == 1
            assert len(session.mailbox.marks) == 1
            await after.settle(session.sid)
        async with process(server) as again:  # told once, and forgotten
            session = await again.find(token)
            await session.reader.ensure_listed()
            assert Notice.MARKS_NOT_TAKEN_OVER not in told(session)


@pytest.mark.interop
async def test_a_header_that_comes_later_makes_its_mark_good_for_another_process(lasting, server):
    fake = FakeMaildrop(plain(3), quirks=Quirks(stall_at="TOP"))
    async with ScriptedServer(fake) as there:
        async with process(server) as before:
            token = await marked(before, there, ready=False)
        fake.quirks.stall_at = None
        async with process(server) as after:
            session = await after.find(token)
            await session.reader.ensure_listed()
            assert told(session)[Notice.MARKS_NOT_TAKEN_OVER] == 2  # nobody ever saw what they are
            session.mailbox.marks.mark([message.id for message in session.mailbox.index])
            await after.settle(session.sid, strict=True)
            await session.mailbox.headers.loaded()
            after.tend()
            papers = after._shelf._live[session.sid].papers
            assert papers is not None
            await until(lambda: not (papers.due or papers._lock.locked()))
        async with process(server) as again:
            session = await again.find(token)
            await session.reader.ensure_listed()
            assert len(session.mailbox.marks) == 3


@pytest.mark.interop
@pytest.mark.parametrize("seen", [False, True], ids=["nobody looks", "swept"])
@pytest.mark.parametrize(("later", "cause"), [(101, Cause.IDLE), (2000, Cause.IDLE)])
async def test_a_session_that_expired_meanwhile_leaves_its_marks(
    lasting, server, later, cause, seen
):
    clock = Clock()
    async with serving() as (_, there):
        async with process(server, clock) as before:
            token = await marked(before, there)
            if seen:
                clock.now += later
                await before.sweep()
                clock.now -= later
        clock.now += later
        async with process(server, clock) as after:
            with pytest.raises(NoSession):
                await after.find(token)
            found = await after.ended(token)
            assert found is not None
            assert (found.cause, found.after, len(found.marks)) == (cause, 100, 2)
            other = Account("bert", Target(there.host, there.port, Security.NONE))
            _, session = await after.sign_in(other, Credentials("bert", "secret"), before="x")
            assert len(session.mailbox.marks) == 0
            await after.end(session)
            new, session = await after.sign_in(account(there), SECRET, before=token)
            assert len(session.mailbox.marks) == 2
            assert await after.ended(token) is None
        async with process(server, clock) as again:
            session = await again.find(new)
            await session.reader.ensure_listed()
            assert len(session.mailbox.marks) == 2


@pytest.mark.interop
async def test_one_that_was_used_to_its_greatest_age_says_so(lasting, server):
    clock = Clock()
    async with serving() as (_, there):
        async with process(server, clock) as before:
            token = await marked(before, there)
            for _step in range(11):
                clock.now += 90
                await before.find(token)
        clock.now += 50
        async with process(server, clock) as after:
            with pytest.raises(NoSession):
                await after.find(token)
            found = await after.ended(token)
            assert found is not None
            assert (found.cause, found.after) == (Cause.AGE, 1000)


@pytest.mark.interop
@pytest.mark.parametrize("restarted", ["", "not looked at", "found", "listed"])
async def test_signing_out_deletes_all_of_it(lasting, server, restarted):
    async with serving() as (_, there):
        async with process(server) as before:
            token = await marked(before, there)
            if not restarted:
                assert (await before.sign_out(token)).count == 2
        if restarted:
            async with process(server) as after:
                if restarted != "not looked at":
                    session = await after.find(token)
                    assert Undeleted.of(session.mailbox).asks
                    if restarted == "listed":
                        await session.reader.ensure_listed()
                assert (await after.sign_out(token)).count == 2
                assert await after.ended(token) is None
        keys = await lasting._redis.keys("*")
        assert keys in ([], [b"popscope:check"])


@pytest.mark.interop
async def test_what_the_store_has_lost_ends_and_its_marks_are_kept_here(lasting, server):
    for swept in (False, True):
        async with serving() as (_, there), process(server) as sessions:
            token = await marked(sessions, there)
            server.ask("FLUSHALL")
            if swept:
                await sessions.sweep()
            with pytest.raises(NoSession):
                await sessions.find(token)
            found = await sessions.ended(token)
            assert found is not None
            assert (found.cause, len(found.marks)) == (Cause.LOST, 2)
            _, session = await sessions.sign_in(account(there), SECRET, before=token)
            assert len(session.mailbox.marks) == 2


@pytest.mark.interop
async def test_while_the_store_is_away_reading_goes_on_and_nothing_is_lost():
    with Redis() as redis:
        async with serving(exclusive=False) as (fake, there), process(redis) as sessions:
            token = await marked(sessions, there)
            redis.fill()
            await refusing(sessions, there, token, StoreFault.FULL)
            redis.make_room()
            session = await sessions.find(token)
            await sessions.check_kept(session)
            redis.kill()
            await refusing(sessions, there, token, StoreFault.GONE)
            redis.begin()
            await asyncio.sleep(1.1)
            with pytest.raises(NoSession):  # it came back empty
                await sessions.find(token)
            assert fake.count("DELE") == 0


async def refusing(
    sessions: Sessions, there: ScriptedServer, token: str, fault: StoreFault
) -> None:
    session = await sessions.find(token)
    await session.reader.refresh()  # it can sign in again
    first = next(iter(session.mailbox.index)).id
    assert (await session.reader.peek(first)).contents.text
    for refused in (
        sessions.check_kept(session),
        sessions.sign_in(account(there), SECRET),
    ):
        with pytest.raises(StoreUnavailable) as raised:
            await refused
        assert raised.value.fault is fault
    if fault is StoreFault.GONE:
        with pytest.raises(StoreUnavailable):
            await sessions.sign_out(token)
    await sessions.sweep()
    assert len(sessions) == 1
    marks = session.mailbox.marks
    last = [message.id for message in session.mailbox.index][-1]
    marks.mark([last])  # it was there when it was asked, and went before the answer
    with pytest.raises(StoreUnavailable):
        await sessions.settle(session.sid, strict=True)
    await sessions.settle(session.sid)  # who only looks is answered
    marks.unmark([last])
    assert len(marks) == 2


@pytest.mark.interop
async def test_two_requests_that_come_at_once_after_a_restart_share_one_mailbox(lasting, server):
    async with serving() as (_, there):
        async with process(server) as before:
            token = await marked(before, there)
        async with process(server) as after:
            one, two = await asyncio.gather(after.find(token), after.find(token))
            assert one.mailbox is two.mailbox
            await asyncio.gather(one.reader.ensure_listed(), two.reader.ensure_listed())
            assert len(one.mailbox.marks) == 2
            assert len(after) == 1


@pytest.mark.interop
async def test_an_end_in_order_writes_what_is_not_written_yet(lasting, server):
    store: RedisStore = store_at(server.url)
    async with serving() as (_, there):
        async with managing(LIMITS, Clock(), store) as sessions:
            token = await enter(sessions, there)
            mailbox = (await sessions.find(token)).mailbox
            await mailbox.headers.loaded()
        async with process(server) as after:
            session = await after.find(token)
            await session.reader.ensure_listed()
            assert len(session.mailbox.marks) == 3
