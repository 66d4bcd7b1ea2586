"""The borrowed lock: while a connection is signed in, no other program gets at the maildrop.

It is taken for a use-case, kept for a short idle time, and given back by QUIT with nothing deleted
(RFC 1939, section 6: a QUIT that follows no DELE removes nothing; after a DELE from the console,
RSET goes before it).
"""

import asyncio
import math
import secrets
from collections.abc import Mapping
from contextlib import suppress

from app.pop3 import MessageNumber, Pop3Error, State, commands
from app.transport import ConnectFailed, Connection, Dialer, Listener, Target, TransportError

from .errors import LoginDelayed, MailboxInUse
from .models import Credentials
from .signin import signed_in, turned_away

_RECENT = 5.0
_PARTING = 4.0  # seconds for RSET and QUIT together; a closed connection gives the lock back too
_PAUSES = (0.2, 0.5, 1.0, 2.0)  # seconds for the server to let go of our own lock


class Lease:
    """At most one signed-in connection to one server; `listener` hears what is said on it.

    Attributes:
        target: the server.
        name: of the newest connection, for what must not be carried to another one; "" before it.
        retrieved: octets of the messages that RETR was sent for on this connection, by number.
        deleted: the same for DELE from the console; noted before it is sent, and until RSET is
            answered, so that nothing slips out where an answer was not waited for.
        undone: how many of such deletions were taken back without the person's RSET.
        used: when it was last used, on the loop's clock.
        habit: what is known of the server.
    """

    def __init__(self, dialer: Dialer, target: Target, listener: Listener | None = None) -> None:
        self.target = target
        self.habit = dialer.habits.of(target.host, target.port)
        self.name = ""
        self.retrieved: dict[MessageNumber, int] = {}
        self.deleted: dict[MessageNumber, int] = {}
        self.undone = 0
        self.used = 0.0
        self._dialer = dialer
        self._listener = listener
        self._connection: Connection | None = None
        self._since = 0.0
        self._delay: int | None = None  # between two sign-ins, as told to this very user
        self._received = 0
        self._ended = -_RECENT  # when a connection of ours last ended or was seen to have ended

    @property
    def connection(self) -> Connection | None:
        """The connection, if one is held and alive."""
        connection = self._connection
        if connection is None or not connection.alive or connection.state is not State.TRANSACTION:
            return None
        return connection

    @property
    def held_seconds(self) -> float | None:
        """How long the maildrop has been held, or None while it is not."""
        if self.connection is None:
            return None
        return asyncio.get_running_loop().time() - self._since

    @property
    def delay(self) -> int:
        """Seconds that the server wants between two sign-ins of this user, as far as it told."""
        return self._delay or 0

    @property
    def wait(self) -> int | None:
        """Seconds until it may be left for a new connection, or None where it may at once."""
        left = math.ceil(self._since + self.delay - asyncio.get_running_loop().time())
        return left if left > 0 and self.connection is not None else None

    async def take(self, credentials: Credentials) -> Connection:
        """A new connection, signed in; where that is too soon, the one that is held stays.

        Raises:
            LoginRejected, MailboxInUse, LoginDelayed: the server refused.
            TransportError, RemoteProtocolError: no usable connection.
        """
        if self.wait is not None:
            return await self._take_beside(credentials)
        self.drop()
        recent = asyncio.get_running_loop().time() - self._ended < _RECENT
        try:
            for pause in _PAUSES if recent else ():
                try:
                    return await self._take(credentials)
                except MailboxInUse:  # by the connection of ours that has just ended
                    await asyncio.sleep(pause)
            return await self._take(credentials)
        except LoginDelayed as error:
            raise LoginDelayed(error.reply, self._left(error.retry_after)) from None

    async def _take_beside(self, credentials: Credentials) -> Connection:
        """A second one, since some servers announce a delay that they don't insist on."""
        try:
            connection = await self._signed_in(credentials)
        except (LoginDelayed, MailboxInUse) as error:  # in use by the one that is held
            raise LoginDelayed(error.reply, self.wait) from None
        self.drop()
        return self._keep(connection)

    async def _take(self, credentials: Credentials) -> Connection:
        return self._keep(await self._signed_in(credentials))

    async def _signed_in(self, credentials: Credentials) -> Connection:
        try:
            return await signed_in(self._dialer, self.target, credentials, self._listener)
        except ConnectFailed as error:
            raise turned_away(error) or error from None

    def _keep(self, connection: Connection) -> Connection:
        loop = asyncio.get_running_loop()
        self._connection = connection
        self._since = self.used = loop.time()
        self._delay = connection.capabilities.login_delay
        self.name = secrets.token_urlsafe(6)
        self.retrieved.clear()
        return connection

    def _left(self, delay: int | None) -> int | None:
        """Seconds until the server lets in again, as far as it told how many there must be."""
        if self._delay is None:
            return delay
        left = math.ceil(self._since + self._delay - asyncio.get_running_loop().time())
        return left if left > 0 else self._delay

    @property
    def received(self) -> int:
        """Octets received from the server over all connections so far."""
        return self._received + (self._connection.traffic.received if self._connection else 0)

    def touch(self) -> None:
        """The lease was just used."""
        self.used = asyncio.get_running_loop().time()

    @property
    def popped(self) -> bool:
        """Whether QUIT might delete what was only read (`EXPIRE 0`, RFC 2449, section 6.7)."""
        connection = self.connection
        if connection is None or not self.retrieved:
            return False
        return connection.capabilities.expire_at_once

    @property
    def doomed(self) -> Mapping[MessageNumber, int]:
        """Octets by number of what QUIT would delete now, or might."""
        if self.connection is None:
            return {}
        return {**(self.retrieved if self.popped else {}), **self.deleted}

    async def give_back(self, *, wait: bool = False) -> bool:
        """Ends the connection so that other programs get in; deletes nothing.

        Args:
            wait: QUIT may wait, for the end of a message on its way, as long as that takes.

        Returns:
            False where QUIT was left out, since it would have deleted what was read.
        """
        popped = self.popped
        with suppress(TimeoutError):
            async with asyncio.timeout(None if wait else _PARTING):
                if not popped:
                    await self.take_back()
                connection, popped = self.connection, popped or self.popped
                if connection is not None and not popped:
                    with suppress(Pop3Error, TransportError):
                        await connection.quit()
        self.drop()
        return not popped

    async def take_back(self) -> None:
        """RSET, if a DELE was sent from the console; where that fails, the connection ends."""
        connection = self.connection
        if connection is not None and self.deleted:
            try:
                await connection.execute(commands.rset())
            except (Pop3Error, TransportError):
                self.drop()
        self._undo()

    def drop(self) -> None:
        """Ends the connection without a word."""
        self._undo()
        if self._connection is not None:
            self._connection.abort()
            self._received += self._connection.traffic.received
            self._connection = None
            self._ended = asyncio.get_running_loop().time()

    def _undo(self) -> None:
        self.undone += len(self.deleted)
        self.deleted.clear()
