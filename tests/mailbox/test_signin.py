"""Which means is taken, and what a refusal means; against real servers see tests/interop."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.mailbox import (
    Credentials,
    LoginDelayed,
    LoginRejected,
    MailboxInUse,
    NoWayIn,
    WayFault,
    credentials_fit,
    token_fits,
)
from app.mailbox.signin import MEANS, Greeted, login_steps, refusal, sign_in, turned_away
from app.pop3 import Capabilities, LocalProtocolError, SaslError, SaslFault
from app.transport import ConnectFailed, ConnectFault, Connection, Security
from tests.support.certs import Authority
from tests.support.maildrop import FakeMaildrop, Quirks
from tests.support.scripted import Peer, Script, ScriptedServer
from tests.transport.dialling import dialer, greeted, target

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
        (("USER", "SASL PLAIN"), "zoë", "x", "PLAIN"),
        (("USER", "SASL PLAIN"), "x", "pässwörd", "PLAIN"),
        (("USER", "UTF8 USER"), "zoë", "pässwörd", "USER APOP"),
        (("USER", "UTF8 user"), "zoë", "pässwörd", "USER APOP"),
        (("USER", "SASL SCRAM-SHA-1 CRAM-MD5"), "zoë", "x", "SCRAM-SHA-1 CRAM-MD5"),
        # SASLprep of 2005 does not know emoji
        (("USER", "SASL SCRAM-SHA-1 PLAIN"), "x", "\U0001f600", "PLAIN"),
        (("USER", "UTF8 USER"), "x", "\U0001f600", "USER"),
        (("USER",), "anna smith", "x", "USER"),  # APOP's name has no room for a space
    ],
)
def test_a_way_that_cannot_carry_the_name_is_left_out(lines, name, password, expected):
    assert ways(Credentials(name, password), *lines, tls=True, stamp=STAMP) == expected.split()


@pytest.mark.parametrize(
    ("lines", "credentials", "fault"),
    [
        (("USER",), Credentials("zoë", "x"), WayFault.ASCII_ONLY),
        (("USER", "UTF8"), Credentials("x", "pässwörd"), WayFault.ASCII_ONLY),
        (("USER", "SASL PLAIN"), Credentials("zoë", "x", "USER"), WayFault.ASCII_ONLY),
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


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("IN-USE", "whatever", MailboxInUse),
        ("LOGIN-DELAY", "wait", LoginDelayed),
        ("AUTH", "mailbox is locked", LoginRejected),
        ("SYS/TEMP", "try later", LoginRejected),
        ("SYS/PERM", "busy", LoginRejected),
        ("UTF8", "wait", LoginRejected),
        (None, "Unable to lock maildrop", MailboxInUse),
        (None, "mailbox is LOCKED by another session", MailboxInUse),
        (None, "Mailbox in use", MailboxInUse),
        (None, "maildrop busy", MailboxInUse),
        (None, "invalid user name or password", LoginRejected),
        (None, "clock skew", LoginRejected),
        (None, "account locked, call the help desk", LoginRejected),
        (None, "User anna is locked", LoginRejected),
        (None, "you are locked out", LoginRejected),
    ],
)
def test_what_a_refusal_means(code, text, kind):
    found = refusal("-ERR x", code, text, announced("LOGIN-DELAY 300"))
    assert type(found) is kind
    assert found.reply == "-ERR x"
    if isinstance(found, LoginDelayed):
        assert found.retry_after == 300
    if isinstance(found, LoginRejected):
        assert found.code == code


@pytest.mark.parametrize(
    ("code", "kind"),
    [("IN-USE", MailboxInUse), ("LOGIN-DELAY", LoginDelayed), ("SYS/TEMP", None), (None, None)],
)
def test_what_a_refusing_greeting_means(code, kind):
    error = ConnectFailed("h", 110, ConnectFault.TURNED_AWAY, "-ERR busy", code)
    found = turned_away(error)
    assert (None if found is None else type(found)) is kind


async def dialogue(credentials: Credentials, **quirks: object) -> FakeMaildrop:
    drop = FakeMaildrop(quirks=Quirks(**quirks))  # type: ignore[arg-type]  # any of its fields
    async with ScriptedServer(drop) as at, greeted(at) as connection:
        await sign_in(connection, credentials)
        assert connection.signed_in_by == (credentials.mechanism or "USER")
    return drop


async def test_the_dialogue_of_a_sign_in():
    drop = await dialogue(ANNA)
    assert drop.commands == ["CAPA", "USER anna", "PASS secret", "CAPA"]
    drop = await dialogue(Credentials("anna", "secret", "PLAIN"))
    plain = base64.b64encode(b"\0anna\0secret").decode()
    assert drop.commands == ["CAPA", f"AUTH PLAIN {plain}", "CAPA"]


async def test_a_server_without_capa_is_not_asked_twice():
    drop = await dialogue(ANNA, capa=False)
    assert drop.commands == ["CAPA", "USER anna", "PASS secret"]


@pytest.mark.parametrize("answer", [b"+OK\r\n", b"-ERR no\r\n"])
@pytest.mark.parametrize(("language", "tag"), [("", "*"), ("de-AT", "de-AT")])
async def test_utf8_and_the_language_are_agreed_on_before_the_login(answer, language, tag):
    drop = await dialogue(
        Credentials("anna", "secret", language=language),
        announce=("UTF8 USER", "LANG"),
        replies={"UTF8": answer, "LANG": answer},
    )
    assert drop.commands == ["CAPA", "UTF8", f"LANG {tag}", "USER anna", "PASS secret", "CAPA"]


async def test_a_failed_login_is_never_tried_again():
    drop = FakeMaildrop()
    async with ScriptedServer(drop) as at, greeted(at) as connection:
        with pytest.raises(LoginRejected) as caught:
            await sign_in(connection, Credentials("anna", "mistaken"))
    assert drop.count("PASS") == 1
    assert drop.count("AUTH") == 0
    assert (caught.value.code, caught.value.means, caught.value.instead) == ("AUTH", "USER", "")
    assert "wrong user name" in caught.value.reply  # the server's words
    assert "mistaken" not in repr(caught.value)


# What goes on by itself, and what never does


class Scrams:
    """Announces SCRAM and PLAIN, and answers the AUTH of SCRAM with what it is given."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = answers
        self.received: list[bytes] = []

    async def __call__(self, peer: Peer) -> None:
        self.received = peer.received
        await peer.send(b"+OK ready\r\n")
        await peer.expect(b"CAPA", b"+OK\r\nUSER\r\nSASL SCRAM-SHA-256 PLAIN\r\n.\r\n")
        first = await peer.expect(rb"AUTH SCRAM-SHA-256 \S+")
        nonce = base64.b64decode(first.split()[2]).rpartition(b"r=")[2]
        for answer in self._answers:
            if answer.startswith(b"r="):
                challenge = base64.b64encode(answer.replace(b"NONCE", nonce))
                await peer.send(b"+ " + challenge + b"\r\n")
            else:
                await peer.send(answer + b"\r\n")
            if not answer.startswith(b"-ERR"):
                await peer.line()
        while (line := await peer.line()) != b"QUIT":
            plain = line.startswith(b"AUTH PLAIN ")
            await peer.send(b"+OK\r\n" if plain else b"-ERR what?\r\n")

    @property
    def logins(self) -> list[bytes]:
        """The commands that sign in, without what they carry."""
        verbs = {b"AUTH", b"USER", b"PASS", b"APOP"}
        words = (line.split() for line in self.received)
        return [b" ".join(some[:2]) for some in words if some and some[0] in verbs]


