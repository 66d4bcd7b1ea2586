"""Reading a mailbox: nothing here deletes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from app.mime import Contents
from app.pop3 import BodyEnd, Capabilities, Command, Pop3Error, Stat, commands
from app.transport import Body, Connection, TransportError

from .bundle import bundle
from .downloads import Download
from .errors import (
    ALL_ATTACHMENTS,
    AlreadyExporting,
    DeletedInConsole,
    LoginDelayed,
    MailboxError,
    MessageTooLarge,
    NoSuchMessage,
    NoSuchPart,
)
from .export import Export, ExportFormat
from .feed import FeedTopic
from .headers import parse_headers
from .in_thread import mail_thread
from .line import Line
from .listing import or_none
from .mailbox import Mailbox
from .models import HEADER_OCTETS, Message, header_digest
from .parts import OpenPart, follow_part, open_part
from .peeks import MOST_LINES, Peeked, climb

_LINE = 78  # octets to expect of one (RFC 5322, section 2.1.1)


class Reader:
    """Shows a mailbox to whoever has a line.

    Every method that may have to ask the server raises MailboxError, TransportError or Pop3Error
    where it cannot.

    Args:
        mailbox: what is read.
        line: signs in where no connection is held.
    """

    def __init__(self, mailbox: Mailbox, line: Line) -> None:
        self._mailbox = mailbox
        self._line = line

    # -- the maildrop --------------------------------------------------------------------------

    async def ensure_listed(self) -> None:
        """Signs in where the maildrop was never listed, as after a restart of the app."""
        if not self._mailbox.listing.listed:
            await self._line.hold()

    async def refresh(self) -> None:
        """A new connection: new mail shows up, marks stay.

        Raises:
            LoginDelayed: too soon; the connection that is held stays.
        """
        mailbox, lease = self._mailbox, self._mailbox.lease
        async with lease.alone():
            wait = lease.wait
            if wait is None:
                await mailbox.tenancy.give_back()
            elif lease.in_use:  # what is on its way would end with the connection
                raise LoginDelayed("", wait)
            try:
                await self._line.renew()
            except (MailboxError, TransportError, Pop3Error):
                if lease.connection is not None:  # too soon: the one that was held stays
                    mailbox.headers.start(self._line)
                raise

    async def stat(self) -> Stat:
        """STAT, asked now; where the server does not tell, what was listed last."""

        async def ask(connection: Connection) -> Stat | None:
            return await or_none(connection, commands.stat_if_told(), [])

        listed = self._mailbox.index.totals
        return await self._line.use(ask) or Stat(listed.messages, listed.octets)

    async def noop(self) -> None:
        """NOOP, sent now."""
        await self._line.use(lambda connection: connection.execute(commands.noop()))

    async def capa(self) -> Capabilities:
        """CAPA, asked now."""
        found = await self._line.use(lambda connection: connection.learn())
        listing = self._mailbox.listing
        listing.access = replace(listing.access, capabilities=found)
        return found

    # -- the beginning of a message ------------------------------------------------------------

    async def headers(self, id: str) -> Peeked:
        """All headers of a message, by TOP n 0."""
        return await self.peek(id, 0)

    async def peek(self, id: str, lines: int | None = None) -> Peeked:
        """The headers and the first lines of a message, by TOP; all of it where that is here.

        Args:
            id: which message.
            lines: of the body, `MOST_LINES` at most; with None, as few as bring its text, in rungs.

        Raises:
            NoSuchMessage: there is none with this id.
            DeletedInConsole: it is deleted on this connection, until RSET.
            CommandRejected: the server refused TOP.
        """
        mailbox, lines = self._mailbox, _within_bounds(lines)
        message = mailbox.index[id]
        found = await self._whole(message) or mailbox.peeks.find(message, lines)
        if found is None or (found.cut and not mailbox.lease.habit.unstuffed):
            found = await self._line.use(lambda connection: self._look(connection, id, lines))
            row = mailbox.index.get(id)
            if row is not None and row.header is found.message.header:  # not listed anew meanwhile
                mailbox.peeks.keep(lines, found)
        if mailbox.listing.learn_attached(message, found.contents.has_attachments):
            mailbox.feed.tell(FeedTopic.PROGRESS)
        return found

    def must_wait(self, id: str, lines: int | None = None) -> bool:
        """Whether a peek would wait for a RETR: POP3 answers in order."""
        mailbox, lines = self._mailbox, _within_bounds(lines)
        message = mailbox.index[id]
        own = mailbox.downloads.of(message)
        here = (own is not None and own.complete) or mailbox.peeks.find(message, lines) is not None
        return not here and mailbox.lease.busy

    async def _look(self, connection: Connection, id: str, lines: int | None) -> Peeked:
        message, name = self._listed(id), self._mailbox.lease.name
        found = await climb(connection, message, lines)
        if not message.headers_known:
            await self._learn_from(message, found.contents)
        elif message.header.read_on != name:
            if header_digest(_header_of(found.contents)) == message.header.digest:
                message.header.read_on = name
            else:  # or TOP shows it otherwise with lines than without
                await self._read_again(connection, message)
        return found

    async def _learn_from(self, message: Message, contents: Contents) -> None:
        self._mailbox.headers.learn(message, _header_of(contents))
        await parse_headers([message])

    def _listed(self, id: str) -> Message:
        """A message that the server will show.

        Raises:
            NoSuchMessage: there is none with this id.
            DeletedInConsole: DELE was typed for it.
        """
        message, lease = self._mailbox.index[id], self._mailbox.lease
        if message.number in lease.deletions.typed and lease.connection is not None:
            raise DeletedInConsole(message.number)
        return message

    async def _confirmed(self, connection: Connection, id: str) -> Message:
        """A listed message, whose header this connection has shown if any has.

        Raises:
            NoSuchMessage: there is none with this id, or its UIDL is another message's now.
        """
        message = self._listed(id)
        if message.header.digest and message.header.read_on != self._mailbox.lease.name:
            await self._read_again(connection, message)
        return message

    async def _read_again(self, connection: Connection, message: Message) -> None:
        """Reads a header on another connection than before, for what is to be fetched there.

        Raises:
            NoSuchMessage: its UIDL is another message's now; the maildrop was listed again.
        """
        mailbox = self._mailbox
        if await mailbox.listing.shows(connection, message):
            return
        async with mailbox.lease.alone():
            if connection is mailbox.lease.connection:
                await mailbox.headers.stop()
                await mailbox.relist(connection)
                mailbox.headers.start(self._line)
        raise NoSuchMessage(message.id)

    # -- whole messages ------------------------------------------------------------------------

    async def _whole(self, message: Message) -> Peeked | None:
        """A message that was downloaded, examined."""
        download = self._mailbox.downloads.of(message)
        if download is None or not download.complete:
            return None
        if download.contents is None:
            download.contents = await mail_thread(Contents, download.spool, whole=True)
        if not message.headers_known:  # where the server has no TOP, this is how it is read
            await self._learn_from(message, download.contents)
        octets = len(download.spool)
        return Peeked(message, download.contents, None, octets, complete=True)

    async def fetch(self, id: str) -> Download:
        """Begins to download a message, unless it is here or on its way; does not wait for it.

        Raises:
            NoSuchMessage: there is none with this id.
            MessageTooLarge: there is no room for it.
        """
        message = self._mailbox.index[id]
        return self._mailbox.downloads.start(message, lambda: self.retr(message.id))

    @asynccontextmanager
    async def part(self, id: str, path: str) -> AsyncIterator[OpenPart]:
        """A part of a message, decoded; where the message is not here, while it comes in.

        A download that this began is called off if nobody takes the part to its end.

        Raises:
            NoSuchMessage, NoSuchPart: there is none.
        """
        mailbox = self._mailbox
        message = mailbox.index[id]
        found = await self._whole(message) or mailbox.peeks.find(message, None)
        if found is not None and found.complete:
            yield await open_part(found.contents, path)
            return
        earlier = mailbox.downloads.of(message)
        download = await self.fetch(id)
        part = await follow_part(download, path)
        taken = False

        async def blocks() -> AsyncIterator[bytes]:
            nonlocal taken
            async for block in part.blocks:
                yield block
            taken = True

        try:
            yield replace(part, blocks=blocks())
        finally:
            if not taken and download is not earlier and download.running:
                await mailbox.downloads.forget(message.id)

    @asynccontextmanager
    async def attachments(self, id: str, within: str = "") -> AsyncIterator[OpenPart]:
        """All attachments of a message in one zip; waits until the whole message is here.

        With `within`, those of the message in it that this path leads to.

        A download that this began is called off where it is left before that.

        Raises:
            NoSuchMessage, NoSuchPart: there is none.
        """
        mailbox = self._mailbox
        message = mailbox.index[id]
        found = await self._whole(message) or mailbox.peeks.find(message, None)
        if found is None or not found.complete:
            earlier = mailbox.downloads.get(message.id)
            download = await self.fetch(id)
            try:
                await download.finished()
            finally:
                if download is not earlier and not download.complete:
                    await mailbox.downloads.forget(message.id)
            found = await self._whole(message)
        if found is None:
            raise NoSuchPart(ALL_ATTACHMENTS)
        yield await mail_thread(bundle, found.message, found.contents, within)

    def export(self, messages: Sequence[Message], form: ExportFormat) -> Export:
        """Many whole messages in one file; nothing is sent before its blocks are asked for.

        Raises:
            AlreadyExporting: one is under way.
            MessageTooLarge: one of them does not fit on disk.
        """
        mailbox, limit = self._mailbox, self._mailbox.downloads.limit
        if mailbox.exporting is not None and mailbox.exporting.running:
            raise AlreadyExporting
        largest = max((message.counted for message in messages), default=0)
        if largest > limit:
            raise MessageTooLarge(largest, limit)

        def fetch(message: Message) -> Download:
            message = mailbox.index[message.id]
            found = mailbox.downloads.of(message)
            if found is not None and found.complete:
                return found
            download = Download(message, limit, mailbox.downloads.pot)
            download.begin(lambda: self.retr(message.id))
            return download

        mailbox.exporting = Export(messages, form, fetch)
        return mailbox.exporting

    # -- octet for octet -----------------------------------------------------------------------

    @asynccontextmanager
    async def retr(self, id: str) -> AsyncIterator[tuple[Message, Body]]:
        """A whole message while it arrives.

        Raises:
            NoSuchMessage: there is none with this id.
            CommandRejected: the server refused RETR.
            RemoteProtocolError: it ended early, at a dot of its own: more came behind the end.
        """
        lease = self._mailbox.lease

        async def ask(connection: Connection) -> tuple[Message, Command[BodyEnd], int]:
            message = await self._confirmed(connection, id)
            lease.deletions.read[message.number] = message.counted
            return message, commands.retr(message.number), message.counted

        with lease.retrieve():
            async with self._line.stream(ask) as opened:
                yield opened

    @asynccontextmanager
    async def top(self, id: str, lines: int) -> AsyncIterator[tuple[Message, Body]]:
        """The answer to TOP while it arrives."""

        async def ask(connection: Connection) -> tuple[Message, Command[BodyEnd], int]:
            message = await self._confirmed(connection, id)
            expected = int(connection.answer_octets) + lines * _LINE
            if message.octets is not None:
                expected = min(message.octets, expected)
            return message, commands.top(message.number, lines), expected

        async with self._line.stream(ask) as opened:
            yield opened


def _header_of(contents: Contents) -> bytes:
    header = contents.data[slice(*contents.root.header)]
    return bytes(header[:HEADER_OCTETS])


def _within_bounds(lines: int | None) -> int | None:
    return None if lines is None else min(lines, MOST_LINES)
