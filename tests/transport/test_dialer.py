"""Every way in which a connection does not come about, against real sockets."""

import asyncio
import socket
import ssl
import time
from contextlib import suppress

import pytest

from app.pop3 import Fault, RemoteProtocolError, State
from app.transport import (
    ConnectFailed,
    ConnectFault,
    Dialer,
    Security,
    Target,
    TargetForbidden,
    TargetPolicy,
    Timeouts,
    TlsFailed,
    TlsFault,
)
from tests.support.certs import Authority, Leaf, self_signed
from tests.support.maildrop import FakeMaildrop, Quirks
from tests.support.process import free_port
from tests.support.scripted import (
    ScriptedServer,
    close,
    endless,
    expect,
    reset,
    send,
    stall,
    starttls,
    steps,
)

from .dialling import LOOPBACK, QUICK, dialer, target

TLS, STARTTLS, NONE = Security.TLS, Security.STARTTLS, Security.NONE
GREETING = send(b"+OK ready\r\n")


async def dial_and_leave(dialer_: Dialer, to: Target) -> tuple[State, str | None]:
    """Dials, hangs up, and tells how far it came and over which TLS."""
    connection = await dialer_.dial(to)
    reached = connection.state, connection.tls
    connection.abort()
    await asyncio.sleep(0.02)  # both ends have closed
    return reached


async def connect_fault(dialer_: Dialer, to: Target) -> ConnectFailed:
    with pytest.raises(ConnectFailed) as caught:
        await dial_and_leave(dialer_, to)
    await asyncio.sleep(0.02)
    assert (caught.value.host, caught.value.port) == (to.host, to.port)
    return caught.value


async def tls_fault(dialer_: Dialer, to: Target) -> TlsFailed:
    with pytest.raises(TlsFailed) as caught:
        await dial_and_leave(dialer_, to)
    await asyncio.sleep(0.02)
    assert (caught.value.host, caught.value.port) == (to.host, to.port)
    return caught.value


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
        assert 0.4 < time.monotonic() - began < 1.5
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433"])
async def test_loopback_is_forbidden_by_default_however_it_is_written(host):
    async with ScriptedServer(steps(GREETING, stall())) as server:
        strict = Dialer(TargetPolicy(ports=((1, 65535),)), timeouts=QUICK)
        with pytest.raises(TargetForbidden):
            await strict.dial(Target(host, server.port, NONE))
        assert server.connections == 0


async def test_a_forbidden_port_is_not_even_looked_up(monkeypatch):
    async def lookup(*_args, **_options):
        pytest.fail("a lookup was made")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)
    with pytest.raises(TargetForbidden):
        await Dialer(TargetPolicy()).dial(Target("mail.example", 25, NONE))


async def test_a_name_is_looked_up_once_and_bad_addresses_are_passed_over(monkeypatch):
    looked_up = []

    async def lookup(host, port, **_options):
        looked_up.append(host)
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, ("169.254.169.254", port)), (*stream, ("127.0.0.1", port))]

    loop = asyncio.get_running_loop()
    async with ScriptedServer(steps(GREETING, stall())) as server:
        with monkeypatch.context() as patch:
            patch.setattr(loop, "getaddrinfo", lookup)
            to = Target("rebinding.example", server.port, NONE)
            assert (await dial_and_leave(dialer(QUICK), to))[0] is State.AUTHORIZATION
            with pytest.raises(TargetForbidden):
                await Dialer(TargetPolicy(ports=LOOPBACK.ports)).dial(to)
        assert looked_up == ["rebinding.example"] * 2


async def test_the_next_address_is_tried(monkeypatch):
    async def lookup(_host, port, **_options):
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, ("127.0.0.9", port)), (*stream, ("127.0.0.1", port))]

    async with ScriptedServer(steps(GREETING, stall())) as server:  # on 127.0.0.1 alone
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)
        assert await dial_and_leave(dialer(QUICK), target(server))


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
        assert time.monotonic() - began < 2


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


# TLS


def tls_server(certificate: Leaf) -> ScriptedServer:
    return ScriptedServer(steps(GREETING, stall()), tls=certificate.server_context())


def stls_server(certificate: Leaf) -> ScriptedServer:
    return ScriptedServer(steps(GREETING, starttls(certificate.server_context()), stall()))


@pytest.fixture
def ca_file(authority, tmp_path):
    return authority.write(tmp_path / "ca.pem")


@pytest.mark.parametrize(("serve", "security"), [(tls_server, TLS), (stls_server, STARTTLS)])
@pytest.mark.parametrize(
    ("certificate", "fault"),
    [
        ("right", None),
        ("other name", TlsFault.NAME_MISMATCH),
        ("expired", TlsFault.EXPIRED),
        ("self-signed", TlsFault.SELF_SIGNED),
        ("unknown issuer", TlsFault.UNKNOWN_ISSUER),
    ],
)
async def test_certificates(authority, ca_file, certificate, fault, serve, security):
    leaf = {
        "right": authority.leaf,
        "other name": authority.other_name_leaf,
        "expired": authority.expired_leaf,
        "self-signed": self_signed,
        "unknown issuer": Authority().leaf,
    }[certificate]()
    async with serve(leaf) as server:
        to = target(server, security)
        if fault is None:
            assert await dial_and_leave(dialer(ca_file=ca_file), to) == (
                State.AUTHORIZATION,
                "TLSv1.3",
            )
        else:
            error = await tls_fault(dialer(ca_file=ca_file), to)
            assert error.fault is fault
            assert error.detail
        unverified = target(server, security, verified=False)
        state, version = await dial_and_leave(dialer(), unverified)
        assert (state, version) == (State.AUTHORIZATION, "TLSv1.3")


