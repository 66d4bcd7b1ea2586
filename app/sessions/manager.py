"""Sessions: an opaque token in the browser, a sealed record here, and a live mailbox beside it.

Sessions end by sign-out, by an idle time and by an absolute one. Ending one gives the maildrop
lock back; it never deletes mail. The marks of one that expired are kept for a while, see `ended`.
"""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from app.mailbox import (
    SPOOL_OCTETS,
    Account,
    Commit,
    Console,
    Credentials,
    Line,
    Mailbox,
    Reader,
)
from app.transport import Dialer, Security, Target

from .ended_sessions import Cause, EndedSession, EndedSessions, digest_of
from .errors import NoSession, SessionLimit
from .store import Record, Store
from .undeleted import Undeleted
from .vault import Keys, new_token

_TEND = 0.2  # seconds between two looks for locks that nobody uses; each is a few comparisons
_PATIENCE = 4.0  # seconds to wait for a server to take a lock back
_FINISHING = 60.0  # seconds that deletions have to come to their end, when all ends


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """When sessions end, in seconds, and how many there may be.

    Attributes:
        idle: since the last request.
        absolute: since the sign-in.
        most: sessions at once.
        release: idle seconds after which the maildrop lock is given back.
        spool: octets on disk for the whole messages of one session.
    """

    idle: float = 30 * 60
    absolute: float = 12 * 3600
    most: int = 200
    release: float = 60
    spool: int = SPOOL_OCTETS


class Session:
    """A signed-in browser or script, for the length of one request.

    Attributes:
        sid: names the record; no secret.
        mailbox: the live mailbox.
        line: the way to its server, with the key to the credentials.
    """

    def __init__(self, keys: Keys, sealed: bytes, mailbox: Mailbox) -> None:
        self.sid = keys.sid
        self.mailbox = mailbox
        self.line = Line(mailbox.lease, lambda: _unpack(keys.open(sealed))[1])

    def __repr__(self) -> str:
        return f"<Session {self.sid[:8]}>"

    @property
    def reader(self) -> Reader:
        """Reads the mailbox."""
        return Reader(self.mailbox, self.line)

    @property
    def commit(self) -> Commit:
        """Deletes what is marked."""
        return Commit(self.mailbox, self.line)

    @property
    def console(self) -> Console:
        """Types at the server."""
        return Console(self.mailbox, self.line)


