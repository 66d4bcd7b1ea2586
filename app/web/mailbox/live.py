"""What changes while a page is open: headers that come in, marks set elsewhere, the transcript."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.mailbox import Message, parse_headers
from app.web.list.list_url import MOST_ROWS, back_to, current_list
from app.web.list.notices import notices
from app.web.list.rows import Rows
from app.web.list.selection import named
from app.web.list.tray import tray
from app.web.site import formats
from app.web.site.access import WatchedSession
from app.web.site.forms import Back
from app.web.site.navigation import HOME, way_back
from app.web.site.visit import CurrentVisit, Visit, WatchingVisit
from app.web.site.words import _, ngettext

from .page import title
from .views import LiveFragment, ProgressFragment

router = APIRouter(prefix="/mailbox")
Ids = Annotated[str, Query(description="ids, with commas between them")]


async def _progress(visit: Visit, come: list[Message], said: str = "") -> Response:
    mailbox = visit.mailbox
    await parse_headers(come)
    state, current = current_list(visit.from_htmx or "")
    view = ProgressFragment(
        progress=mailbox.headers.progress,
        rows=Rows(mailbox, state, current).all(come),
        received=mailbox.lease.received,
        back=back_to(state, current),
        said=said,
    )
    return await visit.fragment("mailbox/progress", view)


@router.get("/progress")
async def show_progress(
    visit: WatchingVisit, pending: Annotated[list[str] | None, Query()] = None
) -> Response:
    """How far the headers are, and the rows of those that have come in."""
    if (unknown := visit.unknown) is not None:
        return unknown
    mailbox = visit.mailbox
    wanted = [mailbox.index[id] for id in (pending or ())[:MOST_ROWS] if id in mailbox.index]
    mailbox.headers.prefer(m for m in wanted if not m.headers_known)
    come = [m for m in wanted if m.headers_known or mailbox.headers.withheld(m)]
    return await _progress(visit, come)


@router.post("/headers/pause")
async def pause(visit: CurrentVisit, back: Back = "/mailbox") -> Response:
    """Loads no more headers by itself."""
    await visit.mailbox.headers.pause()
    if visit.from_htmx is None:
        return way_back(back)
    return await _progress(visit, [], _("Looking at messages is paused."))


@router.post("/headers/resume")
async def resume(visit: CurrentVisit, back: Back = "/mailbox") -> Response:
    """Loads headers again."""
    await visit.mailbox.headers.resume(visit.session.line)
    if visit.from_htmx is None:
        return way_back(back)
    return await _progress(visit, [], _("Looking at messages goes on."))


@router.get("/open", status_code=204)
async def page_is_open(
    session: WatchedSession,
    page: Annotated[str, Query(max_length=40)],
    left: bool = False,
) -> None:
    """A page says that it is open, or was left; it has given itself a name."""
    pages = session.mailbox.tenancy.pages
    if left:
        pages.left(page)
    else:
        pages.heard(page)


@router.get("/waiting")
async def show_waiting(visit: WatchingVisit) -> Response:
    """That a click waits for a sign-in, where one takes long; else nothing."""
    if visit.mailbox.lease.waiting.seconds is None:
        return Response(status_code=204)
    return await visit.fragment("mailbox/waiting", None)


@router.post("/waiting/give-up")
async def give_up_waiting(visit: CurrentVisit) -> Response:
    """Ends the wait; who has clicked is told so."""
    visit.mailbox.lease.waiting.give_up()
    return way_back(HOME)


@router.get("/live")
async def show_live(
    visit: WatchingVisit, on: Ids = "", off: Ids = "", listing: int = 0, chip: bool = False
) -> Response:
    """What looks other than the page that asks.

    Its rows are `on` where they are shown as marked and `off` where they are not; `listing` is the
    one it shows.
    """
    if (unknown := visit.unknown) is not None:
        return unknown
    mailbox = visit.mailbox
    marked, unmarked = _ids(on), _ids(off)
    differ = [id for id in marked if id not in mailbox.marks]
    differ += [id for id in unmarked if id in mailbox.marks]
    state, current = current_list(visit.from_htmx or "")
    messages, opened = named(mailbox, differ), named(mailbox, [current])
    await parse_headers([*messages, *opened])
    rows = Rows(mailbox, state, current)
    gone = sum(id not in mailbox.index for id in (*marked, *unmarked))
    open_row = rows.row(opened[0]) if opened else None
    view = LiveFragment(
        tray=tray(mailbox),
        rows=rows.all(messages),
        open=open_row,
        back=back_to(state, current),
        chip=chip,
        notices=notices(mailbox),
        changed=_changed(gone) if listing != mailbox.listing.version else "",
    )
    return await visit.fragment("mailbox/live", view, title(mailbox, open_row))


def _ids(given: str) -> list[str]:
    return [id for id in given.split(",", MOST_ROWS)[:MOST_ROWS] if id]


def _changed(gone: int) -> str:
    if not gone:
        return _("The mailbox has changed since this page was loaded.")
    return ngettext(
        "%(n)s message of this page is no longer in the mailbox.",
        "%(n)s messages of this page are no longer in the mailbox.",
        gone,
        n=formats.number(gone),
    )
