"""The commit: the one place where DELE is sent for what is marked.

Only QUIT deletes (RFC 1939, section 6), and a server may then remove some, all or none; `proof.py`
finds out.
"""

import asyncio
import math
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

from app.pop3 import (
    CommandRejected,
    Pop3Error,
    RemoteProtocolError,
    ScanListing,
    UniqueId,
    commands,
)
from app.transport import Connection, TransportError

from .errors import Ambiguous, CommitFailed, CommitFault, LoginDelayed, MailboxError
from .in_thread import in_thread
from .index import Index
from .line import Line
from .mailbox import Mailbox
from .models import Message, MessageId, Receipt, Unproven
from .proof import Proof
from .receipts import Sent, words_for, worth_a_try
from .recognition import read_now
from .verdict import unknown

_SHORT_DELAY: Final = 10  # seconds of LOGIN-DELAY that a commit waits out by itself
_AT_A_TIME: Final = 1000  # DELEs handed over in one go; 100,000 would hold up the event loop


class Commit:
    """Deletes what is marked, for good, and checks it by signing in again.

    Args:
        mailbox: whose marks.
        line: signs in.
    """

    def __init__(self, mailbox: Mailbox, line: Line) -> None:
        self._mailbox = mailbox
        self._line = line

    async def run(
        self, confirmed: frozenset[MessageId] | None = None, *, verify: bool = True
    ) -> Receipt:
        """Once begun it goes on to its end, even if whoever asked for it goes away.

        Args:
            confirmed: what somebody has seen and confirmed; by default what is marked now. Where
                other marks stand by the time the line is free, nothing is deleted.
            verify: whether it is checked.

        Raises:
            CommitFailed, Ambiguous, MailboxError, TransportError, Pop3Error: nothing was deleted.
        """
        meant = frozenset(self._mailbox.marks) if confirmed is None else confirmed
        return await self._mailbox.receipts.to_its_end(self._run(meant, verify=verify))

    async def _run(self, confirmed: frozenset[MessageId], *, verify: bool) -> Receipt:
        mailbox = self._mailbox
        async with mailbox.lease.alone():
            await mailbox.headers.stop()
            mailbox.marks.undoable = None
            try:
                before, doomed, sent = await self._delete_by_groups(confirmed)
            except (MailboxError, TransportError, Pop3Error):
                mailbox.headers.start(self._line)
                raise
            return await self.conclude(before, doomed, sent, verify=verify)

    async def _delete_by_groups(
        self, confirmed: frozenset[MessageId]
    ) -> tuple[Index, list[Message], Sent]:
        """DELE and QUIT; once more where the server cannot take groups of commands."""
        habit = self._mailbox.lease.habit
        one_at_a_time = habit.one_at_a_time
        try:
            return await self._delete(confirmed)
        except (TransportError, RemoteProtocolError):
            if one_at_a_time or not habit.one_at_a_time:
                raise
            # It broke off inside the group of DELEs, before QUIT, so nothing was deleted.
            # Without UIDLs, the same marks may have new ids since.
            renamed = self._mailbox.listing.renamed
            return await self._delete(frozenset(renamed.get(id, id) for id in confirmed))

    async def _delete(self, confirmed: frozenset[MessageId]) -> tuple[Index, list[Message], Sent]:
        """DELE and QUIT; the index they were matched with, what was to go, what the server said."""
        if self._mailbox.marks.keys() != confirmed:
            raise CommitFailed(CommitFault.OTHERS_MARKED)
        connection, before, doomed = await self._match()
        return before, doomed, await delete_and_quit(connection, before, doomed)

    # -- every mark fits its message -----------------------------------------------------------

    async def _match(self) -> tuple[Connection, Index, list[Message]]:
        """A connection on which every mark was just matched, and no DELE is.

        It was matched by UIDL and size, and by a header that this connection has shown.
        """
        listing, marks = self._mailbox.listing, self._mailbox.marks
        if not marks:
            raise CommitFailed(CommitFault.NOTHING_MARKED)
        wanted = {id: listing.index[id].octets for id in marks}
        connection = await self._list_anew()
        found = {id: listing.index[id].octets for id in marks}
        if found != {listing.renamed.get(id, id): octets for id, octets in wanted.items()}:
            raise CommitFailed(CommitFault.CHANGED)
        await self._look_at_marks(connection)
        await in_thread(check_unambiguous, listing.index, tuple(found))
        if marks.keys() != found.keys():  # marked in another tab while that was looked at
            raise CommitFailed(CommitFault.CHANGED)
        return connection, listing.index, [listing.index[id] for id in found]

    async def _list_anew(self) -> Connection:
        """A connection that has just listed the maildrop; the one there is, if it may end so."""
        mailbox, lease = self._mailbox, self._mailbox.lease
        await lease.take_back()  # what was typed in the console is not what was confirmed
        connection = await lease.revive()
        # After a RETR under EXPIRE 0, QUIT would delete that message too; where a message may
        # have ended early, its rest may still be on its way, and pass for answers.
        if connection is not None and not (lease.deletions.expiring or lease.habit.unstuffed):
            try:
                await mailbox.relist(connection)
            except (TransportError, RemoteProtocolError):
                pass  # it had died unnoticed, or broke off inside this group
            else:
                return connection
        elif connection is not None:
            await mailbox.headers.settle(connection, mailbox.marks.messages)
        connection = await self._line.renew()
        await mailbox.headers.stop()
        return connection

    async def _look_at_marks(self, connection: Connection) -> None:
        """Reads the headers of marks that this connection has not shown, and compares.

        Where the server's UIDLs have done what they must not, or it has none, it reads those of
        all of them: then a number that means another message by now is seen by nothing else.

        Raises:
            CommitFailed: another message was behind one of them; that mark was taken away.
        """
        mailbox = self._mailbox
        await mailbox.headers.read(connection, mailbox.marks.messages)
        strangers = await mailbox.listing.strangers(
            connection, mailbox.marks.messages, no_top=mailbox.headers.no_top
        )
        if strangers:
            mailbox.unmark_strangers(strangers)
            await mailbox.relist(connection)
            raise CommitFailed(CommitFault.CHANGED)

    # -- what became of it ---------------------------------------------------------------------

    async def conclude(
        self, before: Index, doomed: Sequence[Message], sent: Sent, *, verify: bool = True
    ) -> Receipt:
        """Signs in again after QUIT and makes the receipt, for whoever is alone.

        Args:
            before: the maildrop before QUIT.
            doomed: what was to go.
            sent: what the server said.
            verify: whether it is checked.
        """
        mailbox = self._mailbox
        proof = Proof(mailbox, before, doomed, sent)
        ids = mailbox.receipts.telling = frozenset(message.id for message in doomed)
        if not verify:
            verdict = unknown(ids, why=Unproven.NOT_ASKED)
            return await proof.settle(verdict, datetime.now(UTC))
        try:
            await self._look_again()
        except Exception as error:  # noqa: BLE001 -- mail may be gone: a receipt is due, whatever comes
            return await proof.settle(unknown(ids, why=words_for(error)), worth_a_try(error))
        await mailbox.headers.stop()  # it may have to list once more
        receipt = await proof.check()
        mailbox.headers.start(self._line)
        return receipt

    async def _look_again(self) -> None:
        try:
            await self._line.renew()
        except LoginDelayed as error:
            if not error.retry_after or error.retry_after > _SHORT_DELAY:
                raise
            await asyncio.sleep(error.retry_after)
            await self._line.renew()

    async def check(self, number: int) -> Receipt:
        """The receipt of a deletion, checked now if it could not be before.

        Raises:
            KeyError: there is none of this number.
            LoginDelayed: it is too soon; the receipt says until when.
            MailboxError, TransportError, Pop3Error: no sign-in; it can be checked later.
        """
        receipts = self._mailbox.receipts
        receipt = receipts[number]
        if number not in receipts.unchecked or receipt.due is None:
            return receipt
        left = math.ceil((receipt.due - datetime.now(UTC)).total_seconds())
        if left > 0:  # some servers begin to count anew where one asks too soon
            raise LoginDelayed("", left)
        try:
            async with self._mailbox.lease.alone():
                if number in receipts.unchecked:
                    await self._line.renew()
        except LoginDelayed as error:
            receipts.postpone(number, worth_a_try(error))
            raise
        return receipts[number]


