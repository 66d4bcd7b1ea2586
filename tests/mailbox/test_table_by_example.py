"""What a query matches, by example."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.models import Message, MessageId
from app.mailbox.query import parse
from app.mailbox.search_text import SearchText
from app.pop3 import MessageNumber, Octets
from tests.mailbox.oracle import Match, matches, select
from tests.support.table import table

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
YES, NO, UNDECIDED = Match


def message(header: str | None = "", octets: int = 1000, id: str = "m") -> Message:
    """A message; its header is not known yet where it is None."""
    made = Message(MessageId(id), MessageNumber(1), Octets(octets), None)
    if header is not None:
        made.header.learn(header.encode(), 1)
    return made


ANNA = message(
    "From: Anna Müller <anna@example.org>\nTo: Ben <ben@example.net>, c@example.com\n"
    "Subject: Your  Invoice: 12\nDate: Sun, 1 Mar 2026 12:00:00 +0000\n"
    "Content-Type: multipart/mixed\n",
    5_000_000,
)
UNKNOWN = message(None, 5_000_000)


def found(text: str, one: Message = ANNA, *, marked: bool = False) -> Match:
    return matches(parse(text), one, marked, NOW)


@table(
    "text",
    [
        "", "anna", "ANNA", "müller", "MÜLLER", "mu\u0308ller", "example.org", "invoice",
        "anna invoice", '"your invoice"', '"YOUR   INVOICE"', "from:anna", "from:example.org",
        "FROM:Anna", 'from:"anna müller"', "to:ben", "to:c@example.com", "subject:invoice",
        "subject:12", '"invoice: 12"', 'subject:"invoice: 12"', "-bob", "-from:bob", "-to:anna",
        "-subject:anna", "anna -12:31", "larger:4M", "larger:4.9MB", "smaller:5MiB", "smaller:6m",
        "-larger:5M", "-smaller:5M", "larger:0", "larger:4999999", "larger:4999999B", "smaller:1G",
        "larger:1k", "newer:1d", "newer:2d", "newer:1y", "older:0d", "-older:2d", "-newer:0d",
        "after:2026-02-20", "before:2026-03-05", "-before:2026-02-20", "has:attachment",
        "HAS:Attachment", "-is:marked",
    ],
)  # fmt: skip
def test_yes(text):
    assert found(text) is YES


@pytest.mark.parametrize(
    "text",
    [
        "bob", "anna bob", "ben", "-anna", '"invoice your"', "from:ben", "to:anna", "subject:anna",
        "larger:5M", "smaller:5M", "-larger:4M", "older:1d", "newer:0d",
        "before:2026-02-28", "after:2026-03-02", "-has:attachment", "is:marked",
        "anna is:marked", "-invoice larger:1",
    ],
)  # fmt: skip
def test_no(text):
    assert found(text) is NO


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", YES),
        ("anna", UNDECIDED),
        ("-anna", UNDECIDED),
        ("to:x", UNDECIDED),
        ("older:1d", UNDECIDED),
        ("-older:1d", UNDECIDED),
        ("has:attachment", UNDECIDED),
        ("-has:attachment", UNDECIDED),
        ("larger:1M", YES),
        ("larger:5M", NO),
        ("larger:1M anna", UNDECIDED),
        ("anna larger:5M", NO),
        ("-is:marked", YES),
        ("is:marked anna", NO),
    ],
)
def test_without_a_header_only_what_needs_none_is_decided(text, expected):
    assert found(text, UNKNOWN) is expected


def test_marks():
    assert found("is:marked", marked=True) is YES
    assert found("-is:marked", marked=True) is NO
    assert found("IS:marked", UNKNOWN, marked=True) is YES


def test_a_message_without_a_date_is_undecided_whatever_is_asked_of_its_date():
    undated = message("Subject: a\n")
    for text in ("older:1d", "newer:1d", "before:2026-01-01", "after:2026-01-01"):
        assert found(text, undated) is UNDECIDED
        assert found(f"-{text}", undated) is UNDECIDED
        assert found(f"{text} b", undated) is NO
        assert found(f"{text} a", undated) is UNDECIDED


def test_what_a_known_header_lacks_is_not_there():
    bare = message("X: y\n")
    assert found("from:a", bare) is NO
    assert found("-from:a -to:b -subject:c -d", bare) is YES


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("multipart/mixed; boundary=x", YES),
        ("application/pdf", YES),
        ("image/png", YES),
        ("video/mp4", YES),
        ("audio/mpeg", YES),
        ("text/plain", NO),
        ("text/html", NO),
        ("multipart/alternative", NO),
        ("multipart/related", UNDECIDED),
        ("multipart/signed", UNDECIDED),
        ("multipart/encrypted", UNDECIDED),
        ("multipart/report", UNDECIDED),
        ("application/pkcs7-mime", UNDECIDED),
        ("application/ms-tnef", UNDECIDED),
        ("message/rfc822", UNDECIDED),
        ("strange/thing", UNDECIDED),
    ],
)
def test_attachments_as_far_as_the_type_tells(kind, expected):
    one = message(f"Content-Type: {kind}\n")
    assert found("has:attachment", one) is expected
    turned = {YES: NO, NO: YES, UNDECIDED: UNDECIDED}[expected]
    assert found("-has:attachment", one) is turned


def test_without_a_type_there_is_no_attachment():
    assert found("has:attachment", message("Subject: a\n")) is NO  # text/plain, RFC 2045, 5.2


@pytest.mark.parametrize(
    ("text", "edge"),
    [("before:2026-03-01", date(2026, 3, 1)), ("after:2026-02-28", date(2026, 3, 1))],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_days_are_those_of_the_zone_of_now(text, edge, zone):
    now = NOW.astimezone(ZoneInfo(zone))
    midnight = datetime.combine(edge, time.min, ZoneInfo(zone)).astimezone(UTC)
    for shift in (-1, 0):
        moment = midnight + timedelta(seconds=shift)
        one = message(f"Date: {moment:%d %b %Y %H:%M:%S} +0000\n")
        matched = matches(parse(text), one, marked=False, now=now)
        assert (matched is YES) is ((shift < 0) is text.startswith("before"))


def test_a_day_of_age_is_24_hours_when_the_clocks_change():
    now = datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("Europe/Berlin"))  # a day of 23 hours
    for seconds, older in ((0, NO), (1, YES)):
        moment = now.astimezone(UTC) - timedelta(days=1, seconds=seconds)
        one = message(f"Date: {moment:%d %b %Y %H:%M:%S} +0000\n")
        assert matches(parse("older:1d"), one, marked=False, now=now) is older


def test_ages_are_counted_to_the_second():
    for seconds, older in ((0, NO), (1, YES)):
        moment = NOW - timedelta(days=30, seconds=seconds)
        one = message(f"Date: {moment:%d %b %Y %H:%M:%S} +0000\n")
        assert found("older:1m", one) is older
        assert found("newer:1m", one) is (YES if older is NO else NO)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sender:anna@example.org", YES), ("sender:ANNA@Example.ORG", YES),
        ("-sender:ann@example.org", YES), ("domain:example.org", YES), ("domain:EXAMPLE.org", YES),
        ("has:sender", YES), ("has:domain", YES), ("has:date", YES), ("has:header", YES),
        ("after:2026-03-01T11:59:59Z", YES), ("before:2026-03-01T12:00:01Z", YES),
        ("-after:9999-12-31T23:59:59Z", YES), ("after:0001-01-01T00:00:00Z", YES),
        ("sender:anna", NO), ('sender:"anna müller"', NO), ("sender:example.org", NO),
        ("domain:ample.org", NO), ("domain:org", NO), ("domain:anna@example.org", NO),
        ("after:2026-03-01T12:00:00Z", NO), ("before:2026-03-01T12:00:00Z", NO),
        ("-has:sender", NO), ("-has:header", NO),
    ],
)  # fmt: skip
def test_what_a_group_is_called_by_is_compared_as_a_whole(text, expected):
    assert found(text) is expected


@pytest.mark.parametrize(
    ("header", "sender", "domain"),
    [
        ("From: root\n", "root", ""),
        ("From: Root  Of All\n", "root of all", ""),
        ("From: <a@>\n", "a@", ""),
        ('From: x <"a@b"@C.example>\n', '"a@b"@c.example', "c.example"),
        ("From: M\xfcller <m\xfcller@b\xfccher.example>\n", "m\xfcller@b\xfccher.example",
         "b\xfccher.example"),
        (f"From: <{'a' * 400}@b.example>\n", "a" * 320, ""),
        ("Subject: a\n", "", ""),
    ],
)  # fmt: skip
def test_whose_message_it_is(header, sender, domain):
    summary = message(header).summary
    assert summary is not None
    folded = SearchText.of(summary)
    assert (folded.address, folded.domain) == (sender, domain)
    assert matches(parse("has:sender"), message(header), False, NOW) is (YES if sender else NO)
    assert found("-has:domain", message(header)) is (NO if domain else YES)


def test_without_a_header_there_is_no_telling_whose_it_is():
    for text in ("sender:a", "domain:a", "month:2026-01", "has:sender", "has:domain", "has:date"):
        assert found(text, UNKNOWN) is UNDECIDED
    assert found("has:header", UNKNOWN) is NO
    assert found("-has:header", UNKNOWN) is YES
    assert found("month:2026-01", message("Subject: undated\n")) is UNDECIDED
    assert found("-has:date", message("Subject: undated\n")) is YES


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_months_are_those_of_the_zone_of_now(zone):
    now = NOW.astimezone(ZoneInfo(zone))
    for day in (date(2026, 3, 1), date(2026, 4, 1), date(2026, 1, 1)):
        edge = datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
        for moment, inside in ((edge, YES), (edge - timedelta(seconds=1), NO)):
            one = message(f"Date: {moment:%d %b %Y %H:%M:%S} +0000\n")
            assert matches(parse(f"month:{day:%Y-%m}"), one, marked=False, now=now) is inside


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("-09AZ_az")), max_size=8, unique=True),
    st.integers(0, 3),
    st.sampled_from("-09AZ_az"),
)
def test_a_cut_parts_equals_by_their_ids(many, octets, id):
    messages = [message(None, size, f"{name}") for size, name in many]
    chosen = select(parse(f"larger:{octets}/{id}"), messages, {}, NOW)
    expected = [(size, name) for size, name in many if (-size, name) <= (-octets, id)]
    assert [(one.octets, one.id) for one in chosen.matched] == expected


# Selecting


def test_a_selection_keeps_the_order_and_tells_what_is_undecided():
    many = [message(None, n, f"m{n}") for n in range(4)]
    many[2].header.learn(b"Subject: a\n", 1)
    many[3].header.learn(b"Subject: b\n", 2)
    chosen = select(parse("larger:0 a"), many, {}, NOW)
    assert chosen.matched == (many[2],)
    assert chosen.undecided == (many[1],)
    chosen = select(parse("is:marked"), reversed(many), {MessageId("m1"), MessageId("m3")}, NOW)
    assert chosen.matched == (many[3], many[1])
    assert chosen.undecided == ()


def test_a_size_decides_without_a_look_at_the_header():
    class Unread(Message):
        @property
        def summary(self):
            raise AssertionError

    one = Unread(MessageId("m"), MessageNumber(1), Octets(5), None)
    assert found("a larger:5", one) is NO
    assert found("smaller:6", one) is YES


def test_100_000_messages_are_filtered_quickly():
    headers = [message(f"From: A <a@b.example>\nSubject: Gr\u00fc\u00dfe {n}\n").header
               for n in range(1000)]  # fmt: skip
    assert all(header.summary for header in headers)
    many = [
        Message(MessageId(f"m{n}"), MessageNumber(n), Octets(n), None, header=headers[n % 1000])
        for n in range(100_000)
    ]
    chosen = select(parse("gr\u00dcSSE from:b.example -subject:77 smaller:90000"), many, {}, NOW)
    assert len(chosen.matched) == sum("77" not in str(n % 1000) for n in range(90_000))
