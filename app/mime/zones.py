"""Names of time zones as calendars write them, to zones: IANA's, Windows', and vendors' paths.

A name comes from the sender, so it is looked for in a table first: zoneinfo would look for a file
or a package of that name. Only the zones of the table are ever read from the system.
"""

from functools import cache
from importlib import import_module
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_MAX_NAME: Final = 100
_MAX_DEPTH: Final = 3  # America/Argentina/Buenos_Aires
_UTC: Final = {"utc": "UTC", "gmt": "UTC", "z": "UTC", "etc/utc": "UTC"}


def zone_for(name: str) -> ZoneInfo | None:
    """The zone of that name, or None.

    Args:
        name: `Europe/Berlin`, `W. Europe Standard Time`, or `/vendor.example/Europe/Berlin`
            (RFC 5545, 3.8.3.1), any case.
    """
    if len(name) > _MAX_NAME:
        return None
    key = name.strip("/ ").lower()
    parts = key.split("/")[-_MAX_DEPTH:]
    candidates = ["/".join(parts[start:]) for start in range(len(parts))]
    found = next((known for one in (key, *candidates) if (known := _table().get(one))), None)
    return None if found is None else ZoneInfo(found)


@cache
def _table() -> dict[str, str]:
    # Without `localtime`, this machine's own zone, and the folders that hold all zones again.
    known = {name for name in available_timezones() if name[0].isupper() and name != "Factory"}
    table = {name.lower(): name for name in known}
    try:
        windows = import_module("icalendar.timezone.windows_to_olson").WINDOWS_TO_OLSON
    except ImportError:
        windows = {}
    table |= {key.lower(): name for key, name in windows.items() if name in known}
    return table | _UTC
