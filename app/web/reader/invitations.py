"""A calendar invitation in words."""

from datetime import date, datetime

from app.mime import Address, Attendee, Event, Invitation
from app.web.site import formats
from app.web.site.words import N_, _, ngettext

from .views import CardView

_EVENT = N_("Event")
_METHODS = {
    "REQUEST": N_("Invitation"),
    "CANCEL": N_("Cancelled"),
    "REPLY": N_("Answer to an invitation"),
    "COUNTER": N_("Another time is proposed"),
    "DECLINECOUNTER": N_("The proposed time is declined"),
    "PUBLISH": _EVENT,
    "ADD": N_("More dates"),
    "REFRESH": N_("Latest version requested"),
}
_ANSWERS = {
    "accepted": N_("accepted"),
    "declined": N_("declined"),
    "tentative": N_("perhaps"),
    "needs-action": N_("no answer yet"),
    "delegated": N_("sends somebody else"),
}
_MANY = 12  # people who are named


def card_views(found: Invitation) -> tuple[CardView, ...]:
    """A card for each event."""
    method = _(_METHODS.get(found.method, _EVENT))
    return tuple(_card(method, event) for event in found.events)


def _card(method: str, event: Event) -> CardView:
    lines = (
        (_("When"), _when(event)),
        (_("Repeats"), event.recurrence),
        (_("Where"), event.location),
        (_("From"), _person(event.organizer) if event.organizer else ""),
        (_("With"), _attendees(event.attendees)),
        (_("Status"), event.status),
        (_("Link"), event.url or ""),
    )
    return CardView(
        title=_(
            "%(method)s: %(event)s",
            method=method,
            event=event.summary or _("an event without a name"),
        ),
        lines=tuple((label, value) for label, value in lines if value),
        text=event.description,
    )


def _when(event: Event) -> str:
    if event.start is None:
        return ""
    if event.all_day:
        return _days(event.start, event.end)
    start = _moment(event.start)
    when = _("%(start)s to %(end)s", start=start, end=_moment(event.end)) if event.end else start
    if isinstance(event.start, datetime) and event.start.tzinfo is None:
        if event.zone:
            return _("%(when)s, time zone %(zone)s", when=when, zone=event.zone)
        return _("%(when)s, local time", when=when)
    return when


def _days(start: date, end: date | None) -> str:
    first = formats.date_only(start)
    if end is None or (end - start).days <= 1:
        return _("%(day)s, all day", day=first)
    last = date.fromordinal(end.toordinal() - 1)  # the end is not included
    return _("%(start)s to %(end)s, all day", start=first, end=formats.date_only(last))


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
    named = ", ".join(map(_attendee, attendees[:_MANY]))
    more = len(attendees) - _MANY
    if more <= 0:
        return named
    return ngettext(
        "%(names)s and %(n)s more",
        "%(names)s and %(n)s more",
        more,
        names=named,
        n=formats.number(more),
    )


def _attendee(one: Attendee) -> str:
    name = one.name or one.email
    if not one.status:
        return name
    answer = _(_ANSWERS[one.status]) if one.status in _ANSWERS else one.status
    return _("%(name)s (%(answer)s)", name=name, answer=answer)
