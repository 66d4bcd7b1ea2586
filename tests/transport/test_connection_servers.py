"""Servers that stall, close, or say what nobody asked for."""

import asyncio
import time
import tracemalloc

import pytest

from app.pop3 import (
    Fault,
    Limits,
    MessageNumber,
    RemoteProtocolError,
    State,
    commands,
)
from app.transport import ConnectionLost, Stalled, Timeouts
from tests.support.maildrop import FakeMaildrop, Quirks, huge, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer, endless, expect, steps

from .dialling import QUICK, playing, signed_in, signing_in

ONE = MessageNumber(1)
MIB = 1024 * 1024


def number(n: int) -> MessageNumber:
    return MessageNumber(n)


# Servers that stall


VERBS = ["STAT", "LIST", "UIDL", "TOP", "RETR", "NOOP", "DELE", "QUIT"]
ASKS = {
    "STAT": commands.stat(),
    "LIST": commands.list_all(),
    "UIDL": commands.uidl_all(),
    "NOOP": commands.noop(),
    "DELE": commands.dele(ONE),
    "QUIT": commands.quit_(),
}
SHORT = Timeouts(connect=0.3, stall=0.1, reader=0.3)


async def ask(connection, verb):
    """One command of that verb; a RETR is read to its end."""
    if verb == "TOP":
        return await connection.fetch(commands.top(ONE, 5), 100)
    if verb == "RETR":
        async with connection.stream(commands.retr(ONE), 200) as body:
            return [block async for block in body]
    return await connection.execute(ASKS[verb])


@pytest.mark.parametrize("stage", [*VERBS, "LIST body", "UIDL body", "TOP body", "RETR body"])
async def test_a_stall_ends_the_connection(stage):
    verb = stage.split()[0]
    drop = FakeMaildrop(plain(3), quirks=Quirks(stall_at=stage))
    async with playing(drop, SHORT) as connection:
        began = time.monotonic()
        with pytest.raises(Stalled) as caught:
            await ask(connection, verb)
        assert caught.value.command.startswith(verb)
        assert 0.1 <= caught.value.seconds <= time.monotonic() - began < 10
        assert not connection.alive
        with pytest.raises(Stalled):  # whoever comes later is told the same
            await connection.execute(commands.noop())


@pytest.mark.parametrize("stage", ["CAPA", "USER", "PASS"])
async def test_a_stall_while_signing_in(stage):
    drop = FakeMaildrop(quirks=Quirks(stall_at=stage))
    async with ScriptedServer(drop) as server:
        with pytest.raises(Stalled) as caught:
            async with signed_in(server, SHORT):
                pytest.fail("nobody signed in")
        assert caught.value.command.startswith(stage)
        assert "secret" not in repr(caught.value)


async def test_what_a_large_maildrop_makes_slow_gets_more_time():
    async def slow(peer):
        await peer.expect(rb"STAT")
        await asyncio.sleep(0.25)  # more than one stall timeout, less than four
        await peer.send(b"+OK 1 2\r\n")
        await peer.expect(rb"NOOP")
        await asyncio.sleep(0.25)
        await peer.send(b"+OK\r\n")

    script = steps(*signing_in(), slow)
    async with playing(script, SHORT) as connection:
        assert (await connection.execute(commands.stat())).octets == 2
        with pytest.raises(Stalled):
            await connection.execute(commands.noop())


async def test_an_idle_connection_does_not_stall():
    async with playing(FakeMaildrop(plain(1)), SHORT) as idle:
        await asyncio.sleep(0.5)
        assert (await idle.execute(commands.stat())).messages == 1


async def test_a_reader_that_never_reads_ends_the_connection():
    async with (
        ScriptedServer(FakeMaildrop([huge(16 * MIB)])) as server,
        signed_in(server, SHORT) as connection,
        connection.stream(commands.retr(ONE), 16 * MIB) as body,
    ):
        await asyncio.wait_for(connection.closed.wait(), 2)
        with pytest.raises(Stalled):
            async for _ in body:
                pass


async def test_a_slow_reader_of_ours_is_no_habit_of_the_server():
    async with (
        ScriptedServer(FakeMaildrop([huge(16 * MIB)])) as server,
        signed_in(server, SHORT) as connection,
        connection.stream(commands.retr(ONE), 1000),  # small, as LIST tells: more may follow
    ):
        assert connection.pipelining
        with pytest.raises(Stalled):
            await connection.execute(commands.noop())  # a group of two
        assert connection.habit.breaks == 0
        assert not connection.habit.one_at_a_time


async def test_a_line_that_goes_dead():
    async with (
        ScriptedServer(FakeMaildrop(plain(3))) as server,
        Link(server.host, server.port) as link,
        signed_in(link, QUICK) as connection,
    ):
        link.pause()
        with pytest.raises(Stalled):
            await connection.execute(commands.noop())
        link.resume()


# Servers that close


