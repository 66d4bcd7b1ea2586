"""The proof of a deletion: what a connection shows of it, and the receipt that comes of that."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from app.audit import record
from app.pop3 import Pop3Error
from app.transport import Connection, TransportError

from .feed import FeedTopic
from .in_thread import in_thread
from .index import Index
from .mailbox import Mailbox
from .models import Message, Outcome, Receipt, Unproven
from .receipts import Sent, receipt_of
from .recognition import read_now
from .verdict import CommitVerdict, judge, lookalikes, looked_at, reused, unknown

_LATE: Final = 30  # seconds in which a server may still carry out a QUIT that it has not answered


class Proof:
    """Of one deletion; where it cannot be had yet, the mailbox's next connection gives it.

    Args:
        mailbox: where it was.
        before: the maildrop before it.
        doomed: the messages that were to go.
        sent: what the server said to it.
    """

    def __init__(
        self, mailbox: Mailbox, before: Index, doomed: Sequence[Message], sent: Sent
    ) -> None:
        self._mailbox = mailbox
        self._before = before
        self._doomed = tuple(doomed)
        self._ids = [message.id for message in doomed]
        self._sent = sent
        self._number = max(mailbox.receipts, default=0) + 1
        self._certain = datetime.now(UTC) + timedelta(seconds=_LATE if sent.quit_lost else 0)

    async def check(self) -> Receipt:
        """The receipt, by what the connection of now shows. No headers may be loading."""
        verdict = await self.verdict()
        stays = Outcome.STILL_THERE in verdict.outcomes.values()
        if stays and datetime.now(UTC) < self._certain:
            return await self.settle(unknown(self._ids, why=Unproven.UNANSWERED), self._certain)
        return await self.settle(verdict)

    async def verdict(self) -> CommitVerdict:
        """What the newest listing tells; what has its UIDL still must show the same header.

        Where the line breaks meanwhile, that is left to the next look.
        """
        mailbox = self._mailbox
        verdict = await in_thread(judge, self._before, self._ids, mailbox.index)
        connection = mailbox.lease.connection
        marks = [mark for id in self._ids if (mark := mailbox.marks.get(id)) is not None]
        if connection is None:
            return verdict
        try:
            if verdict.verified:
                verdict = await self._looked_at(connection, verdict)
            no_top = mailbox.headers.no_top
            strangers = await mailbox.listing.strangers(connection, marks, no_top=no_top)
            if strangers:
                mailbox.unmark_strangers(strangers)
                await mailbox.relist(connection)
        except (TransportError, Pop3Error):
            return verdict
        return reused(self._ids) if strangers and verdict.verified else verdict

    async def _looked_at(self, connection: Connection, verdict: CommitVerdict) -> CommitVerdict:
        rows = await in_thread(lookalikes, self._before, verdict, self._mailbox.index)
        shown = await read_now(connection, [row for row, _ in rows])
        return await in_thread(looked_at, self._before, verdict, rows, shown)

    async def settle(self, verdict: CommitVerdict, due: datetime | None = None) -> Receipt:
        """The receipt as far as is known; what is gone is no longer marked.

        Args:
            verdict: what is known.
            due: from when on more may be.
        """
        mailbox, before, sent = self._mailbox, self._before, self._sent
        after = mailbox.index.totals if mailbox.index is not before else None
        made = await in_thread(receipt_of, self._doomed, sent, verdict, before.totals, after)
        receipt = replace(made, number=self._number, due=due)
        mailbox.receipts.keep(receipt, self if due is not None else None)
        for item in receipt.items:
            if item.outcome is Outcome.GONE:
                mailbox.marks.discard([item.id])
                await mailbox.downloads.forget(item.id)
        mailbox.feed.tell(FeedTopic.MARKS)
        record(
            "commit",
            **mailbox.account.audited,
            gone=receipt.gone,
            still_there=receipt.count(Outcome.STILL_THERE),
            not_verified=receipt.count(Outcome.NOT_VERIFIED),
            octets_freed=receipt.octets_freed,
        )
        return receipt
