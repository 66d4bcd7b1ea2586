"""One message: the beginning of it by TOP, and the whole of it as a file."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.mailbox import PEEK_LINES, NoSuchMessage
from app.pop3 import CommandRejected
from app.sessions import Session
from app.web import formats
from app.web.deps import AppServices, CurrentSession
from app.web.download import message_file
from app.web.errors import InvalidRequest
from app.web.forms import read_lines
from app.web.present import ListState, account, mailbox_page, shell, title
from app.web.reading import TABS, Reader
from app.web.views import MessageView, ReaderFragment

from .mailbox import State

router = APIRouter(prefix="/mailbox/messages/{id}")

Tab = Annotated[str, Query()]
Lines = Annotated[str, Query()]
_LINES = str(PEEK_LINES)


async def _reader(session: Session, state: ListState, id: str, tab: str, lines: str) -> MessageView:
    """Peeks; a server without TOP leaves a reader that says so."""
    if tab not in TABS:
        raise InvalidRequest(f"tab: one of {', '.join(TABS)}.")
    count = read_lines(lines)
    await session.mailbox.ensure_listed(session.unlock)
    mailbox = session.mailbox
    try:
        peeked = await mailbox.peek(session.unlock, id, count)
    except CommandRejected as error:
        return Reader(mailbox, state, id, tab, count).refused(error)
    return Reader(mailbox, state, id, tab, count).peeked(peeked)


@router.get("")
async def show_message(
    request: Request,
    services: AppServices,
    session: CurrentSession,
    state: State,
    id: str,
    tab: Tab = "text",
    lines: Lines = _LINES,
) -> Response:
    """The mailbox page with this message open."""
    view = await _reader(session, state, id, tab, lines)
    page = mailbox_page(request, services, session, state, reader=view)
    if state.page > page.pager.pages:
        return RedirectResponse(state.at(1).href(f"/mailbox/messages/{id}"), status_code=303)
    return services.renderer.page("mailbox", page)


@router.get("/reader")
async def show_reader(
    request: Request,
    services: AppServices,
    session: CurrentSession,
    state: State,
    id: str,
    tab: Tab = "text",
    lines: Lines = _LINES,
) -> Response:
    """The reader alone, for htmx."""
    reader = await _reader(session, state, id, tab, lines)
    mailbox = session.mailbox
    view = ReaderFragment(
        shell=shell(request, services, title(mailbox, reader), session.csrf),
        account=account(mailbox, services),
        reader=reader,
        received=formats.size(mailbox.received),
        back=reader.row.href,
    )
    return services.renderer.fragment("reader", view)


@router.get("/eml")
async def save(session: CurrentSession, id: str) -> Response:
    """The whole message as a file, streamed."""
    await session.mailbox.ensure_listed(session.unlock)
    if id not in session.mailbox.index:
        raise NoSuchMessage(id)
    return message_file(session, id)
