"""Peeks, downloads, marks, and endings; see test_deletion.py for what deletes."""

import asyncio

import pytest

from app.mailbox import (
    NoSuchMessage,
    Notice,
    Outcome,
)
from app.transport import ConnectionLost
from tests.support.maildrop import FakeMaildrop, huge, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer

from .opening import (
    by_number,
    commit,
    line_of,
    loaded,
    mailbox_at,
    maildrop,
    mark,
    opened,
    reader,
    told,
    uidls,
    until,
)

GONE, STILL, UNKNOWN = Outcome.GONE, Outcome.STILL_THERE, Outcome.NOT_VERIFIED
MIB = 1024 * 1024


# Marks


async def test_marks_are_kept_here_and_not_on_the_wire():
    drop = maildrop(plain(5))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        before = list(drop.commands)
        first, second = mark(mailbox, 4, 2)
        assert list(mailbox.marks) == [first, second]
        assert (mailbox.marks.totals.messages, mailbox.marks.totals.octets) == (2, 400)
        assert mailbox.marks.mark([first]).messages == 2
        assert mailbox.marks.unmark([first, by_number(mailbox, 1).id]).messages == 1
        for change in (mailbox.marks.mark, mailbox.marks.unmark):
            with pytest.raises(NoSuchMessage):
                change([second, first, "nonsense"])
            assert list(mailbox.marks) == [second]
        assert mailbox.marks.unmark_all().messages == 0
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
        await line_of(mailbox).hold()
        await loaded(mailbox)
        mark(mailbox, 1, 2)
        async with reader(mailbox).retr(by_number(mailbox, 1).id) as (_, body):
            async for _block in body:
                pass
        if end == "drop":
            link.drop()
            await until(lambda: mailbox.lease.held_seconds is None)
        elif end == "use":
            await reader(mailbox).peek(by_number(mailbox, 2).id)
        elif end == "refresh":
            await reader(mailbox).refresh()
        elif end == "release":
            await mailbox.tenancy.release()
        else:
            await mailbox.close()
        await mailbox.close()
        assert len(drop.messages) == 4
        assert drop.count("DELE") == 0


async def test_a_close_in_the_middle_of_a_download_does_not_wait_for_it():
    drop = maildrop([huge(64 * MIB)])
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        await line_of(mailbox).hold()
        async with reader(mailbox).retr(by_number(mailbox, 1).id) as (_, body):
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
        async with reader(mailbox).retr(by_number(mailbox, 1).id) as (_, body):
            async for _block in body:
                pass
        await mailbox.tenancy.release()
        assert drop.count("QUIT") == 0
        assert Notice.CLOSED_WITHOUT_QUIT in told(mailbox)
        await line_of(mailbox).hold()
        await mailbox.tenancy.release()  # nothing was read on this one
        assert drop.count("QUIT") == 1
        assert len(drop.messages) == 3


async def test_a_commit_under_expire_0_deletes_the_marked_and_not_the_read():
    drop = Popping(plain(3))
    drop.quirks.announce = ("EXPIRE 0",)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        async with reader(mailbox).retr(by_number(mailbox, 1).id) as (_, body):
            async for _block in body:
                pass
        mark(mailbox, 3)
        receipt = await commit(mailbox).run()
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
        assert (await reader(mailbox).capa()).expire_at_once
        await (await reader(mailbox).fetch(by_number(mailbox, 2).id)).finished()
        await mailbox.tenancy.release()
        assert drop.count("QUIT") == 0
        assert Notice.CLOSED_WITHOUT_QUIT in told(mailbox)


async def test_no_top_stands_whatever_is_listed_later():
    async with opened(maildrop(plain(4), top=False)) as mailbox:
        await loaded(mailbox)
        await reader(mailbox).refresh()
        assert told(mailbox)[Notice.NO_TOP] == 0
