"""Servers that never fall silent and never come to an end: one octet, and then another one."""

import asyncio

import pytest

from app.pop3 import MessageNumber, commands
from app.transport import ConnectFailed, ConnectFault, Stalled, Timeouts
from tests.support.scripted import Peer, ScriptedServer, Step, drip, expect, send, steps

from .dialling import dialer, sign_in_to, signing_in, target

# A drip comes every 20 ms, so it is never silent for long enough; it is too slow for the rate.
SLOW = Timeouts(connect=1, stall=0.5, reader=60, rate=1000)
GREETING = send(b"+OK ready\r\n")
NO_CAPA = expect(rb"CAPA", b"-ERR\r\n")
USER = expect(rb"USER .*", b"+OK\r\n")


def after(pattern: bytes, start: bytes, block: bytes) -> Step:
    async def step(peer: Peer) -> None:
        await peer.expect(pattern, start)
        await drip(block)(peer)

    return step


async def test_a_greeting():
    async with ScriptedServer(drip(b"+OK and so on ")) as server:
        with pytest.raises(ConnectFailed) as failed:
            await dialer(SLOW).dial(target(server))
        assert failed.value.fault is ConnectFault.NO_GREETING


@pytest.mark.parametrize(
    "script",
    [
        pytest.param((after(rb"CAPA", b"+OK\r\n", b"X-MORE\r\n"),), id="CAPA"),
        pytest.param((NO_CAPA, after(rb"USER .*", b"+OK", b" and on")), id="USER"),
        pytest.param((NO_CAPA, USER, after(rb"PASS .*", b"+OK", b" and on")), id="PASS"),
    ],
)
async def test_a_sign_in(script):
    async with ScriptedServer(steps(GREETING, *script)) as server:
        with pytest.raises(Stalled) as stalled:
            async with asyncio.timeout(15):
                await sign_in_to(dialer(SLOW), server)
        assert stalled.value.seconds < 10


@pytest.mark.parametrize(
    ("command", "script"),
    [
        (commands.list_all(), after(rb"LIST", b"+OK\r\n", b"1 100\r\n")),
        (commands.uidl_all(), after(rb"UIDL", b"+OK\r\n", b"1 abc\r\n")),
        (commands.stat(), after(rb"STAT", b"+OK 1 1", b"0")),
        (commands.noop(), after(rb"NOOP", b"+OK ", b"x")),
    ],
)
async def test_an_answer(command, script):
    async with ScriptedServer(steps(*signing_in(), script)) as server:
        connection = await sign_in_to(dialer(SLOW), server)
        with pytest.raises(Stalled):
            async with asyncio.timeout(15):
                await connection.execute(command)
        assert not connection.alive


@pytest.mark.parametrize(
    ("command", "verb"),
    [
        (commands.retr(MessageNumber(1)), rb"RETR 1"),
        (commands.top(MessageNumber(1), 0), rb"TOP 1 0"),
    ],
)
async def test_a_message(command, verb):
    script = after(verb, b"+OK\r\n", b"one line and another\r\n")
    async with ScriptedServer(steps(*signing_in(), script)) as server:
        connection = await sign_in_to(dialer(SLOW), server)
        with pytest.raises(Stalled):
            async with asyncio.timeout(15):
                await connection.fetch(command, 100)
        assert not connection.alive


async def test_a_slow_line_is_no_drip():
    """300 octets, ten at a time, take longer than silence may last; at this rate that is right."""

    async def answer(peer: Peer) -> None:
        await peer.expect(rb"RETR 1", b"+OK\r\n")
        for _ in range(30):
            await asyncio.sleep(0.04)
            await peer.send(b"12345678\r\n")
        await peer.send(b".\r\n")

    slow = Timeouts(connect=1, stall=0.5, reader=60, rate=150)
    async with ScriptedServer(steps(*signing_in(), answer)) as server:
        connection = await sign_in_to(dialer(slow), server)
        fetched = await connection.fetch(commands.retr(MessageNumber(1)), 1000)
        assert len(fetched.data) == 300
        connection.abort()
