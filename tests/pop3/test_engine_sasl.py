"""AUTH through the engine, and secrets that servers give back."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from app.pop3 import (
    Broken,
    Command,
    Completed,
    CramMd5,
    Engine,
    Event,
    Fault,
    Login,
    OAuthBearer,
    Plain,
    Rejected,
    SaslFault,
    Scram,
    State,
    commands,
)
from app.pop3.commands import HIDDEN
from app.pop3.errors import SaslError
from tests.support.table import table

from .dialogue import asked, feed, octet_by_octet
from .test_scram import RFC_7677

SECRET = "hunter2"
LONG = "hunter2" * 40


def b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


class Strict:
    """A mechanism that must see the server's proof before a `+OK` counts, as SCRAM must."""

    name = "STRICT"
    initial = b"hello"

    def __init__(self) -> None:
        self.done = False

    def respond(self, challenge: bytes) -> bytes:
        if challenge != b"proof":
            raise SaslError("the server did not prove itself")
        self.done = True
        return b""


def talk(
    command: Command[str], *said: bytes, whole: bool = False
) -> tuple[Engine, list[Any], list[bytes]]:
    """The engine, its last events, and what was sent after each of the server's lines."""
    engine = asked(command)
    sent: list[bytes] = []
    events: list[Event] = []
    for line in said:
        events = engine.receive_data(line) if whole else feed(engine, octet_by_octet(line))
        sent.append(engine.data_to_send())
    return engine, events, sent


def hidden(engine: Engine, events: Sequence[Event], *secrets: str) -> bool:
    """Whether no secret is anywhere it could be seen."""
    shown = [repr(event) for event in events] + [said.text for said in engine.said]
    for event in events:
        if isinstance(event, Broken | Rejected):
            shown += [str(event.error), repr(event.error), repr(vars(event.error))]
        if isinstance(event, Completed):
            shown += [event.reply.line, str(event.value)]
    return not [s for s in secrets for text in shown if s.casefold() in text.casefold()]


def test_plain_with_its_initial_response():
    engine, [event], sent = talk(commands.auth(Plain("tim", SECRET)), b"+OK in\r\n")
    assert isinstance(event, Completed)
    assert event.value == "in"
    assert sent == [b""]
    assert engine.state is State.TRANSACTION
    assert hidden(engine, [event], SECRET, b64(f"\0tim\0{SECRET}").decode())


@pytest.mark.parametrize("go", [b"+ \r\n", b"+\r\n", b"+ \n", b"+OK\r\n", b"+OK go ahead\r\n"])
def test_plain_too_long_for_its_line_waits_to_be_asked(go):
    command = commands.auth(Plain("tim", LONG))
    assert command.line == b"AUTH PLAIN\r\n"
    engine, [event], sent = talk(command, go, b"+OK in\r\n")
    assert sent == [b64(f"\0tim\0{LONG}") + b"\r\n", b""]
    assert isinstance(event, Completed)
    assert engine.state is State.TRANSACTION
    assert hidden(engine, [event], SECRET, b64(f"\0tim\0{LONG}").decode())


@pytest.mark.parametrize(
    ("name", "word"),
    [
        (b"+ VXNlcm5hbWU6\r\n", b"+ UGFzc3dvcmQ6\r\n"),
        (b"+\r\n", b"+\r\n"),
        (b"+ Username:\r\n", b"+ Password:\r\n"),
        (b"+ Username\r\n", b"+ Password\r\n"),
        (b"+ OK\r\n", b"+ OK\r\n"),
        (b"+OK\r\n", b"+OK\r\n"),
    ],
)
def test_login(name, word):
    engine, [event], sent = talk(commands.auth(Login("bob", SECRET)), name, word, b"+OK\r\n")
    assert sent == [b64("bob") + b"\r\n", b64(SECRET) + b"\r\n", b""]
    assert isinstance(event, Completed)
    assert engine.state is State.TRANSACTION
    said = [line.text for line in engine.said]
    assert said[1] == "AUTH LOGIN"
    assert said.count(HIDDEN) == 2
    assert hidden(engine, [event], SECRET, b64(SECRET).decode())


@pytest.mark.parametrize(
    ("command", "challenge", "why"),
    [
        (commands.auth(Plain("a", "b")), b"+ YWdhaW4=\r\n", "PLAIN got a challenge of 5 octets"),
        (commands.auth(CramMd5("a", "b")), b"+ Username:\r\n", "a challenge that is not base64"),
    ],
)
def test_a_challenge_without_an_answer_is_cancelled(command, challenge, why):
    engine, [event], sent = talk(command, challenge, b"-ERR [AUTH] cancelled\r\n")
    assert sent == [b"*\r\n", b""]
    assert isinstance(event, Rejected)
    assert (event.error.code, event.error.text) == ("AUTH", "cancelled")
    assert isinstance(event.error.__cause__, SaslError)
    assert event.error.__cause__.reason == why
    assert engine.state is State.AUTHORIZATION
    engine.submit(commands.auth(Plain("a", "b")))
    [again] = engine.receive_data(b"+OK\r\n")
    assert isinstance(again, Completed), "a cancelled exchange leaves nothing behind"


