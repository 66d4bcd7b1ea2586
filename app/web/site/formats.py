"""Numbers, sizes and dates as the person who asks writes them, by Unicode's CLDR.

Sizes alone have units of our own: `KB` as people and providers write it (CLDR: `kB`, `byte`), in
French `Ko`; the French octet is the international one, so `o` stands for octets there.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from math import ceil
from typing import Final

from babel import Locale
from babel.dates import (
    DateTimePattern,
    format_timedelta,
    get_datetime_format,
    get_time_format,
    parse_pattern,
)
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from .words import _

DEFAULT: Final = Locale("en", "GB")
# Of the answer under way; where no zone is set, this machine's own holds.
locale: ContextVar[Locale] = ContextVar("locale", default=DEFAULT)
zone: ContextVar[tzinfo | None] = ContextVar("zone", default=None)
_STEP: Final = 1000  # sizes are decimal, as providers count quotas
_UNITS: Final = ("B", "KB", "MB", "GB", "TB")
_FRENCH_UNITS: Final = ("o", "Ko", "Mo", "Go", "To")
_SHORT: Final = 10  # below this, KB get a decimal
_ROUNDS_UP: Final = (0.0, 0.5, 0.05)  # so much below a step, B, KB and the rest would show as 1000
_GAPS: Final = {"en": " ", "fr": "\N{NARROW NO-BREAK SPACE}"}  # between a figure and its unit
_GAP: Final = "\N{NO-BREAK SPACE}"


def number(value: int) -> str:
    """`1,284`."""
    return format_decimal(value, locale=locale.get())


def seconds_until(when: datetime) -> int:
    """Whole seconds, at least 0."""
    return max(0, ceil((when - datetime.now(UTC)).total_seconds()))


def listed(words: Iterable[str]) -> str:
    """`PLAIN, LOGIN`."""
    return format_list(list(words), style="unit", locale=locale.get())


def size(octets: int | None, unsized: int = 0) -> str:
    """`740 B`, `6.3 KB`, `312 KB`, `61.2 MB`: decimal units.

    Args:
        octets: how much; None where a message's size is not known.
        unsized: how many such messages are in a sum: it is a least then.
    """
    if octets is None or (unsized and not octets):
        return _("size not known")
    if unsized:
        return _("at least %(size)s", size=size(octets))
    where = locale.get()
    value = float(max(octets, 0))
    unit = 0
    while value >= _STEP - _ROUNDS_UP[min(unit, 2)] and unit < len(_UNITS) - 1:
        value /= _STEP
        unit += 1
    digits = "0.0" if unit > 1 or (unit == 1 and value < _SHORT) else "0"
    return figure(_decimal(value, digits, where), unit)


def figure(written: str, power: int) -> str:
    """A figure as it is written, with the unit of so many steps: `5 MB` for 2."""
    language = locale.get().language
    units = _FRENCH_UNITS if language == "fr" else _UNITS
    return f"{written}{_GAPS.get(language, _GAP)}{units[power]}"


@lru_cache(8192)
def _decimal(value: float, digits: str, where: Locale) -> str:
    return format_decimal(value, digits, locale=where)


def percent(part: float, whole: float) -> float:
    """A share from 0 to 100, with two decimals, for geometry."""
    return round(min(max(100 * part / whole, 0.0), 100.0), 2) if whole > 0 else 0.0


def share(part: float, whole: float) -> str:
    """`61%`."""
    return format_percent(round(percent(part, whole)) / 100, locale=locale.get())


def local(moment: datetime) -> datetime:
    """The moment in the person's time zone; UTC where that goes out of range."""
    try:
        return moment.astimezone(zone.get())
    except (OverflowError, ValueError, OSError):
        return moment.replace(tzinfo=UTC)


def now() -> datetime:
    """This moment in the person's time zone."""
    return local(datetime.now(UTC))


def own_zone() -> tzinfo:
    """The person's time zone, as `now` has it."""
    return now().tzinfo or UTC


@lru_cache(512)
def _pattern(where: Locale, skeleton: str, time: str) -> DateTimePattern:
    """CLDR's pattern for the fields of a skeleton, and with `time` the time behind it."""
    days = str(where.datetime_skeletons[skeleton])
    if not time:
        return parse_pattern(days)
    joined = str(get_datetime_format("medium", where))
    clock = str(get_time_format(time, where))  # type: ignore[arg-type]
    return parse_pattern(joined.replace("{1}", days).replace("{0}", clock))


def _shown(moment: date, skeleton: str, time: str = "") -> str:
    if isinstance(moment, datetime):
        moment = moment.replace(tzinfo=None)  # else the same moment elsewhere would be the same
    return _written(moment, skeleton, time, locale.get())


@lru_cache(8192)
def _written(moment: date, skeleton: str, time: str, where: Locale) -> str:
    """Kept, for a list is looked at page by page and again."""
    return _pattern(where, skeleton, time).apply(moment, where)


def day(moment: datetime, now: datetime | None = None) -> str:
    """`3 Mar` this year, `3 Mar 2024` in others."""
    moment, today = local(moment), local(now) if now else datetime.now(zone.get())
    return _shown(moment, "MMMd" if moment.year == today.year else "yMMMd")


def when(moment: datetime) -> str:
    """`Wed, 11 Nov 2026, 09:12`."""
    return _shown(local(moment), "yMMMEd", "short")


def when_floating(moment: datetime) -> str:
    """The same of a time without a zone, by whatever clock is there."""
    return _shown(moment, "yMMMEd", "short")


def date_only(day: date) -> str:
    """`Wed, 11 Nov 2026`."""
    return _shown(day, "yMMMEd")


def clock(moment: datetime) -> str:
    """`10:41:07`."""
    where = locale.get()
    pattern = parse_pattern(str(get_time_format("medium", where)))
    return pattern.apply(local(moment), where)


def when_exactly(moment: datetime) -> str:
    """`23 Nov 2026, 10:41:07`."""
    return _shown(local(moment), "yMMMd", "medium")


def offset(moment: datetime) -> str:
    """`UTC+01:00`: how far from UTC the clock is by which the moment is written."""
    return f"UTC{local(moment).isoformat()[-6:]}"


def span(seconds: float) -> str:
    """`30 minutes`, `12 hours`: a length of time in its largest fitting unit."""
    return format_timedelta(timedelta(seconds=seconds), threshold=1, locale=locale.get())


def month(day: date) -> str:
    """`March 2026`."""
    return _shown(day, "yMMMM")


def month_alone(day: date) -> str:
    """`Mar`."""
    return _shown(day, "MMM")


def year(day: date) -> str:
    """`2026`."""
    return _shown(day, "y")
