"""A maildrop as the connection brings it: the half of a mailbox that follows the lease.

It keeps the index, the marks and the notices true from one connection to the next, and loads
headers while one is held.
"""

import asyncio
import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, tzinfo
from operator import attrgetter

from app.pop3 import Capabilities, CommandRejected, Stat, UniqueId, commands
from app.transport import Connection, Dialer

from .aside import aside
from .deciding import Selection
from .feed import Topic
from .holding import Holding, Unlock
from .index import Index, Listing, Sort
from .lists import Lists
from .loader import HEADER_OCTETS, HeaderLoader, Progress
from .marks import Marks
from .models import Account, Message, MessageId, Notice, Told, header_digest
from .news import Changes, News, compare
from .overview import Overview
from .query import Query
from .space import By, Group


class Maildrop(Holding):
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
        news: what a person should know.
    """

    def __init__(self, account: Account, dialer: Dialer) -> None:
        super().__init__(account, dialer)
        self.index = Index(Listing(Stat(0, 0), (), ()), "")
        self.marks = Marks()
        self.capabilities = Capabilities()
        self.tls: str | None = None
        self.signed_in_by = ""
        self.listed = False
        self.listing = 0
        self.news = News()
        self._loader: HeaderLoader | None = None
        self._loading: asyncio.Task[None] | None = None
        self._known = 0
        self._position = 0
        self._header_octets = 0
        self._paused = False
        self._unfinished = False
        self._doomed: Collection[MessageId] = ()
        self._listed_on: Connection | None = None
        self._renamed: dict[MessageId, MessageId] = {}
        self.lists = Lists()
        self._overview = Overview()

    @property
    def notices(self) -> tuple[Told, ...]:
        """What a person should know about this server and this maildrop."""
        return (*self.news.happened, *self.standing)

    @property
    def standing(self) -> tuple[Told, ...]:
        """Those of them that hold for as long as things are as they are."""
        deleted = len(self._lease.deleted) if self._lease.connection else 0
        more = (Told(Notice.DELETED_IN_CONSOLE, deleted),) if deleted else ()
        return (*more, *self.news.standing)

    def put_news_away(self) -> None:
        """Somebody has read what happened, and wants to see it no more."""
        self.news.put_away()
        self.feed.tell(Topic.MARKS)  # pages look at all that hangs on the list again

    def _tell(self, notice: Notice, count: int = 0) -> None:
        self.news.tell(notice, count)

    async def ensure_listed(self, unlock: Unlock) -> None:
        """Signs in where the maildrop was never listed, as after a restart of the app."""
        if not self.listed:
            await self.open(unlock)

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
            self._renamed = await self._carried(connection, earlier, index)
            self._forget_contents(message.id for message in earlier)
        changes = await aside(compare, earlier, index)
        known = await aside(lambda: sum(message.headers_known for message in index))
        first, self.index, self.listed = not self.listed, index, True
        self._listed_on = connection
        self._known = known
        self.capabilities, self.tls = connection.capabilities, connection.tls
        self.signed_in_by = connection.signed_in_by
        self.news.describe(connection, index)
        self._keep_marks(changes, first=first)
        if changes.vanished or changes.came or first:
            self.listing += 1
            self.feed.tell(Topic.LISTED)
        self.feed.tell(Topic.MARKS, Topic.PROGRESS)

    def _forget_contents(self, ids: Iterable[MessageId]) -> None:
        """What was read of these messages may be that of others now."""

    async def _carried(
        self, connection: Connection, earlier: Index, now: Index
    ) -> dict[MessageId, MessageId]:
        """Without UIDLs: the new ids of what is marked, if their numbers mean what they meant.

        For that all sizes must be the same, and the headers of what is marked.
        """
        if not self.marks or earlier.has_uidls or earlier.sizes != now.sizes:
            return {}
        numbered = {message.number: message for message in now}
        renamed: dict[MessageId, MessageId] = {}
        for id in list(self.marks):
            message = earlier[id]
            try:
                header = await connection.fetch(commands.top(message.number, 0), HEADER_OCTETS)
            except CommandRejected:
                return {}
            if header_digest(header.data) != message.header.digest:
                return {}
            same = numbered[message.number]
            same.header = message.header
            renamed[id] = same.id
        return renamed

    def _keep_marks(self, changes: Changes, *, first: bool) -> None:
        lost = changes.vanished & self.marks.keys() - self._renamed.keys()
        altered = changes.altered & self.marks.keys()
        self.marks.discard(lost | altered)
        if self._renamed:
            self.marks = Marks(self.index[self._renamed.get(id, id)] for id in self.marks)
        if not first:
            self.news.listed(changes, lost=lost, altered=len(altered), doomed=self._doomed)
        self._doomed = ()

    # -- headers in the background ---------------------------------------------------------------

    @property
    def progress(self) -> Progress:
        """How far the headers are."""
        running, paused = self._loads, self._paused
        stopped = self._unfinished and not running and not paused
        total = len(self.index)
        return Progress(self._known, total, self._header_octets, running, paused, stopped)

    @property
    def _loads(self) -> bool:
        return self._loading is not None and not self._loading.done()

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

    def headless(self, message: Message) -> bool:
        """Whether the server will not show the header of a message, but with all the rest."""
        return not message.headers_known and (message.header.refused or self.news.no_top)

    def prefer(self, messages: Iterable[Message]) -> None:
        """These messages are on the page: their headers come first."""
        if self._loader is not None:
            self._loader.prefer(m for m in messages if m.number not in self._lease.deleted)

    def _start_loading(self, unlock: Unlock) -> None:
        connection = self._lease.connection
        unknown = self._unknown()
        unknown.sort(key=attrgetter("octets"), reverse=True)  # mostly few, or none
        self._unfinished = bool(unknown)
        if connection is None or not unknown or self._paused:
            return
        self._loader = HeaderLoader(connection, unknown, self._learn, self._no_top)
        self._loading = asyncio.create_task(self._load(self._loader, connection, unlock))
        self._loading.add_done_callback(lambda _: self.feed.tell(Topic.PROGRESS))
        self.feed.tell(Topic.PROGRESS)

    def _unknown(self) -> list[Message]:
        return [
            message
            for message in self.index
            if not message.headers_known
            and not message.header.refused
            and message.number not in self._lease.deleted
        ]

    def _no_top(self) -> None:
        self.news.no_top = True
        self.feed.tell(Topic.MARKS)

    async def _load(self, loader: HeaderLoader, connection: Connection, unlock: Unlock) -> None:
        """Loads headers; where the line breaks and a new one would do better, on that."""
        habit = self._lease.habit
        before, to_do = habit.one_at_a_time, loader.left
        await loader.run()
        self._unfinished = not connection.alive
        if self._unfinished and (habit.one_at_a_time is not before or len(self._unknown()) < to_do):
            self._resume_soon(unlock)

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
