"""SASL mechanisms and the exchange that drives them."""

import base64

import pytest

from app.pop3 import CramMd5, LocalProtocolError, Login, Plain, SaslError
from app.pop3.sasl import SaslExchange


class Echo:
    """A mechanism in which the server speaks first, once."""

    name = "ECHO"
    initial = None

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    @property
    def done(self) -> bool:
        return bool(self.seen)

    def respond(self, challenge: bytes) -> bytes:
        self.seen.append(challenge)
        return challenge


def test_plain_is_rfc_4616s_message():
    plain = Plain("tim", "tanstaaftanstaaf")
    assert plain.name == "PLAIN"
    assert base64.b64encode(plain.initial) == b"AHRpbQB0YW5zdGFhZnRhbnN0YWFm"  # RFC 4616, 4
    assert plain.done


def test_plain_speaks_utf_8():
    assert Plain("zoë", "pässwörd").initial == b"\0zo\xc3\xab\0p\xc3\xa4ssw\xc3\xb6rd"


def test_plain_has_nothing_to_say_twice():
    with pytest.raises(SaslError, match="5 octets"):
        Plain("a", "b").respond(b"again")


def test_login_answers_in_turn_whatever_is_asked():
    login = Login("bob", "hunter2")
    assert login.initial is None
    done = [login.done]
    for prompt, response in ((b"Password:", b"bob"), (b"", b"hunter2")):
        assert login.respond(prompt) == response
        done.append(login.done)
    assert done == [False, False, True]
    with pytest.raises(SaslError, match="third"):
        login.respond(b"Password:")


def test_cram_md5_is_rfc_2195s_example():
    cram = CramMd5("tim", "tanstaaftanstaaf")
    assert (cram.initial, cram.done) == (None, False)
    said = cram.respond(b"<1896.697170952@postoffice.reston.mci.net>")
    assert said == b"tim b913a602c7eda7a495b4e6e7334d3890"  # section 2
    assert cram.done
    with pytest.raises(SaslError, match="out of turn"):
        cram.respond(b"<1@h>")


def test_cram_md5_does_not_answer_an_empty_challenge():
    with pytest.raises(SaslError, match="0 octets"):
        CramMd5("tim", "secret").respond(b"")


@pytest.mark.parametrize("mechanism", [Plain, Login, CramMd5])
@pytest.mark.parametrize(
    ("user", "password"),
    [("", "x"), ("x", ""), ("a\0admin", "x"), ("x", "a\0b"), ("\ud800", "x"), ("x", "pw\udfff")],
)
def test_what_would_forge_or_break_the_message_is_refused_without_showing_it(
    mechanism, user, password
):
    with pytest.raises(LocalProtocolError) as caught:
        mechanism(user, password)
    assert "pw" not in str(caught.value)
    assert caught.value.__context__ is None, "a UnicodeEncodeError would carry the password"


@pytest.mark.parametrize("mechanism", [kind("bob", "hunter2") for kind in (Plain, Login, CramMd5)])
def test_no_secret_in_repr(mechanism):
    assert "hunter2" not in repr(mechanism)
    assert "hunter2" not in repr(SaslExchange(mechanism, initial_sent=True))


def test_an_initial_response_that_was_not_sent_answers_the_empty_challenge_once():
    exchange = SaslExchange(Plain("tim", "secret"), initial_sent=False)
    done = [exchange.done]
    for line in (base64.b64encode(b"\0tim\0secret") + b"\r\n", b"*\r\n"):
        assert exchange.answer(b"") == line
        done.append(exchange.done)
    assert done == [False, True, False], "after a cancel, +OK is no success"


def test_the_initial_response_is_not_for_a_challenge_with_something_in_it():
    exchange = SaslExchange(Plain("tim", "secret"), initial_sent=False)
    assert exchange.answer(base64.b64encode(b"who?")) == b"*\r\n"
    assert exchange.error is not None
    assert "4 octets" in exchange.error.reason


@pytest.mark.parametrize(
    "junk", [b"Username:", b"a", b"YQ", b"=", b"YQ==YQ==", b"\xff\xff\xff\xff"]
)
def test_what_is_not_base64_cancels(junk):
    exchange = SaslExchange(Echo(), initial_sent=True)
    assert exchange.answer(junk) == b"*\r\n"
    assert exchange.error is not None
    assert exchange.error.reason == "a challenge that is not base64"


def test_what_is_not_base64_counts_as_empty_where_told_so():
    mechanism = Echo()
    exchange = SaslExchange(mechanism, initial_sent=True)
    assert exchange.answer(b"go ahead", strict=False) == b"\r\n"
    assert mechanism.seen == [b""]
    assert exchange.done


def test_an_empty_response_is_an_empty_line_and_a_challenge_is_decoded():
    mechanism = Echo()
    exchange = SaslExchange(mechanism, initial_sent=True)
    assert exchange.answer(b"") == b"\r\n"
    assert exchange.answer(b"AP8=") == b"AP8=\r\n"
    assert mechanism.seen == [b"", b"\x00\xff"]
