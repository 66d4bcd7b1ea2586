"""The index, the marks and the notices from one connection to the next."""

import asyncio
import threading

import pytest

from app.mailbox import MailboxInUse, Notice, Sort, SortKey
from app.mailbox.models import Header
from app.mime import Summary, summarise
from app.pop3 import Fault, RemoteProtocolError
from app.transport import ConnectionLost, Stalled, Timeouts
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer

from .opening import by_number, loaded, mailbox_at, maildrop, opened, told, unlock, until


async def test_sizes_are_there_at_once_and_headers_follow():
    drop = maildrop(plain(400, octets=500))
    async with ScriptedServer(drop) as server, Link(server.host, server.port, rtt=0.02) as link:
        mailbox = mailbox_at(link.host, link.port)
        await mailbox.open(unlock)
        assert len(mailbox.index) == 400
        assert mailbox.index.totals.octets == 200_000
        assert mailbox.progress.running
        assert mailbox.progress.known < 400
        await loaded(mailbox)
        progress = mailbox.progress
        assert (progress.known, progress.total) == (400, 400)
        assert progress.octets > 400 * 40
        subject = by_number(mailbox, 7).summary
        assert subject is not None
        assert subject.subject == "message 7"
        assert mailbox.received == link.octets_down
        await mailbox.close()
        assert told(mailbox) == {}


async def test_the_listing_is_one_group():
    drop = maildrop(plain(2))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        assert drop.commands == [
            *("CAPA", "USER anna", "PASS secret", "CAPA", "UIDL", "STAT", "LIST"),
            *("TOP 1 0", "TOP 2 0"),
        ]


async def test_an_empty_maildrop():
    async with opened(maildrop([])) as mailbox:
        assert (len(mailbox.index), mailbox.index.totals.octets) == (0, 0)
        assert not mailbox.progress.running
        assert told(mailbox) == {}
        assert (await mailbox.stat(unlock)).messages == 0


async def test_an_order_is_kept_until_it_may_be_another():
    async with opened(maildrop(plain(3))) as mailbox:
        await loaded(mailbox)
        by_size, by_subject = Sort(), Sort(SortKey.SUBJECT, descending=False)
        first, second = [await mailbox.ordered(one) for one in (by_size, by_subject)]
        assert await mailbox.ordered(by_size) is first
        assert await mailbox.ordered(by_subject) is second
        mailbox._learn(by_number(mailbox, 1), b"Subject: zzz\r\n")
        assert await mailbox.ordered(by_size) is first
        assert [m.number for m in await mailbox.ordered(by_subject)] == [2, 3, 1]
        await mailbox.refresh(unlock)
        again = await mailbox.ordered(by_size)
        assert again is not first
        assert all(message is mailbox.index[message.id] for message in again)


async def test_a_hundred_thousand_messages():
    drop = maildrop(plain(100_000))
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        async with asyncio.timeout(15):
            await mailbox.open(unlock)
        assert len(mailbox.index) == 100_000
        mailbox.mark([by_number(mailbox, 99_999).id])
        async with asyncio.timeout(5):
            assert (await mailbox.stat(unlock)).messages == 100_000  # a click goes first
        await mailbox.close()
        assert len(drop.messages) == 100_000


@pytest.mark.parametrize(
    ("quirks", "notices"),
    [
        ({"uidl": False}, {Notice.NO_UIDL: 0}),
        ({"top": False}, {Notice.NO_TOP: 0}),
        ({"capa": False}, {Notice.NO_CAPA: 0, Notice.NO_PIPELINING: 0}),
        ({"pipelining": False}, {Notice.NO_PIPELINING: 0}),
        ({"same_uidl": True}, {Notice.DUPLICATE_UIDLS: 4}),
        ({"list_gaps": frozenset({2})}, {Notice.COUNTS_DIFFER: 4}),
    ],
)
async def test_what_a_person_should_know_of_the_server(quirks, notices):
    async with opened(maildrop(plain(4), **quirks)) as mailbox:
        await loaded(mailbox)
        assert told(mailbox) == notices
        assert len(mailbox.index) == 4 - len(quirks.get("list_gaps", ()))
        if "top" not in quirks:
            assert all(message.headers_known for message in mailbox.index)


# Giving back and taking again


async def test_release_and_resume_keep_marks_headers_and_ids():
    drop = maildrop(plain(5))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mailbox.mark([by_number(mailbox, n).id for n in (2, 4)])
        before = [(message.id, message.number) for message in mailbox.index]
        assert mailbox.held_seconds is not None
        await mailbox.release()
        assert mailbox.held_seconds is None
        assert drop.commands[-1] == "QUIT"
        await mailbox.open(unlock)
        await loaded(mailbox)
        assert [(message.id, message.number) for message in mailbox.index] == before
        assert (mailbox.marked.messages, mailbox.marked.octets) == (2, 400)
        assert drop.count("TOP") == 5  # nothing is loaded twice
    assert len(drop.messages) == 5
    assert drop.count("DELE") == 0


