import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import USAGE, BadLine, LineFault, Typed, Verb, parse_line
from app.pop3 import commands
from tests.support.table import table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("STAT", "STAT"),
        ("stat", "STAT"),
        ("  Capa  ", "CAPA"),
        ("list", "LIST"),
        ("LIST   7", "LIST 7"),
        ("uidl 007", "UIDL 7"),
        (" top  3   0 ", "TOP 3 0"),
        ("TOP 1 99999999", "TOP 1 99999999"),
        ("retr 999999999", "RETR 999999999"),
        ("noop", "NOOP"),
        ("dele 1", "DELE 1"),
        ("rset", "RSET"),
        ("Quit", "QUIT"),
        ("lang", "LANG"),
        ("lang *", "LANG *"),
        ("lang zh-Hans-CN", "LANG zh-Hans-CN"),
    ],
)
def test_what_may_be_sent(text, shown):
    assert parse_line(text).shown == shown


@table(
    "text, fault, usage",
    [
        ("", LineFault.EMPTY, ""),
        ("    ", LineFault.EMPTY, ""),
        ("x" * 254, LineFault.TOO_LONG, ""),
        ("STAT" + " " * 100_000, LineFault.TOO_LONG, ""),
        ("STAT\r\nDELE 1", LineFault.CONTROL, ""),
        ("STAT\n", LineFault.CONTROL, ""),
        ("LIST\t1", LineFault.CONTROL, ""),
        ("NOOP\x00", LineFault.CONTROL, ""),
        ("NOOP\x85", LineFault.CONTROL, ""),
        ("LIST \ud800", LineFault.CONTROL, ""),
        ("LIST \u202e1", LineFault.CONTROL, ""),
        ("USER anna", LineFault.SIGNING_IN, ""),
        ("pass secret", LineFault.SIGNING_IN, ""),
        ("PASS", LineFault.SIGNING_IN, ""),
        ("APOP anna 0123", LineFault.SIGNING_IN, ""),
        ("AUTH PLAIN AGE=", LineFault.SIGNING_IN, ""),
        ("STLS", LineFault.SIGNING_IN, ""),
        ("XCLIENT ADDR=1", LineFault.SIGNING_IN, ""),
        ("HELO", LineFault.UNKNOWN, ""),
        ("PASSsecret", LineFault.UNKNOWN, ""),
        ("STAT.", LineFault.UNKNOWN, ""),
        ("STAT 1", LineFault.ARGUMENTS, "STAT"),
        ("LIST 1 2", LineFault.ARGUMENTS, "LIST [n]"),
        ("TOP 1", LineFault.ARGUMENTS, "TOP n k"),
        ("TOP 1 2 3", LineFault.ARGUMENTS, "TOP n k"),
        ("RETR", LineFault.ARGUMENTS, "RETR n"),
        ("DELE", LineFault.ARGUMENTS, "DELE n"),
        ("DELE 1 2", LineFault.ARGUMENTS, "DELE n"),
        ("DELE 0", LineFault.NUMBER, "DELE n"),
        ("DELE 000", LineFault.NUMBER, "DELE n"),
        ("DELE -1", LineFault.NUMBER, "DELE n"),
        ("DELE +1", LineFault.NUMBER, "DELE n"),
        ("DELE 1.0", LineFault.NUMBER, "DELE n"),
        ("DELE all", LineFault.NUMBER, "DELE n"),
        ("DELE \u0663", LineFault.NUMBER, "DELE n"),
        ("DELE 1000000000", LineFault.NUMBER, "DELE n"),
        ("LIST " + "9" * 240, LineFault.NUMBER, "LIST [n]"),
        ("TOP 1 100000000", LineFault.NUMBER, "TOP n k"),
        ("TOP 1 -1", LineFault.NUMBER, "TOP n k"),
        ("LANG de_DE", LineFault.TAG, "LANG [tag]"),
        ("LANG *x", LineFault.TAG, "LANG [tag]"),
        ("LANG d\u00e9", LineFault.TAG, "LANG [tag]"),
    ],
)
def test_what_may_not(text, fault, usage):
    with pytest.raises(BadLine) as caught:
        parse_line(text)
    assert (caught.value.fault, caught.value.usage) == (fault, usage)
    # Whatever was typed is in no part of the error: it may be a password.
    assert not text.split(" ")[-1] or text.split(" ")[-1] not in repr(caught.value).split("'")


@given(st.text(max_size=300))
def test_nothing_gets_through_that_is_not_one_of_the_commands(text):
    try:
        typed = parse_line(text)
    except BadLine:
        return
    assert typed.verb.value == text.split()[0].upper()
    line = commands.raw_lines if typed.many_lines else commands.raw_line
    if typed.verb is not Verb.QUIT:
        assert line(typed.verb.value, *typed.arguments).line == typed.shown.encode() + b"\r\n"


def test_every_command_says_how_it_is_written():
    assert set(USAGE) == set(Verb)
    for verb, usage in USAGE.items():
        assert usage.split()[0] == verb.value
        filled = usage.replace("[n]", "4").replace(" n", " 4").replace(" k", " 2")
        assert parse_line(filled.replace("[tag]", "de")).verb is verb


def test_lines_follow_or_do_not():
    assert [v for v in ("CAPA", "LIST", "UIDL", "LANG") if parse_line(v).many_lines] == [
        "CAPA",
        "LIST",
        "UIDL",
        "LANG",
    ]
    assert parse_line("TOP 1 0").many_lines
    assert parse_line("RETR 1").many_lines
    for one in ("STAT", "LIST 1", "UIDL 1", "LANG de", "NOOP", "DELE 1", "RSET", "QUIT"):
        assert not parse_line(one).many_lines
    assert Typed(Verb.DELE, ("12",)).number == 12
