"""Taking many messages out at once: which ones, in what kind of file, and how far it is."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response

from app.mailbox import BadQuery, ExportFormat, Message, Selection, Totals
from app.sessions import Session
from app.web.list.filter_words import read_filter
from app.web.list.rows import subject_of
from app.web.list.selection import chosen, ids_in, named
from app.web.reader.files import FileResponse, export_file
from app.web.site.access import CurrentSession
from app.web.site.bodies import takes_ids
from app.web.site.errors import InvalidRequest
from app.web.site.problems import describe
from app.web.site.shell import titled
from app.web.site.views import ErrorView
from app.web.site.visit import CurrentVisit, Visit
from app.web.site.words import _

from .views import ExportProgressView, ExportView

router = APIRouter(prefix="/mailbox/export")
Ids = Annotated[list[str] | None, Form()]


def _progress(session: Session) -> ExportProgressView | None:
    found = session.mailbox.exporting
    if found is None:
        return None
    return ExportProgressView(
        done=found.done,
        total=found.total,
        running=found.running,
        complete=found.complete,
        missing=found.missing,
        files=found.files if found.form is ExportFormat.ATTACHMENTS else None,
        refused=subject_of(found.refused[0]) if found.refused else "",
        reply=found.refused[1] if found.refused else "",
    )


async def _page(
    visit: Visit,
    found: Selection,
    *,
    q: str = "",
    ticked: bool = False,
    error: ErrorView | None = None,
) -> Response:
    mailbox = visit.mailbox
    messages = found.matched
    view = ExportView(
        chosen=Totals(len(messages), found.octets, found.unsized),
        everything=len(messages) == len(mailbox.index),
        undecided=len(found.undecided),
        q=q,
        ids=tuple(message.id for message in messages) if ticked else (),
        progress=_progress(visit.session),
        marked=mailbox.marks.totals.messages,
        error=error,
        focus="q" if error else "",
    )
    title = titled(mailbox, _("Save"))
    return await visit.page("export/page", view, title, error.status if error else 200)


@router.get("")
async def choose(visit: CurrentVisit, q: Annotated[str, Query()] = "") -> Response:
    """All messages, or those that a filter means."""
    await visit.session.reader.ensure_listed()
    try:
        found = await chosen(visit.mailbox, read_filter(q).query)
    except BadQuery as error:
        return await _page(visit, Selection((), ()), q=q, error=describe(error))
    return await _page(visit, found, q=q)


@router.post("")
@takes_ids
async def choose_ticked(
    visit: CurrentVisit,
    id: Ids = None,
    every: Annotated[str, Form()] = "",
    q: Annotated[str, Form()] = "",
) -> Response:
    """What was ticked in the list; with `every`, all that the list's filter means."""
    await visit.session.reader.ensure_listed()
    if every:
        return RedirectResponse(f"/mailbox/export?{urlencode({'q': q})}", status_code=303)
    ids = ids_in(id)
    if not ids:
        raise InvalidRequest(_("Tick the messages to save first."))
    found = Selection(named(visit.mailbox, ids), ())
    return await _page(visit, found, ticked=True)


@router.post("/file")
@takes_ids
async def export(
    session: CurrentSession,
    form: Annotated[ExportFormat, Form()],
    id: Ids = None,
    q: Annotated[str, Form()] = "",
) -> FileResponse:
    """The file itself, streamed: what was ticked, else what the filter means."""
    await session.reader.ensure_listed()
    ids = ids_in(id)
    messages: Sequence[Message] = named(session.mailbox, ids)
    if not ids:
        messages = (await chosen(session.mailbox, read_filter(q).query)).matched
    if not messages:
        raise InvalidRequest(_("There is no such message any more."))
    mailbox = session.mailbox
    return export_file(session.reader.export(messages, form), mailbox.account.username)


@router.get("/progress")
async def show_progress(visit: CurrentVisit) -> Response:
    """How far the last export is."""
    return await visit.fragment("export/progress", _progress(visit.session))
