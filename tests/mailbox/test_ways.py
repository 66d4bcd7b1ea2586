"""Which ways in there are, best first, and what can be sent at all."""

import pytest

from app.mailbox import Credentials, NoWayIn, WayFault, credentials_fit, token_fits
from app.mailbox.login import sign_in
from app.mailbox.ways import MEANS, Greeted, login_steps
from app.pop3 import Capabilities, LocalProtocolError
from tests.support.maildrop import FakeMaildrop
from tests.support.scripted import ScriptedServer
from tests.transport.dialling import greeted

ANNA = Credentials("anna", "secret")
STAMP = b"<1.2@pop.example.net>"
ALL = "SASL PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER"


def announced(*lines: str) -> Capabilities:
    return Capabilities({line.split()[0]: tuple(line.split()[1:]) for line in lines})


def server(*lines: str, tls: bool = True, stamp: bytes | None = None) -> Greeted:
    return Greeted("pop.example.net", 995, announced(*lines), stamp, tls)


def ways(credentials: Credentials, *lines: str, tls: bool, stamp: bytes | None = None) -> list[str]:
    found = login_steps(credentials, server(*lines, tls=tls, stamp=stamp))
    assert credentials.password not in repr(found)
    for way in found:  # a server may give it back, however it got it
        assert way.name == "APOP" or credentials.password in way.steps[-1].secrets
    return [way.name for way in found]


@pytest.mark.parametrize(
    ("lines", "stamp", "under_tls", "in_clear"),
    [
        (
            ("USER", ALL),
            STAMP,
            "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN USER LOGIN CRAM-MD5 APOP",
            "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 APOP USER PLAIN LOGIN",
        ),
        (("USER", "SASL PLAIN LOGIN"), None, "PLAIN USER LOGIN", "USER PLAIN LOGIN"),
        (("USER", "SASL CRAM-MD5"), None, "USER CRAM-MD5", "CRAM-MD5 USER"),
        (("USER", "SASL PLAIN"), STAMP, "PLAIN USER APOP", "APOP USER PLAIN"),
        (("USER",), STAMP, "USER APOP", "APOP USER"),
        (("SASL LOGIN",), None, "LOGIN", "LOGIN"),
        (("SASL CRAM-MD5",), None, "CRAM-MD5", "CRAM-MD5"),
        (("SASL SCRAM-SHA-1",), None, "SCRAM-SHA-1", "SCRAM-SHA-1"),
        (("SASL GSSAPI SCRAM-SHA-512",), None, "USER", "USER"),
        (("UIDL",), None, "USER", "USER"),  # some forget to announce it
        ((), STAMP, "USER APOP", "APOP USER"),  # no CAPA
        ((), None, "USER", "USER"),
    ],
)
def test_the_ways_in_best_first(lines, stamp, under_tls, in_clear):
    assert ways(ANNA, *lines, tls=True, stamp=stamp) == under_tls.split()
    assert ways(ANNA, *lines, tls=False, stamp=stamp) == in_clear.split()


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("means", sorted(MEANS))
def test_what_was_asked_for_is_the_only_way(means, tls):
    asked = Credentials("anna", "dG9rZW4", means)
    assert ways(asked, "USER", ALL, tls=tls, stamp=STAMP) == [means]
    assert ways(asked, "USER", tls=tls, stamp=STAMP) == [means], "announced or not"


def test_a_token_is_never_taken_for_a_password():
    assert not {"XOAUTH2", "OAUTHBEARER"} & set(ways(ANNA, "USER", ALL, tls=True))


def test_a_means_that_is_not_known_is_never_replaced_by_a_weaker_one():
    with pytest.raises(LocalProtocolError):
        login_steps(Credentials("a", "b", "SCRAM-SHA-512"), server("USER"))


@pytest.mark.parametrize(
    ("lines", "name", "password", "expected"),
    [
        (("USER", "SASL PLAIN"), "zoë", "x", "PLAIN USER APOP"),
        (("USER", "SASL PLAIN"), "x", "pässwörd", "PLAIN USER APOP"),
        (("USER",), "zoë", "pässwörd", "USER APOP"),
        (("USER", "UTF8"), "x", "пароль", "USER APOP"),
        ((), "メール", "パスワード", "USER APOP"),
        (("USER",), "x", "\U0001f600", "USER APOP"),
        (("USER", "UTF8 USER"), "zoë", "pässwörd", "USER APOP"),
        (("USER", "UTF8 user"), "zoë", "pässwörd", "USER APOP"),
        (("SASL SCRAM-SHA-1 CRAM-MD5",), "zoë", "x", "SCRAM-SHA-1 CRAM-MD5 APOP"),
        # SASLprep of 2005 does not know emoji
        (("USER", "SASL SCRAM-SHA-1 PLAIN"), "x", "\U0001f600", "PLAIN USER APOP"),
        (("USER", "UTF8 USER"), "x", "\U0001f600", "USER"),
        (("USER",), "anna smith", "x", "USER"),  # APOP's name has no room for a space
    ],
)
def test_a_way_that_cannot_carry_the_name_is_left_out(lines, name, password, expected):
    assert ways(Credentials(name, password), *lines, tls=True, stamp=STAMP) == expected.split()


@pytest.mark.parametrize(
    ("lines", "credentials", "fault"),
    [
        (("USER",), Credentials("zoë\r\nDELE 1", "x"), WayFault.UNSENDABLE),
        (("USER",), Credentials("zoë", "pässwörd\x85"), WayFault.UNSENDABLE),
        (("USER", "UTF8 USER"), Credentials("zoë", "x\ud800"), WayFault.UNSENDABLE),
        (("SASL SCRAM-SHA-1",), Credentials("x", "\U0001f600"), WayFault.UNSENDABLE),
        (("USER",), Credentials("anna", "x", "APOP"), WayFault.NOT_OFFERED),
        (("USER",), Credentials("anna", "no token", "XOAUTH2"), WayFault.UNSENDABLE),
    ],
)
async def test_where_there_is_no_way_nothing_is_sent(lines, credentials, fault):
    fake = FakeMaildrop()
    fake.quirks.replies["CAPA"] = "".join(f"{x}\r\n" for x in ("+OK", *lines, ".")).encode()
    async with ScriptedServer(fake) as at, greeted(at) as connection:
        with pytest.raises(NoWayIn) as caught:
            await sign_in(connection, credentials)
    assert caught.value.fault is fault
    assert fake.commands == ["CAPA"]
    assert credentials.password not in repr(caught.value)


@pytest.mark.parametrize(
    ("username", "password", "fit"),
    [
        ("anna", "secret", True),
        ("anna smith", " two  words ", True),
        ("ånna", "pässwörd ✓", True),
        ("anna\r\nDELE 1", "x", False),
        ("anna", "x\nQUIT", False),
        ("anna", "x\0", False),
        ("", "x", False),
        ("anna", "", False),
        ("a" * 260, "x", False),
        ("anna", "x" * 260, False),
        ("anna", "\ud800", False),
    ],
)
def test_what_can_be_sent_at_all(username, password, fit):
    assert credentials_fit(username, password) is fit


def test_what_can_be_a_token():
    assert token_fits("anna", "eyJ0.x-y_z~+/" * 300 + "==")
    for name, token in (("anna", ""), ("anna", "a b"), ("anna\n", "a"), ("anna", "a\r\nQUIT")):
        assert not token_fits(name, token)
