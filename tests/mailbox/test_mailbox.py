"""Peeks, downloads, marks, and endings; see test_deletion.py for what deletes."""

import asyncio

import pytest

from app.mailbox import (
    NoSuchMessage,
    Notice,
    Outcome,
    Sort,
)
from app.pop3 import CommandRejected
from app.transport import ConnectionLost
from tests.support.maildrop import FakeMaildrop, FakeMessage, huge, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer

from .opening import (
    by_number,
    loaded,
    mailbox_at,
    maildrop,
    mark,
    opened,
    told,
    uidls,
    unlock,
    until,
)

GONE, STILL, UNKNOWN = Outcome.GONE, Outcome.STILL_THERE, Outcome.NOT_VERIFIED
MIB = 1024 * 1024


# Reading


async def test_a_peek_costs_a_few_lines():
    drop = maildrop([huge(40 * MIB), *plain(2)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        before = mailbox.received
        top = mailbox.index.ordered(Sort())[0]
        peeked = await mailbox.peek(unlock, top.id, 10)
        assert peeked.contents.text.text.startswith("block")
        assert not peeked.complete
        assert peeked.transferred < 2000
        assert mailbox.received - before < 2000
        assert [field.name for field in peeked.fields] == ["From", "Subject"]
        again = await mailbox.peek(unlock, top.id, 10)  # from memory
        assert again.contents is peeked.contents
        assert drop.count("TOP") == 4
        assert drop.count("RETR") == 0


async def test_a_peek_knows_when_it_has_seen_all():
    long = b"Subject: l\r\n\r\n" + b"line\r\n" * 60
    async with opened(maildrop([FakeMessage(long, uidl="long"), *plain(1)])) as mailbox:
        short = by_number(mailbox, 2)
        assert (await mailbox.peek(unlock, short.id)).complete
        message = by_number(mailbox, 1)
        headers = await mailbox.headers(unlock, message.id)
        assert not headers.complete
        assert headers.lines == 0
        assert not (await mailbox.peek(unlock, message.id, 50)).complete
        assert (await mailbox.peek(unlock, message.id, 60)).complete
        assert (await mailbox.headers(unlock, message.id)).lines == 60  # nothing more is asked


async def test_a_peek_after_deletions_shows_the_number_of_today():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        third = by_number(mailbox, 3).id
        await mailbox.peek(unlock, third)
        mark(mailbox, 1)
        await mailbox.commit(unlock)
        assert (await mailbox.peek(unlock, third)).message.number == 2


async def test_refusals_keep_the_connection():
    drop = maildrop(plain(1), top=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        id = by_number(mailbox, 1).id
        with pytest.raises(CommandRejected):
            await mailbox.peek(unlock, id)
        with pytest.raises(CommandRejected):
            async with mailbox.top(unlock, id, 3):
                pytest.fail("TOP was refused")
        with pytest.raises(NoSuchMessage):
            await mailbox.peek(unlock, "nonsense")
        assert (await mailbox.stat(unlock)).messages == 1
        assert len(drop.sessions) == 1


async def test_a_cancelled_download_leaves_the_mailbox_usable():
    drop = maildrop([huge(64 * MIB), *plain(2)])
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=8 * MIB) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await mailbox.open(unlock)
        await loaded(mailbox)
        mark(mailbox, 2)

        async def download():
            async with mailbox.retr(unlock, by_number(mailbox, 1).id) as (_, body):
                async for _block in body:
                    pass

        for _ in range(2):
            task = asyncio.create_task(download())
            await asyncio.sleep(0.3)
            task.cancel()
            await asyncio.wait([task])
            async with asyncio.timeout(10):
                assert (await mailbox.stat(unlock)).messages == 3
        assert mailbox.marked.messages == 1
        await mailbox.close()
        assert len(drop.messages) == 3


async def test_octets_of_a_download_and_of_a_top():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        message = by_number(mailbox, 3)
        async with mailbox.retr(unlock, message.id) as (found, body):
            whole = b"".join([block async for block in body])
        assert found is message
        assert whole == drop.messages[2].content
        async with mailbox.top(unlock, message.id, 0) as (_, body):
            header = b"".join([block async for block in body])
        assert whole.startswith(header)
        assert header.endswith(b"\r\n\r\n")


# Marks


async def test_marks_are_kept_here_and_not_on_the_wire():
    drop = maildrop(plain(5))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        before = list(drop.commands)
        first, second = mark(mailbox, 4, 2)
        assert list(mailbox.marks) == [first, second]
        assert (mailbox.marked.messages, mailbox.marked.octets) == (2, 400)
        assert mailbox.mark([first]).messages == 2
        assert mailbox.unmark([first, by_number(mailbox, 1).id]).messages == 1
        for change in (mailbox.mark, mailbox.unmark):
            with pytest.raises(NoSuchMessage):
                change([second, first, "nonsense"])
            assert list(mailbox.marks) == [second]
        assert mailbox.unmark_all().messages == 0
        assert drop.commands == before


# What deletes nothing


@pytest.mark.parametrize("end", ["release", "close", "refresh", "drop", "use"])
async def test_nothing_is_ever_deleted_without_a_commit(end):
    drop = maildrop(plain(4))
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await mailbox.open(unlock)
        await loaded(mailbox)
        mark(mailbox, 1, 2)
        async with mailbox.retr(unlock, by_number(mailbox, 1).id) as (_, body):
            async for _block in body:
                pass
        if end == "drop":
            link.drop()
            await until(lambda: mailbox.held_seconds is None)
        elif end == "use":
            await mailbox.peek(unlock, by_number(mailbox, 2).id)
        elif end == "refresh":
            await mailbox.refresh(unlock)
        else:
            await getattr(mailbox, end)()
        await mailbox.close()
        assert len(drop.messages) == 4
        assert drop.count("DELE") == 0


async def test_a_close_in_the_middle_of_a_download_does_not_wait_for_it():
    drop = maildrop([huge(64 * MIB)])
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        await mailbox.open(unlock)
        async with mailbox.retr(unlock, by_number(mailbox, 1).id) as (_, body):
            async with asyncio.timeout(1):
                await mailbox.close()
            with pytest.raises(ConnectionLost):
                async for _block in body:
                    pass
        assert drop.count("QUIT") == 0
        await asyncio.sleep(0.02)


# EXPIRE 0: QUIT deletes what was read


class Popping(FakeMaildrop):
    """A server that removes at QUIT what was retrieved."""

    async def _message(self, peer, session, messages, verb, argument):
        if verb == "RETR":
            session.deleted.add(-int(argument))  # not visible as deleted before QUIT
        await super()._message(peer, session, messages, verb, argument)

    async def _quit(self, peer, session):
        session.deleted = {abs(number) for number in session.deleted}
        return await super()._quit(peer, session)


async def test_after_a_retr_under_expire_0_the_connection_is_closed_without_quit():
    drop = Popping(plain(3))
    drop.quirks.announce = ("EXPIRE 0",)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        async with mailbox.retr(unlock, by_number(mailbox, 1).id) as (_, body):
            async for _block in body:
                pass
        await mailbox.release()
        assert drop.count("QUIT") == 0
        assert Notice.CLOSED_WITHOUT_QUIT in told(mailbox)
        await mailbox.open(unlock)
        await mailbox.release()  # nothing was read on this one
        assert drop.count("QUIT") == 1
        assert len(drop.messages) == 3


async def test_a_commit_under_expire_0_deletes_the_marked_and_not_the_read():
    drop = Popping(plain(3))
    drop.quirks.announce = ("EXPIRE 0",)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        async with mailbox.retr(unlock, by_number(mailbox, 1).id) as (_, body):
            async for _block in body:
                pass
        mark(mailbox, 3)
        receipt = await mailbox.commit(unlock)
        assert receipt.count(GONE) == 1
        assert uidls(drop) == ["u1", "u2"]


async def test_secrets_are_in_no_transcript():
    async with opened(maildrop(plain(1))) as mailbox:
        lines = [said.text for said in mailbox.transcript.lines()]
        assert any(line.startswith("PASS") for line in lines)
        assert not any("secret" in line for line in lines)
        assert "secret" not in repr(mailbox.__dict__)


async def test_expire_0_holds_on_where_capa_is_refused_later():
    drop = maildrop(plain(3), announce=("EXPIRE 0",))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        drop.quirks.replies["CAPA"] = b"-ERR not now\r\n"
        assert (await mailbox.capa(unlock)).expire_at_once
        await (await mailbox.fetch(unlock, by_number(mailbox, 2).id)).finished()
        await mailbox.release()
        assert drop.count("QUIT") == 0
        assert Notice.CLOSED_WITHOUT_QUIT in told(mailbox)
