"""Messages as files, streamed from the server to the browser, never whole in memory."""

import asyncio
import logging
import re
import unicodedata
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.mailbox import Message
from app.pop3 import Pop3Error
from app.sessions import Session
from app.transport import Body, TransportError

_log = logging.getLogger(__name__)
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_KEPT = frozenset(".,()+@-_")
_LONGEST = 200  # octets; file systems end at 255

Open = Callable[[], AbstractAsyncContextManager[tuple[Message, Body]]]


class BodyResponse(Response):
    """The answer to TOP or RETR while it arrives.

    The command is sent when the answer begins, so that a refusal still becomes an error page; when
    the browser goes away, the rest is drained or the connection dropped. A body that breaks off
    ends the HTTP answer without its last chunk, so that nobody takes it for whole.
    """

    media_type = "message/rfc822"

    def __init__(self, open_body: Open, *, attachment: bool) -> None:
        self.status_code = HTTPStatus.OK
        self.background = None
        self.init_headers(_HEADERS)
        self._open = open_body
        self._attachment = attachment

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Opens the body, then streams it until its end, or until the browser has gone."""
        async with self._open() as (message, body):
            if self._attachment:
                self.headers["Content-Disposition"] = disposition(message)
            # Not Starlette's own streaming: while octets come in at every turn of the loop, anyio
            # never finds the moment to cancel it, and a huge message would be read to its end.
            streaming = asyncio.create_task(self._stream(body, send))
            gone = asyncio.create_task(_gone(receive))
            try:
                await asyncio.wait({streaming, gone}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                streaming.cancel()
                gone.cancel()
                await asyncio.wait({streaming, gone})
            if not streaming.cancelled():
                streaming.result()

    async def _stream(self, body: Body, send: Send) -> None:
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        try:
            async for block in body:
                await send({"type": "http.response.body", "body": block, "more_body": True})
        except (TransportError, Pop3Error) as error:
            _log.warning(
                "a message broke off after %d octets: %s", body.octets, type(error).__name__
            )
            return
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    """Until the browser has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def message_file(session: Session, id: str) -> BodyResponse:
    """A whole message by RETR."""
    return BodyResponse(lambda: session.mailbox.retr(session.unlock, id), attachment=True)


def message_top(session: Session, id: str, lines: int) -> BodyResponse:
    """The answer to TOP, octet for octet."""
    return BodyResponse(lambda: session.mailbox.top(session.unlock, id, lines), attachment=False)


def disposition(message: Message) -> str:
    """`Content-Disposition` with a name made from the subject (RFC 6266, section 4.3; RFC 8187)."""
    subject = message.summary.subject if message.summary else ""
    # Letters, their marks (vowels, in many scripts) and digits; the rest becomes a space.
    name = "".join(
        one if one in _KEPT or unicodedata.category(one)[0] in "LMN" else " "
        for one in unicodedata.normalize("NFC", subject)
    )
    name = " ".join(name.split()).encode()[:_LONGEST].decode(errors="ignore").strip(" .")
    name = name or f"message-{message.number}"
    plain = re.sub(r"[^A-Za-z0-9.,()+@ -]", "_", name)
    return f"attachment; filename=\"{plain}.eml\"; filename*=UTF-8''{quote(name, safe='')}.eml"
