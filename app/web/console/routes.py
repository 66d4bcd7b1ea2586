"""The console: telnet in the browser, and the guided tour."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.mailbox import BadLine, ConfirmFirst, LineBusy, aside
from app.web.site.forms import read_number
from app.web.site.navigation import from_htmx
from app.web.site.visit import AppServices, CurrentSession

from .page import ConsolePage, fillable, href
from .views import TourFragment

router = APIRouter(prefix="/mailbox/console")
_MOST_STEPS = 99


async def tour_step(tour: Annotated[str, Query()] = "") -> int:
    """The step of the tour in the address; 0 where none is named.

    Raises:
        InvalidRequest: it is no number.
    """
    return read_number("tour", tour, 1, _MOST_STEPS) if tour else 0


Step = Annotated[int, Depends(tour_step)]


@router.get("")
async def show_console(
    request: Request,
    services: AppServices,
    session: CurrentSession,
    step: Step,
    line: Annotated[str, Query()] = "",
) -> Response:
    """The console page; nothing goes over the wire for it."""
    await session.reader.ensure_listed()
    view = ConsolePage(session.mailbox, step).page(request, services, line=fillable(line))
    return await aside(services.renderer.page, "console/page", view)


@router.get("/tour")
async def show_tour(services: AppServices, session: CurrentSession, step: Step) -> Response:
    """The tour at another step, for htmx."""
    await session.reader.ensure_listed()
    return services.renderer.fragment(
        "console/tour", TourFragment(ConsolePage(session.mailbox, step).tour())
    )


@router.post("")
async def type_line(
    request: Request,
    services: AppServices,
    session: CurrentSession,
    line: Annotated[str, Form()] = "",
    confirm: Annotated[str, Form()] = "",
    tour: Annotated[str, Form()] = "",
) -> Response:
    """Sends one line; one that deletes asks first, one that may not be sent is not kept."""
    await session.reader.ensure_listed()
    step = await tour_step(tour)
    htmx = from_htmx(request) is not None
    try:
        exchange = await session.console.type(line, confirm)
    except (BadLine, ConfirmFirst, LineBusy) as error:
        console = ConsolePage(session.mailbox, step)
        stand = console.refused(error)
        status = stand.error.status if stand.error else 200
        if htmx:
            fragment = console.fragment(request, services, None, stand)
            return services.renderer.fragment("console/answer", fragment, status)
        page = console.page(request, services, stand=stand)
        return await aside(services.renderer.page, "console/page", page, status)
    if not htmx:
        return RedirectResponse(href(step or 1), status_code=303)
    view = ConsolePage(session.mailbox, step).fragment(request, services, exchange)
    return await aside(services.renderer.fragment, "console/answer", view)
