"""What a filter has found in a row: where in sender, address, recipient and subject."""

from collections.abc import Iterator, Sequence

from app.mailbox import Query, found_at
from app.mailbox.search_text import key
from app.mailbox.terms import Condition, Field, Group, Term
from app.mime import Address, Summary

from .views import HitsView, PieceView

Pieces = tuple[PieceView, ...]
Spans = Sequence[tuple[int, int]]


class Hits:
    """Finds them for all rows of a list.

    Args:
        query: the filter of the list.
    """

    def __init__(self, query: Query) -> None:
        looked_for: dict[Field, list[str]] = {}
        for term in _positive(query.terms, negated=False):
            looked_for.setdefault(term.field, []).append(str(term.value))
        words = looked_for.get(Field.WORD, [])
        self._from = [*looked_for.get(Field.FROM, ()), *words]
        self._subject = [*looked_for.get(Field.SUBJECT, ()), *words]
        self._to = looked_for.get(Field.TO, [])
        self._senders = frozenset(map(key, looked_for.get(Field.SENDER, ())))
        self._domains = frozenset(map(key, looked_for.get(Field.DOMAIN, ())))

    def of(self, summary: Summary | None) -> HitsView:
        """Those of one row."""
        if summary is None:
            return HitsView()
        sender, address = self._sender(summary.sender)
        return HitsView(
            sender=sender,
            subject=_pieces(summary.subject, found_at(summary.subject, self._subject)),
            address=address,
            to=self._recipient(summary.to),
        )

    def _sender(self, sender: Address | None) -> tuple[Pieces, Pieces]:
        if sender is None:
            return (), ()
        if not (sender.name and sender.email):
            shown = sender.name or sender.email
            return _pieces(shown, found_at(shown, self._from) or self._whole(shown)), ()
        named = _pieces(sender.name, found_at(sender.name, self._from))
        hidden = [one for one in self._from if not found_at(sender.name, [one])]
        found = found_at(sender.email, hidden) or self._whole(sender.email)
        return named, _pieces(sender.email, found)

    def _whole(self, address: str) -> Spans:
        """Of an address that is meant as a whole, or by its domain."""
        if key(address) in self._senders:
            return [(0, len(address))]
        _, at, domain = address.rpartition("@")
        if at and key(domain) in self._domains:
            return [(len(address) - len(domain), len(address))]
        return ()

    def _recipient(self, to: Sequence[Address]) -> Pieces:
        if not self._to:
            return ()
        texts = (text for one in to for text in (one.name, one.email))
        pieces = (_pieces(text, found_at(text, self._to)) for text in texts)
        return next(filter(None, pieces), ())


def _positive(conditions: Sequence[Condition], *, negated: bool) -> Iterator[Term]:
    """The terms that say what a message has, not what it must not have."""
    for one in conditions:
        turned = one.negated is not negated
        if isinstance(one, Group):
            yield from _positive(one.conditions, negated=turned)
        elif not turned:
            yield one


def _pieces(text: str, spans: Spans) -> Pieces:
    pieces: list[PieceView] = []
    behind = 0
    for start, end in spans:
        if start > behind:
            pieces.append(PieceView(text[behind:start]))
        pieces.append(PieceView(text[start:end], hit=True))
        behind = end
    if pieces and behind < len(text):
        pieces.append(PieceView(text[behind:]))
    return tuple(pieces)
