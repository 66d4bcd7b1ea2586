"""The transcript as people read it."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from app import __version__
from app.mailbox import Feed, LineEvent, Transcript, TranscriptLine
from app.mailbox.models import Access
from app.pop3 import Capabilities, Said, Side
from app.transport import Security, Target
from app.web.site import formats
from app.web.transcript import lines as dialogue
from tests.web.test_render import rendered

NOON = datetime(2026, 11, 24, 12, 30, 5, 250_000, tzinfo=UTC)


ACCESS = Access(Capabilities({"TOP": (), "UIDL": (), "PIPELINING": ()}), "TLSv1.3", "USER")


def mailbox(*said: Said, **more: Any) -> Any:
    """As much of a mailbox as a transcript looks at."""
    seconds = iter(range(1000))
    log = Transcript("pop.example.net:995", Feed(), lambda: next(seconds) / 1000, lambda: NOON)
    log.connected("TLSv1.3")
    for one in said:
        log.said([one])
    target = Target("pop.example.net", 995, Security.TLS)
    given = {
        "transcript": log,
        "account": SimpleNamespace(username="anna@example.net", target=target),
        "listing": SimpleNamespace(access=ACCESS),
        "index": range(1284),
    }
    return SimpleNamespace(**{**given, **more})


def accessed(**otherwise: Any) -> Any:
    return mailbox(listing=SimpleNamespace(access=replace(ACCESS, **otherwise)))


SAID = (
    Said(Side.SERVER, "+OK ready"),
    Said(Side.CLIENT, "USER anna@example.net"),
    Said(Side.SERVER, "+OK"),
    Said(Side.CLIENT, "TOP 811 0"),
    Said(Side.SERVER, "+OK", 6318),
)


def test_lines_have_who_what_when_and_how_much():
    view = dialogue.transcript(mailbox(*SAID))
    assert [line.side for line in view.lines] == ["", "S", "C", "S", "C", "S"]
    assert view.lines[0].text == "connected to pop.example.net:995, TLS 1.3"
    assert view.lines[-1].notes == ("6,318 octets", "1 ms")
    assert view.lines[-1].at == NOON
    page = rendered("transcript/lines", view)
    assert f'datetime="2026-11-24T12:30:05.250+00:00">{formats.clock(NOON)}</time>' in page
    assert [line.number for line in view.lines] == [1, 2, 3, 4, 5, 6]
    assert view.newest == 6
    means = "signed in by USER/PASS"
    assert view.facts == ("2 commands", "1 ms per round trip", "pipelined", means)


def test_a_new_page_has_the_newest_lines():
    one = mailbox(*[Said(Side.SERVER, f"+OK {n}") for n in range(200)])
    view = dialogue.transcript(one)
    assert len(view.lines) == dialogue.SHOWN
    assert view.lines[-1].text == "+OK 199"


def test_means_that_were_refused_for_their_form_are_named():
    view = dialogue.transcript(accessed(refused=("PLAIN", "LOGIN")))
    assert view.facts[-1] == "signed in by USER/PASS (refused for the form: PLAIN, LOGIN)"


def test_nothing_is_claimed_that_is_not_known():
    one = accessed(capabilities=Capabilities(), means="")
    assert dialogue.transcript(one, ()).facts == ("0 commands",)


def test_a_line_without_end_is_cut_in_the_drawer_only():
    one = mailbox(Said(Side.SERVER, "+OK " + "x" * 5000))
    assert len(dialogue.transcript(one).lines[-1].text) < 600
    text = dialogue.support_text(one, one.transcript.lines(), masked=False)
    assert "x" * 5000 in text


@pytest.mark.parametrize(
    ("event", "tls", "words"),
    [
        (LineEvent.CONNECTED, None, "connected to pop.example.net:110"),
        (LineEvent.CONNECTED, "TLSv1.2", "connected to pop.example.net:110, TLS 1.2"),
        (LineEvent.ENCRYPTED, "TLSv1.3", "encrypted from here on, TLS 1.3"),
        (LineEvent.CLOSED, None, "connection closed"),
        (LineEvent.LOST, None, "connection lost"),
    ],
)
def test_every_event_has_words(event, tls, words):
    line = TranscriptLine(1, NOON, None, "pop.example.net:110", event=event, tls=tls)
    assert dialogue.happened(line) == words


@pytest.mark.parametrize(
    ("ms", "words"), [(0.2, "under 1 ms"), (1.0, "1 ms"), (40.6, "41 ms"), (1234.0, "1,234 ms")]
)
def test_milliseconds(ms, words):
    assert dialogue.milliseconds(ms) == words


def test_the_text_for_support():
    one = mailbox(*SAID)
    text = dialogue.support_text(one, one.transcript.lines(), masked=False)
    head, _, lines = text.partition("\n\n")
    assert head.splitlines()[0].startswith(f"Popscope {__version__}, Python 3.")
    assert "anna@example.net" in head
    assert "pop.example.net:995 (tls, TLS 1.3)" in head
    assert "TOP | UIDL | PIPELINING" in head
    assert lines.splitlines()[2] == "2026-11-24 12:30:05.250 C  USER anna@example.net"
    assert lines.splitlines()[-1] == "2026-11-24 12:30:05.250 S  +OK  (6,318 octets; 1 ms)"


def test_the_masked_text_names_nobody_but_the_server():
    one = mailbox(*SAID)
    text = dialogue.support_text(one, one.transcript.lines(), masked=True)
    assert "anna" not in text
    assert "USER user1@host1" in text
    assert "Mailbox: user1@host1" in text
    assert "pop.example.net:995" in text
