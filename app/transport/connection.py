"""One POP3 connection: the engine, and the only reader of its socket.

Tasks never read; they wait for the answer to their command, in the order the commands were sent.
A waiter that is cancelled keeps its place: its answer is still read, counted and thrown away, and
the next command gets its own answer. What is sent when is up to the `Pipeline`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from itertools import zip_longest
from typing import Any, TypeVar, cast

from app import pop3
from app.pop3 import BodyEnd, Command, commands

from .answers import Answers, unasked
from .body import Body, Fetched
from .errors import ConnectionLost, Stalled
from .habits import Habit
from .intake import Intake
from .listener import Listener, Relay
from .pipeline import SURPLUS, Pending, Pipeline
from .timeouts import Timeouts
from .traffic import Traffic
from .watchdog import Watchdog
from .window import Window, worth_draining
from .wire import Wire

T = TypeVar("T")

_GOODBYE = 2.0  # seconds for the server to close after QUIT
_STATUS_LINE = 40  # octets expected of an answer without a body


class Connection(asyncio.Protocol):
    """A connection to one POP3 server; made by `Dialer.dial`.

    Args:
        host, port: for errors and pages; the connection itself goes to a vetted address.
        timeouts, limits: how long the server may be silent, and what it may send.
        listener: is told what is said.
        habit: what is known of this server, and learns from this connection.

    Attributes:
        capabilities: the newest answer to CAPA but `-ERR`; empty where there was none.
        traffic: what went over the wire; `left_out`: rows of LIST and UIDL beyond the limit.
        hides: whether a text gives back what signed in.
        signed_in_by: such as `SCRAM-SHA-256` or `USER`; `means_refused`: others, for their form.
    """

    def __init__(
        self,
        host: str,
        port: int,
        timeouts: Timeouts,
        limits: pop3.Limits | None = None,
        listener: Listener | None = None,
        habit: Habit | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.host, self.port = host, port
        self.capabilities = pop3.Capabilities()
        self.traffic = Traffic()
        self.greeting: asyncio.Future[pop3.Greeting] = self._loop.create_future()
        self.closed = asyncio.Event()
        self.login_seconds = 0.0
        self.signed_in_by, self.means_refused = "", tuple[str, ...]()
        self._timeouts = timeouts
        self._engine = pop3.Engine(limits)
        self.hides, self.left_out = self._engine.hides, self._engine.left_out
        self._relay = Relay(self._engine, listener)
        self._pipeline = Pipeline()
        self._wire = Wire()
        self._intake = Intake(self._engine, self._wire, self._handle, self._pump)
        self.habit = habit or Habit()
        self._answers = Answers(self._pipeline, self.habit)
        self._reached = self.state
        self._lost: Exception | None = None
        self._writing: asyncio.Handle | None = None
        self._watchdog = Watchdog(self._allowed, self._fell_silent, timeouts.rate)

    @property
    def alive(self) -> bool:
        """Whether commands can still be sent."""
        return self._lost is None and not self.closed.is_set()

    @property
    def state(self) -> pop3.State:
        """Where the dialogue is."""
        return self._engine.state

    @property
    def pipelining(self) -> bool:
        """Whether commands are sent in groups: the server announces it, and has not broken off."""
        return self.capabilities.pipelining and not self.habit.one_at_a_time

    @property
    def idle(self) -> float | None:
        """Seconds since anything was said, or None while an answer is due."""
        return None if self._pipeline else self._watchdog.silence

    @property
    def window(self) -> Window:
        """What was measured of the line."""
        return self._pipeline.window

    @property
    def answer_octets(self) -> float:
        """The mean size of a header, by TOP in the background; it sizes the window."""
        return self._pipeline.answer_octets

    @property
    def tls(self) -> str | None:
        """The TLS version in use, such as `TLSv1.3`, or None."""
        return self._wire.tls

    async def execute(self, command: Command[T], *, background: bool = False) -> T:
        """Sends a command and waits for the value of its answer.

        Raises:
            CommandRejected: the server said -ERR; the connection lives on.
            RemoteProtocolError, ConnectionLost, Stalled: the connection is dead.
            LocalProtocolError: the command is not for this state; nothing was sent.
        """
        return await self._enqueue(command, _STATUS_LINE, background=background).future

    def request(self, command: Command[BodyEnd], keep: int) -> Pending[BodyEnd]:
        """A TOP in the background, its first `keep` octets kept, for thousands of them at once.

        Raises:
            TransportError, RemoteProtocolError: the connection is dead.
        """
        return self._enqueue(command, None, background=True, keep=keep)

    def hasten(self, pending: Collection[Pending[BodyEnd]]) -> None:
        """These requests go before the others that were not sent yet."""
        self._pipeline.hasten(pending)

    async def fetch(
        self,
        command: Command[BodyEnd],
        keep: int,
        expected: int | None = None,
        *,
        background: bool = False,
    ) -> Fetched:
        """A TOP's or RETR's answer in memory: its first `keep` octets, the rest only counted.

        Args:
            command: the TOP or RETR.
            keep: how many octets to keep.
            expected: a guess at the octets of the answer; by default the mean so far.
            background: whether a click goes first.

        Raises:
            RemoteProtocolError: the answer goes on and on, or see `execute`.
        """
        pending = self._enqueue(command, expected, background=background, keep=keep)
        end = await pending.future
        return Fetched(bytes(pending.kept), end.octets, end.cut, end.unstuffed)

    @asynccontextmanager
    async def stream(self, command: Command[BodyEnd], expected: int) -> AsyncIterator[Body]:
        """A TOP or RETR while it arrives; the server is held back when the reader is slow.

        Left before its end, the rest is read and thrown away, or the connection dropped, by what
        costs less (`worth_draining`).

        Raises:
            CommandRejected: the server said -ERR, before any octet.
        """
        body = Body(self._resume)
        pending = self._enqueue(command, expected, body=body)
        try:
            await body.started(pending.future)
            yield body
        finally:
            if not pending.future.done():
                body.discard()
                self._resume()
                remaining = max(expected - body.octets, 0)
                pending.bearable = remaining + SURPLUS  # LIST may have lied
                worth = worth_draining(remaining, self.window.rate, self.login_seconds)
                if pending in self._pipeline and not worth:
                    self.abort(ConnectionLost(command.shown))
            with suppress(Exception):
                pending.future.cancel() or pending.future.exception()

    async def learn(self) -> pop3.Capabilities:
        """Asks CAPA; a refusal teaches nothing: what was said before, as of EXPIRE, still holds."""
        found = await self.habit.capabilities(self.state, self.execute, self.traffic)
        self.capabilities = found or self.capabilities
        return self.capabilities

    async def start_tls(self, context: ssl.SSLContext, server_hostname: str) -> None:
        """STLS and the handshake; what was learnt in clear is forgotten (RFC 2595, section 4).

        Raises:
            CommandRejected: STLS is not offered.
            ssl.SSLError, OSError: the handshake failed.
        """
        await self.execute(commands.stls())
        if self._wire.transport is None or not self.alive:  # plaintext came behind the +OK
            raise self._lost or ConnectionLost("STLS")
        transport = await self._loop.start_tls(
            self._wire.transport,
            self,
            context,
            server_hostname=server_hostname,
            ssl_handshake_timeout=self._timeouts.connect,
        )
        if transport is None or not self.alive:
            raise self._lost or ConnectionLost("STLS")
        self._wire.transport = transport
        self._engine.tls_established()
        self._relay.connected(self.tls)
        self.capabilities = pop3.Capabilities()

    async def quit(self) -> str:
        """QUIT, its answer, and the end of the connection.

        Raises:
            CommandRejected: some, all or none of the deletions were made.
            ConnectionLost, Stalled, RemoteProtocolError: nobody knows.
        """
        try:
            words = await self.execute(commands.quit_())
            # The server closes when it has let go of the maildrop; the next login relies on that.
            with suppress(TimeoutError):
                await asyncio.wait_for(self.closed.wait(), _GOODBYE)
            return words
        finally:
            self.abort()

    def abort(self, error: Exception | None = None) -> None:
        """Ends the connection at once; the server deletes nothing (RFC 1939, section 6)."""
        if self._lost is None:
            self._lost = error or ConnectionLost("closed")
            self._relay.closed(error)
        self._watchdog.stop()
        self._intake.stop()
        self._wire.abort()
        self._answers.fail()
        if not self.greeting.done():
            self.greeting.set_exception(self._lost)
            self.greeting.exception()  # whoever dialled may have gone
        self._pipeline.fail(self._lost)
        self.closed.set()

    def _break_off(self, error: Exception) -> None:
        """The server or the line has ended it: its habits may be to blame."""
        if self._lost is not None:
            pass
        elif self._answers.doubtful and isinstance(error, pop3.RemoteProtocolError):
            self.habit.cut()
            self._answers.cut()
        elif self._pipeline.grouped:
            self.habit.broke()
        elif not self._pipeline and self._reached is pop3.State.TRANSACTION:
            self.habit.hung_up(self._watchdog.silence)
        self.abort(error)

    def _fell_silent(self, seconds: float) -> None:
        if self._engine.lacks_lf:  # it may never come
            self._handle(self._engine.receive_silence())
            self._watchdog.watch()
            return
        end = self.abort if self._wire.paused else self._break_off  # paused: our reader stalled
        end(Stalled(self._pipeline.under_way, seconds))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is there; a greeting is due."""
        self._wire.transport = cast("asyncio.Transport", transport)
        self._relay.connected(self.tls)
        self._watchdog.watch()

    def data_received(self, data: bytes) -> None:
        """Feeds the engine and hands out what it makes of the octets."""
        if self._lost is not None:
            return
        self.traffic.received += len(data)
        self.window.received(self._loop.time(), len(data))
        self._intake.feed(data)

    def _handle(self, events: list[pop3.Event], octets: int = 0) -> None:
        for event, following in zip_longest(events, events[1:]):
            self._dispatch(event, over=unasked(following))
            if not self.alive:
                return
        self._watchdog.heard(octets)
        self._reached = self.state
        self._pump()
        if self._pipeline:
            self._wire.acknowledge()

    def eof_received(self) -> bool:
        """The server will say no more."""
        if self._lost is None:
            self._handle(self._engine.receive_eof())
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """The socket is gone."""
        self.eof_received()
        self._break_off(ConnectionLost(self._pipeline.under_way))

    def _enqueue(
        self,
        command: Command[T],
        expected: int | None,
        *,
        background: bool = False,
        body: Body | None = None,
        keep: int = 0,
    ) -> Pending[T]:
        if not self.alive:
            raise self._lost or ConnectionLost(command.shown, sent=False)
        pending = Pending(command, self._loop.create_future(), expected, background, body, keep)
        pending.extent = self._answers.extent(command)
        self._pipeline.add(pending)
        self._pump()
        return pending

    def _pump(self) -> None:
        """Sends what may be sent now, clicks first."""
        if self._lost is not None or self._wire.transport is None:
            return
        now = self._loop.time()
        while pending := self._pipeline.next(self.state, pipelining=self.pipelining):
            if self._pipeline.never(pending, self.state):
                reason = f"{pending.command.verb} in the state {self.state.value}"
                pending.refuse(pop3.LocalProtocolError(reason))
                continue
            self._engine.submit(pending.command)
            if not self._pipeline:
                self._watchdog.begin()
            self._pipeline.began(pending, now)
            self.traffic.verbs[pending.command.verb] += 1
        self._relay.catch_up()
        # All that is submitted in this turn goes in one write; so do answers to SASL challenges.
        if self._writing is None:
            self._writing = self._loop.call_soon(self._write)

    def _write(self) -> None:
        self._writing = None
        if data := self._engine.data_to_send():
            if self.state is pop3.State.AUTHORIZATION:
                self.window.idled()  # a challenge waits for what we say, too
            self.traffic.sent += len(data)
            self._wire.write(data)
            self._watchdog.watch()

    def _dispatch(self, event: pop3.Event, *, over: bool) -> None:
        match event:
            case pop3.Greeting() if not self.greeting.done():
                self.greeting.set_result(event)
            case pop3.BodyData(data=data):
                self._take(data)
            case pop3.Completed(value=value) | pop3.Rejected(error=value):
                self._answer(value, over=over)
            case pop3.Challenged():
                self._intake.compute(event)
            case pop3.Broken(error=error):
                self._break_off(error)
            case pop3.ConnectionClosed():
                self._break_off(ConnectionLost(self._pipeline.under_way))

    def _take(self, data: bytes) -> None:
        pending = cast("Pending[Any]", self._pipeline.oldest)  # the engine gives data of it alone
        borne = pending.take(data)
        if pending.body is not None:
            self._wire.hold_back(pending.body.waiting)
        if not borne:
            pending.refuse(pop3.RemoteProtocolError(pop3.Fault.BODY_TOO_LONG))
            self.abort()

    def _resume(self) -> None:
        if self._lost is None and self._wire.let_go(self._pipeline.waiting):
            self._watchdog.begin()
            self.window.idled()

    def _answer(self, value: object, *, over: bool = False) -> None:
        pending = self._pipeline.answered(value)
        self._watchdog.begin()
        self.habit.answered += pending.grouped
        if not self._answers.give(pending, value, over=over):
            self._break_off(pop3.RemoteProtocolError(pop3.Fault.LONE_DOT))
        if pending.body is not None:
            self._resume()  # the next answer need not wait for this reader

    def _allowed(self) -> tuple[float, float] | None:
        """Seconds of silence and of the answer that are allowed now; None while nothing is due."""
        if self._wire.paused:
            return self._timeouts.reader, float("inf")
        if not self.greeting.done():
            return self._timeouts.connect, self._timeouts.connect
        oldest, lacks_lf = self._pipeline.oldest, self._engine.lacks_lf
        return self._timeouts.allowed(oldest.command.verb, lacks_lf=lacks_lf) if oldest else None
