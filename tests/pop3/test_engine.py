"""The dialogue: states, replies and bodies as real servers send them, and every way it ends."""

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from app.pop3 import (
    Broken,
    Command,
    Completed,
    ConnectionClosed,
    Engine,
    Fault,
    Greeting,
    Limits,
    LocalProtocolError,
    MessageNumber,
    Plain,
    Protocol,
    Rejected,
    RemoteProtocolError,
    Reply,
    State,
    commands,
)

from .dialogue import (
    answer,
    asked,
    body_of,
    broken,
    feed,
    greeted,
    logged_in,
    octet_by_octet,
    of,
    only,
    plain,
    state,
)

ONE = MessageNumber(1)
TWO = MessageNumber(2)


# -- the greeting ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "state", "reply", "challenge"),
    [
        (b"+OK\r\n", State.AUTHORIZATION, Reply(True, None, ""), None),
        (b"+OK\n", State.AUTHORIZATION, Reply(True, None, ""), None),
        (b"+ok hi\r\n", State.AUTHORIZATION, Reply(True, None, "hi"), None),
        (b"+OK <1.2@h>\r\n", State.AUTHORIZATION, Reply(True, None, "<1.2@h>"), b"<1.2@h>"),
        (b"-ERR [SYS/TEMP] full\r\n", State.CLOSED, Reply(False, "SYS/TEMP", "full"), None),
    ],
)
def test_greetings(line, state, reply, challenge):
    engine = Engine()
    assert engine.state is State.GREETING
    assert engine.receive_data(line) == [Greeting(reply, challenge)]
    assert engine.state is state


@pytest.mark.parametrize(
    "line",
    [
        b"220 mail.example ESMTP Postfix\r\n", b"* OK [CAPABILITY IMAP4rev1] ready\r\n",
        b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-OpenSSH_9.2p1\r\n", b"\r\n", b"+ERR busy\r\n",
        b"+ go ahead\r\n", b"RFB 003.008\n",
    ],
)  # fmt: skip
def test_servers_of_other_protocols(line):
    engine = Engine()
    [event] = engine.receive_data(line)
    assert isinstance(event, Broken)
    assert event.error.fault is Fault.NOT_POP3
    assert event.error.received == line.rstrip(b"\n").removesuffix(b"\r")


@pytest.mark.parametrize("parts", [[b"\x15\x03\x01\x00\x02\x02\x46"], [b"\x16", b"\x03\n"]])
def test_a_record_of_tls_in_place_of_a_greeting_needs_no_line_end(parts):
    event = only(feed(Engine(), parts))
    error = of(Broken, event).error
    assert (error.fault, error.received) == (Fault.NOT_POP3, parts[0][:1] + b"\x03")
    assert error.spoken is Protocol.TLS


def test_an_endless_greeting_is_cut_off():
    engine = Engine(Limits(reply_line=100))
    [event] = feed(engine, [b"x"] * 500)
    assert isinstance(event, Broken)
    assert event.error.fault is Fault.LINE_TOO_LONG
    assert event.error.received == b"x" * 80


def test_nothing_can_be_asked_before_the_greeting_or_after_a_refusing_one():
    engine = Engine()
    with pytest.raises(LocalProtocolError, match="waiting for the greeting"):
        engine.submit(commands.capa())
    engine.receive_data(b"-ERR go away\r\nbye bye\r\n")
    with pytest.raises(LocalProtocolError, match="closed"):
        engine.submit(commands.capa())
    assert engine.data_to_send() == b""
    assert engine.receive_eof() == [ConnectionClosed(expected=True)]


# -- a whole session, and every command in it --------------------------------------------------

DOVECOT: list[tuple[Callable[[], Command[Any]], bytes, str | None]] = [
    (commands.capa, b"+OK\r\nCAPA\r\nTOP\r\nSASL PLAIN\r\n.\r\n", None),
    (lambda: commands.user("bob"), b"+OK\r\n", ""),
    (lambda: commands.password("pw"), b"+OK Logged in.\r\n", "Logged in."),
    (commands.stat, b"+OK 2 320\r\n", None),
    (commands.list_all, b"+OK 2 messages:\r\n1 120\r\n2 200\r\n.\r\n", None),
    (commands.noop, b"+OK\r\n", ""),
    (lambda: commands.dele(TWO), b"+OK Marked to be deleted.\r\n", "Marked to be deleted."),
    (commands.quit_, b"+OK Logging out, messages deleted.\r\n", "Logging out, messages deleted."),
]


