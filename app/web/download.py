"""Messages as files, streamed from the server to the browser, never whole in memory."""

import re
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from urllib.parse import quote

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.mailbox import Message
from app.sessions import Session
from app.transport import Body

_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_KEPT = frozenset(".,()+@-_")
_LONGEST = 200  # octets; file systems end at 255

Open = Callable[[], AbstractAsyncContextManager[tuple[Message, Body]]]


class BodyResponse(StreamingResponse):
    """The answer to TOP or RETR while it arrives.

    The command is sent when the answer begins, so that a refusal still becomes an error page; when
    the browser goes away, the rest is drained or the connection dropped. A body that breaks off
    ends the HTTP answer without its last chunk, so that nobody takes it for whole.
    """

    def __init__(self, open_body: Open, *, attachment: bool) -> None:
        super().__init__(_nothing(), media_type="message/rfc822", headers=_HEADERS)
        self._open = open_body
        self._attachment = attachment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Opens the body, then streams it."""
        async with self._open() as (message, body):
            if self._attachment:
                self.headers["Content-Disposition"] = disposition(message)
            self.body_iterator = aiter(body)
            await super().__call__(scope, receive, send)


async def _nothing() -> AsyncIterator[bytes]:
    blocks: tuple[bytes, ...] = ()
    for block in blocks:
        yield block


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
