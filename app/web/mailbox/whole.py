"""All of a message: its download into a spool, its parts, its HTML, and saving it."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.mailbox import NoSuchMessage, NoSuchPart, mail_thread, message_within, open_part
from app.mime import Attachment, Contents, Kind, SafeHtml, split_path, unpack
from app.sessions import Session
from app.web.list.list_url import State
from app.web.list.tray import tray
from app.web.reader.attachments import TNEF_OCTETS, shown_type
from app.web.reader.files import (
    FileResponse,
    attachments_file,
    inner_file,
    message_file,
    message_to_mark,
    part_file,
    shown_file,
)
from app.web.reader.html_frame import mail_document
from app.web.reader.reader import ReaderPane
from app.web.reader.tabs import Asked, safe_html
from app.web.site.access import ChangingSession, CurrentSession
from app.web.site.forms import Back, read_number
from app.web.site.navigation import way_back
from app.web.site.visit import CurrentVisit

from .message import Wanted, reader_answer
from .views import SavedFragment

router = APIRouter(prefix="/mailbox/messages/{id}")
_MAX_INNER = 1000


async def _known(session: Session, id: str) -> None:
    await session.reader.ensure_listed()
    if id not in session.mailbox.index:
        raise NoSuchMessage(id)


@router.post("/whole")
async def fetch(
    visit: CurrentVisit, state: State, id: str, asked: Wanted, back: Back = "/mailbox"
) -> Response:
    """Begins to download the whole message."""
    await _known(visit.session, id)
    await visit.session.reader.fetch(id)
    if visit.from_htmx is None:
        return way_back(back)
    return await reader_answer(visit, state, id, asked)


@router.post("/cancel")
async def cancel(
    visit: CurrentVisit, state: State, id: str, asked: Wanted, back: Back = "/mailbox"
) -> Response:
    """Calls the download off."""
    await _known(visit.session, id)
    await visit.mailbox.downloads.forget(visit.mailbox.index[id].id)
    if visit.from_htmx is None:
        return way_back(back)
    return await reader_answer(visit, state, id, asked)


@router.get("/fetching")
async def show_fetching(visit: CurrentVisit, state: State, id: str, asked: Wanted) -> Response:
    """How far a download is; the reader itself when it is over."""
    await _known(visit.session, id)
    mailbox = visit.mailbox
    running = mailbox.downloads.running()
    if running is not None:
        view = ReaderPane(mailbox, state, mailbox.index[id], asked).fetch(running)
        return await visit.fragment("reader/download", view)
    response = await reader_answer(visit, state, id, asked)
    response.headers.update({"HX-Retarget": "#reader", "HX-Reswap": "outerHTML"})
    return response


@router.get("/html")
async def show_html(visit: CurrentVisit, id: str, asked: Wanted) -> Response:
    """The HTML body, made harmless, as a document of its own for the sandboxed frame."""
    await _known(visit.session, id)
    peeked = await visit.session.reader.peek(id, asked.lines)

    def made() -> SafeHtml | None:
        _, readable = message_within(peeked.contents, asked.within).readable()
        return safe_html(readable, remote=asked.remote)

    safe = await mail_thread(made)
    if safe is None:
        raise NoSuchPart("html")
    return mail_document(visit.services.renderer, safe, remote=asked.remote)


@router.get("/parts/{path}")
async def save_part(
    session: CurrentSession,
    id: str,
    path: str,
    inner: Annotated[str, Query()] = "",
) -> FileResponse:
    """A part, decoded, as a file; with `inner`, a file out of a winmail.dat."""
    await _known(session, id)
    if not inner:
        return part_file(session, id, path)
    number = read_number("inner", inner, 1, _MAX_INNER)
    packed = await _packed(session, id, path)
    tnef = await mail_thread(unpack, packed)
    if tnef is None or number > len(tnef.files):
        raise NoSuchPart(path)
    file = tnef.files[number - 1]
    return inner_file(file.name or f"file-{number}", packed[slice(*file.span)])


@router.get("/parts/{path}/view")
async def show_part(session: CurrentSession, id: str, path: str) -> FileResponse:
    """A picture or a PDF that is here, for the browser to show; all else can only be saved."""
    await _known(session, id)
    contents = (await session.reader.peek(id)).contents

    def kind_of() -> str | None:
        found = _complete(contents, path)
        return shown_type(*found) if found is not None else None

    kind = await mail_thread(kind_of)
    if kind is None:
        raise NoSuchPart(path)
    return shown_file(await open_part(contents, path), kind)


@router.get("/attachments")
async def save_attachments(
    session: CurrentSession, id: str, within: Annotated[str, Query()] = ""
) -> FileResponse:
    """All attachments, of the message or of one within, in one zip."""
    await _known(session, id)
    return attachments_file(session, id, within)


async def _packed(session: Session, id: str, path: str) -> bytes:
    """A winmail.dat, in memory; fetches the message where no more than its beginning is here."""
    contents = (await session.reader.peek(id)).contents
    found = await mail_thread(_complete, contents, path)
    if found is None and not contents.whole:
        download = await session.reader.fetch(id)
        await download.finished()
        contents = (await session.reader.peek(id)).contents
        found = await mail_thread(_complete, contents, path)
    if found is None or found[1].kind is not Kind.TNEF or (found[1].octets or 0) > TNEF_OCTETS:
        raise NoSuchPart(path)
    return await mail_thread(found[0].decoded, found[1])


def _complete(contents: Contents, path: str) -> tuple[Contents, Attachment] | None:
    """A part that is here, and the message that it is in, which may be one within."""
    within, own = split_path(path)
    owner = message_within(contents, within)
    parts = owner.attachments + owner.shown
    found = next((one for one in parts if one.path == own and one.complete), None)
    return None if found is None else (owner, found)


@router.get("/eml")
async def save(session: CurrentSession, id: str) -> FileResponse:
    """The whole message as a file, streamed."""
    await _known(session, id)
    return message_file(session, id)


@router.post("/save-mark")
async def save_and_mark(session: ChangingSession, id: str) -> FileResponse:
    """The whole message as a file; it is marked when all of it went to the browser."""
    await _known(session, id)
    return message_to_mark(session, id)


@router.get("/saved")
async def show_saved(visit: CurrentVisit, state: State, id: str) -> Response:
    """How saving stands, and what hangs on the mark."""
    await _known(visit.session, id)
    mailbox = visit.mailbox
    reader = ReaderPane(mailbox, state, mailbox.index[id], Asked())
    view = SavedFragment(
        reader=reader.waiting(),
        tray=tray(mailbox),
        back=state.href(f"/mailbox/messages/{id}"),
    )
    return await visit.fragment("reader/save_state", view)
