"""The lock is held while somebody needs it, and no longer."""

import asyncio

import pytest

from app.mailbox import MailboxInUse
from tests.support.maildrop import plain
from tests.support.scripted import ScriptedServer

from .opening import (
    by_number,
    line_of,
    loaded,
    mailbox_at,
    maildrop,
    opened,
    reader,
)


async def test_a_server_that_never_answers_quit_keeps_nobody_waiting(monkeypatch):
    monkeypatch.setattr("app.mailbox.lease._PARTING", 0.1)
    async with opened(maildrop(plain(2), stall_at="QUIT")) as mailbox:
        await loaded(mailbox)
        async with asyncio.timeout(5):
            await mailbox.tenancy.release()
        assert mailbox.lease.held_seconds is None


async def test_noop_only_while_somebody_looks_on_and_the_server_is_impatient():
    drop = maildrop(plain(1))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        habit = mailbox.lease.habit
        assert not mailbox.tenancy.impatient
        habit.patience = 0.0
        assert not mailbox.tenancy.impatient
        watch = asyncio.create_task(mailbox.feed.watch().changes())
        await asyncio.sleep(0)
        assert mailbox.tenancy.impatient
        used = mailbox.lease.used
        await mailbox.tenancy.keep_alive()
        assert drop.commands[-1] == "NOOP"
        assert mailbox.lease.used == used
        habit.patience = 60.0
        assert not mailbox.tenancy.impatient
        habit.patience = None
        await mailbox.tenancy.keep_alive()
        assert drop.count("NOOP") == 1
        watch.cancel()
        habit.patience = 0.0
        await asyncio.wait([watch])
        assert not mailbox.tenancy.impatient


async def test_a_noop_without_an_answer_does_not_keep_the_lock(monkeypatch):
    monkeypatch.setattr("app.mailbox.lease._ANSWER", 0.05)
    async with opened(maildrop(plain(1), stall_at="NOOP")) as mailbox:
        await loaded(mailbox)
        mailbox.lease.habit.patience = 0.0
        watch = asyncio.create_task(mailbox.feed.watch().changes())
        await asyncio.sleep(0)
        async with asyncio.timeout(2):
            await mailbox.tenancy.keep_alive()
        watch.cancel()
        await asyncio.wait([watch])


async def test_release_when_idle_only():
    async with opened(maildrop(plain(3))) as mailbox:
        await loaded(mailbox)
        assert not await mailbox.tenancy.release_if_idle(60)
        message = by_number(mailbox, 1)
        async with reader(mailbox).retr(message.id):
            assert not await mailbox.tenancy.release_if_idle(0)
        assert await mailbox.tenancy.release_if_idle(0)
        assert not await mailbox.tenancy.release_if_idle(0)
        assert mailbox.lease.held_seconds is None


async def test_other_programs_get_in_after_a_release():
    drop = maildrop(plain(1), exclusive=True)
    async with ScriptedServer(drop) as server:
        ours, theirs = (mailbox_at(server.host, server.port) for _ in range(2))
        await line_of(ours).hold()
        with pytest.raises(MailboxInUse):
            await line_of(theirs).hold()
        await ours.tenancy.release()
        await line_of(theirs).hold()
        await theirs.close()
        await ours.close()
