"""One connection: order, backpressure, stalls, broken servers. See also test_cancellation.py."""

import asyncio
import hashlib
import tracemalloc

import pytest

from app.pop3 import (
    CommandRejected,
    LocalProtocolError,
    Login,
    MessageNumber,
    Stat,
    commands,
)
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, digest, huge, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer, expect, send, stall, steps

from .dialling import greeted, playing, signed_in, signing_in

ONE = MessageNumber(1)
MIB = 1024 * 1024


def number(n: int) -> MessageNumber:
    return MessageNumber(n)


async def test_answers_come_in_the_order_of_the_commands():
    drop = FakeMaildrop(plain(40))
    async with playing(drop) as connection:
        tops = [connection.fetch(commands.top(number(n), 0), 1000) for n in range(1, 41)]
        stat = connection.execute(commands.stat())
        headers = await asyncio.gather(*tops)
        assert await stat == Stat(40, 8000)
        assert [b"message %d\r\n" % n in h.data for n, h in enumerate(headers, 1)] == [True] * 40
        assert all(header.whole for header in headers)


@pytest.mark.parametrize("pipelining", [True, False])
async def test_commands_are_sent_ahead_only_where_announced(pipelining):
    seen: list[int] = []

    async def count(peer):  # how many commands arrive before any answer
        lines = [await peer.line()]
        while True:
            try:
                async with asyncio.timeout(0.1):
                    lines.append(await peer.line())
            except TimeoutError:
                break
        seen.append(len(lines))
        await peer.send(b"+OK\r\n" * len(lines))
        for _ in range(5 - len(lines)):
            await peer.line()
            await peer.send(b"+OK\r\n")

    script = steps(*signing_in(b"PIPELINING" if pipelining else b"UIDL"), count, stall())
    async with playing(script) as connection:
        await asyncio.gather(*(connection.execute(commands.noop()) for _ in range(5)))
        assert seen == [5 if pipelining else 1]


async def test_nothing_is_sent_behind_a_barrier():
    async def login(peer):
        for pattern in (rb"USER .*", rb"PASS .*", rb"QUIT"):
            await peer.expect(pattern)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await peer.line()
            await peer.send(b"+OK\r\n")
            if pattern == rb"PASS .*":
                await peer.expect(rb"NOOP", b"+OK\r\n")

    script = steps(send(b"+OK\r\n"), expect(rb"CAPA", b"+OK\r\nPIPELINING\r\n.\r\n"), login)
    async with ScriptedServer(script) as server, greeted(server) as connection:
        await connection.learn()
        user, password = commands.user("anna"), commands.password("secret")
        steps_ = [user, password, commands.noop(), commands.quit_()]
        assert await asyncio.gather(*map(connection.execute, steps_)) == [""] * 4


async def test_a_command_for_another_state_is_refused_at_once():
    async with ScriptedServer(FakeMaildrop()) as server, greeted(server) as connection:
        async with asyncio.timeout(1):
            with pytest.raises(LocalProtocolError):
                await connection.execute(commands.stat())
        assert (await connection.learn()).pipelining  # and nothing is broken


async def test_a_refusal_leaves_the_connection_alive():
    async with playing(FakeMaildrop(plain(1))) as connection:
        with pytest.raises(CommandRejected, match="no such message"):
            await connection.execute(commands.dele(number(7)))
        with pytest.raises(CommandRejected):
            async with connection.stream(commands.retr(number(7)), 100):
                pytest.fail("there is nothing to read")
        assert (await connection.execute(commands.stat())).messages == 1


# What a person asked for goes first


async def test_a_click_overtakes_what_was_not_sent_yet():
    drop = FakeMaildrop(plain(2000, octets=1000))
    async with playing(drop) as connection:
        tasks = [
            asyncio.create_task(connection.fetch(commands.top(number(n), 9), 1000, background=True))
            for n in range(1, 2001)
        ]
        await asyncio.sleep(0)
        await connection.execute(commands.stat())
        done = sum(task.done() for task in tasks)
        assert done < 1500
        await asyncio.gather(*tasks)
        assert "STAT" in drop.commands
        # In the background the order is kept.
        tops = [int(c.split()[1]) for c in drop.commands if c.startswith("TOP")]
        assert tops == list(range(1, 2001))


async def test_without_pipelining_a_click_waits_for_one_answer_only():
    drop = FakeMaildrop(plain(50), quirks=Quirks(pipelining=False))
    async with playing(drop) as connection:
        tasks = [
            asyncio.create_task(connection.fetch(commands.top(number(n), 0), 1000, background=True))
            for n in range(1, 51)
        ]
        await asyncio.sleep(0)
        await connection.execute(commands.stat())
        assert drop.commands.index("STAT") <= drop.commands.index("TOP 1 0") + 1
        await asyncio.gather(*tasks)


