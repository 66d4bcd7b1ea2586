"""Certificates judged, made for each case."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from app.report import Finding, Topic
from app.report.certificate import Presented, verdicts
from app.transport import TlsFault

NOW = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def der(
    key: "ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | None" = None,
    *,
    names: tuple[str, ...] = ("pop.example.net",),
    issuer: str = "Some issuer",
    left: dt.timedelta = 90 * DAY,
) -> bytes:
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name("pop.example.net"))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - 300 * DAY)
        .not_valid_after(NOW + left)
    )
    if names:
        alternative = x509.SubjectAlternativeName([x509.DNSName(one) for one in names])
        builder = builder.add_extension(alternative, critical=False)
    plain = isinstance(key, ed25519.Ed25519PrivateKey)
    made = builder.sign(key, None if plain else hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def judged(
    octets: bytes, trust: TlsFault | None = None, **more: bool
) -> dict[Finding, dict[str, Any]]:
    shown = Presented.of(octets)
    name_right = more.get("name_right")
    checks = verdicts(
        shown,
        "pop.example.net",
        NOW,
        trust=trust,
        detail="the library's words",
        name_right=name_right,
    )
    return {check.finding: dict(check.facts) for check in checks}


def test_a_right_one():
    found = judged(der())
    assert set(found) == {
        Finding.CERT_TRUSTED,
        Finding.CERT_NAME_RIGHT,
        Finding.CERT_DAYS,
        Finding.CERT_KEY,
    }
    assert found[Finding.CERT_DAYS]["n"] == 90
    assert found[Finding.CERT_KEY]["key"] == "EC secp256r1, SHA256"


@pytest.mark.parametrize(
    ("left", "finding", "days"),
    [
        (22 * DAY, Finding.CERT_DAYS, 22),
        (20.5 * DAY, Finding.CERT_DAYS, 21),
        (20 * DAY, Finding.CERT_SOON, 20),
        (dt.timedelta(hours=3), Finding.CERT_SOON, 1),
        (-3 * DAY, Finding.CERT_EXPIRED, 3),
        (dt.timedelta(hours=-1), Finding.CERT_EXPIRED, 1),
    ],
)
def test_the_days_that_are_left(left, finding, days):
    assert judged(der(left=left))[finding]["n"] == days


def test_one_for_another_name_names_those_it_is_for():
    octets = der(names=("a.example", "b.example"))
    found = judged(octets, TlsFault.NAME_MISMATCH, name_right=False)
    assert found[Finding.CERT_NAME_WRONG]["names"] == ("a.example", "b.example")
    assert Finding.CERT_TRUSTED in found  # that is another line


def test_one_above_it_has_expired_and_its_own_dates_hold():
    found = judged(der(), TlsFault.EXPIRED, name_right=True)
    assert found[Finding.CERT_UNTRUSTED]["why"] == "the library's words"
    assert Finding.CERT_TRUSTED not in found
    assert Finding.CERT_TRUSTED in judged(der(left=-DAY), TlsFault.EXPIRED, name_right=True)


@pytest.mark.parametrize("oid", ["06082a8648ce3d040302", "06072a8648ce3d0201"])
def test_algorithms_that_the_library_does_not_know(oid):
    known = bytes.fromhex(oid)
    octets = der().replace(known, known[:-1] + b"\x63")
    assert Presented.of(octets).names == ("pop.example.net",)


def test_one_that_cannot_be_read():
    key = ec.generate_private_key(ec.SECP256R1())
    one, two = (x509.ObjectIdentifier(f"1.2.3.{n}") for n in (4, 5))
    builder = x509.CertificateBuilder().subject_name(name("a")).issuer_name(name("b"))
    builder = builder.public_key(key.public_key()).serial_number(7)
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + DAY)
    for oid in (one, two):
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, b"x"), critical=False)
    octets = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    twice = octets.replace(bytes.fromhex("06032a0305"), bytes.fromhex("06032a0304"))
    for wrong in (twice, b"no certificate"):
        with pytest.raises(ValueError):
            Presented.of(wrong)


def test_no_word_of_it_moves_a_terminal():
    shown = Presented.of(der(issuer="\x1b]0;owned\x07\n", names=()))
    assert shown.issuer.isprintable()


def test_who_signed_it():
    own = der(issuer="pop.example.net")
    assert Finding.CERT_SELF_SIGNED in judged(own, TlsFault.SELF_SIGNED, name_right=True)
    unknown = judged(der(), TlsFault.UNKNOWN_ISSUER, name_right=True)
    assert unknown[Finding.CERT_UNKNOWN_ISSUER]["issuer"] == "CN=Some issuer"
    assert Finding.CERT_UNTRUSTED in judged(der(), TlsFault.UNTRUSTED, name_right=True)


def test_keys_that_are_too_weak():
    weak = rsa.generate_private_key(65537, 1024)
    assert judged(der(weak))[Finding.CERT_KEY_WEAK]["key"] == "RSA 1024, SHA256"
    shown = dataclasses.replace(Presented.of(der()), key="RSA 4096, SHA1", weak="RSA 4096, SHA1")
    (key,) = [
        check
        for check in verdicts(shown, "h", NOW, trust=None, detail="", name_right=None)
        if check.topic is Topic.CERT_KEY
    ]
    assert key.finding is Finding.CERT_KEY_WEAK
    fine = judged(der(ed25519.Ed25519PrivateKey.generate()))
    assert fine[Finding.CERT_KEY]["key"] == "Ed25519"


def test_an_old_one_without_alternative_names_is_for_its_common_name():
    assert Presented.of(der(names=())).names == ("pop.example.net",)
