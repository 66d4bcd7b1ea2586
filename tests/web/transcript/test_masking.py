"""Who somebody is does not show in a masked transcript; the same name is the same mask."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import LineEvent, TranscriptLine
from app.pop3 import Side
from app.web.transcript.masking import Masker

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def line(text: str) -> TranscriptLine:
    side = {"C": Side.CLIENT, "S": Side.SERVER}[text[0]]
    return TranscriptLine(1, NOON, side, text[3:])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("C: USER anna@example.net", "USER user1@host1"),
        ("C: USER Anna@Example.NET", "USER user1@host1"),
        ("C: USER bob", "USER user2"),
        ("C: USER john smith", "USER user2"),
        ("C: APOP anna@example.net ••••••••", "APOP user1@host1 ••••••••"),
        ("C: AUTH PLAIN ••••••••", "AUTH PLAIN ••••••••"),
        ("C: PASS ••••••••", "PASS ••••••••"),
        ("C: TOP 1 0", "TOP 1 0"),
        ("S: +OK anna@example.net has 3 messages", "+OK user1@host1 has 3 messages"),
        ("S: +OK anna's maildrop has 3", "+OK user1's maildrop has 3"),
        ("S: -ERR [AUTH] no such user: bob@example.net", "-ERR [AUTH] no such user: user2@host1"),
        ("S: +OK ready <1896.697@mail.example.org>", "+OK ready <user2@host2>"),
        ("S: +OK joanna banana", "+OK joanna banana"),
        ("S: +OK", "+OK"),
    ],
)
def test_a_line_is_masked(said, shown):
    assert Masker("anna@example.net").line(line(said)) == shown


def test_the_same_name_is_the_same_mask_all_through():
    masker = Masker("anna")
    assert masker.line(line("C: USER anna")) == "USER user1"
    assert masker.line(line("S: +OK mail for bob@a.example, eve@b.example, bob@b.example")) == (
        "+OK mail for user2@host1, user3@host2, user2@host2"
    )


@pytest.mark.parametrize("name", ["ok", "a", ""])
def test_a_very_short_name_does_not_eat_the_words(name):
    assert Masker(name).line(line("S: +OK a is ok")) == "+OK a is ok"
    assert Masker(name).line(line(f"C: USER {name or 'x'}")).startswith("USER user")


def test_a_command_that_is_called_like_the_mailbox_stays():
    assert Masker("stat").line(line("C: STAT")) == "STAT"


def test_what_happened_to_the_connection_stays():
    happened = TranscriptLine(1, NOON, None, "pop.example.net:995", event=LineEvent.CONNECTED)
    assert Masker("anna").line(happened) == "pop.example.net:995"


names = st.from_regex(r"[a-z][a-z0-9]{3,9}", fullmatch=True)


@given(names, names, st.text(max_size=40), st.text(max_size=40))
def test_an_address_never_shows(user, host, before, after):
    secret = f"{user}@{host}.example"
    masked = Masker(secret).line(line(f"S: +OK {before} {secret} {after}"))
    assert secret not in masked


def test_a_long_hostile_line_takes_no_time():
    text = Masker("anna@example.net").text("@" * 100_000 + "a@" * 50_000 + "x" * 100_000)
    assert len(text) > 100_000
