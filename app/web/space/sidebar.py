"""Where the space goes: the strip of the largest messages, and the column beside the list."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.mailbox import By, Mailbox, Message, cut, ranked
from app.web.list.filter_words import present
from app.web.list.list_url import ListState
from app.web.list.rows import heat
from app.web.site import formats
from app.web.site.words import _

from . import shrink
from .facets import IN_COLUMN, PAGE, Facets, total
from .views import BlockView, FacetsFragment, MapView, StatView, UnderView
from .within import Grouped

MOST_UNREAD: Final = 1000  # headers that a page of the list would parse for its facets, some 40 ms
_LARGEST: Final = 5


def _title(message: Message) -> str:
    """Size and subject, as far as that is known."""
    summary = message.summary
    subject = f" · {summary.subject}" if summary and summary.subject else ""
    return formats.size(message.octets) + subject


def stat(mailbox: Mailbox, by_size: Sequence[Message]) -> StatView:
    """The line under the top bar."""
    totals = mailbox.index.totals
    order = ranked(by_size, _LARGEST + 1)
    largest = order[:_LARGEST]
    meant = cut(order, len(largest)) if largest else None
    blocks = []
    x = 0.0
    for message in largest:
        width = formats.percent(message.counted, totals.octets)
        href = ListState().href(f"/mailbox/messages/{message.id}")
        blocks.append(BlockView(x, width, heat(message.counted), _title(message), href))
        x = round(x + width, 2)
    octets = sum(m.counted for m in largest)
    if len(order) > len(largest) and meant is not None:
        rest = replace(meant, negated=not meant.negated)
        title = _(
            "%(size)s in all other messages",
            size=formats.size(totals.octets - octets, totals.unsized),
        )
        href = ListState(q=str(rest)).href()
        blocks.append(BlockView(x, round(max(100 - x, 0), 2), 1, title, href))
    return StatView(
        totals=totals,
        largest=len(largest),
        octets=octets,
        blocks=tuple(blocks),
        href=ListState(q=str(meant)).href() if len(order) > len(largest) else "/mailbox",
    )


def facets(state: ListState, within: Grouped) -> FacetsFragment:
    """What stands beside the list."""
    made = {by: Facets(state, total(within.by[by]).octets) for by in By}
    query = present(state.q)
    return FacetsFragment(
        sizes=made[By.SIZE].kind(By.SIZE, within.by[By.SIZE]),
        groups=tuple(made[by].kind(by, within.by[by], IN_COLUMN) for by in (By.SENDER, By.DOMAIN)),
        months=made[By.MONTH].months(within.by[By.MONTH]),
        href=ListState(q=str(query)).href(PAGE),
        narrowed=not query.matches_all,
        waiting=within.waiting,
    )


def space_map(
    mailbox: Mailbox, state: ListState, within: Grouped, under: UnderView | None = None
) -> MapView:
    """The column beside the list; `under` is what was asked for before."""
    return MapView(facets(state, within), under or shrink.form(mailbox.index.totals.octets))
