"""What deletes, for good: the commit, and what is made of its outcome."""

import asyncio
import math
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from app.pop3 import Pop3Error, RemoteProtocolError
from app.transport import Connection, Dialer, Doubt, TransportError

from .aside import aside
from .commit import (
    Sent,
    Verdict,
    check_unambiguous,
    delete_and_quit,
    judge,
    lookalikes,
    looked_at,
    receipt_of,
    reused,
    words_for,
)
from .errors import CommitFailed, CommitFault, LoginDelayed, MailboxError
from .feed import Topic
from .holding import Unlock
from .identity import certain
from .index import Index
from .marking import Marking
from .models import Account, Header, Message, MessageId, Outcome, Receipt
from .recognition import read_now
from .unchecked import Unchecked, worth_a_try

T = TypeVar("T")

_RECEIPTS = 10  # of one session, kept
_SHORT_DELAY = 10  # seconds of LOGIN-DELAY that a commit waits out by itself


class Deletion(Marking):
    """A maildrop whose marked messages can be deleted.

    Args:
        account: whose, and where.
        dialer: opens connections.

    Attributes:
        receipt: of the last deletion, if there was one.
        receipts: of the last few, by their number in this session, from 1.
    """

    def __init__(self, account: Account, dialer: Dialer) -> None:
        super().__init__(account, dialer)
        self.receipt: Receipt | None = None
        self.receipts: dict[int, Receipt] = {}
        self._committing: asyncio.Task[Any] | None = None
        self._unchecked: dict[int, Unchecked] = {}  # by the number of the receipt

    async def commit(
        self,
        unlock: Unlock,
        *,
        verify: bool = True,
        confirmed: frozenset[MessageId] | None = None,
    ) -> Receipt:
        """Deletes what is marked, for good, and checks it by signing in again.

        Once begun it goes on to its end, even if whoever asked for it goes away.

        Args:
            unlock: signs in.
            verify: whether it is checked.
            confirmed: what somebody has seen and confirmed; by default what is marked now. Where
                other marks stand by the time the line is free, nothing is deleted.

        Raises:
            CommitFailed, Ambiguous, MailboxError, TransportError, Pop3Error: nothing was deleted.
        """
        meant = frozenset(self.marks) if confirmed is None else confirmed
        return await self._to_its_end(self._commit(unlock, meant, verify=verify))

    async def _to_its_end(self, deleting: Coroutine[Any, Any, T]) -> T:
        """Runs what deletes to its end, whoever goes away meanwhile; one at a time.

        Raises:
            CommitFailed: another one is under way.
        """
        if self._committing is not None and not self._committing.done():
            deleting.close()
            raise CommitFailed(CommitFault.BUSY)
        task = asyncio.create_task(deleting)
        self._committing = task
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        # Not kept: what it failed with leads, by its traceback, to what signed in.
        if self._committing is task:
            self._committing = None
        if not task.cancelled():
            task.exception()

    async def _commit(
        self, unlock: Unlock, confirmed: frozenset[MessageId], *, verify: bool
    ) -> Receipt:
        async with self._opening:
            await self._stop_loading()
            self.undoable = None
            one_at_a_time = self._lease.habit.one_at_a_time
            try:
                try:
                    before, doomed, sent = await self._delete_marked(unlock, confirmed)
                except (TransportError, RemoteProtocolError):
                    if one_at_a_time or not self._lease.habit.one_at_a_time:
                        raise
                    # It broke off inside the group of DELEs, before QUIT, so nothing was deleted.
                    # Without UIDLs, the same marks may have new ids since.
                    now = frozenset(self._renamed.get(id, id) for id in confirmed)
                    before, doomed, sent = await self._delete_marked(unlock, now)
            except (MailboxError, TransportError, Pop3Error):
                self._start_loading(unlock)
                raise
            return await self._conclude(unlock, before, doomed, sent, verify=verify)

    async def _delete_marked(
        self, unlock: Unlock, confirmed: frozenset[MessageId]
    ) -> tuple[Index, list[Message], Sent]:
        """DELE and QUIT; the index they were matched with, what was to go, what the server said."""
        if self.marks.keys() != confirmed:
            raise CommitFailed(CommitFault.OTHERS_MARKED)
        connection, before, doomed = await self._ready_to_delete(unlock)
        return before, doomed, await delete_and_quit(connection, doomed)

    async def _ready_to_delete(self, unlock: Unlock) -> tuple[Connection, Index, list[Message]]:
        """A connection on which every mark was just matched, and no DELE is.

        It was matched by UIDL and size, and by a header that this connection has shown.
        """
        if not self.marks:
            raise CommitFailed(CommitFault.NOTHING_MARKED)
        wanted = {id: self.index[id].octets for id in self.marks}
        await self._lease.take_back()  # what was typed in the console is not what was confirmed
        connection = await self._alive()
        if connection is not None and not (self._lease.popped or self._lease.habit.unstuffed):
            try:
                await self._list(connection)
            except (TransportError, RemoteProtocolError):
                connection = None  # it had died unnoticed, or broke off inside this group
        else:
            await self._settle_marks()
            # After a RETR under EXPIRE 0, QUIT would delete that message too; where a message may
            # have ended early, its rest may still be on its way, and pass for answers.
            connection = None
        if connection is None:
            connection = await self._reconnect(unlock)
            await self._stop_loading()
        found = {id: self.index[id].octets for id in self.marks}
        if found != {self._renamed.get(id, id): octets for id, octets in wanted.items()}:
            raise CommitFailed(CommitFault.CHANGED)
        await self._look_at_marks(connection)
        await aside(check_unambiguous, self.index, tuple(found))
        if self.marks.keys() != found.keys():  # marked in another tab while that was looked at
            raise CommitFailed(CommitFault.CHANGED)
        return connection, self.index, [self.index[id] for id in found]

    async def _look_at_marks(self, connection: Connection) -> None:
        """Reads the headers of marks that this connection has not shown, and compares.

        Where the server's UIDLs have done what they must not, it reads those of all of them.

        Raises:
            CommitFailed: another message was behind one of them; that mark was taken away.
        """
        await self._read_marked(connection)
        strangers = await self._strangers_among(connection, self.marks.messages)
        if strangers:
            self._unmark_strangers(strangers)
            await self._list(connection)
            raise CommitFailed(CommitFault.CHANGED)

    async def _strangers_among(
        self, connection: Connection, marks: Sequence[Message]
    ) -> list[MessageId]:
        """Those behind whose UIDL this connection shows another message."""
        habit, name = self._lease.habit, self._lease.name
        suspicious, index = bool(habit.doubts), self.index

        def find() -> list[tuple[Message, Message]]:
            rows = ((mark, index[mark.id]) for mark in marks)
            return [
                (mark, row)
                for mark, row in rows
                if not certain(mark, row, read_on=name, suspicious=suspicious)
            ]

        doubtful = await aside(find)
        shown = await read_now(connection, [row for _, row in doubtful])
        strangers: list[MessageId] = []
        for mark, row in doubtful:
            digest = shown[row.number]
            if digest is None and not suspicious:  # by UIDL and size then: no more was ever seen
                continue
            if not digest or digest != mark.header.digest:
                strangers.append(mark.id)
                if digest is None:  # nor can any look tell: it may be marked anew, by its number
                    row.header = Header()
                    row.header.refused = True
                if digest and mark.header.digest:
                    habit.doubts.add(Doubt.REUSED)
            elif mark.header is row.header:
                row.header.read_on = name
        return strangers

    async def _conclude(
        self,
        unlock: Unlock,
        before: Index,
        doomed: Sequence[Message],
        sent: Sent,
        *,
        verify: bool = True,
    ) -> Receipt:
        """Signs in again after QUIT and makes the receipt; what is gone is no longer marked."""
        verdict, due = await self._verify(unlock, before, doomed, verify=verify)
        number = max(self.receipts, default=0) + 1
        self._unchecked.pop(number - _RECEIPTS, None)
        self.receipts.pop(number - _RECEIPTS, None)
        return await self._settle(number, Unchecked(before, tuple(doomed), sent), verdict, due)

    async def _settle(
        self, number: int, deleted: Unchecked, verdict: Verdict, due: datetime | None
    ) -> Receipt:
        """The receipt of this number, as far as is known; from `due` on more may be."""
        before, sent = deleted.before, deleted.sent
        after = self.index.totals if self.index is not before else None
        if sent.quit_lost and not verdict.verified:
            verdict = replace(verdict, why=f"QUIT was not answered; {verdict.why}")
        made = await aside(receipt_of, deleted.doomed, sent, verdict, before.totals, after)
        receipt = self.receipts[number] = replace(made, number=number, due=due)
        self.receipt = self.receipts[max(self.receipts)]
        self._unchecked.pop(number, None)
        if due is not None:
            self._unchecked[number] = deleted
        for item in receipt.items:
            if item.outcome is Outcome.GONE:
                self.marks.discard([item.id])
                await self._forget_gone(item.id)
        self.feed.tell(Topic.MARKS)
        return receipt

    async def check(self, unlock: Unlock, number: int) -> Receipt:
        """The receipt of a deletion, checked now if it could not be before.

        Raises:
            KeyError: there is none of this number.
            LoginDelayed: it is too soon; the receipt says until when.
            MailboxError, TransportError, Pop3Error: no sign-in; it can be checked later.
        """
        receipt = self.receipts[number]
        if number not in self._unchecked or receipt.due is None:
            return receipt
        left = math.ceil((receipt.due - datetime.now(UTC)).total_seconds())
        if left > 0:  # some servers begin to count anew where one asks too soon
            raise LoginDelayed("", left)
        try:
            await self.open(unlock)
        except LoginDelayed as error:
            self.receipts[number] = replace(receipt, due=worth_a_try(error))
            self.receipt = self.receipts[max(self.receipts)]
            raise
        return self.receipts[number]

    async def _relisted(self) -> None:
        for number, deleted in tuple(self._unchecked.items()):
            ids = [message.id for message in deleted.doomed]
            verdict = await self._judged(deleted.before, ids)
            await self._settle(number, deleted, verdict, None)

    async def _forget_gone(self, id: MessageId) -> None:
        """This message is no longer in the maildrop."""

    async def _verify(
        self, unlock: Unlock, before: Index, doomed: Sequence[Message], *, verify: bool
    ) -> tuple[Verdict, datetime | None]:
        ids = [message.id for message in doomed]
        self._doomed = frozenset(ids)  # the receipt tells of these, not the next listing
        unknown = dict.fromkeys(ids, Outcome.NOT_VERIFIED)
        if not verify:
            why = "the check was not asked for"
            return Verdict(unknown, verified=False, why=why), datetime.now(UTC)
        try:
            await self._look_again(unlock)
        except Exception as error:  # noqa: BLE001 -- mail may be gone: a receipt is due, whatever comes
            why = words_for(error)
            return Verdict(unknown, verified=False, why=why), worth_a_try(error)
        await self._stop_loading()  # it may have to list once more
        verdict = await self._judged(before, ids)
        self._start_loading(unlock)
        return verdict, None

    async def _judged(self, before: Index, ids: Sequence[MessageId]) -> Verdict:
        """What the newest listing tells; what has its UIDL still must show the same header.

        No headers may be loading. Where the line breaks meanwhile, that is left to the next look.
        """
        verdict = await aside(judge, before, ids, self.index)
        connection = self._lease.connection
        marks = [mark for id in ids if (mark := self.marks.get(id)) is not None]
        if connection is None:
            return verdict
        try:
            if verdict.verified:
                verdict = await self._looked_at(connection, before, verdict)
            strangers = await self._strangers_among(connection, marks)
            if strangers:
                self._unmark_strangers(strangers)
                await self._list(connection)
        except (TransportError, Pop3Error):
            return verdict
        return reused(ids) if strangers and verdict.verified else verdict

    async def _looked_at(self, connection: Connection, before: Index, verdict: Verdict) -> Verdict:
        rows = await aside(lookalikes, before, verdict, self.index)
        shown = await read_now(connection, [row for row, _ in rows])
        return await aside(looked_at, before, verdict, rows, shown)

    async def _look_again(self, unlock: Unlock) -> None:
        try:
            await self._reconnect(unlock)
        except LoginDelayed as error:
            if not error.retry_after or error.retry_after > _SHORT_DELAY:
                raise
            await asyncio.sleep(error.retry_after)
            await self._reconnect(unlock)
