"""Whole messages over a connection: one RETR each, and a session that outlives what ends early."""

import asyncio

import pytest

from app.mailbox import CalledOff, Mailbox, NoSuchMessage
from app.pop3 import CommandRejected, RemoteProtocolError
from app.transport import ConnectionLost, Stalled
from tests.support.maildrop import FakeMessage, digest, huge, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer
from tests.web.visiting import QUICK

from .arriving import MIB
from .opening import by_number, line_of, loaded, mailbox_at, maildrop, mark, opened, reader, until


async def test_two_asks_for_one_message_make_one_retr():
    drop = maildrop([huge(MIB), *plain(1)])
    async with opened(drop) as mailbox:
        id = by_number(mailbox, 1).id
        first, second = await asyncio.gather(*(reader(mailbox).fetch(id) for _ in range(2)))
        async with reader(mailbox).part(id, "1") as part:
            octets = sum([len(block) async for block in part.blocks])
        await first.finished()
        peeked = await reader(mailbox).peek(id)
        assert first is second is await reader(mailbox).fetch(id)
        assert drop.count("RETR") == 1
        assert (peeked.complete, peeked.lines, peeked.transferred) == (True, None, MIB)
        assert first.spool.sha256 == digest(drop.messages[0])
        assert octets == MIB - len(b"From: big@example.org\r\nSubject: huge\r\n\r\n")


async def slow(link: Link) -> tuple[Mailbox, str]:
    """A mailbox whose first message is on its way and will be for seconds, and its id."""
    mailbox = mailbox_at(link.host, link.port)
    await line_of(mailbox).hold()
    await loaded(mailbox)
    id = by_number(mailbox, 1).id
    download = await reader(mailbox).fetch(id)
    await until(lambda: len(download.spool) > 0)
    return mailbox, id


@pytest.mark.parametrize("octets", [2 * MIB, 64 * MIB])
async def test_one_that_is_called_off_leaves_the_session_usable(octets: int):
    """What is left is read to its end where that is quick, else the connection is dropped."""
    drop = maildrop([huge(octets), *plain(2)])
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=4 * MIB) as link,
    ):
        mailbox, id = await slow(link)
        mark(mailbox, 2)
        assert reader(mailbox).must_wait(by_number(mailbox, 3).id)
        download = mailbox.downloads.get(by_number(mailbox, 1).id)
        assert download is not None
        async with asyncio.timeout(5):
            await mailbox.downloads.forget(download.id)
            assert (await reader(mailbox).stat()).messages == 3
        with pytest.raises(CalledOff):
            await download.finished()
        assert not reader(mailbox).must_wait(by_number(mailbox, 3).id)
        assert (await reader(mailbox).peek(by_number(mailbox, 3).id)).complete
        assert mailbox.downloads.running() is None
        assert mailbox.marks.totals.messages == 1
        assert not (await reader(mailbox).peek(id)).complete
        assert (drop.count("DELE"), len(drop.messages)) == (0, 3)
        await mailbox.close()
        await asyncio.sleep(0.01)


async def test_the_end_of_the_session_calls_them_off_and_deletes_nothing():
    drop = maildrop([huge(64 * MIB), *plain(2)], announce=("EXPIRE 0",))
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=4 * MIB) as link,
    ):
        mailbox, id = await slow(link)
        mark(mailbox, 2)
        download = await reader(mailbox).fetch(id)
        async with reader(mailbox).part(id, "1") as part:
            async with asyncio.timeout(5):
                await mailbox.close()
            assert isinstance(download.error, CalledOff)
            with pytest.raises(CalledOff):
                async for _ in part.blocks:
                    pass
        with pytest.raises(ConnectionLost):
            await reader(mailbox).stat()
        await asyncio.sleep(0.01)
    # Under EXPIRE 0 a QUIT would delete what was read.
    assert (drop.count("DELE"), drop.count("QUIT"), len(drop.messages)) == (0, 0, 3)


@pytest.mark.parametrize("how", ["reset_at", "close_at", "stall_at"])
async def test_one_that_breaks_off_can_be_begun_again(how: str):
    drop = maildrop([huge(2 * MIB), *plain(1)], **{how: "RETR body"})
    async with opened(drop, timeouts=QUICK) as mailbox:
        await loaded(mailbox)
        id = by_number(mailbox, 1).id
        download = await reader(mailbox).fetch(id)
        with pytest.raises(Stalled if how == "stall_at" else ConnectionLost):
            await download.finished()
        assert not download.complete
        assert not (await reader(mailbox).peek(id)).complete
        setattr(drop.quirks, how, None)
        again = await reader(mailbox).fetch(id)
        await again.finished()
        assert again.spool.sha256 == digest(drop.messages[0])
        assert (await reader(mailbox).peek(id)).complete