@pytest.mark.parametrize("empty", [b"+\r\n", b"+ \r\n", b"+ go ahead\r\n"])
@pytest.mark.parametrize("end", [b"+OK in\r\n", b"+ \r\n"])
def test_an_initial_response_that_was_overlooked_is_sent_once_more(empty, end):
    plain, bearer = Plain("bob", SECRET), OAuthBearer("bob", SECRET, "h", 1)
    for mechanism in (plain, bearer):
        command = commands.auth(mechanism, SECRET)
        engine, events, sent = talk(command, empty, end)
        first = command.line.split()[2]
        assert sent[0] == first + b"\r\n"
        assert first not in sent[1]
        assert hidden(engine, events, SECRET, first.decode())


def test_scram_sends_its_first_message_once_more_and_no_third_time():
    command = commands.auth(Scram("SCRAM-SHA-256", *SCRAM))
    _, _, sent = talk(command, b"+ \r\n", b"+ " + FIRST + b"\r\n")
    assert sent == [b64(RFC_7677[2].decode()) + b"\r\n", b64(RFC_7677[4].decode()) + b"\r\n"]
    _, _, sent = talk(commands.auth(Scram("SCRAM-SHA-256", *SCRAM)), b"+ \r\n", b"+ \r\n")
    assert sent[1] == b"*\r\n"


@pytest.mark.parametrize("then", [b"+OK welcome\r\n", b"+ \r\n", b"+ YQ==\r\n"])
def test_after_a_cancel_only_err_will_do(then):
    _, [event], sent = talk(commands.auth(Plain("a", "b")), b"+ YQ==\r\n", then)
    assert isinstance(event, Broken)
    assert event.error.fault is Fault.UNSOLICITED
    assert sent == [b"*\r\n", b""]


@pytest.mark.parametrize("whole", [False, True])
def test_ok_before_the_servers_proof_is_no_login(whole):
    engine, events, sent = talk(commands.auth(Strict()), b"+OK welcome\r\n", whole=whole)
    assert events == []
    assert sent == [b"*\r\n"]
    assert engine.state is State.AUTHORIZATION
    assert engine.outstanding == 1


def test_ok_after_the_servers_proof_is_a_login():
    proof = b"+ " + b64("proof") + b"\r\n"
    engine, [event], sent = talk(commands.auth(Strict()), proof, b"+OK\r\n")
    assert sent == [b"\r\n", b""]
    assert isinstance(event, Completed)
    assert engine.state is State.TRANSACTION


SCRAM = ("user", "pencil", "rOprNGfwEbeRWgbNEkqO")
FIRST, FINAL = (b64(said.decode()) for said in (RFC_7677[3], RFC_7677[5]))


@pytest.mark.parametrize(
    "end",
    [
        (b"+ " + FINAL + b"\r\n", b"+OK in\r\n"),
        (b"+OK " + FINAL + b"\r\n",),  # the server's proof comes with its success
    ],
)
def test_scram_ends_when_the_server_has_proved_itself(end):
    command = commands.auth(Scram("SCRAM-SHA-256", *SCRAM))
    assert command.line == b"AUTH SCRAM-SHA-256 " + b64(RFC_7677[2].decode()) + b"\r\n"
    engine, [event], sent = talk(command, b"+ " + FIRST + b"\r\n", *end)
    assert sent == [b64(RFC_7677[4].decode()) + b"\r\n", *[b"\r\n"][: len(end) - 1], b""]
    assert isinstance(event, Completed)
    assert engine.state is State.TRANSACTION
    assert engine.outstanding == 0
    proof = RFC_7677[4].decode().partition("p=")[2]
    assert hidden(engine, [event], "pencil", proof, b64(RFC_7677[4].decode()).decode())


@pytest.mark.parametrize("lie", [b"+OK welcome\r\n", b"+OK\r\n", b"+OK %s\r\n" % FINAL[:-4]])
def test_scram_without_the_servers_proof_is_no_login(lie):
    command = commands.auth(Scram("SCRAM-SHA-256", *SCRAM))
    engine, events, sent = talk(command, b"+ " + FIRST + b"\r\n", lie)
    assert events == []
    assert sent[-1] == b"*\r\n"
    [event] = engine.receive_data(b"-ERR cancelled\r\n")
    assert isinstance(event, Rejected)
    assert isinstance(event.error.__cause__, SaslError)
    assert event.error.__cause__.fault is SaslFault.IMPOSTOR