def check_unambiguous(index: Index, marked: Collection[MessageId]) -> None:
    """Refuses to delete one of several messages that cannot be told apart.

    Copies that share UIDL and size may be deleted together, since then it does not matter which
    is which.

    Raises:
        Ambiguous: only some of a group of such copies are marked.
    """
    chosen = frozenset(marked)
    open_groups = {
        (message.uidl, message.octets)
        for message in index
        if message.ambiguous and message.id not in chosen
    }
    unclear = [
        id
        for id in marked
        if index[id].ambiguous and (index[id].uidl, index[id].octets) in open_groups
    ]
    if unclear:
        raise Ambiguous(unclear)


async def delete_and_quit(
    connection: Connection, before: Index, messages: Sequence[Message]
) -> Sent:
    """DELE for each message, pipelined where the server can, then QUIT.

    Raises:
        CommitFailed: on a line without TLS, a DELE has reached the server as one for another
            message; nothing was deleted.
        TransportError, RemoteProtocolError: the connection died before QUIT was sent; nothing was
            deleted. It is never left open with a DELE on it.
    """
    try:
        refused = await _send_deles(connection, messages)
        if connection.tls is None:
            await _check_others(connection, before, [m for m in messages if m.id not in refused])
    except BaseException:
        connection.abort()  # no later QUIT may finish what was called off
        raise
    try:
        await connection.quit()
    except CommandRejected as error:
        return Sent(refused, quit_reply=error.reply)
    except (TransportError, Pop3Error):
        return Sent(refused, quit_lost=True)
    return Sent(refused)


