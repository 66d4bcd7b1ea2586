"""A calendar invitation in words."""

from datetime import date, datetime

from app.mime import Address, Attendee, Event, Invitation

from . import formats
from .views import CardView

_METHODS = {
    "REQUEST": "Invitation",
    "CANCEL": "Cancelled",
    "REPLY": "Answer to an invitation",
    "COUNTER": "Another time is proposed",
    "DECLINECOUNTER": "The proposed time is declined",
    "PUBLISH": "Event",
    "ADD": "More dates",
    "REFRESH": "The newest version is asked for",
}
_ANSWERS = {
    "accepted": "accepted",
    "declined": "declined",
    "tentative": "perhaps",
    "needs-action": "no answer yet",
    "delegated": "sends somebody else",
}
_MANY = 12  # people who are named


def card_views(found: Invitation) -> tuple[CardView, ...]:
    """A card for each event."""
    method = _METHODS.get(found.method, "Event")
    return tuple(_card(method, event) for event in found.events)


def _card(method: str, event: Event) -> CardView:
    lines = (
        ("When", _when(event)),
        ("Repeats", event.recurrence),
        ("Where", event.location),
        ("From", _person(event.organizer) if event.organizer else ""),
        ("With", _attendees(event.attendees)),
        ("Status", event.status),
        ("Link", event.url or ""),
    )
    return CardView(
        title=f"{method}: {event.summary or 'an event without a name'}",
        lines=tuple((label, value) for label, value in lines if value),
        text=event.description,
    )


def _when(event: Event) -> str:
    if event.start is None:
        return ""
    if event.all_day:
        return _days(event.start, event.end)
    start = _moment(event.start)
    end = _moment(event.end) if event.end else ""
    if isinstance(event.start, datetime) and event.start.tzinfo is None:
        zone = f"by the clock of {event.zone}" if event.zone else "by whatever clock you have there"
        return f"{start}{' to ' + end if end else ''}, {zone}"
    return f"{start}{' to ' + end if end else ''}"


def _days(start: date, end: date | None) -> str:
    first = formats.date_only(start)
    if end is None or (end - start).days <= 1:
        return f"{first}, all day"
    last = date.fromordinal(end.toordinal() - 1)  # the end is not included
    return f"{first} to {formats.date_only(last)}, all day"


def _moment(when: date) -> str:
    if not isinstance(when, datetime):
        return formats.date_only(when)
    return formats.when(when) if when.tzinfo else formats.when_floating(when)


def _person(person: Address | Attendee) -> str:
    return (
        f"{person.name} <{person.email}>"
        if person.name and person.email
        else (person.name or person.email)
    )


def _attendees(attendees: tuple[Attendee, ...]) -> str:
    named = ", ".join(
        f"{one.name or one.email} ({_ANSWERS.get(one.status, one.status)})"
        if one.status
        else one.name or one.email
        for one in attendees[:_MANY]
    )
    more = len(attendees) - _MANY
    return f"{named} and {formats.number(more)} more" if more > 0 else named
