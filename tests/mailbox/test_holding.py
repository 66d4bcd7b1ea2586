"""The lock is held while somebody needs it, and taken again without a word."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from app.mailbox import MailboxInUse, Notice
from app.mailbox.holding import Holding
from app.transport import ConnectionLost
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.proxy import Link
from tests.support.scripted import Peer, ScriptedServer

from .opening import by_number, loaded, mailbox_at, maildrop, mark, opened, told, unlock, until


@asynccontextmanager
async def loading(messages: int = 400):
    """A mailbox on a slow line whose headers are still coming in."""
    drop = maildrop(plain(messages, octets=500), pipelining=False, exclusive=True)
    async with ScriptedServer(drop) as server, Link(server.host, server.port, rtt=0.02) as link:
        mailbox = mailbox_at(link.host, link.port)
        await mailbox.open(unlock)
        try:
            yield mailbox, drop
        finally:
            await mailbox.close()
            await asyncio.sleep(0.02)


async def test_headers_that_load_hold_the_lock_only_while_somebody_acts():
    async with loading() as (mailbox, drop):
        mailbox._lease.used -= 60
        mailbox.attend()
        assert not await mailbox.release_if_idle(30)
        mailbox._attended -= 60
        assert await mailbox.release_if_idle(30)
        assert mailbox.held_seconds is None
        assert drop.commands[-1] == "QUIT"
        progress = mailbox.progress
        assert (progress.running, progress.stopped) == (False, True)
        assert progress.known < 400


async def test_headers_cut_off_by_an_idle_release_go_on_when_the_list_is_looked_at():
    async with loading(30) as (mailbox, drop):
        mailbox._lease.used -= 60
        assert await mailbox.release_if_idle(30)
        mailbox.come_back(unlock)
        mailbox.come_back(unlock)  # once is enough
        await until(lambda: mailbox.progress.known == 30)
        assert len(drop.sessions) == 2
        assert drop.count("TOP") <= 31  # one may have been on its way
        await until(lambda: not mailbox.progress.running)
        assert not mailbox.progress.stopped
        assert mailbox.idle(30)  # to load on is no use of the lock
        await mailbox.release()
        mailbox.come_back(unlock)
        await asyncio.sleep(0.05)
        assert mailbox.held_seconds is None  # there is nothing to go on with


async def test_a_lock_that_a_person_gave_back_is_not_taken_again_by_looking():
    async with loading() as (mailbox, _):
        await mailbox.release()
        mailbox.come_back(unlock)
        await asyncio.sleep(0.05)
        assert mailbox.held_seconds is None
        assert mailbox.progress.stopped
        await mailbox.resume_headers(unlock)
        assert mailbox.progress.running


async def test_to_stop_loading_takes_back_that_it_goes_on_when_the_list_is_looked_at():
    async with loading() as (mailbox, _):
        mailbox._lease.used -= 60
        assert await mailbox.release_if_idle(30)
        await mailbox.pause_headers()
        mailbox.come_back(unlock)
        assert mailbox._resuming is None


async def test_a_server_that_refuses_is_asked_once_by_itself():
    async with loading() as (mailbox, drop):
        mailbox._lease.used -= 60
        assert await mailbox.release_if_idle(30)
        drop.quirks.refuse_login = b"-ERR [IN-USE] your telephone reads"
        before = len(drop.sessions)
        mailbox.come_back(unlock)
        await until(lambda: mailbox._resuming is not None and mailbox._resuming.done())
        asked = len(drop.sessions)
        assert asked > before
        mailbox.come_back(unlock)
        await asyncio.sleep(0.05)
        assert len(drop.sessions) == asked
        with pytest.raises(MailboxInUse):
            await mailbox.stat(unlock)  # a click tells
        assert mailbox.progress.stopped


async def test_a_server_that_never_answers_quit_keeps_nobody_waiting(monkeypatch):
    monkeypatch.setattr("app.mailbox.lease._PARTING", 0.1)
    async with opened(maildrop(plain(2), stall_at="QUIT")) as mailbox:
        await loaded(mailbox)
        async with asyncio.timeout(5):
            await mailbox.release()
        assert mailbox.held_seconds is None


# Servers that hang up


async def test_a_line_that_breaks_while_headers_load_is_taken_up_again():
    drop = maildrop(plain(30), pipelining=False)
    async with ScriptedServer(drop) as server, Link(server.host, server.port, rtt=0.01) as link:
        mailbox = mailbox_at(link.host, link.port)
        await mailbox.open(unlock)
        await until(lambda: mailbox.progress.known >= 5)
        link.drop(reset=True)
        await until(lambda: mailbox.progress.known == 30)
        assert len(drop.sessions) == 2
        await mailbox.close()
        await asyncio.sleep(0.02)


async def test_a_line_that_breaks_at_each_header_is_not_taken_up_for_ever():
    drop = maildrop(plain(30), pipelining=False, drop_at_command=9)  # after the first TOP
    async with opened(drop) as mailbox:
        await until(lambda: mailbox._resumptions == 5)
        await until(lambda: mailbox.held_seconds is None and not mailbox.progress.running)
        await asyncio.sleep(0.1)
        assert len(drop.sessions) == 6
        assert mailbox.progress.stopped


async def test_a_connection_that_was_idle_for_long_is_asked_whether_it_lives(monkeypatch):
    monkeypatch.setattr("app.mailbox.holding._STALE", -1.0)
    monkeypatch.setattr("app.mailbox.holding._ANSWER", 0.1)
    drop = maildrop(plain(2))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        await mailbox.stat(unlock)
        assert drop.commands[-2:] == ["NOOP", "STAT"]
        drop.quirks.stall_at = "NOOP"  # a router on the way has forgotten us
        monkeypatch.setattr("app.mailbox.holding._STALE", 0.0)
        assert (await mailbox.stat(unlock)).messages == 2
        assert len(drop.sessions) == 2


async def test_a_sign_in_without_an_answer_is_not_tried_twice():
    drop = maildrop(plain(2))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        await mailbox.release()
        drop.quirks.drop_at_command = 3  # CAPA, USER, PASS: some hang up on a wrong password
        with pytest.raises(ConnectionLost):
            await mailbox.stat(unlock)
        assert len(drop.sessions) == 2


class Breaking(FakeMaildrop):
    """Announces PIPELINING, and hangs up on what comes behind a command of the given verb."""

    def __init__(self, messages: list[FakeMessage], verb: str) -> None:
        super().__init__(messages, quirks=Quirks())
        self.verb = verb

    async def _turn(self, peer: Peer, session) -> bool:
        behind = bool(peer._reader._buffer)  # type: ignore[attr-defined]
        if behind and session.commands and session.commands[-1].startswith(self.verb):
            peer.reset()
            session.commands.append("(reset)")
            raise ConnectionResetError
        return await super()._turn(peer, session)


@pytest.mark.parametrize("verb", ["STAT", "TOP"])
async def test_a_server_that_breaks_off_inside_groups_is_spoken_to_one_at_a_time(verb):
    drop = Breaking(plain(20), verb)
    async with opened(drop) as mailbox:
        await until(lambda: mailbox.progress.known == 20)
        assert len(drop.sessions) == 2
        assert "(reset)" in drop.sessions[0]
        assert "(reset)" not in drop.sessions[1]
        assert Notice.PIPELINING_BROKE in told(mailbox)
        await mailbox.refresh(unlock)
        assert "(reset)" not in drop.sessions[2]  # remembered


@pytest.mark.parametrize("uidl", [True, False])
@pytest.mark.parametrize("held", [True, False])
async def test_a_commit_whose_group_breaks_is_done_one_at_a_time(uidl, held):
    drop = Breaking(plain(6), "DELE")
    drop.quirks.uidl = uidl
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 2, 4, 5)
        if not held:
            await mailbox.release()
            drop.sessions.pop(0)
        receipt = await mailbox.commit(unlock)
        assert receipt.verified
        assert [message.uidl for message in drop.messages] == ["u1", "u3", "u6"]
        assert drop.sessions[1].count("QUIT") == 1
        assert "QUIT" not in drop.sessions[0]


# NOOP


async def test_noop_only_while_somebody_looks_on_and_the_server_is_impatient():
    drop = maildrop(plain(1))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        habit = mailbox._lease.habit
        assert not mailbox.impatient
        habit.patience = 0.0
        assert not mailbox.impatient
        watch = asyncio.create_task(mailbox.feed.watch().changes())
        await asyncio.sleep(0)
        assert mailbox.impatient
        used = mailbox._lease.used
        await mailbox.keep_alive()
        assert drop.commands[-1] == "NOOP"
        assert mailbox._lease.used == used
        habit.patience = 60.0
        assert not mailbox.impatient
        habit.patience = None
        await mailbox.keep_alive()
        assert drop.count("NOOP") == 1
        watch.cancel()
        habit.patience = 0.0
        await asyncio.wait([watch])
        assert not mailbox.impatient


async def test_a_noop_without_an_answer_does_not_keep_the_lock(monkeypatch):
    monkeypatch.setattr("app.mailbox.holding._ANSWER", 0.05)
    async with opened(maildrop(plain(1), stall_at="NOOP")) as mailbox:
        await loaded(mailbox)
        mailbox._lease.habit.patience = 0.0
        watch = asyncio.create_task(mailbox.feed.watch().changes())
        await asyncio.sleep(0)
        async with asyncio.timeout(2):
            await mailbox.keep_alive()
        watch.cancel()
        await asyncio.wait([watch])


async def test_a_mailbox_is_a_holding():
    async with opened(maildrop(plain(1))) as mailbox:
        assert isinstance(mailbox, Holding)
        assert by_number(mailbox, 1).octets == 200
