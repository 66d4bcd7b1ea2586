r"""The filter language: `larger:5M older:90d from:bob or from:anna -subject:"your invoice"`.

A query is terms with white space between; all must hold, `-` in front negates one. `or` between two
makes one of them enough, and binds more closely than white space: `a b or c` is a, and b or c.
Parentheses, where there is more than a word in them, make one term of several. A term is a word or
a "quoted phrase", found in sender or subject, or a field with a value:

    from: to: subject:      text, found anywhere in it
    sender: domain:         all of the sender's address (of the name, if it has none), or all that
                            follows its last @
    larger: smaller:        a size: 300, 300K, 5 MB (decimal), 5MiB (binary); neither holds for
                            equal
    larger:5M/ID            a cut among equals: of those of just that size, the ones up to this id
                            as well, in the order of ids
    older: newer:           an age: 90d, 4 weeks, 3m (of 30 days), 1y (of 365)
    before: after:          a day, 2026-01-31: before it begins, after it ends, by the zone of
                            `now`; or a second, 2026-01-31T14:05:09Z
    month:                  2026-01 or March 2026, by the zone of `now`
    has:                    attachment (as far as the type tells), sender, domain, date; size:
                            whether the server tells it; header: whether it is known yet
    is:marked

Case and kinds of white space make no difference. Within quotes, `\` stands before `"` and `\`.
Typographic quotes and parentheses of full width do as those of ASCII.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from .errors import BadQuery, QueryFault
from .terms import (
    MAX_CHARACTERS,
    MAX_TERMS,
    MINUSES,
    NAME,
    QUOTES,
    YEARS,
    Age,
    Condition,
    Cut,
    Field,
    Group,
    Query,
    Term,
    Value,
    contrary,
    fold_joiner,
    together,
)
from .vocabulary import ENGLISH, Vocabulary, plain

MAX_DEPTH: Final = 8  # of parentheses
_MONTHS: Final = range(1, 13)
_MAX_DAYS: Final = 365_000
_FIELD: Final = re.compile(rf"({NAME})(\s?)[:\N{{FULLWIDTH COLON}}]")
_QUOTED: Final = re.compile(
    rf"""(?:"((?:[^"\\]|\\.)*+)"|[{QUOTES}]((?:[^{QUOTES}\\]|\\.)*+)[{QUOTES}])""", re.DOTALL
)
_BARE: Final = re.compile(r"\S*")
_SPACE: Final = re.compile(r"\s*")
_ESCAPED: Final = re.compile(rf'\\(["{QUOTES}\\])')
_OPEN: Final = ("(", "\uff08")
_CLOSE: Final = (")", "\uff09")
_NESTS: Final = {**dict.fromkeys(_OPEN, 1), **dict.fromkeys(_CLOSE, -1)}
_BRACKETS: Final = "()\uff08\uff09"
# In Japanese, what is in brackets stands before a name without a space.
_WORD_IN_BRACKETS: Final = re.compile(
    rf'\([^\s{_BRACKETS}:"]*\)(?=[\s)\uff09]|$)|\uff08[^\s{_BRACKETS}:\uff1a"{QUOTES}]*\uff09'
)
_THREE: Final = "[0-9]{3}"
_WHOLE: Final = (
    rf"[0-9]{{1,3}}(?:(?:[ \u00a0\u202f\u2009'\u2019]{_THREE})+"
    rf"|(?:\.{_THREE}){{2,}}|(?:,{_THREE}){{2,}})"
    r"|[0-9]{1,18}"
)
_SIZE: Final = re.compile(rf"({_WHOLE})(?:[.,]([0-9]{{1,3}}))?\s*([^\W\d_]*)\.?")
_TWO_WAYS: Final = re.compile(r"[1-9]\d{0,2}[.,]\d{3}(?![\d.,])", re.ASCII)  # 1,500
_RANGE: Final = re.compile(r"\d\s*[^\W\d_]*\s*(?:-|\u2013|\.\.|\u2026|~|\u301c)\s*\d")
_TO_ANOTHER: Final = re.compile(r"\s+[-\u2013~\u301c]\s+\d\S*")
_AGE: Final = re.compile(r"([0-9]{1,6})\s*([^\W\d_]+)\.?")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECOND: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_BETWEEN: Final = re.compile(r"[\s./-]+(?:de\s+)?|\u5e74")
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_CUT: Final = re.compile(r"([^/]*)/([\w-]{1,40})", re.ASCII)
_FIGURES: Final = frozenset("0123456789")
_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_ONLY: Final = {
    Field.HAS: frozenset({"attachment", "date", "domain", "header", "sender", "size"}),
    Field.IS: frozenset({"marked"}),
}
_TEXTS: Final = frozenset(
    {Field.WORD, Field.FROM, Field.TO, Field.SUBJECT, Field.SENDER, Field.DOMAIN}
)
_RANGED: Final = frozenset({QueryFault.BAD_SIZE, QueryFault.BAD_AGE})
_SIZED: Final = frozenset({Field.LARGER, Field.SMALLER})
_PARTED: Final = {Field.LARGER: 4, Field.SMALLER: 4, Field.OLDER: 2, Field.NEWER: 2, Field.MONTH: 3}


