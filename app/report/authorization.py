"""What can be seen of a server before anybody signs in."""

import asyncio
import errno
import ipaddress
import os
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median

from app.pop3 import Capabilities, Protocol, recognise
from app.pop3.replies import apop_challenge, decode, parse_capabilities, parse_status
from app.transport import ConnectFailed, Security, TargetForbidden
from app.transport.probe import what_answers

from . import capabilities as rules
from . import handshakes
from .checks import Check, Finding, Topic, found, skipped
from .wire import TROUBLE, RawWire, Site

_CONNECT = 5.0  # seconds for one address
_GREETING = 10.0
_MOST_ADDRESSES = 6
_ROUNDS = 3
_NO_ROUTE = frozenset(
    os.strerror(code).lower()
    for code in (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
)
"""Why this very machine cannot try an address, most often since it has no IPv6."""
LONG = 0.4  # seconds for a round trip


@dataclass(slots=True)
class Outside:
    """What was learnt outside of a login.

    Attributes:
        pop3: a POP3 server greeted.
        clear: CAPA without TLS; None where it was not asked there.
        encrypted: CAPA under TLS; None where there is no TLS.
        stls: STLS works.
    """

    pop3: bool = False
    clear: Capabilities | None = None
    encrypted: Capabilities | None = None
    stls: bool = False

    @property
    def silent(self) -> bool:
        """Whether CAPA was answered nowhere."""
        return self.clear is None and self.encrypted is None

    @property
    def clear_told(self) -> bool:
        """Whether CAPA without TLS tells anything."""
        return self.clear is not None and bool(self.clear.tags)


async def reach(site: Site) -> AsyncIterator[Check]:
    """Name, addresses of both families, and which of them answer; the first one is then used."""
    try:
        addresses = await site.dialer.addresses(site.target)
    except TargetForbidden:
        yield found(Finding.FORBIDDEN)
        return
    except ConnectFailed:
        yield found(Finding.UNKNOWN_NAME, host=site.target.host)
        return
    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(_try(site, one)) for one in addresses[:_MOST_ADDRESSES]]
    answers = [task.result() for task in tries]
    site.address = next((address for address, took, _ in answers if took is not None), "")
    if not site.address:
        lines = (f"{address}: {why}" for address, _, why in answers)
        yield found(Finding.UNREACHABLE, *lines, server=site.target.shown)
        return
    for address, took, why in answers:
        six = ":" in address
        if why in _NO_ROUTE:
            yield skipped(Topic.IPV6 if six else Topic.IPV4, Finding.NO_ROUTE, address=address)
        elif took is None:
            finding = Finding.IPV6_SILENT if six else Finding.IPV4_SILENT
            yield found(finding, address=address, why=why)
        else:
            finding = Finding.IPV6_ANSWERS if six else Finding.IPV4_ANSWERS
            yield found(finding, address=address, seconds=took)
    for check in _families(site.target.host, addresses):
        yield check


def _families(host: str, addresses: Sequence[str]) -> Iterator[Check]:
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return  # an address has no other family
    if not any(":" in address for address in addresses):
        yield found(Finding.IPV6_NONE, host=host)
    if all(":" in address for address in addresses):
        yield found(Finding.IPV4_NONE, host=host)


async def _try(site: Site, address: str) -> tuple[str, float | None, str]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        sock = await site.dialer.reach(address, site.target.port, _CONNECT)
    except TimeoutError:
        return address, None, "timed out"
    except OSError as error:
        return address, None, os.strerror(error.errno or 0).lower()
    took = loop.time() - began
    sock.close()
    return address, took, ""


async def greeting(site: Site, outside: Outside) -> AsyncIterator[Check]:
    """What the server says first; on a port without TLS at once also CAPA and the round trip."""
    context = handshakes.lenient() if site.target.security is Security.TLS else None
    try:
        async with site.wire(context) as wire:
            line = await wire.line(_GREETING)
            for check in judged(line):
                yield check
            reply = parse_status(line)
            if reply is None or not reply.ok:
                return
            outside.pop3 = True
            async for check in _first_words(wire, outside, encrypted=context is not None):
                yield check
            await wire.goodbye()
    except TROUBLE as error:
        if not outside.pop3:
            yield await _otherwise(site, error)
        elif outside.silent and await _answers_quit(site, context):
            yield found(Finding.CAPA_HANGS_UP)
        elif outside.silent:
            yield skipped(Topic.CAPA, Finding.BROKE_OFF, type(error).__name__)


async def _answers_quit(site: Site, context: ssl.SSLContext | None) -> bool:
    """Whether a connection on which CAPA is not asked goes on behind the greeting."""
    try:
        async with site.wire(context) as wire:
            await wire.line(_GREETING)
            return parse_status(await wire.ask(b"QUIT")) is not None
    except TROUBLE:
        return False