@asynccontextmanager
async def under_tls(script: Script, authority: Authority) -> AsyncIterator[Connection]:
    at = ScriptedServer(script, tls=authority.leaf().server_context())
    async with at:
        connection = await dialer().dial(target(at, Security.TLS, verified=False))
        try:
            yield connection
        finally:
            connection.abort()
            await asyncio.sleep(0)


COSTLY = b"r=NONCEserver,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000000"
RIGHT = b"r=NONCEserver,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
LIE = b"+ " + base64.b64encode(b"v=" + base64.b64encode(bytes(32)))
CANCELLED = b"-ERR [AUTH] cancelled"


@pytest.mark.parametrize(
    "answers",
    [
        (b"-ERR Unsupported authentication mechanism",),
        (b"-ERR [SYS/PERM] AUTH method not implemented",),
        (b"-ERR unknown command",),
        (COSTLY, CANCELLED),
        (b"+ bm9uc2Vuc2U=", CANCELLED),
        (b"+ !", CANCELLED),
    ],
    ids=["unsupported", "not implemented", "unknown", "costly", "nonsense", "no base64"],
)
async def test_scram_that_came_to_nothing_is_followed_by_plain_under_tls(authority, answers):
    peer = Scrams(*answers)
    async with under_tls(peer, authority) as connection:
        await sign_in(connection, ANNA)
        assert connection.signed_in_by == "PLAIN"
    assert peer.logins == [b"AUTH SCRAM-SHA-256", b"AUTH PLAIN"]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ((b"-ERR [AUTH] Authentication failed.",), LoginRejected),
        ((b"-ERR no such user",), LoginRejected),
        ((b"-ERR [IN-USE] busy",), MailboxInUse),
        ((RIGHT, b"-ERR [AUTH] wrong password"), LoginRejected),
        ((RIGHT, b"-ERR unsupported mechanism"), LoginRejected),
        ((RIGHT, LIE, CANCELLED), SaslError),
    ],
    ids=["refused", "no user", "in use", "wrong", "judged", "impostor"],
)
async def test_what_was_judged_is_not_tried_again(authority, answers, error):
    peer = Scrams(*answers)
    async with under_tls(peer, authority) as connection:
        with pytest.raises(error) as caught:
            await sign_in(connection, ANNA)
    assert peer.logins == [b"AUTH SCRAM-SHA-256"]
    if error is LoginRejected:
        found = caught.value
        assert (found.means, found.instead, found.protected) == ("SCRAM-SHA-256", "PLAIN", True)
    if error is SaslError:
        assert caught.value.fault is SaslFault.IMPOSTOR


