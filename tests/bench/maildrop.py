"""The maildrop that the benchmarks look into, and Popscope's mailbox on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.mailbox import Account, Credentials, Mailbox
from app.transport import Dialer, Security, Target, TargetPolicy
from tests.mailbox.opening import line_of
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.proxy import Link

MESSAGES = 1000
RTT = 0.040
_HEADER_LINES = 8


def letter(number: int) -> bytes:
    """A message with a header of an ordinary size, some 900 octets, and 100 lines of text."""
    trace = b"".join(
        b"Received: from mx%d.example.org (mx%d.example.org [192.0.2.%d])\r\n"
        b"\tby mail.example.net with ESMTPS; Mon, 2 Nov 2026 10:00:0%d +0000\r\n" % (n, n, n, n)
        for n in range(_HEADER_LINES - 4)
    )
    return (
        trace
        + b"From: Friend <friend@example.org>\r\nTo: anna@example.net\r\n"
        + b"Subject: Letter %d\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n" % number
        + b"Message-ID: <%d@example.org>\r\nMIME-Version: 1.0\r\n\r\n" % number
        + b"A line of text that is as long as lines of text usually are, more or less.\r\n" * 100
    )


def fill(server: Dovecot, user: str) -> None:
    """Delivers the maildrop, once."""
    if not server.messages_on_disk(user):
        server.deliver_many(user, map(letter, range(MESSAGES)))


def credentials(user: str) -> Credentials:
    """What signs in."""
    return Credentials(user, PASSWORD)


@asynccontextmanager
async def opened(link: Link, user: str) -> AsyncIterator[Mailbox]:
    """A mailbox, signed in and listed; its headers are on their way."""
    dialer = Dialer(TargetPolicy(loopback=True, ports=((1, 65535),)))
    account = Account(user, Target(link.host, link.port, Security.NONE))
    mailbox = Mailbox(account, dialer)
    try:
        await line_of(mailbox, lambda: credentials(user)).hold()
        yield mailbox
    finally:
        await mailbox.close()