async def test_release_when_idle_only():
    async with opened(maildrop(plain(3))) as mailbox:
        await loaded(mailbox)
        assert not await mailbox.release_if_idle(60)
        message = by_number(mailbox, 1)
        async with mailbox.retr(unlock, message.id):
            assert not await mailbox.release_if_idle(0)
        assert await mailbox.release_if_idle(0)
        assert not await mailbox.release_if_idle(0)
        assert mailbox.held_seconds is None


async def test_other_programs_get_in_after_a_release():
    drop = maildrop(plain(1), exclusive=True)
    async with ScriptedServer(drop) as server:
        ours, theirs = (mailbox_at(server.host, server.port) for _ in range(2))
        await ours.open(unlock)
        with pytest.raises(MailboxInUse):
            await theirs.open(unlock)
        await ours.release()
        await theirs.open(unlock)
        await theirs.close()
        await ours.close()


async def test_new_mail_and_lost_mail_show_after_a_refresh():
    drop = maildrop(plain(4))
    async with opened(drop) as mailbox:
        kept, lost = by_number(mailbox, 3).id, by_number(mailbox, 1).id
        mailbox.mark([kept, lost])
        drop.messages[:] = [*drop.messages[1:], FakeMessage(b"Subject: new\r\n\r\n", uidl="new")]
        await mailbox.refresh(unlock)
        await loaded(mailbox)
        assert [message.uidl for message in mailbox.index] == ["u2", "u3", "u4", "new"]
        assert list(mailbox.marks) == [kept]
        assert mailbox.index[kept].number == 2
        assert told(mailbox) == {Notice.MARKED_GONE: 1, Notice.NEW_MAIL: 1}
        assert [mailbox.index[id].uidl for id in mailbox.news.fresh] == ["new"]
        assert mailbox.progress.known == 4


async def test_a_mark_is_not_kept_for_a_message_whose_size_changed():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        mailbox.mark([by_number(mailbox, 1).id, by_number(mailbox, 2).id])
        drop.messages[0] = FakeMessage(b"Subject: other\r\n\r\nmuch more\r\n" * 9, uidl="u1")
        await mailbox.refresh(unlock)
        assert list(mailbox.marks) == [by_number(mailbox, 2).id]
        assert told(mailbox)[Notice.MARKS_DROPPED] == 1


async def test_uidls_that_are_reset_take_the_marks_with_them():
    drop = maildrop(plain(3), fresh_uidls=True)
    async with opened(drop) as mailbox:
        mailbox.mark([by_number(mailbox, 1).id])
        await mailbox.refresh(unlock)
        assert mailbox.marked.messages == 0
        assert told(mailbox)[Notice.UIDLS_RESET] == 1


# Without UIDLs


