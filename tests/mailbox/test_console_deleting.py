"""Raw deletions: asked for once, bound to their connection, and never let out by anything else."""

import asyncio

import pytest

from app.mailbox import (
    Account,
    BadLine,
    CommitFailed,
    CommitFault,
    ConfirmFirst,
    DeletedInConsole,
    Exchange,
    LineFault,
    Mailbox,
    Notice,
    Outcome,
    Totals,
    Verb,
)
from app.transport import Security, Target
from tests.support.fickle import FickleDialer, FickleServer, Stored
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer

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
    uidls,
    until,
)

ALL = ["u1", "u2", "u3", "u4"]


async def confirmed(mailbox: Mailbox, line: str) -> Exchange:
    """Types a line that asks, and confirms it."""
    with pytest.raises(ConfirmFirst) as asked:
        await console(mailbox).type(line)
    return await console(mailbox).type(line, asked.value.confirm)


def verbs(drop: FakeMaildrop) -> list[str]:
    return [line.split()[0] for line in drop.commands if not line.startswith(("TOP", "CAPA"))]


async def test_dele_asks_once_and_goes_out_as_typed():
    drop = maildrop(plain(4))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        octets = by_number(mailbox, 2).counted
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("dele 2")
        assert (asked.value.line, asked.value.messages, asked.value.octets) == ("DELE 2", 1, octets)
        assert drop.count("DELE") == 0
        with pytest.raises(ConfirmFirst):  # what was confirmed is another line
            await console(mailbox).type("DELE 3", asked.value.confirm)
        assert drop.count("DELE") == 0
        assert (await console(mailbox).type("dele 02", asked.value.confirm)).reply == "+OK marked"
        assert drop.commands[-2:] == ["DELE 2", "LIST 2"]  # whether that number is empty now
        assert mailbox.lease.deletions.pending == Totals(1, octets)
        assert told(mailbox) == {Notice.DELETED_IN_CONSOLE: 1}
        assert (await console(mailbox).type("STAT")).reply.startswith("+OK 3 ")
        # What the app itself would ask of it, it says instead.
        second = by_number(mailbox, 2).id
        with pytest.raises(DeletedInConsole):
            await reader(mailbox).peek(second, 5)
        with pytest.raises(DeletedInConsole):
            async with reader(mailbox).retr(second):
                pass
        assert (await console(mailbox).type("RSET")).ok
        assert mailbox.lease.deletions.pending == Totals()
        assert (await reader(mailbox).peek(second, 5)).transferred > 0
        assert mailbox.dialogue.learnt == {Verb.DELE, Verb.STAT, Verb.RSET}
    assert uidls(drop) == ALL


async def test_a_confirmation_is_good_for_one_connection():
    drop = maildrop(plain(4))
    async with opened(drop) as mailbox:
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("DELE 1")
        await mailbox.tenancy.release()
        drop.messages.pop(0)  # another program took it: number 1 is another message now
        with pytest.raises(ConfirmFirst) as again:
            await console(mailbox).type("DELE 1", asked.value.confirm)
        assert again.value.confirm != asked.value.confirm
        assert drop.count("DELE") == 0


async def test_a_dele_that_is_refused_is_not_pending():
    drop = maildrop(plain(3), refuse_dele=frozenset({2}))
    async with opened(drop) as mailbox:
        refused = await confirmed(mailbox, "DELE 2")
        assert refused.reply == "-ERR [SYS/PERM] this message may not be deleted"
        assert mailbox.lease.deletions.pending == Totals()
        await confirmed(mailbox, "DELE 1")
        for gone in ("DELE 7", "DELE 1"):  # it is deleted already, and stays so
            with pytest.raises(BadLine) as refused_line:
                await console(mailbox).type(gone)
            assert refused_line.value.fault is LineFault.NO_MESSAGE
        assert mailbox.lease.deletions.pending.messages == 1
        assert Verb.DELE in mailbox.dialogue.learnt
    assert len(drop.messages) == 3