@pytest.mark.parametrize("answers", [(b"-ERR Unsupported mechanism",), (COSTLY, CANCELLED)])
async def test_in_clear_nothing_weaker_follows_by_itself(answers):
    peer = Scrams(*answers)
    async with ScriptedServer(peer) as at, greeted(at) as connection:
        with pytest.raises((LoginRejected, SaslError)):
            await sign_in(connection, ANNA)
    assert peer.logins == [b"AUTH SCRAM-SHA-256"]


async def test_what_a_server_says_of_a_token():
    async def refuses(peer: Peer) -> None:
        await peer.send(b"+OK ready\r\n")
        await peer.expect(b"CAPA", b"+OK\r\nSASL XOAUTH2\r\n.\r\n")
        await peer.expect(b"AUTH XOAUTH2", b"+ \r\n")
        said = base64.b64encode(b'{"status": "401", "scope": "https://mail.example/"}')
        await peer.line()
        await peer.send(b"+ " + said + b"\r\n")
        await peer.expect(b"", b"-ERR [AUTH] no\r\n")
        await peer.stall()

    async with ScriptedServer(refuses) as at, greeted(at) as connection:
        with pytest.raises(LoginRejected) as caught:
            await sign_in(connection, Credentials("anna", "dG9rZW4tdG9rZW4", "XOAUTH2"))
    found = caught.value
    assert (found.means, found.status, found.scope) == ("XOAUTH2", "401", "https://mail.example/")
    assert "dG9rZW4" not in repr(vars(found))
