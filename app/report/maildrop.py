"""What a maildrop's answers are worth: counts, unique-ids, sizes, TOP. Pure rules."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.pop3 import MessageNumber, ScanListing, Stat, UniqueId

from .checks import Check, Finding, Topic, found, skipped


def counts(stat: Stat, listing: Sequence[ScanListing]) -> Check:
    """STAT against LIST."""
    octets = sum(row.octets or 0 for row in listing)
    if stat.messages != len(listing) or stat.octets != octets:
        return found(
            Finding.COUNT_DIFFERS,
            f"STAT: {stat.messages} {stat.octets}",
            f"LIST: {len(listing)} {octets}",
        )
    if not listing:
        return found(Finding.COUNT_NONE)
    return found(Finding.COUNT_SAME, n=len(listing), octets=octets)


def uidls(rows: Sequence[UniqueId | None] | None, *, told: bool, messages: int) -> Check:
    """UIDL: there, usable, unique.

    Args:
        rows: the answer, unusable rows as None; None where it was refused.
        told: whether CAPA announces UIDL.
        messages: how many there are.
    """
    if rows is None:
        return found(Finding.UIDL_REFUSED if told else Finding.UIDL_MISSING)
    usable = [row.uidl for row in rows if row is not None]
    if len(usable) < messages:
        return found(Finding.UIDL_UNUSABLE, n=messages - len(usable))
    if usable and all(_is_number(row) for row in rows if row is not None):
        return found(Finding.UIDL_NUMBERS, n=len(usable))
    twice = sorted(uidl for uidl, times in Counter(usable).items() if times > 1)
    if twice:
        return found(Finding.UIDL_DUPLICATES, *twice[:5], n=len(twice))
    if not told:
        return found(Finding.UIDL_UNANNOUNCED, n=len(usable))
    return found(Finding.UIDL_UNIQUE, n=len(usable))


def _is_number(row: UniqueId) -> bool:
    return row.uidl.isdecimal() and row.uidl.lstrip("0") == str(row.number)


def stable(before: Sequence[str], after: Sequence[str]) -> Check:
    """Whether two logins gave the same unique-ids; mail that came or went meanwhile is no change.

    Unique-ids that were there and are not are a change where others have taken their place.
    """
    if not before or not after:
        return skipped(Topic.STABLE, Finding.EMPTY)
    gone = [uidl for uidl in before if uidl not in set(after)]
    new = [uidl for uidl in after if uidl not in set(before)]
    if gone and new:
        details = (*(f"- {uidl}" for uidl in gone[:3]), *(f"+ {uidl}" for uidl in new[:3]))
        return found(Finding.STABLE_CHANGED, *details, n=len(gone))
    return found(Finding.STABLE, n=len(before) - len(gone))


def sizes(listed: Mapping[MessageNumber, int], sent: Mapping[MessageNumber, int]) -> Check:
    """LIST's octets against what RETR sent, on a sample."""
    if not sent:
        return skipped(Topic.SIZES, Finding.NOTHING_SMALL)
    wrong = {n: octets for n, octets in sent.items() if listed[n] != octets}
    if not wrong:
        return found(Finding.SIZES_SAME, n=len(sent))
    number, octets = next(iter(wrong.items()))
    return found(
        Finding.SIZES_DIFFER,
        *(f"{n}: LIST {listed[n]}, RETR {wrong[n]}" for n in wrong),
        listed=listed[number],
        sent=octets,
        n=len(wrong),
        of=len(sent),
    )


@dataclass(frozen=True, slots=True)
class TopSeen:
    """What TOP gave for one message.

    Attributes:
        number: which.
        zero: TOP n 0.
        some: TOP n `asked`.
        asked: lines asked for there.
        whole: RETR n, or None where that was not sent.
    """

    number: MessageNumber
    zero: bytes
    some: bytes
    asked: int
    whole: bytes | None


def tops(seen: Sequence[TopSeen], *, most_refused: bool) -> Iterator[Check]:
    """TOP: exact lines, headers only where none were asked for, headers as RETR has them."""
    findings: list[Check] = []
    for one in seen:
        findings += (check for check in _top(one) if check.finding not in _of(findings))
    if most_refused:
        findings.append(found(Finding.TOP_MOST))
    if not findings and seen:
        findings.append(found(Finding.TOP_EXACT, n=len(seen)))
    yield from findings


def _of(checks: Sequence[Check]) -> set[Finding]:
    return {check.finding for check in checks}


def _parts(message: bytes) -> tuple[bytes, bool, list[bytes]]:
    """The header, whether a blank line follows it, and the lines of the body."""
    lines = message.replace(b"\r\n", b"\n").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    at = lines.index(b"") if b"" in lines else len(lines)
    return b"\n".join(lines[:at]), at < len(lines), lines[at + 1 :]


def _top(seen: TopSeen) -> Iterator[Check]:
    number = int(seen.number)
    header, blank, body = _parts(seen.zero)
    _, _, some = _parts(seen.some)
    if seen.whole is None:
        expected = None
    else:
        full, has_body, lines = _parts(seen.whole)
        expected = len(lines)
        if header != full:
            yield found(Finding.TOP_HEADERS, *_field_changes(header, full), number=number)
        if has_body and not blank:
            yield found(Finding.TOP_NO_BLANK, number=number)
    if body and (expected is None or len(body) >= expected):
        yield found(Finding.TOP_WHOLE, number=number, n=len(body))
    elif body:
        yield found(Finding.TOP_LINES, number=number, asked=0, n=len(body))
    elif len(some) > seen.asked or (expected is not None and len(some) < min(seen.asked, expected)):
        yield found(Finding.TOP_LINES, number=number, asked=seen.asked, n=len(some))


def _field_changes(top: bytes, retr: bytes) -> tuple[str, ...]:
    a, b = Counter(_field_names(top)), Counter(_field_names(retr))
    return tuple([f"- {name}" for name in b - a] + [f"+ {name}" for name in a - b])


def _field_names(header: bytes) -> list[str]:
    lines = (line for line in header.split(b"\n") if not line[:1].isspace())
    return [line.partition(b":")[0].decode("ascii", "replace")[:80] for line in lines]
