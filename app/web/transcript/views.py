"""The transcript as the drawer shows it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of the transcript.

    Attributes:
        number: for whoever asks what came after it.
        side: `C`, `S`, or "" where something happened to the connection.
        text: what was said, or what happened.
        notes: octets, milliseconds, whether it was pipelined.
    """

    number: int
    side: str
    text: str
    notes: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class TranscriptView:
    """The drawer: its newest lines, what it says of all of them, the number of the newest."""

    lines: tuple[LineView, ...]
    facts: tuple[str, ...]
    newest: int
