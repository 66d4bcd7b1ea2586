"""An invitation in words: when, where, who, and whether it still stands."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app.mime import Address, Attendee, Event, Invitation
from app.web.reader.invitations import card_views

EAST = timezone(timedelta(hours=5))
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_utc(monkeypatch):
    monkeypatch.setattr("app.web.site.formats.local", lambda moment: moment.astimezone(UTC))


def lines(event: Event, method: str = "REQUEST") -> dict[str, str]:
    (card,) = card_views(Invitation(method, (event,), ()))
    return dict(card.lines)


@pytest.mark.parametrize(
    ("method", "title"),
    [
        ("REQUEST", "Invitation: Lunch"),
        ("CANCEL", "Cancelled: Lunch"),
        ("REPLY", "Answer to an invitation: Lunch"),
        ("", "Event: Lunch"),
        ("X-UNHEARD-OF", "Event: Lunch"),
    ],
)
def test_the_title_says_what_it_is_about(method, title):
    (card,) = card_views(Invitation(method, (Event(summary="Lunch"),), ()))
    assert card.title == title


def test_an_event_that_says_nothing_has_a_title_and_no_empty_lines():
    (card,) = card_views(Invitation("REQUEST", (Event(),), ()))
    assert card.title == "Invitation: an event without a name"
    assert (card.lines, card.text) == ((), "")


def test_each_event_has_a_card_of_its_own():
    found = Invitation("PUBLISH", (Event(summary="a"), Event(summary="b")), ())
    assert [card.title for card in card_views(found)] == ["Event: a", "Event: b"]
    assert card_views(Invitation("PUBLISH", (), ())) == ()


@pytest.mark.parametrize(
    ("event", "when"),
    [
        (Event(start=NOON), "Thu, 26 Nov 2026, 12:00"),
        (
            Event(start=NOON, end=NOON + timedelta(hours=1)),
            "Thu, 26 Nov 2026, 12:00 to Thu, 26 Nov 2026, 13:00",
        ),
        # 12:00 at UTC+5 is 07:00 here
        (Event(start=datetime(2026, 11, 26, 12, tzinfo=EAST)), "Thu, 26 Nov 2026, 07:00"),
        (
            Event(start=datetime(2026, 11, 26, 12), zone="Mars/Olympus"),  # noqa: DTZ001 -- floating
            "Thu, 26 Nov 2026, 12:00, time zone Mars/Olympus",
        ),
        (
            Event(start=datetime(2026, 11, 26, 12)),  # noqa: DTZ001 -- floating
            "Thu, 26 Nov 2026, 12:00, local time",
        ),
        (Event(start=date(2026, 11, 26), all_day=True), "Thu, 26 Nov 2026, all day"),
        (
            # the end is not included (RFC 5545, section 3.6.1): this is one day
            Event(start=date(2026, 11, 26), end=date(2026, 11, 27), all_day=True),
            "Thu, 26 Nov 2026, all day",
        ),
        (
            Event(start=date(2026, 11, 26), end=date(2026, 11, 29), all_day=True),
            "Thu, 26 Nov 2026 to Sat, 28 Nov 2026, all day",
        ),
        (
            # an end before its start is no range
            Event(start=date(2026, 11, 26), end=date(2026, 11, 20), all_day=True),
            "Thu, 26 Nov 2026, all day",
        ),
    ],
)
def test_when_it_is(event, when):
    assert lines(event)["When"] == when


def test_the_first_day_of_all_does_not_break_it():
    first = Event(start=date.min, end=date.min, all_day=True)
    assert lines(first)["When"] == "Mon, 1 Jan 1, all day"


def test_who_it_is_from_and_with():
    event = Event(
        organizer=Address("Anna", "anna@example.org"),
        attendees=(
            Attendee("Bob", "bob@example.org", "accepted"),
            Attendee("", "cleo@example.org", "needs-action"),
            Attendee("Dan", "", ""),
            Attendee("Eve", "", "x-thinking"),
        ),
    )
    found = lines(event)
    assert found["From"] == "Anna <anna@example.org>"
    assert (
        found["With"] == "Bob (accepted), cleo@example.org (no answer yet), Dan, Eve (x-thinking)"
    )
    assert lines(Event(organizer=Address("", "a@example.org")))["From"] == "a@example.org"


def test_a_crowd_is_counted():
    crowd = tuple(Attendee(f"p{n}", "", "") for n in range(15))
    assert lines(Event(attendees=crowd))["With"].endswith("p10, p11 and 3 more")
    assert " and " not in lines(Event(attendees=crowd[:12]))["With"]


def test_the_rest_in_its_order():
    (card,) = card_views(
        Invitation(
            "REQUEST",
            (
                Event(
                    summary="s",
                    start=NOON,
                    location="Room 3",
                    status="confirmed",
                    recurrence="every week",
                    description="Bring <b>cake</b>",
                    url="https://example.org/meet",
                ),
            ),
            (),
        )
    )
    assert [label for label, _ in card.lines] == ["When", "Repeats", "Where", "Status", "Link"]
    assert card.text == "Bring <b>cake</b>"
