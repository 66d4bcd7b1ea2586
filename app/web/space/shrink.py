"""“Make room”: what was typed, what to propose, and what to say where nothing fits."""

import re
import unicodedata
from decimal import Decimal
from typing import Final

from app.mailbox import Order, Proposal, Query, Selection, Totals
from app.web.list.list_url import ListState
from app.web.site import formats
from app.web.site.words import _, ngettext

from .views import UnderView

_LONGEST: Final = 40  # characters
_MB: Final = 10**6
_KB: Final = 10**3
# No three digits behind a point or comma: some people write thousands so.
_TYPED: Final = re.compile(r"(\d{1,15})(?:[.,](\d{1,2}))? ?(|[BO]|[KMGT](?:I?[BO])?)", re.ASCII)
_POWERS: Final = {"K": 1, "M": 2, "G": 3, "T": 4}


def read_size(typed: str) -> int | None:
    """Octets of `300` (MB), `500K`, `1.5 GB` or `2GiB`; None where it is no size above 0."""
    text = unicodedata.normalize("NFKC", typed[: _LONGEST + 1]).strip().upper()
    found = _TYPED.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    unit = found[3] or "M"
    base = 1024 if "I" in unit else 1000
    octets = int(Decimal(f"{found[1]}.{found[2] or 0}") * base ** _POWERS.get(unit[0], 0))
    return octets or None


def suggested(octets: int) -> str:
    """A size to begin with, a round step below what is there; "" where that is next to nothing."""
    step = 10 ** (len(str(octets)) - 1) // 2
    below = (octets - 1) // step * step if step else 0
    if below < _KB:
        return ""
    return f"{below / _MB:.1f}".removesuffix(".0") if below >= _MB else f"{below // _KB}K"


def form(octets: int) -> UnderView:
    """The form as it stands there first."""
    return UnderView(suggested(octets))


def left_under(octets: int, total: int, *, free: bool) -> int:
    """What must stay under, so that so many octets are freed, or no more than that are kept."""
    return (total - octets if free else octets) + 1


def way(found: Proposal, order: Order, typed: str, *, free: bool) -> str:
    """The list with what was proposed, that which goes first on top, and what was asked."""
    sort = "-size" if order is Order.LARGEST else "date"
    asked = {"free" if free else "keep": typed}
    return ListState(sort=sort, q=str(Query(found.terms))).href(**asked)


def answer(typed: str, sort: str, chosen: Selection, totals: Totals, *, free: bool) -> UnderView:
    """The form beside the list that answers it: how much that is, and what would be left."""
    count = len(chosen.matched)
    said = ngettext(
        "%(n)s message: without it, the mailbox would be %(left)s.",
        "%(n)s messages: without them, the mailbox would be %(left)s.",
        count,
        n=formats.number(count),
        left=formats.size(totals.octets - chosen.octets, totals.unsized - chosen.unsized),
    )
    return UnderView(typed[:_LONGEST], free=free, oldest=sort == "date", said=said)


def refusal(
    typed: str,
    under: int | None,
    order: Order,
    found: Proposal | None,
    coming: int = 0,
    *,
    free: bool = False,
) -> UnderView | None:
    """Why there is nothing to show, or None where there is.

    Args:
        typed: the size as it was typed.
        under: the octets that must not be reached, 0 or less where there are not so many to be
            freed, or None where it is no size.
        order: which messages go first.
        found: what was proposed, if that was tried.
        coming: headers still to be read: any of them may be older than what is known, and a
            filter by date would mean more messages with each one that comes in.
        free: whether it is what is to be freed; else what is to be kept.
    """
    if under is None or found is None:
        said = _("This is not a size. Type one such as 300, 500K or 1.5G; a number alone means MB.")
        return UnderView(typed[:_LONGEST], free, order is Order.OLDEST, said, wrong=True)
    said = ""
    size = formats.size(found.left)
    if under <= 0:
        said = _("The mailbox is only %(size)s.", size=formats.size(found.left + found.octets))
    elif not found.terms and found.left < under:
        said = _("The mailbox is %(size)s: nothing has to go.", size=size)
    elif order is Order.OLDEST and coming:
        said = ngettext(
            "%(n)s header is still to be read; until then it is not known which messages "
            "are the oldest. Try again later, or begin with the largest.",
            "%(n)s headers are still to be read; until then it is not known which messages "
            "are the oldest. Try again later, or begin with the largest.",
            coming,
            n=formats.number(coming),
        )
    elif not found.terms and found.left >= under:
        said = _("No message's date is known yet, so nobody can tell which are the oldest.")
    elif found.left >= under:
        said = " ".join((
            _("Even without every message whose date is known, %(size)s would be left.", size=size),
            ngettext(
                "The date of %(n)s message is not known.",
                "The dates of %(n)s messages are not known.",
                found.undecided,
                n=formats.number(found.undecided),
            ),
        ))  # fmt: skip
    return UnderView(typed, free, order is Order.OLDEST, said) if said else None
