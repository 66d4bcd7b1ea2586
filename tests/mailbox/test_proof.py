"""Commits that the server disturbs: what the receipt says then."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.mailbox import (
    Account,
    Credentials,
    Mailbox,
    Notice,
    Outcome,
    Unproven,
    proof,
)
from app.transport import ConnectionLost, Security, Stalled, Target, Timeouts
from tests.support.fickle import FickleDialer, FickleServer, Naming, Stored
from tests.support.maildrop import plain
from tests.support.scripted import ScriptedServer

from .opening import (
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
    unlock,
    until,
)

GONE, STILL, UNKNOWN = Outcome.GONE, Outcome.STILL_THERE, Outcome.NOT_VERIFIED
MIB = 1024 * 1024


async def test_one_dele_is_refused():
    drop = maildrop(plain(3), refuse_dele=frozenset({2}))
    async with opened(drop) as mailbox:
        gone, kept = mark(mailbox, 1, 2)
        receipt = await commit(mailbox).run()
        found = {item.id: (item.outcome, item.reason) for item in receipt.items}
        assert found[gone] == (GONE, "")
        assert found[kept] == (STILL, "-ERR [SYS/PERM] this message may not be deleted")
        assert receipt.verified
        assert list(mailbox.marks) == [kept]
        assert uidls(drop) == ["u2", "u3"]


@pytest.mark.parametrize("deletes", [True, False])
@pytest.mark.parametrize("reply", [b"-ERR [SYS/TEMP] some messages were not removed", None])
async def test_quit_is_refused_or_never_answered(reply, deletes):
    """The answer proves nothing; a second look does."""
    drop = maildrop(plain(3), quit_reply=reply, quit_deletes=deletes)
    async with opened(drop) as mailbox:
        (chosen,) = mark(mailbox, 2)
        receipt = await commit(mailbox).run()
        (item,) = receipt.items
        if reply is None and not deletes:  # it may still do it
            assert (receipt.why, receipt.quit_lost) == (Unproven.UNANSWERED, True)
            assert item.outcome is UNKNOWN
            return
        assert receipt.verified
        assert item.outcome is (GONE if deletes else STILL)
        words = reply.decode() if reply and not deletes else ""
        assert item.reason == words
        assert (chosen in mailbox.marks) is not deletes


async def test_a_server_that_says_ok_and_deletes_nothing():
    drop = maildrop(plain(3), quit_deletes=False)
    async with opened(drop) as mailbox:
        mark(mailbox, 2)
        receipt = await commit(mailbox).run()
        assert (receipt.verified, receipt.count(STILL)) == (True, 1)
        assert receipt.octets_freed == 0


async def test_a_quit_that_stalls(monkeypatch):
    """It may still be carried out, so only a later look tells."""
    monkeypatch.setattr(proof, "_LATE", 0.5)
    drop = maildrop(plain(3), stall_at="QUIT")
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port, timeouts=Timeouts(0.5, 0.1, 0.5))
        await line_of(mailbox).hold()
        mark(mailbox, 2)
        receipt = await commit(mailbox).run()
        assert (receipt.why, receipt.count(UNKNOWN)) == (Unproven.UNANSWERED, 1)
        assert receipt.due is not None
        drop.quirks.stall_at = None
        await asyncio.sleep(max(0, (receipt.due - datetime.now(UTC)).total_seconds()))
        receipt = await commit(mailbox).check(receipt.number)
        assert (receipt.verified, receipt.count(STILL)) == (True, 1)
        await mailbox.close()
        assert len(drop.messages) == 3


class Once:
    """Hands out a right password for the first sign-ins, and a wrong one, or an error, later."""

    def __init__(self, later: Credentials | Exception, *, right: int = 1) -> None:
        self.later, self.right = later, right

    def __call__(self) -> Credentials:
        self.right -= 1
        if self.right >= 0:
            return unlock()
        if isinstance(self.later, Exception):
            raise self.later
        return self.later


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"-ERR [IN-USE] locked by another session", "-ERR [IN-USE] locked by another session"),
        (b"-ERR [LOGIN-DELAY] too soon", "-ERR [LOGIN-DELAY] too soon"),
        (b"-ERR [AUTH] no", "-ERR [AUTH] no"),
        (b"-ERR [SYS/TEMP] out of order", "-ERR [SYS/TEMP] out of order"),
    ],
)
async def test_a_second_sign_in_that_is_refused(line, why, monkeypatch):
    monkeypatch.setattr("app.mailbox.lease._PAUSES", (0.01,))
    drop = maildrop(plain(3), announce=("LOGIN-DELAY 300",))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        (chosen,) = mark(mailbox, 2)
        drop.quirks.refuse_login = line
        receipt = await commit(mailbox).run()
        assert not receipt.verified
        assert receipt.why == why
        assert receipt.count(UNKNOWN) == 1
        assert receipt.after is None
        assert receipt.octets_freed == 0
        assert receipt.items[0].subject == "message 2"
        assert uidls(drop) == ["u1", "u3"]  # it was gone all the same
        assert list(mailbox.marks) == [chosen]  # until somebody looks
        drop.quirks.refuse_login = None
        await line_of(mailbox).hold()
        assert mailbox.marks.totals.messages == 0
        assert Notice.MARKED_GONE not in told(mailbox)  # it was us, no other program


async def test_a_short_login_delay_is_waited_out():
    drop = maildrop(plain(2), announce=("LOGIN-DELAY 1",))
    async with opened(drop) as mailbox:
        mark(mailbox, 1)
        drop.quirks.refuse_login = b"-ERR [LOGIN-DELAY] too soon"

        async def relent():
            await until(lambda: drop.count("PASS") == 2)
            drop.quirks.refuse_login = None

        relenting = asyncio.create_task(relent())
        receipt = await commit(mailbox).run()
        await relenting
        assert receipt.verified
        assert receipt.count(GONE) == 1


async def test_a_password_that_was_changed_meanwhile():
    drop = maildrop(plain(3))
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        once = Once(Credentials("anna", "mistaken"))
        await line_of(mailbox, once).hold()
        mark(mailbox, 2)
        receipt = await commit(mailbox, once).run()
        assert not receipt.verified
        assert str(receipt.why).startswith("-ERR [AUTH]")
        assert "mistaken" not in repr(receipt)
        await mailbox.close()


async def test_a_session_that_ended_meanwhile_still_gets_its_receipt():
    drop = maildrop(plain(3))
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        once = Once(KeyError("the session was sealed away"))
        await line_of(mailbox, once).hold()
        mark(mailbox, 2)
        receipt = await commit(mailbox, once).run()
        assert (receipt.verified, receipt.count(UNKNOWN)) == (False, 1)
        assert uidls(drop) == ["u1", "u3"]
        await mailbox.close()


async def test_quit_and_the_second_sign_in_both_fail():
    drop = maildrop(plain(3), quit_reply=None)
    async with opened(drop) as mailbox:
        mark(mailbox, 2)
        drop.quirks.refuse_login = b"-ERR [AUTH] no"
        receipt = await commit(mailbox).run()
        assert (receipt.why, receipt.quit_lost) == ("-ERR [AUTH] no", True)


@pytest.mark.parametrize("stage", ["close_at", "reset_at"])
async def test_a_connection_that_drops_among_the_deles_deletes_nothing(stage):
    drop = maildrop(plain(6))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        chosen = mark(mailbox, 1, 3, 5)
        mailbox.lease.habit.answered = 1000  # groups have worked: it is the line that broke
        drop.quirks.drop_at_command = len(drop.commands) + 3 + 2  # the second DELE
        if stage == "reset_at":
            drop.quirks.drop_at_command, drop.quirks.reset_at = None, "DELE"
        with pytest.raises(ConnectionLost) as caught:
            await commit(mailbox).run()
        assert caught.value.command.startswith("DELE")
        assert list(mailbox.marks) == chosen
        drop.quirks.drop_at_command = drop.quirks.reset_at = None
        assert len(drop.messages) == 6
        assert mailbox.receipts.last is None
        assert (await reader(mailbox).stat()).messages == 6
        assert (await commit(mailbox).run()).count(GONE) == 3  # and again, now that it works
        assert uidls(drop) == ["u2", "u4", "u6"]


async def test_a_dele_that_stalls_deletes_nothing():
    drop = maildrop(plain(3), stall_at="DELE")
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port, timeouts=Timeouts(0.5, 0.1, 0.5))
        await line_of(mailbox).hold()
        mark(mailbox, 2)
        with pytest.raises(Stalled):
            await commit(mailbox).run()
        assert mailbox.marks.totals.messages == 1
        await mailbox.close()
        assert len(drop.messages) == 3
        assert drop.count("QUIT") == 0


def by_place(place: int, _: Stored) -> str:
    return f"msg{place}"


def numbered(place: int, _: Stored) -> str:
    return str(place)


def none(*_: object) -> None:
    return None


@pytest.mark.parametrize(
    ("naming", "sizes", "chosen", "keeps", "gone", "came"),
    [
        (numbered, [100], [1], False, None, 100),  # as many, of the same sizes as before
        (none, [100, 200], [2], False, None, 200),
        (by_place, [200], [1], False, None, 100),  # another one with its UIDL and another size
        (none, [100, 100, 100], [2], True, 2, None),  # others took one of the same size
        (numbered, [100, 100, 300], [1], True, 1, None),
    ],
)
async def test_a_listing_that_looks_right_is_not_believed_against_headers(
    naming: Naming,
    sizes: list[int],
    chosen: list[int],
    keeps: bool,
    gone: int | None,
    came: int | None,
):
    server = FickleServer(Stored(f"m{n}", octets) for n, octets in enumerate(sizes, 1))
    server.naming, server.keeps = naming, keeps

    def others() -> None:
        if gone is not None:
            del server.messages[gone]
        if came is not None:
            server.messages.append(Stored("new", came))

    server.meanwhile.append(others)
    account = Account("anna", Target("fickle.example", 110, Security.NONE))
    mailbox = Mailbox(account, FickleDialer(server))
    await line_of(mailbox).hold()
    await loaded(mailbox)
    mark(mailbox, *chosen)
    receipt = await commit(mailbox).run()
    assert [item.outcome for item in receipt.items] == [UNKNOWN]
    assert not receipt.verified
    await mailbox.close()


async def test_copies_that_got_uidls_of_their_own_are_not_called_gone():
    server = FickleServer([Stored("one"), Stored("two")])
    server.naming, server.keeps = (lambda *_: "same"), True
    account = Account("anna", Target("fickle.example", 110, Security.NONE))
    mailbox = Mailbox(account, FickleDialer(server))
    await line_of(mailbox).hold()
    await loaded(mailbox)
    mark(mailbox, 1, 2)
    server.naming = lambda place, _: "same" if place == 2 else "other"
    receipt = await commit(mailbox).run()
    assert (receipt.verified, receipt.count(GONE)) == (False, 0)
    await mailbox.close()
