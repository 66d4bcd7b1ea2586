"""A maildrop as the connection brings it: the half of a mailbox that follows the lease.

It keeps the index, the marks and the notices true from one connection to the next, and loads
headers while one is held.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from operator import attrgetter
from typing import TypeVar

from app.pop3 import (
    Capabilities,
    CommandRejected,
    Fault,
    RemoteProtocolError,
    Stat,
    UniqueId,
    commands,
)
from app.transport import Connection, ConnectionLost, Dialer

from .aside import aside
from .deciding import Selection
from .feed import Feed, Topic
from .index import Index, Listing, Sort
from .lease import Lease
from .lists import Lists
from .loader import HEADER_OCTETS, HeaderLoader, Progress
from .models import Account, Credentials, Message, MessageId, Notice, Told, header_digest
from .overview import Overview
from .query import Query
from .space import By, Group
from .transcript import Transcript

T = TypeVar("T")
Unlock = Callable[[], Credentials]
"""Opens the sealed credentials; what it returns is dropped as soon as the sign-in is over."""


class Maildrop:
    """What is known of a maildrop, with or without a connection.

    Args:
        account: whose, and where.
        dialer: opens connections.

    Attributes:
        index: the messages as last listed.
        marks: ids marked for deletion, in the order they were marked.
        capabilities, tls, signed_in_by: of the newest connection.
        listed: whether the index was ever filled.
        lists: orders and selections of the index.
        listing: counts the listings that had other messages than the one before.
        feed: what has changed, for whoever looks on.
        transcript: what was said on all connections.
    """

    def __init__(self, account: Account, dialer: Dialer) -> None:
        self.account = account
        self.index = Index(Listing(Stat(0, 0), (), ()), "")
        self.marks: dict[MessageId, None] = {}
        self.capabilities = Capabilities()
        self.tls: str | None = None
        self.signed_in_by = ""
        self.listed = False
        self.listing = 0
        self.feed = Feed()
        self.transcript = Transcript(account.target.shown, self.feed)
        self._lease = Lease(dialer, account.target, self.transcript)
        self._opening = asyncio.Lock()
        self._loader: HeaderLoader | None = None
        self._loading: asyncio.Task[None] | None = None
        self._known = 0
        self._position = 0
        self._header_octets = 0
        self._paused = False
        self._notices: dict[Notice, Told] = {}
        self._using = 0
        self._closed = False
        self._listed_on: Connection | None = None
        self._renamed: dict[MessageId, MessageId] = {}
        self.lists = Lists()
        self._overview = Overview()

    # -- the connection ------------------------------------------------------------------------

    @property
    def held_seconds(self) -> float | None:
        """How long the maildrop lock has been held, or None while it is not."""
        return self._lease.held_seconds

    @property
    def received(self) -> int:
        """Octets received from the server so far, over all connections."""
        return self._lease.received

    @property
    def notices(self) -> tuple[Told, ...]:
        """What a person should know about this server and this maildrop."""
        deleted = len(self._lease.deleted) if self._lease.connection else 0
        more = (Told(Notice.DELETED_IN_CONSOLE, deleted),) if deleted else ()
        return (*more, *self._notices.values())

    async def open(self, unlock: Unlock) -> None:
        """Takes the lease, if it is not held, and brings the index up to date.

        Raises:
            MailboxError, TransportError, Pop3Error: no sign-in.
        """
        await self._connected(unlock)

    async def ensure_listed(self, unlock: Unlock) -> None:
        """Signs in where the maildrop was never listed, as after a restart of the app."""
        if not self.listed:
            await self.open(unlock)

    async def refresh(self, unlock: Unlock) -> None:
        """A new connection: new mail shows up, marks stay."""
        async with self._opening:
            await self._stop_loading()
            quitted = await self._lease.give_back()
            await self._reconnect(unlock)
            if not quitted:
                self._tell(Notice.CLOSED_WITHOUT_QUIT)

    async def release(self) -> None:
        """Gives the maildrop lock back; deletes nothing."""
        async with self._opening:
            await self._stop_loading()
            if not await self._lease.give_back():
                self._tell(Notice.CLOSED_WITHOUT_QUIT)

    async def release_if_idle(self, seconds: float) -> bool:
        """Gives the lock back when nothing has used it for that long."""
        if self._lease.connection is None or self._using or self.progress.running:
            return False
        if asyncio.get_running_loop().time() - self._lease.used < seconds:
            return False
        await self.release()
        return True

    async def _connected(self, unlock: Unlock) -> Connection:
        async with self._opening:
            connection = self._lease.connection or await self._reconnect(unlock)
            self._lease.touch()
            return connection

    async def _reconnect(self, unlock: Unlock) -> Connection:
        if self._closed:
            raise ConnectionLost("session", sent=False)
        await self._stop_loading()
        connection = await self._lease.take(unlock())
        try:
            await self._list(connection)
        except BaseException:
            self._lease.drop()
            raise
        self.feed.tell(Topic.HELD)
        self._start_loading()
        return connection

    async def _read(self, unlock: Unlock, use: Callable[[Connection], Awaitable[T]]) -> T:
        """Runs a reading use-case; once more where the server had silently hung up."""
        self._using += 1
        try:
            try:
                return await use(await self._connected(unlock))
            except (ConnectionLost, RemoteProtocolError) as error:
                if isinstance(error, RemoteProtocolError) and error.fault is not Fault.UNSOLICITED:
                    raise
                return await use(await self._connected(unlock))
        finally:
            self._using -= 1
            self._lease.touch()

    # -- the listing ---------------------------------------------------------------------------

    async def _list(self, connection: Connection) -> None:
        """UIDL, STAT and LIST in one group; then marks and headers move to the new index."""
        # UIDL first: GNU mailutils writes a field into new messages then, which LIST counts.
        rows, stat, scan = await asyncio.gather(
            _unique_ids(connection),
            connection.execute(commands.stat()),
            connection.execute(commands.list_all()),
        )
        earlier = self.index
        listing = Listing(stat, scan, rows)
        index = await aside(Index, listing, earlier.salt)  # 100,000 rows take a while
        self._renamed = {}
        self.lists.forget()
        if index.has_uidls or connection is self._listed_on:
            await aside(index.recall, earlier)
            self._forget_contents(message.id for message in index if message.ambiguous)
        else:  # a number means the same for as long as a connection lasts, and no longer
            index = await aside(Index, listing, secrets.token_urlsafe(8))
            await self._carry_marks(connection, earlier, index)
            self._forget_contents(message.id for message in earlier)
        self.index, self.listed = index, True
        self._listed_on = connection
        self._known = sum(message.headers_known for message in index)
        self.capabilities, self.tls = connection.capabilities, connection.tls
        self.signed_in_by = connection.signed_in_by
        self._tell_about(connection, index)
        self._keep_marks(earlier)
        if await aside(lambda: index.ids != earlier.ids):
            self.listing += 1
            self.feed.tell(Topic.LISTED)
        self.feed.tell(Topic.MARKS, Topic.PROGRESS)

    def _forget_contents(self, ids: Iterable[MessageId]) -> None:
        """What was read of these messages may be that of others now."""

    async def _carry_marks(self, connection: Connection, earlier: Index, now: Index) -> None:
        """Without UIDLs: marks move to their numbers' new ids, if these mean what they meant.

        For that all sizes must be the same, and the headers of what is marked.
        """
        if not self.marks or earlier.has_uidls or earlier.sizes != now.sizes:
            return
        numbered = {message.number: message for message in now}
        renamed: dict[MessageId, MessageId] = {}
        for id in list(self.marks):
            message = earlier[id]
            try:
                header = await connection.fetch(commands.top(message.number, 0), HEADER_OCTETS)
            except CommandRejected:
                return
            if header_digest(header.data) != message.header.digest:
                return
            same = numbered[message.number]
            same.header = message.header
            renamed[id] = same.id
        self._renamed = renamed
        self.marks = {renamed.get(id, id): None for id in self.marks}

    def _keep_marks(self, earlier: Index) -> None:
        gone = [id for id in self.marks if id not in self.index]
        changed = [
            id
            for id in self.marks
            if id in self.index and id in earlier and self.index[id].octets != earlier[id].octets
        ]
        for id in gone + changed:
            del self.marks[id]
        if changed:
            self._tell(Notice.MARKS_DROPPED, len(changed))
        if not gone:
            return
        if not self.index.has_uidls:
            self._tell(Notice.MARKS_DROPPED, len(gone))
        elif len(self.index) and not any(message.id in earlier for message in self.index):
            self._tell(Notice.UIDLS_RESET, len(gone))
        else:
            self._tell(Notice.MARKED_GONE, len(gone))

    def _tell(self, notice: Notice, count: int = 0) -> None:
        self._notices[notice] = Told(notice, count)

    def _tell_about(self, connection: Connection, index: Index) -> None:
        self._notices.clear()
        if not connection.capabilities.tags:
            self._tell(Notice.NO_CAPA)
        if not index.has_uidls:
            self._tell(Notice.NO_UIDL)
        if index.duplicates:
            self._tell(Notice.DUPLICATE_UIDLS, index.duplicates)
        if index.stat.messages != len(index):
            self._tell(Notice.COUNTS_DIFFER, index.stat.messages)
        if not connection.capabilities.pipelining:
            self._tell(Notice.NO_PIPELINING)

    # -- headers in the background ---------------------------------------------------------------

    @property
    def progress(self) -> Progress:
        """How far the headers are."""
        running = self._loading is not None and not self._loading.done()
        return Progress(self._known, len(self.index), self._header_octets, running, self._paused)

    async def headers_loaded(self) -> None:
        """Waits until the headers are all there, or no more will come."""
        if self._loading is not None:
            await asyncio.wait([self._loading])

    @property
    def edition(self) -> tuple[Index, int]:
        """Differs as soon as the listing does, or what is known of the headers."""
        return self.index, self._position

    async def ordered(self, sort: Sort) -> Sequence[Message]:
        """All messages in the order asked for, made aside, and kept until it may be another."""
        return (await self.lists.order(self.edition, sort)).messages

    async def selected(self, query: Query, sort: Sort, now: datetime) -> Selection:
        """What a filter makes of all messages, in the order asked for; done aside.

        Args:
            query: the filter.
            sort: the order.
            now: from when ages count, aware.
        """
        return await self.lists.selection(self.edition, query, sort, self.marks, now)

    async def read_headers(self, messages: Iterable[Message]) -> None:
        """Parses aside what has come of their headers, for a page that shows them."""
        unread = [message for message in messages if message.header.unread]
        if unread:
            await aside(lambda: [message.summary for message in unread])

    async def survey(self, zone: tzinfo, most: int | None = None) -> None:
        """Brings the groups of `groups` up to date, aside.

        Args:
            zone: whose months.
            most: where more headers than this would have to be parsed, it is left at sizes.
        """
        await self._overview.make(self.index, self._position, zone, most)

    def groups(self, by: By, zone: tzinfo) -> tuple[Group, ...] | None:
        """All messages in groups as last surveyed; None where they never were."""
        return self._overview.newest(self.index, by, zone)

    def surveyed(self, zone: tzinfo) -> bool:
        """Whether nothing has come in since the last survey."""
        return all(self._overview.fresh(self.index, self._position, by, zone) for by in By)

    def prefer(self, messages: Iterable[Message]) -> None:
        """These messages are on the page: their headers come first."""
        if self._loader is not None:
            self._loader.prefer(m for m in messages if m.number not in self._lease.deleted)

    def _start_loading(self) -> None:
        connection = self._lease.connection
        unknown = [
            message
            for message in self.index
            if not message.headers_known
            and not message.header.refused
            and message.number not in self._lease.deleted
        ]
        unknown.sort(key=attrgetter("octets"), reverse=True)  # mostly few, or none
        if connection is None or not unknown or self._paused:
            return
        self._loader = HeaderLoader(
            connection, unknown, self._learn, lambda: self._tell(Notice.NO_TOP)
        )
        self._loading = asyncio.create_task(self._loader.run())
        self._loading.add_done_callback(lambda _: self.feed.tell(Topic.PROGRESS))
        self.feed.tell(Topic.PROGRESS)

    def _learn(self, message: Message, raw: bytes) -> None:
        self._known += not message.headers_known
        self._position += 1
        self._header_octets += len(raw)
        message.header.learn(raw, self._position)
        self.feed.tell(Topic.PROGRESS)

    async def _stop_loading(self) -> None:
        task, self._loading, self._loader = self._loading, None, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])  # unlike `await task`, a cancellation of ours gets through


async def _unique_ids(connection: Connection) -> tuple[UniqueId, ...] | None:
    """UIDL, also where it is not announced; None where it is refused."""
    try:
        return await connection.execute(commands.uidl_all())
    except CommandRejected:
        return None
