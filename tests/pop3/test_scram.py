"""SCRAM against the RFCs' examples, and against servers that cheat."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pop3 import LocalProtocolError, SaslError, SaslFault, Scram
from app.pop3.scram import FEWEST_ITERATIONS, MOST_ITERATIONS, prepared

# name, nonce, first message, the server's, the proof, the server's signature
RFC_5802 = (
    "SCRAM-SHA-1",
    "fyko+d2lbbFgONRv9qkxdawL",
    b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
)
RFC_7677 = (
    "SCRAM-SHA-256",
    "rOprNGfwEbeRWgbNEkqO",
    b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    ),
    b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
)
EXAMPLES = pytest.mark.parametrize("example", [RFC_5802, RFC_7677], ids=["RFC 5802", "RFC 7677"])


def fresh() -> Scram:
    return Scram("SCRAM-SHA-256", "user", "pencil", RFC_7677[1])


def proved() -> Scram:
    scram = fresh()
    scram.respond(RFC_7677[3])
    return scram


@EXAMPLES
def test_the_rfcs_example(example):
    name, nonce, first, server_first, proof, signature = example
    scram = Scram(name, "user", "pencil", nonce)
    assert (scram.name, scram.initial) == (name, first)
    steps = [(scram.proved, scram.done)]
    assert scram.respond(server_first) == proof
    steps.append((scram.proved, scram.done))
    assert scram.respond(signature) == b""
    steps.append((scram.proved, scram.done))
    assert steps == [(False, False), (True, False), (True, True)]
    with pytest.raises(SaslError, match="too many"):
        scram.respond(b"")


def test_nonces_differ():
    one, other = (Scram("SCRAM-SHA-1", "user", "pencil").initial for _ in range(2))
    assert one != other
    assert len(one) > len(b"n,,n=user,r=") + 20


@pytest.mark.parametrize(
    "final",
    [
        b"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
        b"v=",
        b"v=!",
        b"",
        b"welcome",
        b"\xff\xfe",
    ],
)
def test_a_server_that_does_not_know_the_password_is_an_impostor(final):
    scram = proved()
    with pytest.raises(SaslError) as caught:
        scram.respond(final)
    assert caught.value.fault is SaslFault.IMPOSTOR
    assert not scram.done


@pytest.mark.parametrize("scram", [fresh(), proved()], ids=["at once", "after the proof"])
def test_a_named_error_is_acknowledged_and_is_never_a_success(scram):
    assert scram.respond(b"e=invalid-proof") == b""
    assert not scram.done
    with pytest.raises(SaslError, match="too many"):
        scram.respond(RFC_7677[3])


def first(nonce: str = RFC_7677[1] + "server", salt: str = "W22ZaJ0SNY7soEsUEjb6gQ==", i="4096"):
    return f"r={nonce},s={salt},i={i}".encode()


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"hello",
        b"\xff\xff",
        first(nonce=RFC_7677[1]),  # nothing of the server's own in it
        first(nonce="another" + RFC_7677[1]),
        first(salt=""),
        first(salt="!!!!"),
        first(salt="YQ=="),
        first(i="0"),
        first(i="-1"),
        first(i=str(FEWEST_ITERATIONS - 1)),
        first(i="4096x"),
        first(i=""),
        b"m=new," + first(),
        first() + b",i=4096",
        first().replace(b",", b",,"),
    ],
)
def test_a_first_message_that_makes_no_sense_gets_no_proof(message):
    scram = fresh()
    with pytest.raises(SaslError) as caught:
        scram.respond(message)
    assert caught.value.fault is SaslFault.NONSENSE
    assert not scram.proved
    assert "pencil" not in repr(caught.value)


@pytest.mark.parametrize("count", [MOST_ITERATIONS + 1, 10**9, 10**19])
def test_a_server_cannot_make_us_compute_for_long(count):
    scram = fresh()
    with pytest.raises(SaslError) as caught:
        scram.respond(first(i=str(count)))
    assert caught.value.fault is SaslFault.TOO_COSTLY
    assert not scram.proved


def test_an_endless_count_is_no_count():
    with pytest.raises(SaslError):
        fresh().respond(first(i="9" * 7000))


@given(st.binary(max_size=80), st.booleans())
def test_anything_a_server_says_is_an_answer_or_a_sasl_error(junk, later):
    scram = proved() if later else fresh()
    with suppress(SaslError):
        scram.respond(junk)
    assert not scram.done


def test_names_and_passwords_of_any_language():
    scram = Scram("SCRAM-SHA-1", "zoë, a=b", "pässwörd", "n")  # RFC 5802, 5.1: , and = escaped
    assert scram.initial == "n,,n=zoë=2C a=3Db,r=n".encode()
    assert prepared("I\u00adX \u2168") == "IX IX"  # RFC 4013, section 3


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("", "x"),
        ("x", ""),
        ("a\0", "x"),
        ("x", "a\0b"),
        ("x", "pw\udfff"),
        ("\u00ad", "x"),  # nothing is left of it
        ("x", "\u00ad"),
        ("x", "pw\u0007"),
        ("x", "\u06271"),  # both directions, RFC 4013's own example
        ("x", "pw\U0001f600"),
    ],
)
def test_what_saslprep_forbids_is_refused_without_showing_it(user, password):
    with pytest.raises(LocalProtocolError) as caught:
        Scram("SCRAM-SHA-256", user, password)
    assert "pw" not in str(caught.value)
    assert caught.value.__context__ is None


def test_no_secret_in_repr():
    assert "pencil" not in repr(proved()) + repr(vars(proved()))
