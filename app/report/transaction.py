"""What can be seen with an account: only reading, and what was RETR'd never meets a QUIT.

A server may mark a message as read or popped when a session that retrieved it ends by QUIT; so the
one connection that sends RETR is dropped instead, after RSET.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from statistics import median

from app.mailbox import (
    Credentials,
    LoginDelayed,
    LoginRejected,
    MailboxError,
    MailboxInUse,
    Refusal,
    SignInHeld,
)
from app.mailbox.admission import admitted
from app.mailbox.login import refusal, turned_away
from app.mailbox.ways import PASSWORD_ITSELF
from app.pop3 import (
    Capabilities,
    CommandRejected,
    MessageNumber,
    Pop3Error,
    ScanListing,
    Veil,
    commands,
)
from app.pop3.replies import parse_status, parse_unique_id
from app.transport import ConnectFailed, Connection, Dialer, Target, TransportError

from . import capabilities as rules
from . import maildrop
from .authorization import Outside
from .checks import Check, Finding, Topic, found, skipped
from .wire import MOST, PATIENCE, RawWire

SLOW_LOGIN = 3.0  # seconds
_ROUNDS = 5
_LOST = 5.0  # seconds after which a NOOP will not be answered
_SAMPLE = 6  # messages for RETR
SMALL = 64 * 1024  # octets of one of them
_LOCK_PATIENCE = 25.0  # seconds for a second login; Dovecot takes about ten to refuse one
_ACK_DELAY = (0.030, 0.075)  # seconds that small segments cost where acknowledgements are late
_TEN_MINUTES = 600 - 5  # a little less, for clocks that differ
PAUSES = (0.3, 1.0, 2.0)  # seconds for the server to let go of the lock
_ROW = 128  # octets of a row of UIDL at most: 70 of the unique-id, and its number
ENGINE_TROUBLE = (TransportError, Pop3Error, TimeoutError, OSError)


@dataclass(slots=True)
class Inside:
    """What was learnt on the first login.

    Attributes:
        connection: the one that is held.
        stat, listing: the maildrop.
        uidls: unique-ids in order; None where there are none.
        capabilities: after the login.
        retrieved: RETR was sent.
        seconds: what the login took.
    """

    connection: Connection
    seconds: float
    messages: int = 0
    listing: tuple[ScanListing, ...] = ()
    uidls: list[str] | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    retrieved: bool = False

    @property
    def gave_password(self) -> bool:
        """Whether the server got the password itself, rather than a proof."""
        return self.connection.signed_in_by in PASSWORD_ITSELF

    async def end(self) -> None:
        """Leaves by QUIT; where something was retrieved, by RSET and without QUIT.

        Dovecot marks what RETR sent as read, unless RSET takes that back.
        """
        leave = self.connection.execute(commands.rset()) if self.retrieved else None
        with suppress(*ENGINE_TROUBLE):
            async with asyncio.timeout(PATIENCE):
                await (leave or self.connection.quit())
        self.connection.abort()


async def login(dialer: Dialer, target: Target, credentials: Credentials) -> Inside:
    """Signs in by the best means.

    Raises:
        LoginRejected, MailboxInUse, LoginDelayed: the server refused.
        TransportError, Pop3Error: no connection.
    """
    connection = await admitted(dialer, target, credentials)
    inside = Inside(connection, connection.login_seconds)
    inside.capabilities = connection.capabilities
    return inside


async def renew(inside: Inside, dialer: Dialer, target: Target, credentials: Credentials) -> None:
    """A connection in place of one that has ended, its maildrop listed; nothing else is carried."""
    inside.connection.abort()
    again = await login_again(dialer, target, credentials)
    inside.connection, inside.retrieved = again.connection, False
    inside.listing = await inside.connection.execute(commands.list_all())


async def login_again(dialer: Dialer, target: Target, credentials: Credentials) -> Inside:
    """The same after a connection of ours has ended: the lock may take a moment to go."""
    for pause in PAUSES:
        try:
            return await login(dialer, target, credentials)
        except MailboxInUse:
            await asyncio.sleep(pause)
    return await login(dialer, target, credentials)


def refused(error: MailboxError) -> Check:
    """Why there was no login."""
    match error:
        case MailboxInUse():
            return found(Finding.LOGIN_IN_USE, error.reply)
        case LoginDelayed() | SignInHeld():
            return found(Finding.LOGIN_TOO_SOON, getattr(error, "reply", ""))
        case LoginRejected(about=Refusal.ENCRYPTION):
            return found(Finding.LOGIN_ENCRYPTION, error.reply)
        case LoginRejected(means_refused=(_, *_)):
            return found(Finding.LOGIN_FORM, error.reply, names=", ".join(error.means_refused))
        case LoginRejected():
            return found(Finding.LOGIN_REJECTED, error.reply)
    return found(Finding.LOGIN_NO_WAY)


def welcomed(inside: Inside, outside: Outside) -> Iterator[Check]:
    """What the login itself shows."""
    slow = inside.seconds > SLOW_LOGIN
    yield found(
        Finding.LOGIN_SLOW if slow else Finding.LOGIN,
        seconds=inside.seconds,
        means=inside.connection.signed_in_by,
    )
    refused = inside.connection.means_refused
    if refused:
        means = inside.connection.signed_in_by
        yield found(Finding.LOGIN_MEANS_REFUSED, names=", ".join(refused), means=means)
    before = outside.encrypted if outside.encrypted is not None else outside.clear
    if inside.connection.tls is None:
        if inside.gave_password:
            yield found(Finding.LOGIN_CLEAR)
        before = outside.clear
    if before is not None and (before.tags or inside.capabilities.tags):
        yield rules.after_login(before, inside.capabilities)
    told = dict(before.tags) if before is not None else {}
    yield from rules.promises(Capabilities({**told, **inside.capabilities.tags}))


async def read(inside: Inside) -> Sequence[Check]:
    """UIDL, STAT and LIST."""
    connection = inside.connection
    rows = None
    with suppress(CommandRejected):  # first: GNU mailutils writes into new messages at UIDL
        rows = await connection.execute(commands.uidl_all())
        inside.uidls = [row.uidl for row in rows]
    stat = await connection.execute(commands.stat())
    inside.listing = await connection.execute(commands.list_all())
    inside.messages = len(inside.listing)
    checks = [maildrop.counts(stat, inside.listing)]
    told = "UIDL" in inside.capabilities
    checks.append(maildrop.uidls(rows, told=told, messages=inside.messages))
    return checks


def sample(listing: Sequence[ScanListing]) -> list[ScanListing]:
    """Small messages, the smallest first."""
    small = [row for row in listing if row.octets is not None and row.octets <= SMALL]
    return sorted(small, key=lambda row: row.octets or 0)[:_SAMPLE]


async def pipelining(inside: Inside) -> Check:
    """A group of commands in one write, whatever CAPA says."""
    connection = inside.connection
    told = inside.capabilities.pipelining
    forced = {**inside.capabilities.tags, "PIPELINING": ()}
    connection.capabilities = Capabilities(forced)
    habit = connection.habit
    unstuffed, habit.one_at_a_time = habit.unstuffed, False
    rows = [] if unstuffed else sample(inside.listing)[:2]
    tops = [_refusable(connection, row) for row in rows]
    try:
        async with asyncio.timeout(PATIENCE):
            _, stat, *_ = await asyncio.gather(
                connection.execute(commands.noop()),
                connection.execute(commands.stat()),
                connection.execute(commands.noop()),
                *tops,
            )
    except ENGINE_TROUBLE as error:
        why = type(error).__name__
        if habit.unstuffed is not unstuffed:
            return found(Finding.DOTS_SEEN)
        finding = Finding.PIPELINING_BROKEN if told else Finding.PIPELINING_NONE
        return found(finding, why)
    finally:
        connection.capabilities = inside.capabilities
        habit.one_at_a_time = habit.one_at_a_time or habit.unstuffed
    if stat.messages != inside.messages:
        return found(Finding.PIPELINING_BROKEN if told else Finding.PIPELINING_NONE)
    finding = Finding.PIPELINING if told else Finding.PIPELINING_UNANNOUNCED
    return found(finding)


async def _refusable(connection: Connection, row: ScanListing) -> None:
    with suppress(CommandRejected):
        await connection.fetch(commands.top(row.number, 0), 0)


async def lock(dialer: Dialer, target: Target, credentials: Credentials) -> Check:
    """A second login while the first one is held."""
    try:
        async with asyncio.timeout(_LOCK_PATIENCE):
            second = await login(dialer, target, credentials)
    except MailboxInUse as error:
        coded = error.reply.upper().startswith("-ERR [IN-USE]")
        return found(Finding.LOCK_CODED if coded else Finding.LOCK_WORDS, error.reply)
    except LoginRejected as error:
        return found(Finding.LOCK_LIKE_WRONG, error.reply)
    except ConnectFailed as error:
        if isinstance(turned_away(error), MailboxInUse):
            return found(Finding.LOCK_CODED, error.reply)
        return skipped(Topic.LOCK, Finding.STILL_IN_USE, error.reply)
    except ENGINE_TROUBLE as error:
        return found(Finding.LOCK_SILENT, type(error).__name__)
    await second.end()
    return found(Finding.LOCK_SHARED)


def by_user_pass(credentials: Credentials, capabilities: Capabilities | None) -> bool:
    """Whether USER and PASS are the way, or a way, in."""
    if credentials.mechanism not in {None, "USER"}:
        return False
    return capabilities is None or not capabilities.tags or "USER" in capabilities


async def behind_pass(wire: RawWire, credentials: Credentials, *, told: bool) -> Check:
    """PASS and a NOOP in one write: is the NOOP answered?

    Raises:
        LoginRejected, MailboxInUse, LoginDelayed: the login failed.
        OSError, EOFError, ValueError: the connection broke off.
        LocalProtocolError: what cannot be sent.
    """
    veil = Veil()
    veil.add(credentials.password)
    _accepted(await wire.ask(commands.user(credentials.username).line[:-2]), veil)
    await wire.send(commands.password(credentials.password).line + commands.noop().line)
    _accepted(await wire.line(4 * PATIENCE), veil)
    try:
        reply = parse_status(await wire.line(_LOST))
    except TimeoutError:
        return found(Finding.PASS_LOST if told else Finding.PASS_LOST_UNANNOUNCED)
    if reply is None:
        raise ValueError("no status line")
    return found(Finding.PASS_KEPT)  # by whatever: it was read


def _accepted(line: bytes, veil: Veil) -> None:
    reply = parse_status(line)
    if reply is None:
        raise ValueError("no status line")
    if veil.hides(reply.text):
        reply = replace(reply, text=commands.HIDDEN)
    if not reply.ok:
        raise refusal(reply.line, reply.code, reply.text, Capabilities())


async def unique_ids(wire: RawWire, messages: int) -> list[str] | None:
    """UIDL on a bare connection, for about so many messages; None where it is refused."""
    reply = parse_status(await wire.ask(b"UIDL"))
    if reply is None or not reply.ok:
        return None
    listing = await wire.listing(MOST + messages * _ROW)
    rows = (parse_unique_id(line) for line in listing if line.strip())
    return [row.uidl for row in rows if row is not None]


async def segments(wire: RawWire, number: MessageNumber) -> Check | None:
    """Whether TOP waits for acknowledgements that come late, since it is sent in small pieces.

    The engine's connections acknowledge at once; a bare one does as most clients do.
    """
    loop = asyncio.get_running_loop()
    took: dict[bytes, list[float]] = {b"NOOP": [], b"TOP %d 0" % number: []}
    for command, times in took.items():
        for _ in range(_ROUNDS):
            began = loop.time()
            reply = parse_status(await wire.ask(command))
            if reply is None or not reply.ok:
                return None
            if times is not took[b"NOOP"]:
                await wire.listing()
            times.append(loop.time() - began)
    quick, slow = map(median, took.values())
    if _ACK_DELAY[0] <= slow - quick <= _ACK_DELAY[1]:
        return found(Finding.SMALL_SEGMENTS, seconds=slow - quick)
    return None


async def idle(wire: RawWire, seconds: float) -> Check:
    """How long the server lets a client be silent (RFC 1939, section 3: ten minutes at least)."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    if await wire.unasked(seconds) is None:
        return found(Finding.IDLE_HELD, seconds=float(seconds))
    held = loop.time() - began
    finding = Finding.IDLE_CLOSED if held >= _TEN_MINUTES else Finding.IDLE_CLOSED_SOON
    return found(finding, seconds=held)
