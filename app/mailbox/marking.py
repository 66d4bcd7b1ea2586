"""Marks for deletion: they live here alone, and nothing goes over the wire before the commit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.transport import Dialer

from .feed import Topic
from .maildrop import Maildrop
from .models import Account, MessageId, Notice, Totals


@dataclass(frozen=True, slots=True)
class Change:
    """What one action did to many marks.

    Attributes:
        number: counts such actions; whoever undoes one names it.
        marked: what it marked, without what was marked before.
        unmarked: what it took back.
        octets: of all these.
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

    @property
    def marked(self) -> Totals:
        """How much is marked."""
        return self.marks.totals

    def mark(self, ids: Iterable[str]) -> Totals:
        """Marks messages for deletion.

        Raises:
            NoSuchMessage: one of them does not exist; then none is marked.
        """
        self.marks.add([self.index[id] for id in ids])
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
        fresh = {message.id: message.octets for message in there}
        for id in fresh.keys() & self.marks.keys():
            del fresh[id]
        self.marks.add_sized(fresh)
        gone = len(named) - len(there)
        return self._changed(marked=tuple(fresh), octets=sum(fresh.values()), gone=gone)

    def unmark_all(self) -> Totals:
        """Takes all marks back, to be undone in one go."""
        taken, octets = tuple(self.marks), self.marked.octets
        self.marks.clear()
        self._changed(unmarked=taken, octets=octets)
        return self.marked

    def restore(self, marks: Mapping[MessageId, int]) -> None:
        """Takes over marks of a session before: those whose message, of that size, is there.

        Args:
            marks: ids, with the octets each message had. Ids without a UIDL behind them were good
                for one connection and never match.
        """
        same = [id for id, octets in marks.items() if self._is_there(id, octets)]
        self.marks.add(self.index[id] for id in same)
        self.undoable = None
        self.feed.tell(Topic.MARKS)
        if len(same) < len(marks):
            self._tell(Notice.MARKS_NOT_TAKEN_OVER, len(marks) - len(same))

    def _is_there(self, id: MessageId, octets: int) -> bool:
        return id in self.index and self.index[id].octets == octets

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
        self.marks.add(self.index.those(change.unmarked))
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
        self.undoable = Change(self._changes, marked, unmarked, octets, gone)
        self.feed.tell(Topic.MARKS)
        return self.undoable
