"""What was deleted: the receipts of a session, and the deletion that is under way."""

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from .errors import CommitFailed, CommitFault, LoginDelayed
from .models import Message, MessageId, Outcome, Receipt, ReceiptItem, Totals, Unproven
from .verdict import CommitVerdict

T = TypeVar("T")

_RECEIPTS: Final = 10  # of one session, kept
_UNTOLD: Final = 60  # seconds of a login delay that a server does not tell


@dataclass(frozen=True, slots=True)
class Sent:
    """What the server said to DELE and QUIT.

    Attributes:
        refused: the server's words for each DELE it refused.
        quit_reply: its words where it refused QUIT, else empty.
        quit_lost: whether QUIT was never answered.
        unasked: no DELE was sent for these; QUIT may delete what was read (RFC 2449, section 6.7).
    """

    refused: Mapping[MessageId, str]
    quit_reply: str = ""
    quit_lost: bool = False
    unasked: frozenset[MessageId] = frozenset()

    def agreed_to(self, id: MessageId) -> bool:
        """Whether it said +OK to DELE of this message, and to QUIT."""
        refused = id in self.refused or id in self.unasked
        return not (refused or self.quit_reply or self.quit_lost)


class Unchecked(Protocol):
    """A deletion that could not be checked yet."""

    async def check(self) -> Receipt:
        """Checks it on the connection of now."""


class Receipts(Mapping[int, Receipt]):
    """The last few, by their number in this session, from 1.

    Attributes:
        unchecked: deletions that a later connection may tell more of, by number.
        telling: ids of what was just deleted; a receipt tells of these, not the next listing.
    """

    def __init__(self) -> None:
        self.unchecked: dict[int, Unchecked] = {}
        self.telling: Collection[MessageId] = ()
        self._kept: dict[int, Receipt] = {}
        self._deleting: asyncio.Task[Any] | None = None

    def __getitem__(self, number: int) -> Receipt:
        return self._kept[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def last(self) -> Receipt | None:
        """Of the last deletion, if there was one."""
        return self._kept[max(self._kept)] if self._kept else None

    def keep(self, receipt: Receipt, unchecked: Unchecked | None = None) -> Receipt:
        """Keeps a receipt under its number, and forgets the oldest one.

        Args:
            receipt: as far as is known.
            unchecked: what may tell more.
        """
        for number in (receipt.number, receipt.number - _RECEIPTS):
            self.unchecked.pop(number, None)
        self._kept.pop(receipt.number - _RECEIPTS, None)
        self._kept[receipt.number] = receipt
        if unchecked is not None:
            self.unchecked[receipt.number] = unchecked
        return receipt

    def restore(self, receipts: Iterable[Receipt]) -> None:
        """Takes over those of a process before; what could be checked later cannot be now."""
        self._kept |= {one.number: replace(one, due=None) for one in receipts}

    def postpone(self, number: int, due: datetime) -> None:
        """A check was too soon."""
        if number in self.unchecked:
            self._kept[number] = replace(self._kept[number], due=due)

    @property
    def deleting(self) -> bool:
        """Whether something that deletes is under way."""
        return self._deleting is not None and not self._deleting.done()

    async def to_its_end(self, deleting: Coroutine[Any, Any, T]) -> T:
        """Runs what deletes to its end, whoever goes away meanwhile; one at a time.

        Raises:
            CommitFailed: another one is under way.
        """
        if self.deleting:
            deleting.close()
            raise CommitFailed(CommitFault.BUSY)
        task = asyncio.create_task(deleting)
        self._deleting = task
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        # Not kept: what it failed with leads, by its traceback, to what signed in.
        if self._deleting is task:
            self._deleting = None
        if not task.cancelled():
            task.exception()

    async def finished(self) -> None:
        """Waits until nothing deletes any more."""
        if self._deleting is not None:
            await asyncio.wait([self._deleting])


def worth_a_try(error: Exception) -> datetime:
    """When a check that failed so is worth another try, aware."""
    now = datetime.now(UTC)
    if isinstance(error, LoginDelayed):
        return now + timedelta(seconds=error.retry_after or _UNTOLD)
    return now


def words_for(error: Exception) -> str | Unproven:
    """Why a check failed: the server's own words where there are some."""
    return str(getattr(error, "reply", "")) or Unproven.NO_CONNECTION


def receipt_of(
    doomed: Sequence[Message],
    sent: Sent,
    verdict: CommitVerdict,
    before: Totals,
    after: Totals | None,
) -> Receipt:
    """The receipt that pages and API show.

    Args:
        doomed: the messages that were to be deleted.
        sent: what the server said to it.
        verdict: what the second look found.
        before: the maildrop as it was.
        after: as it is now, or None where it was not seen again.
    """
    items = []
    for message in sorted(doomed, key=lambda message: -message.counted):
        outcome = verdict.outcomes[message.id]
        refused = sent.refused.get(message.id, "")
        if refused and outcome is Outcome.NOT_VERIFIED:
            outcome = Outcome.STILL_THERE  # a refused DELE deletes nothing
        summary = message.summary
        sender = summary.sender if summary else None
        items.append(
            ReceiptItem(
                message.id,
                message.octets,
                (sender.name or sender.email) if sender else "",
                summary.subject if summary else "",
                outcome,
                (refused or sent.quit_reply) if outcome is not Outcome.GONE else "",
                outcome is Outcome.STILL_THERE and sent.agreed_to(message.id),
                summary.date if summary else None,
            )
        )
    return Receipt(
        at=datetime.now(UTC),
        items=tuple(items),
        verified=verdict.verified,
        why=verdict.why,
        octets_freed=sum(item.octets or 0 for item in items if item.outcome is Outcome.GONE),
        before=before,
        after=after,
        quit_lost=sent.quit_lost and not verdict.verified,
    )