# Bodies


async def test_a_large_body_arrives_octet_for_octet():
    message = huge(8 * MIB)
    async with playing(FakeMaildrop([message])) as connection:
        made = hashlib.sha256()
        async with connection.stream(commands.retr(ONE), 8 * MIB) as body:
            async for block in body:
                made.update(block)
        assert made.hexdigest() == digest(message)
        assert body.octets == 8 * MIB
        assert body.end is not None
        assert body.end.octets == 8 * MIB


async def test_a_slow_reader_holds_the_server_back():
    async with (
        ScriptedServer(FakeMaildrop([huge(64 * MIB)])) as server,
        Link(server.host, server.port) as link,
        signed_in(link) as connection,
        connection.stream(commands.retr(ONE), 64 * MIB) as body,
    ):
        tracemalloc.start()
        try:
            blocks = aiter(body)
            for _ in range(20):
                await anext(blocks)
                await asyncio.sleep(0.02)
            assert body.waiting < 2 * MIB
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        # The link and the fake server live in this process too, with buffers of their own.
        assert peak < 16 * MIB
        assert link.octets_down < 24 * MIB


async def test_after_a_slow_reader_the_rest_arrives():
    message = huge(6 * MIB)
    async with playing(FakeMaildrop([message])) as connection:
        made = hashlib.sha256()
        async with connection.stream(commands.retr(ONE), 6 * MIB) as body:
            await asyncio.sleep(0.3)
            async for block in body:
                made.update(block)
        assert made.hexdigest() == digest(message)
        assert (await connection.execute(commands.stat())).messages == 1


async def test_a_body_that_has_come_in_whole_holds_nobody_up():
    """Its reader is slow, but the server has said all: the next answer need not wait."""
    drop = FakeMaildrop([huge(448 * 1024), *plain(1)])
    async with (
        playing(drop) as connection,
        connection.stream(commands.retr(ONE), 448 * 1024) as body,
    ):
        await asyncio.sleep(0.2)
        blocks = aiter(body)
        assert body.waiting > 256 * 1024
        while body.waiting >= 64 * 1024:  # down to the low water mark, which lets the rest come in
            await anext(blocks)
        async with asyncio.timeout(2):
            assert (await connection.execute(commands.stat())).messages == 2
        async for _ in blocks:
            pass
        assert body.octets == 448 * 1024
        assert (await connection.execute(commands.stat())).messages == 2


async def test_only_what_was_asked_for_is_kept():
    async with playing(FakeMaildrop([huge(MIB)])) as connection:
        fetched = await connection.fetch(commands.top(ONE, 5000), 1000)
        assert len(fetched.data) == 1000
        assert fetched.octets > 100_000
        assert not fetched.whole


async def test_two_streams_follow_each_other():
    messages = [huge(MIB, uidl="a"), huge(2 * MIB, uidl="b")]

    async def read(connection, n):
        made = hashlib.sha256()
        size = messages[n - 1].octets
        async with connection.stream(commands.retr(number(n)), size) as body:
            async for block in body:
                made.update(block)
                await asyncio.sleep(0)
        return made.hexdigest()

    async with playing(FakeMaildrop(messages)) as connection:
        made = await asyncio.gather(read(connection, 1), read(connection, 2))
        assert list(made) == [digest(message) for message in messages]


async def test_an_empty_body():
    drop = FakeMaildrop([FakeMessage(b"")])
    async with (
        playing(drop) as connection,
        connection.stream(commands.retr(ONE), 0) as body,
    ):
        assert b"".join([block async for block in body]) == b""
        assert body.end is not None
        assert (await connection.fetch(commands.retr(ONE), 10)).data == b""


# What is known of it


async def test_traffic_counts_and_hides():
    drop = FakeMaildrop(plain(2))
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port) as link,
        signed_in(link) as connection,
    ):
        await connection.execute(commands.stat())
        assert connection.traffic.received == link.octets_down
        assert connection.traffic.sent == link.octets_up
        assert dict(connection.traffic.verbs) == {"CAPA": 2, "USER": 1, "PASS": 1, "STAT": 1}
        assert "secret" not in repr(connection)


async def test_challenges_say_nothing_about_the_line():
    """Each waited for our answer: read as a slow line, they would throttle the headers."""
    script = steps(
        send(b"+OK ready\r\n"),
        expect(rb"AUTH LOGIN", b"+ VXNlcm5hbWU6\r\n"),
        expect(rb"YW5uYQ==", b"+ UGFzc3dvcmQ6\r\n"),
        expect(rb"c2VjcmV0", b"+OK\r\n"),
    )
    async with ScriptedServer(script) as server, greeted(server) as connection:
        await connection.execute(commands.auth(Login("anna", "secret")))
        assert connection.window.rate is None
