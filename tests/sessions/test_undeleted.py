"""What a session leaves undeleted when it ends."""

import asyncio

from app.mailbox import ConfirmFirst
from app.sessions import SessionLimits, Undeleted
from tests.support.maildrop import Quirks

from .test_manager import Clock, enter, managing, serving, until


async def test_it_counts_marks_and_typed_deletions_once_each():
    async with serving() as (fake, server), managing() as sessions:
        token = await enter(sessions, server)
        session = await sessions.find(token)
        session.mailbox.marks.unmark([message.id for message in session.mailbox.index][1:])
        assert Undeleted.of(session.mailbox) == Undeleted(marked=1)
        for number in (1, 2):
            try:
                await session.console.type(f"DELE {number}")
            except ConfirmFirst as asked:
                await session.console.type(f"DELE {number}", asked.confirm)
        assert Undeleted.of(session.mailbox) == Undeleted(marked=1, typed=1)
        assert await sessions.end(session) == Undeleted(marked=1, typed=1)
        assert fake.commands[-2:] == ["RSET", "QUIT"]
        assert len(fake.messages) == 3


async def test_a_session_that_has_expired_left_its_marks_and_one_that_never_was_nothing():
    clock = Clock()
    async with serving() as (_, server), managing(SessionLimits(idle=100), clock) as sessions:
        token = await enter(sessions, server)
        clock.now += 101
        await sessions.sweep()
        assert await sessions.sign_out(token) == Undeleted(marked=3)
        left = await sessions.sign_out(token)
        assert (left.count, left.asks) == (0, False)


async def test_a_deletion_under_way_comes_to_its_end_first():
    async with serving() as (fake, server), managing() as sessions:
        token = await enter(sessions, server)
        session = await sessions.find(token)
        commit = asyncio.create_task(session.commit.run())
        await until(lambda: fake.count("DELE") > 0)
        assert await sessions.sign_out(token) == Undeleted()
        assert (await commit).gone == 3


async def test_a_deletion_that_does_not_come_to_its_end_is_told(monkeypatch):
    monkeypatch.setattr("app.sessions.manager._PATIENCE", 0.05)
    async with serving() as (fake, server), managing() as sessions:
        token = await enter(sessions, server)
        fake.quirks = Quirks(stall_at="QUIT")
        session = await sessions.find(token)
        commit = asyncio.create_task(session.commit.run(verify=False))
        await until(lambda: fake.count("QUIT") > 0)
        left = await sessions.sign_out(token)
        assert (left.deleting, left.asks) == (True, True)
        await commit
