"""What follows a lone dot answers nothing, and no message is ever taken for another."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pop3 import (
    BodyEnd,
    CommandRejected,
    MessageNumber,
    Pop3Error,
    RemoteProtocolError,
    commands,
)
from app.transport import Body, Connection, ConnectionLost, TransportError
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.scripted import ScriptedServer, expect, send, stall, steps

from .dialling import QUICK, dialer, playing, sign_in_to, signing_in

HEAD = b"Subject: a\r\n"
FAKES = (
    b"",
    b"after\r\n",
    b"+OK\r\n",
    b"+OK 1 100\r\n",
    b"+OK 2 29\r\n.\r\n",
    b"-ERR no\r\n",
    b"+OK\r\nSubject: fake\r\n\r\n",
    b"+OK\r\nSubject: fake\r\n\r\n.\r\n+OK\r\nSubject: another\r\n\r\n",
    b"+OK\r\n-ERR\r\n+OK\r\n-ERR\r\n",
)


async def listed(connection: Connection) -> None:
    await connection.execute(commands.list_all())


ALONE = (expect(rb"LIST", b"+OK\r\n2 28\r\n7 100\r\n.\r\n"), expect(rb"TOP 7 9"))


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("fake", FAKES)
async def test_what_follows_a_lone_dot_answers_nothing(fake, late):
    ours = dialer(QUICK)
    first, rest = b"+OK\r\n" + HEAD + b"\r\nbefore\r\n.\r\n", fake + b".\r\n"
    said = (send(first), expect(rb"LIST \d"), send(rest)) if late else (send(first + rest),)
    async with ScriptedServer(steps(*signing_in(), *ALONE, *said, stall())) as server:
        connection = await sign_in_to(ours, server)
        await listed(connection)
        got = await connection.fetch(commands.top(MessageNumber(7), 9), 1000)
        assert (got.data, got.cut) == (HEAD + b"\r\nbefore\r\n", True)
        habit = ours.habits.of(server.host, server.port)
        assert (habit.unstuffed, habit.one_at_a_time, habit.breaks) == (True, True, 0)
        assert not connection.alive
        with pytest.raises((TransportError, Pop3Error)):
            await connection.execute(commands.dele(MessageNumber(1)))


async def test_a_short_answer_that_is_proven_costs_one_command():
    last = (
        expect(rb"TOP 2 9", b"+OK\r\n" + HEAD + b"\r\nall\r\n.\r\n"),
        expect(rb"LIST 2", b"+OK 2 28\r\n"),
        expect(rb"NOOP", b"+OK\r\n"),
    )
    one = expect(rb"LIST", b"+OK\r\n2 28\r\n.\r\n")
    async with playing(steps(*signing_in(), one, *last)) as connection:
        await listed(connection)
        got = await connection.fetch(commands.top(MessageNumber(2), 9), 1000)
        assert (got.data, got.cut) == (HEAD + b"\r\nall\r\n", False)
        await connection.execute(commands.noop())
        assert not connection.habit.unstuffed


@pytest.mark.parametrize(("told", "proves"), [(b"2 19", True), (b"2 28", True), (b"2 20", False)])
async def test_a_server_may_count_a_message_only_when_it_was_read(told, proves):
    last = (
        expect(rb"RETR 2", b"+OK\r\n" + HEAD + b"\r\nall\r\n.\r\n"),
        expect(rb"LIST 2", b"+OK " + told + b"\r\n"),
    )
    one = expect(rb"LIST", b"+OK\r\n2 28\r\n.\r\n")
    async with playing(steps(*signing_in(), one, *last, stall())) as connection:
        await listed(connection)
        got = await connection.fetch(commands.retr(MessageNumber(2)), 1000)
        assert (got.octets, got.cut) == (19, not proves)


async def test_what_was_deleted_on_the_connection_proves_nothing():
    last = (
        expect(rb"DELE 2", b"+OK\r\n"),
        expect(rb"TOP 7 9", b"+OK\r\n" + HEAD + b"\r\nall\r\n.\r\n"),
        expect(rb"LIST 7", b"+OK 7 100\r\n"),
    )
    for _ in range(5):  # it is drawn by lot otherwise
        async with playing(steps(*signing_in(), ALONE[0], *last)) as connection:
            await listed(connection)
            await connection.execute(commands.dele(MessageNumber(2)))
            assert not (await connection.fetch(commands.top(MessageNumber(7), 9), 1000)).cut


async def test_what_comes_behind_a_refusal_is_no_rest_of_a_message():
    last = (send(b"-ERR no\r\n-ERR autologout\r\n"), stall())
    async with playing(steps(*signing_in(), *ALONE, *last)) as connection:
        await listed(connection)
        with pytest.raises(CommandRejected):
            await connection.fetch(commands.top(MessageNumber(7), 9), 1000)
        assert not connection.habit.unstuffed


async def test_a_line_that_is_lost_instead_is_not_held_against_the_server():
    said = (send(b"+OK\r\n" + HEAD + b"\r\nbefore\r\n.\r\n"), expect(rb"LIST \d"))
    async with playing(steps(*signing_in(), *ALONE, *said)) as connection:
        await listed(connection)
        with pytest.raises(ConnectionLost):
            await connection.fetch(commands.top(MessageNumber(7), 9), 1000)
        assert not connection.habit.unstuffed


async def test_a_whole_message_that_ends_at_a_dot_of_its_own_is_an_error():
    text = HEAD + b"\r\nbefore\r\n.\r\n+OK\r\nafter\r\n"
    drop = FakeMaildrop([FakeMessage(text), *plain(1)], quirks=Quirks(bare=frozenset({"RETR"})))
    async with ScriptedServer(drop) as server:
        connection = await sign_in_to(dialer(QUICK), server)
        await listed(connection)
        came = b""
        async with connection.stream(commands.retr(MessageNumber(1)), len(text)) as body:
            with pytest.raises(RemoteProtocolError, match="LONE_DOT"):  # noqa: PT012 -- and before it
                async for block in body:
                    came += block
        assert isinstance(body, Body)
        assert came == HEAD + b"\r\nbefore\r\n"
        connection.abort()


lines = st.sampled_from(
    [
        b".",
        b".",
        b"+OK",
        b"-ERR no",
        b"",
        b"Subject: fake",
        b"+OK 1 50",
        b"+OK 2 60",
        b"text",
        b"..",
    ]
)
contents = st.lists(lines, max_size=12).map(lambda some: b"".join(one + b"\r\n" for one in some))


@given(st.lists(st.tuples(contents, contents), min_size=1, max_size=5), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_no_answer_ever_has_a_word_of_another_message(some, asked):
    """Whoever writes messages writes what follows their dots; headers with dots among them."""
    made = [
        FakeMessage(b"X-Number: %d\r\n" % n + head.replace(b"\r\n\r\n", b"\r\n") + b"\r\n" + body)
        for n, (head, body) in enumerate(some, 1)
    ]
    asyncio.run(_read_all(made, asked))


async def _read_all(made: list[FakeMessage], asked: int) -> None:
    drop = FakeMaildrop(made, quirks=Quirks(bare=frozenset({"TOP"})))
    ours = dialer()
    async with ScriptedServer(drop) as server:
        connection = await sign_in_to(ours, server)
        await listed(connection)
        numbers = [MessageNumber(n) for n in range(1, len(made) + 1)]
        pending = [connection.request(commands.top(n, asked), 10_000) for n in numbers]
        ends = await asyncio.gather(*(one.future for one in pending), return_exceptions=True)
        for one, end, octets in zip(pending, ends, _octets(made), strict=True):
            if isinstance(end, BodyEnd):
                assert octets.startswith(bytes(one.kept))
        connection.abort()
        await asyncio.sleep(0)


def _octets(made: list[FakeMessage]) -> Iterator[bytes]:
    """What a client can get of them: two dots look stuffed."""
    for one in made:
        yield b"".join(one.blocks()).replace(b"\n..", b"\n.")
