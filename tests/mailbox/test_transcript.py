"""The transcript over connections: bounded, timed, secrets masked."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import Feed, LineEvent, Transcript
from app.mailbox.transcript import MOST_CHARACTERS, MOST_LINES
from app.pop3 import Said, Side
from app.transport import ConnectionLost, Stalled
from tests.support.maildrop import FakeMaildrop, plain

from .opening import line_of, loaded, maildrop, opened

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    """Goes on by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def made(clock: Clock | None = None) -> Transcript:
    return Transcript("pop.example.net:995", Feed(), clock or Clock(), lambda: NOON)


def said(*lines: str) -> list[Said]:
    """`C: STAT`, `S: +OK (200)`: the octets of a body in brackets."""
    found = []
    for line in lines:
        side, _, text = line.partition(": ")
        octets = re.search(r" \((\d+)\)$", text)
        shown = text[: octets.start()] if octets else text
        found.append(Said(Side(side), shown, int(octets[1]) if octets else None))
    return found


def test_replies_tell_how_long_they_took():
    clock = Clock()
    log = made(clock)
    log.connected("TLSv1.3")
    log.said(said("S: +OK ready"))
    log.said(said("C: CAPA"))
    clock.seconds += 0.041
    log.said(said("S: +OK (60)", "C: STAT", "C: LIST", "C: UIDL"))
    clock.seconds += 0.050
    log.said(said("S: +OK 2 400", "S: +OK (20)"))
    clock.seconds += 0.010
    log.said(said("S: +OK (30)"))
    lines = log.lines()
    assert [line.number for line in lines] == list(range(1, 11))
    assert [line.ms and round(line.ms) for line in lines] == [
        None, None, None, 41, None, None, None, 50, 50, 60,
    ]  # fmt: skip
    assert [line.text for line in lines if line.pipelined] == ["LIST", "UIDL"]
    assert [line.octets for line in lines if line.octets] == [60, 20, 30]
    assert lines[0].event is LineEvent.CONNECTED
    assert (lines[0].text, lines[0].tls, lines[0].side) == ("pop.example.net:995", "TLSv1.3", None)
    assert all(line.at == NOON for line in lines)
    assert log.commands == 4
    assert log.fastest == pytest.approx(41)


def test_the_lines_of_an_auth_are_one_command():
    clock = Clock()
    log = made(clock)
    log.connected(None)
    log.said(said("C: AUTH PLAIN"))
    clock.seconds += 0.02
    log.said(said("S: + (0 octets)", "C: ••••••••"))
    clock.seconds += 0.03
    log.said(said("S: +OK"))
    assert log.commands == 1
    assert [line.ms and round(line.ms) for line in log.lines()][2:] == [20, None, 30]
    assert not any(line.pipelined for line in log.lines())


@pytest.mark.parametrize(
    ("last", "error", "event"),
    [
        (["C: QUIT", "S: +OK bye"], ConnectionLost("QUIT"), LineEvent.CLOSED),
        (["C: QUIT"], ConnectionLost("QUIT"), LineEvent.LOST),
        (["C: NOOP", "S: +OK"], None, LineEvent.CLOSED),
        (["C: NOOP", "S: +OK"], ConnectionLost("closed"), LineEvent.LOST),
        (["C: NOOP"], Stalled("NOOP", 30), LineEvent.LOST),
    ],
)
def test_how_a_connection_ended(last, error, event):
    log = made()
    log.connected(None)
    log.said(said(*last))
    log.closed(error)
    log.closed(error)
    assert [line.event for line in log.lines() if line.event] == [LineEvent.CONNECTED, event]


def test_a_new_connection_counts_its_own_round_trips():
    clock = Clock()
    log = made(clock)
    log.connected(None)
    log.said(said("C: NOOP"))  # never answered
    log.closed(ConnectionLost("NOOP"))
    log.connected(None)
    log.connected("TLSv1.2")
    clock.seconds += 5
    log.said(said("S: +OK ready", "C: NOOP"))
    clock.seconds += 0.2
    log.said(said("S: +OK"))
    assert log.fastest == pytest.approx(200)
    ready = next(line for line in log.lines() if line.text == "+OK ready")
    assert ready.ms is None, "the greeting answers nothing"
    assert [line.event for line in log.lines() if line.event][-2:] == [
        LineEvent.CONNECTED,
        LineEvent.ENCRYPTED,
    ]


@given(st.lists(st.integers(0, 1000), max_size=60), st.integers(0, 70), st.integers(1, 70))
def test_lines_after_a_number_are_the_newest_of_those(sizes, after, most):
    log = made()
    log.said([Said(Side.SERVER, "x" * size) for size in sizes])
    numbers = [line.number for line in log.lines(after, most)]
    every = list(range(1, len(sizes) + 1))
    wanted = every if after > len(sizes) else every[after:]  # the numbers began anew
    assert numbers == wanted[-most:]


def test_it_is_bounded_in_lines_and_in_characters():
    log = made()
    for _ in range(MOST_LINES):
        log.said(said("C: NOOP", "S: +OK"))
    lines = log.lines()
    assert len(lines) == MOST_LINES
    assert lines[-1].number == log.newest == 2 * MOST_LINES
    assert log.commands == MOST_LINES
    for _ in range(3000):
        log.said([Said(Side.SERVER, "x" * 1000)])
    assert sum(len(line.text) for line in log.lines()) <= MOST_CHARACTERS
    assert log.lines()[-1].number == log.newest


async def test_it_goes_on_over_connections():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        await mailbox.tenancy.release()
        await line_of(mailbox).hold()
        lines = mailbox.transcript.lines()
        events = [line.event for line in lines if line.event]
        assert events == [LineEvent.CONNECTED, LineEvent.CLOSED, LineEvent.CONNECTED]
        shown = [line.text for line in lines]
        assert shown.count("USER anna") == shown.count("PASS ••••••••") == 2
        assert not any("secret" in text for text in shown)
        assert [line.text for line in lines if line.pipelined][:2] == ["STAT", "LIST"]
        answers = [line for line in lines if line.side is Side.SERVER]
        assert sum(line.ms is None for line in answers) == 2, "all but the greetings are answers"
        assert mailbox.transcript.commands == len([x for x in lines if x.side is Side.CLIENT])


async def test_headers_and_bodies_are_not_in_it():
    drop = FakeMaildrop(plain(3))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        lines = mailbox.transcript.lines()
        assert [line.octets for line in lines if line.text == "+OK" and line.octets]
        assert not any("From:" in line.text or "s1@" in line.text for line in lines)