def test_scram_that_is_asked_for_its_initial_response():
    command = commands.auth(Scram("SCRAM-SHA-256", "u" * 200, "pencil"))
    assert command.line == b"AUTH SCRAM-SHA-256\r\n", "it would have more than 255 octets"
    _, events, [first] = talk(command, b"+ \r\n")
    assert events == []
    assert base64.b64decode(first).startswith(b"n,,n=uuu")


@pytest.mark.parametrize("line", [b"+FAIL\r\n", b"+ERR no\r\n", b"+VXNlcg==\r\n", b"nonsense\r\n"])
def test_what_only_looks_like_a_challenge_gets_no_password(line):
    _, [event], sent = talk(commands.auth(Login("bob", SECRET)), line)
    assert isinstance(event, Broken)
    assert event.error.fault is Fault.BAD_STATUS
    assert sent == [b""]


def test_a_challenge_outside_auth_is_no_status_line():
    engine = asked(commands.capa())
    [event] = engine.receive_data(b"+ VXNlcm5hbWU6\r\n")
    assert isinstance(event, Broken)


# -- servers that give back what was sent ---------------------------------------------------------

TOKEN = b64(f"\0bob\0{SECRET}").decode()
CHALLENGE = b"<1@h>"


@pytest.mark.parametrize(
    ("command", "secret"),
    [
        (commands.password(SECRET), SECRET),
        (commands.password("pass phrase, with é and +"), "pass phrase, with é and +"),
        (commands.password(f" {SECRET} "), SECRET),
        (commands.auth(Plain("bob", SECRET)), TOKEN),
        (
            commands.apop("bob", SECRET, CHALLENGE),
            hashlib.md5(CHALLENGE + SECRET.encode()).hexdigest(),
        ),
    ],
    ids=["PASS", "PASS phrase", "PASS spaces", "AUTH", "APOP"],
)
@table(
    "echo",
    [
        b"-ERR unknown command: %s\r\n",
        b'-ERR [AUTH] "%s" is wrong\r\n',
        b"+OK I got <%s>\r\n",
        b"%s\r\n",
        b"502 %s not implemented\r\n",
        b"-ERR what?\r\n%s\r\n",
        b"-ERR what?\r\n-ERR unknown %s\r\n",
        b"x" * 70 + b"%s\r\n",
        b"%s" + b"x" * 10_000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("shout", [False, True])
def test_an_echoed_secret_is_not_shown(command, secret, echo, shout):
    line = command.line.rstrip(b"\r\n")
    engine = asked(command)
    said = echo.replace(b"%s", line.upper() if shout and secret != TOKEN else line)
    events = feed(engine, [said[:9], said[9:30], said[30:]])
    assert events
    assert hidden(engine, events, secret)


@pytest.mark.parametrize("mechanism", [Plain, Login])
def test_a_secret_that_comes_back_decoded_is_not_shown(mechanism):
    engine = asked(commands.auth(mechanism("bob", SECRET), SECRET))
    events = engine.receive_data(b"-ERR no such user bob, password %s\r\n" % SECRET.encode())
    assert hidden(engine, events, SECRET)
    [event] = events
    assert isinstance(event, Rejected)
    assert event.error.text == HIDDEN


def test_an_echoed_response_is_not_shown():
    engine = asked(commands.auth(Login("bob", SECRET)))
    events = engine.receive_data(b"+\r\n+\r\n-ERR unknown command %s\r\n" % b64(SECRET))
    assert hidden(engine, events, b64(SECRET).decode(), SECRET)
    [event] = events
    assert isinstance(event, Rejected)
    assert event.error.text == HIDDEN


@pytest.mark.parametrize(
    ("password", "text"),
    [
        ("a", "authentication failed"),
        ("fail", "authentication failed"),
        ("hunter2", "[IN-USE] maildrop is locked by hunter21"),
        (" ", "no such user"),
    ],
)
def test_the_servers_words_stay_where_they_give_nothing_away(password, text):
    engine = asked(commands.password(password))
    [event] = engine.receive_data(f"-ERR {text}\r\n".encode())
    assert isinstance(event, Rejected)
    assert event.error.reply == f"-ERR {text}"


def test_no_engine_keeps_a_secret():
    engine = asked(commands.password(SECRET))
    engine.receive_data(b"+OK\r\n")
    engine.submit(commands.stat())
    engine.data_to_send()
    assert SECRET not in repr([*vars(engine).values(), *vars(engine._veil).values()])