async def _send_deles(connection: Connection, messages: Sequence[Message]) -> dict[MessageId, str]:
    """DELE for each message; the server's words for those it refused.

    The highest number goes first: where a server takes messages out at once, rather than at QUIT,
    those behind them move up, and the numbers before them still mean the same.
    """
    refused: dict[MessageId, str] = {}
    downwards = sorted(messages, key=attrgetter("number"), reverse=True)
    for start in range(0, len(downwards), _AT_A_TIME):
        some = downwards[start : start + _AT_A_TIME]
        answers = await asyncio.gather(
            *(connection.execute(commands.dele(message.number)) for message in some),
            return_exceptions=True,
        )
        for message, answer in zip(some, answers, strict=True):
            if isinstance(answer, CommandRejected):
                refused[message.id] = answer.reply
            elif isinstance(answer, BaseException):
                raise answer
    return refused


async def _check_others(connection: Connection, before: Index, messages: Sequence[Message]) -> None:
    """All others must still be listed; what a DELE has reached is not (RFC 1939, section 5).

    Some servers list that too, and some move the others up. Where one lists nothing, nobody can
    tell.

    Raises:
        CommitFailed: another one is not listed.
    """
    try:
        if before.has_uidls:
            named = await connection.execute(commands.uidl_all())
            spared = await in_thread(_named, _others(before, messages), named)
            spared = spared or await _moved_up(connection, before, messages, named)
        else:
            sized = await connection.execute(commands.list_all())
            spared = await in_thread(_sized, _others(before, messages), sized)
    except CommandRejected:
        return
    if not spared:
        raise CommitFailed(CommitFault.CHANGED)


def _others(before: Index, messages: Sequence[Message]) -> Iterator[Message]:
    doomed = {message.number for message in messages}
    return (message for message in before if message.number not in doomed)


def _named(others: Iterator[Message], rows: Sequence[UniqueId]) -> bool:
    return {message.uidl for message in others} <= {row.uidl for row in rows}


async def _moved_up(
    connection: Connection, before: Index, messages: Sequence[Message], rows: Sequence[UniqueId]
) -> bool:
    """Whether they went at once, and UIDLs go by the place: then another one is where one was."""
    left = len(before) - len(messages)
    first = min(messages, key=attrgetter("number"))
    if first.number > left or [row.uidl for row in rows] != [one.uidl for one in before][:left]:
        return False
    there = (await read_now(connection, [first]))[first.number]
    return there is not None and there != first.header.digest


def _sized(others: Iterator[Message], rows: Sequence[ScanListing]) -> bool:
    wanted, listed = list(others), {row.number: row.octets for row in rows}
    moved_up = {n: message.octets for n, message in enumerate(wanted, 1)}
    return {message.number for message in wanted} <= listed.keys() or listed == moved_up