@pytest.mark.parametrize("how", ["close_at", "reset_at"])
@pytest.mark.parametrize("stage", [*VERBS, "LIST body", "UIDL body", "TOP body", "RETR body"])
async def test_a_close_is_told_to_everybody_who_waits(stage, how):
    verb = stage.split()[0]
    quirks = Quirks()
    setattr(quirks, how, stage)
    async with (
        ScriptedServer(FakeMaildrop(plain(3), quirks=quirks)) as server,
        signed_in(server, QUICK) as connection,
    ):
        waiting = [asyncio.create_task(ask(connection, verb)) for _ in range(2)]
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(result) for result in results] == [ConnectionLost] * 2
        assert not connection.alive
        with pytest.raises(ConnectionLost):
            await connection.execute(commands.noop())


async def test_what_was_never_sent_is_told_apart():
    drop = FakeMaildrop(quirks=Quirks(pipelining=False, close_at="STAT"))
    async with playing(drop) as connection:
        stat = asyncio.create_task(connection.execute(commands.stat()))
        noop = asyncio.create_task(connection.execute(commands.noop()))
        with pytest.raises(ConnectionLost) as first:
            await stat
        with pytest.raises(ConnectionLost) as second:
            await noop
        assert (first.value.command, first.value.sent) == ("STAT", True)
        assert (second.value.command, second.value.sent) == ("NOOP", False)


async def test_quit_says_goodbye_and_closes(monkeypatch):
    monkeypatch.setattr("app.transport.connection._GOODBYE", 60)
    async with playing(FakeMaildrop()) as connection:
        async with asyncio.timeout(10):  # the server closed by itself
            assert await connection.quit() == "bye"
        assert not connection.alive


# Servers that say what nobody asked for


async def test_a_goodbye_to_an_idle_connection_answers_nobody():
    async def grumble(peer):
        await peer.expect(rb"NOOP", b"+OK\r\n")
        await asyncio.sleep(0.05)
        await peer.send(b"-ERR idle for too long\r\n")
        peer.close()

    async with (
        ScriptedServer(steps(*signing_in(), grumble)) as server,
        signed_in(server) as connection,
    ):
        await connection.execute(commands.noop())
        await asyncio.wait_for(connection.closed.wait(), 2)
        with pytest.raises(RemoteProtocolError) as caught:
            await connection.execute(commands.stat())
        assert caught.value.fault is Fault.UNSOLICITED
        assert caught.value.received == b"-ERR idle for too long"


async def test_two_answers_to_one_command_are_fatal():
    quirks = Quirks(replies={"NOOP": b"+OK\r\n+OK 5 5\r\n"})
    async with (
        ScriptedServer(FakeMaildrop(plain(1), quirks=quirks)) as server,
        signed_in(server) as connection,
    ):
        await connection.execute(commands.noop())
        with pytest.raises(RemoteProtocolError):
            await connection.execute(commands.stat())


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (b"* OK hello\r\n", Fault.BAD_STATUS),
        (b"+ERR no\r\n", Fault.BAD_STATUS),
        (b"+OK many few\r\n", Fault.BAD_ENTRY),
        (b"\r\n", Fault.BAD_STATUS),
    ],
)
async def test_nonsense_is_fatal(reply, fault):
    quirks = Quirks(replies={"STAT": reply})
    async with (
        ScriptedServer(FakeMaildrop(quirks=quirks)) as server,
        signed_in(server) as connection,
    ):
        with pytest.raises(RemoteProtocolError) as caught:
            await connection.execute(commands.stat())
        assert caught.value.fault is fault
        assert connection.state is State.BROKEN


@pytest.mark.parametrize(
    ("verb", "head", "fault"),
    [
        ("STAT", b"+OK ", Fault.LINE_TOO_LONG),
        ("LIST", b"+OK\r\n", Fault.LINE_TOO_LONG),
        ("TOP", b"+OK ", Fault.LINE_TOO_LONG),
        ("TOP", b"+OK\r\n", Fault.BODY_TOO_LONG),
        ("TOP", b"+OK\r\n\r\n", Fault.BODY_TOO_LONG),
    ],
)
async def test_an_answer_without_end_is_cut_off(verb, head, fault):
    async def flood(peer):
        while not (await peer.line()).startswith(verb.encode()):
            pass
        await peer.send(head)
        await peer.endless(b"x" * 65536)

    async with (
        ScriptedServer(steps(*signing_in(), flood)) as server,
        signed_in(server) as connection,
    ):
        tracemalloc.start()
        try:
            async with asyncio.timeout(20):
                with pytest.raises(RemoteProtocolError) as caught:
                    await ask(connection, verb)
            assert tracemalloc.get_traced_memory()[1] < 8 * MIB
        finally:
            tracemalloc.stop()
        assert caught.value.fault is fault
        assert not connection.alive


async def test_a_listing_without_end_is_cut_off():
    rows = (expect(rb"LIST", b"+OK\r\n"), endless(b"1 1\r\n" * 1000))
    async with (
        ScriptedServer(steps(*signing_in(), *rows)) as server,
        signed_in(server, limits=Limits(listing_octets=20_000)) as connection,
    ):
        with pytest.raises(RemoteProtocolError) as caught:
            await connection.execute(commands.list_all())
        assert caught.value.fault is Fault.TOO_MANY_ENTRIES
