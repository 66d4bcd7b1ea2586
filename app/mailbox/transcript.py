"""The dialogue with the server over all connections of a mailbox: who said what, when, how fast.

It holds what `app.pop3` shows of commands and replies, secrets masked there; bodies and listings
are never in it. It is bounded in lines and in characters; the oldest go first.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import islice
from typing import Any, Final

from app.pop3 import Said, Side, commands

from .feed import Feed, FeedTopic

MOST_LINES: Final = 2000
MOST_CHARACTERS: Final = 256 * 1024


_TEXT: Final = 3  # where the text stands in a row


class LineEvent(Enum):
    """What happened to the connection itself."""

    CONNECTED = "connected"
    ENCRYPTED = "encrypted"
    CLOSED = "closed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """A line of the transcript.

    Attributes:
        number: counted from 1 over all connections; a gap means that lines were forgotten.
        at: when, aware.
        side: who said it; None where it is an event.
        text: what was said; for events the server, the TLS version, or what ended the connection.
        octets: of the body that followed it, or None where none did.
        ms: from the command to the end of this reply, in milliseconds, or None.
        pipelined: a command that was sent before the one ahead of it was answered.
        event: what happened, where nothing was said.
        tls: the TLS version of a new connection.
    """

    number: int
    at: datetime
    side: Side | None
    text: str
    octets: int | None = None
    ms: float | None = None
    pipelined: bool = False
    event: LineEvent | None = None
    tls: str | None = None


class Transcript:
    """The newest lines; the listener of every connection of a mailbox.

    Args:
        server: `host:port`, for the line that says so.
        feed: is told of new lines, and where a connection ends.
        clock: seconds, for the milliseconds.
        now: the time of day, aware.

    Attributes:
        newest: the number of the newest line, 0 before the first.
    """

    def __init__(
        self,
        server: str,
        feed: Feed,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = server
        self._feed = feed
        self._clock = clock
        self._now = now
        self._rows: deque[tuple[Any, ...]] = (
            deque()
        )  # a `TranscriptLine` each, made when somebody looks
        self._characters = 0
        # Taken apart when somebody looks, or when it is much; arriving headers must not wait.
        self._heard: list[tuple[float, datetime, Sequence[Said]]] = []
        self._unread = 0  # lines of `_heard`
        self._sent: deque[float] = deque()  # when the commands were sent that are not answered
        self._under_way = False
        self._quitting = False
        self._commands = 0
        self._fastest: float | None = None
        self.newest = 0

    @property
    def commands(self) -> int:
        """How many commands were sent."""
        self._read()
        return self._commands

    @property
    def fastest(self) -> float | None:
        """The shortest answer of the newest connection, in milliseconds: about a round trip."""
        self._read()
        return self._fastest

    def lines(self, after: int = 0, most: int = MOST_LINES) -> list[TranscriptLine]:
        """The lines after a number, oldest first; of too many, the newest ones."""
        self._read()
        wanted = min(most, self.newest - after) if 0 <= after <= self.newest else most
        rows = [*islice(reversed(self._rows), wanted)]
        return [TranscriptLine(*row) for row in rows[::-1]]

    # -- the listener --------------------------------------------------------------------------

    def connected(self, tls: str | None) -> None:
        """A new connection, or STLS has protected the one there is."""
        self._read()
        if self._under_way:
            self._add(LineEvent.ENCRYPTED, "", tls)
        else:
            self._under_way, self._quitting, self._fastest = True, False, None
            self._sent.clear()
            self._add(LineEvent.CONNECTED, self._server, tls)
        self._feed.tell(FeedTopic.TRANSCRIPT)

    def said(self, lines: Sequence[Said]) -> None:
        """Lines of the dialogue; replies come in the commands' order (RFC 1939, section 3)."""
        self._heard.append((self._clock(), self._now(), lines))
        self.newest += len(lines)
        self._unread += len(lines)
        if self._unread > MOST_LINES:
            self._read()
        self._feed.tell(FeedTopic.TRANSCRIPT)

    def closed(self, error: Exception | None) -> None:
        """A connection is over; after QUIT the server ends it."""
        self._read()
        if self._under_way:
            ours = error is None or (self._quitting and not self._sent)
            self._add(LineEvent.CLOSED if ours else LineEvent.LOST, "")
            self._under_way = False
        self._feed.tell(FeedTopic.TRANSCRIPT, FeedTopic.HELD)

    def _add(self, event: LineEvent, text: str, tls: str | None = None) -> None:
        self.newest += 1
        self._keep((self.newest, self._now(), None, text, None, None, False, event, tls))
        self._forget()

    def _read(self) -> None:
        """Takes apart what was heard."""
        if not self._unread:
            return
        heard, number = self._heard, self.newest - self._unread
        self._heard, self._unread = [], 0
        for seconds, at, lines in heard:
            for said in lines:
                number += 1
                ms, pipelined = None, False
                if said.side is Side.CLIENT:
                    pipelined = bool(self._sent)
                    self._sent.append(seconds)
                    # These two go on with an AUTH.
                    self._commands += said.text not in {commands.HIDDEN, "*"}
                    self._quitting = said.text == "QUIT"
                elif self._sent:
                    ms = (seconds - self._sent.popleft()) * 1000
                    if self._fastest is None or ms < self._fastest:
                        self._fastest = ms
                row = (number, at, said.side, said.text, said.octets, ms, pipelined)
                self._keep(row)
        self._forget()

    def _keep(self, row: tuple[Any, ...]) -> None:
        self._rows.append(row)
        self._characters += len(row[_TEXT])

    def _forget(self) -> None:
        while len(self._rows) > MOST_LINES or self._characters > MOST_CHARACTERS:
            self._characters -= len(self._rows.popleft()[_TEXT])
