"""A maildrop as the connection brings it: the half of a mailbox that follows the lease.

It keeps the index, the marks and the notices true from one connection to the next, and loads
headers while one is held.
"""

import asyncio
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, tzinfo
from itertools import islice
from operator import attrgetter
from typing import TypeVar

from app.pop3 import Capabilities, Command, CommandRejected, Pop3Error, Stat, Uidl, commands
from app.transport import Connection, Dialer, Doubt, TransportError

from .aside import aside
from .deciding import Selection
from .errors import NoSuchMessage
from .feed import Topic
from .holding import Holding, Unlock
from .index import Index, Listing, Sort, born
from .lists import Lists
from .loader import HeaderLoader, Progress
from .marks import Marks
from .models import Account, Message, MessageId, Notice, Told
from .news import Changes, News, compare, doubts
from .overview import Overview
from .query import Query
from .recognition import carried, kept_marks, read_now
from .space import By, Group

T = TypeVar("T")

_LISTINGS = 3  # UIDL, STAT and LIST
_AT_ONCE = 200  # headers of marks that are hastened
_SETTLING = 5.0  # seconds for headers of marks before the lock is given back


class Maildrop(Holding):
    """What is known of a maildrop, with or without a connection.

    Args:
        account: whose, and where.
        dialer: opens connections.

    Attributes:
        index: the messages as last listed.
        marks: ids marked for deletion, in the order they were marked.
        capabilities, tls, signed_in_by, means_refused: of the newest connection.
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
        self.means_refused: tuple[str, ...] = ()
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

    async def _list(self, connection: Connection) -> None:
        """UIDL, STAT and LIST in one group; then marks and headers move to the new index."""
        # UIDL first: GNU mailutils writes a field into new messages then, which LIST counts.
        refused: list[CommandRejected] = []
        uidls = or_none(connection, commands.uidl_all(), refused)
        totals = or_none(connection, commands.stat_if_told(), refused)
        sizes = or_none(connection, commands.list_all(), refused)
        rows, stat, scan = await asyncio.gather(uidls, totals, sizes)
        if len(refused) == _LISTINGS:
            raise refused[-1]  # nothing is to be seen here, and the server says why
        earlier = self.index
        index, changes = await self._indexed(connection, Listing(stat, scan, rows))
        self._renamed = {}
        self.lists.forget()
        habit, same = self._lease.habit, connection is self._listed_on
        if same:  # for as long as it lasts, a number means the same
            read_on = self._lease.name if habit.distrusted else None
            await aside(index.follow, earlier, read_on)
        elif index.has_uidls and earlier.has_uidls:
            no_top = self.news.no_top
            await aside(index.recall, earlier, no_top=no_top, doubted=bool(habit.doubts))
        if any(id not in index for id in self.marks):
            self._renamed = await self._carried(connection, earlier, index)
        known = await aside(lambda: sum(message.headers_known for message in index))
        self._forget_contents(await aside(_strangers, earlier, index))
        kept = await aside(kept_marks, self.marks.messages, self._renamed, index)
        first, self.index, self.listed = not self.listed, index, True
        self._listed_on = connection
        self._known = known
        self.capabilities, self.tls = connection.capabilities, connection.tls
        self.signed_in_by = connection.signed_in_by
        self.means_refused = connection.means_refused
        self.news.describe(connection, index, habit.doubts)
        self._keep_marks(kept, changes, first=first)
        if first or index.ids != earlier.ids:
            self.listing += 1
            self.feed.tell(Topic.LISTED)
        self.feed.tell(Topic.MARKS, Topic.PROGRESS)

    def _forget_contents(self, ids: Iterable[MessageId]) -> None:
        """What was read of these messages may be that of others now."""

    async def _indexed(self, connection: Connection, listing: Listing) -> tuple[Index, Changes]:
        """The index of a listing, and what differs; what the server does wrong is remembered."""
        earlier, habit = self.index, self._lease.habit
        same = connection is self._listed_on
        salt = earlier.salt if same else secrets.token_urlsafe(8)

        async def made(births: Mapping[Uidl, str]) -> Index:  # 100,000 rows take a while
            trusted = not habit.distrusted
            return await aside(Index, listing, salt, trusted=trusted, births=births)

        births = await aside(born, earlier, listing, salt) if self.listed else {}
        index = await made(births)
        before = habit.distrusted
        habit.doubts |= await aside(doubts, earlier, index, same_connection=same)
        if habit.distrusted is not before:
            index = await made({})
        changes = await aside(compare, earlier, index)
        if changes.altered:  # another message, for all we know: pages must not find it by this id
            other = {uidl: salt for id in changes.altered if (uidl := index[id].uidl) is not None}
            index = await made({**births, **other})
        return index, changes

    async def _carried(
        self, connection: Connection, earlier: Index, now: Index
    ) -> dict[MessageId, MessageId]:
        """Where ids do not tell, the new ids of what is marked."""
        same = connection is self._listed_on
        name = self._lease.name
        return await carried(connection, name, self.marks.messages, earlier, now, same=same)

    def _keep_marks(
        self, kept: Mapping[MessageId, Message], changes: Changes, *, first: bool
    ) -> None:
        """Marks go on where a row may be what was marked: `kept` has it by the id of before."""
        lost = self.marks.keys() - kept.keys()
        altered = len(lost - changes.vanished)
        lost &= changes.vanished
        self.marks = Marks(kept[id] for id in self.marks if id in kept)
        if not first:
            self.news.listed(changes, lost=lost, altered=altered, doomed=self._doomed)
        self._doomed = ()

    def prefer_marked(self, messages: Sequence[Message]) -> None:
        """What is marked is read first: without its header, a mark is good for this connection."""
        unread = (message for message in messages if not message.headers_known)
        self.prefer(islice(unread, _AT_ONCE))

    async def _let_go(self) -> None:
        """Gives the lock back; before, headers of marks are read that would be lost without."""
        await self._stop_loading()
        await self._settle_marks()
        await super()._let_go()

    async def _settle_marks(self) -> None:
        """What is marked is good for other connections from now on, as far as time allows."""
        connection = self._lease.connection
        if connection is not None and self.marks:
            with suppress(TransportError, Pop3Error, TimeoutError):
                async with asyncio.timeout(_SETTLING):
                    await self._read_marked(connection)

    async def _read_marked(self, connection: Connection) -> None:
        """Reads the headers of what is marked that have not come yet."""
        index, marks = self.index, self.marks.messages
        some = await aside(lambda: [m for m in marks if not m.headers_known and m.id in index])
        unread = [
            mark
            for mark in some
            if mark.header is index[mark.id].header
            and not self.headless(mark)
            and index[mark.id].number not in self._lease.deleted
        ]
        await read_now(connection, [index[mark.id] for mark in unread], self._learn)

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

    async def _is_same(self, connection: Connection, message: Message) -> bool:
        """Whether this connection shows the header that is known, as far as it shows any."""
        digest = (await read_now(connection, [message]))[message.number]
        if digest in {None, message.header.digest}:
            message.header.read_on = self._lease.name
            return True
        self._lease.habit.doubts.add(Doubt.REUSED)
        return False

    async def read_again(self, unlock: Unlock, connection: Connection, message: Message) -> None:
        """Reads a header on another connection than before, for what is to be fetched there.

        Raises:
            NoSuchMessage: its UIDL is another message's now; the maildrop was listed again.
        """
        if await self._is_same(connection, message):
            return
        async with self._opening:
            if connection is self._lease.connection:
                await self._stop_loading()
                await self._list(connection)
                self._start_loading(unlock)
        raise NoSuchMessage(message.id)

    def prefer(self, messages: Iterable[Message]) -> None:
        """These messages are on the page: their headers come first."""
        if self._loader is not None:
            self._loader.prefer(m for m in messages if m.number not in self._lease.deleted)

    def _start_loading(self, unlock: Unlock) -> None:
        connection = self._lease.connection
        unknown = self._unknown()
        unknown.sort(key=attrgetter("counted"), reverse=True)  # mostly few, or none
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
        message.header.learn(raw, self._position, self._lease.name)
        mark = self.marks.get(message.id)
        if mark is not None and mark.header is not message.header:
            self._compare(mark, message)
        self.feed.tell(Topic.PROGRESS)

    def _compare(self, mark: Message, row: Message) -> None:
        """The header of a mark of a session before has come."""
        habit, seen = self._lease.habit, mark.header.digest
        if seen == row.header.digest or not (seen or habit.doubts):  # no more was ever shown of it
            self.marks.renew(row)
            return
        if seen:
            habit.doubts.add(Doubt.REUSED)
        self._unmark_strangers([mark.id])

    def _unmark_strangers(self, ids: Collection[MessageId]) -> None:
        """These are not what was marked."""
        self.marks.discard(ids)
        self._tell(Notice.OTHERS_BEHIND_MARKS, len(ids))
        self.feed.tell(Topic.MARKS)

    async def _stop_loading(self) -> None:
        task, self._loading, self._loader = self._loading, None, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])  # unlike `await task`, a cancellation of ours gets through


def _strangers(earlier: Index, now: Index) -> list[MessageId]:
    """Ids whose contents are of no use now: no row has them, or one of another header."""
    return [
        message.id
        for message in earlier
        if (row := now.get(message.id)) is None or row.header is not message.header or row.ambiguous
    ]


async def or_none(
    connection: Connection, command: Command[T], refused: list[CommandRejected]
) -> T | None:
    """The answer to a command; None where it is refused, which `refused` is told."""
    try:
        return await connection.execute(command)
    except CommandRejected as error:
        refused.append(error)
        return None