async def _first_words(wire: RawWire, outside: Outside, *, encrypted: bool) -> AsyncIterator[Check]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    capabilities = await capa(wire)
    rounds = [loop.time() - began]
    if encrypted:
        outside.encrypted = capabilities
    else:
        outside.clear = capabilities
    if capabilities.tags:  # without CAPA each one would count as a bad command
        for _ in range(_ROUNDS - 1):
            began = loop.time()
            await capa(wire)
            rounds.append(loop.time() - began)
    yield round_trip(rounds)


def round_trip(rounds: Sequence[float]) -> Check:
    """The median of some round trips, in seconds."""
    middle = float(median(rounds))
    finding = Finding.ROUND_TRIP_LONG if middle > LONG else Finding.ROUND_TRIP
    return found(finding, seconds=middle, n=len(rounds))


def judged(line: bytes) -> Iterator[Check]:
    """What a first line is worth (RFC 1939, section 4)."""
    reply = parse_status(line)
    text = decode(line)[:200]
    if reply is None:
        yield _stranger(line)
    elif not reply.ok:
        yield found(Finding.TURNED_AWAY, text)
    elif apop_challenge(line) is not None:
        yield found(Finding.GREETED_APOP, text)
    else:
        yield found(Finding.GREETED, text)


def _stranger(line: bytes) -> Check:
    protocol = recognise(line)
    if protocol is Protocol.TLS:
        return found(Finding.SPEAKS_TLS)
    return found(Finding.NOT_POP3, decode(line)[:200], kind=protocol.value if protocol else "")


async def _otherwise(site: Site, error: BaseException) -> Check:
    """Nothing greeted: perhaps it waits for TLS, or has it not, or waits to be spoken to."""
    wanted = Protocol.TLS if site.target.security is Security.TLS else Protocol.POP3
    protocol = await what_answers(site.address, site.target.port, _CONNECT)
    if protocol is Protocol.TLS and wanted is not protocol:
        return found(Finding.SPEAKS_TLS)
    if protocol is Protocol.POP3 and wanted is not protocol:
        return found(Finding.SPEAKS_PLAIN)
    if protocol is Protocol.TLS:  # a web server, say, that waits for a request under it
        with suppress(*TROUBLE):
            async with site.wire(handshakes.lenient()) as wire:
                protocol = recognise(await wire.ask(b"CAPA\r\n", _CONNECT))
    if protocol is None or protocol in {Protocol.TLS, Protocol.POP3}:
        return found(Finding.NO_GREETING, str(error)[:200] or type(error).__name__)
    return found(Finding.NOT_POP3, kind=protocol.value)


async def capa(wire: RawWire) -> Capabilities:
    """The capabilities; none where CAPA is refused."""
    reply = parse_status(await wire.ask(b"CAPA"))
    if reply is None or not reply.ok:
        return Capabilities()
    return parse_capabilities(await wire.listing())


async def stls(site: Site, outside: Outside) -> Check | None:
    """Whether TLS can be begun on a port in clear, and CAPA then (RFC 2595, section 4)."""
    if site.target.security is Security.TLS:
        return None
    told = outside.clear is not None and "STLS" in outside.clear
    try:
        async with site.greeted() as wire:
            answer = await wire.ask(b"STLS")
            if not answer.upper().startswith(b"+OK"):
                missing = site.target.security is Security.NONE and not told
                finding = Finding.STLS_MISSING if missing else Finding.STLS_REQUIRED
                return found(finding, decode(answer)[:200])
            await wire.start_tls(handshakes.lenient(), site.target.host)
            outside.stls = True
            with suppress(*TROUBLE):
                outside.encrypted = await capa(wire)
                await wire.goodbye()
    except TROUBLE as error:
        if not outside.stls:
            return found(Finding.STLS_BROKEN, str(error)[:200] or type(error).__name__)
    return found(Finding.STLS_WORKS if told or not outside.clear_told else Finding.STLS_UNANNOUNCED)


async def tls(site: Site, outside: Outside) -> AsyncIterator[Check]:
    """STLS where it belongs, then all about TLS."""
    begun = await stls(site, outside)
    if begun is not None:
        yield begun
        if not outside.stls:
            return
    async for check in handshakes.examine(site):
        yield check
    if outside.stls:
        yield await handshakes.injection(site)


def dialogue(outside: Outside) -> Iterator[Check]:
    """What CAPA told on both sides of TLS."""
    first = outside.clear if outside.clear is not None else outside.encrypted
    if first is None:
        return
    yield from rules.announced(first)
    yield from rules.odd_tags(outside.clear, outside.encrypted)
    if outside.clear is not None and outside.encrypted is not None and outside.clear.tags:
        yield rules.after_tls(outside.clear, outside.encrypted)
    best = outside.encrypted if outside.encrypted is not None else first
    if best.tags:
        yield rules.mechanisms(best)
    in_clear = rules.cleartext(outside.clear) if outside.clear is not None else None
    if in_clear is not None:
        yield in_clear
