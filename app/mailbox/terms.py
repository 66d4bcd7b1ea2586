r"""What a filter is made of, and how it is written: `larger:5M from:bob or from:anna`.

It is written in one way, the same in every language, which reads as just that in each of them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Final

MAX_CHARACTERS: Final = 1000
MAX_TERMS: Final = 50

YEARS: Final = range(1900, 9999)
OR_WORDS: Final = frozenset({"o", "oder", "or", "ou", "u", "または", "もしくは"})
"""What stands for `or` in a language of the pages: as a word to look for, it is put in quotes."""


def fold_joiner(word: str) -> str:
    """A word as it is compared with those that join terms, `OR_WORDS` and a page's own."""
    return unicodedata.normalize("NFC", word.casefold())


NAME: Final = r"[^\W\d_][\u0300-\u036f]*(?:-?[^\W\d_][\u0300-\u036f]*)*"
MINUSES: Final = ("-", "\u2212", "\uff0d")
"""What negates: also the mathematical one, and the one of full width."""
QUOTES: Final = "\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d\uff02"
"""What telephones and languages write for `"`: any of them closes what any of them opened."""
_NEEDS_QUOTES: Final = re.compile(
    rf'[-\u2212\uff0d":\uff1a{QUOTES}]|{NAME}[:\uff1a]|.*[\s()\uff08\uff09]', re.DOTALL
)
_SHOWN_UNITS: Final = (("G", 10**9), ("M", 10**6), ("K", 10**3),
                       ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))  # fmt: skip
_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}


class Field(Enum):
    """What a term looks at."""

    WORD = ""
    FROM = "from"
    SENDER = "sender"
    DOMAIN = "domain"
    TO = "to"
    SUBJECT = "subject"
    LARGER = "larger"
    SMALLER = "smaller"
    OLDER = "older"
    NEWER = "newer"
    BEFORE = "before"
    AFTER = "after"
    MONTH = "month"
    HAS = "has"
    IS = "is"


@dataclass(frozen=True, slots=True)
class Age:
    """`90d`: an amount and `d`, `w`, `m` or `y`."""

    amount: int
    unit: str

    @property
    def days(self) -> int:
        """In days of 24 hours."""
        return self.amount * _DAYS[self.unit]

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True, slots=True)
class Cut:
    """`5M/ID`: more octets than that, or just as many and an id that does not come after this."""

    octets: int
    id: str

    def __str__(self) -> str:
        return f"{_written(self.octets)}/{self.id}"


Value = str | int | Age | Cut | date


@dataclass(frozen=True, slots=True)
class Term:
    """One condition.

    Attributes:
        field: what it looks at.
        value: of text, the text; of a size, octets; of a month, `2026-01`; of `has` and `is`, the
            word; a second is a datetime, in UTC.
        negated: whether it must not hold.
    """

    field: Field
    value: Value
    negated: bool = False

    def __str__(self) -> str:
        name = f"{self.field.value}:" if self.field is not Field.WORD else ""
        return f"{'-' * self.negated}{name}{_written(self.value)}"

    @property
    def leaves(self) -> Iterator["Term"]:
        """Itself."""
        yield self

    @property
    def matches_all(self) -> bool:
        """Whether it is an empty word."""
        return self.value == "" and not self.negated


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions taken together.

    Attributes:
        conditions: two or more, as `together` makes them.
        either: whether one of them is enough; else all must hold.
        negated: whether that must not be so.
    """

    conditions: "tuple[Condition, ...]"
    either: bool
    negated: bool = False

    def __str__(self) -> str:
        within = _joined(self.conditions, either=self.either)
        return f"{'-' * self.negated}({within})"

    @property
    def leaves(self) -> Iterator[Term]:
        """The terms in it."""
        for one in self.conditions:
            yield from one.leaves

    @property
    def matches_all(self) -> bool:
        """Whether it leaves out nothing."""
        enough = any if self.either else all
        return not self.negated and enough(one.matches_all for one in self.conditions)


Condition = Term | Group


def _joined(conditions: Iterable[Condition], *, either: bool) -> str:
    """Conditions beside each other; `or` binds them more closely than the space between them."""
    if either:
        return " or ".join(map(str, conditions))
    return " ".join(
        _joined(one.conditions, either=True)
        if isinstance(one, Group) and one.either and not one.negated
        else str(one)
        for one in conditions
    )


def contrary(one: Condition) -> Condition:
    """The contrary."""
    return replace(one, negated=not one.negated)


def together(conditions: Iterable[Condition], *, either: bool) -> Condition:
    """One condition for one or more; a group of the same kind is taken apart."""
    flat: list[Condition] = []
    for one in conditions:
        same = isinstance(one, Group) and one.either is either and not one.negated
        flat += one.conditions if isinstance(one, Group) and same else (one,)
    return flat[0] if len(flat) == 1 else Group(tuple(flat), either)


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions that must all hold; without any, every message matches. `str` gives it back."""

    terms: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        return _joined(self.terms, either=False)

    @property
    def leaves(self) -> tuple[Term, ...]:
        """The terms in it, wherever they stand."""
        return tuple(term for one in self.terms for term in one.leaves)

    @property
    def fields(self) -> frozenset[Field]:
        """What it looks at."""
        return frozenset(term.field for term in self.leaves)

    @property
    def matches_all(self) -> bool:
        """Whether it narrows nothing: it has no terms, or only empty words."""
        return all(one.matches_all for one in self.terms)

    def narrowed(self, terms: Iterable[Condition]) -> "Query | None":
        """This and more; None where that would be too long to be read again."""
        query = Query((*self.terms, *terms))
        fits = len(query.leaves) <= MAX_TERMS and len(str(query)) <= MAX_CHARACTERS
        return query if fits else None


def _written(value: Value) -> str:
    match value:
        case int():
            fits = (f"{value // size}{unit}" for unit, size in _SHOWN_UNITS if value % size == 0)
            return next(fits, f"{value}B") if value else "0B"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case str():
            if not _NEEDS_QUOTES.match(value) and fold_joiner(value) not in OR_WORDS:
                return value
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
    return str(value)
