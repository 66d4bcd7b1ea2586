"""Commits that work, that are called off, and who waits for them."""

import asyncio

import pytest

from app.mailbox import (
    Ambiguous,
    CommitFailed,
    CommitFault,
    Credentials,
    LoginRejected,
    Notice,
    Outcome,
    Sort,
)
from app.mailbox.commit import check_unambiguous
from app.pop3 import RemoteProtocolError
from app.transport import ConnectionLost
from tests.support.faults import Fault, FaultyLine, Kind, Way
from tests.support.maildrop import FakeMaildrop, FakeMessage, huge, plain
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

HAPPENED = (Notice.GONE, Notice.MARKED_GONE)
GONE, STILL, UNKNOWN = Outcome.GONE, Outcome.STILL_THERE, Outcome.NOT_VERIFIED
MIB = 1024 * 1024


# Commits that work


async def test_the_main_job():
    drop = maildrop([*plain(2), huge(40 * MIB), *plain(5)[3:]])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        top = mailbox.index.ordered(Sort())[0]
        assert top.octets == 40 * MIB
        mailbox.marks.mark([top.id])
        receipt = await commit(mailbox).run()
        assert receipt.verified
        assert [(item.id, item.outcome) for item in receipt.items] == [(top.id, GONE)]
        assert receipt.items[0].subject == "huge"
        assert receipt.octets_freed == 40 * MIB
        assert receipt.before.messages == 5
        assert receipt.after is not None
        assert receipt.after.messages == len(mailbox.index) == 4
        assert mailbox.receipts.last is receipt
        assert mailbox.marks.totals.messages == 0
        assert mailbox.lease.held_seconds is not None
        assert uidls(drop) == ["u1", "u2", "u4", "u5"]
        assert drop.count("RETR") == 0
        assert [c for c in drop.commands if c.startswith("DELE")] == ["DELE 3"]
        assert drop.sessions[0][-1] == "QUIT"
        assert mailbox.lease.received < 64 * 1024


@pytest.mark.parametrize("pipelining", [True, False])
async def test_many_at_once(pipelining):
    drop = maildrop(plain(300), pipelining=pipelining)
    async with opened(drop) as mailbox:
        chosen = mark(mailbox, *range(1, 301, 2))
        receipt = await commit(mailbox).run()
        assert receipt.count(GONE) == 150
        assert {item.id for item in receipt.items} == set(chosen)
        assert uidls(drop) == [f"u{n}" for n in range(2, 301, 2)]


async def test_a_commit_while_headers_are_loading():
    drop = maildrop(plain(2000))
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rtt=0.01) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        assert mailbox.headers.progress.running
        mark(mailbox, 1000)
        assert (await commit(mailbox).run()).count(GONE) == 1
        await loaded(mailbox)
        assert mailbox.headers.progress.known == 1999
        await mailbox.close()


async def test_a_commit_after_a_release_signs_in_first():
    drop = maildrop(plain(4))
    async with opened(drop) as mailbox:
        mark(mailbox, 2)
        await mailbox.tenancy.release()
        drop.messages.pop(0)  # by another program: numbers shift
        receipt = await commit(mailbox).run()
        assert receipt.count(GONE) == 1
        assert uidls(drop) == ["u3", "u4"]
        assert "DELE 1" in drop.commands


async def test_without_uidls_and_without_top_a_held_connection_is_enough():
    """Numbers mean the same for as long as the connection lasts."""
    drop = maildrop([*plain(2), huge(MIB)], uidl=False, top=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 3)
        receipt = await commit(mailbox).run()
        assert receipt.verified
        assert receipt.count(GONE) == 1
        assert len(drop.messages) == 2


async def test_everything_can_be_deleted():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        mark(mailbox, 1, 2, 3)
        receipt = await commit(mailbox).run()
        assert receipt.count(GONE) == 3
        assert (drop.messages, len(mailbox.index)) == ([], 0)


async def test_no_check_where_none_was_asked_for():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        mark(mailbox, 1)
        receipt = await commit(mailbox).run(verify=False)
        assert (receipt.verified, receipt.count(UNKNOWN)) == (False, 1)
        assert (receipt.octets_freed, receipt.after) == (0, None)
        assert len(drop.sessions) == 1
        assert uidls(drop) == ["u2", "u3"]
        drop.messages.pop()
        await reader(mailbox).stat()
        assert mailbox.marks.totals.messages == 0
        # What we have deleted ourselves is not blamed on another program.
        assert {n: told(mailbox).get(n) for n in HAPPENED} == {Notice.GONE: 1, HAPPENED[1]: None}


