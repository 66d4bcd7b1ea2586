"""An invitation (text/calendar, RFC 5545 and 5546) as values: shown, never acted upon.

The optional library icalendar reads single lines here, never a whole calendar: what it makes of
VTIMEZONE it keeps for ever and for every later message, and it looks up any zone name it meets in
the file system. So time zones are left out of what it sees, and a table of known names decides.
Recurrence is put in words, not expanded.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final
from urllib.parse import unquote

from .addresses import Address
from .charsets import clean_body, clean_line, decode_text
from .recurrence import recurrence_in_words
from .zones import zone_for

MAX_OCTETS: Final = 1024 * 1024
MAX_EVENTS: Final = 20
MAX_ATTENDEES: Final = 200

_MAX_DESCRIPTION: Final = 16 * 1024
_MAX_LINE: Final = 64 * 1024
_MAX_SHORT_LINE: Final = 4 * 1024
_MAX_WORDS: Final = 1000
_MAX_WORD: Final = 40
_MAX_EMAIL: Final = 320
_FOLD: Final = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_LINE_ENDS: Final = re.compile(r"[\r\n]+")
_NAME: Final = re.compile(r"([A-Za-z-]{3,20})[ \t]*[;:]")
_METHOD: Final = re.compile(r"[A-Z-]{1,30}")
_URL: Final = re.compile(r"https?://[!#-;=?-~]{1,2000}", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?:mailto:)?([^\s:?<>]{1,200}@[^\s:?<>]{1,200})", re.IGNORECASE)
_ONCE: Final = frozenset(
    {"SUMMARY", "DTSTART", "DTEND", "DURATION", "LOCATION", "ORGANIZER", "STATUS", "RRULE",
     "DESCRIPTION", "URL"}
)  # fmt: skip
_LIBRARY_ERRORS: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip

When = datetime | date
Params = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody invited.

    Attributes:
        name, email: either may be empty.
        status: `needs-action`, `accepted`, `declined`, `tentative`, or another word in lower case.
    """

    name: str
    email: str
    status: str


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT; all strings are harmless on a page, and empty where there is nothing.

    Attributes:
        summary, location: one line.
        start: aware; naive for one that floats, or whose zone is not known; a date for all day.
        end: like `start`, not included (RFC 5545, 3.6.1), or None.
        all_day: True when `start` is a date.
        zone: the name of the zone as the sender wrote it; set with a naive `start`, it is unknown.
        organizer: or None.
        attendees: at most 200.
        status: `tentative`, `confirmed`, `cancelled`, or another word in lower case.
        recurrence: in words, or the rule itself where it is not a simple one.
        description: LF line ends; at most 16 Ki characters.
        url: http or https, or None.
    """

    summary: str = ""
    start: When | None = None
    end: When | None = None
    all_day: bool = False
    zone: str = ""
    location: str = ""
    organizer: Address | None = None
    attendees: tuple[Attendee, ...] = ()
    status: str = ""
    recurrence: str = ""
    description: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a calendar part says.

    Attributes:
        method: `REQUEST`, `CANCEL`, `REPLY`, `PUBLISH`, `COUNTER`, … (RFC 5546, 1.4), or empty.
        events: at most 20.
        defects: stable codes of what is wrong with it, each once.
    """

    method: str
    events: tuple[Event, ...]
    defects: tuple[str, ...]


def formats_available() -> bool:
    """Whether the library is there (the extra `formats`)."""
    return find_spec("icalendar") is not None


def invitation(data: bytes, charset: str | None = None) -> Invitation | None:
    """The events of a calendar; None if `data` is none, or the library is missing. Never raises.

    Args:
        data: the decoded body; its first 1 MiB is read.
        charset: as declared; UTF-8 by default (RFC 5545, 6).
    """
    try:
        parser, prop = import_module("icalendar.parser"), import_module("icalendar.prop")
    except ImportError:
        return None
    text = decode_text(_FOLD.sub(b"", data[:MAX_OCTETS]), charset, complete=len(data) <= MAX_OCTETS)
    found = _Lines()
    if len(data) > MAX_OCTETS:
        found.defects.append("calendar-cut")
    for line in _LINE_ENDS.split(text):
        found.feed(line)
    found.close()
    if not found.is_calendar:
        return None
    reader = _Reader(parser, prop, found.defects)
    events = tuple(reader.event(lines) for lines in found.events)
    return Invitation(found.method, events, tuple(dict.fromkeys(found.defects)))


