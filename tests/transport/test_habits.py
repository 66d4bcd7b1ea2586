"""What is learnt of servers, and what is not held against them."""

import asyncio

import pytest

from app.pop3 import MessageNumber, Pop3Error, commands
from app.transport import ConnectionLost, Habit, Habits, TransportError
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer, close, expect, send, stall, steps

from .dialling import QUICK, dialer, sign_in_to, signing_in


def test_a_server_is_known_by_name_and_port_and_the_oldest_is_forgotten(monkeypatch):
    monkeypatch.setattr("app.transport.habits._MOST", 2)
    habits = Habits()
    first = habits.of("Pop.Example.net.", 995)
    first.one_at_a_time = True
    assert habits.of("pop.example.net", 995) is first
    assert not habits.of("pop.example.net", 110).one_at_a_time
    assert habits.of("pop.example.net", 995) is first
    habits.of("other.example", 995)
    assert habits.of("pop.example.net", 995) is first
    assert not habits.of("pop.example.net", 110).breaks


def test_a_line_that_breaks_once_is_not_held_against_a_server_that_could_do_it():
    habit = Habit(answered=1000)
    for _ in range(2):
        habit.broke()
        assert not habit.one_at_a_time
    habit.broke()
    assert habit.one_at_a_time
    new = Habit()
    new.broke()
    assert new.one_at_a_time


def test_patience_is_the_shortest_that_was_seen():
    habit = Habit()
    habit.hung_up(0.5)  # it was restarted
    assert habit.patience is None
    for idle in (58.0, 20.0, 31.0):
        habit.hung_up(idle)
    assert habit.patience == 20.0


@pytest.mark.parametrize(
    "last",
    [
        pytest.param((expect(rb"STAT"), expect(rb"NOOP"), close()), id="hangs up"),
        pytest.param((expect(rb"STAT", b"+OK 1 9\r\n"), stall()), id="loses what follows"),
        pytest.param((expect(rb"STAT", b"+OK 1 9\r\n+ERR\r\n"), stall()), id="makes no sense"),
    ],
)
async def test_a_break_inside_a_group_is_remembered_of_the_server(last):
    ours = dialer(QUICK)
    async with ScriptedServer(steps(*signing_in(b"PIPELINING"), *last)) as server:
        connection = await sign_in_to(ours, server)
        assert connection.pipelining
        stat = connection.execute(commands.stat())
        noop = connection.execute(commands.noop())
        _, broken = await asyncio.gather(stat, noop, return_exceptions=True)
        assert isinstance(broken, TransportError | Pop3Error)
        again = await sign_in_to(ours, server)
        assert again.capabilities.pipelining
        assert not again.pipelining
        again.abort()


async def test_a_break_of_a_single_command_or_by_ourselves_is_not():
    ours = dialer(QUICK)
    async with ScriptedServer(FakeMaildrop(plain(9))) as server:
        connection = await sign_in_to(ours, server)
        tops = [connection.request(commands.top(MessageNumber(n), 0), 100) for n in range(1, 10)]
        connection.abort()
        assert all(isinstance(top.future.exception(), ConnectionLost) for top in tops)
        habit = ours.habits.of(server.host, server.port)
        assert not habit.breaks
    script = steps(*signing_in(b"PIPELINING"), expect(rb"STAT"), close())
    async with ScriptedServer(script) as server:
        connection = await sign_in_to(ours, server)
        with pytest.raises(ConnectionLost):
            await connection.execute(commands.stat())
        assert not ours.habits.of(server.host, server.port).breaks


@pytest.mark.parametrize("goodbye", [b"", b"-ERR autologout\r\n"])
async def test_how_long_a_server_waits_before_it_hangs_up(monkeypatch, goodbye):
    monkeypatch.setattr("app.transport.habits._SHORTEST", 0.1)
    ours = dialer()
    script = steps(*signing_in(), lambda _: asyncio.sleep(0.2), send(goodbye), close())
    async with ScriptedServer(script) as server:
        connection = await sign_in_to(ours, server)
        await connection.closed.wait()
        patience = ours.habits.of(server.host, server.port).patience
        assert patience is not None
        assert 0.1 <= patience < 10


async def test_a_connection_tells_how_long_it_has_been_idle():
    async with ScriptedServer(FakeMaildrop(plain(1))) as server:
        connection = await sign_in_to(dialer(), server)
        before = connection.idle
        assert before is not None
        noop = asyncio.create_task(connection.execute(commands.noop()))
        await asyncio.sleep(0)
        assert connection.idle is None
        await noop
        assert connection.idle is not None
        connection.abort()