@pytest.mark.parametrize("end", ["release", "refresh", "idle", "close", "commit of another"])
async def test_raw_deletions_never_slip_out(end):
    drop = maildrop(plain(4))
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        await confirmed(mailbox, "DELE 2")
        await confirmed(mailbox, "DELE 3")
        left = ALL
        match end:
            case "release":
                await mailbox.tenancy.release()
            case "refresh":
                await reader(mailbox).refresh()
            case "idle":
                assert await mailbox.tenancy.release_if_idle(0)
            case "commit of another":
                mark(mailbox, 4)
                receipt = await commit(mailbox).run()
                assert receipt.count(Outcome.GONE) == len(receipt.items) == 1
                left = ["u1", "u2", "u3"]
        if end != "close":
            assert mailbox.lease.deletions.pending == Totals()
            assert Notice.DELETED_IN_CONSOLE not in told(mailbox)
            assert mailbox.lease.deletions.lost == 2
            after = await console(mailbox).type("STAT")
            assert (after.undone, after.renewed) == (2, True)
            assert mailbox.lease.deletions.lost == 0
        await mailbox.close()
        await asyncio.sleep(0.01)
        sent = [verb for verb in verbs(drop) if verb != "LIST"]
        assert sent[sent.index("DELE") + 2] == "RSET"
        assert sent.count("DELE") == (3 if end == "commit of another" else 2)
        assert uidls(drop) == left


async def test_where_rset_fails_the_connection_ends_without_quit():
    for answer in (b"-ERR no\r\n", b""):
        drop = maildrop(plain(4), replies={"RSET": answer} if answer else {})
        async with opened(drop) as mailbox:
            await confirmed(mailbox, "DELE 1")
            if not answer:
                drop.quirks.close_at = "RSET"
            await mailbox.tenancy.release()
            assert mailbox.lease.deletions.lost == 1
            assert drop.count("RSET") == 1
        assert drop.count("QUIT") == 0
        assert uidls(drop) == ALL


async def test_a_dele_whose_answer_nobody_waited_for_is_pending_all_the_same():
    drop = maildrop(plain(4))
    async with ScriptedServer(drop) as server, Link(server.host, server.port, rtt=0.1) as link:
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("DELE 1")
        typing = asyncio.create_task(console(mailbox).type("DELE 1", asked.value.confirm))
        await asyncio.sleep(0.02)
        typing.cancel()
        await asyncio.wait([typing])
        assert mailbox.lease.deletions.pending.messages == 1
        await mailbox.close()
        await asyncio.sleep(0.2)
    assert verbs(drop)[-3:] == ["DELE", "RSET", "QUIT"]
    assert uidls(drop) == ALL


async def test_a_release_between_waits_for_the_dele_and_takes_it_back():
    drop = maildrop(plain(4))
    async with ScriptedServer(drop) as server, Link(server.host, server.port, rtt=0.05) as link:
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("DELE 1")
        typing = asyncio.create_task(console(mailbox).type("DELE 1", asked.value.confirm))
        await asyncio.sleep(0)
        await asyncio.gather(mailbox.tenancy.release(), typing, mailbox.tenancy.release())
        await mailbox.close()
        await asyncio.sleep(0.1)
    assert uidls(drop) == ALL
    assert verbs(drop)[-2:] == ["RSET", "QUIT"]


