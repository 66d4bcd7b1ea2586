"""The list and its marks."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from app.mailbox import BadQuery, FeedTopic, in_thread
from app.web.list.filter_words import same_in_english
from app.web.list.list_url import MOST_ROWS, State, current_list
from app.web.list.notices import notices
from app.web.list.results import ListPage, fault_view, listed, matching_view, order_view
from app.web.list.rows import Rows, subject_of
from app.web.list.tray import tray
from app.web.list.views import CountedFragment, NoticesFragment
from app.web.site import formats
from app.web.site.access import CurrentSession
from app.web.site.bodies import takes_ids
from app.web.site.forms import Back
from app.web.site.navigation import unswapped, way_back
from app.web.site.visit import ChangingVisit, CurrentVisit, Visit, WatchingVisit
from app.web.site.words import NN_, ngettext
from app.web.space import shrink

from .page import list_fragment, mailbox_page
from .views import MarkedFragment

router = APIRouter(prefix="/mailbox")
_BAD_FILTER = 422
_MARKED = NN_(
    "Marked for deletion: %(what)s. %(n)s marked, %(size)s.",
    "Marked for deletion: %(what)s. %(n)s marked, %(size)s.",
)
_UNMARKED = NN_(
    "Unmarked: %(what)s. %(n)s marked, %(size)s.",
    "Unmarked: %(what)s. %(n)s marked, %(size)s.",
)
Shown = Annotated[list[str] | None, Query()]


async def _marked(visit: Visit, id: str, back: str) -> Response:
    """After a mark: for htmx the row and what hangs on it, else the page one came from."""
    url = visit.from_htmx
    if url is None:
        return way_back(back, f"m-{id}")
    mailbox = visit.mailbox
    state, current = current_list(url)
    message, marks = mailbox.index[id], mailbox.marks.totals
    row = Rows(mailbox, state, current).row(message)
    said = ngettext(
        *(_MARKED if row.marked else _UNMARKED),
        marks.messages,
        what=subject_of(message),
        n=formats.number(marks.messages),
        size=formats.size(marks.octets, marks.unsized),
    )
    view = MarkedFragment(row, tray(mailbox), back, said)
    return await visit.fragment("list/marked", view)


@router.get("")
async def show_list(
    visit: CurrentVisit,
    state: State,
    keep: Annotated[str, Query()] = "",
    free: Annotated[str, Query()] = "",
) -> Response:
    """The mailbox page; with `keep` or `free`, its list is what would make so much room."""
    await visit.session.reader.ensure_listed()
    visit.mailbox.headers.come_back(visit.session.line)
    found = await listed(visit.mailbox, state)
    if state.page > found.pages or not (found.fault or same_in_english(state.q)):
        page = min(state.page, found.pages)
        return RedirectResponse(found.state.at(page).href(), status_code=303)
    under = None
    if (keep or free) and not found.fault:
        totals = visit.mailbox.index.totals
        under = shrink.answer(free or keep, state.sort, found.selection, totals, free=bool(free))
    return await mailbox_page(visit, found, under=under)


@router.get("/list")
async def show_list_alone(visit: CurrentVisit, state: State) -> Response:
    """The list for htmx; of a filter that makes no sense only what is wrong with it."""
    await visit.session.reader.ensure_listed()
    visit.mailbox.headers.come_back(visit.session.line)
    found = await listed(visit.mailbox, state)
    if found.fault is not None:
        return await _wrong(visit, found, found.fault)
    if state.page > found.pages:
        found = await listed(visit.mailbox, state.at(found.pages))
    current = current_list(visit.from_htmx or "")[1]
    view = await in_thread(list_fragment, visit.mailbox, found, current)
    return await visit.fragment("list/list", view)


async def _wrong(visit: Visit, found: ListPage, error: BadQuery) -> Response:
    """Why a filter makes no sense, and what the list still shows."""
    view = fault_view(found, error, current_list(visit.from_htmx or "")[0])
    return unswapped(await visit.fragment("list/filter_error", view, status=_BAD_FILTER))


@router.get("/counted")
async def show_counted(visit: WatchingVisit, state: State, shown: Shown = None) -> Response:
    """How much matches by now, and whether the rows on the screen still belong there.

    The page asks by itself as headers come in.
    """
    if (unknown := visit.unknown) is not None:
        return unknown
    found = await listed(visit.mailbox, state)
    if found.fault is not None:
        return await _wrong(visit, found, found.fault)
    order = order_view(visit.mailbox, found, (shown or [])[:MOST_ROWS])
    view = CountedFragment(matching=matching_view(found), order=order)
    return await visit.fragment("list/matches", view)


@router.post("/unmark-last")
async def unmark_last(visit: ChangingVisit, back: Back = "/mailbox") -> Response:
    """Takes the newest mark back, if there is one."""
    id = next(reversed(visit.mailbox.marks), None)
    if id is None:
        return way_back(back) if visit.from_htmx is None else Response(status_code=204)
    visit.mailbox.marks.unmark([id])
    return await _marked(visit, id, back)


@router.post("/refresh")
async def refresh(session: CurrentSession, back: Back = "/mailbox") -> Response:
    """A new connection: new mail shows up."""
    await session.reader.refresh()
    return way_back(back)


@router.post("/release")
async def release(session: CurrentSession, back: Back = "/mailbox") -> Response:
    """Gives the maildrop lock back."""
    await session.mailbox.tenancy.release()
    return way_back(back)


@router.post("/notices/dismiss")
async def dismiss_notices(visit: CurrentVisit, back: Back = "/mailbox") -> Response:
    """What happened to the mailbox was read."""
    mailbox = visit.mailbox
    mailbox.news.put_away()
    mailbox.feed.tell(FeedTopic.MARKS)  # pages look at all that hangs on the list again
    if visit.from_htmx is None:
        return way_back(back)
    return await visit.fragment("list/notices", NoticesFragment(notices(mailbox), back))


@router.post("/messages/{id}/mark")
@takes_ids  # of the form that its button stands in
async def mark(visit: ChangingVisit, id: str, back: Back = "/mailbox") -> Response:
    """Marks one message; nothing goes over the wire."""
    visit.mailbox.marks.mark([id])
    return await _marked(visit, id, back)


@router.post("/messages/{id}/unmark")
@takes_ids  # of the form that its button stands in
async def unmark(visit: ChangingVisit, id: str, back: Back = "/mailbox") -> Response:
    """Takes one mark back."""
    visit.mailbox.marks.unmark([id])
    return await _marked(visit, id, back)