def session(change: Callable[[bytes], bytes]) -> None:
    engine = greeted()
    for make, said, text in DOVECOT:
        command = make()
        engine.submit(command)
        assert engine.data_to_send() == command.line
        event = of(Completed, only(feed(engine, octet_by_octet(change(said)))))
        if text is not None:
            assert event.value == text
        assert engine.outstanding == 0
    assert engine.state is State.CLOSED
    assert engine.receive_eof() == [ConnectionClosed(expected=True)]


@pytest.mark.parametrize(
    "change",
    [bytes, lambda said: said.replace(b"\r\n", b"\n"), lambda said: said.replace(b"+OK", b"+ok")],
    ids=["CRLF", "LF", "small letters"],
)
def test_a_session(change):
    session(change)


ALL: list[Command[Any]] = [
    commands.capa(), commands.stls(), commands.user("a"), commands.password("pw"),
    commands.auth(Plain("a", "b")), commands.mechanisms(), commands.utf8(), commands.lang("de"),
    commands.languages(), commands.stat(), commands.list_all(), commands.list_one(ONE),
    commands.uidl_all(), commands.list_one(ONE), commands.top(ONE, 0), commands.retr(ONE),
    commands.dele(ONE), commands.noop(), commands.rset(), commands.quit_(),
]  # fmt: skip


@pytest.mark.parametrize("command", ALL, ids=lambda command: command.shown)
def test_err_to_every_command_leaves_the_dialogue_alive(command):
    engine = asked(command)
    before = State.TRANSACTION if State.TRANSACTION in command.states else State.AUTHORIZATION
    [event] = engine.receive_data(b"-ERR [SYS/PERM] not today\r\n")
    assert isinstance(event, Rejected)
    assert event.command is command
    assert event.error.args == (command.shown, "SYS/PERM", "not today")
    assert engine.state is (State.CLOSED if command.verb == "QUIT" else before)
    assert engine.outstanding == 0
    if command.verb != "QUIT":
        again = commands.noop() if before is State.TRANSACTION else commands.capa()
        engine.submit(again)
        assert engine.data_to_send().endswith(again.line)


@pytest.mark.parametrize("command", ALL, ids=lambda command: command.shown)
def test_commands_are_only_for_their_states(command):
    for engine in (greeted(), logged_in()):
        if engine.state in command.states:
            engine.submit(command)
            continue
        with pytest.raises(LocalProtocolError, match=command.verb):
            engine.submit(command)
        assert engine.data_to_send() == b""
        assert engine.outstanding == 0
        assert len(engine.said) == engine.said_count


@pytest.mark.parametrize(
    "said",
    [
        b"+ERR no\r\n",
        b"\r\n",
        b"PASS x\r\n",
        b"+ go\r\n",
        b"+\r\n",
        b"OK\r\n",
        b"1 120\r\n",
        b".\r\n",
    ],
)
def test_a_line_that_is_no_status_is_fatal(said):
    error = broken(commands.stat(), said).error
    assert error.fault is Fault.BAD_STATUS
    assert error.received == said[:-2]


@pytest.mark.parametrize(
    ("command", "said", "received"),
    [
        (commands.stat(), b"+OK two 320\r\n", b"two"),
        (commands.stat(), b"+OK\r\n", b""),
        (commands.list_one(ONE), b"+OK 1\r\n", b"1"),
    ],
)
def test_rows_that_cannot_be_meant_are_fatal(command, said, received):
    error = broken(command, said).error
    assert error.fault is Fault.BAD_ENTRY
    assert error.received == received


@pytest.mark.parametrize("row", [b"rubbish", b"0 2", b"-ERR disk gone", b""])
def test_a_row_of_a_listing_that_cannot_be_meant_is_left_out(row):
    said = b"+OK\r\n1 120\r\n" + row + b"\r\n3\r\n.\r\n"
    listed = of(Completed, answer(commands.list_all(), said)).value
    assert [(one.number, one.octets) for one in listed] == [(1, 120), (3, None)]


def test_rows_are_unstuffed_and_a_dot_among_them_is_no_end():
    has = of(Completed, answer(commands.capa(), b"+OK\r\n..A\r\n..\r\n. \r\n.B\r\n.\r\n")).value
    assert has.lines == (".A", ".", ".B")


# -- order, barriers, replies nobody asked for -----------------------------------------------------


