import sys
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.zones import zone_for

SUMMER = datetime(2026, 7, 1)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("/citadel.org/20210210_1/Europe/Berlin", "Europe/Berlin"),
        ("/vendor.example/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("UTC", "UTC"),
        ("GMT", "UTC"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_names_of_zones(name, key):
    found = zone_for(name)
    assert found is not None
    assert found.key == key


def test_windows_names():
    pytest.importorskip("icalendar")
    found = zone_for("W. Europe Standard Time")
    assert found is not None
    assert found.utcoffset(SUMMER) == zone_for("Europe/Berlin").utcoffset(SUMMER)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "name",
    ["", "/", "Europe", "Europe/", "Nowhere/Land", "Customized Time Zone", "../../etc/passwd",
     "/etc/localtime", "Europe/../Europe/Berlin/..", "posixrules", "tzdata.zoneinfo", "os", "\x00",
     "a/" * 100_000, "Europe/Berlin" + "x" * 200],
)  # fmt: skip
def test_names_of_no_zone(name):
    before = set(sys.modules)
    assert zone_for(name) is None
    assert not {module for module in set(sys.modules) - before if module.startswith("tzdata")}


@given(st.one_of(st.text(max_size=120), st.text(alphabet="/.ABEeurop", max_size=60)))
def test_any_name_never_raises(name):
    zone_for(name)
