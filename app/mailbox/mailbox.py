"""A mailbox: what a session has of one maildrop, and keeps true from one connection to the next.

What a visit does with it are verbs, each over a mailbox and a `Line`: `Reader`, `Commit`,
`Console`. At rest a mailbox can open nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter

from app.transport import Connection, Dialer, Doubt

from .allowance import Allowances, Share
from .dialogue import Dialogue
from .downloads import Downloads
from .export import Export
from .feed import Feed, FeedTopic
from .headers import Headers
from .in_thread import in_thread
from .index import Index
from .kept_headers import KeptHeaders
from .lease import Lease
from .line import Line
from .listing import Listing
from .marks import Marks
from .models import Account, Known, Message, MessageId, Notice, NoticeCount
from .news import News
from .peeks import Peeks
from .receipts import Receipts
from .saves import Saves
from .tenancy import Tenancy
from .transcript import Transcript


class Mailbox:
    """One maildrop as a person sees it; the tenant of its lease.

    Args:
        account: whose, and where.
        dialer: opens connections.
        allowances: what all mailboxes may hold together.

    Attributes:
        account: as given.
        feed: what has changed, for whoever looks on.
        transcript: what was said on all connections.
        lease: the connection.
        listing: the messages.
        marks: what is marked for deletion.
        headers: of the messages, as they come in.
        news: what happened.
        tenancy: how long the lock is held.
        peeks, downloads: the beginnings of messages, and whole ones, on their way or here.
        saves: messages that were saved in order to be marked.
        exporting: the last export, if there was one.
        receipts: of what was deleted.
        dialogue: what was typed at the console, and answered.
    """

    def __init__(
        self, account: Account, dialer: Dialer, *, allowances: Allowances | None = None
    ) -> None:
        allowances = allowances or Allowances()
        self.account = account
        self.feed = Feed()
        self.transcript = Transcript(account.target.shown, self.feed)
        self.lease = Lease(dialer, account.target, self, self.transcript)
        self.lease.waiting.changed = lambda: self.feed.tell(FeedTopic.HELD)
        self.listing = Listing(self.lease, Share(allowances.rows), account.named)
        self.marks = Marks(changed=self._marked)
        kept = KeptHeaders(Share(allowances.headers, allowances.header_octets))
        self.headers = Headers(self.lease, self.listing, self.feed, self._compare, kept)
        self.news = News()
        self.tenancy = Tenancy(self.lease, self.headers, self.feed, self.news)
        self.peeks = Peeks()
        self.downloads = Downloads(allowances.spool_octets, allowances.spools)
        self.saves = Saves(self.marks, self.downloads)
        self.exporting: Export | None = None
        self.receipts = Receipts()
        self.dialogue = Dialogue()

    @property
    def index(self) -> Index:
        """The messages as last listed."""
        return self.listing.index

    @property
    def notices(self) -> tuple[NoticeCount, ...]:
        """What a person should know about this server and this maildrop."""
        return (*self.news.happened, *self.standing)

    @property
    def standing(self) -> tuple[NoticeCount, ...]:
        """Those of them that hold for as long as things are as they are."""
        deleted = self.lease.deletions.pending.messages
        pending = (NoticeCount(Notice.DELETED_IN_CONSOLE, deleted),) if deleted else ()
        top = (NoticeCount(Notice.NO_TOP),) if self.headers.no_top else ()
        left = len(self.index) - self.listing.known if self.headers.kept.full else 0
        headers = (NoticeCount(Notice.HEADERS_LEFT, left),) if left else ()
        return (*pending, *top, *headers, *self.news.standing)

    async def close(self, *, parting: bool = True) -> None:
        """The end of the session: gives the lock back; deletes nothing.

        A commit that was confirmed before runs to its end first.

        Args:
            parting: whether by QUIT, where nothing is under way.
        """
        await self.receipts.finished()
        self.lease.close()
        self.lease.waiting.give_up()
        self.feed.close()
        self.headers.close()
        await self.downloads.close()
        if self.lease.in_use or not parting:  # QUIT would wait for the end of a download
            self.lease.drop()
        await self.tenancy.release()
        if self.exporting is None or not self.exporting.running:  # which ends by itself
            self.listing.close()

    # -- from one connection to the next -------------------------------------------------------

    async def moved_in(self, connection: Connection, line: Line) -> None:
        """A new connection lists the maildrop, and tells what became of deletions before."""
        await self.relist(connection)
        for deletion in tuple(self.receipts.unchecked.values()):
            await deletion.check()
        self.feed.tell(FeedTopic.HELD)
        self.headers.start(line)

    async def moving_out(self, *, hurried: bool) -> None:
        """Headers of marks are read that would be lost with the connection, if there is time."""
        await self.headers.stop()
        if hurried:
            self.headers.cut_off = False
        elif self.marks and self.lease.connection is not None:
            await self.headers.settle(self.lease.connection, self.marks.messages)

    async def relist(self, connection: Connection) -> None:
        """Lists the maildrop; marks and what was read go on where the messages fit.

        Raises:
            CommandRejected, TransportError, RemoteProtocolError: it could not be listed.
        """
        version, no_top = self.listing.version, self.headers.no_top
        carried = await self.listing.read(connection, self.marks, no_top=no_top)
        for id in carried.strangers:
            self.peeks.forget(id)
            self.downloads.forget_ended(id)
            self.saves.forget(id)
        self.headers.kept.only(await in_thread(set, map(attrgetter("header"), self.index)))
        self.news.describe(connection, self.index, self.lease.habit.doubts)
        lost, changes = self.marks.carry(self.index, carried.marks), carried.changes
        if not carried.first:
            altered, doomed = len(lost - changes.vanished), self.receipts.telling
            self.news.listed(changes, lost=lost & changes.vanished, altered=altered, doomed=doomed)
        self.receipts.telling = ()
        if self.marks.pending:
            found = await in_thread(self.marks.found, self.marks.pending)
            missed, self.marks.pending = len(self.marks.pending) - len(found), {}
            self.marks.take_over(found)
            self._tell_missed(missed)
        if self.listing.version != version:
            self.feed.tell(FeedTopic.LISTED)
        self.feed.tell(FeedTopic.MARKS, FeedTopic.PROGRESS)

    # -- marks ---------------------------------------------------------------------------------

    def _marked(self, fresh: Sequence[Message]) -> None:
        self.headers.prefer_marked(fresh)
        self.feed.tell(FeedTopic.MARKS)

    def _compare(self, row: Message) -> None:
        """Whether a header that has come is that of a mark, which may be of a session before."""
        mark = self.marks.get(row.id)
        if mark is None:
            return
        self.marks.touch((mark,))
        if mark.header is row.header:
            return
        doubts, seen = self.lease.habit.doubts, mark.header.digest
        if seen == row.header.digest or not (seen or doubts):  # no more was ever shown of it
            self.marks.renew(row)
            return
        if seen:
            doubts.add(Doubt.REUSED)
        self.unmark_strangers([mark.id])

    def unmark_strangers(self, ids: Collection[MessageId]) -> None:
        """These are not what was marked."""
        self.marks.discard(ids)
        self.news.tell(Notice.OTHERS_BEHIND_MARKS, len(ids))
        self.feed.tell(FeedTopic.MARKS)

    @property
    def known_marks(self) -> dict[MessageId, Known]:
        """What another session needs to know of the marks."""
        return {**self.marks.pending, **self.marks.known(self.headers.withheld)}

    def restore(self, marks: Mapping[MessageId, Known]) -> None:
        """Takes over marks of a session before."""
        self._tell_missed(self.marks.restore(marks))

    def _tell_missed(self, missed: int) -> None:
        if missed:
            self.news.tell(Notice.MARKS_NOT_TAKEN_OVER, missed)
