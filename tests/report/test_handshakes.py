"""TLS as a report sees it, against real handshakes."""

import ssl

import pytest

from app.report import Finding, Topic
from app.report.handshakes import VERSIONS, TlsSession, cipher_verdict, version_verdict
from app.transport import Security
from tests.support.certs import Leaf, self_signed
from tests.support.maildrop import FakeMaildrop
from tests.support.scripted import Peer, ScriptedServer

from .looking import facts, findings, look, the, under

TLS, STARTTLS = Security.TLS, Security.STARTTLS


def only(leaf: Leaf, low: ssl.TLSVersion, high: ssl.TLSVersion) -> ssl.SSLContext:
    context = leaf.server_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = low, high
    return context


@pytest.mark.parametrize(
    ("taken", "finding"),
    [
        (["TLS 1.2", "TLS 1.3"], Finding.TLS_CURRENT),
        (["TLS 1.2"], Finding.TLS_NO_13),
        (["TLS 1.0", "TLS 1.2"], Finding.TLS_OLD_TOO),
        (["TLS 1.0"], Finding.TLS_OLD_ONLY),
        ([], Finding.TLS_NONE),
    ],
)
def test_versions(taken, finding):
    refused = [version for version, _ in VERSIONS if version not in taken]
    check = version_verdict(taken, refused)
    assert check.finding is finding
    if finding in {Finding.TLS_CURRENT, Finding.TLS_NO_13}:  # that it takes no others
        assert version_verdict(taken, refused[1:]).finding is Finding.BROKE_OFF
    for version in taken:
        assert f"{version} ✓" in check.details[0]


def test_ciphers():
    strong = TlsSession("TLS_AES_256_GCM_SHA384", 256, "TLSv1.3", b"")
    assert cipher_verdict(strong).facts["version"] == "TLS 1.3"
    for name, bits in (("DES-CBC3-SHA", 168), ("AES-40", 40), ("ADH-AES256-SHA", 256)):
        assert cipher_verdict(TlsSession(name, bits, "TLSv1.2", b"")).finding is Finding.CIPHER_WEAK


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_each_version_is_tried_by_a_handshake_of_its_own(authority, ca_file):
    context = only(authority.leaf(), ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
    async with ScriptedServer(FakeMaildrop(), tls=context) as server:
        report = await look(server, TLS, ca_file=ca_file, user="anna")
    assert facts(report, Finding.TLS_OLD_ONLY)["old"] == ("TLS 1.0", "TLS 1.1")
    assert under(report, Topic.LOGIN) == [Finding.LOGIN_UNTRUSTED]  # nor was a password sent
    assert b"PASS secret" not in server.received

    context = only(authority.leaf(), ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2)
    async with ScriptedServer(FakeMaildrop(), tls=context) as server:
        report = await look(server, TLS, ca_file=ca_file)
    assert facts(report, Finding.TLS_OLD_TOO)["old"] == ("TLS 1.1",)


async def test_a_right_certificate(authority, ca_file):
    async with ScriptedServer(FakeMaildrop(), tls=authority.leaf().server_context()) as server:
        report = await look(server, TLS, ca_file=ca_file, host="localhost")
    assert {Finding.CERT_TRUSTED, Finding.CERT_NAME_RIGHT} <= findings(report)
    assert facts(report, Finding.CERT_SOON)["n"] == 1


async def test_certificates_that_are_wrong_in_one_way_each(authority, ca_file):
    cases = {
        Finding.CERT_NAME_WRONG: authority.other_name_leaf(),
        Finding.CERT_EXPIRED: authority.expired_leaf(),
        Finding.CERT_SELF_SIGNED: self_signed(),
    }
    for finding, leaf in cases.items():
        async with ScriptedServer(FakeMaildrop(), tls=leaf.server_context()) as server:
            report = await look(server, TLS, ca_file=ca_file, user="anna")
        assert set(cases) & findings(report) == {finding}
        assert under(report, Topic.LOGIN) == [Finding.LOGIN_UNTRUSTED]
        assert not any(line.startswith((b"PASS", b"AUTH")) for line in server.received)


async def test_an_issuer_nobody_knows(authority):
    async with ScriptedServer(FakeMaildrop(), tls=authority.leaf().server_context()) as server:
        report = await look(server, TLS)
    assert {Finding.CERT_UNKNOWN_ISSUER, Finding.CERT_NAME_RIGHT} <= findings(report)


class Swallows:
    """A server that keeps what came in clear behind STLS, and carries it out under TLS."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    async def __call__(self, peer: Peer) -> None:
        await peer.send(b"+OK ready\r\n")
        await peer.expect(rb"CAPA|STLS", b"")
        if peer.received[-1] == b"CAPA":
            await peer.send(b"+OK\r\nSTLS\r\n.\r\n")
            while await peer.line() == b"CAPA":
                await peer.send(b"+OK\r\nSTLS\r\n.\r\n")
            return
        reader = peer._reader
        smuggled = bytes(reader._buffer)  # type: ignore[attr-defined]
        reader._buffer.clear()  # type: ignore[attr-defined]
        await peer.starttls(self._context)
        if smuggled:
            await peer.send(b"+OK here is what you smuggled in\r\nSTLS\r\n.\r\n")
        await peer.stall(2)


async def test_input_behind_stls_that_is_carried_out_under_tls(authority, ca_file):
    async with ScriptedServer(Swallows(authority.leaf().server_context())) as server:
        report = await look(server, STARTTLS, ca_file=ca_file)
    unsafe = the(report, Finding.INJECTION_UNSAFE)
    assert unsafe.details == ("S: +OK here is what you smuggled in",)


async def test_dovecot_throws_it_away(dovecot, tmp_path):
    ca_file = dovecot.authority.write(tmp_path / "ca.pem")
    report = await look(dovecot, STARTTLS, ca_file=ca_file, host="localhost")
    assert {Finding.INJECTION_SAFE, Finding.STLS_WORKS, Finding.TLS_CURRENT} <= findings(report)
