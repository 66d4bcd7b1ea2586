"""OAUTHBEARER by RFC 7628's example, XOAUTH2 in its two steps, and what is said of a refusal."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pop3 import LocalProtocolError, OAuthBearer, SaslError, TokenRefusal, XOAuth2
from app.pop3.sasl import SaslExchange

TOKEN = "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg=="
RFC_7628_1 = (
    b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZG"
    b"OWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2c9PQEB"
)
RFC_7628_3 = (
    b"eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRp"
    b"b24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0="
)


def bearer() -> OAuthBearer:
    return OAuthBearer("user@example.com", TOKEN, "server.example.com", 143)


def asked() -> XOAuth2:
    mechanism = XOAuth2("user@example.com", TOKEN)
    mechanism.respond(b"")
    return mechanism


def test_oauthbearer_is_rfc_7628s_message():
    assert base64.b64encode(bearer().initial) == RFC_7628_1  # section 4.1
    assert bearer().done


def test_a_refused_oauthbearer_is_acknowledged_by_one_octet():
    mechanism = bearer()
    exchange = SaslExchange(mechanism, initial_sent=True)
    assert exchange.answer(RFC_7628_3) == b"AQ==\r\n"  # section 4.3
    assert mechanism.refusal == TokenRefusal("invalid_token", "example_scope")
    assert not exchange.done, "+OK after a refusal is no success"
    assert exchange.answer(b"") == b"*\r\n"


def test_xoauth2_waits_to_be_asked_and_acknowledges_a_refusal_with_an_empty_line():
    mechanism = XOAuth2("user@example.com", TOKEN)
    exchange = SaslExchange(mechanism, initial_sent=False)
    done = [exchange.done]
    said = base64.b64decode(exchange.answer(b""))
    assert said == f"user=user@example.com\1auth=Bearer {TOKEN}\1\1".encode()
    done.append(exchange.done)
    refused = {"status": "401", "schemes": "Bearer", "scope": "https://mail.example/"}
    assert exchange.answer(base64.b64encode(json.dumps(refused).encode())) == b"\r\n"
    done.append(exchange.done)
    assert done == [False, True, False]
    assert mechanism.refusal == TokenRefusal("401", "https://mail.example/")


def test_xoauth2_gives_no_token_to_a_challenge_with_something_in_it():
    with pytest.raises(SaslError, match="4 octets"):
        XOAuth2("anna", TOKEN).respond(b"who?")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"", TokenRefusal()),
        (b"not json", TokenRefusal()),
        (b"[1, 2]", TokenRefusal()),
        (b"[" * 5000, TokenRefusal()),
        (b'{"status": 401}', TokenRefusal("401")),
        (b'{"status": ["401"], "scope": null}', TokenRefusal()),
        (b'{"status": "a\\nb", "scope": "\\u001b[1m"}', TokenRefusal()),
        (b'{"status": "%s"}' % (b"x" * 300), TokenRefusal()),
        (b'{"status": "%s"}' % TOKEN.encode(), TokenRefusal()),
        (b'{"status": "no", "scope": "for %s..."}' % TOKEN[5:20].encode(), TokenRefusal("no")),
    ],
)
def test_of_a_refusal_only_harmless_words_are_told(said, told):
    mechanism = asked()
    assert mechanism.respond(said) == b""
    assert mechanism.refusal == told


@given(st.binary(max_size=60))
def test_anything_may_be_said_of_a_token(said):
    mechanism = bearer()
    assert mechanism.respond(said) == b"\1"
    with pytest.raises(SaslError, match="second"):
        mechanism.respond(said)


def test_a_name_cannot_become_another_field():
    said = OAuthBearer("a,b=c", TOKEN, "h", 1).initial
    assert said.startswith(b"n,a=a=2Cb=3Dc,\1host=h\1port=1\1auth=")
    for make in (XOAuth2, lambda user, token: OAuthBearer(user, token, "h", 1)):
        with pytest.raises(LocalProtocolError):
            make("a\1auth=Bearer x", TOKEN)


@pytest.mark.parametrize("token", ["", "a b", "a\1b", "a\r\nb", "tökën", "=", "a=b"])
def test_what_is_no_token_is_refused_without_showing_it(token):
    with pytest.raises(LocalProtocolError) as caught:
        XOAuth2("anna", token)
    assert not token or token not in str(caught.value)


def test_no_token_in_repr():
    mechanism = asked()
    mechanism.respond(TOKEN.encode())
    assert TOKEN not in repr(mechanism) + repr(bearer()) + repr(mechanism.refusal)
