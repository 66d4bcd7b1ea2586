"""The commands: what is sent, what is refused, what is shown, and how answers are read."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pop3 import (
    Completed,
    LocalProtocolError,
    Login,
    MessageNumber,
    Plain,
    Reply,
    ScanListing,
    State,
    UniqueId,
    commands,
)
from app.pop3.commands import HIDDEN, MAX_LINE, MAX_TOP_LINES, Command
from app.pop3.replies import parse_status
from tests.support.table import table

from .dialogue import asked, value

ONE = MessageNumber(1)
LATER = {State.TRANSACTION}
BEFORE = {State.AUTHORIZATION}
BOTH = LATER | BEFORE


class Named:
    """A mechanism with any name and any initial response."""

    done = True

    def __init__(self, name: str, initial: bytes | None = None) -> None:
        self.name = name
        self.initial = initial

    def respond(self, challenge: bytes) -> bytes:
        return challenge


@pytest.mark.parametrize(
    ("command", "line", "states", "barrier"),
    [
        (commands.capa(), b"CAPA", BOTH, False),
        (commands.stls(), b"STLS", BEFORE, True),
        (commands.user("bob"), b"USER bob", BEFORE, True),
        (commands.user("bob smith"), b"USER bob smith", BEFORE, True),
        (commands.user("zoë@例.jp"), "USER zoë@例.jp".encode(), BEFORE, True),
        (commands.password(" a  b "), b"PASS  a  b ", BEFORE, True),
        (commands.auth(Login("a", "b")), b"AUTH LOGIN", BEFORE, True),
        (commands.auth(Plain("tim", "pw")), b"AUTH PLAIN AHRpbQBwdw==", BEFORE, True),
        (commands.auth(Named("EXTERNAL", b"")), b"AUTH EXTERNAL =", BEFORE, True),
        (commands.mechanisms(), b"AUTH", BEFORE, False),
        (commands.stat(), b"STAT", LATER, False),
        (commands.list_all(), b"LIST", LATER, False),
        (commands.list_one(ONE), b"LIST 1", LATER, False),
        (commands.uidl_all(), b"UIDL", LATER, False),
        (commands.top(ONE, 0), b"TOP 1 0", LATER, False),
        (commands.top(ONE, MAX_TOP_LINES + 1), b"TOP 1 99999999", LATER, False),
        (commands.top(ONE, 10**5000), b"TOP 1 99999999", LATER, False),
        (commands.retr(MessageNumber(100_000)), b"RETR 100000", LATER, False),
        (commands.dele(ONE), b"DELE 1", LATER, False),
        (commands.noop(), b"NOOP", LATER, False),
        (commands.rset(), b"RSET", LATER, False),
        (commands.quit_(), b"QUIT", BOTH, True),
        (commands.utf8(), b"UTF8", BEFORE, False),
        (commands.lang("*"), b"LANG *", BOTH, False),
        (commands.languages(), b"LANG", BOTH, False),
    ],
    ids=lambda part: part.shown if isinstance(part, Command) else "",
)
def test_what_is_sent_when_and_how(command, line, states, barrier):
    assert command.line == line + b"\r\n"
    assert command.states == states
    assert command.barrier is barrier
    assert command.verb == line.split()[0].decode()
    if HIDDEN not in command.shown:
        assert command.shown.encode() == line


def test_apop_is_rfc_1939s_example():
    command = commands.apop("mrose", "tanstaaf", b"<1896.697170952@dbc.mtview.ca.us>")
    assert command.line == b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n"
    assert command.shown == f"APOP mrose {HIDDEN}"
    assert command.barrier


def test_the_same_command_twice_is_two_commands():
    assert commands.stat() != commands.stat()


SECRET = "hunter2-Zoë"


@pytest.mark.parametrize(
    "command",
    [
        commands.password(SECRET),
        commands.apop("bob", SECRET, b"<1@h>"),
        commands.auth(Plain("bob", SECRET)),
        commands.auth(Login("bob", SECRET)),
        commands.auth(Named("X-LONG", SECRET.encode() * 40)),
    ],
    ids=lambda command: command.shown,
)
def test_no_secret_is_shown(command):
    digest = hashlib.md5(b"<1@h>" + SECRET.encode(), usedforsecurity=False).hexdigest()
    encoded = base64.b64encode(b"\0bob\0" + SECRET.encode()).decode()
    for text in (command.shown, command.verb, repr(command), str(command)):
        for secret in (SECRET, ascii(SECRET)[1:-1], digest, encoded):
            assert secret not in text


CONTROLS = [*map(chr, range(0x20)), "\x7f", "\x80", "\x85", "\x9f", "\ud800", "\udfff"]


@table("bad", CONTROLS, ids=ascii)
@pytest.mark.parametrize(
    "make",
    [
        commands.user,
        commands.password,
        commands.lang,
        lambda text: commands.apop(text, "pw", b"<1@h>"),
        lambda text: commands.apop("bob", text, b"<1@h>"),
        lambda text: commands.auth(Named(text)),
    ],
    ids=["user", "password", "lang", "apop name", "apop secret", "auth"],
)
def test_controls_are_refused_and_not_shown(make, bad):
    for text in (f"hunter2{bad}DELE 1", bad, f"x{bad}", f"{bad}x"):
        with pytest.raises(LocalProtocolError) as caught:
            make(text)
        assert "hunter2" not in repr(caught.value)
        assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: commands.user(""),
        lambda: commands.password(""),
        lambda: commands.lang(""),
        lambda: commands.lang("de fr"),
        lambda: commands.apop("bob smith", "pw", b"<1@h>"),
        lambda: commands.apop("bob", "", b"<1@h>"),
        lambda: commands.auth(Named("")),
        lambda: commands.auth(Named("PLAIN x")),
        lambda: commands.retr(MessageNumber(0)),
        lambda: commands.dele(MessageNumber(-1)),
        lambda: commands.list_one(MessageNumber(10**18)),
        lambda: commands.top(ONE, -1),
        lambda: commands.top(MessageNumber(0), 5),
    ],
)
def test_other_nonsense_is_refused(make):
    with pytest.raises(LocalProtocolError):
        make()


@pytest.mark.parametrize("make", [commands.user, commands.password])
def test_a_line_has_at_most_255_octets(make):
    room = MAX_LINE - len(b"USER \r\n")
    assert len(make("x" * room).line) == MAX_LINE
    assert len(make("é" * (room // 2)).line) == MAX_LINE
    for long in ("x" * (room + 1), "é" * (room // 2) + "x"):
        with pytest.raises(LocalProtocolError):
            make(long)


def test_the_initial_response_goes_along_while_the_line_has_room():
    room = MAX_LINE - len(b"AUTH X \r\n")
    fits = b"a" * (room // 4 * 3)
    command = commands.auth(Named("X", fits))
    assert command.line == b"AUTH X " + base64.b64encode(fits) + b"\r\n"
    assert command.shown == f"AUTH X {HIDDEN}"
    assert len(command.line) <= MAX_LINE
    assert commands.auth(Named("X", fits + b"a")).line == b"AUTH X\r\n"
    assert commands.auth(Named("X", fits + b"a")).shown == "AUTH X"


@pytest.mark.parametrize(("name", "along"), [("X" * 243, True), ("X" * 244, False)])
def test_the_room_for_an_initial_response_is_counted_to_the_octet(name, along):
    line = commands.auth(Named(name, b"abc")).line
    assert line == b"AUTH " + name.encode() + (b" YWJj" if along else b"") + b"\r\n"
    assert (len(line) == MAX_LINE) is along


words = st.one_of(st.text(max_size=300), st.text("a \r\n\0\t\x85", max_size=12))
numbers = st.one_of(st.integers(), st.integers(-2, 2), st.just(10**5000))
FACTORIES = st.one_of(
    st.tuples(st.just(commands.user), words),
    st.tuples(st.just(commands.password), words),
    st.tuples(st.just(commands.lang), words),
    st.tuples(st.just(commands.apop), words, words, st.binary(max_size=20)),
    st.tuples(st.just(lambda *a: commands.auth(Plain(*a))), words, words),
    st.tuples(st.just(lambda *a: commands.auth(Login(*a))), words, words),
    st.tuples(st.just(lambda *a: commands.auth(Named(*a))), words, st.binary(max_size=300)),
    st.tuples(
        st.sampled_from([commands.list_one, commands.retr, commands.dele]),
        numbers,
    ),
    st.tuples(st.just(commands.top), numbers, numbers),
)


@given(FACTORIES)
def test_no_argument_makes_two_lines_or_a_long_one(made):
    factory, *arguments = made
    try:
        line = factory(*arguments).line
    except LocalProtocolError:
        return
    assert line.endswith(b"\r\n")
    assert len(line) <= 255
    assert not {*range(0x20), 0x7F} & {*line[:-2]}


@pytest.mark.parametrize(
    ("command", "said", "expected"),
    [
        (commands.stat(), b"+OK 2 320\r\n", "Stat(messages=2, octets=320)"),
        (commands.stat(), b"+OK  2\t320 octets\n", "Stat(messages=2, octets=320)"),
        (commands.stat(), b"+OK 4 -96\r\n", "Stat(messages=4, octets=-96)"),
        (commands.list_one(ONE), b"+OK 1 120\r\n", "ScanListing(number=1, octets=120)"),
        (commands.dele(ONE), b"+OK message 1 deleted\r\n", "'message 1 deleted'"),
        (commands.lang("de"), b"+OK de Sprache: Deutsch\r\n", "'de Sprache: Deutsch'"),
        (commands.languages(), b"+OK\r\nde Deutsch\r\n\r\nfr\r\n.\r\n", "('de', 'fr')"),
        (commands.mechanisms(), b"+OK\r\nplain\r\n\r\nLOGIN \r\n.\r\n", "('PLAIN', 'LOGIN')"),
    ],
)
def test_answers_are_read(command, said, expected):
    assert repr(value(command, said)) == expected


def pairs(rows: list[ScanListing | UniqueId]) -> list[tuple[int, int | str | None]]:
    return [(row.number, row.octets if isinstance(row, ScanListing) else row.uidl) for row in rows]


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        (b"+OK 2 messages\r\n1 120\r\n2 200\r\n.\r\n", [(1, 120), (2, 200)]),
        (b"+OK\n1 120\n2 200\n.\n", [(1, 120), (2, 200)]),
        (b"+ok\r\n1 120\r\n.\r\n", [(1, 120)]),
        (b"+OK\r\n1   120\r\n  4 200  \r\n9\t1\r\n.\r\n", [(1, 120), (4, 200), (9, 1)]),
        (b"+OK\r\n+OK 1 120\r\n+OK 2 200\r\n.\r\n", [(1, 120), (2, 200)]),
        (b"+OK\r\n1 120 octets\r\n\r\n2 -1\r\n.\r\n", [(1, 120), (2, 0)]),
        (b"+OK POP3 clients that break here, they violate STD53.\r\n3 9\r\n.\r\n", [(3, 9)]),
        (b"+OK\r\n.\r\n", []),
    ],
)
def test_list_as_servers_send_it(said, rows):
    assert pairs(value(commands.list_all(), said)) == rows


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        (b"+OK\r\n1 a\r\n2 b\r\n.\r\n", [(1, "a"), (2, "b")]),
        (b"+OK\r\n1 same\r\n2 same\r\n.\r\n", [(1, "same"), (2, "same")]),
        (b"+OK\r\n1 a\r\n2\r\n3 \r\n4 x y\r\n7 d\r\n.\r\n", [(1, "a"), (7, "d")]),
        (b"+OK\r\n+OK 1 a\r\n\r\n 2   b \r\n.\r\n", [(1, "a"), (2, "b")]),
        (b"+OK\n1 .\n.\n", [(1, ".")]),
    ],
)
def test_uidl_as_servers_send_it(said, rows):
    assert pairs(value(commands.uidl_all(), said)) == rows


@pytest.mark.parametrize(
    "command", [commands.top(ONE, 0), commands.retr(ONE)], ids=lambda command: command.verb
)
def test_a_body_is_never_parsed_as_a_listing(command):
    with pytest.raises(ValueError):
        command.parse(Reply(True, None, ""), ())


@pytest.mark.parametrize("said", [b"+OK\r\n", b"+OK 3\r\n", b"+OK [SYS/TEMP] no sense at all \r\n"])
def test_a_raw_line_takes_any_answer(said):
    assert value(commands.raw_line("STAT"), said) == parse_status(said.rstrip(b"\r\n"))


def test_raw_lines_are_streamed_whatever_is_in_them():
    engine = asked(commands.raw_lines("LIST"))
    events = engine.receive_data(b"+OK 2 messages\r\nno row\r\n..\r\n.\r\n")
    assert [type(event).__name__ for event in events] == ["BodyStarted", "BodyData", "Completed"]
    assert isinstance(events[-1], Completed)
    end = events[-1].value
    assert (end.octets, end.reply) == (len(b"no row\r\n.\r\n"), "+OK 2 messages")


@pytest.mark.parametrize("make", [commands.raw_line, commands.raw_lines])
@pytest.mark.parametrize("verb", ["QUIT", "pass", "USER", "APOP", "AUTH", "STLS"])
def test_what_has_rules_of_its_own_is_never_raw(make, verb):
    with pytest.raises(LocalProtocolError):
        make(verb, "secret")


@pytest.mark.parametrize("make", [commands.raw_line, commands.raw_lines])
@pytest.mark.parametrize("words", [("NOOP\r\nDELE 1",), ("LIST", "1\n"), ("",), ("X", "y" * 300)])
def test_a_raw_command_is_one_line(make, words):
    with pytest.raises(LocalProtocolError):
        make(*words)
