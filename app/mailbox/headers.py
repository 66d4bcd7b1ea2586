"""The headers of a maildrop: they come in by themselves while a connection is held."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from operator import attrgetter
from typing import Final

from app.pop3 import Pop3Error
from app.transport import Connection, TransportError

from .errors import MailboxError
from .feed import Feed, FeedTopic
from .in_thread import in_thread
from .kept_headers import KeptHeaders
from .lease import Lease
from .line import Line
from .listing import Listing
from .loader import HeaderLoader, Progress
from .models import Message
from .recognition import read_now

_AT_ONCE: Final = 200  # headers of marks that are hastened
_SETTLING: Final = 5.0  # seconds for headers of marks before the lock is given back
_RESUMPTIONS: Final = 5  # of loading after a break, until a person does something


async def parse_headers(messages: Iterable[Message]) -> None:
    """Parses aside what has come of the headers of messages, for a page that shows them."""
    unread = [message for message in messages if message.header.unread]
    if unread:
        await in_thread(lambda: [message.summary for message in unread])


class Headers:
    """Reads the headers of a listing, the ones on the page first.

    Args:
        lease: over which they come.
        listing: whose.
        feed: is told of what comes.
        learnt: called with each message whose header has come.
        kept: those that are kept.

    Attributes:
        no_top: the server has refused TOP altogether.
        kept: as given.
        cut_off: they were still loading when the lock was given back for being idle.
        resumptions: how often they were resumed by themselves since a person did something.
    """

    def __init__(
        self,
        lease: Lease,
        listing: Listing,
        feed: Feed,
        learnt: Callable[[Message], None],
        kept: KeptHeaders,
    ) -> None:
        self.no_top = False
        self.cut_off = False
        self.resumptions = 0
        self._lease = lease
        self._listing = listing
        self._feed = feed
        self._learnt = learnt
        self.kept = kept
        self._loader: HeaderLoader | None = None
        self._loading: asyncio.Task[None] | None = None
        self._resuming: asyncio.Task[None] | None = None
        self._octets = 0
        self._paused = False
        self._unfinished = False

    @property
    def progress(self) -> Progress:
        """How far they are."""
        running, paused = self.loading, self._paused
        stopped = self._unfinished and not running and not paused
        total = len(self._listing.index)
        return Progress(self._listing.known, total, self._octets, running, paused, stopped)

    @property
    def loading(self) -> bool:
        """Whether more are on their way."""
        return self._loading is not None and not self._loading.done()

    async def loaded(self) -> None:
        """Waits until they are all there, or no more will come."""
        if self._loading is not None:
            await asyncio.wait([self._loading])

    def withheld(self, message: Message) -> bool:
        """Whether the server will not show the header of a message, but with all the rest."""
        return not message.headers_known and (message.header.refused or self.no_top)

    def learn(self, message: Message, raw: bytes) -> None:
        """The header of a message has come."""
        self._listing.learn(message, raw)
        if let_go := self.kept.keep(message.header):
            self._listing.let_go(let_go)
        if self.kept.full and self._loader is not None:
            self._loader.leave()
        self._octets += len(raw)
        self._learnt(message)
        self._feed.tell(FeedTopic.PROGRESS)

    # -- in the background ---------------------------------------------------------------------

    def start(self, line: Line) -> None:
        """Loads what is not known yet, unless that was stopped by a person."""
        connection = self._lease.connection
        unknown = [] if self.kept.full else self._unknown()
        unknown.sort(key=attrgetter("counted"), reverse=True)  # mostly few, or none
        self._unfinished = bool(unknown)
        if connection is None or not unknown or self._paused:
            return
        self._loader = self._loader_of(connection, unknown)
        self._loading = asyncio.create_task(self._load(self._loader, connection, line))
        self._loading.add_done_callback(lambda _: self._feed.tell(FeedTopic.PROGRESS))
        self._feed.tell(FeedTopic.PROGRESS)

    def _loader_of(self, connection: Connection, messages: Iterable[Message]) -> HeaderLoader:
        return HeaderLoader(connection, messages, self.learn, self._has_no_top)

    async def stop(self) -> None:
        """Loads no more for now."""
        task, self._loading, self._loader = self._loading, None, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])  # unlike `await task`, a cancellation of ours gets through

    async def pause(self) -> None:
        """Loads no more by itself, on no connection; a click still loads its own."""
        self._paused, self.cut_off = True, False
        async with self._lease.alone():
            await self.stop()
        self._feed.tell(FeedTopic.PROGRESS)

    async def resume(self, line: Line) -> None:
        """Loads again.

        Raises:
            MailboxError, TransportError, Pop3Error: no sign-in.
        """
        self._paused = False
        await line.hold()
        async with self._lease.alone():
            if not self.loading:
                self.start(line)
        self._feed.tell(FeedTopic.PROGRESS)

    def prefer(self, messages: Iterable[Message]) -> None:
        """These messages are on the page: their headers come first."""
        typed = self._lease.deletions.typed
        wanted = [m for m in messages if not m.headers_known and m.number not in typed]
        if self._loader is not None and self._loader.running:
            self._loader.prefer(wanted)
        elif wanted and self.kept.full and self._lease.connection is not None:
            self._loader = self._loader_of(self._lease.connection, ())
            self._loader.prefer(wanted)
            self._loading = asyncio.create_task(self._loader.run())

    def prefer_marked(self, messages: Sequence[Message]) -> None:
        """What is marked is read first: without its header, a mark is good for this connection."""
        unread = (message for message in messages if not message.headers_known)
        self.prefer(islice(unread, _AT_ONCE))

    def _unknown(self) -> list[Message]:
        return [
            message
            for message in self._listing.index
            if not message.headers_known
            and not message.header.refused
            and message.number not in self._lease.deletions.typed
        ]

    def _has_no_top(self) -> None:
        self.no_top = True
        self._feed.tell(FeedTopic.MARKS)

    async def _load(self, loader: HeaderLoader, connection: Connection, line: Line) -> None:
        """Loads headers; where the line breaks and a new one would do better, on that."""
        habit = self._lease.habit
        before, to_do = habit.one_at_a_time, loader.left
        await loader.run()
        self._unfinished = not connection.alive
        if self._unfinished and (habit.one_at_a_time is not before or len(self._unknown()) < to_do):
            self._resume_soon(line)

    # -- going on after a break ----------------------------------------------------------------

    def come_back(self, line: Line) -> None:
        """A page shows the list again: what an idle release cut off goes on.

        In the background, and tried once: a page does not wait for it, and a server that refuses
        is not asked again before a click needs it.
        """
        if self.cut_off and self._lease.connection is None:
            self._resume_soon(line)

    def _resume_soon(self, line: Line) -> None:
        """Takes the lock again in the background, so that headers go on loading."""
        resuming = self._resuming is not None and not self._resuming.done()
        if resuming or self.resumptions >= _RESUMPTIONS:
            return
        self.resumptions += 1
        self._resuming = asyncio.create_task(self._resume(line))

    async def _resume(self, line: Line) -> None:
        async with self._lease.alone():
            self.cut_off = False
            if self._lease.connection is not None:
                return
            used = self._lease.used
            with suppress(MailboxError, TransportError, Pop3Error):
                await line.renew()
                self._lease.used = max(used, self._lease.attended)  # nobody has used it yet

    def close(self) -> None:
        """Resumes no more, and keeps none."""
        self.kept.close()
        self.resumptions = _RESUMPTIONS
        if self._resuming is not None:
            self._resuming.cancel()

    # -- of what is marked ---------------------------------------------------------------------

    async def settle(self, connection: Connection, marks: Sequence[Message]) -> None:
        """What is marked is good for other connections from now on, as far as time allows."""
        with suppress(TransportError, Pop3Error, TimeoutError):
            async with asyncio.timeout(_SETTLING):
                await self.read(connection, marks)

    async def read(self, connection: Connection, marks: Sequence[Message]) -> None:
        """Reads the headers of what is marked that have not come yet."""
        index = self._listing.index
        some = await in_thread(lambda: [m for m in marks if not m.headers_known and m.id in index])
        unread = [
            mark
            for mark in some
            if mark.header is index[mark.id].header
            and not self.withheld(mark)
            and index[mark.id].number not in self._lease.deletions.typed
        ]
        await read_now(connection, [index[mark.id] for mark in unread], self.learn)
