"""The use-cases of a mailbox, behind pages and API alike.

Everything here only reads; what deletes is in `deletion.py` and `console.py`. The password is not
kept: whatever may have to sign in takes `unlock`, which opens the sealed credentials for the length
of that call.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from app.mime import Contents
from app.pop3 import BodyEnd, Capabilities, Command, Stat, commands
from app.transport import Body, Connection, Dialer

from .aside import aside
from .bundle import bundle
from .console import Terminal
from .downloads import SPOOL_OCTETS, Download, Downloads
from .errors import AlreadyExporting, MessageTooLarge, NoSuchPart
from .export import Export, Form
from .feed import Topic
from .holding import Unlock
from .maildrop import or_none
from .models import HEADER_OCTETS, Account, Message, MessageId, Saved, header_digest
from .parts import OpenPart, follow_part, open_part
from .peeking import Peeked, Peeks, climb


class Mailbox(Terminal):
    """A maildrop and what a person does with it.

    Args:
        account: whose, and where.
        dialer: opens connections.
        spool_limit: octets that its whole messages may take on disk.

    Attributes:
        downloads: whole messages, on their way or here.
        exporting: the last export, if there was one.
        saved: messages that were saved in order to be marked, or are on their way out.
    """

    def __init__(
        self, account: Account, dialer: Dialer, *, spool_limit: int = SPOOL_OCTETS
    ) -> None:
        super().__init__(account, dialer)
        self.downloads = Downloads(spool_limit)
        self.exporting: Export | None = None
        self.saved: dict[MessageId, Saved] = {}
        self._peeks = Peeks()

    async def close(self) -> None:
        """The end of the session: gives the lock back; deletes nothing.

        A commit that was confirmed before runs to its end first.
        """
        if self._committing is not None:
            await asyncio.wait([self._committing])
        self._closed = True
        self.feed.close()
        if self._resuming is not None:
            self._resuming.cancel()
        await self.downloads.close()
        if self._using:  # QUIT would wait for the end of a download; so this deletes nothing either
            self._lease.drop()
        await self.release()

    @property
    def in_use(self) -> bool:
        """Whether something of it is under way on the wire."""
        return self._using > 0

    # -- reading -------------------------------------------------------------------------------

    async def stat(self, unlock: Unlock) -> Stat:
        """STAT, asked now; where the server does not tell, what was listed last."""

        async def ask(connection: Connection) -> Stat | None:
            return await or_none(connection, commands.stat_if_told(), [])

        listed = self.index.totals
        return await self._read(unlock, ask) or Stat(listed.messages, listed.octets)

    async def noop(self, unlock: Unlock) -> None:
        """NOOP, sent now."""
        await self._read(unlock, lambda connection: connection.execute(commands.noop()))

    async def capa(self, unlock: Unlock) -> Capabilities:
        """CAPA, asked now."""
        self.capabilities = await self._read(unlock, lambda connection: connection.learn())
        return self.capabilities

    async def peek(self, unlock: Unlock, id: str, lines: int | None = None) -> Peeked:
        """The headers and the first lines of a message, by TOP; all of it where that is here.

        Args:
            unlock: signs in where no connection is held.
            id: which message.
            lines: of the body; with None, as few as bring its text, in rungs.

        Raises:
            NoSuchMessage: there is none with this id.
            DeletedInConsole: it is deleted on this connection, until RSET.
            CommandRejected: the server refused TOP.
        """
        message = self.index[id]
        found = await self._whole(message) or self._peeks.find(message, lines)
        if found is None or (found.cut and not self._lease.habit.unstuffed):
            found = await self._read(unlock, lambda line: self._look(unlock, line, id, lines))
            row = self.index.get(id)
            if row is not None and row.header is found.message.header:  # not listed anew meanwhile
                self._peeks.keep(lines, found)
        self._learn_attached(message, found.contents)
        return found

    async def _look(
        self, unlock: Unlock, connection: Connection, id: str, lines: int | None
    ) -> Peeked:
        message, name = self._listed(id), self._lease.name
        found = await climb(connection, message, lines)
        if not message.headers_known:
            await self._learn_from(message, found.contents)
        elif message.header.read_on != name:
            if header_digest(_header_of(found.contents)) == message.header.digest:
                message.header.read_on = name
            else:  # or TOP shows it otherwise with lines than without
                await self.read_again(unlock, connection, message)
        return found

    async def _learn_from(self, message: Message, contents: Contents) -> None:
        self._learn(message, _header_of(contents))
        await self.read_headers([message])

    async def _confirmed(self, unlock: Unlock, connection: Connection, id: str) -> Message:
        """A listed message, whose header this connection has shown if any has.

        Raises:
            NoSuchMessage: there is none with this id, or its UIDL is another message's now.
        """
        message = self._listed(id)
        if message.header.digest and message.header.read_on != self._lease.name:
            await self.read_again(unlock, connection, message)
        return message

    def _learn_attached(self, message: Message, contents: Contents) -> None:
        attached = contents.has_attachments
        if attached is not None and message.header.know_attached(attached):
            self._position += 1  # what orders and filters have kept is of yesterday
            self.feed.tell(Topic.PROGRESS)

    def must_wait(self, id: str, lines: int | None = None) -> bool:
        """Whether a peek would wait for a RETR: POP3 answers in order."""
        message = self.index[id]
        own = self.downloads.of(message)
        here = (own is not None and own.complete) or self._peeks.find(message, lines) is not None
        return not here and self._retrieving > 0

    async def _whole(self, message: Message) -> Peeked | None:
        """A message that was downloaded, examined."""
        download = self.downloads.of(message)
        if download is None or not download.complete:
            return None
        if download.contents is None:
            download.contents = await aside(Contents, download.spool, whole=True)
        if not message.headers_known:  # where the server has no TOP, this is how it is read
            await self._learn_from(message, download.contents)
        octets = len(download.spool)
        return Peeked(message, download.contents, None, octets, complete=True)

    def _forget_contents(self, ids: Iterable[MessageId]) -> None:
        for id in ids:
            self._peeks.forget(id)
            self.downloads.forget_ended(id)
            self.saved.pop(id, None)

    async def _forget_gone(self, id: MessageId) -> None:
        await self.downloads.forget(id)

    async def fetch(self, unlock: Unlock, id: str) -> Download:
        """Begins to download a message, unless it is here or on its way; does not wait for it.

        Raises:
            NoSuchMessage: there is none with this id.
            MessageTooLarge: there is no room for it.
        """
        message = self.index[id]
        return self.downloads.start(message, lambda: self.retr(unlock, message.id))

    async def headers(self, unlock: Unlock, id: str) -> Peeked:
        """All headers of a message, by TOP n 0."""
        return await self.peek(unlock, id, 0)

    @asynccontextmanager
    async def part(self, unlock: Unlock, id: str, path: str) -> AsyncIterator[OpenPart]:
        """A part of a message, decoded; where the message is not here, while it comes in.

        A download that this began is called off if nobody takes the part to its end.

        Raises:
            NoSuchMessage, NoSuchPart: there is none.
            MailboxError, TransportError, Pop3Error: it cannot be had.
        """
        message = self.index[id]
        found = await self._whole(message) or self._peeks.find(message, None)
        if found is not None and found.complete:
            yield await open_part(found.contents, path)
            return
        earlier = self.downloads.of(message)
        download = await self.fetch(unlock, id)
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
                await self.downloads.forget(message.id)

    @asynccontextmanager
    async def attachments(
        self, unlock: Unlock, id: str, within: str = ""
    ) -> AsyncIterator[OpenPart]:
        """All attachments of a message in one zip; waits until the whole message is here.

        With `within`, those of the message in it that this path leads to.

        A download that this began is called off where it is left before that.

        Raises:
            NoSuchMessage, NoSuchPart: there is none.
            MailboxError, TransportError, Pop3Error: it cannot be had.
        """
        message = self.index[id]
        found = await self._whole(message) or self._peeks.find(message, None)
        if found is None or not found.complete:
            earlier = self.downloads.get(message.id)
            download = await self.fetch(unlock, id)
            try:
                await download.finished()
            finally:
                if download is not earlier and not download.complete:
                    await self.downloads.forget(message.id)
            found = await self._whole(message)
        if found is None:
            raise NoSuchPart("attachments")
        yield await aside(bundle, found.message, found.contents, within)

    def export(self, unlock: Unlock, messages: Sequence[Message], form: Form) -> Export:
        """Many whole messages in one file; nothing is sent before its blocks are asked for.

        Raises:
            AlreadyExporting: one is under way.
            MessageTooLarge: one of them does not fit on disk.
        """
        if self.exporting is not None and self.exporting.running:
            raise AlreadyExporting
        largest = max((message.counted for message in messages), default=0)
        if largest > self.downloads.limit:
            raise MessageTooLarge(largest, self.downloads.limit)

        def fetch(message: Message) -> Download:
            message = self.index[message.id]
            found = self.downloads.of(message)
            if found is not None and found.complete:
                return found
            download = Download(message, self.downloads.limit)
            download.begin(lambda: self.retr(unlock, message.id))
            return download

        self.exporting = Export(messages, form, fetch)
        return self.exporting

    @asynccontextmanager
    async def retr(self, unlock: Unlock, id: str) -> AsyncIterator[tuple[Message, Body]]:
        """A whole message while it arrives.

        Raises:
            NoSuchMessage: there is none with this id.
            CommandRejected: the server refused RETR.
            RemoteProtocolError: it ended early, at a dot of its own: more came behind the end.
        """

        def ask(_: Connection, message: Message) -> tuple[Command[BodyEnd], int]:
            self._lease.retrieved[message.number] = message.counted
            return commands.retr(message.number), message.counted

        self._retrieving += 1
        try:
            async with self._stream(unlock, id, ask) as opened:
                yield opened
        finally:
            self._retrieving -= 1

    @asynccontextmanager
    async def top(self, unlock: Unlock, id: str, lines: int) -> AsyncIterator[tuple[Message, Body]]:
        """The answer to TOP while it arrives, octet for octet."""

        def ask(connection: Connection, message: Message) -> tuple[Command[BodyEnd], int]:
            expected = int(connection.answer_octets) + lines * 78
            if message.octets is not None:
                expected = min(message.octets, expected)
            return commands.top(message.number, lines), expected

        async with self._stream(unlock, id, ask) as opened:
            yield opened

    @asynccontextmanager
    async def _stream(
        self,
        unlock: Unlock,
        id: str,
        ask: Callable[[Connection, Message], tuple[Command[BodyEnd], int]],
    ) -> AsyncIterator[tuple[Message, Body]]:
        self._using += 1
        try:
            async with AsyncExitStack() as stack:

                async def begin(connection: Connection) -> tuple[Message, Body]:
                    message = await self._confirmed(unlock, connection, id)
                    stream = connection.stream(*ask(connection, message))
                    return message, await stack.enter_async_context(stream)

                yield await self._read(unlock, begin)
        finally:
            self._using -= 1
            self._lease.touch()

    # -- headers in the background --------------------------------------------------------------

    async def pause_headers(self) -> None:
        """Loads no more headers by itself, on no connection; a click still loads its own."""
        self._paused, self._halted = True, False
        async with self._opening:
            await self._stop_loading()
        self.feed.tell(Topic.PROGRESS)

    async def resume_headers(self, unlock: Unlock) -> None:
        """Loads headers again.

        Raises:
            MailboxError, TransportError, Pop3Error: no sign-in.
        """
        self._paused = False
        await self._connected(unlock)
        async with self._opening:
            if not self.progress.running:
                self._start_loading(unlock)
        self.feed.tell(Topic.PROGRESS)

    # -- saving, then marking ------------------------------------------------------------------

    def saving(self, id: str) -> None:
        """A message is on its way to the browser, to be marked when it has arrived."""
        self.saved[self.index[id].id] = Saved()

    def saved_whole(self, id: str, octets: int, sha256: str) -> None:
        """All of it went to the browser: it is marked now, if it is still in the maildrop.

        And if it is still the same there, as far as anything was known of it when it set out.
        """
        if id in self.index and id in self.saved:
            self.mark([id])
        self.saved[MessageId(id)] = Saved(octets, sha256)
        self.downloads.forget_failed(MessageId(id))  # that is of no interest any more

    def not_saved(self, id: str) -> None:
        """It broke off, if it has not arrived: nothing is marked."""
        found = self.saved.get(MessageId(id))
        if found is not None and not found.sha256:
            del self.saved[MessageId(id)]


def _header_of(contents: Contents) -> bytes:
    header = contents.data[slice(*contents.root.header)]
    return bytes(header[:HEADER_OCTETS])
