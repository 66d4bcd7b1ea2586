"""Mails that break parsers, each with what is to be read in it; see `Case` and `CASES`.

It imports nothing of the app. The huge ones are made anew each time `raw` is asked for.
"""

from .addresses import ADDRESSES
from .attachments import CONTAINERS, NAMES
from .bodies import BODIES
from .boundaries import BOUNDARIES
from .case import Case
from .charsets import CHARSETS
from .damaged import DAMAGED
from .dates import DATES
from .headers import HEADERS
from .huge import HUGE
from .structure import STRUCTURE
from .transfer import TRANSFER
from .within import WITHIN

__all__ = ["CASES", "HUGE", "Case"]

CASES: tuple[Case, ...] = (
    *HEADERS,
    *ADDRESSES,
    *DATES,
    *CHARSETS,
    *BOUNDARIES,
    *STRUCTURE,
    *BODIES,
    *TRANSFER,
    *NAMES,
    *CONTAINERS,
    *WITHIN,
    *DAMAGED,
    *HUGE,
)
