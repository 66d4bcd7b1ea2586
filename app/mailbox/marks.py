"""The marks of a maildrop, in the order they were set, and how much they are together."""

from collections.abc import Collection, Iterable, Iterator, KeysView, Mapping

from .models import Message, MessageId, Totals


class Marks(Collection[MessageId]):
    """Ids marked for deletion; the total is kept, not added up at each look.

    Args:
        messages: what is marked.
    """

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self._octets: dict[MessageId, int] = {}
        self._total = 0
        self.add(messages)

    def __repr__(self) -> str:
        return f"<Marks {len(self)}>"

    def __len__(self) -> int:
        return len(self._octets)

    def __iter__(self) -> Iterator[MessageId]:
        return iter(self._octets)

    def __reversed__(self) -> Iterator[MessageId]:
        return reversed(self._octets)

    def __contains__(self, id: object) -> bool:
        return id in self._octets

    def keys(self) -> KeysView[MessageId]:
        """All ids, in the order they were marked."""
        return self._octets.keys()

    @property
    def totals(self) -> Totals:
        """How much is marked."""
        return Totals(len(self._octets), self._total)

    def add(self, messages: Iterable[Message]) -> None:
        """Marks messages; one that is marked keeps its place."""
        self.add_sized({message.id: message.octets for message in messages})

    def add_sized(self, octets: Mapping[MessageId, int]) -> None:
        """Marks messages by id, with the octets of each."""
        fresh = octets
        if not self._octets.keys().isdisjoint(octets):
            fresh = {id: size for id, size in octets.items() if id not in self._octets}
        self._octets |= fresh
        self._total += sum(fresh.values())

    def discard(self, ids: Iterable[MessageId]) -> None:
        """Takes marks back, where there are any."""
        take = self._octets.pop
        self._total -= sum(take(id, 0) for id in ids)

    def clear(self) -> None:
        """Takes all marks back."""
        self._octets.clear()
        self._total = 0
