"""What the API's events carry."""

from datetime import UTC, datetime

import pytest

from app.mailbox import LineEvent, TranscriptLine
from app.pop3 import Side
from app.web.api import event_schemas as live_schemas
from app.web.transcript.masking import Masker

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def reply(number: int) -> TranscriptLine:
    return TranscriptLine(number, NOON, Side.SERVER, "+OK anna", 10, 41.26)


@pytest.mark.parametrize(
    ("numbers", "newest", "after", "missed"),
    [
        ([5, 6], 6, 4, 0),
        ([5, 6], 6, 2, 2),
        ([5, 6], 6, 0, 4),
        ([], 6, 6, 0),
        ([], 6, 2, 4),
        ([1, 2], 2, 90, 0),  # the numbers began anew
        ([], 0, 0, 0),
    ],
)
def test_what_was_missed_is_counted(numbers, newest, after, missed):
    told = live_schemas.lines([reply(n) for n in numbers], newest, after)
    assert (told.newest, told.missed) == (newest, missed)
    assert [line.number for line in told.lines] == numbers


def test_a_line_as_json():
    lines = [
        reply(1),
        TranscriptLine(2, NOON, Side.CLIENT, "LIST", pipelined=True),
        TranscriptLine(
            3, NOON, None, "pop.example.net:995", event=LineEvent.CONNECTED, tls="TLSv1.3"
        ),
    ]
    told = live_schemas.lines(lines, 3, 0, Masker("anna")).model_dump(mode="json")["lines"]
    assert told[0] == {
        "number": 1,
        "at": "2026-11-24T12:00:00Z",
        "side": "S",
        "text": "+OK user1",
        "octets": 10,
        "ms": 41.3,
        "pipelined": False,
    }
    assert (told[1]["side"], told[1]["pipelined"], told[1]["ms"]) == ("C", True, None)
    assert (told[2]["side"], told[2]["text"]) == (
        "-",
        "connected to pop.example.net:995, TLS 1.3",
    )
