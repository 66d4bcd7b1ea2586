"""The JSON API, version 1: every capability of the pages, under the names of POP3."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response, status
from fastapi.responses import JSONResponse

from app.discovery import NotFound
from app.mailbox import (
    By,
    ExportFormat,
    Mailbox,
    Message,
    SortKey,
    in_thread,
    mail_thread,
    parse_headers,
    parse_query,
)
from app.mailbox import Receipt as Deletion
from app.mailbox.vocabulary import ENGLISH
from app.sessions import Session
from app.web.console.schemas import ConsoleAnswer, ConsoleLine, console_answer
from app.web.export.schemas import ExportIds
from app.web.list.filter_words import read_filter
from app.web.list.schemas import Marked, MarkedMany, MarkMany, MessageList, Totals, listed
from app.web.list.selection import chosen
from app.web.reader.files import (
    FileResponse,
    attachments_file,
    export_file,
    message_file,
    message_top,
    part_file,
)
from app.web.reader.schemas import MessageDetail, Peek, detail, peeked
from app.web.review.schemas import Quit, Receipt, receipt
from app.web.signin.choose_server import located
from app.web.signin.errors import ServerNotFound
from app.web.signin.forms import SignInForm
from app.web.signin.schemas import Discover, Discovered, Opened, SignIn, about, discovered
from app.web.site import formats
from app.web.site.access import AppServices, ChangingSession, CurrentSession
from app.web.site.bodies import takes_ids
from app.web.site.cookies import forget_browsing
from app.web.site.errors import InvalidRequest, NoSuchReceipt
from app.web.site.forms import read_sort
from app.web.site.schemas import Problem
from app.web.site.streaming import while_there
from app.web.site.words import _
from app.web.space.schemas import SpaceMap, space_json

from .schemas import Capa, SessionState, SignedOut, Stat, state

_PROBLEM = {"application/problem+json": {"schema": Problem.model_json_schema()}}
router = APIRouter(
    prefix="/api/v1",
    tags=["POP3"],
    responses={"default": {"description": "an error", "content": _PROBLEM}},
)


def conflict(*codes: str) -> dict[int | str, dict[str, Any]]:
    """A call that is refused as things stand, with one of these codes; nothing was done."""
    said = f"refused as things stand, and nothing was done: {', '.join(codes)}"
    return {409: {"description": said, "content": _PROBLEM}}


_BINARY = {"schema": {"type": "string", "format": "binary"}}
_MESSAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"message/rfc822": _BINARY},
        "description": "the octets as the server sent them, byte-stuffing removed",
    }
}
_PART: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": _BINARY}, "description": "the part, decoded"}
}
_ATTACHMENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": _BINARY}, "description": "the parts, decoded, in one zip"}
}
_NOTHING_LEFT: dict[int | str, dict[str, Any]] = {204: {"description": "nothing was marked"}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/mbox": _BINARY, "application/zip": _BINARY},
        "description": "the messages in one file",
    },
    **conflict("already-exporting"),
}
ReceiptNumber = Annotated[int, Path(ge=1, le=10**9, description="as in the receipt")]
Lines = Annotated[int, Query(ge=0, le=99_999_999, description="of the body")]
Within = Annotated[str, Query(max_length=1000, description="a message that is a part: its path")]
Filter = Annotated[
    str,
    Query(max_length=1000, description="the filter language: larger:5M older:90d from:news -word"),
]
Order = Annotated[
    str,
    Query(
        description="- in front descends",
        json_schema_extra={"enum": [f"{way}{key.value}" for way in ("", "-") for key in SortKey]},
    ),
]


@router.post("/session", status_code=status.HTTP_201_CREATED, responses=conflict("confirm-server"))
async def sign_in(request: Request, services: AppServices, body: SignIn) -> Opened:
    """Connects, signs in, and asks STAT, LIST and UIDL.

    The token opens the session: send it as `Authorization: Bearer TOKEN`. Without `server`, it is
    found as by `discover`, and where `sure` would be false that is a 409 `confirm-server`.
    """
    form = SignInForm(
        username=body.username,
        password=body.password.get_secret_value(),
        server=body.server or "",
        port=str(body.port) if body.port is not None else "",
        security=body.security.value if body.security else "",
        auth=body.auth or "",
        token=body.token.get_secret_value(),
    )
    opening = services.sessions.sign_in(*await located(services, form))
    token, session = await while_there(request.receive, opening)
    return Opened(token=token, **about(session.mailbox))


@router.post("/discover")
async def discover(services: AppServices, body: Discover) -> Discovered:
    """The server that goes with an address; where there is none, a 422 `server-not-found`.

    It is looked for in the operator's list, among known providers, in the DNS, in what the domain
    publishes, and by careful guesses. Of the address, the domain alone leaves this machine.
    """
    found = await services.discovery.find(body.address, bare=True)
    if isinstance(found, NotFound):
        raise ServerNotFound(found.reason, found.domain, found.provider, found.host)
    return discovered(found, body.address)


@router.get("/session")
async def show_session(session: CurrentSession) -> SessionState:
    """What is known; nothing goes over the wire."""
    await session.reader.ensure_listed()
    return state(session.mailbox)


@router.post("/session/release", status_code=status.HTTP_204_NO_CONTENT)
async def release(session: CurrentSession) -> None:
    """Gives the maildrop lock back now; the next call that needs it signs in again."""
    await session.mailbox.tenancy.release()


@router.post("/session/refresh")
async def refresh(session: CurrentSession) -> SessionState:
    """A new connection: new mail shows up, marks stay."""
    await session.reader.refresh()
    return state(session.mailbox)


@router.delete("/session", response_model=SignedOut, responses=_NOTHING_LEFT)
async def sign_out(services: AppServices, session: CurrentSession) -> Response:
    """Signs out, unconditionally; deletes nothing, and tells what was marked and stays."""
    left = await services.sessions.end(session)
    response = Response(status_code=status.HTTP_204_NO_CONTENT)
    if left.asks:
        response = JSONResponse(
            SignedOut(not_deleted=left.count, deleting=left.deleting).model_dump()
        )
    forget_browsing(response)
    return response


@router.get("/capa")
async def capa(session: CurrentSession) -> Capa:
    """CAPA, asked now."""
    capabilities = await session.reader.capa()
    return Capa(capabilities=list(capabilities.lines))


@router.get("/stat")
async def stat(session: CurrentSession) -> Stat:
    """STAT, asked now; its octets are the server's estimate."""
    found = await session.reader.stat()
    marked = Totals.of(session.mailbox.marks.totals)
    return Stat(messages=found.messages, octets=found.octets, marked=marked)


