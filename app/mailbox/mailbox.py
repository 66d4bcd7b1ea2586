"""The use-cases of a mailbox, behind pages and API alike.

Everything here only reads, except `commit`. The password is not kept: whatever may have to sign in
takes `unlock`, which opens the sealed credentials for the length of that call.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from app.mime import HeaderField, Peek, parse_fields, peek, split_header
from app.pop3 import BodyEnd, Capabilities, Command, Pop3Error, Stat, commands
from app.transport import Body, Connection, Dialer, TransportError

from .commit import Verdict, check_unambiguous, delete_and_quit, judge, receipt_of, words_for
from .errors import CommitFailed, CommitFault, LoginDelayed, MailboxError
from .index import Index
from .maildrop import Maildrop, Unlock
from .models import Account, Message, MessageId, Notice, Outcome, Receipt, Totals

PEEK_OCTETS = 256 * 1024  # what is kept of a peek; the rest is only counted
PEEK_LINES = 50
_PEEKS = 8  # how many are remembered, so that going back costs nothing on the wire
_SHORT_DELAY = 10  # seconds of LOGIN-DELAY that a commit waits out by itself


@dataclass(frozen=True, slots=True)
class Peeked:
    """The beginning of a message, decoded, and what it cost.

    Attributes:
        message: which one.
        fields: all its headers, in order.
        content: the text and the parts met so far.
        lines: how many lines of the body were asked for.
        transferred: octets the server sent for it.
        complete: whether that was the whole message.
    """

    message: Message
    fields: tuple[HeaderField, ...]
    content: Peek
    lines: int
    transferred: int
    complete: bool


class Mailbox(Maildrop):
    """A maildrop and what a person does with it.

    Args:
        account: whose, and where.
        dialer: opens connections.

    Attributes:
        receipt: of the last commit, if there was one.
    """

    def __init__(self, account: Account, dialer: Dialer) -> None:
        super().__init__(account, dialer)
        self.receipt: Receipt | None = None
        self._committing: asyncio.Task[Receipt] | None = None
        self._peeks: OrderedDict[tuple[MessageId, int], Peeked] = OrderedDict()

    async def close(self) -> None:
        """The end of the session: gives the lock back; deletes nothing.

        A commit that was confirmed before runs to its end first.
        """
        if self._committing is not None:
            await asyncio.wait([self._committing])
        self._closed = True
        if self._using:  # QUIT would wait for the end of a download; so this deletes nothing either
            self._lease.drop()
        await self.release()

    # -- reading -------------------------------------------------------------------------------

    async def stat(self, unlock: Unlock) -> Stat:
        """STAT, asked now."""
        return await self._read(unlock, lambda connection: connection.execute(commands.stat()))

    async def noop(self, unlock: Unlock) -> None:
        """NOOP, sent now."""
        await self._read(unlock, lambda connection: connection.execute(commands.noop()))

    async def capa(self, unlock: Unlock) -> Capabilities:
        """CAPA, asked now."""
        self.capabilities = await self._read(unlock, lambda connection: connection.learn())
        return self.capabilities

    async def peek(self, unlock: Unlock, id: str, lines: int = PEEK_LINES) -> Peeked:
        """The headers and the first lines of a message, by TOP.

        Raises:
            NoSuchMessage: there is none with this id.
            CommandRejected: the server refused TOP.
        """
        message = self.index[id]
        found = self._peeks.get((message.id, lines))
        if found is not None and not message.ambiguous:
            return replace(found, message=message)  # its number may have changed since
        found = await self._read(unlock, lambda connection: self._peek(connection, id, lines))
        self._peeks[message.id, lines] = found
        while len(self._peeks) > _PEEKS:
            self._peeks.popitem(last=False)
        return found

    async def _peek(self, connection: Connection, id: str, lines: int) -> Peeked:
        message = self.index[id]
        expected = min(message.octets, int(connection.answer_octets) + lines * 78)
        fetched = await connection.fetch(commands.top(message.number, lines), PEEK_OCTETS, expected)
        header, body = split_header(fetched.data)
        # LIST is an estimate, and some servers cut what TOP shows: either alone proves little.
        complete = fetched.whole and (
            fetched.octets == message.octets
            or (body.count(b"\n") < lines and fetched.octets >= 0.9 * message.octets)
        )
        content = await asyncio.to_thread(peek, fetched.data, whole=complete)
        if not message.headers_known:
            self._learn(message, header)
        fields = parse_fields(header)
        return Peeked(message, fields, content, lines, fetched.octets, complete)

    async def headers(self, unlock: Unlock, id: str) -> Peeked:
        """All headers of a message, by TOP n 0."""
        return await self.peek(unlock, id, 0)

    @asynccontextmanager
    async def retr(self, unlock: Unlock, id: str) -> AsyncIterator[tuple[Message, Body]]:
        """A whole message while it arrives.

        Raises:
            NoSuchMessage: there is none with this id.
            CommandRejected: the server refused RETR.
        """

        def ask(_: Connection, message: Message) -> tuple[Command[BodyEnd], int]:
            self._lease.retrieved = True
            return commands.retr(message.number), message.octets

        async with self._stream(unlock, id, ask) as opened:
            yield opened

    @asynccontextmanager
    async def top(self, unlock: Unlock, id: str, lines: int) -> AsyncIterator[tuple[Message, Body]]:
        """The answer to TOP while it arrives, octet for octet."""

        def ask(connection: Connection, message: Message) -> tuple[Command[BodyEnd], int]:
            expected = min(message.octets, int(connection.answer_octets) + lines * 78)
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
                    message = self.index[id]
                    stream = connection.stream(*ask(connection, message))
                    return message, await stack.enter_async_context(stream)

                yield await self._read(unlock, begin)
        finally:
            self._using -= 1
            self._lease.touch()

    # -- marks ---------------------------------------------------------------------------------

    @property
    def marked(self) -> Totals:
        """How much is marked."""
        return self.index.totals_of(self.marks)

    def mark(self, ids: Iterable[str]) -> Totals:
        """Marks messages for deletion; nothing goes over the wire.

        Raises:
            NoSuchMessage: one of them does not exist; then none is marked.
        """
        self.marks |= dict.fromkeys([self.index[id].id for id in ids])
        return self.marked

    def unmark(self, ids: Iterable[str]) -> Totals:
        """Takes marks back; what is not marked is passed over.

        Raises:
            NoSuchMessage: one of them does not exist; then none is unmarked.
        """
        for id in [self.index[id].id for id in ids]:
            self.marks.pop(id, None)
        return self.marked

    def unmark_all(self) -> Totals:
        """Takes all marks back."""
        self.marks.clear()
        return self.marked

    # -- the commit ----------------------------------------------------------------------------

    async def commit(self, unlock: Unlock, *, verify: bool = True) -> Receipt:
        """Deletes what is marked, for good, and checks it by signing in again.

        Once begun it goes on to its end, even if whoever asked for it goes away.

        Raises:
            CommitFailed, Ambiguous, MailboxError, TransportError, Pop3Error: nothing was deleted.
        """
        if self._committing is not None and not self._committing.done():
            raise CommitFailed(CommitFault.BUSY)
        self._committing = asyncio.create_task(self._commit(unlock, verify=verify))
        self._committing.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._committing)

    async def _commit(self, unlock: Unlock, *, verify: bool) -> Receipt:
        async with self._opening:
            await self._stop_loading()
            try:
                connection, before, doomed = await self._ready_to_delete(unlock)
                sent = await delete_and_quit(connection, doomed)
            except (MailboxError, TransportError, Pop3Error):
                self._start_loading()
                raise
            verdict = await self._verify(unlock, before, doomed, verify=verify)
            after = self.index.totals if self.index is not before else None
            if sent.quit_lost and not verdict.verified:
                verdict = replace(verdict, why=f"QUIT was not answered; {verdict.why}")
            self.receipt = receipt_of(doomed, sent, verdict, before.totals, after)
            for item in self.receipt.items:
                if item.outcome is Outcome.GONE:
                    self.marks.pop(item.id, None)
            return self.receipt

    async def _ready_to_delete(self, unlock: Unlock) -> tuple[Connection, Index, list[Message]]:
        """A connection on which every mark was just matched by UIDL and size."""
        if not self.marks:
            raise CommitFailed(CommitFault.NOTHING_MARKED)
        wanted = {id: self.index[id].octets for id in self.marks}
        connection = self._lease.connection
        if connection is not None and not self._lease.popped:
            try:
                await self._list(connection)
            except TransportError:
                connection = None  # it had died unnoticed
        else:
            connection = None  # after a RETR under EXPIRE 0, QUIT would delete that message too
        if connection is None:
            connection = await self._reconnect(unlock)
            await self._stop_loading()
        found = {id: self.index[id].octets for id in self.marks}
        if found != wanted:
            raise CommitFailed(CommitFault.CHANGED)
        check_unambiguous(self.index, self.marks)
        return connection, self.index, [self.index[id] for id in self.marks]

    async def _verify(
        self, unlock: Unlock, before: Index, doomed: list[Message], *, verify: bool
    ) -> Verdict:
        ids = [message.id for message in doomed]
        unknown = dict.fromkeys(ids, Outcome.NOT_VERIFIED)
        if not verify:
            return Verdict(unknown, verified=False, why="the check was not asked for")
        notices = dict(self._notices)
        try:
            await self._look_again(unlock)
        except Exception as error:  # noqa: BLE001 -- mail may be gone: a receipt is due, whatever comes
            self._notices = notices
            return Verdict(unknown, verified=False, why=words_for(error))
        for notice in (Notice.MARKED_GONE, Notice.MARKS_DROPPED, Notice.UIDLS_RESET):
            self._notices.pop(notice, None)  # the receipt tells it better
        return judge(before, ids, self.index)

    async def _look_again(self, unlock: Unlock) -> None:
        try:
            await self._reconnect(unlock)
        except LoginDelayed as error:
            if not error.retry_after or error.retry_after > _SHORT_DELAY:
                raise
            await asyncio.sleep(error.retry_after)
            await self._reconnect(unlock)
