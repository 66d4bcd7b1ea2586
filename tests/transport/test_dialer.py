"""Every way in which a connection does not come about, against real sockets."""

import asyncio
import socket
import time
from dataclasses import replace

import pytest

from app.pop3 import Fault, RemoteProtocolError, State
from app.transport import (
    ConnectFault,
    Dialer,
    Security,
    Target,
    TargetForbidden,
    TargetPolicy,
    Timeouts,
)
from tests.support.process import free_port
from tests.support.scripted import (
    ScriptedServer,
    close,
    endless,
    expect,
    reset,
    send,
    stall,
    steps,
)

from .dialling import LOOPBACK, QUICK, connect_fault, dial_and_leave, dialer, target

TLS, STARTTLS, NONE = Security.TLS, Security.STARTTLS, Security.NONE
GREETING = send(b"+OK ready\r\n")


# Where to


async def test_an_unknown_host():
    for host in ("no-such-host.invalid", "a..b", "x" * 64 + ".example", "a\0b"):
        error = await connect_fault(dialer(QUICK), Target(host, 110, NONE))
        # Without a resolver a lookup may also find no answer in time.
        assert error.fault in {ConnectFault.UNKNOWN_HOST, ConnectFault.TIMEOUT}


async def test_a_closed_port():
    error = await connect_fault(dialer(QUICK), Target("127.0.0.1", free_port(), NONE))
    assert error.fault is ConnectFault.REFUSED
    error = await connect_fault(dialer(QUICK), Target("127.0.0.1", free_port(), TLS))
    assert error.fault is ConnectFault.REFUSED


async def test_a_host_that_drops_what_is_sent_to_it():
    """A listener whose queue is full answers no SYN: the kernel plays the silent firewall."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        began = time.monotonic()
        error = await connect_fault(dialer(QUICK), Target("127.0.0.1", port, NONE))
        assert error.fault is ConnectFault.TIMEOUT
        assert 0.4 < time.monotonic() - began < 10  # the kernel's own patience is minutes
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433"])
async def test_loopback_is_forbidden_by_default_however_it_is_written(host):
    async with ScriptedServer(steps(GREETING, stall())) as server:
        strict = Dialer(TargetPolicy(ports=((1, 65535),)), timeouts=Timeouts())
        with pytest.raises(TargetForbidden):
            await strict.dial(Target(host, server.port, NONE))
        assert server.connections == 0


async def test_a_forbidden_port_is_not_even_looked_up(monkeypatch):
    def lookup(*_args, **_options):
        pytest.fail("a lookup was made")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(TargetForbidden):
        await Dialer(TargetPolicy()).dial(Target("mail.example", 25, NONE))


async def test_a_name_is_looked_up_once_and_bad_addresses_are_passed_over(monkeypatch):
    looked_up = []

    def lookup(host, port, **_options):
        looked_up.append(host)
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, ("169.254.169.254", port)), (*stream, ("127.0.0.1", port))]

    async with ScriptedServer(steps(GREETING, stall())) as server:
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", lookup)
            to = Target("rebinding.example", server.port, NONE)
            assert (await dial_and_leave(dialer(QUICK), to))[0] is State.AUTHORIZATION
            with pytest.raises(TargetForbidden):
                await Dialer(TargetPolicy(ports=LOOPBACK.ports)).dial(to)
        assert looked_up == ["rebinding.example"] * 2


async def test_the_next_address_is_tried(monkeypatch):
    def lookup(_host, port, **_options):
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, ("127.0.0.9", port)), (*stream, ("127.0.0.1", port))]

    async with ScriptedServer(steps(GREETING, stall())) as server:  # on 127.0.0.1 alone
        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        assert await dial_and_leave(dialer(QUICK), replace(target(server), host="two.example"))


# The greeting


@pytest.mark.parametrize("script", [steps(stall()), steps(close()), steps(reset())])
async def test_no_greeting(script):
    async with ScriptedServer(script) as server:
        error = await connect_fault(dialer(QUICK), target(server))
        assert error.fault is ConnectFault.NO_GREETING


async def test_a_greeting_that_trickles_in_for_ever():
    async def trickle(peer):
        while True:
            await peer.send(b"+")
            await asyncio.sleep(0.05)

    async with ScriptedServer(trickle) as server:
        began = time.monotonic()
        error = await connect_fault(dialer(QUICK), target(server))
        assert error.fault is ConnectFault.NO_GREETING
        assert time.monotonic() - began < 10


async def test_a_refusing_greeting_keeps_its_words():
    line = b"-ERR [SYS/TEMP] too many connections from your address\r\n"
    async with ScriptedServer(steps(send(line), stall())) as server:
        error = await connect_fault(dialer(QUICK), target(server))
        assert error.fault is ConnectFault.TURNED_AWAY
        assert error.reply == line.decode().strip()
        assert error.code == "SYS/TEMP"


@pytest.mark.parametrize(
    "banner",
    [
        b"220 mx.example ESMTP Postfix\r\n",
        b"* OK IMAP4rev1 ready\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\r\n",
        b"\xff\xfb\x01\xff\xfb\x03\r\n",
    ],
)
async def test_what_is_no_pop3_server_is_said_to_be_none(banner):
    async with ScriptedServer(steps(send(banner), stall())) as server:
        with pytest.raises(RemoteProtocolError) as caught:
            await dial_and_leave(dialer(QUICK), target(server))
        assert caught.value.fault is Fault.NOT_POP3
        assert caught.value.received == banner.splitlines()[0]


async def test_an_endless_greeting_is_cut_off():
    async with ScriptedServer(steps(send(b"+OK "), endless(b"x" * 4096))) as server:
        with pytest.raises(RemoteProtocolError) as caught:
            await dial_and_leave(dialer(QUICK), target(server))
        assert caught.value.fault is Fault.LINE_TOO_LONG


# Going away


@pytest.mark.parametrize("security", [TLS, STARTTLS, NONE])
async def test_a_cancelled_dial_leaves_no_connection(security):
    stages = {TLS: steps(stall()), NONE: steps(stall())}
    stages[STARTTLS] = steps(GREETING, expect(rb"STLS", b"+OK\r\n"), stall())
    hung_up = asyncio.Event()

    async def watched(peer):
        try:
            await stages[security](peer)
        finally:
            hung_up.set()

    async with ScriptedServer(watched) as server:
        patient = dialer(Timeouts(connect=20))
        dialling = asyncio.create_task(patient.dial(target(server, security)))
        await asyncio.sleep(0.1)
        assert not dialling.done()
        dialling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dialling
        if security is not TLS:  # there the stream's script reads nothing of the handshake
            await asyncio.wait_for(hung_up.wait(), 2)
        await asyncio.sleep(0.02)


async def test_names_are_looked_up_as_one_says_and_only_once():
    asked = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["169.254.169.254", "127.0.0.1"]

    async with ScriptedServer(steps(send(b"+OK ready\r\n"), stall())) as server:
        there = Target("pop.test", server.port, Security.NONE)
        assert await dial_and_leave(dialer(QUICK, resolve=resolve), there) == (
            State.AUTHORIZATION,
            None,
        )
        assert asked == [("pop.test", server.port)]
