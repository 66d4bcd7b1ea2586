"""The marks of a maildrop, in the order they were set, and how much they are together."""

from collections.abc import Collection, Iterable, Iterator, KeysView

from .models import Message, MessageId, Totals


class Marks(Collection[MessageId]):
    """Messages marked for deletion, as they were known then; the total is kept, not added up.

    Args:
        messages: what is marked.
    """

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self._messages: dict[MessageId, Message] = {}
        self._total = self._unsized = 0
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

    def add(self, messages: Iterable[Message]) -> None:
        """Marks messages; one that is marked keeps its place."""
        known = self._messages
        fresh = {message.id: message for message in messages if message.id not in known}
        known |= fresh
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

    def clear(self) -> None:
        """Takes all marks back."""
        self._messages.clear()
        self._total = self._unsized = 0
