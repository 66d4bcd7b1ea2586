"""Mailboxes over replayed dialogues of servers that cannot be run here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.mailbox import Mailbox, Message
from app.transport import Security, Timeouts
from tests.support.certs import Authority
from tests.support.replay import Mail, Replay
from tests.support.scripted import ScriptedServer

from .opening import mailbox_at, reader

# Gmail and others of today speak TLS from the first octet on; the old ones never had it.
SECURITY = {
    "gmail": Security.TLS,
    "office365": Security.STARTTLS,
    "wildduck": Security.TLS,
    "stalwart": Security.TLS,
    "yahoo": Security.TLS,
}


@asynccontextmanager
async def replayed(
    replay: Replay,
    authority: Authority,
    ca_file: Path,
    *,
    one_octet: bool = False,
    timeouts: Timeouts | None = None,
) -> AsyncIterator[Mailbox]:
    """The mailbox of a replayed server, not yet signed in; closed at the end."""
    security = SECURITY.get(replay.dialogue.name, Security.NONE)
    context = authority.leaf().server_context()
    replay.context = context
    tls = context if security is Security.TLS else None
    async with ScriptedServer(replay, tls=tls, one_octet=one_octet) as server:
        mailbox = mailbox_at(
            server.host,
            server.port,
            security,
            ca_file=ca_file,
            timeouts=timeouts,
        )
        try:
            yield mailbox
        finally:
            await mailbox.close()
            await asyncio.sleep(0.01)  # both ends are closed


async def retrieved(mailbox: Mailbox, message: Message) -> bytes:
    """All octets of a message."""
    async with reader(mailbox).retr(message.id) as (_, body):
        return b"".join([block async for block in body])


def mail_of(replay: Replay, message: Message) -> Mail:
    """What the server has stored as this message."""
    return next(mail for mail in replay.dialogue.mails if mail.uidl == message.uidl)