@dataclass(frozen=True, slots=True)
class Assumed:
    """A size that was typed without a unit; `place` and `length` in characters."""

    place: int
    length: int
    octets: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as, and what was taken for octets in it."""

    query: Query
    assumed: tuple[Assumed, ...] = ()


def read(text: str, words: Vocabulary = ENGLISH) -> Reading:
    """The query that a text stands for.

    Args:
        text: as it was typed.
        words: the words that it may use.

    Raises:
        BadQuery: it makes no sense, and where.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadQuery(MAX_CHARACTERS, len(text) - MAX_CHARACTERS, "", QueryFault.TOO_LONG)
    reader = _Reader(text, words)
    query = Query(tuple(reader.conditions()))
    return Reading(query, tuple(reader.assumed))


def parse(text: str, words: Vocabulary = ENGLISH) -> Query:
    """The query that a text stands for.

    Raises:
        BadQuery: it makes no sense, and where.
    """
    return read(text, words).query


class _Reader:
    """Goes through a text once."""

    def __init__(self, text: str, words: Vocabulary) -> None:
        self._text = text
        self._words = words
        self._at = 0
        self._depth = 0
        self._terms = 0
        self.assumed: list[Assumed] = []

    def conditions(self) -> list[Condition]:
        """The conditions up to the end of the text, or of the parentheses."""
        found: list[Condition] = []
        while self._more():
            options = [self._condition()]
            while (place := self._either()) is not None:
                self._at = place[1]
                if not self._more() or self._either() is not None:
                    raise self._bad(*place, QueryFault.LONE_OR)
                options.append(self._condition())
            one = together(options, either=True)
            whole = isinstance(one, Group) and not (one.either or one.negated)
            found += one.conditions if isinstance(one, Group) and whole else (one,)
        return found

    def _more(self) -> bool:
        """Whether something follows here."""
        self._at = self._after(_SPACE, self._at)
        closes = self._depth and self._text.startswith(_CLOSE, self._at)
        return self._at < len(self._text) and not closes

    def _either(self) -> tuple[int, int] | None:
        """Where an `or` that follows begins and ends."""
        at = self._after(_SPACE, self._at)
        end = self._bare_end(at)
        return (at, end) if fold_joiner(self._text[at:end]) in self._words.either else None

    def _condition(self) -> Condition:
        start = self._at
        if self._terms == MAX_TERMS:
            raise self._bad(start, len(self._text), QueryFault.TOO_LONG, shown=False)
        alone = self._either()
        if alone is not None:
            raise self._bad(*alone, QueryFault.LONE_OR)
        no = self._text.startswith(MINUSES, start)
        at = start + no
        if self._text.startswith(_OPEN, at) and not _WORD_IN_BRACKETS.match(self._text, at):
            one = self._group(at)
            return contrary(one) if no else one
        self._terms += 1
        return self._term(at, start, no=no)

    def _group(self, start: int) -> Condition:
        if self._depth == MAX_DEPTH:
            raise self._bad(start, start + 1, QueryFault.TOO_DEEP)
        self._at = start + 1
        self._depth += 1
        found = self.conditions()
        if not self._text.startswith(_CLOSE, self._at):
            raise self._bad(start, len(self._text), QueryFault.OPEN_BRACKET)
        self._at += 1
        self._depth -= 1
        if not found:
            raise self._bad(start, self._at, QueryFault.EMPTY)
        self._must_end(QueryFault.AFTER_BRACKET)
        return together(found, either=False)

    def _field(self, at: int) -> tuple[Field, int]:
        """What a term looks at, and where its value begins."""
        name = _FIELD.match(self._text, at)
        field = self._words.fields.get(plain(name[1])) if name is not None else None
        if name is None or (field is None and ("-" in name[1] or name[2] or name[0][-1] != ":")):
            return Field.WORD, at
        if field is None:
            raise self._bad(at, name.end() - 1, QueryFault.UNKNOWN_FIELD)
        behind = self._after(_SPACE, name.end())
        figure = self._text[behind : behind + 1].translate(_NARROW) in _FIGURES
        apart = name[2] or (figure and field not in _TEXTS)  # as in French: « de : bob »
        return field, behind if apart else name.end()

    def _term(self, at: int, start: int, *, no: bool) -> Term:
        field, value_at = self._field(at)
        fault, read_it = _READERS[field]
        empty = True
        for written, end in self._values(value_at, _PARTED.get(field, 1)):
            self._at = end
            if not written.strip():
                break
            empty = False
            value = read_it(written, self._words)
            if value is not None and (field not in _ONLY or value in _ONLY[field]):
                self._note(field, value, written, value_at)
                further = _TO_ANOTHER.match(self._text, end)
                if further is not None and fault in _RANGED:
                    raise self._bad(value_at, further.end(), QueryFault.RANGE)
                return Term(field, value, no)
        if empty:
            raise self._bad(start, self._at, QueryFault.EMPTY)
        fault, end = self._fault_of(fault, value_at)
        raise self._bad(value_at, end, fault)

    def _note(self, field: Field, value: Value, written: str, at: int) -> None:
        size = written.partition("/")[0]  # `larger:1/2 MB` may have meant half a megabyte
        bare = not any(map(str.isalpha, size))
        some = any(int(one) for one in size if one.isdecimal())  # also in 0.5, which comes to 0
        if field in _SIZED and bare and some:
            octets = value.octets if isinstance(value, Cut) else int(str(value))
            self.assumed.append(Assumed(at, self._at - at, octets))

    def _fault_of(self, fault: QueryFault, at: int) -> tuple[QueryFault, int]:
        """What just is wrong with a value, and where it ends."""
        end = self._at
        if fault in _RANGED:
            for written, until in self._values(at, 3):
                if _RANGE.search(written):
                    return QueryFault.RANGE, until
        if fault is QueryFault.BAD_SIZE and _TWO_WAYS.match(self._text, at):
            return QueryFault.TWO_WAYS, end
        return fault, end

    def _values(self, start: int, parts: int) -> Iterator[tuple[str, int]]:
        """What is quoted, or up to so many words, and where they end; the most words first."""
        text = self._text
        if text.startswith(('"', *QUOTES), start):
            quoted = _QUOTED.match(text, start)
            if quoted is None:
                raise self._bad(start, len(text), QueryFault.OPEN_QUOTE)
            self._at = quoted.end()
            self._must_end(QueryFault.AFTER_QUOTE)
            yield _ESCAPED.sub(r"\1", quoted[1] or quoted[2] or ""), quoted.end()
            return
        ends = [self._bare_end(start)]
        while len(ends) < parts and ends[-1] > start:
            at = self._after(_SPACE, ends[-1])
            ends.append(self._bare_end(at))
        for end in reversed(ends):
            yield text[start:end], end

    def _must_end(self, fault: QueryFault) -> None:
        end = self._bare_end(self._at)
        if end > self._at:
            raise self._bad(self._at, end, fault)

    def _bare_end(self, start: int) -> int:
        """Where a word ends: at white space, or at a parenthesis that is not its own."""
        end = self._after(_BARE, start)
        if not self._depth:
            return end
        own = 0
        for at in range(start, end):
            own += _NESTS.get(self._text[at], 0)
            if own < 0:
                return at
        return end

    def _after(self, pattern: re.Pattern[str], at: int) -> int:
        found = pattern.match(self._text, at)
        return at if found is None else found.end()

    def _bad(self, start: int, end: int, fault: QueryFault, *, shown: bool = True) -> BadQuery:
        return BadQuery(start, end - start, self._text[start:end] if shown else "", fault)


