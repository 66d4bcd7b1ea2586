"""The marks of a maildrop: they live here alone, and nothing goes over the wire before a commit."""

from collections.abc import Callable, Collection, Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass, replace

from .identity import fits, renewed, restorable
from .index import Index, empty
from .models import Header, Known, Message, MessageId, Totals


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


class Marks(Collection[MessageId]):
    """Messages marked for deletion, as they were known then, in the order they were marked.

    Args:
        messages: what is marked.
        changed: called after each action of a person, with what it marked.

    Attributes:
        index: the messages there are.
        undoable: the last action on many marks, until the next action on any.
        pending: marks of a process before, until its maildrop is listed.
        touch: is told of messages whose mark came or went, or is known better; None where all may
            be others. Whoever keeps marks sets it.
    """

    def __init__(
        self,
        messages: Iterable[Message] = (),
        changed: Callable[[Sequence[Message]], None] = lambda _: None,
    ) -> None:
        self.index = empty()
        self.undoable: Change | None = None
        self.pending: Mapping[MessageId, Known] = {}
        self.touch: Callable[[Iterable[Message] | None], None] = lambda _: None
        self._changed = changed
        self._changes = 0
        self._taken: tuple[Message, ...] = ()  # what the last action took back, as it was known
        self._messages: dict[MessageId, Message] = {}
        self._total = self._unsized = 0  # kept, not added up
        self.add(messages)

    def __repr__(self) -> str:
        return f"<Marks {len(self)}>"

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[MessageId]:
        return iter(self._messages)

    def __reversed__(self) -> Iterator[MessageId]:
        return reversed(self._messages)

    def __contains__(self, id: object) -> bool:
        return id in self._messages

    def keys(self) -> KeysView[MessageId]:
        """All ids, in the order they were marked."""
        return self._messages.keys()

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is marked, as it was known when it was marked, and under the ids of now."""
        return tuple(self._messages.values())

    def get(self, id: MessageId) -> Message | None:
        """A marked message as it was known then."""
        return self._messages.get(id)

    @property
    def totals(self) -> Totals:
        """How much is marked."""
        return Totals(len(self._messages), self._total, self._unsized)

    # -- one by one, by a person or not --------------------------------------------------------

    def add(self, messages: Iterable[Message]) -> None:
        """Marks messages; one that is marked keeps its place."""
        known = self._messages
        fresh = {message.id: message for message in messages if message.id not in known}
        known |= fresh
        self.touch(fresh.values())
        self._total += sum(message.counted for message in fresh.values())
        self._unsized += sum(message.octets is None for message in fresh.values())

    def renew(self, message: Message) -> None:
        """This is what is marked under its id."""
        if message.id in self._messages:
            self.discard([message.id])
            self.add([message])

    def discard(self, ids: Iterable[MessageId]) -> None:
        """Takes marks back, where there are any."""
        for id in ids:
            message = self._messages.pop(id, None)
            if message is not None:
                self._total -= message.counted
                self._unsized -= message.octets is None
                self.touch((message,))

    def clear(self) -> None:
        """Takes all marks back."""
        self.touch(self._messages.values())
        self._messages.clear()
        self._total = self._unsized = 0

    def carry(self, index: Index, kept: Mapping[MessageId, Message]) -> frozenset[MessageId]:
        """Goes on with another listing.

        Args:
            index: the messages there are now.
            kept: what may be what was marked, by the ids of before.

        Returns:
            The ids of the marks that are lost.
        """
        marked, self.index = list(self), index
        self.clear()
        self.add(kept[id] for id in marked if id in kept)
        self.touch(None)
        return frozenset(id for id in marked if id not in kept)

    # -- what a person does --------------------------------------------------------------------

    def mark(self, ids: Iterable[str]) -> Totals:
        """Marks messages for deletion.

        Raises:
            NoSuchMessage: one of them does not exist; then none is marked.
        """
        messages = [self.index[id] for id in ids]
        self.add(messages)
        self.undoable = None
        self._changed(messages)
        return self.totals

    def unmark(self, ids: Iterable[str]) -> Totals:
        """Takes marks back; what is not marked is passed over.

        Raises:
            NoSuchMessage: one of them does not exist; then none is unmarked.
        """
        self.discard([self.index[id].id for id in ids])
        self.undoable = None
        self._changed(())
        return self.totals

    def mark_many(self, ids: Iterable[str]) -> Change:
        """Marks messages, to be undone in one go; what is not there any more is passed over."""
        named = dict.fromkeys(ids)
        there = self.index.those(named)
        fresh = [message for message in there if message.id not in self]
        self.add(fresh)
        self._taken = ()
        return self._acted(
            Change(
                self._changes + 1,
                marked=tuple(message.id for message in fresh),
                octets=sum(message.counted for message in fresh),
                gone=len(named) - len(there),
            ),
            fresh,
        )

    def unmark_all(self) -> Totals:
        """Takes all marks back, to be undone in one go."""
        self._taken, octets = self.messages, self.totals.octets
        self.clear()
        unmarked = tuple(message.id for message in self._taken)
        self._acted(Change(self._changes + 1, unmarked=unmarked, octets=octets))
        return self.totals

    def _acted(self, change: Change, fresh: Sequence[Message] = ()) -> Change:
        self._changes = change.number
        self.undoable = change
        self._changed(fresh)
        return change

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
        self.discard(change.marked)
        for mark in self._taken if change.unmarked else ():
            row = self.index.get(mark.id)
            if row is not None and fits(mark, row):
                self.add([renewed(mark, row)])
        self._changed(())
        return change

    def dismiss(self, number: int) -> None:
        """The last action on many marks is not to be undone any more, if it is the one meant."""
        if self.undoable is not None and self.undoable.number == number:
            self.undoable = None

    # -- from one session to another -----------------------------------------------------------

    def known(
        self, withheld: Callable[[Message], bool], among: Iterable[Message] | None = None
    ) -> dict[MessageId, Known]:
        """What another session needs to know of them, by the ids of a first listing.

        Args:
            withheld: whether the server does not show a message's header.
            among: of these marks; by default of all.
        """
        return {
            self.claim(mark): Known(mark.octets, mark.header.digest, withheld(mark))
            for mark in (self.messages if among is None else among)
        }

    def restore(self, marks: Mapping[MessageId, Known]) -> int:
        """Takes over marks of a session before: those whose message, of that size, is there.

        That its header is the same as well is seen when it comes in, at the latest before DELE.

        Args:
            marks: by id, what was known of each. Ids without a UIDL behind them were good for one
                connection and never match.

        Returns:
            How many could not be taken over.
        """
        found = self.found(marks)
        self.take_over(found)
        return len(marks) - len(found)

    def found(self, marks: Mapping[MessageId, Known]) -> list[Message]:
        """Those of another session whose message, of that size, is there; nothing is changed."""
        rows = {self.claim(row): row for row in self.index}
        there = ((known, rows[id]) for id, known in marks.items() if id in rows)
        return [
            renewed(replace(row, header=Header(known.digest)), row)
            for known, row in there
            if restorable(known, row)
        ]

    def take_over(self, found: Iterable[Message]) -> None:
        """Marks what was found of another session's marks."""
        self.add(found)
        self.undoable = None
        self._changed(())

    def claim(self, message: Message) -> MessageId:
        """The id of a message in a first listing."""
        claimed = self.index.has_uidls and self.index.claiming(message.uidl) is not None
        return self.index.claim(message.uidl) if claimed and message.uidl else message.id
