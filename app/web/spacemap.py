"""Where the space goes: the strip of the largest messages, and the size bands."""

from collections.abc import Sequence

from app.mailbox import Mailbox, Message

from . import formats
from .liststate import PER_PAGE, ListState
from .views import BandView, BlockView, StatView
from .words import N_, _

_LARGEST = 5
_BANDS = (
    (N_("over 10 MB"), 10_000_000),
    (N_("1 to 10 MB"), 1_000_000),
    (N_("100 KB to 1 MB"), 100_000),
    (N_("under 100 KB"), 0),
)
_HEATS = ((10_000_000, 5), (5_000_000, 4), (1_000_000, 3), (100_000, 2))


def heat(octets: int) -> int:
    """How warm a size is shown, 1 to 5."""
    return next((heat for least, heat in _HEATS if octets >= least), 1)


def _title(message: Message) -> str:
    summary = message.summary
    subject = f" · {summary.subject}" if summary and summary.subject else ""
    return formats.size(message.octets) + subject


def stat(mailbox: Mailbox, by_size: Sequence[Message]) -> StatView:
    """The line under the top bar."""
    totals = mailbox.index.totals
    largest = by_size[:_LARGEST]
    blocks = []
    x = 0.0
    for message in largest:
        width = formats.percent(message.octets, totals.octets)
        href = ListState().href(f"/mailbox/messages/{message.id}")
        blocks.append(BlockView(x, width, heat(message.octets), _title(message), href))
        x = round(x + width, 2)
    rest = by_size[_LARGEST:]
    if rest:
        title = _("%(size)s in all other messages", size=formats.size(sum(m.octets for m in rest)))
        blocks.append(BlockView(x, round(max(100 - x, 0), 2), 1, title, "/mailbox"))
    return StatView(
        messages=totals.messages,
        size=formats.size(totals.octets),
        largest=len(largest),
        share=formats.share(sum(m.octets for m in largest), totals.octets),
        blocks=tuple(blocks),
    )


def bands(mailbox: Mailbox, by_size: Sequence[Message]) -> tuple[BandView, ...]:
    """The size bands."""
    views = []
    start = 0
    for label, least in _BANDS:
        stop = start
        while stop < len(by_size) and by_size[stop].octets >= least:
            stop += 1
        octets = sum(m.octets for m in by_size[start:stop])
        page = ListState().at(start // PER_PAGE + 1)
        views.append(
            BandView(
                label=_(label),
                messages=stop - start,
                size=formats.size(octets),
                share=formats.percent(octets, mailbox.index.totals.octets),
                href=f"{page.href()}#m-{by_size[start].id}" if stop > start else "",
            )
        )
        start = stop
    return tuple(views)