# Values


def _text(written: str, words: Vocabulary) -> str:  # noqa: ARG001 -- as the other readers
    return " ".join(written.split())


def _size(written: str, words: Vocabulary) -> int | None:
    written = written.translate(_NARROW)
    found = _SIZE.fullmatch(written)
    if found is None or _TWO_WAYS.match(written) or (" " in found[1] and not found[3]):
        return None  # without a unit, `5 500` may be a size and a word
    unit = words.sizes.get(plain(found[3])) if found[3] else 1
    if unit is None:
        return None
    whole = "".join(filter(str.isdigit, found[1]))
    return int(Decimal(f"{whole}.{found[2] or 0}") * unit)


def _age(written: str, words: Vocabulary) -> Age | None:
    found = _AGE.fullmatch(written.translate(_NARROW))
    unit = words.ages.get(plain(found[2])) if found is not None else None
    if found is None or unit is None:
        return None
    age = Age(int(found[1]), unit)
    return age if age.days <= _MAX_DAYS else None


def _cut(written: str, words: Vocabulary) -> int | Cut | None:
    found = _CUT.fullmatch(written)
    octets = _size(written if found is None else found[1], words)
    return octets if found is None or octets is None else Cut(octets, found[2])


def _day(written: str, words: Vocabulary) -> date | None:  # noqa: ARG001 -- as the other readers
    written = written.translate(_NARROW).upper()
    try:
        if _SECOND.fullmatch(written):
            return datetime.fromisoformat(written)
        day = date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        return None
    return day if day is not None and day.year in YEARS else None


