"""The list and its marks."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.mailbox import Topic, aside
from app.sessions import Session
from app.web.list.list_url import State, current_list
from app.web.list.notices import notices
from app.web.list.results import filter_view, listed, matching_view, order_view
from app.web.list.rows import Rows, tray
from app.web.list.views import CountedFragment, FaultFragment, NoticesFragment
from app.web.site.forms import Back
from app.web.site.navigation import from_htmx, unswapped, way_back
from app.web.site.shell import account, shell
from app.web.site.visit import AppServices, CurrentSession, Services, WatchedSession
from app.web.site.words import _, ngettext

from .page import list_fragment, mailbox_page
from .views import MarkedFragment

router = APIRouter(prefix="/mailbox")
_MAX_PENDING = 1000
_BAD_FILTER = 422
Shown = Annotated[list[str] | None, Query()]


def _marked(request: Request, services: Services, session: Session, id: str, back: str) -> Response:
    """After a mark: for htmx the row and what hangs on it, else the page one came from."""
    url = from_htmx(request)
    if url is None:
        return way_back(back, f"m-{id}")
    mailbox = session.mailbox
    state, current = current_list(url)
    row = Rows(mailbox, state, current).row(mailbox.index[id])
    marks = tray(mailbox)
    what = row.subject or _("message %(n)s", n=row.number)
    view = MarkedFragment(
        shell=shell(request, services, mailbox.account.username),
        account=account(mailbox, services),
        row=row,
        tray=marks,
        back=back,
        said=ngettext(
            "Marked for deletion: %(what)s. %(n)s marked, %(size)s.",
            "Marked for deletion: %(what)s. %(n)s marked, %(size)s.",
            marks.count,
            what=what,
            n=marks.messages,
            size=marks.size,
        )
        if row.marked
        else ngettext(
            "Unmarked: %(what)s. %(n)s marked, %(size)s.",
            "Unmarked: %(what)s. %(n)s marked, %(size)s.",
            marks.count,
            what=what,
            n=marks.messages,
            size=marks.size,
        ),
    )
    return services.renderer.fragment("list/marked", view)


@router.get("")
async def show_list(
    request: Request, services: AppServices, session: CurrentSession, state: State
) -> Response:
    """The mailbox page."""
    await session.reader.ensure_listed()
    session.mailbox.headers.come_back(session.line)
    found = await listed(session, state)
    if state.page > found.pages:
        return RedirectResponse(found.state.at(found.pages).href(), status_code=303)
    view = await mailbox_page(request, services, session, found)
    return await aside(
        services.renderer.page, "mailbox/page", view, status=_BAD_FILTER if found.fault else 200
    )


@router.get("/list")
async def show_list_alone(
    request: Request, services: AppServices, session: CurrentSession, state: State
) -> Response:
    """The list for htmx; of a filter that makes no sense only what is wrong with it."""
    await session.reader.ensure_listed()
    session.mailbox.headers.come_back(session.line)
    found = await listed(session, state)
    if found.fault is not None:
        fault = FaultFragment(filter_view(found))
        return unswapped(services.renderer.fragment("list/filter_error", fault, _BAD_FILTER))
    if state.page > found.pages:
        found = await listed(session, state.at(found.pages))
    current = current_list(from_htmx(request) or "")[1]
    view = await aside(list_fragment, request, services, session, found, current)
    return await aside(services.renderer.fragment, "list/list", view)


@router.get("/counted")
async def show_counted(
    services: AppServices, session: WatchedSession, state: State, shown: Shown = None
) -> Response:
    """How much matches by now, and whether the rows on the screen still belong there.

    The page asks by itself as headers come in.
    """
    found = await listed(session, state)
    order = order_view(session.mailbox, found, (shown or [])[:_MAX_PENDING])
    view = CountedFragment(matching=matching_view(found), order=order)
    return services.renderer.fragment("list/matches", view)


@router.post("/unmark-last")
async def unmark_last(
    request: Request, services: AppServices, session: CurrentSession, back: Back = "/mailbox"
) -> Response:
    """Takes the newest mark back, if there is one."""
    id = next(reversed(session.mailbox.marks), None)
    if id is None:
        return way_back(back) if from_htmx(request) is None else Response(status_code=204)
    session.mailbox.marks.unmark([id])
    return _marked(request, services, session, id, back)


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
async def dismiss_notices(
    request: Request, services: AppServices, session: CurrentSession, back: Back = "/mailbox"
) -> Response:
    """What happened to the mailbox was read."""
    mailbox = session.mailbox
    mailbox.news.put_away()
    mailbox.feed.tell(Topic.MARKS)  # pages look at all that hangs on the list again
    if from_htmx(request) is None:
        return way_back(back)
    view = NoticesFragment(
        shell=shell(request, services, mailbox.account.username),
        notices=notices(mailbox),
        back=back,
    )
    return services.renderer.fragment("list/notices", view)


@router.post("/messages/{id}/mark")
async def mark(
    request: Request,
    services: AppServices,
    session: CurrentSession,
    id: str,
    back: Back = "/mailbox",
) -> Response:
    """Marks one message; nothing goes over the wire."""
    session.mailbox.marks.mark([id])
    return _marked(request, services, session, id, back)


@router.post("/messages/{id}/unmark")
async def unmark(
    request: Request,
    services: AppServices,
    session: CurrentSession,
    id: str,
    back: Back = "/mailbox",
) -> Response:
    """Takes one mark back."""
    session.mailbox.marks.unmark([id])
    return _marked(request, services, session, id, back)