def test_pipelined_answers_come_in_order_and_each_may_fail_alone():
    engine = logged_in()
    group: list[Command[Any]] = [
        commands.stat(),
        commands.top(ONE, 0),
        commands.retr(TWO),
        commands.list_all(),
    ]
    for command in group:
        engine.submit(command)
    assert engine.data_to_send() == b"STAT\r\nTOP 1 0\r\nRETR 2\r\nLIST\r\n"
    assert engine.data_to_send() == b""
    assert engine.outstanding == 4
    said = b"+OK 1 2\r\n-ERR no TOP\r\n+OK\r\n+OK\r\n..\r\n.\r\n+OK\r\n1 2\r\n.\r\n"
    events = engine.receive_data(said)
    assert [kind for kind, *_ in plain(events)] == [
        "completed", "rejected", "body", "data", "completed", "completed",
    ]  # fmt: skip
    assert [e.command for e in events if isinstance(e, Completed | Rejected)] == group
    assert body_of(events) == b"+OK\r\n.\r\n"


BARRIERS = [command for command in ALL if command.barrier]


def test_the_barriers_are_those_of_the_protocol():
    assert {command.verb for command in BARRIERS} == {"STLS", "USER", "PASS", "AUTH", "QUIT"}
    assert commands.apop("a", "b", b"<1@h>").barrier


@pytest.mark.parametrize("barrier", BARRIERS, ids=lambda command: command.shown)
def test_nothing_goes_behind_a_barrier_nor_a_barrier_behind_anything(barrier):
    for other in ALL:
        engine = asked(barrier)
        with pytest.raises(LocalProtocolError):
            engine.submit(other)
        assert engine.data_to_send() == b""
        if not other.states & barrier.states:
            continue
        engine = asked(other)
        with pytest.raises(LocalProtocolError):
            engine.submit(barrier)
        assert engine.data_to_send() == b""
        assert engine.outstanding == 1


@pytest.mark.parametrize("said", [b"-ERR idle for too long\r\n", b"+OK\r\n", b"\r\n", b"x\n"])
def test_a_reply_nobody_asked_for_is_fatal(said):
    engine = logged_in()
    [event] = feed(engine, octet_by_octet(said))
    assert isinstance(event, Broken)
    assert event.error.fault is Fault.UNSOLICITED
    with pytest.raises(RemoteProtocolError):
        engine.submit(commands.noop())


def test_two_ok_in_a_row_answer_the_first_command_only():
    events = asked(commands.noop()).receive_data(b"+OK\r\n+OK\r\n")
    assert [type(event) for event in events] == [Completed, Broken]


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_reply_begun_before_the_command_does_not_answer_it(cut):
    said = b"-ERR id\r\n"
    engine = logged_in()
    assert engine.receive_data(said[:cut]) == []
    engine.submit(commands.dele(ONE))
    [event] = engine.receive_data(said[cut:] + b"+OK\r\n")
    assert isinstance(event, Broken)
    assert event.error == engine._error
    assert event.error.fault is Fault.UNSOLICITED


def test_once_broken_always_broken():
    engine = asked(commands.stat())
    engine.submit(commands.noop())
    error = of(Broken, only(engine.receive_data(b"what?\r\n+OK\r\n"))).error
    assert engine.state is State.BROKEN
    assert engine.data_to_send() == b"", "what was not sent yet never is"
    for call in (
        lambda: engine.submit(commands.noop()),
        lambda: engine.receive_data(b"+OK\r\n"),
        engine.tls_established,
    ):
        for _ in range(9):
            with pytest.raises(RemoteProtocolError) as caught:
                call()
            assert caught.value is error
    assert len(traceback.extract_tb(error.__traceback__)) <= 4, "frames must not pile up"
    assert engine.receive_eof() == []


# -- STLS ------------------------------------------------------------------------------------------


def test_stls_waits_for_the_handshake():
    engine = asked(commands.stls())
    assert engine.receive_data(b"+OK begin TLS\r\n")
    assert state(engine) is State.HANDSHAKE
    with pytest.raises(LocalProtocolError, match="TLS handshake"):
        engine.submit(commands.capa())
    engine.tls_established()
    assert state(engine) is State.AUTHORIZATION
    engine.submit(commands.capa())
    assert "TOP" in of(Completed, only(engine.receive_data(b"+OK\r\nTOP\r\n.\r\n"))).value


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("behind", [b"+OK\r\n", b"\n", b"-", b"\x16\x03"])
def test_octets_behind_stls_are_an_attack(apart, behind):
    parts = [b"+OK\r\n", behind] if apart else [b"+OK\r\n" + behind]
    events = feed(asked(commands.stls()), parts)
    assert [type(event) for event in events] == [Completed, Broken]
    assert of(Broken, events[1]).error.fault is Fault.INJECTED


def test_a_handshake_is_only_for_stls():
    for engine in (Engine(), greeted(), logged_in(), asked(commands.stls())):
        with pytest.raises(LocalProtocolError, match="no TLS handshake"):
            engine.tls_established()
