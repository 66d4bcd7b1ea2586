"""The client's side of a POP3 dialogue, without any I/O.

    state           leaves it                                       sources
    GREETING        +OK → AUTHORIZATION · -ERR → CLOSED             RFC 1939, 4
    AUTHORIZATION   STLS +OK → HANDSHAKE · PASS, APOP, AUTH +OK     RFC 1939, 4; 2595, 4;
                    → TRANSACTION · QUIT → CLOSED                   5034, 4
    HANDSHAKE       tls_established() → AUTHORIZATION; any octet    RFC 2595, 4
                    before it → BROKEN
    TRANSACTION     QUIT sent → UPDATE                              RFC 1939, 5
    UPDATE          QUIT answered → CLOSED                          RFC 1939, 6
    BROKEN          never; nothing can be submitted or received

`submit` queues a command, `data_to_send` gives the octets to write, `receive_data` takes what was
read and returns events. The engine raises nothing for what the server sends: a broken protocol is
the event `Broken`, always the last one; from then on `submit`, `receive_data` and
`tls_established` raise that error, and there is nothing to send.
Reading octet by octet, in one piece, or in any split gives the same events (neighbouring
`BodyData` taken together). Octets that came while no reply was due never answer a later command.

Commands may be submitted ahead of replies (RFC 2449, 6.6), never behind a barrier: STLS, USER,
PASS, APOP, AUTH and QUIT are answered first. Whether the server announced PIPELINING is the
caller's business.
"""

from collections import deque
from functools import partial
from typing import Any

from .commands import HIDDEN, Command, Shape, State
from .errors import CommandRejected, Fault, LocalProtocolError, RemoteProtocolError
from .events import (
    BodyData,
    BodyStarted,
    Broken,
    Challenged,
    Completed,
    ConnectionClosed,
    Event,
    Greeting,
    Rejected,
    Said,
    Side,
)
from .framing import BodyReader, Limits, take_line
from .listing import ListingReader
from .recognise import TLS_RECORDS
from .replies import BodyEnd, Octets, Reply, apop_challenge, decode, parse_status, says_empty
from .sasl import SaslExchange
from .veil import Veil

_MOST_SAID = 1000  # characters of a line in the transcript; RFC 2449, section 4, allows 512


