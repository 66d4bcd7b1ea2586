"""Taking many messages out at once: which ones, in what kind of file, and how far it is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from app.mailbox import BadQuery, Message, Sort, SortKey, aside, parse_query, select
from app.mailbox import Form as FileForm
from app.sessions import Session
from app.web import formats
from app.web.deps import AppServices, ChangingSession, CurrentSession, Services
from app.web.download import FileResponse, export_file
from app.web.errors import InvalidRequest, describe
from app.web.present import account, shell
from app.web.views import ErrorView, ExportFragment, ExportProgressView, ExportView

router = APIRouter(prefix="/mailbox/export")
_BY_NUMBER = Sort(SortKey.NUMBER, descending=False)
Ids = Annotated[list[str] | None, Form()]


async def chosen(session: Session, q: str, ids: Sequence[str]) -> tuple[list[Message], int]:
    """The messages that a filter or a list of ids means, and how many are undecided.

    Neither means all of them. Ids that have vanished meanwhile are passed over.

    Raises:
        BadQuery: the filter makes no sense.
    """
    index = session.mailbox.index
    if ids:
        return [index[id] for id in dict.fromkeys(ids) if id in index], 0
    messages = index.ordered(_BY_NUMBER)
    query = parse_query(q)
    found = await aside(
        select, query, messages, frozenset(session.mailbox.marks), datetime.now(UTC).astimezone()
    )
    return list(found.matched), len(found.undecided)


def _progress(session: Session) -> ExportProgressView | None:
    found = session.mailbox.exporting
    if found is None:
        return None
    return ExportProgressView(
        done=formats.number(found.done.messages),
        total=formats.number(found.total.messages),
        size=formats.size(found.done.octets),
        share=formats.percent(found.done.octets, found.total.octets),
        running=found.running,
        complete=found.complete,
        missing=formats.number(len(found.missing)) if found.missing else "",
    )


def _page(
    request: Request,
    services: Services,
    session: Session,
    messages: Sequence[Message],
    undecided: int,
    q: str,
    ids: Sequence[str],
    error: ErrorView | None = None,
) -> Response:
    mailbox = session.mailbox
    view = ExportView(
        shell=shell(request, services, f"Save · {mailbox.account.username}", session.csrf),
        account=account(mailbox, services),
        count=len(messages),
        messages=formats.number(len(messages)),
        size=formats.size(sum(message.octets for message in messages)),
        everything=len(messages) == len(mailbox.index),
        undecided=formats.number(undecided) if undecided else "",
        q=q,
        ids=tuple(message.id for message in messages) if ids else (),
        progress=_progress(session),
        error=error,
    )
    return services.renderer.page("export", view, status=error.status if error else 200)


@router.get("")
async def choose(
    request: Request,
    services: AppServices,
    session: CurrentSession,
    q: Annotated[str, Query()] = "",
) -> Response:
    """All messages, or those that a filter means."""
    await session.mailbox.ensure_listed(session.unlock)
    try:
        messages, undecided = await chosen(session, q, ())
    except BadQuery as error:
        return _page(request, services, session, (), 0, q, (), describe(error))
    return _page(request, services, session, messages, undecided, q, ())


@router.post("")
async def choose_selected(
    request: Request, services: AppServices, session: ChangingSession, id: Ids = None
) -> Response:
    """What was ticked in the list."""
    await session.mailbox.ensure_listed(session.unlock)
    if not id:
        raise InvalidRequest("Tick the messages to save first, or save all of them.")
    messages, undecided = await chosen(session, "", id)
    return _page(request, services, session, messages, undecided, "", id)


@router.post("/file")
async def export(
    session: ChangingSession,
    form: Annotated[FileForm, Form()],
    id: Ids = None,
    q: Annotated[str, Form()] = "",
) -> FileResponse:
    """The file itself, streamed."""
    await session.mailbox.ensure_listed(session.unlock)
    messages, _ = await chosen(session, q, id or ())
    mailbox = session.mailbox
    return export_file(mailbox.export(session.unlock, messages, form), mailbox.account.username)


@router.get("/progress")
async def show_progress(services: AppServices, session: CurrentSession) -> Response:
    """How far the last export is."""
    return services.renderer.fragment("export", ExportFragment(_progress(session)))
