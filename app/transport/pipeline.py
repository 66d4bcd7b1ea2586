"""Commands that wait and commands under way: the order of things on one connection.

Pure but for the futures of those who wait. Clicks go before what runs in the background; nothing
goes behind a barrier; how much is under way at once is up to the `Window`.
"""

import asyncio
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

from app.pop3 import BodyEnd, Command, Fault, RemoteProtocolError, State

from .body import Body
from .endings import Extent
from .errors import ConnectionLost
from .window import Window

T = TypeVar("T")

SURPLUS = 8 * 1024 * 1024  # octets that nobody will look at before an answer counts as endless


@dataclass(slots=True, eq=False)
class Pending(Generic[T]):
    """A command and who waits for it.

    Attributes:
        command, future: what was asked, and its answer to come.
        expected: octets of the answer; None until it is sent: the mean by then.
        background: whether clicks go first.
        body: where a streamed answer goes.
        keep, kept: octets of a body to keep in memory, and those that are.
        thrown, bearable: octets that nobody looked at, and how many of those there may be.
        grouped: it was sent before another one was answered, or the next one before it was.
        extent: of a message, how much is due and has come.
    """

    command: Command[T]
    future: asyncio.Future[T]
    expected: int | None
    background: bool
    body: Body | None = None
    keep: int = 0
    kept: bytearray = field(default_factory=bytearray)
    thrown: int = 0
    bearable: int = SURPLUS
    grouped: bool = False
    extent: Extent | None = None

    def take(self, data: bytes) -> bool:
        """Octets of the body; False where more came that nobody looks at than can be borne."""
        if self.extent is not None:
            self.extent.feed(data)
        if self.body is not None:
            self.body.put(data)
            if not self.body.discarding:
                return True
        elif len(self.kept) < self.keep and not self.future.cancelled():
            self.kept += data[: self.keep - len(self.kept)]
            return True
        self.thrown += len(data)
        return self.thrown <= self.bearable

    def short(self, value: object, *, over: bool) -> bool:
        """Whether the answer may have ended before its time; `over`: more came behind it."""
        if self.extent is None or not isinstance(value, BodyEnd):
            return False
        return self.extent.short(value.octets, over=over)

    def answer(self, value: T) -> None:
        """Gives the answer to whoever waits."""
        if self.body is not None and isinstance(value, BodyEnd):
            early = value.cut and self.command.verb == "RETR"
            self.body.finish(value, RemoteProtocolError(Fault.LONE_DOT) if early else None)
        if not self.future.done():
            self.future.set_result(value)

    def refuse(self, error: Exception) -> None:
        """Tells whoever waits that there will be no answer."""
        if self.body is not None:
            self.body.finish(None, error)
        if not self.future.done():
            self.future.set_exception(error)


class Pipeline:
    """The queues of one connection.

    Attributes:
        window: what was measured of the line.
        answer_octets: the mean size of a header, by TOP in the background.
        proof: goes before all else, and nothing goes behind it; None where nothing is in doubt.
    """

    def __init__(self) -> None:
        self.proof: Pending[Any] | None = None
        self.window = Window()
        self.answer_octets = 2048.0
        self._urgent: deque[Pending[Any]] = deque()
        self._background: deque[Pending[Any]] = deque()
        self._sent: deque[Pending[Any]] = deque()
        self._proof_waits = False

    def __len__(self) -> int:
        """How many commands are under way."""
        return len(self._sent)

    def __contains__(self, pending: object) -> bool:
        return pending in self._sent

    @property
    def oldest(self) -> Pending[Any] | None:
        """The command that the next octets answer."""
        return self._sent[0] if self._sent else None

    @property
    def alone(self) -> bool:
        """Whether nothing but a proof is under way."""
        return all(pending is self.proof for pending in islice(self._sent, 2))

    @property
    def waiting(self) -> int:
        """Octets of its body that wait for their reader."""
        body = self._sent[0].body if self._sent else None
        return body.waiting if body else 0

    @property
    def grouped(self) -> bool:
        """Whether a group of commands is under way."""
        return any(pending.grouped for pending in islice(self._sent, 2))

    @property
    def under_way(self) -> str:
        """What the next octets answer, as it may be shown."""
        return self._sent[0].command.shown if self._sent else "greeting"

    def prove(self, proof: Pending[Any] | None) -> None:
        """Something is in doubt until this is answered; with None, nothing is any more."""
        self.proof, self._proof_waits = proof, proof is not None

    def add(self, pending: Pending[Any]) -> None:
        """A command waits to be sent."""
        (self._background if pending.background else self._urgent).append(pending)

    def hasten(self, pending: Collection[Pending[Any]]) -> None:
        """These go before all else that waits in the background, in the order given."""
        waiting = set(self._background)
        first = [one for one in pending if one in waiting]
        waiting.difference_update(first)
        rest = [one for one in self._background if one in waiting]
        self._background = deque([*first, *rest])

    def next(self, state: State, *, pipelining: bool) -> Pending[Any] | None:
        """Takes out the command to deal with now, or None: it may be sent, or never can be."""
        if self.proof is not None:
            proof, self._proof_waits = (self.proof if self._proof_waits else None), False
            return proof
        for queue in (self._urgent, self._background):
            while queue and queue[0].future.cancelled():
                queue.popleft()
            if queue:  # nothing in the background while a click waits
                ready = self.never(queue[0], state) or self._may_send(queue[0], state, pipelining)
                return queue.popleft() if ready else None
        return None

    def never(self, pending: Pending[Any], state: State) -> bool:
        """Whether waiting would not help: only an answer changes the state, and none is due."""
        changing = state in {State.GREETING, State.HANDSHAKE, State.CLOSED}
        return not self._sent and not changing and state not in pending.command.states

    def began(self, pending: Pending[Any], now: float) -> None:
        """A command was sent."""
        pending.expected = self._expected(pending)
        if self._sent:
            pending.grouped = self._sent[-1].grouped = True
        self._sent.append(pending)
        self.window.sent(now, len(pending.command.line), pending.expected)

    def answered(self, value: object) -> Pending[Any]:
        """Takes out the oldest command: it was answered to the end."""
        pending = self._sent.popleft()
        self.window.answered(len(pending.command.line), self._expected(pending))
        if pending.background and isinstance(value, BodyEnd):
            self.answer_octets += (value.octets - self.answer_octets) / 8
        return pending

    def fail(self, error: Exception) -> None:
        """The connection is over: nothing will be answered, oldest first."""
        for queue, sent in ((self._sent, True), (self._urgent, False), (self._background, False)):
            while queue:
                pending = queue.popleft()
                told = error
                if isinstance(error, ConnectionLost):
                    told = ConnectionLost(pending.command.shown, sent=sent)
                pending.refuse(told)

    def _may_send(self, pending: Pending[Any], state: State, pipelining: bool) -> bool:
        if state not in pending.command.states:
            return False
        if not self._sent:
            return True
        if pending.command.barrier or self._sent[-1].command.barrier:
            return False
        return pipelining and self.window.allows(
            len(pending.command.line), self._expected(pending), background=pending.background
        )

    def _expected(self, pending: Pending[Any]) -> int:
        return int(self.answer_octets) if pending.expected is None else pending.expected