async def test_quit_deletes_what_was_confirmed_and_proves_it():
    drop = maildrop(plain(4))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        ids = mark(mailbox, 1, 4)
        octets = by_number(mailbox, 1).counted + by_number(mailbox, 3).counted
        await confirmed(mailbox, "DELE 1")
        with pytest.raises(ConfirmFirst) as early:
            await console(mailbox).type("QUIT")
        await confirmed(mailbox, "DELE 3")
        with pytest.raises(ConfirmFirst) as asked:  # one more than was confirmed
            await console(mailbox).type("quit", early.value.confirm)
        assert (asked.value.messages, asked.value.octets, asked.value.popped) == (2, octets, 0)
        assert drop.count("QUIT") == 0
        done = await console(mailbox).type("QUIT", asked.value.confirm)
        assert done.reply == "+OK bye"
        assert done.receipt is not None
        assert (done.receipt.verified, done.receipt.count(Outcome.GONE)) == (True, 2)
        assert done.receipt.octets_freed == octets
        assert mailbox.receipts.last is done.receipt
        assert list(mailbox.marks) == [ids[1]]  # the other one is gone, the rest stays marked
        assert mailbox.lease.deletions.pending == Totals()
        assert mailbox.lease.deletions.lost == 0
        assert len(mailbox.index) == 2
        assert (await console(mailbox).type("STAT")).renewed
    assert uidls(drop) == ["u2", "u4"]


async def test_quit_without_deletions_gives_the_lock_back():
    drop = maildrop(plain(2))
    async with opened(drop) as mailbox:
        done = await console(mailbox).type("QUIT")
        assert (done.reply, done.receipt) == ("+OK bye", None)
        assert mailbox.lease.held_seconds is None
        with pytest.raises(BadLine) as caught:
            await console(mailbox).type("QUIT")
        assert caught.value.fault is LineFault.RELEASED
        assert drop.count("QUIT") == 1
        assert len(drop.sessions) == 1
    assert len(drop.messages) == 2


@pytest.mark.parametrize(
    ("reply", "deletes", "outcome"),
    [
        (None, True, Outcome.GONE),
        (None, False, Outcome.NOT_VERIFIED),
        (b"-ERR some messages were not deleted", False, Outcome.STILL_THERE),
    ],
)
async def test_a_quit_that_goes_wrong_is_judged_by_what_is_there(reply, deletes, outcome):
    drop = maildrop(plain(3), quit_reply=reply, quit_deletes=deletes)
    async with opened(drop) as mailbox:
        await confirmed(mailbox, "DELE 2")
        done = await confirmed(mailbox, "QUIT")
        assert done.reply == (reply or b"").decode()
        assert done.receipt is not None
        assert [item.outcome for item in done.receipt.items] == [outcome]
        drop.quirks.quit_reply = b"+OK"


async def test_what_was_read_under_expire_0_is_as_good_as_deleted():
    drop = maildrop(plain(4), announce=("EXPIRE 0",))
    async with opened(drop) as mailbox:
        await console(mailbox).type("RETR 2")
        assert mailbox.lease.deletions.popped == Totals(1, by_number(mailbox, 2).counted)
        assert mailbox.lease.deletions.pending == Totals()
        await confirmed(mailbox, "DELE 3")
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("QUIT")
        assert (asked.value.messages, asked.value.popped) == (2, 1)
        await mailbox.tenancy.release()
        assert drop.count("QUIT") == 0
    assert uidls(drop) == ALL


