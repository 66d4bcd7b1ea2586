"""Holding the maildrop lock no longer than needed: the half of a maildrop that has a connection.

It is taken for a use, kept for a short idle time, given back, and taken again. A server that hangs
up meanwhile, or breaks off inside a group of commands, is met with a new connection, once.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

from app.pop3 import Fault, Pop3Error, RemoteProtocolError, commands
from app.transport import Connection, ConnectionLost, Dialer, Stalled, TransportError

from .errors import LoginDelayed, MailboxError
from .feed import Feed, Topic
from .lease import Lease
from .models import Account, Credentials, Notice
from .openpages import OpenPages
from .transcript import Transcript

T = TypeVar("T")
Unlock = Callable[[], Credentials]
"""Opens the sealed credentials; what it returns is dropped as soon as the sign-in is over."""

_STALE: Final = 15.0  # seconds after which a connection may have died without a word
_ANSWER: Final = 3.0  # seconds for a NOOP that asks whether it has
_EARLY: Final = 0.6  # of a server's patience; then a NOOP renews it
_RESUMPTIONS: Final = 5  # of loading headers after a break, until a person does something


class Holding(ABC):
    """A maildrop's connection.

    Args:
        account: whose, and where.
        dialer: opens connections.

    Attributes:
        feed: what has changed, for whoever looks on.
        transcript: what was said on all connections.
        pages: those that are open.
        idle_seconds: after which the lock is given back, unless a delay keeps it.
    """

    def __init__(self, account: Account, dialer: Dialer) -> None:
        self.account = account
        self.feed = Feed()
        self.pages = OpenPages()
        self.idle_seconds = 60.0
        self.transcript = Transcript(account.target.shown, self.feed)
        self._lease = Lease(dialer, account.target, self.transcript)
        self._opening = asyncio.Lock()
        self._using = 0
        self._closed = False
        self._attended = 0.0
        self._halted = False  # headers were still loading when the lock was given back
        self._resumptions = 0
        self._resuming: asyncio.Task[None] | None = None

    @property
    def held_seconds(self) -> float | None:
        """How long the maildrop lock has been held, or None while it is not."""
        return self._lease.held_seconds

    @property
    def received(self) -> int:
        """Octets received from the server so far, over all connections."""
        return self._lease.received

    # -- what the other half does ---------------------------------------------------------------

    @property
    @abstractmethod
    def _loads(self) -> bool:
        """Whether headers are being loaded."""

    @abstractmethod
    def _start_loading(self, unlock: Unlock) -> None: ...

    @abstractmethod
    async def _stop_loading(self) -> None: ...

    @abstractmethod
    async def _list(self, connection: Connection) -> None: ...

    @abstractmethod
    def _tell(self, notice: Notice, count: int = 0) -> None: ...

    async def _relisted(self) -> None:  # noqa: B027 -- not every half has something to do then
        """A new connection has listed the maildrop."""

    @property
    def long_delay(self) -> int | None:
        """Seconds that the server wants between two sign-ins, if giving back would lock us out.

        A delay no longer than the idle time has always passed by the time the lock is given back.
        """
        delay = self._lease.delay
        return delay if delay > self.idle_seconds else None

    # -- taking and giving back -----------------------------------------------------------------

    async def open(self, unlock: Unlock) -> None:
        """Takes the lease, if it is not held, and brings the index up to date.

        Raises:
            MailboxError, TransportError, Pop3Error: no sign-in.
        """
        await self._connected(unlock)

    async def refresh(self, unlock: Unlock) -> None:
        """A new connection: new mail shows up, marks stay.

        Raises:
            LoginDelayed: too soon; the connection that is held stays.
            MailboxError, TransportError, Pop3Error: no sign-in.
        """
        async with self._opening:
            wait = self._lease.wait
            if wait is None:
                await self._let_go()
            elif self._using:  # what is on its way would end with the connection
                raise LoginDelayed("", wait)
            try:
                await self._reconnect(unlock)
            except (MailboxError, TransportError, Pop3Error):
                if self._lease.connection is not None:  # too soon: the one that was held stays
                    self._start_loading(unlock)
                raise

    async def release(self) -> None:
        """Gives the maildrop lock back; deletes nothing."""
        async with self._opening:
            await self._let_go()

    def idle(self, seconds: float) -> bool:
        """Whether nothing has used the lock for that long.

        Where the server wants a long time between two sign-ins, an open page is a use, too.
        Headers that load in the background are a use for as long as a person does anything: a long
        list fills up while somebody reads it, and keeps nobody out for longer.
        """
        if self._lease.connection is None or self._using:
            return False
        if self._lease.delay > seconds and (self.pages or self.feed.looked_at):
            return False  # whoever looks on would be locked out
        last = max(self._lease.used, self._attended) if self._loads else self._lease.used
        return asyncio.get_running_loop().time() - last >= seconds

    async def release_if_idle(self, seconds: float) -> bool:
        """Gives the lock back when nothing has used it for that long."""
        if not self.idle(seconds):
            return False
        async with self._opening:
            if not self.idle(seconds):  # somebody was quicker
                return False
            self._halted = self._loads
            await self._let_go()
            return True

    def attend(self) -> None:
        """A person, or a script, has just asked for something."""
        self._attended = asyncio.get_running_loop().time()
        self._resumptions = 0

    def come_back(self, unlock: Unlock) -> None:
        """A page shows the list again: headers whose loading an idle release cut off go on.

        In the background, and tried once: a page does not wait for it, and a server that refuses
        is not asked again before a click needs it.
        """
        if self._halted and self._lease.connection is None:
            self._resume_soon(unlock)

    @property
    def impatient(self) -> bool:
        """Whether the server would soon hang up on somebody who looks on: time for a NOOP."""
        connection, patience = self._lease.connection, self._lease.habit.patience
        if connection is None or patience is None or not self.feed.watched:
            return False
        return not self._using and (connection.idle or 0.0) >= patience * _EARLY

    async def keep_alive(self) -> None:
        """NOOP; it is no use of the lock."""
        connection = self._lease.connection
        if connection is not None and self.impatient:
            with suppress(Pop3Error, TransportError, TimeoutError):
                async with asyncio.timeout(_ANSWER):  # the lock is given back in time all the same
                    await connection.execute(commands.noop())

    async def _let_go(self) -> None:
        await self._stop_loading()
        if not await self._lease.give_back(wait=self._using > 0):
            self._tell(Notice.CLOSED_WITHOUT_QUIT)

    async def _connected(self, unlock: Unlock) -> Connection:
        async with self._opening:
            connection = await self._hold(unlock)
            self._lease.touch()
            return connection

    async def _hold(self, unlock: Unlock) -> Connection:
        """The connection there is, or a new one; for whoever has `_opening`."""
        return await self._alive() or await self._reconnect(unlock)

    async def _alive(self) -> Connection | None:
        """The connection there is; where it was idle for long, it is asked whether it lives."""
        connection = self._lease.connection
        if connection is not None and (connection.idle or 0.0) > _STALE:
            try:
                async with asyncio.timeout(_ANSWER):
                    await connection.execute(commands.noop())
            except (TransportError, Pop3Error, TimeoutError):
                await self._stop_loading()
                self._lease.drop()
        return self._lease.connection

    async def _reconnect(self, unlock: Unlock) -> Connection:
        if self._closed:
            raise ConnectionLost("session", sent=False)
        await self._stop_loading()
        self._halted = False
        habit = self._lease.habit
        before = habit.one_at_a_time
        try:
            connection = await self._begin(unlock)
        except (ConnectionLost, Stalled, RemoteProtocolError):
            if before or not habit.one_at_a_time:
                raise
            connection = await self._begin(unlock)  # the group was too much: one at a time
        await self._relisted()
        self.feed.tell(Topic.HELD)
        self._start_loading(unlock)
        return connection

    async def _begin(self, unlock: Unlock) -> Connection:
        connection = await self._lease.take(unlock())
        try:
            await self._list(connection)
        except BaseException:
            self._lease.drop()
            raise
        return connection

    async def _read(self, unlock: Unlock, use: Callable[[Connection], Awaitable[T]]) -> T:
        """Runs a reading use-case; once more where the server had silently hung up."""
        self._using += 1
        habit = self._lease.habit
        before = habit.one_at_a_time
        try:
            connection = await self._connected(unlock)  # a sign-in is not tried twice
            try:
                return await use(connection)
            except (ConnectionLost, Stalled, RemoteProtocolError) as error:
                lost = isinstance(error, ConnectionLost)
                unasked = getattr(error, "fault", None) is Fault.UNSOLICITED
                fell_back = habit.one_at_a_time and not before
                if not (lost or unasked or fell_back):
                    raise
                return await use(await self._connected(unlock))
        finally:
            self._using -= 1
            self._lease.touch()

    # -- going on after a break -----------------------------------------------------------------

    def _resume_soon(self, unlock: Unlock) -> None:
        """Takes the lock again in the background, so that headers go on loading."""
        resuming = self._resuming is not None and not self._resuming.done()
        if resuming or self._closed or self._resumptions >= _RESUMPTIONS:
            return
        self._resumptions += 1
        self._resuming = asyncio.create_task(self._resume(unlock))

    async def _resume(self, unlock: Unlock) -> None:
        async with self._opening:
            self._halted = False
            if self._lease.connection is not None or self._closed:
                return
            used = self._lease.used
            with suppress(MailboxError, TransportError, Pop3Error):
                await self._reconnect(unlock)
                self._lease.used = max(used, self._attended)  # nobody has used it yet
