"""Connections for tests: dialled to loopback, and always ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import pytest

from app.mailbox.login import sign_in
from app.mailbox.models import Credentials
from app.pop3 import Limits, State
from app.transport import (
    ConnectFailed,
    Connection,
    Dialer,
    Security,
    Target,
    TargetPolicy,
    Timeouts,
    TlsFailed,
)
from tests.support.scripted import Script, ScriptedServer, Step, expect, send

LOOPBACK = TargetPolicy(loopback=True, ports=((1, 65535),))
QUICK = Timeouts(connect=0.5, stall=0.3, reader=0.6)
ANNA = Credentials("anna", "secret", "USER")


def signing_in(tag: bytes = b"UIDL") -> tuple[Step, ...]:
    """Steps of a scripted server up to TRANSACTION; `tag` is all it announces."""
    capa = expect(rb"CAPA", b"+OK\r\n" + tag + b"\r\n.\r\n")
    user, password = expect(rb"USER .*", b"+OK\r\n"), expect(rb"PASS .*", b"+OK\r\n")
    return send(b"+OK ready\r\n"), capa, user, password, capa


class Serving(Protocol):
    @property
    def port(self) -> int: ...


def target(server: Serving, security: Security = Security.NONE, **options: Any) -> Target:
    return Target("127.0.0.1", server.port, security, **options)


def dialer(
    timeouts: Timeouts | None = None, limits: Limits | None = None, **options: Any
) -> Dialer:
    return Dialer(LOOPBACK, timeouts=timeouts, limits=limits, **options)


@asynccontextmanager
async def greeted(
    server: Serving, timeouts: Timeouts | None = None, limits: Limits | None = None
) -> AsyncIterator[Connection]:
    """A connection that was greeted; aborted at the end."""
    connection = await dialer(timeouts, limits).dial(target(server))
    try:
        yield connection
    finally:
        connection.abort()
        await asyncio.sleep(0)  # the socket is closed in the loop's next turn


async def sign_in_to(dialer_: Dialer, server: Serving) -> Connection:
    """A connection with anna's maildrop open, to be aborted by whoever asked for it."""
    connection = await dialer_.dial(target(server))
    await sign_in(connection, ANNA)
    return connection


@asynccontextmanager
async def signed_in(
    server: Serving, timeouts: Timeouts | None = None, limits: Limits | None = None
) -> AsyncIterator[Connection]:
    """A connection with anna's maildrop open; aborted at the end."""
    async with greeted(server, timeouts, limits) as connection:
        await sign_in(connection, ANNA)
        yield connection


@asynccontextmanager
async def playing(
    script: Script, timeouts: Timeouts | None = None, limits: Limits | None = None
) -> AsyncIterator[Connection]:
    """A connection with the maildrop open that a script plays."""
    async with ScriptedServer(script) as server, signed_in(server, timeouts, limits) as connection:
        yield connection


async def dial_and_leave(dialer_: Dialer, to: Target) -> tuple[State, str | None]:
    """Dials, hangs up, and tells how far it came and over which TLS."""
    connection = await dialer_.dial(to)
    reached = connection.state, connection.tls
    connection.abort()
    await asyncio.sleep(0.02)  # both ends have closed
    return reached


async def connect_fault(dialer_: Dialer, to: Target) -> ConnectFailed:
    with pytest.raises(ConnectFailed) as caught:
        await dial_and_leave(dialer_, to)
    await asyncio.sleep(0.02)
    assert (caught.value.host, caught.value.port) == (to.host, to.port)
    return caught.value


async def tls_fault(dialer_: Dialer, to: Target) -> TlsFailed:
    with pytest.raises(TlsFailed) as caught:
        await dial_and_leave(dialer_, to)
    await asyncio.sleep(0.02)
    assert (caught.value.host, caught.value.port) == (to.host, to.port)
    return caught.value
