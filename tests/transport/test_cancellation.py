"""Waiters that go away: the next command still gets its own answer, and no other."""

import asyncio
import random

import pytest

from app.pop3 import MessageNumber, commands
from app.transport import ConnectionLost
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, huge, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer, steps

from .dialling import playing, signed_in, signing_in

ONE, TWO = MessageNumber(1), MessageNumber(2)
MIB = 1024 * 1024


async def cancelled(task: "asyncio.Task[object]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_stat_behind_a_cancelled_retr_is_right():
    """With a lock around a stream reader, STAT would read mail text as its answer."""
    trap = FakeMessage(b"Subject: trap\r\n\r\n" + b"+OK 999 999\r\n" * 100_000)
    drop = FakeMaildrop([trap, *plain(2)])
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rtt=0.02, rate=2_000_000) as link,
        signed_in(link) as connection,
    ):
        retr = asyncio.create_task(connection.fetch(commands.retr(ONE), 100))
        await asyncio.sleep(0.15)
        assert link.octets_down > 100_000
        assert not retr.done()
        await cancelled(retr)
        stat = await connection.execute(commands.stat())
        assert (stat.messages, stat.octets) == (3, trap.octets + 400)
        assert drop.count("RETR") == 1
        assert len(drop.sessions) == 1


async def test_whoever_was_not_sent_yet_is_never_sent():
    drop = FakeMaildrop(plain(3), quirks=Quirks(pipelining=False))
    async with playing(drop) as connection:
        first = asyncio.create_task(connection.execute(commands.stat()))
        second = asyncio.create_task(connection.execute(commands.dele(ONE)))
        third = asyncio.create_task(connection.fetch(commands.top(TWO, 0), 500))
        await asyncio.sleep(0)
        await cancelled(second)
        assert (await first).messages == 3
        assert b"message 2" in (await third).data
        assert drop.count("DELE") == 0


async def test_cancelled_at_any_moment_the_rest_is_right():
    chance = random.Random(1)
    drop = FakeMaildrop(plain(60, octets=3000))
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rtt=0.005) as link,
        signed_in(link) as connection,
    ):
        for _ in range(8):
            tasks = {
                n: asyncio.create_task(
                    connection.fetch(
                        commands.top(MessageNumber(n), n % 3), 500, background=n % 2 == 0
                    )
                )
                for n in range(1, 61)
            }
            victims = set(chance.sample(sorted(tasks), 40))
            for n in victims:
                tasks[n].cancel()
                if chance.random() < 0.3:
                    await asyncio.sleep(0.002)
            results = await asyncio.gather(*tasks.values(), return_exceptions=True)
            for n, result in zip(tasks, results, strict=True):
                if isinstance(result, BaseException):
                    assert isinstance(result, asyncio.CancelledError)
                    assert n in victims
                else:
                    assert b"message %d\r\n" % n in result.data
            assert (await connection.execute(commands.stat())).messages == 60


async def abandon(connection, expected: int, *, after: int) -> None:
    async with connection.stream(commands.retr(ONE), expected) as body:
        async for _ in body:
            if body.octets >= after:
                break


async def test_the_short_rest_of_an_abandoned_body_is_drained():
    drop = FakeMaildrop([huge(2 * MIB), *plain(1)])
    async with playing(drop) as connection:
        await abandon(connection, 2 * MIB, after=MIB)
        assert connection.alive
        assert (await connection.execute(commands.stat())).messages == 2
        assert len(drop.sessions) == 1


async def test_the_long_rest_of_an_abandoned_body_is_not_worth_it():
    drop = FakeMaildrop([huge(64 * MIB), *plain(1)])
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=8_000_000) as link,
        signed_in(link) as connection,
    ):
        await abandon(connection, 64 * MIB, after=MIB)
        assert not connection.alive
        with pytest.raises(ConnectionLost):
            await connection.execute(commands.stat())
        assert link.octets_down < 12 * MIB


async def test_a_body_abandoned_while_the_server_is_held_back():
    drop = FakeMaildrop([huge(3 * MIB), *plain(1)])
    async with playing(drop) as connection:
        async with connection.stream(commands.retr(ONE), 3 * MIB):
            await asyncio.sleep(0.2)  # reading is paused by now
            assert connection._wire.paused
        async with asyncio.timeout(5):
            assert (await connection.execute(commands.stat())).messages == 2


async def test_a_body_abandoned_when_it_had_come_in_whole_but_was_not_read():
    octets = 256 * 1024 + 500  # the read that passes the high-water mark brings the end, too

    async def script(peer):
        await peer.expect(rb"RETR 1", b"+OK\r\n" + b"x" * (octets - 2) + b"\r\n.\r\n")
        await peer.expect(rb"STAT", b"+OK 2 20\r\n")

    async with (
        ScriptedServer(steps(*signing_in(b"PIPELINING"), script)) as server,
        signed_in(server) as connection,
        connection.stream(commands.retr(ONE), octets) as body,
    ):
        await asyncio.sleep(0.2)
        assert body.waiting == octets
        async with asyncio.timeout(5):
            assert (await connection.execute(commands.stat())).messages == 2


async def test_a_body_that_goes_on_far_beyond_what_list_said_is_not_drained():
    liar = huge(256 * MIB)
    liar.listed = 1000
    async with (
        ScriptedServer(FakeMaildrop([liar])) as server,
        Link(server.host, server.port) as link,
        signed_in(link) as connection,
    ):
        await abandon(connection, 1000, after=1000)
        await asyncio.wait_for(connection.closed.wait(), 20)
        assert link.octets_down < 32 * MIB


async def test_a_stream_cancelled_before_its_first_octet():
    async def script(peer):
        await peer.expect(rb"RETR 1")
        await peer.expect(rb"STAT", b"+OK\r\nSubject: a\r\n\r\n.\r\n+OK 7 70\r\n")

    async with (
        ScriptedServer(steps(*signing_in(b"PIPELINING"), script)) as server,
        signed_in(server) as connection,
    ):

        async def read():
            async with connection.stream(commands.retr(ONE), 20):
                pytest.fail("nothing came")

        reading = asyncio.create_task(read())
        await asyncio.sleep(0.05)
        await cancelled(reading)
        assert (await connection.execute(commands.stat())).messages == 7


async def test_a_stream_cancelled_before_it_was_sent():
    drop = FakeMaildrop(plain(2), quirks=Quirks(pipelining=False))
    async with playing(drop) as connection:

        async def read():
            async with connection.stream(commands.retr(ONE), 200):
                pass

        stat = asyncio.create_task(connection.execute(commands.stat()))
        reading = asyncio.create_task(read())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        reading.cancel()
        assert (await stat).messages == 2
        await connection.execute(commands.noop())
        assert drop.count("RETR") == 0
        assert connection.alive


async def test_an_aborted_connection_tells_everybody_and_nothing_is_left():
    async with (
        ScriptedServer(FakeMaildrop([huge(64 * MIB)])) as server,
        signed_in(server) as connection,
        connection.stream(commands.retr(ONE), 64 * MIB) as body,
    ):
        waiting = asyncio.create_task(connection.execute(commands.stat()))
        await asyncio.sleep(0.05)
        connection.abort()
        with pytest.raises(ConnectionLost):
            await waiting
        with pytest.raises(ConnectionLost):
            async for _ in body:
                pass