@router.post("/noop", status_code=status.HTTP_204_NO_CONTENT)
async def noop(session: CurrentSession) -> None:
    """NOOP, sent now."""
    await session.reader.noop()


@router.get("/list", response_model=MessageList)
async def list_messages(
    session: CurrentSession,
    q: Filter = "",
    sort: Order = "-size",
    page: Annotated[int, Query(ge=1, le=10**9)] = 1,
    per_page: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Sizes at once; sender, subject and date where they are known by now."""
    order = read_sort(sort)
    await session.reader.ensure_listed()
    found = await chosen(session.mailbox, parse_query(q), order)
    shown = found.matched[(page - 1) * per_page : page * per_page]
    session.mailbox.headers.prefer(shown)
    await parse_headers(shown)

    def made() -> str:
        return MessageList(
            messages=[listed(session.mailbox, message) for message in shown],
            total=len(found.matched),
            octets=found.octets,
            undecided=len(found.undecided),
            page=page,
            pages=max(1, -(-len(found.matched) // per_page)),
        ).model_dump_json(by_alias=True)

    return Response(await in_thread(made), media_type="application/json")


@router.get("/space", response_model=SpaceMap)
async def space(session: CurrentSession, by: By = By.SIZE, q: Filter = "") -> Response:
    """Messages in groups, each with a filter `q` that selects just these.

    Sizes come from the largest band down, months in their order, senders and domains by octets.
    """
    await session.reader.ensure_listed()
    found = await chosen(session.mailbox, query := parse_query(q))
    made = await in_thread(space_json, by, query, found, formats.own_zone())
    return Response(made, media_type="application/json")


@router.get("/messages/{id}")
async def show_message(session: CurrentSession, id: str) -> MessageDetail:
    """TOP n 0, unless more is known: the summary, all headers in order, the route, the parts."""
    await session.reader.ensure_listed()
    found = await session.reader.headers(id)
    return await mail_thread(detail, session.mailbox, found)


@router.get("/messages/{id}/top", response_class=Response, responses=_MESSAGE)
async def top(session: CurrentSession, id: str, lines: Lines = 0) -> FileResponse:
    """TOP, octet for octet."""
    await session.reader.ensure_listed()
    return message_top(session, session.mailbox.index[id].id, lines)


@router.get("/messages/{id}/peek")
async def peek(
    session: CurrentSession, id: str, lines: Lines | None = None, within: Within = ""
) -> Peek:
    """TOP, decoded: the text as far as it came, and the parts met so far.

    With `within`, those of a message that is a part of it: its path, and of one in another their
    paths joined by `:`. The parts of that are had by `within:path`.

    Without `lines`, 20, then 80, then 320 lines, until the text ends or an attachment comes first;
    no more than 8,000 are asked for, of which 256 KiB are looked at.
    """
    await session.reader.ensure_listed()
    found = await session.reader.peek(id, lines)
    return await mail_thread(peeked, found, within)


@router.get("/messages/{id}/retr", response_class=Response, responses=_MESSAGE)
async def retr(session: CurrentSession, id: str) -> FileResponse:
    """RETR, streamed."""
    await session.reader.ensure_listed()
    return message_file(session, session.mailbox.index[id].id)


@router.get("/messages/{id}/parts/{path}", response_class=Response, responses=_PART)
async def part(session: CurrentSession, id: str, path: str) -> FileResponse:
    """RETR, one part of it decoded while it arrives; paths are those of `peek`."""
    await session.reader.ensure_listed()
    return part_file(session, session.mailbox.index[id].id, path)


@router.get("/messages/{id}/attachments", response_class=Response, responses=_ATTACHMENTS)
async def attachments(session: CurrentSession, id: str, within: Within = "") -> FileResponse:
    """RETR, and all parts that `peek` lists, decoded, in one zip; 404 where there is none."""
    await session.reader.ensure_listed()
    return attachments_file(session, session.mailbox.index[id].id, within)


@router.get("/export", response_class=Response, responses=_FILE)
async def export(
    session: CurrentSession,
    q: Filter = "",
    format: ExportFormat = ExportFormat.MBOX,  # noqa: A002 -- the API's word
) -> FileResponse:
    """RETR for every message that matches, streamed as one file, in server order.

    With `attachments`, a zip of what is attached to them; 404 where nothing is.
    """
    await session.reader.ensure_listed()
    return _exported(session, (await chosen(session.mailbox, parse_query(q))).matched, format)


@router.post("/export", response_class=Response, responses=_FILE)
@takes_ids
async def export_some(session: CurrentSession, body: ExportIds) -> FileResponse:
    """The same for the messages named, in the order given."""
    await session.reader.ensure_listed()
    index = session.mailbox.index
    return _exported(session, [index[id] for id in dict.fromkeys(body.ids)], body.format)


def _exported(session: Session, messages: Sequence[Message], form: ExportFormat) -> FileResponse:
    mailbox = session.mailbox
    return export_file(session.reader.export(messages, form), mailbox.account.username)


@router.post("/messages/{id}/dele")
async def mark(session: ChangingSession, id: str) -> Marked:
    """Marks a message; nothing goes over the wire before `quit`."""
    return Marked(marked=Totals.of(session.mailbox.marks.mark([id])))


@router.delete("/messages/{id}/dele")
async def unmark(session: ChangingSession, id: str) -> Marked:
    """Takes a mark back."""
    return Marked(marked=Totals.of(session.mailbox.marks.unmark([id])))


@router.post("/dele")
@takes_ids
async def mark_many(session: ChangingSession, body: MarkMany) -> MarkedMany:
    """Marks many messages, or with `dry_run` says what would be marked."""
    mailbox, undecided = session.mailbox, 0
    if body.ids is not None:
        ids = list(dict.fromkeys(mailbox.index[id].id for id in body.ids))
    else:
        query = read_filter(body.q or "", ENGLISH).query
        if query.matches_all:
            raise InvalidRequest(_("q: this matches every message; to mark them all, name them."))
        found = await chosen(session.mailbox, query)
        ids, undecided = [message.id for message in found.matched], len(found.undecided)
    marked = Totals.of(mailbox.marks.totals if body.dry_run else mailbox.marks.mark(ids))
    matched = Totals.of(mailbox.index.totals_of(ids))
    return MarkedMany(matched=matched, undecided=undecided, marked=marked)


@router.post("/rset")
async def unmark_all(session: ChangingSession) -> Marked:
    """Takes all marks back."""
    return Marked(marked=Totals.of(session.mailbox.marks.unmark_all()))


@router.post("/quit", responses=conflict("commit-failed", "ambiguous"))
async def commit(session: ChangingSession, body: Quit | None = None) -> Receipt:
    """The commit: DELE for every mark, QUIT, and a second sign-in to see what is gone.

    Nothing marked, or a marked message that is gone or no longer the same, is a 409.
    """
    verify = body.verify if body is not None else True
    return receipt(await session.commit.run(verify=verify))


@router.get("/receipts/{number}")
async def show_receipt(session: CurrentSession, number: ReceiptNumber) -> Receipt:
    """The receipt of a commit of this session, by its number; a few are kept."""
    return receipt(_known_receipt(session.mailbox, number))


def _known_receipt(mailbox: Mailbox, number: int) -> Deletion:
    if number not in mailbox.receipts:
        raise NoSuchReceipt
    return mailbox.receipts[number]


@router.post("/receipts/{number}/check")
async def check_receipt(session: ChangingSession, number: ReceiptNumber) -> Receipt:
    """Signs in again to check a receipt that could not be checked at once.

    Before its `retry_after` is over that is a 429 `login-delayed`, and the server is not asked.
    """
    _known_receipt(session.mailbox, number)
    return receipt(await session.commit.check(number))


@router.post("/console", responses=conflict("confirm-first", "line-busy", "commit-failed"))
async def console(session: CurrentSession, body: ConsoleLine) -> ConsoleAnswer:
    """One raw command: CAPA, STAT, LIST, UIDL, TOP, RETR, NOOP, DELE, RSET, QUIT or LANG.

    DELE is sent for real, and QUIT then deletes: both ask first, by a 409 `confirm-first` whose
    `confirm` is to be sent with the same line. Whatever else ends the connection sends RSET first.
    """
    await session.reader.ensure_listed()
    found = await session.console.type(body.line, body.confirm)
    return console_answer(session.mailbox, found)
