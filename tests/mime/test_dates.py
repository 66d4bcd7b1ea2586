from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.dates import parse_date

TEN = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "hours"),
    [
        ("Fri, 1 Mar 2024 10:00:00 +0000", 0),
        ("Fri, 01 Mar 2024 10:00:00 +0100 (CET)", 1),
        ("1 Mar 2024 10:00 EST", -5),
        ("Fri,1 Mar 2024 10:00:00 PDT", -7),
        ("Fri, 1 Mar 24 10:00:00 GMT", 0),
        ("Fri, 01-Mar-24 10:00:00 GMT", 0),
        ("Fri, 01-Mar-2024 10.00.00 UT", 0),
        ("Fri, 1 March 2024 10:00:00", 0),
        ("Fri, 1 Mar 2024 10:00:00 -0000", 0),
        ("Fri, 1 Mar 2024 10:00:00 GMT+0200", 2),
        ("Fri, 1 Mar 2024 10:00:00 UTC+2", 2),
        ("Fri, 1 Mar 2024 10:00:00 +05:30", 5.5),
        ("Fri, 1 Mar 2024 10:00:00 XYZ", 0),
        ("Fri, 1 Mar 2024 10:00:00 +9959", 0),
        ("Fri, 1 Mar 2024 10:00:00.123 +0100", 1),
        ("Mon, 2024-03-01 10:00:00", 0),
        ("2024-03-01T10:00:00Z", 0),
        ("2024-03-01T10:00:00.5+01:00", 1),
        ("2024/03/01 10:00", 0),
        ("Fri Mar  1 10:00:00 2024", 0),
        ("Fri Mar 1 10:00:00 CET 2024", 1),
        ("Fri Mar 1 10:00:00 2024 -0300", -3),
        ("March 1, 2024 10:00 AM", 0),
        ("(so (they) say) Fri, 1 (first) Mar 2024 10:00:00 +0100", 1),
        ("Пт, 1 Mar 2024 10:00:00 +0300", 3),
    ],
)
def test_dates_of_many_mailers(value, hours):
    date = parse_date(value.encode())
    assert date is not None
    assert date.replace(tzinfo=UTC, microsecond=0) == TEN
    assert date.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("1 Mar 49 10:00 +0000", TEN.replace(year=2049)),
        ("1 Mar 50 10:00 +0000", TEN.replace(year=1950)),
        ("1 Mar 124 10:00 +0000", TEN),
        ("1 Mar 2024", TEN.replace(hour=0)),
        ("1 Mar 2024 12:00 AM", TEN.replace(hour=0)),
        ("1 Mar 2024 12:30 pm", TEN.replace(hour=12, minute=30)),
        ("31 Dec 2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_short_years_half_days_and_leap_seconds(value, date):
    assert parse_date(value.encode()) == date


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "31 Jun 2024 10:00:00", "1 Mar 99999 10:00", "1 Mar 0001 00:00 +1200",
     "0 Mar 2024 10:00", "1 Mar 2024 24:61:00", "Fr, 1 März 2024 10:00", "Пт, 1 мар 2024 10:00",
     "1 Juillet 2024 10:00", "2024-13-01 10:00", "1 Mar 20\x0024 10:00",
     "2024-03-011", "March 1, 2024x", "(" * 300],
)  # fmt: skip
def test_what_is_no_date_is_none(value):
    assert parse_date(value.encode()) is None


ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
SECONDS = st.integers(-3_900_000_000, 251_000_000_000)  # 1900 to 9977


@given(SECONDS, ZONES)
def test_correct_dates_come_back(seconds, zone):
    date = (TEN + timedelta(seconds=seconds)).astimezone(zone)
    found = parse_date(format_datetime(date).encode())
    assert found == date
    assert found is not None
    found.astimezone(timezone(timedelta(hours=23)))
    found.astimezone(timezone(timedelta(hours=-23)))


@given(st.text(alphabet="0123456789 -+:,./TZMarJnFi()GAP", max_size=60))
def test_shards_never_raise_and_are_aware(value):
    date = parse_date(value.encode())
    assert date is None or date.utcoffset() is not None


@given(st.binary(max_size=300))
def test_any_octets_never_raise(value):
    parse_date(value)