# Commits that are called off


async def test_nothing_marked():
    drop = maildrop(plain(1))
    async with opened(drop) as mailbox:
        with pytest.raises(CommitFailed) as caught:
            await commit(mailbox).run()
        assert caught.value.fault is CommitFault.NOTHING_MARKED
        assert drop.count("QUIT") == 0


def replaced(drop: FakeMaildrop, number: int, message: FakeMessage) -> None:
    drop.messages[number - 1] = message


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda drop: drop.messages.pop(1), 1),  # another program took it
        (lambda drop: replaced(drop, 2, FakeMessage(b"Subject: x\r\n\r\n", uidl="u2")), 1),
        (lambda drop: setattr(drop.quirks, "fresh_uidls", True), 0),
        (lambda drop: setattr(drop.quirks, "uidl", False), 0),
    ],
)
@pytest.mark.parametrize("held", [True, False])
async def test_a_maildrop_that_changed_calls_it_off(change, left, held):
    """No DELE for a message whose UIDL or size is another than when it was marked."""
    drop = maildrop(plain(4))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 2, 3)
        if held:  # the connection was cut, unnoticed
            mailbox.lease.drop()
        else:
            await mailbox.tenancy.release()
        change(drop)
        before = uidls(drop)
        with pytest.raises(CommitFailed) as caught:
            await commit(mailbox).run()
        assert caught.value.fault is CommitFault.CHANGED
        assert mailbox.marks.totals.messages == left
        assert drop.count("DELE") == 0
        await mailbox.tenancy.release()
        assert uidls(drop) == before


async def test_a_server_that_gives_uidls_to_other_numbers_of_the_same_connection():
    """It must not, but if it does, the number whose header was seen is the one that goes."""
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 3)
        drop.quirks.replies["UIDL"] = b"+OK\r\n1 u3\r\n2 u1\r\n3 u2\r\n.\r\n"
        drop.quirks.stall_at = "DELE"
        committing = asyncio.create_task(commit(mailbox).run())
        await until(lambda: drop.count("DELE") == 1)
        assert drop.commands[-2:] == ["TOP 3 0", "DELE 3"]
        mailbox.lease.drop()
        with pytest.raises(ConnectionLost):
            await committing
    assert len(drop.messages) == 3


async def test_one_of_two_that_look_alike_is_refused_and_both_are_not():
    drop = maildrop(plain(3), same_uidl=True)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 1)
        with pytest.raises(Ambiguous) as caught:
            await commit(mailbox).run()
        assert caught.value.ids == (by_number(mailbox, 1).id,)
        assert drop.count("DELE") == 0
        mark(mailbox, 2, 3)
        assert (await commit(mailbox).run()).count(GONE) == 3


async def test_a_commit_that_cannot_sign_in_keeps_its_marks():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        chosen = mark(mailbox, 2)
        await mailbox.tenancy.release()
        with pytest.raises(LoginRejected):
            await commit(mailbox, lambda: Credentials("anna", "mistaken")).run()
        assert list(mailbox.marks) == chosen
        assert len(drop.messages) == 3


async def test_a_listing_broken_before_the_commit_leaves_no_old_numbers_on_a_new_connection():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 3)
        await mailbox.tenancy.release()
        drop.messages.pop(0)
        drop.quirks.replies["STAT"] = b"later\r\n"
        with pytest.raises(RemoteProtocolError):
            await commit(mailbox).run()
        assert mailbox.lease.held_seconds is None
        drop.quirks.replies.clear()
        peeked = await reader(mailbox).peek(next(iter(mailbox.marks)))
        assert "message 3" in {field.value for field in peeked.fields}


# Commits and who waits for them


async def test_two_commits_at_once():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        mark(mailbox, 1)
        first = asyncio.create_task(commit(mailbox).run())
        await asyncio.sleep(0)
        with pytest.raises(CommitFailed) as caught:
            await commit(mailbox).run()
        assert caught.value.fault is CommitFault.BUSY
        assert (await first).count(GONE) == 1
        mark(mailbox, 1)
        assert (await commit(mailbox).run()).count(GONE) == 1
        assert uidls(drop) == ["u3"]


