"""Sessions: an opaque token in the browser, a sealed record here, and a live mailbox beside it.

Sessions end by sign-out, by an idle time and by an absolute one. Ending one gives the maildrop
lock back; it never deletes mail. The marks of one that expired are kept for a while, see `ended`.
Where the store outlives the process, so do sessions: whoever comes with a token signs in again.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from app.audit import record
from app.gate import Places, client
from app.mailbox import Account, Allowances, Credentials, Mailbox, MailboxError, work_for
from app.pop3 import Pop3Error
from app.transport import Dialer, TransportError

from .ended_sessions import Cause, EndedSession, EndedSessions, digest_of
from .errors import (
    ClientLimit,
    NoSession,
    OpeningFault,
    OpeningLimit,
    SessionLimit,
    StoreUnavailable,
)
from .session import Session, SessionLimits, account_in, packed
from .shelf import Shelf
from .store import Record, Store
from .undeleted import Undeleted
from .vault import Keys, new_token

_TEND = 0.2  # seconds between two looks for locks that nobody uses; each is a few comparisons
_PATIENCE = 4.0  # seconds to wait for a server to take a lock back
_FINISHING = 60.0  # seconds that deletions have to come to their end, when all ends


class Sessions:
    """All sessions of this process.

    Args:
        dialer: opens connections for new mailboxes.
        store: keeps sealed records.
        limits: when sessions end.
        clock: seconds since the epoch.
        allowances: what all mailboxes may hold together.
    """

    def __init__(
        self,
        dialer: Dialer,
        store: Store,
        limits: SessionLimits | None = None,
        clock: Callable[[], float] = time.time,
        allowances: Allowances | None = None,
    ) -> None:
        self._allowances = allowances or Allowances()
        self._dialer = dialer
        self._store = store
        self._limits = limits or SessionLimits()
        self._clock = clock
        self._live: dict[str, Mailbox] = {}
        self._clients: dict[str, str] = {}
        self._openings = Places(
            self._limits.openings,
            client=self._limits.openings_client,
            host=self._limits.openings_host,
        )
        self._closing: set[asyncio.Task[Any]] = set()
        self._tended: dict[str, asyncio.Task[Any]] = {}
        self._ended = EndedSessions(clock)
        self._shelf = Shelf(store, idle=self._limits.idle, absolute=self._limits.absolute)
        self._leaving: set[str] = set()

    def __len__(self) -> int:
        return len(self._live)

    @property
    def lasting(self) -> bool:
        """Whether they outlive the process."""
        return self._shelf.lasting

    async def unfit(self) -> str | None:
        """Why sessions cannot be kept at all, for the operator; None where they can."""
        return await self._store.unfit()

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
            SessionLimit, ClientLimit: there are too many.
            OpeningLimit: too many sign-ins are under way.
            StoreUnavailable: the session could not be kept.
            MailboxError, TransportError, Pop3Error: no sign-in.
        """
        await self._make_room()
        await self._store.check()
        token = new_token()
        keys = Keys.of(token)
        sealed = keys.close(packed(account, credentials))
        session = Session(keys, sealed, self._mailbox(account))
        mailbox = session.mailbox
        work_for(mailbox)
        try:
            with self._opening(account.target.host):
                await session.line.hold()  # loading headers keeps it: nothing in clear
            await self._make_room()  # others have come in meanwhile
            now = self._clock()
            await self._shelf.begin(token, keys.sid, Record(sealed, now, now), mailbox)
            if before is not None:
                await self._take_over(before, keys.sid, mailbox)
        except BaseException as error:
            if isinstance(error, (MailboxError, TransportError, Pop3Error)):
                record("refusal", **account.audited, why=type(error).__name__)
            self._begin(self._forget(keys.sid))
            self._begin(mailbox.close())
            raise
        self._live[keys.sid] = mailbox
        self._clients[keys.sid] = client.get()
        means = mailbox.listing.access.means
        record("sign-in", **account.audited, session=keys.sid[:8], means=means)
        return token, session

    async def _forget(self, sid: str) -> None:
        """A session that did not come to be."""
        with suppress(StoreUnavailable):
            await self._shelf.forget(sid)
        await self._shelf.leave(sid)

    @contextmanager
    def _opening(self, host: str) -> Iterator[None]:
        """A sign-in under way: it takes a place of its own, which no session has."""
        keys = {"client": client.get(), "host": host.lower().rstrip(".")}
        full = self._openings.full(**keys)
        if full is not None:
            raise OpeningLimit(OpeningFault(full))
        self._openings.take(**keys)
        try:
            yield
        finally:
            self._openings.leave(**keys)

    async def _take_over(self, token: str, sid: str, mailbox: Mailbox) -> None:
        """The marks of a session before, if it was of the same account."""
        before = Keys.of(token).sid
        account = digest_of(mailbox.account, before)
        ended, live = await self.ended(token), self._live.get(before)
        if ended is not None and ended.account == account:
            mailbox.restore(ended.marks)
        elif live is not None and digest_of(live.account, before) == account:
            mailbox.restore(live.known_marks)  # a sign-in page that stood open in another tab
        await self._shelf.settle(sid, strict=True)
        self._ended.forget(before)
        if ended is not None:
            with suppress(StoreUnavailable):  # they are in two places then, for a day
                await self._shelf.forget(before)

    async def find(self, token: str, *, using: bool = True) -> Session:
        """The session of a token, and a note that it was used, unless somebody only looks on.

        Raises:
            NoSession: there is none, or it has expired.
            StoreUnavailable: it is not live here, and cannot be looked up.
        """
        keys = Keys.of(token)
        record = await self._shelf.record(keys.sid)
        now = self._clock()
        cause = self._expired(record, now)
        if record is None or cause is not None:
            await self._expire(keys.sid, cause or Cause.LOST)
            raise NoSession
        if keys.sid not in self._live:
            mailbox = self._mailbox(account_in(keys, record.sealed))
            await self._shelf.take_up(token, keys.sid, record, mailbox)
            self._live.setdefault(keys.sid, mailbox)
            self._clients.setdefault(keys.sid, client.get())
        mailbox = self._live[keys.sid]
        work_for(mailbox)
        if using:
            mailbox.tenancy.attend()
            with suppress(StoreUnavailable):
                await self._shelf.touch(keys.sid, now)
        else:
            mailbox.tenancy.pages.glanced()
        return Session(keys, record.sealed, mailbox)

    async def check_kept(self, session: Session) -> None:
        """What is done in a session from now on can be kept, for all that is known.

        Raises:
            StoreUnavailable: it cannot.
        """
        if self.lasting:
            await self._shelf.touch(session.sid, self._clock(), always=True)

    async def settle(self, sid: str, *, strict: bool = False) -> None:
        """What was done in a session is kept, before an answer shows it.

        Args:
            sid: which.
            strict: whether a mark that cannot be kept is an error.

        Raises:
            StoreUnavailable: a mark is not kept yet, and it is to be an error.
        """
        await self._shelf.settle(sid, strict=strict)

    async def ended(self, token: str) -> EndedSession | None:
        """What is remembered of a session that expired, or None.

        Raises:
            StoreUnavailable: nobody can tell.
        """
        sid = Keys.of(token).sid
        found = self._ended.get(sid)
        return found if found is not None or sid in self._live else await self._shelf.ended(token)

    async def sign_out(self, token: str) -> Undeleted:
        """Ends a session, if there is one, and forgets its marks; deletes nothing.

        Returns:
            What it left undone.

        Raises:
            StoreUnavailable: it cannot be forgotten; so it goes on.
        """
        sid = Keys.of(token).sid
        return await self._leave(sid, await self.ended(token))

    async def end(self, session: Session) -> Undeleted:
        """Signs a session out that was found.

        Raises:
            StoreUnavailable: it cannot be forgotten; so it goes on.
        """
        return await self._leave(session.sid)

    async def _leave(self, sid: str, expired: EndedSession | None = None) -> Undeleted:
        mailbox = self._live.get(sid)
        typed = Undeleted.of(mailbox).typed if mailbox is not None else 0
        self._leaving.add(sid)
        try:
            await self._shelf.forget(sid)
            self._ended.forget(sid)
            await self._end(sid)  # sends RSET, and lets a deletion come to its end
        finally:
            self._leaving.discard(sid)
        if mailbox is None:
            return Undeleted(len(expired.marks) if expired is not None else 0)
        left = replace(Undeleted.of(mailbox), typed=typed)
        record("sign-out", **mailbox.account.audited, session=sid[:8], not_deleted=left.count)
        return left

    async def sweep(self) -> None:
        """Ends what has expired, and what the store has lost."""
        now = self._clock()
        for sid, mailbox in list(self._live.items()):
            if mailbox.lease.in_use:  # a long download is no idleness
                with suppress(StoreUnavailable):
                    await self._shelf.touch(sid, now)
        live = list(self._live)
        records = await self._shelf.records(live)
        found = [(sid, self._expired(records.get(sid), now)) for sid in live]
        expired = [(sid, cause) for sid, cause in found if cause is not None]
        await asyncio.gather(*(self._expire(sid, cause) for sid, cause in expired))
        self._ended.sweep()

    def tend(self) -> None:
        """Gives back locks that nobody uses, and keeps connections alive that somebody looks at.

        What has become known of marks is written. It only begins that, and waits for no server.
        """
        for sid, mailbox in self._live.items():
            if self._shelf.due(sid):
                self._begin(self._shelf.settle(sid, strict=False))
            if sid in self._tended:
                continue
            if mailbox.tenancy.idle(self._limits.release):
                self._begin_tending(sid, mailbox.tenancy.release_if_idle(self._limits.release))
            elif mailbox.tenancy.impatient:
                self._begin_tending(sid, mailbox.tenancy.keep_alive())

    def _begin_tending(self, sid: str, tending: Coroutine[Any, Any, object]) -> None:
        task = self._tended[sid] = self._begin(tending)
        task.add_done_callback(lambda _: self._tended.pop(sid, None))

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
        await self._shelf.close()
        await asyncio.gather(*(self._let_go(mailbox.close(parting=False)) for mailbox in mailboxes))
        late = list(self._closing)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _mailbox(self, account: Account) -> Mailbox:
        mailbox = Mailbox(account, self._dialer, allowances=self._allowances)
        mailbox.tenancy.idle_seconds = self._limits.release
        return mailbox

    async def _make_room(self) -> None:
        if self._full() is not None:
            await self.sweep()
        if (full := self._full()) is not None:
            raise full

    def _full(self) -> SessionLimit | ClientLimit | None:
        who = client.get()
        if who and list(self._clients.values()).count(who) >= self._limits.each:
            return ClientLimit(self._limits.each)
        return SessionLimit(self._limits.most) if len(self) >= self._limits.most else None

    def _expired(self, record: Record | None, now: float) -> Cause | None:
        if record is None:
            return Cause.LOST
        if now - record.created > self._limits.absolute:
            return Cause.AGE
        return Cause.IDLE if now - record.seen > self._limits.idle else None

    async def _expire(self, sid: str, cause: Cause) -> None:
        """Ends a session for good, but for its marks."""
        mailbox, ended = self._live.get(sid), None
        if sid in self._leaving:
            return
        if mailbox is not None:
            after = self._limits.idle if cause is Cause.IDLE else self._limits.absolute
            account = digest_of(mailbox.account, sid)
            ended = EndedSession(cause, after, self._clock(), account, mailbox.known_marks)
            self._ended.add(sid, ended)
        if cause is not Cause.LOST:
            with suppress(StoreUnavailable):  # there its time runs out by itself
                await self._shelf.forget(sid, papers=False)
        await self._end(sid)
        if mailbox is not None and ended is not None and self._ended.get(sid) is ended:
            # What was marked first of all has been read by now: more is known of it.
            self._ended.add(sid, replace(ended, marks=mailbox.known_marks))

    async def _end(self, sid: str) -> None:
        mailbox = self._live.pop(sid, None)
        self._clients.pop(sid, None)
        if mailbox is not None:
            await self._let_go(mailbox.close())
        await self._shelf.leave(sid)

    async def _let_go(self, giving_back: Coroutine[Any, Any, object]) -> None:
        """Waits while a lock is given back, but not for a server that has gone silent."""
        await asyncio.wait([self._begin(giving_back)], timeout=_PATIENCE)

    def _begin(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[Any]:
        """Begins what ends by itself, or with the app."""
        task = asyncio.create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return task
