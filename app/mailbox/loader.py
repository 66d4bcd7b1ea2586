"""Fetches the headers of all messages in the background, the ones on the page first.

`TOP n 0` is not RETR: it marks nothing as read. Clicks overtake these commands on the connection.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from app.pop3 import CommandRejected, Fault, Pop3Error, commands
from app.transport import Connection, TransportError

from .models import Message

HEADER_OCTETS = 64 * 1024  # what is kept of one header
_AT_ONCE = 1200  # waiting commands; how many of them are sent is up to the connection's window
_REFUSALS = 3  # this many in a row, and none answered: the server has no TOP


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
        self._wanted: deque[Message] = deque()
        self._rest = deque(messages)
        self._learnt = learnt
        self._no_top = no_top
        self._refusals = 0
        self._known = 0
        self._stopped = False
        self.octets = 0

    @property
    def running(self) -> bool:
        """Whether there is anything left to load."""
        return not self._stopped and bool(self._rest or self._wanted)

    def prefer(self, messages: Iterable[Message]) -> None:
        """These are being looked at: load them next."""
        self._wanted.extend(message for message in messages if not message.headers_known)

    async def run(self) -> None:
        """Loads until all is known or the connection ends; never raises for either."""
        with suppress(TransportError, Pop3Error):
            async with asyncio.TaskGroup() as group:
                await self._feed(group)
            if self._refusals and not self._known and not self._stopped:
                self._no_top()
        self._stopped = True

    async def _feed(self, group: asyncio.TaskGroup) -> None:
        places = asyncio.Semaphore(_AT_ONCE if self._connection.capabilities.pipelining else 2)
        asked = set[str]()
        while self._wanted or self._rest:
            await places.acquire()
            if self._stopped or not self._connection.alive:
                return
            message = (self._wanted or self._rest).popleft()
            if message.headers_known or message.id in asked:
                places.release()
                continue
            asked.add(message.id)
            task = group.create_task(self._load(message))
            task.add_done_callback(lambda _: places.release())

    async def _load(self, message: Message) -> None:
        try:
            fetched = await self._connection.fetch(
                commands.top(message.number, 0), HEADER_OCTETS, background=True
            )
        except CommandRejected:
            self._refused(message)
            return
        except (TransportError, Pop3Error) as error:
            # A TOP that sends the whole message is not asked again, not even after a reconnect.
            fault = getattr(error, "fault", None)
            message.header.refused = message.header.refused or fault is Fault.BODY_TOO_LONG
            self._stopped = True  # the next use of the mailbox starts a new loader
            return
        self._known += 1
        self.octets += fetched.octets
        self._learnt(message, fetched.data)

    def _refused(self, message: Message) -> None:
        message.header.refused = True
        self._refusals += 1
        if not self._known and self._refusals == _REFUSALS and not self._stopped:
            self._stopped = True
            self._no_top()