async def test_a_commit_goes_on_when_whoever_asked_for_it_goes_away():
    drop = maildrop(plain(4))
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rtt=0.05) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        mark(mailbox, 2)
        asking = asyncio.create_task(commit(mailbox).run())
        await asyncio.sleep(0.02)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert drop.count("DELE") == 0
        await mailbox.close()  # waits for it, as does the end of the process
        assert mailbox.receipts.last is not None
        assert mailbox.receipts.last.count(GONE) == 1
        assert uidls(drop) == ["u1", "u3", "u4"]


async def test_a_cancelled_close_does_not_cancel_the_commit():
    drop = maildrop(plain(4))
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rtt=0.05) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        mark(mailbox, 2)
        asking = asyncio.create_task(commit(mailbox).run())
        closing = asyncio.create_task(mailbox.close())
        await asyncio.sleep(0.02)
        closing.cancel()
        await asyncio.wait([closing])
        assert (await asking).count(GONE) == 1
        await mailbox.close()


async def test_clicks_during_a_commit_wait_for_it():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        mark(mailbox, 1)
        committing = asyncio.create_task(commit(mailbox).run())
        for _ in range(3):  # until it has begun
            await asyncio.sleep(0)
        assert mailbox.lease.alone().locked()
        stat = await reader(mailbox).stat()
        assert stat.messages == 2
        assert committing.done()


async def test_a_commit_killed_between_dele_and_quit_is_not_finished_by_a_later_quit():
    drop = maildrop(plain(4))
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rtt=0.05) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        mark(mailbox, 2)
        asking = asyncio.create_task(commit(mailbox).run())
        await until(lambda: drop.count("DELE") == 1)
        assert mailbox.receipts._deleting is not None
        mailbox.receipts._deleting.cancel()  # as the end of the event loop does
        with pytest.raises(asyncio.CancelledError):
            await asking
        await mailbox.close()
        assert drop.count("QUIT") == 0
        assert len(drop.messages) == 4


async def test_what_is_marked_while_a_commit_waits_for_the_line_is_not_deleted():
    drop = maildrop(plain(4))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 1)
        async with mailbox.lease.alone():  # somebody else is signing in
            committing = asyncio.create_task(commit(mailbox).run())
            await asyncio.sleep(0.01)
            mark(mailbox, 2)
        with pytest.raises(CommitFailed) as caught:
            await committing
        assert caught.value.fault is CommitFault.OTHERS_MARKED
        assert drop.count("DELE") == 0
        assert (await commit(mailbox).run()).count(GONE) == 2


async def test_what_is_marked_in_the_last_moment_before_dele_is_not_deleted(monkeypatch):
    drop = maildrop(plain(4))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 1)

        def look(index, marked):  # in another thread, while other tabs go on
            mailbox.marks.add([by_number(mailbox, 2)])
            check_unambiguous(index, marked)

        monkeypatch.setattr("app.mailbox.commit.check_unambiguous", look)
        with pytest.raises(CommitFailed) as caught:
            await commit(mailbox).run()
        assert caught.value.fault is CommitFault.CHANGED
        assert drop.count("DELE") == 0
        assert mailbox.marks.totals.messages == 2


@pytest.mark.parametrize("uidl", [True, False])
@pytest.mark.parametrize("kind", [Kind.CORRUPT, Kind.DUPLICATE])
async def test_a_dele_that_arrives_as_one_for_another_message_deletes_nothing(kind, uidl):
    """4 becomes 5, or 44."""
    drop = maildrop(plain(50), uidl=uidl)
    async with ScriptedServer(drop) as server, FaultyLine(server.host, server.port) as line:
        mailbox = mailbox_at(line.host, line.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        mark(mailbox, 4)
        looked = b"" if uidl else b"TOP 4 0\r\n"
        line.arm(Fault(kind, Way.UP, len(b"UIDL\r\nSTAT\r\nLIST\r\n" + looked + b"DELE 4")))
        with pytest.raises(CommitFailed) as caught:
            await commit(mailbox).run()
        assert caught.value.fault is CommitFault.CHANGED
        assert {c for c in drop.commands if c.startswith("DELE")} <= {"DELE 5", "DELE 44"}
        assert len(drop.messages) == 50
        assert (await commit(mailbox).run()).count(GONE) == 1
        assert "u4" not in uidls(drop)
        await mailbox.close()