class _Lines:
    """Sorts out the lines that say something of an event; all others are never parsed."""

    def __init__(self) -> None:
        self.is_calendar = False
        self.method = ""
        self.events: list[list[str]] = []
        self.defects: list[str] = []
        self._inside = 0  # components that are of no interest, open
        self._event: list[str] | None = None
        self._seen: set[str] = set()
        self._attendees = 0

    def feed(self, line: str) -> None:
        start = line[:80].strip().upper()
        if start.startswith("BEGIN:"):
            self._begin(start[6:].strip())
        elif start.startswith("END:"):
            self._end()
        elif not self._inside:
            self._property(line)

    def close(self) -> None:
        if self._event is not None:
            self.defects.append("calendar-cut")
            self.events.append(self._event)
        if self.is_calendar and not self.events:
            self.defects.append("no-events")

    def _begin(self, name: str) -> None:
        if name == "VCALENDAR" and self._event is None and not self._inside:
            self.is_calendar = True
        elif name != "VEVENT" or self._event is not None or self._inside or not self.is_calendar:
            self._inside += 1
        elif len(self.events) >= MAX_EVENTS:
            self.defects.append("too-many-events")
            self._inside += 1
        else:
            self._event, self._attendees = [], 0
            self._seen.clear()

    def _end(self) -> None:
        if self._inside:
            self._inside -= 1
        elif self._event is not None:
            self.events.append(self._event)
            self._event = None

    def _property(self, line: str) -> None:
        found = _NAME.match(line)
        if found is None:
            return
        name = found[1].upper()
        if self._event is None:
            method = line[found.end() :].strip().upper()
            if name == "METHOD" and not self.method and _METHOD.fullmatch(method):
                self.method = method
            return
        if name == "ATTENDEE":
            self._attendees += 1
            if self._attendees > MAX_ATTENDEES:
                self.defects.append("too-many-attendees")
                return
        elif name not in _ONCE or name in self._seen:
            return
        self._seen.add(name)
        most = _MAX_LINE if name == "DESCRIPTION" else _MAX_SHORT_LINE
        if len(line) > most:
            self.defects.append("line-cut")
        self._event.append(line[:most])


