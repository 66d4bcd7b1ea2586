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
)
from app.mailbox.login import refusal, sign_in, turned_away
from app.pop3 import Capabilities, SaslError, SaslFault
from app.transport import ConnectFailed, ConnectFault, Connection, Security
from tests.support.certs import Authority
from tests.support.maildrop import FakeMaildrop, Quirks
from tests.support.scripted import Peer, Script, ScriptedServer
from tests.transport.dialling import dialer, greeted, target

ANNA = Credentials("anna", "secret")


def announced(*lines: str) -> Capabilities:
    return Capabilities({line.split()[0]: tuple(line.split()[1:]) for line in lines})


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
    ("code", "text", "seconds"),
    [
        ("LOGIN-DELAY", "wait 120 seconds", 120),
        ("LOGIN-DELAY", "try again in 5 minutes", 300),
        ("LOGIN-DELAY/USER", "", 300),
        (None, "minimum time between mail checks violated", 300),
        (None, "login too soon", 300),
        (None, "You log in too often; 15 min between two logins", 900),
        (None, "you may check mail once in 10 minutes", 600),
        ("SYS/TEMP", "Too frequent logins", 300),
    ],
)
def test_what_is_too_soon_is_no_wrong_password(code, text, seconds):
    found = refusal("-ERR x", code, text, announced("LOGIN-DELAY 300"))
    assert isinstance(found, LoginDelayed)
    assert found.retry_after == seconds
    assert refusal("-ERR x", code, text, announced("UIDL")).reply == "-ERR x"


@pytest.mark.parametrize(
    ("code", "text"),
    [("AUTH", "too often"), (None, "too many failed logins"), (None, "password expired in May")],
)
def test_what_is_about_the_login_is_not_too_soon(code, text):
    assert isinstance(refusal("-ERR x", code, text, announced("UIDL")), LoginRejected)


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
