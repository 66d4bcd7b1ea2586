"""Mailboxes for tests, over the programmable server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from app.mailbox import (
    Account,
    Allowances,
    Commit,
    Console,
    Credentials,
    Key,
    Line,
    Mailbox,
    Message,
    MessageId,
    Notice,
    Reader,
)
from app.mailbox.index import Index, Listings
from app.pop3 import MessageNumber, Octets, ScanListing, Stat, Uidl, UniqueId
from app.transport import Dialer, Security, Target, TargetPolicy, Timeouts
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks
from tests.support.scripted import ScriptedServer

LOOPBACK = TargetPolicy(loopback=True, ports=((1, 65535),))


def unlock() -> Credentials:
    return Credentials("anna", "secret")


def line_of(mailbox: Mailbox, key: Key = unlock) -> Line:
    return Line(mailbox.lease, key)


def reader(mailbox: Mailbox, key: Key = unlock) -> Reader:
    return Reader(mailbox, line_of(mailbox, key))


def commit(mailbox: Mailbox, key: Key = unlock) -> Commit:
    return Commit(mailbox, line_of(mailbox, key))


def console(mailbox: Mailbox, key: Key = unlock) -> Console:
    return Console(mailbox, line_of(mailbox, key))


def mailbox_at(
    host: str,
    port: int,
    security: Security = Security.NONE,
    *,
    user: str = "anna",
    allowances: Allowances | None = None,
    **options: Any,
) -> Mailbox:
    account = Account(user, Target(host, port, security))
    return Mailbox(account, Dialer(LOOPBACK, **options), allowances=allowances)


@asynccontextmanager
async def opened(
    drop: FakeMaildrop, *, timeouts: Timeouts | None = None, proxy: Any = None
) -> AsyncIterator[Mailbox]:
    """The mailbox of a fake maildrop, signed in; closed at the end."""
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port, timeouts=timeouts)
        try:
            await line_of(mailbox).hold()
            yield mailbox
        finally:
            await mailbox.close()
            await asyncio.sleep(0.01)  # both ends are closed


def maildrop(messages: Iterable[FakeMessage], **quirks: Any) -> FakeMaildrop:
    return FakeMaildrop(messages, quirks=Quirks(**quirks))


async def loaded(mailbox: Mailbox) -> None:
    """Until all headers have come in."""
    async with asyncio.timeout(10):
        await mailbox.headers.loaded()


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- any condition, seen from outside
            await asyncio.sleep(0.005)


def by_number(mailbox: Mailbox, number: int) -> Message:
    return next(message for message in mailbox.index if message.number == number)


def told(mailbox: Mailbox) -> dict[Notice, int]:
    return {told.notice: told.count for told in mailbox.notices}


def index_of(*rows: tuple[str | None, int | None], salt: str = "salt") -> Index:
    """An index of messages given as (UIDL, octets), None where there is none, numbered from 1."""
    numbered = [(MessageNumber(n), *row) for n, row in enumerate(rows, 1)]
    sizes = [(number, None if octets is None else Octets(octets)) for number, _, octets in numbered]
    scan = [ScanListing(*row) for row in sizes]
    uidls = [UniqueId(number, Uidl(uidl)) for number, uidl, _ in numbered if uidl is not None]
    stat = Stat(len(rows), sum(octets or 0 for _, octets in rows))
    return Index(Listings(stat, scan, uidls), salt)


def mark(mailbox: Mailbox, *numbers: int) -> list[MessageId]:
    """Marks messages by number; returns their ids."""
    chosen = [by_number(mailbox, number).id for number in numbers]
    mailbox.marks.mark(chosen)
    return chosen


def uidls(drop: FakeMaildrop) -> list[str | None]:
    """The UIDLs of what is stored now."""
    return [message.uidl for message in drop.messages]
