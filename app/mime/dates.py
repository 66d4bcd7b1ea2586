"""The Date header (RFC 5322, 3.3 and 4.3) and what mailers write in its place."""

import re
import unicodedata
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Final

from .words import decode_words

_MAX_OCTETS: Final = 256
_MAX_OFFSET: Final = timedelta(hours=24)
# Room on both sides, so that no later shift of the zone leaves what datetime can hold.
_YEARS: Final = range(1900, 9999)
_PIVOT: Final = 50  # RFC 5322, 4.3: 49 is 2049, 50 is 1950
_MONTHS_IN_A_YEAR: Final = 12

# The first letters of months, without accents, in the languages of programs that send them.
_MONTH_NAMES: Final = (
    "jan gen ene янв 1月 一月",
    "feb fev фев 2月 二月",
    "mar mrz mrt maa mae мар 3月 三月",
    "apr avr abr апр 4月 四月",
    "may mai mei maj mag май мая 5月 五月",
    "jun giu juin июн 6月 六月",
    "jul lug juil июл 7月 七月",
    "aug ago aou авг 8月 八月",
    "sep set сен 9月 九月",
    "oct okt ott out окт 10月 十月",
    "nov ноя 11月 十一月",
    "dec dez dic des дек 12月 十二月",
)
_MONTHS: Final = {
    name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()
}
# Of names that mean several zones the one that mail has most: British, Indian, US Central.
_HOURS: Final = {
    "NDT": -2.5, "NST": -3.5, "ADT": -3, "AST": -4, "EDT": -4, "EST": -5, "CDT": -5, "CST": -6,
    "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HDT": -9, "HST": -10,
    "BRT": -3, "BRST": -2, "ART": -3, "CLT": -4, "CLST": -3, "COT": -5, "PET": -5,
    "BST": 1, "IST": 5.5, "WET": 0, "WEST": 1, "CET": 1, "MET": 1, "MEZ": 1, "CEST": 2, "MEST": 2,
    "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "MSD": 4, "TRT": 3, "IDT": 3, "SAST": 2, "WAT": 1,
    "CAT": 2, "EAT": 3, "GST": 4, "PKT": 5, "NPT": 5.75, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8,
    "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13,
}  # fmt: skip

_CLOCK = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{1,2})(?:[:.](?P<second>\d{1,2}))?(?:[.,]\d{1,9})?"
    r"[ ]?(?P<half>[AaPp]\.?[Mm]\b\.?)?"
)
_ZONE = r"[ ]?(?P<zone>(?:[A-Za-z]{2,5}[ ]?)?[+-][ ]?(?:\d\d?:\d\d|\d{1,4})\b|[A-Za-z]{1,5}\b"
_WEEKDAY = r"(?:[^\s\d,]{1,24}(?:[ ]?,[ ]?|[ ]))?"
_AT = rf"(?:(?:T|[ ]?,?[ ]){_CLOCK}{_ZONE}|[01]\d[0-5]\d\b)?|(?=[T ,;]|\Z))"
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4,5})"
_MONTH = r"(?P<month>\d{0,2}[^\W\d_]{1,12})\.?"
_LATE_ZONE = r"(?:[ ](?P<late_zone>[+-]\d{4})\b)?"
_FORMS: Final = tuple(
    re.compile(_WEEKDAY + form)
    for form in (
        # Fri, 1 Mar 2024 10:00:00 +0100, with dashes and commas as they come
        rf"{_DAY}\.?[ -]?{_MONTH},?[ -]?(?P<year>\d{{2,5}}){_AT}",
        # 2024-03-01 10:00:00, 2024/03/01T10:00:00Z
        rf"{_YEAR}(?P<apart>[-/.])(?P<month>\d\d?)(?P=apart){_DAY}{_AT}",
        # Fri Mar 1 10:00:00 CET 2024, as ctime() and date(1) print it
        rf"{_MONTH}[ ]{_DAY},?[ ]{_CLOCK}{_ZONE})?[ ]{_YEAR}{_LATE_ZONE}",
        # March 1, 2024 10:00 AM
        rf"{_MONTH}[ ]{_DAY},?[ ]{_YEAR}{_AT}",
        # 29.06.2022 11:57
        rf"{_DAY}\.(?P<month>\d\d?)\.(?P<year>\d{{4}}|\d\d\b){_AT}",
        # 6/29/2022 11:57:13 AM, 29-06-2022
        rf"(?P<one>\d\d?)(?P<apart>[-/])(?P<two>\d\d?)(?P=apart)(?P<year>\d{{4}}|\d\d\b){_AT}",
    )
)


def parse_date(value: bytes) -> datetime | None:
    """The moment an unfolded Date header names, aware, in the zone it names; None if none.

    An unknown, missing or military zone counts as UTC (RFC 5322, 4.3), a missing time as
    midnight, and so does a clock that cannot be. Two digits of a year mean 1950 to 2049, three mean
    1900 and up (4.3). Of 6/29/2022 one number can only be the day; 6/7/2022 is None, since half the
    world means July. So are years outside 1900 to 9998 and a 31 June.
    """
    text = _without_comments(decode_words(value[:_MAX_OCTETS])).strip(" \"'")
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
    day, month = _day_and_month(found)
    if year not in _YEARS or month is None:
        return None
    zone = _zone(found["zone"] or found.get("late_zone") or "")
    try:
        date = datetime(year, month, day, tzinfo=zone)
        hour, minute, second = _clock(found)
        return date.replace(hour=hour, minute=minute, second=second)
    except ValueError:
        return None


def _day_and_month(found: dict[str, str | None]) -> tuple[int, int | None]:
    if found.get("one") is None:
        return int(found["day"] or 0), _month(found["month"] or "")
    one, two = int(found["one"] or 0), int(found["two"] or 0)
    if one > _MONTHS_IN_A_YEAR or one == two:
        return one, two
    return two, one if two > _MONTHS_IN_A_YEAR else None


def _clock(found: dict[str, str | None]) -> tuple[int, int, int]:
    """Hour, minute and second; midnight for a clock that cannot be."""
    hour, minute = int(found["hour"] or 0), int(found["minute"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower().startswith("p") else 0)
    second = min(int(found["second"] or 0), 59)  # 60 is a leap second
    try:
        time(hour, minute, second)
    except ValueError:
        return 0, 0, 0
    return hour, minute, second


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
    if word.isdigit():
        return int(word)
    letters = unicodedata.normalize("NFD", word.lower())
    name = "".join(char for char in letters if not unicodedata.combining(char)) or word
    found = (_MONTHS.get(start) for start in (word, name, name[:4], name[:3]))
    return next((number for number in found if number), None)


def _zone(word: str) -> timezone:
    digits = re.search(r"([+-]?)[ ]?(\d[\d:]*)$", word)
    if digits is None:
        return _offset(timedelta(hours=_HOURS.get(word.upper(), 0)))
    hours, _, minutes = digits[2].partition(":")
    if len(hours) > len("02"):  # 0200, and 200 for the same
        hours, minutes = hours[:-2], hours[-2:]
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return _offset(-offset if digits[1] == "-" else offset)


def _offset(offset: timedelta) -> timezone:
    return UTC if not offset or abs(offset) >= _MAX_OFFSET else timezone(offset)