async def test_of_what_was_only_read_no_receipt_says_that_the_server_agreed_to_delete_it():
    drop = maildrop(plain(4), announce=("EXPIRE 0",), quit_deletes=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        await console(mailbox).type("RETR 2")
        await confirmed(mailbox, "DELE 3")
        receipt = (await confirmed(mailbox, "QUIT")).receipt
        assert receipt is not None
        agreed = {item.subject: item.agreed for item in receipt.items}
        assert agreed == {"message 2": False, "message 3": True}
        assert receipt.verified


async def test_a_number_that_was_listed_as_another_message_is_asked_for_again():
    server = FickleServer([Stored("a"), Stored("b"), Stored("c")])
    server.naming = lambda place, _: f"msg{place}"
    account = Account("anna", Target("fickle.example", 110, Security.NONE))
    mailbox = Mailbox(account, FickleDialer(server))
    await line_of(mailbox).hold()
    await loaded(mailbox)
    await mailbox.tenancy.release()
    del server.messages[0]
    await line_of(mailbox).hold()
    with pytest.raises(ConfirmFirst) as asked:
        await console(mailbox).type("DELE 1")
    with pytest.raises(ConfirmFirst):  # it was listed as "a"
        await console(mailbox).type("DELE 1", asked.value.confirm)
    assert not server.visits[-1].deleted
    await loaded(mailbox)
    assert [m.summary.subject for m in mailbox.index if m.summary] == ["b", "c"]
    await confirmed(mailbox, "DELE 1")
    assert server.visits[-1].deleted == {1}
    await mailbox.close()


async def test_the_headers_of_what_was_deleted_are_read_after_rset():
    drop = maildrop(plain(4))
    async with ScriptedServer(drop) as server, Link(server.host, server.port, rtt=0.05) as link:
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        # Before their headers have come:
        await confirmed(mailbox, "DELE 1")
        await confirmed(mailbox, "DELE 4")
        mailbox.headers.prefer(mailbox.index)
        await loaded(mailbox)
        known = {message.number for message in mailbox.index if message.headers_known}
        assert known >= {2, 3}
        assert not any(message.header.refused for message in mailbox.index)
        await console(mailbox).type("RSET")
        await loaded(mailbox)
        assert all(message.headers_known for message in mailbox.index)
        await mailbox.close()
        await asyncio.sleep(0.1)


async def test_quit_and_commit_do_not_run_together():
    drop = maildrop(plain(4))
    async with ScriptedServer(drop) as server, Link(server.host, server.port, rtt=0.05) as link:
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await confirmed(mailbox, "DELE 1")
        mark(mailbox, 2)
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("QUIT")
        quitting = asyncio.create_task(console(mailbox).type("QUIT", asked.value.confirm))
        await until(lambda: mailbox.receipts.deleting)
        with pytest.raises(CommitFailed) as caught:
            await commit(mailbox).run()
        assert caught.value.fault is CommitFault.BUSY
        quitting.cancel()  # whoever asked has gone
        await mailbox.close()
        await asyncio.sleep(0.1)
    assert uidls(drop) == ["u2", "u3", "u4"]
    assert mailbox.receipts.last is not None
    assert mailbox.receipts.last.count(Outcome.GONE) == 1


async def test_an_unlisted_number_is_deleted_and_quit_without_a_receipt():
    drop = maildrop(plain(3), list_gaps=frozenset({2}))
    async with opened(drop) as mailbox:
        await confirmed(mailbox, "DELE 2")
        assert mailbox.lease.deletions.pending == Totals(1, 0)
        done = await confirmed(mailbox, "QUIT")
        assert (done.ok, done.receipt) == (True, None)
    assert uidls(drop) == ["u1", "u3"]


async def test_a_commit_that_is_called_off_has_taken_the_raw_deletions_back():
    drop = maildrop(plain(4))
    async with opened(drop) as mailbox:
        await confirmed(mailbox, "DELE 1")
        with pytest.raises(CommitFailed):  # nothing is marked: nothing is touched
            await commit(mailbox).run()
        assert mailbox.lease.deletions.pending.messages == 1
        mark(mailbox, 2)
        drop.quirks.replies["DELE"] = b"-ERR no\r\n"
        receipt = await commit(mailbox).run()
        assert receipt.count(Outcome.STILL_THERE) == 1
        assert mailbox.lease.deletions.pending == Totals()
    assert uidls(drop) == ALL


async def test_a_line_on_its_way_is_no_idleness():
    """Or the sweep would wait for the DELE's answer, and take it back at once."""
    async with opened(maildrop(plain(4))) as mailbox:
        await loaded(mailbox)
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("DELE 1")
        async with mailbox.lease.alone():
            typing = asyncio.create_task(console(mailbox).type("DELE 1", asked.value.confirm))
            await asyncio.sleep(0)
            assert mailbox.lease.in_use
            releasing = asyncio.create_task(mailbox.tenancy.release_if_idle(0))
            await asyncio.sleep(0)
        assert not await releasing
        await typing
        assert mailbox.lease.deletions.pending.messages == 1
        assert not mailbox.lease.in_use
