"""What the list holds: its filter, how much matches, and whether its rows still belong there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.mailbox import BadQuery, Mailbox, Message, Selection, in_thread, parse_headers
from app.mailbox.index import BY_LISTING
from app.mailbox.query import MAX_CHARACTERS
from app.web.site.forms import read_sort
from app.web.site.words import N_, _

from .list_url import PER_PAGE, ListState
from .problems import bad_query
from .selection import chosen
from .views import FaultView, FilterView, MatchingView, OrderView, RecipeView, SortView

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
    (N_("Larger than 5 MB and older than 90 days"), "larger:5M older:90d"),
    (N_("From somebody, with an attachment"), "from:bob has:attachment"),
    (N_("A phrase in the subject, but no replies"), 'subject:"your invoice" -subject:re'),
    (N_("Sent in January 2026"), "after:2025-12-31 before:2026-02-01"),
    (N_("From the last four weeks, to somebody"), "newer:4w to:anna"),
    (N_("Under 10 KB and not marked yet"), "smaller:10K -is:marked"),
)
_SHOWN: Final = 80  # characters around the place of a fault


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list: all that its filter means, in its order, and one page of it.

    Attributes:
        state: the list that this is; without the filter, where that makes no sense.
        selection: what it holds over all its pages.
        shown: the messages of this page.
        typed: the filter as it was asked for.
        fault: why that makes no sense, or None.
    """

    state: ListState
    selection: Selection
    shown: Sequence[Message]
    typed: str
    fault: BadQuery | None = None

    @property
    def pages(self) -> int:
        """How many there are; at least one."""
        return max(1, -(-len(self.selection.matched) // PER_PAGE))


async def listed(mailbox: Mailbox, state: ListState) -> ListPage:
    """The list that a state stands for, the headers of its page parsed as far as they came.

    The loader is asked for the others. A filter that makes no sense hides nothing.
    """
    fault, typed = None, state.q
    try:
        selection = await chosen(mailbox, state.q, read_sort(state.sort))
    except BadQuery as error:
        fault, state = error, replace(state, q="")
        selection = await chosen(mailbox, "", read_sort(state.sort))
    first = (state.page - 1) * PER_PAGE
    shown = await in_thread(selection.matched.__getitem__, slice(first, first + PER_PAGE))
    mailbox.headers.prefer(shown)
    await parse_headers(shown)
    return ListPage(state, selection, shown, typed, fault)


def filter_view(found: ListPage) -> FilterView:
    """The form above the list."""
    state = found.state
    return FilterView(
        q=found.typed,
        longest=2 * MAX_CHARACTERS,
        sorts=tuple(SortView(v, _(label), v == state.sort) for v, label in _SORTS.items()),
        recipes=tuple(
            RecipeView(_(label), q, replace(state, q=q, page=1).href()) for label, q in _RECIPES
        ),
        fault=fault_view(found.typed, found.fault) if found.fault is not None else None,
    )


def fault_view(typed: str, error: BadQuery) -> FaultView:
    """What is wrong with a filter, and where: what stands far from the place is left out."""
    words = bad_query(error).detail  # the help beside it says the rest
    start, end = error.place, error.place + error.length
    before, at, after = typed[:start], typed[start:end], typed[end:]
    return FaultView(
        words=words,
        before=before if len(before) <= _SHOWN else f"…{before[-_SHOWN:]}",
        at=at if len(at) <= _SHOWN else f"{at[:_SHOWN]}…",
        after=after if len(after) <= _SHOWN else f"{after[:_SHOWN]}…",
    )


def matching_view(found: ListPage) -> MatchingView:
    """How much matches."""
    selection = found.selection
    return MatchingView(
        q=found.state.q.strip(),
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
