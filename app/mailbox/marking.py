"""Marks for deletion: they live here alone, and nothing goes over the wire before the commit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.transport import Dialer

from .feed import Topic
from .identity import fits, renewed, restorable
from .index import claim
from .maildrop import Maildrop
from .models import Account, Header, Known, Message, MessageId, Notice, Totals


@dataclass(frozen=True, slots=True)
class Change:
    """What one action did to many marks.

    Attributes:
        number: counts such actions; whoever undoes one names it.
        marked: what it marked, without what was marked before.
        unmarked: what it took back.
        octets: of all these, as far as they are known.
        gone: how many messages were named that are not there any more.
    """

    number: int
    marked: tuple[MessageId, ...] = ()
    unmarked: tuple[MessageId, ...] = ()
    octets: int = 0
    gone: int = 0


class Marking(Maildrop):
    """A maildrop with marks.

    Args:
        account: whose, and where.
        dialer: opens connections.

    Attributes:
        undoable: the last action on many marks, until the next action on any.
    """

    def __init__(self, account: Account, dialer: Dialer) -> None:
        super().__init__(account, dialer)
        self.undoable: Change | None = None
        self._changes = 0
        self._taken: tuple[Message, ...] = ()  # what the last action took back, as it was known

    @property
    def marked(self) -> Totals:
        """How much is marked."""
        return self.marks.totals

    def mark(self, ids: Iterable[str]) -> Totals:
        """Marks messages for deletion.

        Raises:
            NoSuchMessage: one of them does not exist; then none is marked.
        """
        messages = [self.index[id] for id in ids]
        self.marks.add(messages)
        self.prefer_marked(messages)
        self.undoable = None
        self.feed.tell(Topic.MARKS)
        return self.marked

    def unmark(self, ids: Iterable[str]) -> Totals:
        """Takes marks back; what is not marked is passed over.

        Raises:
            NoSuchMessage: one of them does not exist; then none is unmarked.
        """
        self.marks.discard([self.index[id].id for id in ids])
        self.undoable = None
        self.feed.tell(Topic.MARKS)
        return self.marked

    def mark_many(self, ids: Iterable[str]) -> Change:
        """Marks messages, to be undone in one go; what is not there any more is passed over."""
        named = dict.fromkeys(ids)
        there = self.index.those(named)
        fresh = [message for message in there if message.id not in self.marks]
        self.marks.add(fresh)
        self.prefer_marked(fresh)
        gone = len(named) - len(there)
        octets = sum(message.counted for message in fresh)
        return self._changed(marked=tuple(m.id for m in fresh), octets=octets, gone=gone)

    def unmark_all(self) -> Totals:
        """Takes all marks back, to be undone in one go."""
        taken, octets = self.marks.messages, self.marked.octets
        self.marks.clear()
        self._changed(unmarked=tuple(message.id for message in taken), octets=octets)
        self._taken = taken
        return self.marked

    @property
    def known_marks(self) -> dict[MessageId, Known]:
        """What another session needs to know of the marks, by the ids of a first listing."""
        return {
            self._claim(mark): Known(mark.octets, mark.header.digest, self.headless(mark))
            for mark in self.marks.messages
        }

    def _claim(self, message: Message) -> MessageId:
        claimed = self.index.has_uidls and self.index.claiming(message.uidl) is not None
        return claim(message.uidl) if claimed and message.uidl is not None else message.id

    def restore(self, marks: Mapping[MessageId, Known]) -> None:
        """Takes over marks of a session before: those whose message, of that size, is there.

        That its header is the same as well is seen when it comes in, at the latest before DELE.

        Args:
            marks: by id, what was known of each. Ids without a UIDL behind them were good for one
                connection and never match.
        """
        taken = 0
        rows = {self._claim(row): row for row in self.index}
        for id, known in marks.items():
            row = rows.get(id)
            if row is not None and restorable(known, row):
                self.marks.add([renewed(replace(row, header=Header(known.digest)), row)])
                taken += 1
        self.undoable = None
        self.feed.tell(Topic.MARKS)
        if taken < len(marks):
            self._tell(Notice.MARKS_NOT_TAKEN_OVER, len(marks) - taken)

    def undo(self, number: int) -> Change | None:
        """Takes back what the last action on many marks did, if it is the one meant.

        Marks that stood before, and those of other actions, stay as they are.

        Returns:
            What was taken back, or None where something else was done since.
        """
        change = self.undoable
        if change is None or change.number != number:
            return None
        self.undoable = None
        self.marks.discard(change.marked)
        for mark in self._taken if change.unmarked else ():
            row = self.index.get(mark.id)
            if row is not None and fits(mark, row):
                self.marks.add([renewed(mark, row)])
        self.feed.tell(Topic.MARKS)
        return change

    def dismiss(self, number: int) -> None:
        """The last action on many marks is not to be undone any more, if it is the one meant."""
        if self.undoable is not None and self.undoable.number == number:
            self.undoable = None

    def _changed(
        self,
        *,
        marked: tuple[MessageId, ...] = (),
        unmarked: tuple[MessageId, ...] = (),
        octets: int = 0,
        gone: int = 0,
    ) -> Change:
        self._changes += 1
        self._taken = ()
        self.undoable = Change(self._changes, marked, unmarked, octets, gone)
        self.feed.tell(Topic.MARKS)
        return self.undoable
