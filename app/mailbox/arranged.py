"""What a filter means, in another order, without making a list of it: pages need a hundred rows."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from typing import overload

from .deciding import Selection
from .index import Index, Sort
from .models import Message


@dataclass(frozen=True, slots=True)
class Order:
    """All messages of a listing in one order, and where each of them is in server order."""

    messages: Sequence[Message]
    places: Sequence[int]

    @classmethod
    def of(cls, index: Index, sort: Sort) -> "Order":
        """The order asked for, as far as headers are known."""
        messages = index.ordered(sort)
        # Made anew, the numbers lie side by side in memory: that alone is twice as quick.
        return cls(messages, array("L", [message.place for message in messages]).tolist())


class Some(Sequence[Message]):
    """Those messages of an order that are flagged, counted before.

    Args:
        order: of all messages.
        flags: one for each place, 0 or 1.
        count: how many are 1.
    """

    def __init__(self, order: Order, flags: bytes, count: int) -> None:
        self._order = order
        self._flags = flags
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Message]:
        if self._count == len(self._flags):
            return iter(self._order.messages)
        return compress(self._order.messages, map(self._flags.__getitem__, self._order.places))

    @overload
    def __getitem__(self, at: int) -> Message: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Message]: ...
    def __getitem__(self, at: int | slice) -> Message | Sequence[Message]:
        if not isinstance(at, slice):
            return self[at : at + 1 or None][0]
        if self._count == len(self._flags):
            return self._order.messages[at]
        start, stop, step = at.indices(self._count)
        if step != 1 or start >= stop:
            return tuple(self)[at]
        # By place: to step over a message that is left out touches it, all over the memory.
        size = len(self._flags)
        if start <= self._count // 2:
            flags = map(self._flags.__getitem__, self._order.places)
            found = [*islice(compress(range(size), flags), start, stop)]
        else:
            flags = map(self._flags.__getitem__, reversed(self._order.places))
            behind = compress(reversed(range(size)), flags)
            found = [*islice(behind, self._count - stop, self._count - start)][::-1]
        return tuple(map(self._order.messages.__getitem__, found))


@dataclass(frozen=True, slots=True)
class Flagged:
    """A selection by flags, for whatever order it is wanted in.

    Attributes:
        matched, undecided: one octet for each place in server order.
        counts: how many match, and how many are undecided.
        octets: of what matches.
        unsized: how many of these have a size that is not known.
    """

    matched: bytes
    undecided: bytes
    counts: tuple[int, int]
    octets: int
    unsized: int = 0

    @classmethod
    def of(cls, found: Selection, total: int) -> "Flagged":
        """A selection from a listing of so many messages."""
        sides = []
        for messages in (found.matched, found.undecided):
            flags = bytearray(total)
            for message in messages:
                flags[message.place] = 1
            sides.append(bytes(flags))
        counts = len(found.matched), len(found.undecided)
        return cls(sides[0], sides[1], counts, found.octets, found.unsized)

    def arranged(self, order: Order) -> Selection:
        """The selection in an order of the same listing."""
        return Selection(
            Some(order, self.matched, self.counts[0]),
            Some(order, self.undecided, self.counts[1]),
            self.octets,
            self.unsized,
        )
