"""Numbers, sizes and dates as people read them."""

from datetime import UTC, date, datetime

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

LOCALE = "en"
_STEP = 1000  # sizes are decimal, as providers count quotas
_UNITS = ("B", "KB", "MB", "GB", "TB")
_SHORT = 10  # below this, KB get a decimal
_ROUNDS_UP = (0.0, 0.5, 0.05)  # so much below a step, B, KB and the rest would show as 1000


def number(value: int) -> str:
    """`1,284`."""
    return format_decimal(value, locale=LOCALE)


def size(octets: int) -> str:
    """`740 B`, `6.3 KB`, `312 KB`, `61.2 MB`: decimal units."""
    value = float(max(octets, 0))
    unit = 0
    while value >= _STEP - _ROUNDS_UP[min(unit, 2)] and unit < len(_UNITS) - 1:
        value /= _STEP
        unit += 1
    digits = "0.0" if unit > 1 or (unit == 1 and value < _SHORT) else "0"
    return f"{format_decimal(value, digits, locale=LOCALE)} {_UNITS[unit]}"


def percent(part: float, whole: float) -> float:
    """A share from 0 to 100, with two decimals, for geometry."""
    return round(min(max(100 * part / whole, 0.0), 100.0), 2) if whole > 0 else 0.0


def share(part: float, whole: float) -> str:
    """`61 %`."""
    return f"{percent(part, whole):.0f} %"


def local(moment: datetime) -> datetime:
    """The moment in this machine's time zone; UTC where that goes out of range."""
    try:
        return moment.astimezone()
    except (OverflowError, ValueError, OSError):
        return moment.replace(tzinfo=UTC)


def day(moment: datetime, now: datetime) -> str:
    """`3 Mar` this year, `3 Mar 2024` in others."""
    moment = local(moment)
    pattern = "d MMM" if moment.year == now.year else "d MMM y"
    return format_date(moment, pattern, locale=LOCALE)


def when(moment: datetime) -> str:
    """`Wed 11 Nov 2026, 09:12`."""
    return format_datetime(local(moment), "EEE d MMM y, HH:mm", locale=LOCALE)


def when_floating(moment: datetime) -> str:
    """The same of a time without a zone, by whatever clock is there."""
    return format_datetime(moment, "EEE d MMM y, HH:mm", locale=LOCALE)


def date_only(day: date) -> str:
    """`Wed 11 Nov 2026`."""
    return format_date(day, "EEE d MMM y", locale=LOCALE)


def when_exactly(moment: datetime) -> str:
    """`23 Nov 2026, 10:41:07`."""
    return format_datetime(local(moment), "d MMM y, HH:mm:ss", locale=LOCALE)
