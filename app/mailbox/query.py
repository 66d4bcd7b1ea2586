r"""The filter language: `larger:5M older:90d from:news -subject:"your invoice"`.

A query is terms with white space between; all must hold, `-` in front negates one. A term is a
word or a "quoted phrase", found in sender or subject, or a field with a value:

    from: to: subject:      text, found anywhere in it
    sender: domain:         all of the sender's address (of the name, if it has none), or all that
                            follows its last @
    larger: smaller:        a size: 300, 300K, 5MB (decimal), 5MiB (binary); neither holds for equal
    larger:5M/ID            a cut among equals: of those of just that size, the ones up to this id
                            as well, in the order of ids
    older: newer:           an age: 90d, 4w, 3m (of 30 days), 1y (of 365)
    before: after:          a day, 2026-01-31: before it begins, after it ends, by the zone of
                            `now`; or a second, 2026-01-31T14:05:09Z
    month:                  2026-01, by the zone of `now`
    has:                    attachment (as far as the type tells), sender, domain, date; size:
                            whether the server tells it; header: whether it is known yet
    is:marked

Case and kinds of white space make no difference. Within quotes, `\` stands before `"` and `\`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from .errors import BadQuery, QueryFault

MAX_CHARACTERS: Final = 1000
MAX_TERMS: Final = 50

YEARS: Final = range(1900, 9999)
_MONTHS: Final = range(1, 13)
_MAX_DAYS: Final = 365_000
_FIELD: Final = re.compile(r"([^\W\d_]+):")
_QUOTED: Final = re.compile(r'((?:[^"\\]|\\.)*+)"', re.DOTALL)
_BARE: Final = re.compile(r"\S*")
_SPACE: Final = re.compile(r"\s*")
_ESCAPED: Final = re.compile(r'\\(["\\])')
_NEEDS_QUOTES: Final = re.compile(r'-|"|[^\W\d_]+:|.*\s', re.DOTALL)
_SIZE: Final = re.compile(r"(\d{1,18}(?:\.\d{1,3})?)(|B|KB?|MB?|GB?|KIB|MIB|GIB)", re.ASCII)
_AGE: Final = re.compile(r"(\d{1,6})([dwmy])", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECOND: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_CUT: Final = re.compile(r"([^/]*)/([\w-]{1,40})", re.ASCII)
_UNITS: Final = {"": 1, "B": 1, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30,
                 "K": 10**3, "M": 10**6, "G": 10**9}  # fmt: skip
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


_ONLY: Final = {
    Field.HAS: frozenset({"attachment", "date", "domain", "header", "sender", "size"}),
    Field.IS: frozenset({"marked"}),
}


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


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all hold; without terms every message matches. `str` gives it back."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    @property
    def fields(self) -> frozenset[Field]:
        """What it looks at."""
        return frozenset(term.field for term in self.terms)

    @property
    def matches_all(self) -> bool:
        """Whether it narrows nothing: it has no terms, or only empty words."""
        return all(term.value == "" and not term.negated for term in self.terms)

    def narrowed(self, terms: Iterable[Term]) -> "Query | None":
        """This and more; None where that would be too long to be read again."""
        query = Query((*self.terms, *terms))
        fits = len(query.terms) <= MAX_TERMS and len(str(query)) <= MAX_CHARACTERS
        return query if fits else None


def parse(text: str) -> Query:
    """The query that a text stands for.

    Raises:
        BadQuery: it makes no sense, and where.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadQuery(MAX_CHARACTERS, len(text) - MAX_CHARACTERS, "", QueryFault.TOO_LONG)
    terms: list[Term] = []
    at = _after(_SPACE, text, 0)
    while at < len(text):
        if len(terms) == MAX_TERMS:
            raise BadQuery(at, len(text) - at, "", QueryFault.TOO_LONG)
        term, at = _term(text, at)
        terms.append(term)
        at = _after(_SPACE, text, at)
    return Query(tuple(terms))


