"""What the list holds: its filter, how much matches, and whether its rows still belong there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.mailbox import (
    Assumed,
    BadQuery,
    Mailbox,
    Message,
    Query,
    QueryFault,
    Selection,
    in_thread,
    parse_headers,
)
from app.mailbox.index import BY_LISTING
from app.mailbox.terms import MAX_CHARACTERS
from app.web.site import formats
from app.web.site.forms import read_sort
from app.web.site.words import N_, _, ngettext

from .filter_words import in_own_words, present, read_filter
from .list_url import PER_PAGE, ListState
from .problems import bad_query
from .selection import chosen
from .views import (
    FaultView,
    FilterView,
    HelpView,
    MatchingView,
    MeantView,
    OrderView,
    RecipeView,
    SortView,
)

_SORTS: Final = {
    "-size": N_("Largest first"),
    "size": N_("Smallest first"),
    "-date": N_("Newest first"),
    "date": N_("Oldest first"),
    "from": N_("Sender"),
    "subject": N_("Subject"),
    "number": N_("Server order"),
}
_RECIPES: Final = (
    (N_("Larger than 5 MB and older than 90 days"), "larger:5MB older:90d"),
    (N_("From somebody, with an attachment"), "from:bob has:attachment"),
    (N_("A phrase in the subject, but no replies"), 'subject:"your invoice" -subject:re'),
    (N_("Sent in January 2026"), "after:2025-12-31 before:2026-02-01"),
    (N_("From one of two senders, and large"), "from:bob or from:anna larger:5MB"),
    (N_("From the last four weeks, to somebody"), "newer:4w to:anna"),
    (N_("Under 10 KB and not marked yet"), "smaller:10KB -is:marked"),
)
_HELP: Final = (
    ("from: to: subject:", N_("text anywhere in that field")),
    ("larger:5MB smaller:300KB", N_("the size")),
    (
        "older:90d newer:4w",
        N_("the age in days (d), weeks (w), months (m) or years (y)"),
    ),
    ("before:2026-01-31 after:", N_("the day it was sent")),
    (
        "sender:bob@example.org domain:example.org",
        N_("exactly that sender or domain, as a click beside the list sets it"),
    ),
    ("month:2026-01", N_("the month it was sent in")),
    (
        "has:attachment is:marked",
        N_("as far as its headers tell; what is marked for deletion"),
    ),
    (
        "from:bob or from:anna",
        N_("one of them is enough; “or” joins just the terms beside it, all others must match too"),
    ),
    ("(from:bob larger:5MB) or is:marked", N_("parentheses make one term of several")),
)
_MEANT: Final = (("MB", 2), ("KB", 1), ("B", 0))
_SHOWN: Final = 80  # characters around the place of a fault


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list: all that its filter means, in its order, and one page of it.

    Attributes:
        state: the list that this is, its filter as it is written in every language; without it,
            where that makes no sense.
        selection: what it holds over all its pages.
        shown: the messages of this page.
        typed: the filter as it was asked for.
        fault: why that makes no sense, or None.
        assumed: sizes in it that have no unit.
    """

    state: ListState
    selection: Selection
    shown: Sequence[Message]
    typed: str
    fault: BadQuery | None = None
    assumed: tuple[Assumed, ...] = ()

    @property
    def pages(self) -> int:
        """How many there are; at least one."""
        return max(1, -(-len(self.selection.matched) // PER_PAGE))


async def listed(mailbox: Mailbox, state: ListState) -> ListPage:
    """The list that a state stands for, the headers of its page parsed as far as they came.

    The loader is asked for the others. A filter that makes no sense hides nothing.
    """
    fault, typed, query, assumed = None, state.q, Query(), tuple[Assumed, ...]()
    try:
        found = read_filter(typed)
        query, assumed = found.query, found.assumed
    except BadQuery as error:
        fault = error
    state = replace(state, q=str(query))
    selection = await chosen(mailbox, query, read_sort(state.sort))
    first = (state.page - 1) * PER_PAGE
    shown = await in_thread(selection.matched.__getitem__, slice(first, first + PER_PAGE))
    mailbox.headers.prefer(shown)
    await parse_headers(shown)
    return ListPage(state, selection, shown, typed, fault, assumed)


def filter_view(found: ListPage) -> FilterView:
    """The form above the list."""
    state = found.state
    return FilterView(
        q=found.typed,
        longest=2 * MAX_CHARACTERS,
        sorts=tuple(SortView(v, _(label), v == state.sort) for v, label in _SORTS.items()),
        help=tuple(HelpView(in_own_words(q), q, _(words)) for q, words in _HELP),
        recipes=tuple(
            RecipeView(_(label), in_own_words(q), replace(state, q=q, page=1).href())
            for label, q in _RECIPES
        ),
        fault=fault_view(found, found.fault, ListState()) if found.fault is not None else None,
        notes=tuple(_note(found.typed, one) for one in found.assumed),
    )


def _note(typed: str, one: Assumed) -> str:
    """What a size without a unit was taken for."""
    return ngettext(
        "“%(typed)s” has no unit: taken for %(n)s byte (%(size)s).",
        "“%(typed)s” has no unit: taken for %(n)s bytes (%(size)s).",
        one.octets,
        typed=typed[one.place : one.place + one.length],
        n=formats.number(one.octets),
        size=formats.size(one.octets),
    )


def fault_view(found: ListPage, error: BadQuery, still: ListState) -> FaultView:
    """What is wrong with a filter, and where: what stands far from the place is left out.

    Args:
        found: what was asked for.
        error: what is wrong with it.
        still: the list that stays on the screen.
    """
    typed = found.typed
    words = bad_query(error).detail  # the help beside it says the rest
    start, end = error.place, error.place + error.length
    before, at, after = typed[:start], typed[start:end], typed[end:]
    return FaultView(
        words=words,
        before=before if len(before) <= _SHOWN else f"…{before[-_SHOWN:]}",
        at=at if len(at) <= _SHOWN else f"{at[:_SHOWN]}…",
        after=after if len(after) <= _SHOWN else f"{after[:_SHOWN]}…",
        still=_still(still),
        meant=_meant(found, error) if error.fault is QueryFault.NO_UNIT else (),
    )


def _still(state: ListState) -> str:
    shown = str(present(state.q))
    if not shown:
        return _("The list still shows all messages.")
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return _("The list still shows what “%(filter)s” finds.", filter=shown)


def _meant(found: ListPage, error: BadQuery) -> tuple[MeantView, ...]:
    """The same size with each unit."""
    typed, figure = found.typed, error.text.strip('"')
    before, after = typed[: error.place], typed[error.place + error.length :]
    return tuple(
        MeantView(
            formats.figure(figure, power),
            replace(found.state, q=f"{before}{figure}{unit}{after}", page=1).href(),
        )
        for unit, power in _MEANT
    )


def matching_view(found: ListPage) -> MatchingView:
    """How much matches."""
    selection = found.selection
    return MatchingView(
        q=found.state.q,
        carried=found.typed if found.fault is not None else found.state.q,
        wrong=found.fault is not None,
        count=len(selection.matched),
        octets=selection.octets,
        unsized=selection.unsized,
        undecided=len(selection.undecided),
        more=found.pages > 1,
    )


def order_view(mailbox: Mailbox, found: ListPage, on_screen: Sequence[str] | None) -> OrderView:
    """Whether the rows on the screen, given by id, still belong there; None for a fresh list."""
    state = found.state
    progress = mailbox.headers.progress
    by_header = read_sort(state.sort).key not in BY_LISTING or found.selection.undecided
    belong = [message.id for message in found.shown]
    there = frozenset(on_screen or ())
    return OrderView(
        asks=state.href("/mailbox/counted")
        if by_header and progress.known < progress.total
        else "",
        changed=on_screen is not None and list(on_screen) != belong,
        fresh=sum(id not in there for id in belong) if on_screen is not None else 0,
        href=state.href(),
        list_href=state.href("/mailbox/list"),
    )