class Sessions:
    """All sessions of this process.

    Args:
        dialer: opens connections for new mailboxes.
        store: keeps sealed records.
        limits: when sessions end.
        clock: seconds since the epoch.
    """

    def __init__(
        self,
        dialer: Dialer,
        store: Store,
        limits: SessionLimits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._dialer = dialer
        self._store = store
        self._limits = limits or SessionLimits()
        self._clock = clock
        self._live: dict[str, Mailbox] = {}
        self._opening = 0
        self._closing: set[asyncio.Task[Any]] = set()
        self._tended: dict[str, asyncio.Task[Any]] = {}
        self._ended = EndedSessions(clock)

    def __len__(self) -> int:
        return len(self._live)

    async def sign_in(
        self, account: Account, credentials: Credentials, *, before: str | None = None
    ) -> tuple[str, Session]:
        """Signs in to the server and, if it lets us in, begins a session.

        Args:
            account: whose mailbox, and where.
            credentials: what signs in.
            before: the token of this browser's session before; if that one was of the same
                account, its marks are taken over, whether it has expired or not.

        Returns:
            The token, which only the caller keeps, and the session.

        Raises:
            SessionLimit: there are too many.
            MailboxError, TransportError, Pop3Error: no sign-in.
        """
        await self._make_room()
        self._opening += 1
        try:
            token = new_token()
            keys = Keys.of(token)
            sealed = keys.close(_pack(account, credentials))
            session = Session(keys, sealed, self._mailbox(account))
            mailbox = session.mailbox
            await session.line.hold()  # loading headers keeps it: nothing in clear
        finally:
            self._opening -= 1
        now = self._clock()
        await self._store.put(keys.sid, Record(sealed, now, now))
        self._live[keys.sid] = mailbox
        if before is not None:
            self._take_over(Keys.of(before).sid, mailbox)
        return token, session

    def _take_over(self, sid: str, mailbox: Mailbox) -> None:
        ended, live = self._ended.get(sid), self._live.get(sid)
        self._ended.forget(sid)
        account = digest_of(mailbox.account, sid)
        if ended is not None and ended.account == account:
            mailbox.restore(ended.marks)
        elif live is not None and digest_of(live.account, sid) == account:
            mailbox.restore(live.known_marks)  # a sign-in page that stood open in another tab

    async def find(self, token: str, *, using: bool = True) -> Session:
        """The session of a token, and a note that it was used, unless somebody only looks on.

        Raises:
            NoSession: there is none, or it has expired.
        """
        keys = Keys.of(token)
        record = await self._store.get(keys.sid)
        if record is None:
            raise NoSession
        now = self._clock()
        cause = self._expired(record, now)
        if cause is not None:
            await self._expire(keys.sid, cause)
            raise NoSession
        mailbox = self._live.get(keys.sid)
        if mailbox is None:
            mailbox = self._mailbox(_unpack(keys.open(record.sealed))[0])
            self._live[keys.sid] = mailbox
        if using:
            mailbox.tenancy.attend()
            await self._store.touch(keys.sid, now)
        else:
            mailbox.tenancy.pages.glanced()
        return Session(keys, record.sealed, mailbox)

    def ended(self, token: str) -> EndedSession | None:
        """What is remembered of a session that expired, or None."""
        return self._ended.get(Keys.of(token).sid)

    async def sign_out(self, token: str) -> Undeleted:
        """Ends a session, if there is one, and forgets its marks; deletes nothing.

        Returns:
            What it left undone.
        """
        return await self._leave(Keys.of(token).sid)

    async def end(self, session: Session) -> Undeleted:
        """Signs a session out that was found."""
        return await self._leave(session.sid)

    async def _leave(self, sid: str) -> Undeleted:
        expired, mailbox = self._ended.get(sid), self._live.get(sid)
        self._ended.forget(sid)
        if mailbox is None:
            await self._end(sid)
            return Undeleted(len(expired.marks) if expired is not None else 0)
        typed = Undeleted.of(mailbox).typed
        await self._end(sid)  # sends RSET, and lets a deletion come to its end
        return replace(Undeleted.of(mailbox), typed=typed)

    async def sweep(self) -> None:
        """Ends what has expired."""
        now = self._clock()
        for sid, mailbox in list(self._live.items()):
            if mailbox.lease.in_use:  # a long download is no idleness
                await self._store.touch(sid, now)
        records = await self._store.all()
        found = ((sid, self._expired(record, now)) for sid, record in records.items())
        expired = [(sid, cause) for sid, cause in found if cause is not None]
        await asyncio.gather(*(self._expire(sid, cause) for sid, cause in expired))
        self._ended.sweep()

    def tend(self) -> None:
        """Gives back locks that nobody uses, and keeps connections alive that somebody looks at.

        It only begins that, and waits for no server.
        """
        for sid, mailbox in self._live.items():
            if sid in self._tended:
                continue
            if mailbox.tenancy.idle(self._limits.release):
                self._begin_tending(sid, mailbox.tenancy.release_if_idle(self._limits.release))
            elif mailbox.tenancy.impatient:
                self._begin_tending(sid, mailbox.tenancy.keep_alive())

    def _begin_tending(self, sid: str, tending: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(tending)
        self._tended[sid] = task
        self._closing.add(task)
        task.add_done_callback(lambda _: self._tended.pop(sid, None))
        task.add_done_callback(self._closing.discard)

    async def run(self) -> None:
        """Tends and sweeps for ever; the reaper of a running app."""
        await asyncio.gather(self._tend_for_ever(), self._sweep_for_ever())

    async def _tend_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_TEND)
            self.tend()

    async def _sweep_for_ever(self) -> None:
        pause = max(0.2, min(5.0, self._limits.idle / 10))
        while True:
            await asyncio.sleep(pause)
            with suppress(OSError):
                await self.sweep()

    def hush(self) -> None:
        """Sends away all who look on; a server that wants to end need not wait for them."""
        for mailbox in self._live.values():
            mailbox.feed.hush()

    async def close(self) -> None:
        """For the end of the app: ends every connection without QUIT, once nothing deletes."""
        mailboxes = list(self._live.values())
        self._live.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(_FINISHING):
                await asyncio.gather(*(mailbox.receipts.finished() for mailbox in mailboxes))
        await asyncio.gather(*(self._let_go(mailbox.close(parting=False)) for mailbox in mailboxes))
        late = list(self._closing)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _mailbox(self, account: Account) -> Mailbox:
        mailbox = Mailbox(account, self._dialer, spool_limit=self._limits.spool)
        mailbox.tenancy.idle_seconds = self._limits.release
        return mailbox

    async def _make_room(self) -> None:
        if len(self._live) + self._opening >= self._limits.most:
            await self.sweep()
        if len(self._live) + self._opening >= self._limits.most:
            raise SessionLimit(self._limits.most)

    def _expired(self, record: Record, now: float) -> Cause | None:
        if now - record.created > self._limits.absolute:
            return Cause.AGE
        return Cause.IDLE if now - record.seen > self._limits.idle else None

    async def _expire(self, sid: str, cause: Cause) -> None:
        """Ends a session for good, but for its marks."""
        mailbox, ended = self._live.get(sid), None
        if mailbox is not None:
            after = self._limits.idle if cause is Cause.IDLE else self._limits.absolute
            account = digest_of(mailbox.account, sid)
            ended = EndedSession(cause, after, self._clock(), account, mailbox.known_marks)
            self._ended.add(sid, ended)
        await self._end(sid)
        if mailbox is not None and ended is not None and self._ended.get(sid) is ended:
            # What was marked first of all has been read by now: more is known of it.
            self._ended.add(sid, replace(ended, marks=mailbox.known_marks))

    async def _end(self, sid: str) -> None:
        await self._store.delete(sid)
        mailbox = self._live.pop(sid, None)
        if mailbox is not None:
            await self._let_go(mailbox.close())

    async def _let_go(self, giving_back: Coroutine[Any, Any, object]) -> None:
        """Waits while a lock is given back, but not for a server that has gone silent."""
        task = asyncio.create_task(giving_back)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        await asyncio.wait([task], timeout=_PATIENCE)


def _pack(account: Account, credentials: Credentials) -> bytes:
    target = account.target
    return json.dumps(
        [
            [account.username, target.host, target.port, target.security.value, target.verified],
            [
                credentials.username,
                credentials.password,
                credentials.mechanism,
                credentials.language,
            ],
        ]
    ).encode()


def _unpack(packed: bytes) -> tuple[Account, Credentials]:
    (username, host, port, security, verified), credentials = json.loads(packed)
    target = Target(host, port, Security(security), verified)
    return Account(username, target), Credentials(*credentials)
