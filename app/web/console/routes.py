"""The console: telnet in the browser, and the guided tour."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import RedirectResponse, Response

from app.mailbox import BadLine, ConfirmFirst, LineBusy
from app.web.site.forms import read_number
from app.web.site.visit import CurrentVisit

from .page import PATH, ConsolePage, fillable

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
    visit: CurrentVisit, step: Step, line: Annotated[str, Query()] = ""
) -> Response:
    """The console page; nothing goes over the wire for it."""
    await visit.session.reader.ensure_listed()
    console = ConsolePage(visit.mailbox, step)
    return await visit.page("console/page", console.page(line=fillable(line)), console.title)


@router.get("/tour")
async def show_tour(visit: CurrentVisit, step: Step) -> Response:
    """The tour at another step, for htmx."""
    await visit.session.reader.ensure_listed()
    return await visit.fragment("console/tour", ConsolePage(visit.mailbox, step).tour())


@router.post("")
async def type_line(
    visit: CurrentVisit,
    line: Annotated[str, Form()] = "",
    confirm: Annotated[str, Form()] = "",
    tour: Annotated[str, Form()] = "",
) -> Response:
    """Sends one line; one that deletes asks first, one that may not be sent is not kept."""
    await visit.session.reader.ensure_listed()
    step = await tour_step(tour)
    htmx = visit.from_htmx is not None
    try:
        exchange = await visit.session.console.type(line, confirm)
    except (BadLine, ConfirmFirst, LineBusy) as error:
        console = ConsolePage(visit.mailbox, step)
        stand = console.refused(error)
        status = stand.error.status if stand.error else 200
        if htmx:
            view = console.answer(stand=stand)
            return await visit.fragment("console/answer", view, status=status)
        page = console.page(stand=stand, line=line if stand.again else "")
        return await visit.page("console/page", page, console.title, status)
    if not htmx:
        return RedirectResponse(f"{PATH}?tour={step or 1}#line", status_code=303)
    view = ConsolePage(visit.mailbox, step).answer(exchange)
    return await visit.fragment("console/answer", view)
