"""The servers of the organisation that took a message in: what they wrote can be believed."""

import ipaddress
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from .received import Hop

_HOST: Final = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,20}")
_SECOND_LEVEL_NAMES: Final = "ac co com edu gob gouv gov id ltd me mil ne net nom or org plc sch"
_SECOND_LEVEL: Final = frozenset(_SECOND_LEVEL_NAMES.split())
_COUNTRY: Final = 2  # letters of a country's top-level domain
_NOT_LOOKED_UP: Final = re.compile(r"\((?:HELO|EHLO) ", re.IGNORECASE)
_LOCAL: Final = re.compile(r"(?:UTF8)?LMTPS?A?")


def organisation(host: str) -> str:
    """What hosts of one organisation have in common, lower case; '' where that is no host."""
    host = host.lower().rstrip(".")
    literal = host.removeprefix("[").removesuffix("]").removeprefix("ipv6:")
    try:
        return str(ipaddress.ip_address(literal)) if literal.isascii() else ""
    except ValueError:
        pass
    if not _HOST.fullmatch(host):
        return ""
    labels = host.split(".")
    deep = len(labels[-1]) == _COUNTRY and len(labels) > 1 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if deep else labels[-2:])


def receivers(hops: Sequence[Hop]) -> tuple[str, int]:
    """The organisation that took the message in, and where its lowest Received field stands.

    Args:
        hops: newest first. The topmost is of the organisation, and so is the next one as long as
            the one above says that it got the message from there; see `trace.trace`.
    """
    if not hops:
        return "", 0
    ours, last = organisation(hops[0].by or ""), hops[0].position
    for above, below in pairwise(hops):
        if organisation(below.by or "") != ours or not _from_inside(above, ours):
            break
        last = below.position
    return ours, last


def _from_inside(hop: Hop, ours: str) -> bool:
    """Whether the sender was one of our servers; the name in HELO says nothing."""
    if _LOCAL.fullmatch(hop.protocol or ""):
        return True
    if hop.address is not None and ipaddress.ip_address(hop.address).is_loopback:
        return True
    if hop.reverse is None or _NOT_LOOKED_UP.search(hop.value):
        return False  # qmail takes the name for granted that the address's owner chose
    return organisation(hop.reverse) == ours