def _month(written: str, words: Vocabulary) -> str | None:
    written = written.translate(_NARROW)
    found = _MONTH.fullmatch(written)
    if found is not None:
        return written if int(found[2]) in _MONTHS else None
    names = [plain(one) for one in _BETWEEN.split(written) if one]
    years = [one for one in names if _YEAR.fullmatch(one)]
    months = [words.months[one] for one in names if one in words.months]
    if (len(years), len(months), len(names)) != (1, 1, 2):
        return None
    return f"{years[0]}-{months[0]:02}"


def _flag(written: str, words: Vocabulary) -> str | None:
    return words.values.get(plain(written))


_READERS: Final[dict[Field, tuple[QueryFault, Callable[[str, Vocabulary], Value | None]]]] = {
    **dict.fromkeys(_TEXTS, (QueryFault.EMPTY, _text)),
    Field.LARGER: (QueryFault.BAD_SIZE, _cut),
    Field.SMALLER: (QueryFault.BAD_SIZE, _size),
    **dict.fromkeys((Field.OLDER, Field.NEWER), (QueryFault.BAD_AGE, _age)),
    **dict.fromkeys((Field.BEFORE, Field.AFTER), (QueryFault.BAD_DAY, _day)),
    Field.MONTH: (QueryFault.BAD_MONTH, _month),
    **dict.fromkeys((Field.HAS, Field.IS), (QueryFault.UNKNOWN_VALUE, _flag)),
}
