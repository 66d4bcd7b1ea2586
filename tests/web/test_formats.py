from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import formats


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
        (0, 0, 0, "0 %"),
        (5, 0, 0, "0 %"),
        (1, 3, 33.33, "33 %"),
        (3, 3, 100, "100 %"),
        (5, 3, 100, "100 %"),
        (-1, 3, 0, "0 %"),
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
