"""Messages and listings as they stream in, and where they are cut off."""

import pytest

from app.pop3 import (
    BodyEnd,
    BodyStarted,
    Broken,
    Completed,
    ConnectionClosed,
    Fault,
    Limits,
    MessageNumber,
    Octets,
    Reply,
    commands,
)

from .dialogue import (
    asked,
    body_of,
    feed,
    octet_by_octet,
    of,
)

ONE = MessageNumber(1)


@pytest.mark.parametrize("command", [commands.top(ONE, 0), commands.retr(ONE)])
def test_a_body_is_started_streamed_and_ended(command):
    engine = asked(command)
    assert engine.receive_data(b"+OK 120 octets\r\n") == [
        BodyStarted(command, Reply(True, None, "120 octets"))
    ]
    engine.receive_data(b"Subject: x\r\n\r\n..dot\r\n")
    [event] = engine.receive_data(b".\r\n")
    assert isinstance(event, Completed)
    assert event.value == BodyEnd(Octets(len(b"Subject: x\r\n\r\n.dot\r\n")), 0)
    assert engine.outstanding == 0


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (b"Subject: a\r\nTo: b\r\n.\r\n", b"Subject: a\r\nTo: b\r\n"),  # no blank line
        (b"Subject: a\n\nx\n.\n", b"Subject: a\n\nx\n"),
        (b".\r\n", b""),
        (b"x" * 100_000 + b"\r\n.\r\n", b"x" * 100_000 + b"\r\n"),
        (b"-ERR\r\n+OK\r\n.\r\n", b"-ERR\r\n+OK\r\n"),  # mail text, not replies
    ],
)
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_bodies(said, body, end):
    events = asked(commands.top(ONE, 0)).receive_data(b"+OK" + end + said)
    assert body_of(events) == body
    assert isinstance(events[-1], Completed)


def test_nothing_but_the_terminator_is_held_back():
    engine = asked(commands.retr(ONE))
    engine.receive_data(b"+OK\r\n")
    assert body_of(engine.receive_data(b"half a li")) == b"half a li"
    assert body_of(engine.receive_data(b"ne\r")) == b"ne\r"
    assert body_of(engine.receive_data(b"\n.")) == b"\n"
    assert body_of(engine.receive_data(b"\r")) == b""
    assert body_of(engine.receive_data(b"x")) == b".\rx"


def test_cyrus_of_old_ends_the_last_body_without_a_line_feed():
    engine = asked(commands.retr(ONE))
    engine.receive_data(b"+OK\r\na\r\n.\r")
    events = engine.receive_eof()
    assert [type(event) for event in events] == [Completed, ConnectionClosed]
    assert of(Completed, events[0]).value == BodyEnd(Octets(3), 0)
    assert events[1] == ConnectionClosed(expected=True)


@pytest.mark.parametrize("left", [b"", b"a", b"a\r\n", b"a\r\n.", b"a.\r"])
def test_a_body_cut_off_is_not_complete(left):
    engine = asked(commands.retr(ONE))
    engine.receive_data(b"+OK\r\n" + left)
    assert engine.receive_eof() == [ConnectionClosed(expected=False)]


@pytest.mark.parametrize(
    ("limits", "said", "fault", "let_through"),
    [
        (Limits(body_octets=5), b"abcde\r\n.\r\n", Fault.BODY_TOO_LONG, b"abcde"),
        (Limits(body_line=4), b"abc\r\nabcde\r\n.\r\n", Fault.LINE_TOO_LONG, b"abc\r\nabcd"),
    ],
)
def test_body_limits_break_the_dialogue(limits, said, fault, let_through):
    engine = asked(commands.retr(ONE), limits)
    events = feed(engine, octet_by_octet(b"+OK\r\n" + said))
    assert body_of(events) == let_through
    assert isinstance(events[-1], Broken)
    assert events[-1].error.fault is fault
    assert events[-1].error.received == b""


@pytest.mark.parametrize(
    ("limits", "fits"),
    [
        (Limits(words_entries=3), True),
        (Limits(words_entries=2), False),
        (Limits(words_octets=15), True),
        (Limits(words_octets=14), False),
        (Limits(reply_line=3), True),
        (Limits(reply_line=2), False),
    ],
)
def test_limits_of_words(limits, fits):
    engine = asked(commands.capa())  # the greeting may be longer than these limits
    engine._limits = limits
    events = feed(engine, octet_by_octet(b"+OK\r\n1 1\r\n2 2\r\n3 3\r\n.\r\n"))
    assert isinstance(events[-1], Completed if fits else Broken)
