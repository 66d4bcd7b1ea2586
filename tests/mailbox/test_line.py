"""The way to the server: taken again without a word, and signed in on nowhere else."""

import asyncio
import gc
import weakref

import pytest

from app.mailbox import (
    Credentials,
    ExportFormat,
    LoginRejected,
    Mailbox,
    Notice,
)
from app.transport import ConnectionLost
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.proxy import Link
from tests.support.scripted import Peer, ScriptedServer

from .opening import (
    by_number,
    commit,
    console,
    line_of,
    loaded,
    mailbox_at,
    maildrop,
    mark,
    opened,
    reader,
    told,
    unlock,
    until,
)


async def test_a_connection_that_was_idle_for_long_is_asked_whether_it_lives(monkeypatch):
    monkeypatch.setattr("app.mailbox.lease._STALE", -1.0)
    monkeypatch.setattr("app.mailbox.lease._ANSWER", 0.1)
    drop = maildrop(plain(2))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        await reader(mailbox).stat()
        assert drop.commands[-2:] == ["NOOP", "STAT"]
        drop.quirks.stall_at = "NOOP"  # a router on the way has forgotten us
        monkeypatch.setattr("app.mailbox.lease._STALE", 0.0)
        assert (await reader(mailbox).stat()).messages == 2
        assert len(drop.sessions) == 2


async def test_a_sign_in_without_an_answer_is_not_tried_twice():
    drop = maildrop(plain(2))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        await mailbox.tenancy.release()
        drop.quirks.drop_at_command = 3  # CAPA, USER, PASS: some hang up on a wrong password
        with pytest.raises(ConnectionLost):
            await reader(mailbox).stat()
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
        await until(lambda: mailbox.headers.progress.known == 20)
        assert len(drop.sessions) == 2
        assert "(reset)" in drop.sessions[0]
        assert "(reset)" not in drop.sessions[1]
        assert Notice.PIPELINING_BROKE in told(mailbox)
        await reader(mailbox).refresh()
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
            await mailbox.tenancy.release()
            drop.sessions.pop(0)
        receipt = await commit(mailbox).run()
        assert receipt.verified
        assert [message.uidl for message in drop.messages] == ["u1", "u3", "u6"]
        assert drop.sessions[1].count("QUIT") == 1
        assert "QUIT" not in drop.sessions[0]


async def test_a_server_that_hangs_up_on_an_idle_connection_is_not_noticed():
    drop = maildrop(plain(3))
    async with ScriptedServer(drop) as server, Link(server.host, server.port) as link:
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        mailbox.marks.mark([by_number(mailbox, 2).id])
        for reset in (True, False):
            link.drop(reset=reset)
            await until(lambda: mailbox.lease.held_seconds is None)
            assert (await reader(mailbox).stat()).messages == 3
        assert mailbox.marks.totals.messages == 1
        assert len(drop.sessions) == 3
        await mailbox.close()


@pytest.mark.parametrize("use", ["stat", "peek", "retr", "noop", "capa", "top"])
async def test_a_connection_that_died_unnoticed_is_replaced_once(use):
    """The server hangs up when the next command arrives, as after a forgotten timeout."""
    drop = maildrop(plain(2))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        id = by_number(mailbox, 2).id
        assert len(drop.commands) == 9
        drop.quirks.drop_at_command = 10  # on the next connection it will be the eighth
        if use in {"stat", "noop", "capa"}:
            await getattr(reader(mailbox), use)()
        elif use == "peek":
            assert (await reader(mailbox).peek(id)).fields
        else:
            extra = (5,) if use == "top" else ()
            async with getattr(reader(mailbox), use)(id, *extra) as (message, body):
                blocks = b"".join([block async for block in body])
            assert message.number == 2
            assert b"message 2" in blocks
        assert len(drop.sessions) == 2


async def test_a_server_that_always_hangs_up_is_not_asked_for_ever():
    drop = maildrop(plain(2), close_at="NOOP")
    async with opened(drop) as mailbox:
        with pytest.raises(ConnectionLost):
            await reader(mailbox).noop()
        assert len(drop.sessions) == 2


async def test_a_goodbye_that_nobody_asked_for_is_no_answer():
    drop = maildrop(plain(2))
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        await server.peers[0].send(b"-ERR autologout\r\n")
        server.peers[0].close()
        await until(lambda: mailbox.lease.held_seconds is None)
        assert (await reader(mailbox).stat()).messages == 2
        await mailbox.close()


async def test_a_closed_mailbox_opens_no_connection():
    drop = maildrop(plain(1))
    async with opened(drop) as mailbox:
        await mailbox.close()
        with pytest.raises(ConnectionLost):
            await reader(mailbox).stat()
        assert len(drop.sessions) == 1


async def test_a_commit_that_failed_keeps_nothing_of_what_signed_in():
    """A traceback leads to the password, for as long as somebody has it."""

    class Noticed(Credentials):
        __slots__ = ("__weakref__",)

    async with opened(maildrop(plain(3))) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 2)
        await mailbox.tenancy.release()
        opened_ones: list[weakref.ref[Credentials]] = []

        def mistaken() -> Credentials:
            found = Noticed("anna", "mistaken")
            opened_ones.append(weakref.ref(found))
            return found

        with pytest.raises(LoginRejected) as caught:
            await commit(mailbox, mistaken).run()
        del caught
        await asyncio.sleep(0)
        gc.collect()
        assert opened_ones
        assert not any(found() for found in opened_ones)


async def test_whoever_is_alone_has_a_connection_that_nobody_gives_back():
    drop = maildrop(plain(1))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        await mailbox.tenancy.release()
        async with line_of(mailbox).alone() as connection:
            giving_back = asyncio.create_task(mailbox.tenancy.release())
            await asyncio.sleep(0.01)
            assert mailbox.lease.connection is connection
        await giving_back
        assert mailbox.lease.connection is None
        assert len(drop.sessions) == 2


async def test_the_key_is_opened_for_a_sign_in_alone_and_never_shown():
    opened_times = 0

    def key() -> Credentials:
        nonlocal opened_times
        opened_times += 1
        return unlock()

    async with opened(maildrop(plain(1))) as mailbox:
        one = line_of(mailbox, key)
        await one.hold()
        assert opened_times == 0
        await mailbox.tenancy.release()
        await one.hold()
        await one.hold()
        assert opened_times == 1
        assert "key" not in repr(one)


async def test_at_rest_a_mailbox_holds_no_key():
    class Key:
        def __call__(self) -> Credentials:
            return unlock()

    async def visit(mailbox: Mailbox) -> weakref.ref[Key]:
        key = Key()
        one, first = reader(mailbox, key), by_number(mailbox, 1).id
        await mailbox.tenancy.release()
        await one.peek(first)
        await loaded(mailbox)
        await (await one.fetch(first)).finished()
        export = one.export(list(mailbox.index), ExportFormat.MBOX)
        assert [block async for block in export.blocks()]
        await console(mailbox, key).type("NOOP")
        mark(mailbox, 2)
        assert (await commit(mailbox, key).run(verify=False)).due is not None
        await one.stat()
        await loaded(mailbox)
        return weakref.ref(key)

    async with opened(maildrop(plain(3))) as mailbox:
        await loaded(mailbox)
        seen = await visit(mailbox)
        await asyncio.sleep(0.01)
        gc.collect()
        assert seen() is None
