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
_HOURS_OF_A_CLOCK: Final = 12

# The first letters of months, without accents, in the languages of programs that send them.
_MONTH_NAMES: Final = (
    "jan gen ene ian янв січ ιαν oca sty led tam 1月 1월 一月",
    "feb fev фев лют φεβ sub lut uno hel 2月 2월 二月",
    "mar mrz mrt maa mae мар бер μαρ bre 3月 3월 三月",
    "apr avr abr апр кві квi απρ nis kwi dub huh 4月 4월 四月",
    "may mai mei maj mag май мая тра μαι kve tou 5月 5월 五月",
    "jun giu juin iun июн чер ιουν haz cze cvn cerven cervna kes 6月 6월 六月",
    "jul lug juil iul июл лип ιουλ tem lipca lipiec cvc cervenec cervence hei 7月 7월 七月",
    "aug ago aou авг сер αυγ agu sie srpna srpen elo 8月 8월 八月",
    "sep set szep сен вер σεπ eyl wrz zar syy 9月 9월 九月",
    "oct okt ott out окт жов οκτ eki paz rij lok 10月 10월 十月",
    "nov noi ноя лис νοε kas listopadu marr 11月 11월 十一月",
    "dec dez dic des дек гру δεκ ara gru pro jou 12月 12월 十二月",
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

# Of zones that are written out, as Windows and Java do: in winter.
_LONG_HOURS: Final = {
    "alaskan": -9, "alaska": -9, "arab": 3, "arabian": 4, "atlantic": -4, "aus eastern": 10,
    "central": -6, "central europe": 1, "central european": 1, "china": 8, "e. europe": 2,
    "e. south america": -3, "eastern": -5, "eastern european": 2, "egypt": 2, "fle": 2, "gmt": 0,
    "greenwich": 0, "gtb": 2, "hawaiian": -10, "india": 5.5, "israel": 2, "japan": 9,
    "jerusalem": 2, "korea": 9, "moscow": 3, "mountain": -7, "new zealand": 12, "pacific": -8,
    "romance": 1, "russian": 3, "se asia": 7, "singapore": 8, "south africa": 2, "taipei": 8,
    "tokyo": 9, "turkey": 3, "w. europe": 1, "western european": 0,
}  # fmt: skip
_LONG: Final = re.compile(r"(.+) (Standard|Daylight|Summer) Time")
_AFTERNOON: Final = frozenset({"오후", "下午", "午後", "晚上"})

_CLOCK = (
    r"(?:(?P<early>[AaPp][Mm]|오전|오후|上午|下午|晚上|午前|午後)[ ]?)?"
    r"(?P<hour>\d{1,2})(?::[ ]?|\.)(?P<minute>\d{1,2})(?:(?::[ ]?|\.)(?P<second>\d{1,2}))?"
    r"(?:[.,]\d{1,9})?[ ]?(?P<half>[AaPp]\.?[Mm]\b\.?)?"
)
_ZONE = (
    r"[ ]?(?P<zone>[A-Z][\w.]{0,9}(?:[ ][A-Z]\w{1,9}){0,2}[ ](?:Standard|Daylight|Summer)[ ]Time"
)
_ZONE += r"|(?:[A-Za-z]{2,5}[ ]?)?[+-]{1,2}[ ]?(?:\d\d?:\d\d|\d{1,4})\b|[A-Za-z]{1,5}\b"
_WEEKDAY = r"(?:[^\s\d,]{1,24}(?:[ ]?,[ ]?|[ ]))?"
_WEEKDAY_LATE = r"(?:[ ]?[^\W\d]{2,3}(?<=[日일期一二三四五六]))?"
_AT = rf"(?:(?:T|:|[ ]?,?[ ](?:at[ ])?){_CLOCK}{_ZONE}|[01]\d[0-5]\d\b)?|(?=[T ,;]|\Z))"
_DAY = r"(?P<day>\d{1,2}+)(?:(?:st|nd|rd|th)\b)?+"
_YEAR = r"(?P<year>\d{4,5})"
_MONTH = r"(?P<month>\d{0,2}[^\W\d_]{1,12})\.?"
_LATE_ZONE = r"(?:[ ](?P<late_zone>[+-]\d{4})\b)?"
_FORMS: Final = tuple(
    re.compile(_WEEKDAY + form)
    for form in (
        # Fri, 1 Mar 2024 10:00:00 +0100, with dashes and commas as they come
        rf"{_DAY}\.?[ /-]?(?:de[ ])?{_MONTH},?(?:[ ]de)?[ /-]?(?P<year>\d{{2,5}}){_AT}",
        # 2024-03-01 10:00:00, 2024/03/01T10:00:00Z
        rf"{_YEAR}(?P<apart>[-/.])(?P<month>\d\d?)(?P=apart){_DAY}{_AT}",
        # 2024年3月1日, 2024. 3. 1.
        (
            rf"{_YEAR}(?:[年년]|\.(?=[ ]))[ ]?(?P<month>\d\d?)[月월.][ ]?{_DAY}[日일.]"
            rf"{_WEEKDAY_LATE}(?:[ ]?{_CLOCK}{_ZONE})?)?"
        ),
        # 20240301T100000Z
        (
            r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
            rf"(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d){_ZONE})?)?(?!\d)"
        ),
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
    text = _without_comments(decode_words(value[:_MAX_OCTETS]).replace("\u2212", "-"))
    text = text.strip(" \"'").removeprefix("Date:").lstrip()
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
    half = found.get("half") or found.get("early")
    if half and hour <= _HOURS_OF_A_CLOCK:
        late = half in _AFTERNOON or half.lower().startswith("p")
        hour = hour % _HOURS_OF_A_CLOCK + (_HOURS_OF_A_CLOCK if late else 0)
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
    written = _LONG.fullmatch(word)
    if written is not None:
        hours_east = _LONG_HOURS.get(written[1].lower(), 0) + (written[2] != "Standard")
        return _offset(timedelta(hours=hours_east))
    if digits is None:
        return _offset(timedelta(hours=_HOURS.get(word.upper(), 0)))
    hours, _, minutes = digits[2].partition(":")
    if len(hours) > len("02"):  # 0200, and 200 for the same
        hours, minutes = hours[:-2], hours[-2:]
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return _offset(-offset if digits[1] == "-" else offset)


def _offset(offset: timedelta) -> timezone:
    return UTC if not offset or abs(offset) >= _MAX_OFFSET else timezone(offset)