async def test_without_the_ca_file_nobody_is_trusted(authority):
    async with tls_server(authority.leaf()) as server:
        error = await tls_fault(dialer(), target(server, TLS))
        assert error.fault is TlsFault.UNKNOWN_ISSUER


async def test_the_name_that_was_typed_is_the_one_that_counts(authority, ca_file):
    async with tls_server(authority.leaf("localhost")) as server:
        right = Target("localhost", server.port, TLS)
        assert (await dial_and_leave(dialer(ca_file=ca_file), right))[1]
        error = await tls_fault(dialer(ca_file=ca_file), target(server, TLS))
        assert error.fault is TlsFault.NAME_MISMATCH


@pytest.mark.parametrize("banner", [b"+OK ready\r\n", b"220 ready\r\n", b"HTTP/1.1 400\r\n\r\n"])
async def test_tls_to_a_port_that_speaks_none(banner):
    async with ScriptedServer(steps(send(banner), stall())) as server:
        error = await tls_fault(dialer(QUICK), target(server, TLS))
        assert error.fault is TlsFault.NOT_TLS


async def test_plaintext_to_a_port_that_speaks_tls(authority):
    async with tls_server(authority.leaf()) as server:
        error = await connect_fault(dialer(QUICK), target(server, NONE))
        assert error.fault is ConnectFault.NO_GREETING


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        (steps(stall()), TlsFault.TIMEOUT),
        (steps(close()), TlsFault.HANDSHAKE),
        (steps(reset()), TlsFault.HANDSHAKE),
    ],
)
async def test_a_handshake_that_gets_no_answer(script, fault):
    async with ScriptedServer(script) as server:
        assert (await tls_fault(dialer(QUICK), target(server, TLS))).fault is fault


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (stall(), TlsFault.TIMEOUT),
        (close(), TlsFault.HANDSHAKE),
        (reset(), TlsFault.HANDSHAKE),
    ],
)
async def test_a_handshake_that_breaks_off_behind_stls(part, fault):
    script = steps(GREETING, expect(rb"STLS", b"+OK go\r\n"), part)
    async with ScriptedServer(script) as server:
        assert (await tls_fault(dialer(QUICK), target(server, STARTTLS))).fault is fault


async def test_garbage_in_place_of_a_handshake_behind_stls():
    async def later(peer):
        await peer.expect(rb"STLS", b"+OK go\r\n")
        await asyncio.sleep(0.1)  # so that it is no injection, but a bad handshake
        await peer.send(b"+OK or not\r\n")
        await peer.stall()

    async with ScriptedServer(steps(GREETING, later)) as server:
        error = await tls_fault(dialer(QUICK), target(server, STARTTLS))
        assert error.fault in {TlsFault.NOT_TLS, TlsFault.HANDSHAKE}


async def test_no_stls_is_an_error_and_never_plaintext():
    drop = FakeMaildrop()
    async with ScriptedServer(drop) as server:
        error = await tls_fault(dialer(QUICK), target(server, STARTTLS))
        assert error.fault is TlsFault.NOT_OFFERED
        assert error.detail.startswith("-ERR")
        assert drop.commands == ["STLS"]


@pytest.mark.parametrize("injected", [b"+OK injected\r\n", b"+", b"-ERR\r\n+OK\r\n"])
async def test_plaintext_injected_behind_stls_is_fatal(authority, ca_file, injected):
    script = steps(GREETING, starttls(authority.leaf().server_context(), injected), stall())
    async with ScriptedServer(script) as server:
        with pytest.raises(RemoteProtocolError) as caught:
            await dial_and_leave(dialer(QUICK, ca_file=ca_file), target(server, STARTTLS))
        assert caught.value.fault is Fault.INJECTED
        await asyncio.sleep(0.05)
        assert server.received == [b"STLS"]


async def test_outdated_tls_is_refused(authority, ca_file):
    context = authority.leaf().server_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1 is"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    def serve(listener: socket.socket) -> None:  # asyncio's server closes before its alert is out
        for _ in range(2):
            raw, _address = listener.accept()
            with raw, suppress(ssl.SSLError), context.wrap_socket(raw, server_side=True):
                pytest.fail("there was a handshake")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        serving = asyncio.create_task(asyncio.to_thread(serve, listener))
        for verified in (True, False):
            to = Target("127.0.0.1", listener.getsockname()[1], TLS, verified=verified)
            error = await tls_fault(dialer(QUICK, ca_file=ca_file), to)
            assert error.fault is TlsFault.TOO_OLD
        await serving


async def test_tls_1_2_is_still_taken(authority, ca_file):
    context = authority.leaf().server_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with ScriptedServer(steps(GREETING, stall()), tls=context) as server:
        reached = await dial_and_leave(dialer(ca_file=ca_file), target(server, TLS))
        assert reached == (State.AUTHORIZATION, "TLSv1.2")


async def test_what_was_announced_in_clear_is_forgotten_after_stls(authority, ca_file):
    drop = FakeMaildrop(quirks=Quirks(), tls=authority.leaf().server_context())
    async with ScriptedServer(drop) as server:
        connection = await dialer(ca_file=ca_file).dial(target(server, STARTTLS))
        assert connection.capabilities.tags == {}
        assert "STLS" not in await connection.learn()
        await connection.quit()
        assert drop.commands == ["STLS", "CAPA", "QUIT"]


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
