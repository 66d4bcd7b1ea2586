"""A recurrence rule (RFC 5545, 3.3.10) in words, never expanded: it may mean millions of dates."""

import re
from datetime import date
from typing import Final

_UNITS: Final = {
    "SECONDLY": "second",
    "MINUTELY": "minute",
    "HOURLY": "hour",
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_DAYS: Final = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
_WORKDAYS: Final = frozenset({"MO", "TU", "WE", "TH", "FR"})
_ORDINALS: Final = {"1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last"}
_MONTH_DAY: Final = re.compile(r"[1-9]|[12][0-9]|3[01]")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}")
_NTH: Final = re.compile(r"([+-]?[0-9])([A-Z]{2})")
_UNTIL: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T[0-9]{6}Z?)?")
_READ: Final = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"})


def recurrence_in_words(rule: str) -> str | None:
    """`every 2 weeks on Monday, 10 times`; None where the rule is not as simple as that.

    WKST, which changes little, is left out.
    """
    parts: dict[str, str] = {}
    for piece in rule.upper().strip().strip(";").split(";"):
        name, equals, value = piece.partition("=")
        if not equals or name in parts or name not in _READ:
            return None
        parts[name] = value
    unit = _UNITS.get(parts.get("FREQ", ""))
    interval = parts.get("INTERVAL", "1")
    if unit is None or _NUMBER.fullmatch(interval) is None:
        return None
    days, end = _on(parts), _end(parts)
    if days is None or end is None:
        return None
    if interval == "1":
        return f"every {unit}{days}{end}"
    return f"every {interval} {unit}s{days}{end}"


def _on(parts: dict[str, str]) -> str | None:
    """` on Monday and Friday`, empty where the rule names no day, or None."""
    by_day, by_number = parts.get("BYDAY"), parts.get("BYMONTHDAY")
    if by_day is None and by_number is None:
        return ""
    if parts["FREQ"] == "WEEKLY" and by_number is None:
        return _week_days((by_day or "").split(","))
    if parts["FREQ"] == "MONTHLY" and (by_day is None or by_number is None):
        return _nth(by_day) if by_number is None else _numbered(by_number)
    return None


def _week_days(days: list[str]) -> str | None:
    if not set(days) <= set(_DAYS):
        return None
    if set(days) == _WORKDAYS:
        return " on weekdays"
    names = [name for day, name in _DAYS.items() if day in days]
    return " on " + " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _numbered(number: str) -> str | None:
    return f" on day {number}" if _MONTH_DAY.fullmatch(number) else None


def _nth(by_day: str | None) -> str | None:
    found = _NTH.fullmatch(by_day or "")
    ordinal = _ORDINALS.get(found[1].removeprefix("+")) if found else None
    day = _DAYS.get(found[2]) if found else None
    return None if ordinal is None or day is None else f" on the {ordinal} {day}"


def _end(parts: dict[str, str]) -> str | None:
    """`, 10 times` or `, until 2026-12-31`, empty for a rule without end, or None."""
    count, until = parts.get("COUNT"), parts.get("UNTIL")
    if count is not None:
        readable = until is None and _NUMBER.fullmatch(count)
        return (", once" if count == "1" else f", {count} times") if readable else None
    if until is None:
        return ""
    found = _UNTIL.fullmatch(until)
    try:
        return found and f", until {date(int(found[1]), int(found[2]), int(found[3]))}"
    except ValueError:
        return None
