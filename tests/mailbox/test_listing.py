"""The index, the marks and the notices from one connection to the next."""

import asyncio
import time

import pytest

from app.mailbox import Notice, Sort, SortKey
from app.mailbox.models import Header
from app.pop3 import Fault, RemoteProtocolError
from app.transport import Stalled, Timeouts
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer

from .opening import (
    by_number,
    line_of,
    loaded,
    mailbox_at,
    maildrop,
    opened,
    reader,
    told,
)


async def test_sizes_are_there_at_once_and_headers_follow():
    drop = maildrop(plain(400, octets=500))
    async with ScriptedServer(drop) as server, Link(server.host, server.port, rtt=0.02) as link:
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        assert len(mailbox.index) == 400
        assert mailbox.index.totals.octets == 200_000
        assert mailbox.headers.progress.running
        assert mailbox.headers.progress.known < 400
        await loaded(mailbox)
        progress = mailbox.headers.progress
        assert (progress.known, progress.total) == (400, 400)
        assert progress.octets > 400 * 40
        subject = by_number(mailbox, 7).summary
        assert subject is not None
        assert subject.subject == "message 7"
        assert mailbox.lease.received == link.octets_down
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
        assert not mailbox.headers.progress.running
        assert told(mailbox) == {}
        assert (await reader(mailbox).stat()).messages == 0


async def test_an_order_is_kept_until_it_may_be_another():
    async with opened(maildrop(plain(3))) as mailbox:
        await loaded(mailbox)
        by_size, by_subject = Sort(), Sort(SortKey.SUBJECT, descending=False)
        first, second = [await mailbox.listing.ordered(one) for one in (by_size, by_subject)]
        assert await mailbox.listing.ordered(by_size) is first
        assert await mailbox.listing.ordered(by_subject) is second
        mailbox.headers.learn(by_number(mailbox, 1), b"Subject: zzz\r\n")
        assert await mailbox.listing.ordered(by_size) is first
        assert [m.number for m in await mailbox.listing.ordered(by_subject)] == [2, 3, 1]
        await reader(mailbox).refresh()
        again = await mailbox.listing.ordered(by_size)
        assert again is not first
        assert all(message is mailbox.index[message.id] for message in again)


@pytest.mark.heavy
async def test_a_hundred_thousand_messages():
    drop = maildrop(plain(100_000))
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        began = time.process_time()
        await line_of(mailbox).hold()
        assert time.process_time() - began < 12  # of the server, too; some three on a quiet machine
        assert len(mailbox.index) == 100_000
        mailbox.marks.mark([by_number(mailbox, 99_999).id])
        known = mailbox.headers.progress.known
        assert (await reader(mailbox).stat()).messages == 100_000  # a click goes first
        assert mailbox.headers.progress.known - known < 2_000
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


async def test_release_and_resume_keep_marks_headers_and_ids():
    drop = maildrop(plain(5))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mailbox.marks.mark([by_number(mailbox, n).id for n in (2, 4)])
        before = [(message.id, message.number) for message in mailbox.index]
        assert mailbox.lease.held_seconds is not None
        await mailbox.tenancy.release()
        assert mailbox.lease.held_seconds is None
        assert drop.commands[-1] == "QUIT"
        await line_of(mailbox).hold()
        await loaded(mailbox)
        assert [(message.id, message.number) for message in mailbox.index] == before
        assert (mailbox.marks.totals.messages, mailbox.marks.totals.octets) == (2, 400)
        assert drop.count("TOP") == 5  # nothing is loaded twice
    assert len(drop.messages) == 5
    assert drop.count("DELE") == 0


async def test_new_mail_and_lost_mail_show_after_a_refresh():
    drop = maildrop(plain(4))
    async with opened(drop) as mailbox:
        kept, lost = by_number(mailbox, 3).id, by_number(mailbox, 1).id
        mailbox.marks.mark([kept, lost])
        drop.messages[:] = [*drop.messages[1:], FakeMessage(b"Subject: new\r\n\r\n", uidl="new")]
        await reader(mailbox).refresh()
        await loaded(mailbox)
        assert [message.uidl for message in mailbox.index] == ["u2", "u3", "u4", "new"]
        assert list(mailbox.marks) == [kept]
        assert mailbox.index[kept].number == 2
        assert told(mailbox) == {Notice.MARKED_GONE: 1, Notice.NEW_MAIL: 1}
        assert [mailbox.index[id].uidl for id in mailbox.news.fresh] == ["new"]
        assert mailbox.headers.progress.known == 4


async def test_a_mark_is_not_kept_for_a_message_whose_size_changed():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        mailbox.marks.mark([by_number(mailbox, 1).id, by_number(mailbox, 2).id])
        drop.messages[0] = FakeMessage(b"Subject: other\r\n\r\nmuch more\r\n" * 9, uidl="u1")
        await reader(mailbox).refresh()
        assert list(mailbox.marks) == [by_number(mailbox, 2).id]
        assert told(mailbox)[Notice.MARKS_DROPPED] == 1


async def test_uidls_that_are_reset_take_the_marks_with_them():
    drop = maildrop(plain(3), fresh_uidls=True)
    async with opened(drop) as mailbox:
        mailbox.marks.mark([by_number(mailbox, 1).id])
        await reader(mailbox).refresh()
        assert mailbox.marks.totals.messages == 0
        assert told(mailbox)[Notice.UIDLS_RESET] == 1


# Without UIDLs


async def resumed_without_uidls(change) -> tuple[int, dict[Notice, int]]:
    """How many of two marks are left, and what is told, when the maildrop changed meanwhile."""
    drop = maildrop(plain(4), uidl=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mailbox.marks.mark([by_number(mailbox, n).id for n in (2, 3)])
        await mailbox.tenancy.release()
        change(drop)
        await line_of(mailbox).hold()
        return mailbox.marks.totals.messages, told(mailbox)


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
        await reader(mailbox).peek(message.id)
        mailbox.marks.mark([message.id])
        await mailbox.tenancy.release()
        await line_of(mailbox).hold()
        assert mailbox.marks.totals.messages == 1


@pytest.mark.parametrize("stage", ["STAT", "LIST", "UIDL", "LIST body", "UIDL body"])
async def test_a_listing_that_does_not_come_leaves_nothing_half_done(stage):
    drop = maildrop(plain(3), stall_at=stage)
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port, timeouts=Timeouts(0.5, 0.1, 0.5))
        with pytest.raises(Stalled):
            await line_of(mailbox).hold()
        assert mailbox.lease.held_seconds is None
        assert len(mailbox.index) == 0
        drop.quirks.stall_at = None
        await line_of(mailbox).hold()
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
            await line_of(mailbox).hold()
        assert caught.value.fault is fault
        await asyncio.sleep(0.02)


async def test_a_listing_that_lies_about_sizes_harms_nothing():
    messages = [FakeMessage(b"Subject: a\r\n\r\nbody\r\n" * 50, uidl="a", listed=1)]
    messages += [FakeMessage(b"Subject: b\r\n\r\nbody\r\n", uidl="b", listed=10**12)]
    async with opened(maildrop(messages)) as mailbox:
        await loaded(mailbox)
        for message in mailbox.index:
            peeked = await reader(mailbox).peek(message.id, 5)
            assert not peeked.complete  # nobody knows
            async with reader(mailbox).retr(message.id) as (_, body):
                blocks = [block async for block in body]
            assert sum(map(len, blocks)) == messages[message.number - 1].octets
        assert (await reader(mailbox).stat()).messages == 2
