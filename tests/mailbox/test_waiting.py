"""A sign-in that takes long: it tells so, and can be given up."""

import asyncio
import time

import pytest

from app.mailbox import Line, SignInGivenUp
from app.mailbox.waiting import Waiting
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer

from .test_lease import ANNA, lease_at


async def said(drop: FakeMaildrop, verb: str) -> None:
    """Until the server was told so."""
    for _ in range(1000):
        if drop.count(verb):
            return
        await asyncio.sleep(0.01)


async def test_a_wait_for_another_program_ends_when_it_is_given_up():
    drop = FakeMaildrop(plain(1), quirks=Quirks(stall_at="PASS"))
    async with ScriptedServer(drop) as server:
        lease = lease_at(server)
        told: list[float | None] = []
        lease.waiting.changed = lambda: told.append(lease.waiting.seconds)
        line = Line(lease, lambda: ANNA)
        first, second = (asyncio.create_task(line.hold()) for _ in range(2))
        assert lease.waiting.seconds is None  # nothing is waited for yet
        await said(drop, "PASS")
        lease.waiting._since -= 12
        assert 12 <= (lease.waiting.seconds or 0) < 14
        began = time.monotonic()
        lease.waiting.give_up()
        for click in (first, second):  # the one that waited for its turn as well
            with pytest.raises(SignInGivenUp):
                await click
        assert time.monotonic() - began < 0.9
        assert len(drop.sessions) == 1
        assert (lease.connection, lease.waiting.seconds) == (None, None)
        assert told == [None]  # that it is over
        drop.quirks.stall_at = None
        assert await line.hold() is lease.connection  # the next click asks anew
        lease.drop()


async def test_it_tells_when_a_wait_is_worth_telling():
    drop = FakeMaildrop(quirks=Quirks(stall_at="PASS"))
    async with ScriptedServer(drop) as server:
        lease = lease_at(server)
        rung = asyncio.Event()
        lease.waiting.changed = rung.set
        click = asyncio.create_task(lease.take(ANNA))
        async with asyncio.timeout(10):
            await rung.wait()
        assert lease.waiting.seconds is not None
        lease.waiting.give_up()
        with pytest.raises(SignInGivenUp):
            await click


async def test_nothing_is_given_up_where_nothing_is_waited_for():
    async with ScriptedServer(FakeMaildrop(plain(1))) as server:
        lease = lease_at(server)
        lease.waiting.give_up()
        line = Line(lease, lambda: ANNA)
        connection = await line.hold()
        lease.waiting.give_up()  # the lock is held: there is nothing to wait for
        assert await line.hold() is connection
        assert lease.waiting.given_up == 0
        lease.drop()


async def test_another_timeout_stays_what_it_is():
    waiting = Waiting()
    with pytest.raises(TimeoutError):
        async with waiting.under_way():
            raise TimeoutError
    assert waiting.seconds is None
