"""The way to the server for one request, and the one holder of the key.

A mailbox at rest can open nothing. What may have to sign in gets a `Line`, made for a request; a
download that outlives its request keeps the one it was begun with.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from app.pop3 import BodyEnd, Command, Fault, RemoteProtocolError
from app.transport import Body, Connection, ConnectionLost, Stalled

from .errors import SignInGivenUp
from .lease import Lease
from .models import Credentials

T = TypeVar("T")
Key = Callable[[], Credentials]
"""Opens the sealed credentials; what it returns is dropped as soon as the sign-in is over."""
Ask = Callable[[Connection], Awaitable[tuple[T, Command[BodyEnd], int]]]
"""What is asked for, the command for it, and the octets to expect."""


@dataclass(frozen=True, slots=True)
class Line:
    """A lease, and the key that signs in where no connection is held.

    Every method raises MailboxError, TransportError or Pop3Error where there is no sign-in.
    """

    lease: Lease
    key: Key = field(repr=False)

    async def use(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Runs what only reads; once more where the server had silently hung up."""
        lease, habit = self.lease, self.lease.habit
        before = habit.one_at_a_time
        with lease.use():
            connection = await self.hold()  # a sign-in is not tried twice
            try:
                return await work(connection)
            except (ConnectionLost, Stalled, RemoteProtocolError) as error:
                lost = isinstance(error, ConnectionLost)
                unasked = getattr(error, "fault", None) is Fault.UNSOLICITED
                fell_back = habit.one_at_a_time and not before
                if not (lost or unasked or fell_back):
                    raise
                return await work(await self.hold())

    @asynccontextmanager
    async def stream(self, ask: Ask[T]) -> AsyncIterator[tuple[T, Body]]:
        """An answer of many lines while it arrives."""
        with self.lease.use():
            async with AsyncExitStack() as stack:

                async def begin(connection: Connection) -> tuple[T, Body]:
                    asked, command, expected = await ask(connection)
                    stream = connection.stream(command, expected)
                    return asked, await stack.enter_async_context(stream)

                yield await self.use(begin)

    async def hold(self) -> Connection:
        """The connection there is, or a new one."""
        async with self.alone() as connection:
            return connection

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Connection]:
        """The connection there is, or a new one, which nobody else gives back meanwhile."""
        waiting = self.lease.waiting
        given_up = waiting.given_up
        async with self.lease.alone():
            connection = await self.lease.revive()
            if connection is None and waiting.given_up != given_up:
                raise SignInGivenUp
            yield connection or await self.renew()
            self.lease.used = asyncio.get_running_loop().time()

    async def renew(self) -> Connection:
        """A new connection, for whoever is alone; tried again where a group was too much."""
        await self.lease.tenant.moving_out(hurried=True)
        habit = self.lease.habit
        before = habit.one_at_a_time
        try:
            return await self._sign_in()
        except (ConnectionLost, Stalled, RemoteProtocolError):
            if before or not habit.one_at_a_time:
                raise
            return await self._sign_in()

    async def _sign_in(self) -> Connection:
        limit = self.lease.waiting.longest
        timer = asyncio.timeout(limit)
        try:
            async with timer:
                connection = await self.lease.take(self.key())
                try:
                    await self.lease.tenant.moved_in(connection, self)
                except BaseException:
                    self.lease.drop()
                    raise
                return connection
        except TimeoutError:
            if not timer.expired():
                raise
            raise Stalled("sign-in", limit) from None
        finally:
            del timer  # it knows its task, and that what went wrong: which would keep itself alive
