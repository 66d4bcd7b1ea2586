from collections.abc import Callable
from contextvars import copy_context
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel.localedata import locale_identifiers
from hypothesis import given
from hypothesis import strategies as st

from app.web.site import formats, languages


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (-5, "0 B"),
        (0, "0 B"),
        (1, "1 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (6318, "6.3 KB"),
        (10_000, "10 KB"),
        (312_000, "312 KB"),
        (999_499, "999 KB"),
        (999_500, "1.0 MB"),
        (1_000_000, "1.0 MB"),
        (61_200_000, "61.2 MB"),
        (999_949_999, "999.9 MB"),
        (999_950_000, "1.0 GB"),
        (5_000_000_000_000, "5.0 TB"),
    ],
)
def test_sizes(octets, shown):
    assert formats.size(octets) == shown


@given(st.integers(min_value=0, max_value=10**15))
def test_a_size_is_never_1000_of_a_smaller_unit(octets):
    figure, unit = formats.size(octets).split()
    assert unit == "TB" or float(figure) < 1000


@pytest.mark.parametrize(
    ("part", "whole", "percent", "share"),
    [
        (0, 0, 0, "0%"),
        (5, 0, 0, "0%"),
        (1, 3, 33.33, "33%"),
        (3, 3, 100, "100%"),
        (5, 3, 100, "100%"),
        (-1, 3, 0, "0%"),
    ],
)
def test_shares(part, whole, percent, share):
    assert formats.percent(part, whole) == percent
    assert formats.share(part, whole) == share


def test_numbers_and_dates():
    assert formats.number(1284) == "1,284"
    now = datetime(2026, 11, 23, tzinfo=UTC).astimezone()
    noon = datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert formats.day(noon, now) == "3 Mar"
    assert formats.day(noon.replace(year=2024), now) == "3 Mar 2024"
    assert formats.day(noon.replace(year=2024)) == "3 Mar 2024"
    this_year = noon.replace(year=formats.now().year)
    assert formats.day(this_year) == "3 Mar"
    assert "3 Mar 2026" in formats.when(noon)
    assert formats.when_exactly(noon).startswith("3 Mar 2026, ")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=12))),
    ],
)
def test_the_ends_of_time_break_nothing(moment):
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert formats.day(moment, now)
    assert formats.when(moment)
    assert formats.when_exactly(moment)


def written(accept: str, shown: Callable[[], str]) -> str:
    """What is shown to somebody whose browser asks for a language."""

    def run() -> str:
        languages.use(languages.negotiate(accept), UTC)
        return shown()

    return copy_context().run(run)


NOON = datetime(2026, 3, 3, 13, 5, 9, tzinfo=UTC)


# By CLDR; the units of sizes as people there write them.
@pytest.mark.parametrize(
    ("accept", "shown"),
    [
        ("en-GB", ["1,234,567", "6.3 KB", "61%", "3 Mar",
         "3 Mar 2026", "Tue, 3 Mar 2026, 13:05"]),
        ("en-US", ["1,234,567", "6.3 KB", "61%", "Mar 3",
         "Mar 3, 2026", "Tue, Mar 3, 2026, 1:05\u202fPM"]),
        ("de", ["1.234.567", "6,3\xa0KB", "61\xa0%", "3. März",
         "3. März 2026", "Di., 3. März 2026, 13:05"]),
        ("de-CH", ["1’234’567", "6.3\xa0KB", "61%", "3. März",
         "3. März 2026", "Di., 3. März 2026, 13:05"]),
        ("fr", ["1\u202f234\u202f567", "6,3\u202fKo", "61\xa0%", "3 mars",
         "3 mars 2026", "mar. 3 mars 2026, 13:05"]),
        ("es", ["1.234.567", "6,3\xa0KB", "61\xa0%", "3 mar",
         "3 mar 2026", "mar, 3 mar 2026, 13:05"]),
        ("ja", ["1,234,567", "6.3\xa0KB", "61%", "3月3日",
         "2026年3月3日", "2026年3月3日(火) 13:05"]),
    ],
)  # fmt: skip
def test_each_language_has_its_own_way_of_writing(accept, shown):
    ways: list[Callable[[], str]] = [
        lambda: formats.number(1_234_567),
        lambda: formats.size(6318),
        lambda: formats.share(61, 100),
        lambda: formats.day(NOON, NOON),
        lambda: formats.day(NOON, NOON.replace(year=2027)),
        lambda: formats.when(NOON),
    ]
    assert [written(accept, way) for way in ways] == shown


@pytest.mark.parametrize("code", languages.NAMES)
def test_every_place_of_every_language_can_be_written(code):
    places = [name for name in locale_identifiers() if name.split("_")[0] == code]
    assert places
    for name in places:
        tag = name.replace("_", "-")
        assert "2026" in written(tag, lambda: formats.when(NOON)), name
        assert "9" in written(tag, lambda: formats.when_exactly(NOON)), name
        assert written(tag, lambda: formats.day(NOON, NOON)), name


def test_the_year_is_left_out_by_the_persons_own_calendar():
    def shown() -> str:
        formats.zone.set(ZoneInfo("Asia/Tokyo"))
        return formats.day(datetime(2025, 12, 31, 20, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))

    assert copy_context().run(shown) == "1 Jan"


def test_months():
    day = date(2026, 3, 1)
    shown = (formats.month(day), formats.month_alone(day), formats.year(day))
    assert shown == ("March 2026", "Mar", "2026")