class _Reader:
    """Reads events line by line; what the library cannot read is left out and named."""

    def __init__(self, parser: ModuleType, prop: ModuleType, defects: list[str]) -> None:
        self._split: Callable[[str], Any] = parser.Contentline
        self._prop = prop
        self._defects = defects

    def event(self, lines: list[str]) -> Event:
        attendees: list[Attendee] = []
        once: dict[str, tuple[Params, str]] = {}
        for name, params, value in self._parts(lines):
            if name == "ATTENDEE":
                person = _person(params, value)
                status = _word(params.get("PARTSTAT")) or "needs-action"
                attendees.append(Attendee(person.name, person.email, status))
            else:
                once[name] = params, value
        start, zone = self._when(*once["DTSTART"]) if "DTSTART" in once else (None, "")
        end = self._when(*once["DTEND"])[0] if "DTEND" in once else None
        duration = self._duration(once["DURATION"][1]) if "DURATION" in once else None
        rule = _words(once, "RRULE")
        url = _words(once, "URL", _MAX_SHORT_LINE)
        return Event(
            summary=_words(once, "SUMMARY"),
            start=start,
            end=self._end(start, end, duration),
            all_day=_is_day(start),
            zone=zone,
            location=_words(once, "LOCATION"),
            organizer=_person(*once["ORGANIZER"]) if "ORGANIZER" in once else None,
            attendees=tuple(attendees),
            status=_words(once, "STATUS")[:_MAX_WORD].lower(),
            recurrence=recurrence_in_words(rule) or rule,
            description=self._description(once),
            url=url if _URL.fullmatch(url) else None,
        )

    def _parts(self, lines: list[str]) -> Iterator[tuple[str, Params, str]]:
        for line in lines:
            try:
                name, params, value = self._split(line).parts()
            except _LIBRARY_ERRORS:
                self._defects.append("bad-line")
                continue
            yield str(name).upper(), params, str(value)

    def _description(self, once: dict[str, tuple[Params, str]]) -> str:
        words = clean_body(once["DESCRIPTION"][1]) if "DESCRIPTION" in once else ""
        if len(words) > _MAX_DESCRIPTION:
            self._defects.append("description-cut")
        return words[:_MAX_DESCRIPTION]

    def _when(self, params: Params, value: str) -> tuple[When | None, str]:
        """A point in time or a day, and the zone's name as the sender wrote it."""
        zone = _one(params.get("TZID"))[:_MAX_WORDS]
        try:
            found = self._prop.vDDDTypes.from_ical(value.strip())
        except _LIBRARY_ERRORS:
            found = None
        if not isinstance(found, datetime):
            if isinstance(found, date):
                return found, ""
            self._defects.append("bad-time")
            return None, ""
        if found.tzinfo is not None:  # Z behind it: UTC, whatever else is declared
            return found.replace(tzinfo=UTC), ""
        info = zone_for(zone) if zone else None
        if info is None:
            if zone:
                self._defects.append("unknown-time-zone")
            return found, zone
        found = found.replace(tzinfo=info)
        try:
            found.astimezone(UTC)
        except OverflowError:  # within a day of year 1 or 9999
            self._defects.append("bad-time")
            return None, ""
        return found, zone

    def _duration(self, value: str) -> timedelta | None:
        try:
            found = self._prop.vDuration.from_ical(value.strip())
        except _LIBRARY_ERRORS:
            found = None
        if isinstance(found, timedelta) and found >= timedelta():
            return found
        self._defects.append("bad-time")
        return None

    def _end(self, start: When | None, end: When | None, duration: timedelta | None) -> When | None:
        if start is None:
            return end
        if end is None:
            if duration is None and not _is_day(start):
                return None
            return self._after(start, timedelta(days=1) if duration is None else duration)
        if _is_day(end) != _is_day(start):
            self._defects.append("bad-end")
            return None
        if _is_before(end, start):
            self._defects.append("ends-before-start")
        return end

    def _after(self, start: When, duration: timedelta) -> When | None:
        """`start` and so many days by the calendar, then the rest by the clock (3.3.6)."""
        try:
            end = start + timedelta(days=duration.days)
            rest = duration - timedelta(days=duration.days)
            if not isinstance(end, datetime) or end.tzinfo is None:
                return end + rest
            return (end.astimezone(UTC) + rest).astimezone(end.tzinfo)
        except OverflowError:
            self._defects.append("bad-time")
            return None


def _is_day(when: When | None) -> bool:
    return when is not None and not isinstance(when, datetime)


def _is_before(end: When, start: When) -> bool:
    if not isinstance(end, datetime) or not isinstance(start, datetime):
        return end < start
    return (end.tzinfo is None) == (start.tzinfo is None) and end < start


def _person(params: Params, value: str) -> Address:
    found = _ADDRESS.match(unquote(_one(value)))
    email = clean_line(found[1]) if found else _one(params.get("EMAIL"))[:_MAX_EMAIL]
    name = _one(params.get("CN"))[:_MAX_WORDS]
    return Address(name="" if name == email else name, email=email)


def _words(once: dict[str, tuple[Params, str]], name: str, most: int = _MAX_WORDS) -> str:
    return clean_line(once[name][1])[:most] if name in once else ""


def _word(value: object) -> str:
    return _one(value)[:_MAX_WORD].lower()


def _one(value: object) -> str:
    """A parameter's value, or the first of several, as one harmless line."""
    if isinstance(value, (list, tuple)):
        value = value[0] if value else None
    return "" if value is None else clean_line(str(value))
