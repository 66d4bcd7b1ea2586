"""A secret that comes back in any later reply, and words that must stay."""

import base64
from typing import Any

import pytest

from app.pop3 import (
    Broken,
    Completed,
    MessageNumber,
    Octets,
    Rejected,
    ScanListing,
    Stat,
    commands,
)
from app.pop3.commands import HIDDEN
from app.pop3.veil import Veil

from .dialogue import asked

SECRET = "correct Horse-battery"


def over(*secrets: str) -> Veil:
    veil = Veil()
    for secret in secrets:
        veil.add(secret)
    return veil


def encoded(text: str, before: int = 0) -> str:
    return base64.b64encode(b"\0" * before + text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"PASS {SECRET}?",
        SECRET.upper(),
        f"user bob with {SECRET[:12]}...",
        f"...{SECRET[-12:]} is wrong",
        f"({encoded(SECRET)})",
        *(f"auth {encoded(SECRET, before)} no" for before in range(3)),
        encoded(f"\0bob@example.org\0{SECRET}"),
        encoded(SECRET).rstrip("="),
        encoded(SECRET[:12]),
        "x" * 1001,
    ],
)
def test_a_secret_is_hidden_in_every_spelling(text):
    assert over("another one", SECRET).hides(text)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("hunter2", "PASS hunter2"),
        ("hunter2", encoded("hunter2")),
        ("pw", 'not "pw"'),
        ("geheim ÄÖÜ", "kein geheim äöü hier"),
        ("日本語のパスワード", "-日本語のパス-"),
        ("t0k." * 500, "x" * 20 + "t0k." * 20),
    ],
)
def test_short_long_and_foreign_ones_too(secret, text):
    assert over(secret).hides(text)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("fail", "authentication failed"),
        ("hunter2", "locked by hunter21"),
        ("mypassword", "wrong password"),
        ("username1", "no such username"),
        ("authentic", "authentication failed"),
        (" ", "no such user"),
        (SECRET, "+OK 5 messages (1234 octets)"),
        (SECRET, "correct answers only"),
        (SECRET, encoded("a quite different sentence")),
        ("", "anything"),
    ],
)
def test_the_servers_words_stay_where_they_give_nothing_away(secret, text):
    assert not over(secret).hides(text)


def test_nothing_is_hidden_where_there_is_no_secret():
    assert not Veil().hides("x" * 5000)


def test_what_it_keeps_are_numbers():
    assert SECRET not in repr(vars(over(SECRET)))
    assert all(isinstance(one, int) for known in over(SECRET)._stretches.values() for one in known)


@pytest.mark.parametrize("form", [SECRET, encoded(SECRET)])
def test_a_secret_is_hidden_in_every_later_reply(form):
    engine = asked(commands.password(SECRET))
    engine.receive_data(b"+OK\r\n")
    events: list[Any] = []
    for command, answer in (
        (commands.stat_if_told(), "+OK {}"),
        (commands.noop(), "-ERR {}"),
        (commands.retr(MessageNumber(1)), "+OK {}\r\nSubject: x\r\n\r\n."),
        (commands.capa(), "+OK {}\r\nTOP\r\nX-PASS {}\r\n."),
    ):
        engine.submit(command)
        events = engine.receive_data(f"{answer}\r\n".replace("{}", form).encode())
        assert isinstance(events[-1], Completed | Rejected)
        assert form not in repr(events)
    assert list(events[-1].value.tags) == ["TOP"]
    engine.submit(commands.noop())
    [*events, event] = engine.receive_data(f"what? {'x' * 60} {form}\r\n".encode())
    assert isinstance(event, Broken)
    assert not event.error.received
    said = [one.text for one in engine.said]
    assert form not in repr(said)
    assert said[-2:] == ["NOOP", HIDDEN]


def test_a_password_of_digits_breaks_no_numbers():
    engine = asked(commands.password("1234"))
    engine.receive_data(b"+OK\r\n")
    for command, answer, value in (
        (commands.stat(), b"+OK 5 1234\r\n", Stat(5, 1234)),
        (
            commands.list_one(MessageNumber(5)),
            b"+OK 5 1234\r\n",
            ScanListing(MessageNumber(5), Octets(1234)),
        ),
        (commands.stat(), b"+OK 5 77 " + b"x" * 2000 + b"\r\n", Stat(5, 77)),
    ):
        engine.submit(command)
        [event] = engine.receive_data(answer)
        assert isinstance(event, Completed)
        assert event.value == value
        assert event.reply.text == HIDDEN
    engine.submit(commands.list_all())
    [event] = engine.receive_data(b"+OK\r\n1 1234\r\n.\r\n")
    assert isinstance(event, Completed)
    assert len(event.value) == 1