class Engine:
    """One connection's dialogue.

    Args:
        limits: what the server may send.
        transcript: how many lines of `said` are kept.

    Attributes:
        unfinished: there is more of a listing in what came: `receive_data(b"")` goes on.
        left_out: rows beyond the limit, of the newest LIST and UIDL.
    """

    def __init__(self, limits: Limits | None = None, *, transcript: int = 2000) -> None:
        self._limits = limits or Limits()
        self._waiting: deque[Command[Any]] = deque()
        self._out: list[bytes] = []
        self._rest = b""
        self._head: Reply | None = None  # the +OK of the answer that is being read
        self._listing: ListingReader | None = None
        self._slice = 0  # rows that may still be read in this go
        self._body: BodyReader | None = None
        self._exchange: SaslExchange | None = None
        self._thinking = False  # a challenge is being answered
        self._veil = Veil()  # over what no reply may show
        self._guarded = False  # a secret was sent last
        self._dot_due = False  # a listing was ended without its last dot, which may still come
        self._unasked = False  # `_rest` came while no reply was due
        self._lf_due = False  # a body was ended without its last LF, which may still come
        self._error: RemoteProtocolError | None = None
        self.state = State.GREETING
        self.said: deque[Said] = deque(maxlen=transcript)
        self.said_count = 0
        self.unfinished = False
        self.left_out: dict[str, int] = {}

    @property
    def outstanding(self) -> int:
        """Commands that were submitted and not yet answered to the end."""
        return len(self._waiting)

    # -- what we say ---------------------------------------------------------------------------

    def submit(self, command: Command[Any]) -> None:
        """Queues a command to be sent.

        Raises:
            LocalProtocolError: the command is not allowed in this state, or behind a barrier.
            RemoteProtocolError: the dialogue is broken.
        """
        self._check_alive()
        if self.state not in command.states:
            raise LocalProtocolError(f"{command.verb} is not for the state {self.state.value}")
        if self._waiting and self._waiting[-1].barrier:
            raise LocalProtocolError(f"nothing may be sent behind {self._waiting[-1].verb}")
        if self._waiting and command.barrier:
            raise LocalProtocolError(f"{command.verb} waits for the replies before it")
        self._unasked = self._unasked or (self._quiet() and bool(self._rest))
        self._guarded = bool(command.secrets)
        for secret in command.secrets:
            self._veil.add(secret)
        if command.mechanism is not None:
            sent = len(command.line.split()) > 2  # noqa: PLR2004 -- AUTH, its mechanism, and more
            self._exchange = SaslExchange(command.mechanism, initial_sent=sent)
        self._waiting.append(command)
        self._out.append(command.line)
        self._say(Side.CLIENT, command.shown)
        if command.verb == "QUIT" and self.state is State.TRANSACTION:
            self.state = State.UPDATE

    def data_to_send(self) -> bytes:
        """The octets to write now; each is given once."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def hides(self, text: str) -> bool:
        """Whether a text gives a secret of this dialogue back; some servers echo commands."""
        return self._veil.hides(text)

    def respond(self, line: bytes) -> None:
        """What a `Challenged` has come to; of no use where the dialogue has ended meanwhile."""
        if self._exchange is not None and self._thinking and self.state is State.AUTHORIZATION:
            self._thinking, self._unasked = False, bool(self._rest)
            self._send_response(line)

    def tls_established(self) -> None:
        """The handshake that STLS asked for is done."""
        self._check_alive()
        if self.state is not State.HANDSHAKE:
            raise LocalProtocolError("no TLS handshake was under way")
        self.state = State.AUTHORIZATION

    # -- what the server says ------------------------------------------------------------------

    def receive_data(self, data: bytes) -> list[Event]:
        """What the server sent, as events.

        Raises:
            RemoteProtocolError: an earlier call returned `Broken`.
        """
        self._check_alive()
        events: list[Event] = []
        if self._lf_due and data:
            data, self._lf_due = data.removeprefix(b"\n"), False
        buffer, self._rest = self._rest + data, b""
        at, self._slice, self.unfinished = 0, self._limits.rows_at_once, False
        try:
            while at < len(buffer) and self._slice > 0:
                if self._listing is not None and self._listing.full:
                    after = self._count_rows(self._listing, buffer, at, events)
                elif self._body is not None:
                    after = self._read_body(self._body, buffer, at, events)
                else:
                    after = self._read_line(buffer, at, events)
                if after == at:
                    break
                at = after
        except RemoteProtocolError as error:
            # Anew, without the traceback and what it keeps alive.
            hidden = self._hides(buffer[at : at + self._limits.reply_line])
            self._error = RemoteProtocolError(error.fault, b"" if hidden else error.received)
            self.state = State.BROKEN
            self._out.clear()
            events.append(Broken(self._error))
            return events
        self._rest, self.unfinished = buffer[at:], at < len(buffer) and self._slice <= 0
        return events

    @property
    def lacks_lf(self) -> bool:
        """Whether an answer is whole but for its end.

        That is a body but for the LF behind its last dot and CR, or a listing that was said to be
        empty but for its dot.
        """
        if self._body is None:
            return self._said_empty and not self._rest
        return self._body.lacks_lf(self._rest)

    @property
    def _said_empty(self) -> bool:
        """Whether a listing has no rows so far, and its status line says that there are none."""
        listing, head = self._listing, self._head
        if listing is None or head is None or listing.octets or self._waiting[0].row is None:
            return False
        return says_empty(head.text)

    def receive_silence(self) -> list[Event]:
        """Nothing more came for a while: what lacks but its end ends here.

        Some versions of Cyrus send the last LF only when they are asked something else; small
        servers answer LIST and UIDL of an empty maildrop by one line.
        """
        events: list[Event] = []
        if self._listing is not None and self.lacks_lf:
            self._dot_due = True
            self._end_listing(self._listing, events)
        if self._body is not None and self.lacks_lf:
            self._rest, self._lf_due = b"", True
            self._end_body(self._body, events)
        return events

    def drop(self) -> None:
        """Nothing will be read any more: what came of an answer is given up."""
        self._listing, self._rest = None, b""

    def receive_eof(self) -> list[Event]:
        """The server closed its side."""
        if self.state is State.BROKEN:
            return []
        events = self.receive_silence()
        beginning = self.state in {State.GREETING, State.HANDSHAKE}
        expected = not self._waiting and not self._rest and not beginning
        self.state = State.CLOSED
        events.append(ConnectionClosed(expected))
        return events

    def _check_alive(self) -> None:
        if self._error is not None:
            raise self._error.with_traceback(None)

    def _quiet(self) -> bool:
        """Whether no reply is due."""
        return self._thinking or (self.state is not State.GREETING and not self._waiting)

    def _say(self, side: Side, text: str, octets: int | None = None) -> None:
        text = text if len(text) <= _MOST_SAID else f"{text[:_MOST_SAID]}…"
        self.said.append(Said(side, text, octets))
        self.said_count += 1

    def _read_line(self, buffer: bytes, at: int, events: list[Event]) -> int:
        if self.state is State.HANDSHAKE:
            raise RemoteProtocolError(Fault.INJECTED, buffer[at : at + 1])
        if self.state is State.CLOSED:
            return len(buffer)  # words after the goodbye
        if self._dot_due and (behind := self._read_late_dot(buffer, at)) > at:
            return behind
        if self._unasked or self._quiet():
            self._check_unsolicited(buffer, at)
            return at
        if self.state is State.GREETING and buffer.startswith(TLS_RECORDS, at):
            raise RemoteProtocolError(Fault.NOT_POP3, buffer[at : at + 2])  # it has no line end
        taken = take_line(buffer, at, self._limits.reply_line)
        if taken is None:
            return at
        line, after = taken
        if self.state is State.GREETING:
            events.append(self._greet(line))
        elif self._listing is not None:
            self._read_row(self._listing, line, after - at, events)
        else:
            self._read_status(line, events)
        return after

    def _read_late_dot(self, buffer: bytes, at: int) -> int:
        """Where a dot ends that comes after all."""
        taken = take_line(buffer, at, self._limits.reply_line)
        self._dot_due = taken is None
        return taken[1] if taken is not None and taken[0] == b"." else at

    def _check_unsolicited(self, buffer: bytes, at: int) -> None:
        # Judged when its line is whole, so that any split of the octets gives the same event.
        taken = take_line(buffer, at, self._limits.reply_line)
        if taken is not None:
            self._say(Side.SERVER, HIDDEN if self._hides(taken[0]) else decode(taken[0]))
            raise RemoteProtocolError(Fault.UNSOLICITED, taken[0])

    def _greet(self, line: bytes) -> Greeting:
        self._say(Side.SERVER, decode(line))
        reply = parse_status(line)
        if reply is None:
            raise RemoteProtocolError(Fault.NOT_POP3, line)
        self.state = State.AUTHORIZATION if reply.ok else State.CLOSED
        return Greeting(reply, apop_challenge(line))

    def _read_status(self, line: bytes, events: list[Event]) -> None:
        command = self._waiting[0]
        if self._exchange is not None and (line == b"+" or line.startswith((b"+ ", b"+\t"))):
            self._answer_challenge(self._exchange, line[1:].strip(), events)
            return
        reply = parse_status(line)
        if reply is None:
            self._say(Side.SERVER, HIDDEN if self._hides(line) else decode(line[:200]))
            raise RemoteProtocolError(Fault.BAD_STATUS, line)
        if self._exchange is not None and reply.ok and not self._exchange.done:
            # Some servers say +OK where + is due; it must not pass for the end of the exchange.
            if not self._answer_challenge(self._exchange, line[3:].strip(), events, strict=False):
                return
            reply = Reply(ok=True, code=None, text="")  # what came with it was the server's proof
        told = reply
        if self.hides(reply.text):
            reply = Reply(reply.ok, reply.code, HIDDEN)
        if not reply.ok:
            self._say(Side.SERVER, reply.line)
            self._reject(reply, events)
        elif command.shape is Shape.LISTING:
            self._head, self._listing = reply, ListingReader(command, self._limits)
        elif command.shape is Shape.BODY:
            self._head = reply
            self._body = BodyReader(self._limits)
            events.append(BodyStarted(command, reply))
        else:
            self._say(Side.SERVER, reply.line)
            self._complete(reply, (), events, told)

    def _reject(self, reply: Reply, events: list[Event]) -> None:
        command = self._waiting.popleft()
        if self.state is State.UPDATE:
            self.state = State.CLOSED
        error = CommandRejected(command.shown, reply.code, reply.text)
        if self._exchange is not None:
            error.unheard = not self._exchange.spoke
            error.__cause__, self._exchange = self._exchange.error, None
        events.append(Rejected(command, error))

    def _hides(self, line: bytes) -> bool:
        """Whether a line that is no reply must not be shown."""
        return self._guarded or self.hides(decode(line))

    def _answer_challenge(
        self, exchange: SaslExchange, encoded: bytes, events: list[Event], *, strict: bool = True
    ) -> bool:
        """Answers, unless a `+OK` has brought the last challenge: then it was the end of it."""
        self._say(Side.SERVER, f"+ ({len(encoded)} octets)")
        if exchange.error is not None:
            raise RemoteProtocolError(Fault.UNSOLICITED, b"+")  # it was cancelled
        if exchange.slow:
            self._thinking = True
            events.append(Challenged(partial(exchange.answer, encoded, strict=strict)))
            return False
        line = exchange.answer(encoded, strict=strict)
        if not strict and line == b"\r\n" and exchange.done:
            return True
        self._send_response(line)
        return False

    def _send_response(self, line: bytes) -> None:
        self._out.append(line)
        cancelled = line == b"*\r\n"
        self._say(Side.CLIENT, "*" if cancelled else HIDDEN)
        if not cancelled:
            self._guarded = True
            self._veil.add(line[:-2].decode())

    def _read_row(self, rows: ListingReader, line: bytes, octets: int, events: list[Event]) -> None:
        if self._said_empty and len(self._waiting) > 1 and parse_status(line) is not None:
            self._end_listing(rows, events)  # by its one line: this is the next answer
            self._read_status(line, events)
        elif line == b".":
            self._end_listing(rows, events)
        else:
            self._slice -= 1
            rows.take(line, octets)

    def _count_rows(self, rows: ListingReader, buffer: bytes, at: int, events: list[Event]) -> int:
        after = rows.count(buffer, at)
        if rows.done:
            self._end_listing(rows, events)
        return after

    def _end_listing(self, listing: ListingReader, events: list[Event]) -> None:
        assert self._head is not None  # noqa: S101 -- for the type checker
        reply, rows = self._head, listing.rows
        self._say(Side.SERVER, reply.line, listing.octets)
        self.left_out[self._waiting[0].verb] = listing.left_out
        self._head = self._listing = None
        if self._waiting[0].row is None:  # words, which may be shown
            rows = [row for row in rows if not self.hides(decode(row))]
        self._complete(reply, rows, events)

    def _read_body(self, body: BodyReader, buffer: bytes, at: int, events: list[Event]) -> int:
        command = self._waiting[0]
        data, after = body.feed(buffer, at)
        if data:
            events.append(BodyData(command, data))
        if body.fault is not None:
            raise body.fault
        if body.done:
            self._end_body(body, events)
        return after

    def _end_body(self, body: BodyReader, events: list[Event]) -> None:
        assert self._head is not None  # noqa: S101 -- for the type checker
        self._say(Side.SERVER, self._head.line, body.octets)
        reply, self._head, self._body = self._head, None, None
        value = BodyEnd(Octets(body.octets), body.unstuffed, reply.line)
        events.append(Completed(self._waiting.popleft(), reply, value))

    def _complete(
        self,
        reply: Reply,
        rows: list[Any] | tuple[()],
        events: list[Event],
        told: Reply | None = None,
    ) -> None:
        """Hands an answer out; numbers are read in what was `told`, where its words are hidden."""
        command = self._waiting.popleft()
        try:
            try:
                value = command.parse(reply, rows)
            except ValueError:
                if told is None or told is reply:
                    raise
                value = command.parse(told, rows)
        except ValueError as error:
            received = next((part for part in error.args if isinstance(part, bytes)), b"")
            raise RemoteProtocolError(Fault.BAD_ENTRY, received) from error
        match command.verb:
            case "STLS":
                self.state = State.HANDSHAKE
            case "PASS" | "APOP":
                self.state = State.TRANSACTION
            case "AUTH" if command.shape is Shape.SASL:
                self._exchange = None
                self.state = State.TRANSACTION
            case "QUIT":
                self.state = State.CLOSED
        events.append(Completed(command, reply, value))
