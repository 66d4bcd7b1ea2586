from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.dates import parse_date
from tests.support.table import table

TEN = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)


@table(
    "value, hours",
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
        # zones in all their forms
        ("Fri, 1 Mar 2024 10:00:00 +02", 2),
        ("Fri, 1 Mar 2024 10:00:00 -7", -7),
        ("Fri, 1 Mar 2024 10:00:00 +200", 2),
        ("Fri, 1 Mar 2024 10:00:00 -330", -3.5),
        ("Fri, 1 Mar 2024 10:00:00 0200", 2),
        ("Fri, 1 Mar 2024 10:00:00 0530", 5.5),
        ("Fri, 1 Mar 2024 10:00:00 0000", 0),
        ("Fri, 1 Mar 2024 10:00:00 + 0200", 2),
        ("Fri, 1 Mar 2024 10:00:00 +5:30", 5.5),
        ("Fri, 1 Mar 2024 10:00:00 +0200 (CEST)", 2),
        ("Fri, 1 Mar 2024 10:00:00 CEST +0200", 2),
        ("Fri, 1 Mar 2024 10:00:00 EST-0500", -5),
        ("Fri, 1 Mar 2024 10:00:00 BST", 1),
        ("Fri, 1 Mar 2024 10:00:00 cet", 1),
        ("Fri, 1 Mar 2024 10:00:00 MESZ", 2),
        ("Fri, 1 Mar 2024 10:00:00 IST", 5.5),
        ("Fri, 1 Mar 2024 10:00:00 NST", -3.5),
        ("Fri, 1 Mar 2024 10:00:00 ACDT", 10.5),
        ("Fri, 1 Mar 2024 10:00:00 SGT", 8),
        ("Fri, 1 Mar 2024 10:00:00 z", 0),
        ("Fri, 1 Mar 2024 10:00:00 A", 0),  # military, long sent wrongly
        ("Fri Mar 1 10:00:00 BST 2024", 1),
        # numbers alone, where they tell
        ("01.03.2024 10:00", 0),
        ("1.3.24 10:00:00 +0100", 1),
        ("2024.03.01 10:00:00", 0),
        # the programs' own languages
        ("Fr, 1 März 2024 10:00:00 +0100", 1),
        ("Fr, 1. Mrz 2024 10:00:00 +0100", 1),
        ("ven., 1 mars 2024 10:00:00 +0100", 1),
        ("vr, 1 mrt 2024 10:00:00 +0100", 1),
        ("Пт, 1 мар 2024 10:00:00 +0300", 3),
        ("星期五, 1 三月 2024 10:00:00 +0800", 8),
        ("星期五, 1 3月 2024 10:00:00 +0800", 8),
        ('"Fri, 1 Mar 2024 10:00:00 +0000"', 0),
        ("=?utf-8?Q?Fri,_1_Mar_2024_10:00:00_+0100?=", 1),
        ("Fri , 1 Mar 2024 10:00:00 +0100", 1),
        ("Fri, 1 Mar 2024 , 10:00:00 a.m. +0100", 1),
        ("Cum, 1 Mar 2024 10:00:00 +0300", 3),
        ("Παρ, 1 Μαρ 2024 10:00:00 +0200", 2),
        ("пт, 1 бер 2024 10:00:00 +0200", 2),
        ("pá, 1 bře 2024 10:00:00 +0100", 1),
        ("pe, 1 maaliskuuta 2024 10:00 +0200", 2),
        ("금, 1 3월 2024 10:00:00 +0900", 9),
        ("sexta-feira, 1 de março de 2024 10:00 -0300", -3),
        ("2024年3月1日(金) 10:00:00 +0900", 9),
        ("2024年3月1日 星期五 上午10:00 +0800", 8),
        ("2024년 3월 1일 금요일 오전 10:00 +0900", 9),
        ("2024. 3. 1. 오전 10:00 KST", 9),
        ("Fri, 1 Mar 2024 午前 10:00:00 +0900", 9),
        # written in other ways
        ("Fri, Mar 1, 2024 at 10:00 AM +0100", 1),
        ("Fri, 1st March 2024 10:00:00 +0100", 1),
        ("March 1st, 2024 10:00 AM -0500", -5),
        ("Fri, 1 Mar 2024 10: 0: 0 +0100", 1),
        ("1/Mar/2024:10:00:00 +0100", 1),
        ("20240301T100000Z", 0),
        ("20240301100000 +0100", 1),
        ("Date: Fri, 1 Mar 2024 10:00:00 +0100", 1),
        ("Fri, 1 Mar 2024 10:00:00 --0500", -5),
        ("Fri, 1 Mar 2024 10:00:00 \u22120500", -5),
        ("Fri, 1 Mar 2024 10:00:00 W. Europe Standard Time", 1),
        ("Fri, 1 Mar 2024 10:00:00 Eastern Daylight Time", -4),
        ("Fri, 1 Mar 2024 10:00:00 China Standard Time", 8),
        ("Fri, 1 Mar 2024 10:00:00 Central European Summer Time", 2),
        ("Fri, 1 Mar 2024 10:00:00 Strange Standard Time", 0),
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
        ("6/29/2022 11:57:13 AM", datetime(2022, 6, 29, 11, 57, 13, tzinfo=UTC)),
        ("29/6/2022 11:57:13 PM", datetime(2022, 6, 29, 23, 57, 13, tzinfo=UTC)),
        ("06-29-22 1:02", datetime(2022, 6, 29, 1, 2, tzinfo=UTC)),
        ("6/6/2022 12:00 AM -0700", datetime(2022, 6, 6, 7, 0, tzinfo=UTC)),
        ("Wed, 29.06.2022", datetime(2022, 6, 29, tzinfo=UTC)),
        ("1 Dez 2022 10:00 +0100", datetime(2022, 12, 1, 9, 0, tzinfo=UTC)),
        ("1 ago 2022", datetime(2022, 8, 1, tzinfo=UTC)),
        ("1 août 2022", datetime(2022, 8, 1, tzinfo=UTC)),
        ("1 juil. 2022", datetime(2022, 7, 1, tzinfo=UTC)),
        ("1 Giugno 2022", datetime(2022, 6, 1, tzinfo=UTC)),
        # clocks that cannot be keep their day
        ("1 Mar 2024 24:00:00 +0000", TEN.replace(hour=0)),
        ("1 Mar 2024 29:24:05 +0100", datetime(2024, 2, 29, 23, 0, tzinfo=UTC)),
        ("1 Mar 2024 10:61 +0000", TEN.replace(hour=0)),
        ("2024-03-01T25:00:00Z", TEN.replace(hour=0)),
        ("1 Mar 49 10:00 +0000", TEN.replace(year=2049)),
        ("1 Mar 50 10:00 +0000", TEN.replace(year=1950)),
        ("1 Mar 124 10:00 +0000", TEN),
        ("1 Mar 2024", TEN.replace(hour=0)),
        ("1 Mar 2024 12:00 AM", TEN.replace(hour=0)),
        ("2022/6/29 下午 1:57", datetime(2022, 6, 29, 13, 57, tzinfo=UTC)),
        ("2022. 6. 29. 오후 11:57", datetime(2022, 6, 29, 23, 57, tzinfo=UTC)),
        ("29 Haz 2022", datetime(2022, 6, 29, tzinfo=UTC)),
        ("15 Ağu 2022", datetime(2022, 8, 15, tzinfo=UTC)),
        ("30 października 2022", datetime(2022, 10, 30, tzinfo=UTC)),
        ("30. června 2022", datetime(2022, 6, 30, tzinfo=UTC)),
        ("30. července 2022", datetime(2022, 7, 30, tzinfo=UTC)),
        ("1 marraskuuta 2022", datetime(2022, 11, 1, tzinfo=UTC)),
        ("20220629", datetime(2022, 6, 29, tzinfo=UTC)),
        ("1 Mar 2024 13:30 PM", TEN.replace(hour=13, minute=30)),
        ("1 Mar 2024 12:30 pm", TEN.replace(hour=12, minute=30)),
        ("31 Dec 2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_short_years_half_days_and_leap_seconds(value, date):
    assert parse_date(value.encode()) == date


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "31 Jun 2024 10:00:00", "1 Mar 99999 10:00", "1 Mar 0001 00:00 +1200",
     "0 Mar 2024 10:00", "1 Jui 2024 10:00", "1 Lis 2024 10:00", "6/7/2022 10:00:00 AM",
     "13/13/2022", "32.01.2022", "6/7/22", "2024-13-01 10:00", "1 Mar 20\x0024 10:00",
     "2024-03-011", "202403011",
     "1709287200", "1 Srp 2024 10:00", "2024年13月1日", "March 1, 2024x", "(" * 300],
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