async def test_a_connection_that_had_died_unnoticed_is_made_again():
    drop = maildrop([huge(MIB)])
    async with ScriptedServer(drop) as server, Link(server.host, server.port) as link:
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        link.drop()
        download = await reader(mailbox).fetch(by_number(mailbox, 1).id)
        await download.finished()
        assert download.spool.sha256 == digest(drop.messages[0])
        assert len(drop.sessions) == 2
        await mailbox.close()
        await asyncio.sleep(0.01)


async def test_a_refused_one_leaves_the_connection_and_can_be_asked_for_again():
    drop = maildrop(plain(2))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        drop.quirks.replies["RETR"] = b"-ERR [SYS/TEMP] later\r\n"
        id = by_number(mailbox, 1).id
        with pytest.raises(CommandRejected, match="later"):
            await (await reader(mailbox).fetch(id)).finished()
        drop.quirks.replies.clear()
        await (await reader(mailbox).fetch(id)).finished()
        assert len(drop.sessions) == 1


async def test_one_that_has_vanished_since_it_was_listed():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        gone, stays = by_number(mailbox, 2), by_number(mailbox, 3)
        await mailbox.tenancy.release()
        drop.messages.pop(1)
        with pytest.raises(NoSuchMessage):
            await (await reader(mailbox).fetch(gone.id)).finished()
        download = await reader(mailbox).fetch(stays.id)
        await download.finished()
        assert download.spool[:] == b"".join(drop.messages[1].blocks())
        with pytest.raises(NoSuchMessage):
            await reader(mailbox).fetch(gone.id)
        with pytest.raises(NoSuchMessage):
            async with reader(mailbox).part(gone.id, "1"):
                pytest.fail("there is no such message")


async def test_what_list_says_of_the_size_is_no_frame():
    one, two = huge(MIB), huge(2000, uidl="small")
    one.listed, two.listed = 10, 5 * MIB
    drop = maildrop([one, two])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        for number, sent in enumerate((one, two), 1):
            download = await reader(mailbox).fetch(by_number(mailbox, number).id)
            await download.finished()
            assert download.spool.sha256 == digest(sent)
            assert len(download.spool) == sent.octets
        assert (await reader(mailbox).stat()).messages == 2


async def test_a_message_shorter_than_listed_is_whole_where_the_lock_is_given_back_behind_it():
    long = huge(4 * MIB)
    long.listed = 5 * MIB
    drop = maildrop([long, *plain(1)])
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=16 * MIB) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        download = await reader(mailbox).fetch(by_number(mailbox, 1).id)
        await download.beyond(10)
        await mailbox.tenancy.release()
        await download.finished()
        assert download.spool.sha256 == digest(long)
        assert drop.commands[-1] == "QUIT"
        await mailbox.close()


DOTS = b"Subject: a\r\n\r\n" + b"hello world\r\n" * 2000 + b".\r\nthere is more\r\n"


@pytest.mark.parametrize("release", [False, True])
async def test_a_message_that_ended_at_a_dot_of_its_own_is_not_whole(release):
    drop = maildrop([FakeMessage(DOTS), *plain(1)], bare=frozenset({"TOP", "RETR"}))
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=MIB // 4) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        download = await reader(mailbox).fetch(by_number(mailbox, 1).id)
        if release:
            await download.beyond(10)
            await mailbox.tenancy.release()
        with pytest.raises((RemoteProtocolError, ConnectionLost)):
            await download.finished()
        assert not download.complete
        await mailbox.close()


async def test_a_part_that_nobody_takes_to_its_end_frees_the_line():
    drop = maildrop([huge(64 * MIB), *plain(2)])
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=4 * MIB) as link,
    ):
        mailbox, id = await slow(link)
        kept = mailbox.downloads.running()
        async with reader(mailbox).part(id, "1") as part:
            await anext(aiter(part.blocks))
        assert mailbox.downloads.running() is kept is not None  # somebody asked for the whole
        assert reader(mailbox).must_wait(by_number(mailbox, 2).id)
        await mailbox.downloads.forget(kept.id)
        async with reader(mailbox).part(id, "1") as part:
            await anext(aiter(part.blocks))
        assert mailbox.downloads.running() is None
        assert not reader(mailbox).must_wait(by_number(mailbox, 2).id)
        assert (await reader(mailbox).stat()).messages == 3
        await mailbox.close()
        await asyncio.sleep(0.01)
