"""The Date header (RFC 5322, 3.3 and 4.3) and what mailers write in its place."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_MAX_OCTETS: Final = 256
_MAX_OFFSET: Final = timedelta(hours=24)
# Room on both sides, so that no later shift of the zone leaves what datetime can hold.
_YEARS: Final = range(1900, 9999)
_PIVOT: Final = 50  # RFC 5322, 4.3: 49 is 2049, 50 is 1950

_MONTH_NAMES: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES.split(), start=1)}
_HOURS: Final = {
    "EDT": -4, "EST": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8,
    "AKDT": -8, "AKST": -9, "HST": -10,
    "WET": 0, "WEST": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip

_CLOCK = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{1,2})(?:[:.](?P<second>\d{1,2}))?(?:[.,]\d{1,9})?"
    r"[ ]?(?P<half>[AaPp][Mm]\b)?"
)
_ZONE = r"[ ]?(?P<zone>(?:GMT|UTC|UT)?[ ]?[+-]\d\d:?\d\d\b|(?:GMT|UTC)[+-]\d\d?\b|[A-Za-z]{1,5}\b)?"
_WEEKDAY = r"(?:[^\s\d,]{1,24}(?:,[ ]?|[ ]))?"
_AT = rf"(?:(?:T|,?[ ]){_CLOCK}{_ZONE}|(?=[T ,;]|\Z))"
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4,5})"
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_LATE_ZONE = r"(?:[ ](?P<late_zone>[+-]\d{4})\b)?"
_FORMS: Final = tuple(
    re.compile(_WEEKDAY + form)
    for form in (
        # Fri, 1 Mar 2024 10:00:00 +0100, with dashes and commas as they come
        rf"{_DAY}[ -]?{_MONTH},?[ -]?(?P<year>\d{{2,5}}){_AT}",
        # 2024-03-01 10:00:00, 2024/03/01T10:00:00Z
        rf"{_YEAR}[-/](?P<month>\d\d?)[-/]{_DAY}{_AT}",
        # Fri Mar 1 10:00:00 CET 2024, as ctime() and date(1) print it
        rf"{_MONTH}[ ]{_DAY},?[ ]{_CLOCK}{_ZONE}[ ]{_YEAR}{_LATE_ZONE}",
        # March 1, 2024 10:00 AM
        rf"{_MONTH}[ ]{_DAY},?[ ]{_YEAR}{_AT}",
    )
)


def parse_date(value: bytes) -> datetime | None:
    """The moment an unfolded Date header names, aware, in the zone it names; None if none.

    An unknown, missing or military zone counts as UTC (RFC 5322, 4.3), a missing time as
    midnight. Two digits of a year mean 1950 to 2049, three mean 1900 and up (4.3). Years outside
    1900 to 9998, a 31 June and month names in other languages are None.
    """
    text = _without_comments(value[:_MAX_OCTETS].decode("ascii", "replace"))
    for form in _FORMS:
        match = form.match(text)
        if match is not None:
            return _moment(match.groupdict())
    return None


def _without_comments(text: str) -> str:
    kept: list[str] = []
    depth = 0
    for piece in re.split(r"([()])", text):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(piece)
    return " ".join(" ".join(kept).split())


def _moment(found: dict[str, str | None]) -> datetime | None:
    year = _year(found["year"] or "")
    month = _month(found["month"] or "")
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    if year not in _YEARS or month is None:
        return None
    try:
        return datetime(
            year,
            month,
            int(found["day"] or 0),
            hour,
            int(found["minute"] or 0),
            min(int(found["second"] or 0), 59),  # 60 is a leap second
            tzinfo=_zone(found["zone"] or found.get("late_zone") or ""),
        )
    except ValueError:
        return None


def _year(digits: str) -> int:
    year = int(digits)
    match len(digits):
        case 2:
            return year + (2000 if year < _PIVOT else 1900)
        case 3:
            return year + 1900
        case _:
            return year


def _month(word: str) -> int | None:
    return int(word) if word.isdigit() else _MONTHS.get(word[:3].lower())


def _zone(word: str) -> timezone:
    digits = re.search(r"([+-])(\d\d?):?(\d\d)?$", word)
    if digits is None:
        return _hours(_HOURS.get(word.upper(), 0))
    sign = -1 if digits[1] == "-" else 1
    offset = sign * timedelta(hours=int(digits[2]), minutes=int(digits[3] or 0))
    if not offset or abs(offset) >= _MAX_OFFSET:
        return UTC
    return timezone(offset)


def _hours(hours: int) -> timezone:
    return timezone(timedelta(hours=hours)) if hours else UTC
