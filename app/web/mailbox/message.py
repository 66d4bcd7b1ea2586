"""One message in the reader: its beginning by TOP, or all of it, in tabs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import RedirectResponse, Response

from app.mailbox import DeletedInConsole, in_thread
from app.pop3 import CommandRejected, Fault, RemoteProtocolError
from app.sessions import Session
from app.web.list.list_url import ListState, State
from app.web.list.results import listed
from app.web.reader.reader import ReaderPane
from app.web.reader.tabs import Asked, show
from app.web.reader.views import MessageView, ReaderFragment, Tab
from app.web.site.errors import InvalidRequest
from app.web.site.forms import read_lines, read_page
from app.web.site.visit import CurrentVisit, Visit
from app.web.site.words import _

from .page import mailbox_page, title

router = APIRouter(prefix="/mailbox/messages/{id}")


async def asked(
    tab: Annotated[str, Query()] = Tab.TEXT.value,
    lines: Annotated[str, Query()] = "",
    remote: Annotated[str, Query()] = "",
    at: Annotated[str, Query()] = "1",
    within: Annotated[str, Query()] = "",
) -> Asked:
    """What of a message is to be shown.

    Raises:
        InvalidRequest: there is no such tab, number or page.
    """
    try:
        found = Tab(tab)
    except ValueError:
        raise InvalidRequest(
            _("tab: one of %(known)s.", known=", ".join(one.value for one in Tab))
        ) from None
    return Asked(found, read_lines(lines) if lines else None, remote == "1", read_page(at), within)


Wanted = Annotated[Asked, Depends(asked)]


async def read(session: Session, state: ListState, id: str, asked: Asked) -> MessageView:
    """Peeks; where the server has no TOP, or one that sends all, or is busy, the reader says so."""
    await session.reader.ensure_listed()
    mailbox = session.mailbox
    if session.reader.must_wait(id, asked.lines):
        return ReaderPane(mailbox, state, mailbox.index[id], asked).waiting()
    try:
        peeked = await session.reader.peek(id, asked.lines)
    except (CommandRejected, DeletedInConsole, RemoteProtocolError) as error:
        if isinstance(error, RemoteProtocolError) and error.fault is not Fault.BODY_TOO_LONG:
            raise
        return ReaderPane(mailbox, state, mailbox.index[id], asked).refused(error)
    reader = ReaderPane(mailbox, state, peeked.message, asked)
    return reader.shown(
        peeked, await in_thread(show, peeked.contents, asked, reader.octets, reader.path)
    )


async def reader_answer(visit: Visit, state: ListState, id: str, asked: Asked) -> Response:
    """The reader alone, for htmx."""
    reader = await read(visit.session, state, id, asked)
    view = ReaderFragment(reader, visit.mailbox.lease.received, reader.row.href)
    return await visit.fragment("reader/reader", view, title(visit.mailbox, reader.row))


@router.get("")
async def show_message(visit: CurrentVisit, state: State, id: str, asked: Wanted) -> Response:
    """The mailbox page with this message open."""
    view = await read(visit.session, state, id, asked)
    found = await listed(visit.mailbox, state)
    if state.page > found.pages:
        return RedirectResponse(state.at(1).href(f"/mailbox/messages/{id}"), status_code=303)
    return await mailbox_page(visit, found, reader=view)


@router.get("/reader")
async def show_reader(visit: CurrentVisit, state: State, id: str, asked: Wanted) -> Response:
    """The reader alone, for htmx, which then is at the address of the page."""
    answer = await reader_answer(visit, state, id, asked)
    if not asked.remote:  # which is for once
        query = visit.request.scope["query_string"].decode("latin-1")  # as headers are written
        page = f"/mailbox/messages/{id}"
        answer.headers["HX-Push-Url"] = f"{page}?{query}" if query else page
    return answer
