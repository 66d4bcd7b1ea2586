"""Whether a message is one of those that a query means.

A message whose header is not known yet, or that has no date to compare, is neither a match nor
none: it is undecided, and stays so when negated.

Attachments are judged by the top-level type, all that a header tells: multipart/mixed and types
that are no text, such as application/pdf, have one; text and multipart/alternative have none
(some mailers hide one in there); multipart/related, signed and encrypted messages are undecided.
"""

import unicodedata
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final

from app.mime import Address, Summary

from .models import Message, MessageId
from .query import Age, Field, Query, Term

_NO_ATTACHMENT: Final = frozenset({"multipart/alternative"})
_ATTACHED: Final = frozenset({"application", "audio", "font", "image", "model", "video"})
_WHOLE_MESSAGE: Final = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp",
     "application/pgp-encrypted", "application/ms-tnef"}
)  # fmt: skip


class Match(Enum):
    """Whether a message is one of those meant."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Selection:
    """The messages that match, and those of which it cannot be told, each in the order given."""

    matched: tuple[Message, ...]
    undecided: tuple[Message, ...]


def matches(query: Query, message: Message, marked: bool, now: datetime) -> Match:
    """Whether a message matches.

    Args:
        query: what is asked.
        message: what is asked about.
        marked: whether it is marked for deletion.
        now: from when ages count, aware.
    """
    return _Decider(query, now).decide(message, marked=marked)


def select(
    query: Query, messages: Iterable[Message], marks: Container[MessageId], now: datetime
) -> Selection:
    """Which of `messages` match; `marks` are the ids marked for deletion, `now` is aware."""
    decider = _Decider(query, now)
    found: dict[Match, list[Message]] = {match: [] for match in Match}
    for message in messages:
        found[decider.decide(message, marked=message.id in marks)].append(message)
    return Selection(tuple(found[Match.YES]), tuple(found[Match.UNDECIDED]))


_Check = Callable[[Summary], bool | None]  # None where the header does not tell


class _Decider:
    """A query made ready for many messages: what needs no header is asked first."""

    def __init__(self, query: Query, now: datetime) -> None:
        self._quick: list[tuple[Callable[[Message, bool], bool], bool]] = []
        self._checks: list[tuple[_Check, bool]] = []
        for term in query.terms:
            quick = _quick(term)
            if quick is not None:
                self._quick.append((quick, term.negated))
            else:
                self._checks.append((_check(term, now), term.negated))

    def decide(self, message: Message, *, marked: bool) -> Match:
        for quick, negated in self._quick:
            if quick(message, marked) is negated:
                return Match.NO
        if not self._checks:
            return Match.YES
        summary = message.summary
        if summary is None:
            return Match.UNDECIDED
        match = Match.YES
        for check, negated in self._checks:
            holds = check(summary)
            if holds is negated:
                return Match.NO
            if holds is None:
                match = Match.UNDECIDED
        return match


def _quick(term: Term) -> Callable[[Message, bool], bool] | None:
    match term:
        case Term(Field.LARGER, int(octets)):
            return lambda message, _: message.octets > octets
        case Term(Field.SMALLER, int(octets)):
            return lambda message, _: message.octets < octets
        case Term(Field.IS):
            return lambda _, marked: marked
    return None


def _check(term: Term, now: datetime) -> _Check:
    match term:
        case Term(Field.OLDER, Age() as age):
            return _earlier_than(now - timedelta(days=age.days))
        case Term(Field.NEWER, Age() as age):
            return _not(_earlier_than(now - timedelta(days=age.days)))
        case Term(Field.BEFORE, date() as day):
            return _earlier_than(_midnight(day))
        case Term(Field.AFTER, date() as day):
            return _not(_earlier_than(_midnight(day + timedelta(days=1))))
        case Term(Field.HAS):
            return _has_attachment
    needle = _folded(str(term.value))
    places = _PLACES[term.field]
    return lambda summary: any(needle in _folded(text) for text in places(summary))


def _earlier_than(moment: datetime) -> _Check:
    return lambda summary: None if summary.date is None else summary.date < moment


def _not(check: _Check) -> _Check:
    def turned(summary: Summary) -> bool | None:
        holds = check(summary)
        return None if holds is None else not holds

    return turned


def _midnight(day: date) -> datetime:
    """When a day begins in this machine's time zone."""
    return datetime.combine(day, time.min).astimezone()


def _has_attachment(summary: Summary) -> bool | None:
    kind = summary.content_type
    top = kind.partition("/")[0]
    if kind == "multipart/mixed" or (top in _ATTACHED and kind not in _WHOLE_MESSAGE):
        return True
    return False if top == "text" or kind in _NO_ATTACHMENT else None


def _folded(text: str) -> str:
    text = " ".join(text.casefold().split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _names(addresses: Iterable[Address]) -> list[str]:
    return [text for address in addresses for text in (address.name, address.email)]


def _sender(summary: Summary) -> list[str]:
    return [] if summary.sender is None else _names((summary.sender,))


_PLACES: Final[dict[Field, Callable[[Summary], list[str]]]] = {
    Field.WORD: lambda summary: [*_sender(summary), summary.subject],
    Field.FROM: _sender,
    Field.TO: lambda summary: _names(summary.to),
    Field.SUBJECT: lambda summary: [summary.subject],
}
