"""Dialogues of servers that cannot be run here: octet by octet, with LF and CRLF, in any cut."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pop3 import (
    BodyEnd,
    Command,
    Completed,
    Engine,
    Event,
    MessageNumber,
    Octets,
    ScanListing,
    State,
    Uidl,
    UniqueId,
    commands,
)
from tests.support.replay import NAMES, Mail, Replay, Session

from .dialogue import body_of, cuts, octet_by_octet, of, pieces, plain

LINE_ENDS = [b"\r\n", b"\n"]
WHOLE = [name for name in NAMES if name not in {"greenmail_dot", "cyrus_cr"}]

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