# Reading and writing


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()


def _term(text: str, start: int) -> tuple[Term, int]:
    negated = text.startswith("-", start)
    name_at = start + negated
    name = _FIELD.match(text, name_at)
    value_at = name_at if name is None else name.end()
    written, end = _value(text, value_at)
    try:
        field = Field("" if name is None else name[1].lower())
    except ValueError:
        raise _bad(text, name_at, value_at - 1, QueryFault.UNKNOWN_FIELD) from None
    if not written.strip():
        raise _bad(text, start, end, QueryFault.EMPTY)
    fault, read = _READERS[field]
    value = read(written)
    if value is None or (field in _ONLY and value not in _ONLY[field]):
        raise _bad(text, value_at, end, fault)
    return Term(field, value, negated), end


def _value(text: str, start: int) -> tuple[str, int]:
    """A word or what is quoted, and where it ends."""
    if not text.startswith('"', start):
        end = _after(_BARE, text, start)
        return text[start:end], end
    quoted = _QUOTED.match(text, start + 1)
    if quoted is None:
        raise _bad(text, start, len(text), QueryFault.OPEN_QUOTE)
    end = _after(_BARE, text, quoted.end())
    if end > quoted.end():
        raise _bad(text, quoted.end(), end, QueryFault.AFTER_QUOTE)
    return _ESCAPED.sub(r"\1", quoted[1]), end


def _bad(text: str, start: int, end: int, fault: QueryFault) -> BadQuery:
    return BadQuery(start, end - start, text[start:end], fault)


def _text(written: str) -> str:
    return " ".join(written.split())


def _size(written: str) -> int | None:
    found = _SIZE.fullmatch(written.upper())
    if found is None:
        return None
    unit = found[2] if found[2] in _UNITS else found[2].removesuffix("B")
    return int(Decimal(found[1]) * _UNITS[unit])


def _age(written: str) -> Age | None:
    found = _AGE.fullmatch(written.lower())
    if found is None:
        return None
    age = Age(int(found[1]), found[2])
    return age if age.days <= _MAX_DAYS else None


def _cut(written: str) -> int | Cut | None:
    found = _CUT.fullmatch(written)
    octets = _size(written if found is None else found[1])
    return octets if found is None or octets is None else Cut(octets, found[2])


def _day(written: str) -> date | None:
    written = written.upper()
    try:
        if _SECOND.fullmatch(written):
            return datetime.fromisoformat(written)
        day = date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        return None
    return day if day is not None and day.year in YEARS else None


def _month(written: str) -> str | None:
    found = _MONTH.fullmatch(written)
    return written if found is not None and int(found[2]) in _MONTHS else None


_READERS: Final[dict[Field, tuple[QueryFault, Callable[[str], Value | None]]]] = {
    **dict.fromkeys((Field.WORD, Field.FROM, Field.TO, Field.SUBJECT), (QueryFault.EMPTY, _text)),
    **dict.fromkeys((Field.SENDER, Field.DOMAIN), (QueryFault.EMPTY, _text)),
    Field.LARGER: (QueryFault.BAD_SIZE, _cut),
    Field.SMALLER: (QueryFault.BAD_SIZE, _size),
    **dict.fromkeys((Field.OLDER, Field.NEWER), (QueryFault.BAD_AGE, _age)),
    **dict.fromkeys((Field.BEFORE, Field.AFTER), (QueryFault.BAD_DAY, _day)),
    Field.MONTH: (QueryFault.BAD_MONTH, _month),
    **dict.fromkeys((Field.HAS, Field.IS), (QueryFault.UNKNOWN_VALUE, str.lower)),
}


def _written(value: Value) -> str:
    match value:
        case int():
            fits = (f"{value // size}{unit}" for unit, size in _SHOWN_UNITS if value % size == 0)
            return next(fits, str(value)) if value else "0"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case str():
            if not _NEEDS_QUOTES.match(value):
                return value
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
    return str(value)
