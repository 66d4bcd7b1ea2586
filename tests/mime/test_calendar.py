import sys
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime import calendar
from app.mime.addresses import Address
from app.mime.calendar import Attendee, Event, Invitation, formats_available, invitation

pytest.importorskip("icalendar")

REQUEST = """\
BEGIN:VCALENDAR
PRODID:-//Example//EN
VERSION:2.0
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
RRULE:FREQ=SECONDLY
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1@example.org
SUMMARY:Budget\\, second
  round
DTSTART;TZID=Europe/Berlin:20261126T100000
DTEND;TZID=Europe/Berlin:20261126T113000
LOCATION:Room 3
ORGANIZER;CN="Anna, Example":mailto:anna@example.org
ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:MAILTO:bob@example.org
ATTENDEE:mailto:cleo@example.org
STATUS:CONFIRMED
RRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=5
DESCRIPTION:First line\\nSecond line\\; <b>bold</b>
URL:https://example.org/meet?id=1
BEGIN:VALARM
SUMMARY:not this
DTSTART:20200101T000000Z
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def read(text: str) -> Invitation:
    found = invitation(text.replace("\n", "\r\n").encode())
    assert found is not None
    return found


def event(*lines: str) -> Event:
    (found,) = of(*lines).events
    return found


def of(*lines: str) -> Invitation:
    return read(
        "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])
    )


def test_a_request():
    berlin = ZoneInfo("Europe/Berlin")
    found = read(REQUEST)
    assert (found.method, found.defects) == ("REQUEST", ())
    assert found.events == (
        Event(
            summary="Budget, second round",
            start=datetime(2026, 11, 26, 10, tzinfo=berlin),
            end=datetime(2026, 11, 26, 11, 30, tzinfo=berlin),
            all_day=False,
            zone="Europe/Berlin",
            location="Room 3",
            organizer=Address("Anna, Example", "anna@example.org"),
            attendees=(
                Attendee("Bob", "bob@example.org", "accepted"),
                Attendee("", "cleo@example.org", "needs-action"),
            ),
            status="confirmed",
            recurrence="every week on Thursday, 5 times",
            description="First line\nSecond line; <b>bold</b>",
            url="https://example.org/meet?id=1",
        ),
    )
    # The sender's own Europe/Berlin, nine hours off, was not believed.
    assert found.events[0].start.utcoffset() == timedelta(hours=1)  # type: ignore[union-attr]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_line_ends(end):
    assert invitation(REQUEST.replace("\n", end).encode()) == read(REQUEST)


def test_a_character_may_be_folded_in_the_middle():
    data = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Grüße".encode()
    at = data.index("ü".encode()) + 1
    (found,) = invitation(data[:at] + b"\r\n " + data[at:]).events  # type: ignore[union-attr]
    assert found.summary == "Grüße"


@pytest.mark.parametrize(
    ("line", "start", "zone", "defects"),
    [
        ("DTSTART:20261126T100000Z", datetime(2026, 11, 26, 10, tzinfo=UTC), "", ()),
        ("DTSTART:20261126T100000", datetime(2026, 11, 26, 10), "", ()),  # noqa: DTZ001
        ("DTSTART;VALUE=DATE:20261126", date(2026, 11, 26), "", ()),
        ("DTSTART;TZID=Mine:20261126T100000", datetime(2026, 11, 26, 10), "Mine",  # noqa: DTZ001
         ("unknown-time-zone",)),
        ("DTSTART;TZID=Mine:20261126T100000Z", datetime(2026, 11, 26, 10, tzinfo=UTC), "", ()),
        ("DTSTART;TZID=/v.example/Asia/Tokyo:20261126T100000",
         datetime(2026, 11, 26, 10, tzinfo=timezone(timedelta(hours=9))),
         "/v.example/Asia/Tokyo", ()),
        ("DTSTART:20261345T100000Z", None, "", ("bad-time",)),
        ("DTSTART:tomorrow", None, "", ("bad-time",)),
        ("DTSTART:P1D", None, "", ("bad-time",)),
        ("DTSTART:120000", None, "", ("bad-time",)),
        ("DTSTART:20261126T100000Z/PT1H", None, "", ("bad-time",)),
        ("DTSTART;TZID=Asia/Tokyo:00010101T000000", None, "", ("bad-time",)),
    ],
)  # fmt: skip
def test_starts(line, start, zone, defects):
    found = of(line)
    got = found.events[0]
    assert (got.start, got.zone, found.defects) == (start, zone, defects)
    assert got.all_day is (type(start) is date)
    if isinstance(start, datetime):
        assert (got.start.tzinfo is None) is (start.tzinfo is None)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("lines", "end", "defects"),
    [
        (["DTSTART:20261126T100000Z", "DURATION:PT90M"],
         datetime(2026, 11, 26, 11, 30, tzinfo=UTC), ()),
        (["DTSTART:20261126T100000Z", "DURATION:PT0S"], datetime(2026, 11, 26, 10, tzinfo=UTC), ()),
        (["DTSTART:20261126T100000Z"], None, ()),
        (["DTSTART:20261126"], date(2026, 11, 27), ()),
        (["DTSTART:20261126", "DURATION:P3D"], date(2026, 11, 29), ()),
        (["DTSTART:20261126", "DTEND:20261128"], date(2026, 11, 28), ()),
        # Clocks go forward in the night to the 29th: two hours later it is half past four.
        (["DTSTART;TZID=Europe/Berlin:20260329T013000", "DURATION:PT2H"],
         datetime(2026, 3, 29, 4, 30, tzinfo=ZoneInfo("Europe/Berlin")), ()),
        (["DTSTART;TZID=Europe/Berlin:20260328T120000", "DURATION:P1D"],
         datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("Europe/Berlin")), ()),
        (["DTSTART:20261126", "DTEND:20261128T100000Z"], None, ("bad-end",)),
        (["DTSTART:20261126T100000Z", "DTEND:20261126"], None, ("bad-end",)),
        (["DTSTART:20261126T100000Z", "DTEND:20261126T090000Z"],
         datetime(2026, 11, 26, 9, tzinfo=UTC), ("ends-before-start",)),
        (["DTSTART:20261126T100000Z", "DURATION:-PT1H"], None, ("bad-time",)),
        (["DTSTART:20261126T100000Z", "DURATION:P99999999999D"], None, ("bad-time",)),
        (["DTSTART:99991231T100000Z", "DURATION:P9D"], None, ("bad-time",)),
        (["DTEND:20261126T100000Z"], datetime(2026, 11, 26, 10, tzinfo=UTC), ()),
    ],
)  # fmt: skip
def test_ends(lines, end, defects):
    found = of(*lines)
    assert (found.events[0].end, found.defects) == (end, defects)


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("ORGANIZER:mailto:a@example.org", Address("", "a@example.org")),
        ("ORGANIZER:MAILTO:a%2Bb@example.org?subject=x", Address("", "a+b@example.org")),
        ("ORGANIZER;CN=a@example.org:mailto:a@example.org", Address("", "a@example.org")),
        ("ORGANIZER;CN=Ann:a@example.org", Address("Ann", "a@example.org")),
        ("ORGANIZER;CN=Ann;EMAIL=a@example.org:urn:uuid:1", Address("Ann", "a@example.org")),
        ("ORGANIZER;CN=Ann:invalid:nomail", Address("Ann", "")),
        ('ORGANIZER;CN="An\u202en\x07":mailto:a@example.org', None),
    ],
)  # fmt: skip
def test_people(line, person):
    found = event(line).organizer
    if person is None:
        assert found is None or not set(found.name) & {"\u202e", "\x07"}
    else:
        assert found == person


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/", "https://example.org/"),
        ("HTTP://example.org/a;b", "HTTP://example.org/a;b"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("https://a\"onclick='x'", None),
        ("https://" + "a" * 3000, None),
        ("", None),
    ],
)
def test_only_web_addresses_are_links(url, shown):
    assert event(f"URL:{url}").url == shown


def test_strings_are_harmless():
    found = event("SUMMARY:a\u202eb\x07c", "LOCATION:a\\nb", "DESCRIPTION:a\u202eb\\n\x1b[2J")
    assert (found.summary, found.location, found.description) == (
        "ab\ufffdc",
        "a b",
        "ab\n\ufffd[2J",
    )


def test_what_an_alarm_says_is_not_the_events():
    found = event("BEGIN:VALARM", "SUMMARY:alarm", "END:VALARM", "SUMMARY:mine")
    assert found.summary == "mine"


def test_a_rule_that_is_not_simple_is_shown_as_it_is():
    assert event("RRULE:FREQ=SECONDLY;BYHOUR=3").recurrence == "FREQ=SECONDLY;BYHOUR=3"


@pytest.mark.parametrize("method", ["CANCEL", "REPLY", "PUBLISH", "COUNTER", "DECLINECOUNTER"])
def test_methods(method):
    assert read(REQUEST.replace("REQUEST", method.lower())).method == method


def test_a_method_that_is_none_is_empty():
    assert read(REQUEST.replace("REQUEST", "<b>")).method == ""


def test_what_is_no_calendar():
    assert invitation(b"") is None
    assert invitation(b"Hello") is None
    assert invitation(b"BEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\n") is None


def test_other_components_are_no_events():
    found = read("BEGIN:VCALENDAR\nBEGIN:VTODO\nBEGIN:VEVENT\nEND:VEVENT\nEND:VTODO\nEND:VCALENDAR")
    assert (found.events, found.defects) == ((), ("no-events",))


def test_a_cut_calendar_shows_what_is_there():
    found = read(REQUEST[: REQUEST.index("LOCATION")])
    assert (found.events[0].summary, found.defects) == ("Budget, second round", ("calendar-cut",))


def test_limits():
    one = "BEGIN:VEVENT\n" + "ATTENDEE:mailto:a@example.org\n" * 201 + "END:VEVENT\n"
    found = read("BEGIN:VCALENDAR\n" + one * 21 + "END:VCALENDAR\n")
    assert [len(each.attendees) for each in found.events] == [200] * 20
    assert found.defects == ("too-many-attendees", "too-many-events")
    long = of("DESCRIPTION:" + "x" * 20_000, "SUMMARY:" + "y" * 5000)
    assert (len(long.events[0].description), len(long.events[0].summary)) == (16 * 1024, 1000)
    assert long.defects == ("line-cut", "description-cut")
    large = invitation(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nX:" + b"x" * 2**20)
    assert large is not None
    assert large.defects == ("calendar-cut",)


def test_a_zone_of_one_message_means_nothing_in_the_next():
    zone = REQUEST[REQUEST.index("BEGIN:VTIMEZONE") : REQUEST.index("BEGIN:VEVENT")]
    mine = zone.replace("Europe/Berlin", "Mine/Zone")
    line = "BEGIN:VEVENT\nDTSTART;TZID=Mine/Zone:20261126T100000\nEND:VEVENT\n"
    for text in (mine + line, line):
        found = read("BEGIN:VCALENDAR\n" + text + "END:VCALENDAR\n")
        assert found.events[0].start == datetime(2026, 11, 26, 10)  # noqa: DTZ001
        assert found.defects == ("unknown-time-zone",)


def test_the_library_is_never_asked_for_a_zone(monkeypatch):
    asked: list[object] = []
    monkeypatch.setattr("icalendar.timezone.tzp.timezone", asked.append)
    monkeypatch.setattr("icalendar.timezone.tzp.cache_timezone_component", asked.append)
    tzid = "DTSTART;TZID=../../etc/passwd:20261126T100000"
    assert of(tzid).defects == ("unknown-time-zone",)
    of("DTSTART;TZID=a:TZID=Europe/Paris:20261126T100000", "DTEND;TZID=A,B:20261126T110000")
    read(REQUEST)
    assert asked == []


def test_without_the_library_there_is_nothing(monkeypatch):
    assert formats_available()
    monkeypatch.setitem(sys.modules, "icalendar", None)
    monkeypatch.setitem(sys.modules, "icalendar.parser", None)
    assert not formats_available()
    assert invitation(REQUEST.encode()) is None


@pytest.mark.parametrize(
    "octets",
    [
        b"BEGIN:X\r\n",
        b"BEGIN:VEVENT\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n ",
        b'SUMMARY;A="',
        b";A=b",
        b"ATTENDEE;CN=a;CN=b:x\r\n",
        b"DESCRIPTION;" + b"A=b;" * 9000 + b":\r\n",
        b"\\,",
        b" ;",
        b"a,",
        b"ATTENDEE;" + b"a" * 4000 + b"\r\n",
        b"DTSTART;TZID=" + b"/a" * 1900 + b":20260101T000000\r\n",
    ],
)
@pytest.mark.timeout(20)
def test_hostile_calendars_take_linear_time(octets):
    head = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
    for start in (head, head + b"DESCRIPTION:", head + b"DESCRIPTION;X="):
        invitation(start + octets * (2**18 // len(octets)))


SHARDS = [line + "\n" for line in REQUEST.splitlines()] + [
    "DTSTART;TZID=../../etc/passwd:20261126T100000\n",
    "DTEND:9999\n",
    "ORGANIZER;CN=\n",
    "\n",
    " ",
    "RRULE:FREQ\n",
    "ATTENDEE;PARTSTAT=A,B:x\n",
    "DURATION:P\n",
    "DTSTART\n",
    "DTSTART;:x\n",
    '"',
    "DTSTART:00010101T000000Z\n",
    "DTEND;TZID=Asia/Tokyo:00010101T000000\n",
    "\\",
    ";",
    "DURATION:PT1H\n",
]


@given(st.lists(st.sampled_from(SHARDS), max_size=40).map("".join), st.binary(max_size=30))
def test_any_calendar_never_raises(text, junk):
    data = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + text.encode() + junk
    found = invitation(data)
    assert found is not None
    for one in found.events:
        for words in (one.summary, one.location, one.zone, one.status, one.recurrence):
            assert "\n" not in words
        assert one.start is None or one.end is None or type(one.start) is type(one.end)
        assert one.url is None or one.url.lower().startswith(("http://", "https://"))


def test_the_limits_are_what_the_words_say():
    assert (calendar.MAX_OCTETS, calendar.MAX_EVENTS, calendar.MAX_ATTENDEES) == (2**20, 20, 200)