async def resumed_without_uidls(change) -> tuple[int, dict[Notice, int]]:
    """How many of two marks are left, and what is told, when the maildrop changed meanwhile."""
    drop = maildrop(plain(4), uidl=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mailbox.mark([by_number(mailbox, n).id for n in (2, 3)])
        await mailbox.release()
        change(drop)
        await mailbox.open(unlock)
        return mailbox.marked.messages, told(mailbox)


async def test_without_uidls_marks_hold_while_all_is_the_same():
    assert await resumed_without_uidls(lambda drop: None) == (2, {Notice.NO_UIDL: 0})


@pytest.mark.parametrize(
    "change",
    [
        lambda drop: drop.messages.append(plain(1)[0]),
        lambda drop: drop.messages.pop(0),
        lambda drop: drop.messages.__setitem__(0, FakeMessage(b"Subject: x\r\n\r\n")),
        lambda drop: drop.messages.__setitem__(1, plain(9)[8]),  # as large, but another one
        lambda drop: drop.messages.reverse(),  # sizes alike, and the marked ones change places
        lambda drop: setattr(drop.quirks, "top", False),  # nothing to compare with
    ],
)
async def test_without_uidls_marks_are_dropped_once_anything_differs(change):
    left, notices = await resumed_without_uidls(change)
    assert left == 0
    assert notices[Notice.MARKS_DROPPED] == 2


async def test_without_uidls_marks_hold_when_the_header_was_first_seen_in_a_peek():
    async with opened(maildrop(plain(1), uidl=False)) as mailbox:
        await loaded(mailbox)
        message = by_number(mailbox, 1)
        message.header = Header()  # as if its turn had not come yet
        await mailbox.peek(unlock, message.id)
        mailbox.mark([message.id])
        await mailbox.release()
        await mailbox.open(unlock)
        assert mailbox.marked.messages == 1


# Connections that die


async def test_a_server_that_hangs_up_on_an_idle_connection_is_not_noticed():
    drop = maildrop(plain(3))
    async with ScriptedServer(drop) as server, Link(server.host, server.port) as link:
        mailbox = mailbox_at(link.host, link.port)
        await mailbox.open(unlock)
        await loaded(mailbox)
        mailbox.mark([by_number(mailbox, 2).id])
        for reset in (True, False):
            link.drop(reset=reset)
            await until(lambda: mailbox.held_seconds is None)
            assert (await mailbox.stat(unlock)).messages == 3
        assert mailbox.marked.messages == 1
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
            await getattr(mailbox, use)(unlock)
        elif use == "peek":
            assert (await mailbox.peek(unlock, id)).fields
        else:
            extra = (5,) if use == "top" else ()
            async with getattr(mailbox, use)(unlock, id, *extra) as (message, body):
                blocks = b"".join([block async for block in body])
            assert message.number == 2
            assert b"message 2" in blocks
        assert len(drop.sessions) == 2


async def test_a_server_that_always_hangs_up_is_not_asked_for_ever():
    drop = maildrop(plain(2), close_at="NOOP")
    async with opened(drop) as mailbox:
        with pytest.raises(ConnectionLost):
            await mailbox.noop(unlock)
        assert len(drop.sessions) == 2


async def test_a_goodbye_that_nobody_asked_for_is_no_answer():
    drop = maildrop(plain(2))
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        await mailbox.open(unlock)
        await loaded(mailbox)
        await server.peers[0].send(b"-ERR autologout\r\n")
        server.peers[0].close()
        await until(lambda: mailbox.held_seconds is None)
        assert (await mailbox.stat(unlock)).messages == 2
        await mailbox.close()


@pytest.mark.parametrize("stage", ["STAT", "LIST", "UIDL", "LIST body", "UIDL body"])
async def test_a_listing_that_does_not_come_leaves_nothing_half_done(stage):
    drop = maildrop(plain(3), stall_at=stage)
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port, timeouts=Timeouts(0.5, 0.1, 0.5))
        with pytest.raises(Stalled):
            await mailbox.open(unlock)
        assert mailbox.held_seconds is None
        assert len(mailbox.index) == 0
        drop.quirks.stall_at = None
        await mailbox.open(unlock)
        assert len(mailbox.index) == 3
        await mailbox.close()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("listing", "fault"),
    [
        (b"+OK\r\n" + b"x" * 9000, Fault.LINE_TOO_LONG),
        (b"<html>\r\n", Fault.BAD_STATUS),
    ],
)
async def test_a_listing_that_makes_no_sense(listing, fault):
    drop = FakeMaildrop(plain(1), quirks=Quirks(replies={"LIST": listing}))
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        with pytest.raises(RemoteProtocolError) as caught:
            await mailbox.open(unlock)
        assert caught.value.fault is fault
        await asyncio.sleep(0.02)


async def test_a_listing_that_lies_about_sizes_harms_nothing():
    messages = [FakeMessage(b"Subject: a\r\n\r\nbody\r\n" * 50, uidl="a", listed=1)]
    messages += [FakeMessage(b"Subject: b\r\n\r\nbody\r\n", uidl="b", listed=10**12)]
    async with opened(maildrop(messages)) as mailbox:
        await loaded(mailbox)
        for message in mailbox.index:
            peeked = await mailbox.peek(unlock, message.id, 5)
            assert not peeked.complete  # nobody knows
            async with mailbox.retr(unlock, message.id) as (_, body):
                blocks = [block async for block in body]
            assert sum(map(len, blocks)) == messages[message.number - 1].octets
        assert (await mailbox.stat(unlock)).messages == 2


async def test_a_closed_mailbox_opens_no_connection():
    drop = maildrop(plain(1))
    async with opened(drop) as mailbox:
        await mailbox.close()
        with pytest.raises(ConnectionLost):
            await mailbox.stat(unlock)
        assert len(drop.sessions) == 1


async def test_headers_are_parsed_aside_for_a_page_that_shows_them(monkeypatch):
    threads: list[int] = []

    def parse(raw: bytes) -> Summary:
        threads.append(threading.get_ident())
        return summarise(raw)

    monkeypatch.setattr("app.mailbox.models.summarise", parse)
    async with opened(maildrop(plain(6))) as mailbox:
        await loaded(mailbox)
        assert not threads  # nobody has looked yet
        await mailbox.read_headers(list(mailbox.index)[:2])
        await mailbox.read_headers(list(mailbox.index)[:2])
        assert len(threads) == 2
        by_subject = await mailbox.ordered(Sort(SortKey.SUBJECT, descending=True))
        assert [message.number for message in by_subject] == [6, 5, 4, 3, 2, 1]
        assert len(threads) == 6
        assert threading.get_ident() not in threads
