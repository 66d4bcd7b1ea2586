"""What is found at a wrong port: servers that speak something else, or wait for TLS."""

import asyncio
import os
import time
from asyncio.subprocess import DEVNULL
from types import SimpleNamespace

import pytest

from app.pop3 import Protocol
from app.transport import ConnectFault, Security, Timeouts, TlsFault
from app.transport.probe import what_answers
from tests.support import need
from tests.support.process import free_port
from tests.support.scripted import ScriptedServer, close, reset, send, stall, steps

from .dialling import QUICK, connect_fault, dialer, target, tls_fault

TLS, STARTTLS, NONE = Security.TLS, Security.STARTTLS, Security.NONE


@pytest.mark.parametrize(
    ("greeting", "protocol"),
    [
        (b"+OK ready\r\n", Protocol.POP3),
        (b"220 mx.example ESMTP\r\n", Protocol.SMTP),
        (b"220 the FTP server\r\n", Protocol.FTP),
        (b"* OK IMAP4rev1 ready\r\n", Protocol.IMAP),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Protocol.SSH),
        (b"200 news\r\n", Protocol.NNTP),
        (b"hello\r\n", None),
        (b"x" * 4096, None),
        (b"", None),
    ],
)
@pytest.mark.parametrize("one_octet", [False, True])
async def test_a_server_that_speaks_first_is_named_where_tls_was_wanted(
    greeting, protocol, one_octet
):
    script = steps(send(greeting), stall(0.3))
    async with ScriptedServer(script, one_octet=one_octet) as server:
        assert await what_answers(server.host, server.port, 0.5) is protocol
        if greeting:
            error = await tls_fault(dialer(QUICK), target(server, TLS))
            assert (error.fault, error.spoken) == (TlsFault.NOT_TLS, protocol)


@pytest.mark.parametrize("script", [steps(close()), steps(reset()), steps(stall())])
async def test_silence_tells_nothing(script):
    async with ScriptedServer(script) as server:
        assert await what_answers(server.host, server.port, 0.3) is None
    assert await what_answers("127.0.0.1", free_port(), 0.3) is None


@pytest.mark.parametrize("security", [NONE, STARTTLS])
async def test_a_port_that_wants_tls_is_named_where_none_was_wanted(authority, security):
    context = authority.leaf().server_context()
    async with ScriptedServer(steps(stall()), tls=context) as server:
        error = await connect_fault(dialer(QUICK), target(server, security))
        assert (error.fault, error.spoken) == (ConnectFault.NO_GREETING, Protocol.TLS)
        assert server.received == []


async def test_dovecots_tls_port_wants_tls(dovecot):
    assert await what_answers("127.0.0.1", dovecot.tls_port, 3) is Protocol.TLS
    assert await what_answers("127.0.0.1", dovecot.port, 3) is Protocol.POP3


@pytest.mark.interop
@pytest.mark.parametrize("security", list(Security))
async def test_a_web_server_is_named(tmp_path, security):
    caddy = need.program("caddy", package="caddy")
    port = free_port()
    command = [caddy, "respond", "--listen", f"127.0.0.1:{port}", "hello"]
    env = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    web = await asyncio.create_subprocess_exec(*command, env=env, stdout=DEVNULL, stderr=DEVNULL)
    try:
        async with asyncio.timeout(20):
            while await what_answers("127.0.0.1", port, 1) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        at = SimpleNamespace(port=port)
        if security is TLS:
            failed = (await tls_fault(dialer(), target(at, TLS))).spoken
        else:
            failed = (await connect_fault(dialer(QUICK), target(at, security))).spoken
        assert failed is Protocol.HTTP
    finally:
        web.terminate()
        await web.wait()


@pytest.mark.parametrize("security", [NONE, STARTTLS])
async def test_a_port_that_wants_tls_is_named_within_two_seconds(authority, security):
    context = authority.leaf().server_context()
    async with ScriptedServer(steps(stall()), tls=context) as server:
        began = time.monotonic()
        error = await connect_fault(dialer(Timeouts(30, 30, 30)), target(server, security))
        assert time.monotonic() - began < 2
        assert (error.fault, error.spoken) == (ConnectFault.NO_GREETING, Protocol.TLS)


async def test_a_port_without_tls_is_named_within_two_seconds():
    for greeting in (b"+OK ready\r\n", b"* OK IMAP4rev1\r\n", b"220 mx ESMTP\r\n"):
        async with ScriptedServer(steps(send(greeting), stall())) as server:
            began = time.monotonic()
            error = await tls_fault(dialer(Timeouts(30, 30, 30)), target(server, TLS))
            assert time.monotonic() - began < 2
            assert error.spoken is not None


@pytest.mark.parametrize("pause", [1.3, 1.8])
async def test_a_server_that_is_slow_to_greet_is_asked_and_waited_for(pause):
    slow = steps(stall(pause), send(b"+OK sorry to keep you\r\n"), stall())
    async with ScriptedServer(slow) as server:
        connection = await dialer(Timeouts(10, 10, 10)).dial(target(server, NONE))
        assert connection.alive
        assert len(server.peers) == 2  # the other one was asked whether it waits for TLS
        connection.abort()
