import asyncio
import time

import pytest

from app.mailbox import Credentials, Line, LoginDelayed, LoginRejected, MailboxInUse
from app.mailbox.lease import Lease
from app.pop3 import MessageNumber, commands
from app.transport import ConnectFailed, Connection, Dialer, Security, Target, Timeouts
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer

from .opening import LOOPBACK

ANNA = Credentials("anna", "secret")


class Nobody:
    """A tenant that moves nothing."""

    async def moved_in(self, connection: Connection, line: Line) -> None:
        pass

    async def moving_out(self, *, hurried: bool) -> None:
        pass


def lease_at(server: ScriptedServer) -> Lease:
    return Lease(
        Dialer(LOOPBACK, timeouts=Timeouts(1, 1, 1)),
        Target(server.host, server.port, Security.NONE),
        Nobody(),
    )


def held(lease: Lease) -> tuple[Connection | None, float | None]:
    return lease.connection, lease.held_seconds


async def test_take_hold_give_back():
    drop = FakeMaildrop(plain(2))
    async with ScriptedServer(drop) as server:
        lease = lease_at(server)
        assert held(lease) == (None, None)
        connection = await lease.take(ANNA)
        assert lease.connection is connection
        assert lease.held_seconds is not None
        assert connection.login_seconds > 0
        received = lease.received
        assert received > 0
        assert await lease.give_back() is True
        assert drop.commands[-1] == "QUIT"
        assert held(lease) == (None, None)
        assert lease.received > received  # the goodbye, and nothing is forgotten
        assert await lease.give_back() is True  # nothing to give
        assert len(drop.messages) == 2


@pytest.mark.parametrize("field", ["greeting", "refuse_login"])
async def test_what_is_left_of_a_login_delay_counts_from_the_last_sign_in(field):
    fake = FakeMaildrop(quirks=Quirks(announce=("LOGIN-DELAY 300 USER",)))
    async with ScriptedServer(fake) as server:
        lease, stranger = lease_at(server), lease_at(server)
        await lease.take(ANNA)
        lease._since -= 100
        setattr(fake.quirks, field, b"-ERR [LOGIN-DELAY] too soon")
        left = []
        for one in (lease, stranger):
            with pytest.raises(LoginDelayed) as caught:
                await one.take(ANNA)
            left.append(caught.value.retry_after)
    assert left[0] in {200, 201}
    assert left[1] == (300 if field == "refuse_login" else None)


async def test_a_lock_of_our_own_that_lingers_is_waited_for():
    drop = FakeMaildrop(quirks=Quirks(in_use_logins=0))
    async with ScriptedServer(drop) as server:
        lease = lease_at(server)
        await lease.take(ANNA)
        await lease.give_back()
        drop.quirks.in_use_logins = 2
        began = time.monotonic()
        async with asyncio.timeout(10):
            await lease.take(ANNA)
        assert time.monotonic() - began > 0.6
        assert len(drop.sessions) == 4
        lease.drop()


async def test_a_lock_of_somebody_else_is_told_at_once(monkeypatch):
    monkeypatch.setattr("app.mailbox.lease._PAUSES", (60.0,))
    drop = FakeMaildrop(quirks=Quirks(in_use_logins=1))
    async with ScriptedServer(drop) as server:
        async with asyncio.timeout(10):
            with pytest.raises(MailboxInUse, match="IN-USE"):
                await lease_at(server).take(ANNA)
        assert len(drop.sessions) == 1


async def test_a_greeting_that_says_in_use():
    drop = FakeMaildrop(quirks=Quirks(greeting=b"-ERR [IN-USE] somebody reads your mail"))
    async with ScriptedServer(drop) as server:
        with pytest.raises(MailboxInUse, match="somebody reads"):
            await lease_at(server).take(ANNA)
        drop.quirks.greeting = b"-ERR [SYS/TEMP] later"
        with pytest.raises(ConnectFailed):
            await lease_at(server).take(ANNA)


async def test_a_failed_login_leaves_nothing_open():
    drop = FakeMaildrop()
    async with ScriptedServer(drop) as server:
        lease = lease_at(server)
        with pytest.raises(LoginRejected):
            await lease.take(Credentials("anna", "wrong"))
        assert held(lease) == (None, None)
        await asyncio.sleep(0.05)
        assert drop._holders == 0


async def test_taking_twice_keeps_one():
    drop = FakeMaildrop(quirks=Quirks(exclusive=True))
    async with ScriptedServer(drop) as server:
        lease = lease_at(server)
        first = await lease.take(ANNA)
        second = await lease.take(ANNA)
        assert not first.alive
        assert second.alive
        lease.drop()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("expire", "retrieved", "quits"),
    [("EXPIRE 0", True, False), ("EXPIRE 0", False, True), ("EXPIRE 30", True, True)],
)
async def test_no_quit_where_it_would_delete_what_was_read(expire, retrieved, quits):
    drop = FakeMaildrop(plain(1), quirks=Quirks(announce=(expire,)))
    async with ScriptedServer(drop) as server:
        lease = lease_at(server)
        connection = await lease.take(ANNA)
        if retrieved:
            lease.deletions.read[MessageNumber(1)] = 10
            await connection.fetch(commands.retr(MessageNumber(1)), 100)
        assert lease.deletions.expiring is not quits
        assert await lease.give_back() is quits
        await asyncio.sleep(0.05)
        assert drop.count("QUIT") == quits
        # The next connection begins anew, and waits for our own lock if it must.
        drop.quirks.in_use_logins = 1
        await lease.take(ANNA)
        assert not lease.deletions.expiring
        lease.drop()
        await asyncio.sleep(0.02)


async def test_a_connection_that_died_is_not_held():
    drop = FakeMaildrop(quirks=Quirks(close_at="NOOP"))
    async with ScriptedServer(drop) as server:
        lease = lease_at(server)
        connection = await lease.take(ANNA)
        with pytest.raises(Exception, match="NOOP"):
            await connection.execute(commands.noop())
        assert held(lease) == (None, None)
        assert await lease.give_back() is True
