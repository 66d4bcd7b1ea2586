"""The borrowed lock: while a connection is signed in, no other program gets at the maildrop.

It is taken for a use-case, kept for a short idle time, and given back by QUIT with nothing deleted
(RFC 1939, section 6: a QUIT that follows no DELE removes nothing; after a DELE from the console,
RSET goes before it). Keys are not known here: whoever has a `Line` signs in.
"""

import asyncio
import math
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, Protocol

from app.pop3 import Pop3Error, State, commands
from app.transport import (
    ConnectFailed,
    Connection,
    ConnectionLost,
    Dialer,
    Listener,
    Target,
    TransportError,
)

from .admission import admitted
from .deletions import Deletions
from .errors import LoginDelayed, LoginRejected, MailboxInUse
from .login import turned_away
from .models import Credentials
from .waiting import Waiting

if TYPE_CHECKING:
    from .line import Line

_RECENT: Final = 5.0
_PARTING: Final = 4.0  # seconds for RSET and QUIT together; a closed connection gives it back too
_PAUSES: Final = (0.2, 0.5, 1.0, 2.0)  # seconds for the server to let go of our own lock
_STALE: Final = 15.0  # seconds after which a connection may have died without a word
_ANSWER: Final = 3.0  # seconds for a NOOP that asks whether it has


class Tenant(Protocol):
    """Who lives on the connections of a lease."""

    async def moved_in(self, connection: Connection, line: "Line") -> None:
        """A connection was signed in over a line; where this fails, it is dropped."""

    async def moving_out(self, *, hurried: bool) -> None:
        """The connection is about to end; hurried, where nothing more is to be asked on it."""


class Lease:
    """At most one signed-in connection to one server.

    Args:
        dialer: opens connections.
        target: the server.
        tenant: hears of connections that come and go.
        listener: hears what is said on them.

    Attributes:
        target, tenant: as given.
        name: of the newest connection, for what must not be carried to another one; "" before it.
        deletions: what QUIT would delete.
        used: when it was last used, on the loop's clock.
        attended: when a person, or a script, last asked for anything.
        habit: what is known of the server.
        waiting: for a sign-in.
    """

    def __init__(
        self, dialer: Dialer, target: Target, tenant: Tenant, listener: Listener | None = None
    ) -> None:
        self.target = target
        self.tenant = tenant
        self.habit = dialer.habits.of(target.host, target.port)
        self.name = ""
        self.waiting = Waiting(dialer.timeouts.sign_in)
        self.deletions = Deletions(lambda: self.connection)
        self.used = self.attended = 0.0
        self._dialer = dialer
        self._listener = listener
        self._alone = asyncio.Lock()
        self._uses = self._retrievals = 0
        self._closed = self._proven = False
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

    @property
    def received(self) -> int:
        """Octets received from the server over all connections so far."""
        return self._received + (self._connection.traffic.received if self._connection else 0)

    # -- who uses it ---------------------------------------------------------------------------

    def alone(self) -> asyncio.Lock:
        """Held by whoever takes the connection, gives it back, or must have it for themselves."""
        return self._alone

    @contextmanager
    def use(self) -> Iterator[None]:
        """A use of the connection; while it lasts, the lease is not idle."""
        self._uses += 1
        try:
            yield
        finally:
            self._uses -= 1
            self.used = asyncio.get_running_loop().time()

    @contextmanager
    def retrieve(self) -> Iterator[None]:
        """A RETR, from before it is sent until its end."""
        self._retrievals += 1
        try:
            yield
        finally:
            self._retrievals -= 1

    @property
    def in_use(self) -> bool:
        """Whether something of a person is under way on the wire."""
        return self._uses > 0

    @property
    def busy(self) -> bool:
        """Whether a whole message is on its way: POP3 answers in order."""
        return self._retrievals > 0

    # -- taking --------------------------------------------------------------------------------

    async def take(self, credentials: Credentials) -> Connection:
        """A new connection, signed in; where that is too soon, the one that is held stays.

        Raises:
            LoginRejected, MailboxInUse, LoginDelayed: the server refused.
            SignInHeld: it may not be tried yet.
            SignInGivenUp: somebody did not want to wait for it.
            TransportError, RemoteProtocolError: no usable connection.
        """
        if self._closed:
            raise ConnectionLost("session", sent=False)
        async with self.waiting.under_way():
            return await self._take_patiently(credentials)

    async def _take_patiently(self, credentials: Credentials) -> Connection:
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
        dialer, proven = self._dialer, self._proven
        try:
            return await admitted(dialer, self.target, credentials, self._listener, proven=proven)
        except LoginRejected:
            self._proven = False
            raise
        except ConnectFailed as error:
            raise turned_away(error) or error from None

    def _keep(self, connection: Connection) -> Connection:
        loop = asyncio.get_running_loop()
        self._connection, self._proven = connection, True
        self._since = self.used = loop.time()
        self._delay = connection.capabilities.login_delay
        self.name = secrets.token_urlsafe(6)
        self.deletions.read.clear()
        return connection

    def _left(self, delay: int | None) -> int | None:
        """Seconds until the server lets in again, as far as it told how many there must be."""
        if self._delay is None:
            return delay
        left = math.ceil(self._since + self._delay - asyncio.get_running_loop().time())
        return left if left > 0 else self._delay

    # -- keeping -------------------------------------------------------------------------------

    async def ping(self) -> bool:
        """NOOP; whether the server answered it in time."""
        if self.connection is None:
            return False
        try:
            async with asyncio.timeout(_ANSWER):
                await self.connection.execute(commands.noop())
        except (TransportError, Pop3Error, TimeoutError):
            return False
        return True

    async def revive(self) -> Connection | None:
        """The connection there is; where it was idle for long, it is asked whether it lives."""
        connection = self.connection
        if connection is not None and (connection.idle or 0.0) > _STALE and not await self.ping():
            await self.tenant.moving_out(hurried=True)
            self.drop()
        return self.connection

    # -- giving back ---------------------------------------------------------------------------

    async def give_back(self) -> bool:
        """Ends the connection so that other programs get in; deletes nothing.

        QUIT waits for the end of a message on its way, as long as that takes.

        Returns:
            False where QUIT was left out, since it would have deleted what was read.
        """
        await self.tenant.moving_out(hurried=False)
        expiring = self.deletions.expiring
        with suppress(TimeoutError):
            async with asyncio.timeout(None if self.in_use else _PARTING):
                if not expiring:
                    await self.take_back()
                connection, expiring = self.connection, expiring or self.deletions.expiring
                if connection is not None and not expiring:
                    with suppress(Pop3Error, TransportError):
                        await connection.quit()
        self.drop()
        return not expiring

    async def take_back(self) -> None:
        """RSET, if a DELE was sent from the console; where that fails, the connection ends."""
        connection = self.connection
        if connection is not None and self.deletions.typed:
            try:
                await connection.execute(commands.rset())
            except (Pop3Error, TransportError):
                self.drop()
        self.deletions.undo()

    def drop(self) -> None:
        """Ends the connection without a word."""
        self.deletions.undo()
        if self._connection is not None:
            self._connection.abort()
            self._received += self._connection.traffic.received
            self._connection = None
            self._ended = asyncio.get_running_loop().time()

    def close(self) -> None:
        """No more connections are taken."""
        self._closed = True
