"""Messages of a sample by RETR and by TOP: sizes, lines, headers, dots.

What was RETR'd never meets a QUIT, see `transaction`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress

from app.pop3 import CommandRejected, MessageNumber, ScanListing, commands

from . import maildrop
from .checks import Check, Finding, Topic, found, skipped
from .dots import Dots
from .transaction import SMALL, Inside, sample

_ALL = 40_000  # lines; no message of a sample has more
_TOPS = 3  # messages for TOP
_ASKED = 2  # lines


async def compare(
    inside: Inside, renew: Callable[[], Awaitable[None]], *, known: bool = False
) -> AsyncIterator[Check]:
    """LIST against RETR, TOP against both, and dots in both; under EXPIRE 0 without RETR.

    Args:
        inside: the first login.
        renew: makes it anew: where dots are not stuffed, a message may end a connection.
        known: the server was seen to break messages off at lone dots.
    """
    rows = sample(inside.listing)
    if not rows:
        why = Finding.NOTHING_SMALL if inside.messages else Finding.EMPTY
        yield skipped(Topic.SIZES, why)
        yield skipped(Topic.TOP, why)
        return
    whole: dict[MessageNumber, bytes] = {}
    dots = Dots(known)
    dotted: list[ScanListing] = []
    if inside.capabilities.expire_at_once:
        yield skipped(Topic.SIZES, Finding.WOULD_POP)
    else:
        sent = await _retrieve(inside, rows, whole, dots, dotted)
        yield maildrop.sizes({row.number: row.octets or 0 for row in rows}, sent)
    for row in dotted[-1:] if "RETR" in dots.stuffed | dots.bare else rows:
        if not inside.connection.alive:
            await renew()
        with suppress(CommandRejected):
            got = await inside.connection.fetch(commands.top(row.number, _ALL), 2 * SMALL)
            if dots.saw("TOP", got):
                dotted.append(row)
                break
    for check in dots.checks():
        yield check
    if not inside.connection.alive:
        await renew()
    broken = {row.number for row in dotted} if dots.bare else set()
    for check in await _tops(inside, [row for row in rows if row.number not in broken], whole):
        yield check


async def _retrieve(
    inside: Inside,
    rows: Sequence[ScanListing],
    whole: dict[MessageNumber, bytes],
    dots: Dots,
    dotted: list[ScanListing],
) -> dict[MessageNumber, int]:
    """RETR of a sample, up to one that breaks off: octets sent for each."""
    inside.retrieved = True
    sent: dict[MessageNumber, int] = {}
    for row in rows:
        with suppress(CommandRejected):
            got = await inside.connection.fetch(commands.retr(row.number), 2 * SMALL)
            if dots.saw("RETR", got):
                dotted.append(row)
            if got.cut:
                break
            sent[row.number] = got.octets
            if got.whole:
                whole[row.number] = got.data
    # The best to compare by is one with a lone dot.
    dotted.sort(key=lambda row: b"\n.\r\n" in whole.get(row.number, b"\n.\r\n"))
    return sent


async def _tops(
    inside: Inside, rows: Sequence[ScanListing], whole: dict[MessageNumber, bytes]
) -> Sequence[Check]:
    if not rows:
        return [skipped(Topic.TOP, Finding.NOTHING_SMALL)]
    connection = inside.connection
    seen: list[maildrop.TopSeen] = []
    # The largest of the sample have lines enough to be cut off.
    for row in rows[-_TOPS:]:
        try:
            zero = await connection.fetch(commands.top(row.number, 0), 2 * SMALL)
            some = await connection.fetch(commands.top(row.number, _ASKED), 2 * SMALL)
        except CommandRejected as error:
            return [found(Finding.TOP_MISSING, error.reply)]
        seen.append(
            maildrop.TopSeen(row.number, zero.data, some.data, _ASKED, whole.get(row.number))
        )
    most_refused = False
    try:
        await connection.fetch(commands.top(rows[0].number, commands.MAX_TOP_LINES), 2 * SMALL)
    except CommandRejected:
        most_refused = True
    return list(maildrop.tops(seen, most_refused=most_refused))
