"""Dialogues of servers that cannot be run here: octet by octet, with LF and CRLF, in any cut."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pop3 import (
    BodyEnd,
    Broken,
    Command,
    Completed,
    Engine,
    Event,
    Fault,
    MessageNumber,
    Octets,
    ScanListing,
    State,
    Uidl,
    UniqueId,
    commands,
)
from tests.support.replay import NAMES, Mail, Replay, Session

from .dialogue import (
    asked,
    body_of,
    cuts,
    feed,
    greeted,
    octet_by_octet,
    of,
    pieces,
    plain,
)

LINE_ENDS = [b"\r\n", b"\n"]
WHOLE = [name for name in NAMES if name not in {"greenmail_dot", "cyrus_cr", "cyrus_late"}]

Cut = Callable[[bytes], Iterable[bytes]]


class Client:
    """An engine on one end of a replay, without sockets."""

    def __init__(self, replay: Replay, cut: Cut) -> None:
        self.engine = Engine()
        self.session: Session = replay.connect()
        self.events: list[Event] = []
        self._cut = cut
        self.hear(self.session.said(replay.dialogue.greeting))

    def hear(self, octets: bytes) -> list[Event]:
        new: list[Event] = []
        for part in self._cut(octets):
            new += self.engine.receive_data(part)
        self.events += new
        return new

    def ask(self, *group: Command[Any]) -> list[Event]:
        """Commands in one write; the events of their answers."""
        for command in group:
            self.engine.submit(command)
        said = self.engine.data_to_send()
        answer = b"".join(self.session.answer(line) for line in said.split(b"\r\n")[:-1])
        if self.session.section == "tls":
            self.session.section = "authorization tls"
        return self.hear(answer)

    def value(self, command: Command[Any]) -> Any:
        return of(Completed, self.ask(command)[-1]).value

    def sign_in(self) -> None:
        [answer] = self.ask(commands.capa())
        if isinstance(answer, Completed) and "STLS" in answer.value:
            self.ask(commands.stls())
            self.engine.tls_established()
            self.ask(commands.capa())
        self.ask(commands.user("anna"))
        self.ask(commands.password("secret"))
        assert self.engine.state is State.TRANSACTION


def whole(octets: bytes) -> list[bytes]:
    return [octets] if octets else []


def dialogue(replay: Replay, cut: Cut) -> list[tuple[Any, ...]]:
    """The main job in one session, and what the engine makes of all that is said."""
    client = Client(replay, cut)
    client.sign_in()
    client.ask(commands.capa())
    stat = client.value(commands.stat())
    mails = replay.mails[: stat.messages]
    numbers = [MessageNumber(n) for n in range(1, len(mails) + 1)]
    rows = list(zip(numbers, mails, strict=True))
    listed, uidls = client.value(commands.list_all()), client.value(commands.uidl_all())
    assert listed == tuple(ScanListing(n, Octets(mail.size)) for n, mail in rows)
    assert uidls == tuple(UniqueId(n, Uidl(mail.uidl)) for n, mail in rows)
    group = [commands.top(n, lines) for n in numbers for lines in (0, 3)]
    if client.session.pipelining:
        client.ask(*group, commands.noop(), commands.stat())
    else:
        for command in group:
            client.ask(command)
    for n, mail in rows:
        assert_retrieved(client.ask(commands.retr(n)), replay, mail)
    client.ask(commands.dele(numbers[0]))
    assert client.value(commands.stat()).messages == len(mails) - 1
    assert len(client.value(commands.list_all())) == len(mails) - 1
    client.ask(commands.rset())
    client.ask(commands.dele(numbers[1]))
    client.ask(commands.quit_())
    assert client.engine.state is State.CLOSED
    assert mails[1] not in replay.mails
    return plain(client.events)


def assert_retrieved(events: list[Event], replay: Replay, mail: Mail) -> None:
    octets = replay.given(mail)
    assert body_of(events) == octets
    end = of(Completed, events[-1]).value
    single = len(re.findall(rb"(?m)^\.(?!\.)", mail.octets))
    unstuffed = single if "unstuffed" in replay.dialogue.options else 0
    assert end == BodyEnd(Octets(len(octets)), unstuffed)


@pytest.mark.parametrize("line_end", LINE_ENDS, ids=["CRLF", "LF"])
@pytest.mark.parametrize("name", WHOLE)
def test_one_octet_at_a_time_and_all_at_once_are_the_same(name, line_end):
    at_once = dialogue(Replay(name, line_end=line_end), whole)
    assert dialogue(Replay(name, line_end=line_end), octet_by_octet) == at_once


@settings(max_examples=15)
@given(st.sampled_from(WHOLE), st.sampled_from(LINE_ENDS), cuts)
def test_any_cut_gives_the_same(name, line_end, at):
    at_once = dialogue(Replay(name, line_end=line_end), whole)
    assert dialogue(Replay(name, line_end=line_end), lambda said: pieces(said, at)) == at_once


# Cyrus, where the LF behind the last dot and CR does not come


@pytest.mark.parametrize("cut", [whole, octet_by_octet])
@pytest.mark.parametrize("late", [b"", b"\n"])
def test_an_lf_that_does_not_come_is_not_waited_for_for_ever(cut, late):
    replay = Replay("cyrus_cr")
    client = Client(replay, cut)
    client.sign_in()
    for n, mail in enumerate(replay.mails, 1):
        for command in (commands.top(MessageNumber(n), 0), commands.retr(MessageNumber(n))):
            events = client.ask(command)
            assert not isinstance(events[-1], Completed)
            assert client.engine.lacks_lf
            events += client.engine.receive_silence()
            value = of(Completed, events[-1]).value
            octets = len(body_of(events))
            assert value == BodyEnd(Octets(octets), 0)
            assert not client.engine.lacks_lf
            assert client.engine.receive_silence() == []
            assert client.hear(late) == []  # it comes after all, and answers nothing
        assert octets == len(mail.octets)
    assert client.value(commands.stat()).messages == len(replay.mails)
    client.ask(commands.quit_())
    assert client.engine.state is State.CLOSED


@pytest.mark.parametrize("body", [b"a\r\n.", b"a\r\n", b"a\r\n.\rb", b"a.\r", b""])
def test_silence_ends_nothing_else(body):
    engine = asked(commands.retr(MessageNumber(1)))
    engine.receive_data(b"+OK\r\n" + body)
    assert not engine.lacks_lf
    assert engine.receive_silence() == []
    rest = b"\r\n" if body.endswith(b".") else b"\r\n.\r\n"
    assert isinstance(engine.receive_data(rest)[-1], Completed)


def test_silence_means_nothing_outside_of_a_body():
    for engine in (Engine(), greeted(), asked(commands.list_all())):
        assert engine.receive_silence() == []


def test_what_comes_in_place_of_a_late_lf_answers_nothing():
    engine = asked(commands.retr(MessageNumber(1)))
    engine.receive_data(b"+OK\r\na\r\n.\r")
    assert isinstance(engine.receive_silence()[-1], Completed)
    [event] = engine.receive_data(b"b\r\n")
    assert of(Broken, event).error.fault is Fault.UNSOLICITED


# GreenMail, where a message holds a lone dot


@pytest.mark.parametrize("cut", [whole, octet_by_octet])
def test_what_follows_a_dot_that_is_no_end_never_answers_a_command(cut):
    replay = Replay("greenmail_dot")
    client = Client(replay, cut)
    client.sign_in()
    client.engine.submit(commands.retr(MessageNumber(6)))
    [line] = client.engine.data_to_send().split(b"\r\n")[:-1]
    events = feed(client.engine, cut(client.session.answer(line)))
    assert body_of(events).endswith(b"before the dot\r\n")
    assert isinstance(events[-2], Completed)
    assert of(Broken, events[-1]).error.fault is Fault.UNSOLICITED
