"""TLS that does not come about, or does, against real sockets."""

import asyncio
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.pop3 import Fault, RemoteProtocolError, State
from app.transport import (
    ConnectFault,
    Security,
    Target,
    TlsFault,
)
from tests.support.certs import Authority, Leaf, self_signed
from tests.support.maildrop import FakeMaildrop, Quirks
from tests.support.outdated import outdated
from tests.support.scripted import (
    ScriptedServer,
    close,
    expect,
    reset,
    send,
    stall,
    starttls,
    steps,
)

from .dialling import QUICK, connect_fault, dial_and_leave, dialer, target, tls_fault

TLS, STARTTLS, NONE = Security.TLS, Security.STARTTLS, Security.NONE
GREETING = send(b"+OK ready\r\n")


# TLS


def tls_server(certificate: Leaf) -> ScriptedServer:
    return ScriptedServer(steps(GREETING, stall()), tls=certificate.server_context())


def stls_server(certificate: Leaf) -> ScriptedServer:
    return ScriptedServer(steps(GREETING, starttls(certificate.server_context()), stall()))


@pytest.mark.parametrize(("serve", "security"), [(tls_server, TLS), (stls_server, STARTTLS)])
@pytest.mark.parametrize(
    ("certificate", "fault"),
    [
        ("right", None),
        ("other name", TlsFault.NAME_MISMATCH),
        ("expired", TlsFault.EXPIRED),
        ("not yet valid", TlsFault.NOT_YET_VALID),
        ("self-signed", TlsFault.SELF_SIGNED),
        ("unknown issuer", TlsFault.UNKNOWN_ISSUER),
    ],
)
async def test_certificates(authority, ca_file, certificate, fault, serve, security):
    leaf = {
        "right": authority.leaf,
        "other name": authority.other_name_leaf,
        "expired": authority.expired_leaf,
        "not yet valid": authority.future_leaf,
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
            # It is looked at once more, on a connection that takes any.
            assert error.certificate == x509.load_pem_x509_certificate(leaf.chain).public_bytes(
                Encoding.DER
            )
            assert server.received == ([] if security is TLS else [b"STLS"] * 2)
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


@pytest.mark.parametrize("security", [TLS, STARTTLS])
async def test_outdated_tls_is_refused(authority, ca_file, security):
    stls = security is STARTTLS
    async with outdated(authority.leaf(), stls=stls, visits=2) as server:
        for verified in (True, False):
            to = target(server, security, verified=verified)
            error = await tls_fault(dialer(QUICK, ca_file=ca_file), to)
            assert error.fault is TlsFault.TOO_OLD
    assert server.shaken == 0
    assert server.received == ([b"STLS\r\n"] * 2 if stls else [])


async def test_nothing_is_said_between_stls_and_the_handshake(authority, ca_file):
    """What was sent ahead would stand in clear, and some servers run it after the handshake."""
    ahead: list[bytes] = []

    async def slow(peer):
        await peer.expect(rb"STLS")
        await asyncio.sleep(0.2)
        ahead.append(bytes(peer._reader._buffer))
        await peer.send(b"+OK")
        await asyncio.sleep(0.1)
        ahead.append(bytes(peer._reader._buffer))
        await peer.starttls(authority.leaf().server_context(), ok=b" begin TLS\r\n")
        await peer.expect(rb"CAPA", b"+OK\r\nUSER\r\n.\r\n")
        await peer.stall()

    async with ScriptedServer(steps(GREETING, slow)) as server:
        to = target(server, STARTTLS)
        connection = await dialer(ca_file=ca_file).dial(to)
        assert "USER" in await connection.learn()
        connection.abort()
        await asyncio.sleep(0.02)
    assert ahead == [b"", b""]
    assert server.received == [b"STLS", b"CAPA"]


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
