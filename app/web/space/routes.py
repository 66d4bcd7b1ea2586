"""Where the space goes: the facets beside the list, the treemap, and what would have to go."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.mailbox import Order, aside, parse_query, proposed
from app.sessions import Session
from app.web.list.list_url import current_list
from app.web.list.selection import chosen
from app.web.site import formats
from app.web.site.errors import InvalidRequest
from app.web.site.navigation import from_htmx
from app.web.site.shell import account, shell
from app.web.site.visit import AppServices, CurrentSession, Services, WatchedSession
from app.web.site.words import _

from . import shrink
from .page import space_page
from .sidebar import facets
from .views import UnderView

router = APIRouter(prefix="/mailbox/space")


async def _page(
    request: Request,
    services: Services,
    session: Session,
    q: str,
    form: UnderView | None = None,
    status: int = 200,
) -> Response:
    mailbox = session.mailbox
    query = parse_query(q)
    found = await chosen(session, q)
    form = form or shrink.form(mailbox.index.totals.octets)
    title = f"{_('Where the space goes')} · {mailbox.account.username}"
    top = shell(request, services, title)
    view = await aside(space_page, top, account(mailbox, services), found, query, form)
    return await aside(services.renderer.page, "space/page", view, status)


@router.get("")
async def show_space(
    request: Request, services: AppServices, session: CurrentSession, q: str = ""
) -> Response:
    """The treemap of all messages, or of those that a filter matches."""
    await session.reader.ensure_listed()
    return await _page(request, services, session, q)


@router.get("/facets")
async def show_facets(request: Request, services: AppServices, session: WatchedSession) -> Response:
    """The facets that need headers, for the list that asks by itself as headers come in."""
    await session.mailbox.listing.survey(formats.own_zone())
    state, _ = current_list(from_htmx(request) or "")
    view = await aside(facets, session.mailbox, state)
    return await aside(services.renderer.fragment, "space/facets", view)


@router.get("/under")
async def show_what_has_to_go(
    request: Request,
    services: AppServices,
    session: CurrentSession,
    to: Annotated[str, Query()] = "",
    order: Annotated[str, Query()] = Order.LARGEST.value,
) -> Response:
    """The list with the messages whose removal would bring the maildrop under a size.

    Raises:
        InvalidRequest: there is no such order.
    """
    try:
        first = Order(order)
    except ValueError:
        raise InvalidRequest("order: largest or oldest.") from None
    await session.reader.ensure_listed()
    octets = shrink.read_size(to)
    messages = list(session.mailbox.index)
    progress = session.mailbox.headers.progress
    coming = (
        sum(not (message.headers_known or message.header.refused) for message in messages)
        if progress.running or progress.paused or session.mailbox.lease.held_seconds is None
        else 0
    )
    found = (
        await aside(proposed, messages, octets, first, formats.own_zone())
        if octets is not None
        else None
    )
    form = shrink.refusal(to, octets, first, found, coming)
    if form is None and found is not None:
        return RedirectResponse(shrink.way(found, first), status_code=303)
    status = 422 if form is not None and form.wrong else 200
    return await _page(request, services, session, "", form, status)
