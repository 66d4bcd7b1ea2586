"""Files, streamed to the browser: whole messages, parts of them, many at once; never in memory."""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.mailbox import Export, MailboxError, OpenPart, message_name
from app.mime import PDF
from app.pop3 import Pop3Error
from app.sessions import Session
from app.transport import TransportError
from app.web.site import formats
from app.web.site.streaming import until_gone

_log = logging.getLogger(__name__)
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# No sandbox for a PDF: browsers do not open their viewers in one. Those are no part of our origin.
_PDF_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_RFC822 = "message/rfc822"
_OCTETS = "application/octet-stream"
_ZIP = "application/zip"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file on its way to the browser.

    Attributes:
        blocks: its octets.
        name: to save it under, or None where it is no attachment.
        media_type: what the browser is told.
        octets: how many there are, where that is certain.
        shown: the browser shows it in place of saving it.
    """

    blocks: AsyncIterator[bytes]
    name: str | None = None
    media_type: str = _RFC822
    octets: int | None = None
    shown: bool = False


Open = Callable[[], AbstractAsyncContextManager[Outgoing]]
Arrived = Callable[[int, str], None]


class FileResponse(Response):
    """A file while it arrives.

    It is opened when the answer begins, so that a refusal still becomes an error page; when the
    browser goes away, the rest is drained or the connection dropped. A file that breaks off ends
    the HTTP answer without its last chunk, so that nobody takes it for whole.

    Args:
        open_file: opens it.
        arrived: told the octets and their SHA-256 after all of them went to the browser.
    """

    def __init__(self, open_file: Open, arrived: Arrived | None = None) -> None:
        self.status_code = HTTPStatus.OK
        self.background = None
        self.init_headers(_HEADERS)
        self._open = open_file
        self._arrived = arrived

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Opens the file, then streams it until its end, or until the browser has gone."""
        async with self._open() as file:
            self.headers["Content-Type"] = file.media_type
            if file.name is not None:
                self.headers["Content-Disposition"] = disposition(file.name, shown=file.shown)
            if file.shown and file.media_type == PDF:
                self.headers["Content-Security-Policy"] = _PDF_POLICY
            if file.octets is not None:
                self.headers["Content-Length"] = str(file.octets)
            await until_gone(receive, partial(self._stream, file, send))

    async def _stream(self, file: Outgoing, send: Send, gone: asyncio.Task[None]) -> None:
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        octets, digest = 0, hashlib.sha256()
        try:
            async for block in file.blocks:
                await send({"type": "http.response.body", "body": block, "more_body": True})
                octets += len(block)
                if self._arrived is not None:
                    digest.update(block)
        except (MailboxError, TransportError, Pop3Error) as error:
            _log.warning("a file broke off after %d octets: %s", octets, type(error).__name__)
            return
        # Nothing more, but it waits until all before has left this process (see app/__main__.py).
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await asyncio.sleep(0)  # what is sent after the browser has gone is lost without a word
        arrived = not gone.done()
        await send({"type": "http.response.body", "body": b""})
        if self._arrived is not None and arrived:
            self._arrived(octets, digest.hexdigest())


def message_file(session: Session, id: str) -> FileResponse:
    """A whole message: by RETR, or from the disk where it is here already."""
    return FileResponse(partial(_whole, session, id))


def message_to_mark(session: Session, id: str) -> FileResponse:
    """A whole message, marked once all of it went to the browser; else nothing is marked."""
    mailbox = session.mailbox

    async def counted(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        octets = 0
        async for block in blocks:
            yield block
            octets += len(block)  # it went: the next one was asked for
            mailbox.saves.went(id, octets)

    @asynccontextmanager
    async def open_message() -> AsyncIterator[Outgoing]:
        mailbox.saves.begin(id)
        try:
            async with _whole(session, id) as outgoing:
                yield replace(outgoing, blocks=counted(outgoing.blocks))
        finally:
            mailbox.saves.broke_off(id)

    return FileResponse(open_message, partial(mailbox.saves.arrived, id))


@asynccontextmanager
async def _whole(session: Session, id: str) -> AsyncIterator[Outgoing]:
    mailbox = session.mailbox
    message = mailbox.index[id]
    name = message_name(message)
    download = mailbox.downloads.of(message)
    if download is not None and download.complete:
        yield Outgoing(download.blocks(), name, octets=len(download.spool))
        return
    async with session.reader.retr(id) as (_, body):
        yield Outgoing(aiter(body), name)


def message_top(session: Session, id: str, lines: int) -> FileResponse:
    """The answer to TOP, octet for octet."""

    @asynccontextmanager
    async def open_top() -> AsyncIterator[Outgoing]:
        async with session.reader.top(id, lines) as (_, body):
            yield Outgoing(aiter(body))

    return FileResponse(open_top)


def part_file(session: Session, id: str, path: str) -> FileResponse:
    """A part, decoded while the message arrives."""

    @asynccontextmanager
    async def open_part() -> AsyncIterator[Outgoing]:
        async with session.reader.part(id, path) as part:
            yield Outgoing(part.blocks, part.name, _OCTETS, part.octets)

    return FileResponse(open_part)


def shown_file(part: OpenPart, media_type: str) -> FileResponse:
    """A part that is here, for the browser to show as what it is."""
    file = Outgoing(part.blocks, part.name, media_type, part.octets, shown=True)
    return FileResponse(lambda: nullcontext(file))


def attachments_file(session: Session, id: str, within: str = "") -> FileResponse:
    """All attachments of a message, or of one within it, decoded, in one zip."""

    @asynccontextmanager
    async def open_all() -> AsyncIterator[Outgoing]:
        async with session.reader.attachments(id, within) as file:
            yield Outgoing(file.blocks, file.name, _ZIP)

    return FileResponse(open_all)


def inner_file(name: str, data: bytes) -> FileResponse:
    """A file out of a winmail.dat, in memory."""

    async def blocks() -> AsyncIterator[bytes]:
        yield data

    file = Outgoing(blocks(), name, _OCTETS, len(data))
    return FileResponse(lambda: nullcontext(file))


def export_file(export: Export, account: str) -> FileResponse:
    """Many messages in one file."""

    @asynccontextmanager
    async def open_export() -> AsyncIterator[Outgoing]:
        async with aclosing(export.blocks()) as blocks:
            # The first message must be here: what goes wrong before can still be told.
            first = await anext(blocks, b"")

            async def all_of_it() -> AsyncIterator[bytes]:
                yield first
                async for block in blocks:
                    yield block

            day = formats.now().date().isoformat()
            suffix = export.form.suffix
            yield Outgoing(all_of_it(), f"{account} {day}.{suffix}", f"application/{suffix}")

    return FileResponse(open_export)


def disposition(name: str, *, shown: bool = False) -> str:
    """`Content-Disposition` for a file name (RFC 6266, section 4.3; RFC 8187)."""
    kind = "inline" if shown else "attachment"
    plain = re.sub(r"[^A-Za-z0-9.,()+@ -]", "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
