"""The route of a message: the servers it passed, and what they said about its sender.

Received fields stand newest first (RFC 5321, 4.4): every server puts its own on top. What stands
below the fields of one's own servers may have been written by the sender.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from .charsets import clean_line
from .headers import HeaderField, unfold
from .received import Hop, parse_received
from .receivers import organisation, receivers
from .verdicts import AuthVerdict, VerdictKind, parse_verdict, plain_authserv_id

MAX_HOPS: Final = 200
MAX_VERDICTS: Final = 100
MAX_SIGNATURES: Final = 50

_CLOCK_TOLERANCE: Final = timedelta(seconds=1)
_GOOGLE: Final = "mx.google.com"
_WITHIN_GOOGLE: Final = ipaddress.ip_network("2002:a05::/32")
_END: Final = 1 << 32  # behind every field
_KINDS: Final = {kind.value: kind for kind in VerdictKind}


@dataclass(frozen=True, slots=True)
class Signature:
    """A DKIM-Signature field (RFC 6376, 3.5): a claim, until somebody has checked it.

    Attributes:
        position: index of the field in the header.
        domain: who says it signed, `d=`; may be empty.
        selector: which of its keys, `s=`; may be empty.
    """

    position: int
    domain: str
    selector: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What the header tells of the message's way.

    Attributes:
        hops: oldest first; the 200 newest.
        verdicts: in the header's order, newest first.
        signatures: in the header's order.
        defects: `hops-cut`, `verdicts-cut`, `signatures-cut` where there were more.
    """

    hops: tuple[Hop, ...]
    verdicts: tuple[AuthVerdict, ...]
    signatures: tuple[Signature, ...]
    defects: tuple[str, ...]


def trace(fields: Sequence[HeaderField]) -> Trace:
    """The route that a header's fields tell. Never raises.

    A verdict is trusted only if the servers that took the message in must have written it. The
    topmost Received field is theirs: the sender had no part in what stands above it. So is the
    next one if its `by` is of the same organisation and the field above says that it got the
    message from there: over loopback or LMTP, or from a name of the organisation that was looked
    up; and so on. A verdict is trusted if it stands above the last of this run and its
    authserv-id, plainly written, is of the organisation too.

    Hosts are of one organisation when their last two labels are the same, three below a second
    level such as co.uk. An IP address and a single label equal only themselves.

    Google alone writes its verdict below its own Received field, and removes others that claim
    its name: the first Authentication-Results of mx.google.com between the Received field of
    mx.google.com and the next one is trusted, if only Google's own hops stand above that.

    Without Received nothing is trusted.
    """
    hops: list[Hop] = []
    said: list[tuple[AuthVerdict, str]] = []
    signatures: list[Signature] = []
    for position, field in enumerate(fields):
        name = field.name.lower()
        if name == "received":
            if len(hops) <= MAX_HOPS:
                hops.append(parse_received(_value(field), position))
        elif name in _KINDS:
            if len(said) <= MAX_VERDICTS:
                value = _value(field)
                verdict = parse_verdict(_KINDS[name], value, position)
                said.append((verdict, plain_authserv_id(_KINDS[name], value)))
        elif name == "dkim-signature" and len(signatures) <= MAX_SIGNATURES:
            signatures.append(_signature(_value(field), position))
    cut = (
        ("hops-cut", len(hops) > MAX_HOPS),
        ("verdicts-cut", len(said) > MAX_VERDICTS),
        ("signatures-cut", len(signatures) > MAX_SIGNATURES),
    )
    return Trace(
        hops=_timed(hops[MAX_HOPS - 1 :: -1]),
        verdicts=_judged(said[:MAX_VERDICTS], hops),
        signatures=tuple(signatures[:MAX_SIGNATURES]),
        defects=tuple(code for code, true in cut if true),
    )


def _value(field: HeaderField) -> str:
    """A field's value unfolded, encoded words as they stand: they are no part of its grammar."""
    return unfold(field.raw.partition(b":")[2]).decode("utf-8", "replace")


def _signature(value: str, position: int) -> Signature:
    tags: dict[str, str] = {}
    for tag in value.split(";"):
        name, _, text = tag.partition("=")
        tags.setdefault(name.strip(), clean_line("".join(text.split())[:256]))
    return Signature(position, tags.get("d", "").lower(), tags.get("s", ""))


def _timed(hops: Sequence[Hop]) -> tuple[Hop, ...]:
    """Hops, oldest first, with their delays and the clocks that disagree."""
    delays: dict[int, int] = {}
    for before, after in pairwise(hops):
        if before.date is not None and after.date is not None:
            delays[after.position] = _seconds(after.date - before.date)
    dated: list[tuple[int, datetime]] = [
        (hop.position, hop.date) for hop in hops if hop.date is not None
    ]
    wrong: set[int] = set()
    for (before_at, earlier), (after_at, later) in pairwise(dated):
        if earlier - later > _CLOCK_TOLERANCE:
            wrong |= {before_at, after_at}
    return tuple(
        replace(hop, delay=delays.get(hop.position), clock=hop.position in wrong) for hop in hops
    )


def _seconds(delay: timedelta) -> int:
    return delay // timedelta(seconds=1)


def _judged(
    said: Iterable[tuple[AuthVerdict, str]], hops: Sequence[Hop]
) -> tuple[AuthVerdict, ...]:
    """Verdicts with whether they can be trusted; `hops` newest first."""
    ours, last = receivers(hops)
    google = _google(hops)
    judged: list[AuthVerdict] = []
    for verdict, who in said:
        trusted = bool(ours) and verdict.position < last and organisation(who) == ours
        if who == _GOOGLE and verdict.kind is VerdictKind.RESULTS and verdict.position in google:
            trusted, google = True, range(0)
        judged.append(replace(verdict, trusted=trusted))
    return tuple(judged)


def _google(hops: Sequence[Hop]) -> range:
    """Positions of the fields that belong to the Received field of mx.google.com."""
    for index, hop in enumerate(hops):
        if (hop.by or "").lower() == _GOOGLE:
            below = hops[index + 1].position if index + 1 < len(hops) else None
            return range(hop.position, below if below is not None else _END)
        if hop.helo or hop.address or hop.reverse or not _within_google(hop.by or ""):
            break
    return range(0)


def _within_google(host: str) -> bool:
    try:
        return host.isascii() and ipaddress.ip_address(host) in _WITHIN_GOOGLE
    except ValueError:
        return False
