"""How dialogues end, and what the transcript keeps of them."""

import pytest

from app.pop3 import (
    ConnectionClosed,
    Engine,
    LocalProtocolError,
    MessageNumber,
    Rejected,
    Said,
    Side,
    State,
    commands,
)

from .dialogue import (
    answer,
    asked,
    greeted,
    logged_in,
    state,
    value,
)

ONE = MessageNumber(1)


@pytest.mark.parametrize(
    ("engine", "said", "expected"),
    [
        (Engine(), b"", False),
        (Engine(), b"+OK no line e", False),
        (greeted(), b"", True),
        (logged_in(), b"", True),
        (logged_in(), b"-ERR half", False),
        (asked(commands.stat()), b"", False),
        (asked(commands.stls()), b"+OK\r\n", False),
        (asked(commands.quit_()), b"", False),
        (asked(commands.quit_()), b"+OK bye", False),
        (asked(commands.quit_()), b"+OK bye\r\n", True),
        (asked(commands.quit_()), b"+OK bye\r\nand thanks\r\n", True),
        (asked(commands.quit_()), b"-ERR some messages not removed\r\n", True),
    ],
)
def test_whether_the_end_was_expected(engine, said, expected):
    engine.receive_data(said)
    assert engine.receive_eof()[-1] == ConnectionClosed(expected)
    assert state(engine) is State.CLOSED
    with pytest.raises(LocalProtocolError):
        engine.submit(commands.noop())


def test_quit_before_login_ends_nothing_but_the_connection():
    engine = greeted()
    engine.submit(commands.quit_())
    assert state(engine) is State.AUTHORIZATION
    engine.receive_data(b"+OK\r\n")
    assert state(engine) is State.CLOSED


def test_quit_after_login_is_the_update_state():
    engine = asked(commands.quit_())
    assert state(engine) is State.UPDATE
    with pytest.raises(LocalProtocolError):
        engine.submit(commands.noop())


def test_the_transcript():
    engine = logged_in()
    for command, said in (
        (commands.retr(ONE), b"+OK 9 octets\r\na\r\n..b\r\n.\r\n"),
        (commands.list_all(), b"+OK\r\n1 9\r\n.\r\n"),
        (commands.noop(), b"-ERR [SYS/TEMP] no\r\n"),
    ):
        engine.submit(command)
        engine.receive_data(said)
    assert list(engine.said) == [
        Said(Side.SERVER, "+OK ready"),
        Said(Side.CLIENT, "USER bob"),
        Said(Side.SERVER, "+OK"),
        Said(Side.CLIENT, "PASS ••••••••"),
        Said(Side.SERVER, "+OK"),
        Said(Side.CLIENT, "RETR 1"),
        Said(Side.SERVER, "+OK 9 octets", len(b"a\r\n.b\r\n")),
        Said(Side.CLIENT, "LIST"),
        Said(Side.SERVER, "+OK", len(b"1 9\r\n")),
        Said(Side.CLIENT, "NOOP"),
        Said(Side.SERVER, "-ERR [SYS/TEMP] no"),
    ]


def test_the_transcript_keeps_the_newest_and_counts_all():
    engine = Engine(transcript=3)
    engine.receive_data(b"+OK\r\n")
    for _ in range(5):
        engine.submit(commands.capa())
        engine.receive_data(b"-ERR\r\n")
    assert [said.text for said in engine.said] == ["-ERR", "CAPA", "-ERR"]
    assert engine.said_count == 11


def test_a_capa_refused_and_a_value_read_are_told_apart():
    assert isinstance(answer(commands.capa(), b"-ERR what\r\n"), Rejected)
    assert not value(commands.capa(), b"+OK\r\n.\r\n").tags
