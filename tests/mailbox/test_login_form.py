"""Sign-ins that are refused for their form, and servers that hang up: what goes on by itself."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from app.mailbox import Credentials, LoginRejected, MailboxInUse, Refusal
from app.mailbox.login import signed_in
from app.pop3 import State
from app.transport import Connection, ConnectionLost, Dialer, Security
from tests.support.maildrop import FakeMaildrop, Quirks
from tests.support.scripted import Peer, ScriptedServer
from tests.transport.dialling import dialer, target

ANNA = Credentials("anna", "secret")
PLAIN = base64.b64encode(b"\0anna\0secret").decode()
TOKEN = Credentials("anna", "dG9rZW4tdG9rZW4", "OAUTHBEARER")
FORM, WRONG = b"-ERR malformed command", b"-ERR login incorrect"
NO_SUCH = b"-ERR unsupported mechanism"


class Particular:
    """Answers each line by the first pattern that fits it; b"" hangs up, and None resets.

    Attributes:
        heard: what signed in, of all connections, one string a line.
    """

    def __init__(
        self, capa: str, replies: Mapping[str, bytes | None], greeting: bytes = b"+OK ready"
    ) -> None:
        self._capa = "".join(f"{tag}\r\n" for tag in ("+OK", *capa.split("|"), ".")).encode()
        self._replies = {**replies, "CAPA": self._capa[:-2], "QUIT": b"+OK"}
        for pattern, reply in replies.items():
            self._replies[pattern] = reply
        self._greeting = greeting
        self.heard: list[str] = []

    async def __call__(self, peer: Peer) -> None:
        await peer.send(self._greeting + b"\r\n")
        while True:
            line = (await peer.line()).decode()
            if line not in {"CAPA", "QUIT"}:
                self.heard.append(line)
            found = (r for p, r in self._replies.items() if re.fullmatch(p, line))
            reply = next(found, b"-ERR [AUTH] out of turn")
            if reply is None:
                peer.reset()
                return
            if not reply:
                return
            await peer.send(reply + b"\r\n")
            if reply.endswith(b"Bye"):
                return


@asynccontextmanager
async def inside(
    server: Particular, credentials: Credentials = ANNA, *, tls=None, by: Dialer | None = None
) -> AsyncIterator[Connection]:
    async with ScriptedServer(server, tls=tls) as at:
        security = Security.TLS if tls else Security.NONE
        dialled = target(at, security, verified=False) if tls else target(at)
        connection = await signed_in(by or dialer(), dialled, credentials)
        try:
            yield connection
        finally:
            connection.abort()


IN = b"+OK in"
USER = {"USER anna": b"+OK", "PASS secret": IN}
TWO_STEPS = {"AUTH PLAIN": b"+ ", PLAIN: IN}


@pytest.mark.parametrize(
    "refusal",
    [
        FORM,
        b"-ERR Syntax error",
        b"-ERR too many arguments",
        b"-ERR line too long",
        b"-ERR invalid base64",
        b"-ERR Protocol error. 10",
        b"-ERR bad parameter",
        b"-ERR [X-ODD] argument expected",
        b"-ERR Syntaxfehler: zu viele Argumente",
        "-ERR erreur de syntaxe".encode("latin-1"),
    ],
)
async def test_plain_that_is_refused_in_one_step_goes_in_two(refusal):
    server = Particular("SASL PLAIN", {"AUTH PLAIN .+": refusal, **TWO_STEPS})
    async with inside(server) as connection:
        assert (connection.signed_in_by, connection.means_refused) == ("PLAIN", ("PLAIN",))
    assert server.heard == [f"AUTH PLAIN {PLAIN}", "AUTH PLAIN", PLAIN]


@pytest.mark.parametrize("refusal", [FORM, NO_SUCH, b"-ERR unknown command", b"-ERR what?"])
async def test_then_the_next_means_follows(authority, refusal):
    tls = authority.leaf().server_context()
    server = Particular("USER|SASL PLAIN LOGIN", {"AUTH .*": refusal, **USER})
    async with inside(server, tls=tls) as connection:
        assert (connection.signed_in_by, connection.means_refused) == ("USER", ("PLAIN",))
    two_steps = ["AUTH PLAIN"] if refusal is FORM else []
    assert server.heard == [f"AUTH PLAIN {PLAIN}", *two_steps, "USER anna", "PASS secret"]


async def test_two_steps_come_last_where_the_mechanism_was_called_unknown():
    # such a server compares "PLAIN AGFu…" with the names it knows
    server = Particular(
        "SASL PLAIN LOGIN", {"AUTH PLAIN .+": NO_SUCH, **TWO_STEPS, "AUTH .*": FORM}
    )
    async with inside(server) as connection:
        assert (connection.signed_in_by, connection.means_refused) == ("PLAIN", ("PLAIN", "LOGIN"))
    assert server.heard[:2] == [f"AUTH PLAIN {PLAIN}", "AUTH LOGIN"]


async def test_user_that_is_refused_for_its_form_is_followed_too():
    server = Particular(
        "USER|SASL PLAIN", {"USER .*": b"-ERR command not supported", "AUTH PLAIN .+": IN}
    )
    async with inside(server) as connection:
        assert (connection.signed_in_by, connection.means_refused) == ("PLAIN", ("USER",))


@pytest.mark.parametrize("empty", [b"+", b"+ ", b"+ go ahead", b"+ OK", b"+ continue"])
@pytest.mark.parametrize(("means", "secret"), [("PLAIN", "secret"), ("OAUTHBEARER", "dG9rZW4")])
async def test_an_initial_response_that_was_overlooked_is_sent_once_more(empty, means, secret):
    server = Particular(f"SASL {means}", {f"AUTH {means} .+": empty, "[A-Za-z0-9+/=]{12,}": IN})
    async with inside(server, Credentials("anna", secret, means)) as connection:
        assert (connection.signed_in_by, connection.means_refused) == (means, ())
    assert len(server.heard) == 2
    assert server.heard[0] == f"AUTH {means} {server.heard[1]}"


@pytest.mark.parametrize("means", ["PLAIN", "OAUTHBEARER"])
async def test_it_is_sent_no_third_time(means):
    replies = {f"AUTH {means}.*": b"+ ", "[*]": FORM, "AQ==": WRONG, "[A-Za-z0-9+/=]{20,}": b"+ "}
    server = Particular(f"SASL {means}", replies)
    with pytest.raises(Exception, match=r"PLAIN got a challenge|login incorrect"):
        async with inside(server, Credentials("anna", "dG9rZW4", means)):
            pass
    assert len([line for line in server.heard if len(line) > 20]) <= 3  # with that in two steps


@pytest.mark.parametrize(
    ("name", "word"),
    [
        (b"+ Username:", b"+ Password:"),
        (b"+ Username", b"+ Password"),  # base64, by chance
        (b"+", b"+"),
        (b"+ ", b"+ "),
        (b"+ OK", b"+ OK"),
        (b"+ Enter your name, please", b"+ Now the password"),
        ("+ Benutzer für POP3:".encode("latin-1"), "+ Paßwort:".encode("latin-1")),
    ],
)
async def test_login_that_prompts_in_words(name, word):
    named, told = (base64.b64encode(one).decode() for one in (b"anna", b"secret"))
    server = Particular("SASL LOGIN", {"AUTH LOGIN": name, named: word, told: IN})
    async with inside(server) as connection:
        assert connection.signed_in_by == "LOGIN"
    assert server.heard == ["AUTH LOGIN", named, told]


async def test_xoauth2_that_wants_one_step_gets_it():
    server = Particular("SASL XOAUTH2", {"AUTH XOAUTH2": FORM, "AUTH XOAUTH2 .+": IN})
    async with inside(server, Credentials("anna", "dG9rZW4", "XOAUTH2")) as connection:
        assert connection.signed_in_by == "XOAUTH2"
    assert len(server.heard) == 2


async def test_a_token_goes_by_no_other_means():
    server = Particular("USER|SASL OAUTHBEARER XOAUTH2 PLAIN", {"AUTH .*": FORM, **USER})
    with pytest.raises(LoginRejected) as caught:
        async with inside(server, TOKEN):
            pass
    assert caught.value.means_refused == ("OAUTHBEARER",)
    assert {line.split()[1] for line in server.heard} == {"OAUTHBEARER"}


@pytest.mark.parametrize("means", ["CRAM-MD5", "SCRAM-SHA-256"])
@pytest.mark.parametrize("refusal", [FORM, NO_SUCH])
async def test_in_clear_a_proof_is_never_followed_by_the_password(means, refusal):
    server = Particular(f"USER|SASL {means} PLAIN LOGIN", {"AUTH .*": refusal, **USER})
    with pytest.raises(LoginRejected) as caught:
        async with inside(server):
            pass
    assert {line.split()[1] for line in server.heard} == {means}
    found = caught.value
    assert (found.about.of_form, found.instead, found.means_refused) == (True, "USER", (means,))


async def test_in_clear_another_proof_may_follow():
    greeting = b"+OK <1.2@pop.example.net>"
    replies = {"AUTH .*": NO_SUCH, "APOP .*": IN, **USER}
    server = Particular("USER|SASL SCRAM-SHA-1 CRAM-MD5", replies, greeting)
    async with inside(server) as connection:
        assert connection.signed_in_by == "APOP"
        assert connection.means_refused == ("SCRAM-SHA-1", "CRAM-MD5")
    apop = Particular("USER", {"APOP .*": FORM, **USER}, greeting)
    with pytest.raises(LoginRejected) as caught:
        async with inside(apop):
            pass
    assert caught.value.about.of_form
    assert len(apop.heard) == 1


async def test_a_wrong_password_is_tried_once_whatever_was_refused_before(authority):
    tls = authority.leaf().server_context()
    replies = {"AUTH PLAIN.*": NO_SUCH, "USER .*": b"+OK", "PASS .*": WRONG, "AUTH .*": b"+"}
    server = Particular("USER|SASL PLAIN LOGIN CRAM-MD5", replies)
    with pytest.raises(LoginRejected) as caught:
        async with inside(server, tls=tls):
            pass
    assert caught.value.about is Refusal.LOGIN
    assert caught.value.means == "USER"
    assert server.heard == [f"AUTH PLAIN {PLAIN}", "USER anna", "PASS secret"]


@pytest.mark.parametrize("reply", [b"-ERR [IN-USE] bad command", b"-ERR mailbox locked, bad line"])
async def test_a_mailbox_in_use_is_not_a_matter_of_form(reply):
    server = Particular("USER|SASL PLAIN", {"USER .*": b"+OK", "PASS .*": reply, "AUTH.*": IN})
    with pytest.raises(MailboxInUse):
        async with inside(server):
            pass
    assert len(server.heard) == 2


async def test_encryption_that_is_wanted_is_no_wrong_password():
    reply = b"-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections."
    server = Particular("USER|SASL PLAIN", {".*": reply})
    with pytest.raises(LoginRejected) as caught:
        async with inside(server):
            pass
    assert caught.value.about is Refusal.ENCRYPTION
    assert len(server.heard) == 1, "another one would be refused, too"


# Beyond ASCII

ZOE = Credentials("zoë", "pässwörd ✓")


@pytest.mark.parametrize("capa", ["USER", "USER|UTF8", "USER|UTF8 USER", "UIDL"])
async def test_names_and_passwords_beyond_ascii_go_as_utf_8(capa):
    replies = {"USER zoë": b"+OK", "PASS pässwörd ✓": IN, "UTF8": b"+OK", "USER.*": WRONG}
    server = Particular(capa, replies)
    async with inside(server, ZOE) as connection:
        assert connection.signed_in_by == "USER"
    announced = ["UTF8"] if "UTF8" in capa else []
    assert server.heard == [*announced, "USER zoë", "PASS pässwörd ✓"]


@pytest.mark.parametrize(
    ("capa", "greeting"),
    [
        ("USER", b"+OK"),
        ("USER", b"+OK <1.2@pop.example.net>"),
        ("SASL PLAIN", b"+OK"),
        ("SASL LOGIN", b"+OK"),
        ("SASL CRAM-MD5", b"+OK"),
        ("SASL SCRAM-SHA-256", b"+OK"),
    ],
)
@pytest.mark.parametrize("who", [ZOE, Credentials("anna", "пароль"), Credentials("名前", "x")])
async def test_their_refusal_says_that_they_are_beyond_ascii(capa, greeting, who):
    replies = {"USER .*": b"+OK", "AUTH LOGIN": b"+", "AUTH CRAM.*": b"+ PDFAaD4="}
    server = Particular(
        capa,
        {**replies, ".*": b"-ERR [AUTH] no"}
        if capa == "USER"
        else {**replies, "AUTH (PLAIN|SCRAM).*": b"-ERR [AUTH] no"},
        greeting,
    )
    with pytest.raises(LoginRejected) as caught:
        async with inside(server, who):
            pass
    assert caught.value.beyond_ascii
    assert who.password not in repr(vars(caught.value))


async def test_apop_beyond_ascii_is_of_the_very_octets_unless_the_server_says_otherwise():
    stamp, full = b"<1.2@pop.example.net>", "ｐw"  # a wide letter, which SASLprep makes plain
    digests = {}
    for capa in ("USER", "USER|UTF8 USER"):
        server = Particular(capa, {"APOP .*": IN, "UTF8": b"+OK"}, b"+OK " + stamp)
        async with inside(server, Credentials("zoë", full)):
            digests[capa] = server.heard[-1].split()[-1]
    assert digests["USER"] == hashlib.md5(stamp + full.encode()).hexdigest()
    assert digests["USER|UTF8 USER"] == hashlib.md5(stamp + b"pw").hexdigest()


# Servers that hang up


async def test_what_worked_comes_first_the_next_time(authority):
    tls = authority.leaf().server_context()
    server = Particular("USER|SASL PLAIN LOGIN", {"AUTH PLAIN.*": NO_SUCH, **USER})
    same = dialer()
    async with ScriptedServer(server, tls=tls) as at:
        for _ in range(2):
            to = target(at, Security.TLS, verified=False)
            connection = await signed_in(same, to, ANNA)
            assert (connection.signed_in_by, connection.means_refused) == ("USER", ("PLAIN",))
            connection.abort()
    assert server.heard == [f"AUTH PLAIN {PLAIN}", *["USER anna", "PASS secret"] * 2]


@pytest.mark.parametrize("bye", [b"-ERR Protocol error. Connection is closed. Bye", b"+OK Bye"])
async def test_a_server_that_hangs_up_behind_a_refusal_is_dialled_again(authority, bye):
    tls = authority.leaf().server_context()
    server = Particular("USER|SASL PLAIN", {"AUTH PLAIN .+": bye, "AUTH PLAIN": bye, **USER})
    if bye.startswith(b"+OK"):
        async with inside(server, tls=tls) as connection:
            assert connection.signed_in_by == "PLAIN"
        return
    async with inside(server, tls=tls) as connection:
        assert connection.signed_in_by == "USER"
    assert server.heard[-2:] == ["USER anna", "PASS secret"]


async def test_in_clear_a_new_connection_begins_no_lower():
    bye = b"-ERR malformed. Bye"
    server = Particular("USER|SASL SCRAM-SHA-256 PLAIN", {"AUTH .*": bye, **USER})
    with pytest.raises(LoginRejected):
        async with inside(server):
            pass
    assert {line.split()[0] for line in server.heard} == {"AUTH"}


@pytest.mark.parametrize("end", [b"", None], ids=["closes", "resets"])
async def test_a_server_that_hangs_up_at_capa_is_spoken_to_without(end):
    server = Particular("", {"CAPA": end, **USER})
    same = dialer()
    async with ScriptedServer(server) as at:
        for dials in (2, 3):
            connection = await signed_in(same, target(at), ANNA)
            assert connection.signed_in_by == "USER"
            assert at.connections == dials, "it is remembered"
            connection.abort()
        habit = same.habits.of(at.host, at.port)
    assert habit.hangs_up_at_capa == {State.AUTHORIZATION}


async def test_one_that_hangs_up_at_capa_behind_the_login_only():
    drop = FakeMaildrop(quirks=Quirks(drop_at_command=4))  # CAPA, USER, PASS, CAPA
    same = dialer()
    async with ScriptedServer(drop) as at:
        connection = await signed_in(same, target(at), ANNA)
        assert "UIDL" in connection.capabilities, "as it said before"
        connection.abort()
        assert same.habits.of(at.host, at.port).hangs_up_at_capa == {State.TRANSACTION}
    assert drop.sessions == [["CAPA", "USER anna", "PASS secret", "CAPA"], drop.sessions[0][:3]]


async def test_one_that_hangs_up_whatever_is_said_is_not_remembered_for_capa():
    server = Particular("", {".*": b""})
    same = dialer()
    async with ScriptedServer(server) as at:
        with pytest.raises(ConnectionLost):
            await signed_in(same, target(at), ANNA)
        assert at.connections == 2
        assert not same.habits.of(at.host, at.port).hangs_up_at_capa


async def test_one_that_has_answered_capa_before_has_only_broken_off():
    good, bad = Particular("USER", USER), Particular("", {"CAPA": b"", **USER})
    same = dialer()
    async with ScriptedServer(good, bad) as at:
        (await signed_in(same, target(at), ANNA)).abort()
        with pytest.raises(ConnectionLost):
            await signed_in(same, target(at), ANNA)
        assert at.connections == 2
