"""Fetches the headers of all messages in the background, the ones on the page first.

`TOP n 0` is not RETR: it marks nothing as read. Clicks overtake these commands on the connection.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from app.pop3 import BodyEnd, CommandRejected, Fault, Pop3Error, commands
from app.transport import Connection, Pending, TransportError

from .models import HEADER_OCTETS, Message, MessageId

_AT_ONCE = 1200  # waiting commands; how many of them are sent is up to the connection's window
_AT_A_TIME = 40  # commands made in one turn of the event loop
_REFUSALS = 3  # this many in a row, and none answered: the server has no TOP


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the headers are: how many are known, of how many, and their octets.

    Attributes:
        running: more are on their way.
        paused: a person has stopped them.
        stopped: they were cut off, as by a release; a click brings them back.
    """

    known: int
    total: int
    octets: int
    running: bool
    paused: bool = False
    stopped: bool = False


class HeaderLoader:
    """Loads headers over one connection.

    Args:
        connection: a signed-in connection.
        messages: what to load, most wanted first.
        learnt: called with each message whose header came in, and with the header.
        no_top: called once where the server refuses TOP altogether.

    Attributes:
        octets: octets of headers received.
    """

    def __init__(
        self,
        connection: Connection,
        messages: Iterable[Message],
        learnt: Callable[[Message, bytes], None],
        no_top: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._rest = deque(messages)
        self._wanted: deque[Message] = deque()  # before the rest
        self._learnt = learnt
        self._no_top = no_top
        self._refusals = 0
        self._known = 0
        self._stopped = False
        self._idle = asyncio.Event()
        self._asked: dict[MessageId, Pending[BodyEnd]] = {}
        self._pending: dict[Pending[BodyEnd], Message] = {}
        self._at_once = _AT_ONCE if connection.pipelining else 2
        self.octets = 0

    @property
    def running(self) -> bool:
        """Whether there is anything left to load."""
        return not self._stopped and self.left > 0

    @property
    def left(self) -> int:
        """How many are still to come."""
        return len(self._wanted) + len(self._rest) + len(self._pending)

    def prefer(self, messages: Iterable[Message]) -> None:
        """These are being looked at: load them next, before what waits already.

        Of a thousand, some are asked for now; the others are the next ones in turn.
        """
        wanted = [message for message in messages if not message.headers_known]
        for message in wanted[:_AT_A_TIME]:
            if self._stopped or not self._ask(message):
                return
        self._wanted.extendleft(reversed(wanted[_AT_A_TIME:]))
        self._connection.hasten([self._asked[m.id] for m in wanted if m.id in self._asked])

    def leave(self) -> None:
        """Asks for no more than is looked at: there is no room for others."""
        self._rest.clear()

    async def run(self) -> None:
        """Loads until all is known or the connection ends; never raises for either."""
        try:
            while self._feed():  # noqa: ASYNC110 -- others get their turn
                await asyncio.sleep(0)
            await self._idle.wait()
        finally:
            stopped, self._stopped = self._stopped, True
            for pending in self._pending:
                pending.future.cancel()
        if self._refusals and not self._known and not stopped:
            self._no_top()

    def _feed(self) -> bool:
        """Asks for as many as may wait, or some of them; True where more may be asked for now.

        Called again with each answer.
        """
        for _ in range(_AT_A_TIME):
            queue = self._wanted or self._rest
            if not queue or len(self._pending) >= self._at_once or self._stopped:
                break
            self._ask(queue.popleft())
        if not self._pending:
            self._idle.set()
        more = bool(self._wanted or self._rest) and not self._stopped
        return more and len(self._pending) < self._at_once

    def _ask(self, message: Message) -> bool:
        """Asks for one header, once; False where the connection is dead."""
        if message.headers_known or message.header.refused or message.id in self._asked:
            return True
        try:
            pending = self._connection.request(commands.top(message.number, 0), HEADER_OCTETS)
        except (TransportError, Pop3Error):
            self._stopped = True
            return False
        self._asked[message.id] = pending
        self._pending[pending] = message
        pending.future.add_done_callback(partial(self._came, pending))
        return True

    def _came(self, pending: Pending[BodyEnd], future: asyncio.Future[BodyEnd]) -> None:
        message = self._pending.pop(pending)
        del self._asked[message.id]
        if future.cancelled():
            return
        match future.exception():
            case None:
                self._known += 1
                self.octets += future.result().octets
                message.header.cut = future.result().cut
                self._learnt(message, bytes(pending.kept))
            case CommandRejected():
                self._refused(message)
            case error:
                # A TOP that sends the whole message is not asked again, not even later.
                fault = getattr(error, "fault", None)
                message.header.refused = message.header.refused or fault is Fault.BODY_TOO_LONG
                self._stopped = True  # the next use of the mailbox starts a new loader
        self._feed()

    def _refused(self, message: Message) -> None:
        message.header.refused = True
        self._refusals += 1
        if not self._known and self._refusals == _REFUSALS and not self._stopped:
            self._stopped = True
            self._no_top()
