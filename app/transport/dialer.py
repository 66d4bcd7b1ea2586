"""From a name to a greeted connection: vetting, TCP, TLS.

The name is resolved once and every address judged; the connection goes to a judged address, and
the certificate is checked against the name that was typed.
"""

import asyncio
import socket
import ssl
from copy import copy
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.gate import Gate
from app.pop3 import CommandRejected, Limits, Protocol

from .connection import Connection
from .errors import (
    ConnectFailed,
    ConnectFault,
    ConnectionLost,
    Stalled,
    TargetForbidden,
    TlsFailed,
    TlsFault,
)
from .habits import Habits
from .listener import Listener
from .names import Resolve, SystemNames
from .probe import certificate_shown, what_answers
from .targets import Reach, TargetPolicy
from .timeouts import Timeouts


class Security(Enum):
    """How a connection is protected (RFC 8314, section 3)."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"

    @property
    def default_port(self) -> int:
        """995 for TLS (RFC 8314, section 3.3), 110 for the others (RFC 1939, section 3)."""
        return 995 if self is Security.TLS else 110


@dataclass(frozen=True, slots=True)
class Target:
    """A server to connect to.

    Attributes:
        host: name or address, as it was typed.
        port: TCP port.
        security: how the connection is protected.
        verified: whether the certificate must be right; False only where the operator says so
            for this one server.
    """

    host: str
    port: int
    security: Security
    verified: bool = True

    @property
    def shown(self) -> str:
        """`host:port`, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


# OpenSSL's verification results (X509_V_ERR_…).
_VERIFY = {
    9: TlsFault.NOT_YET_VALID,
    10: TlsFault.EXPIRED,
    18: TlsFault.SELF_SIGNED,
    19: TlsFault.UNKNOWN_ISSUER,
    20: TlsFault.UNKNOWN_ISSUER,
    21: TlsFault.UNKNOWN_ISSUER,
    62: TlsFault.NAME_MISMATCH,
    64: TlsFault.NAME_MISMATCH,
}
_ALIKE = 0.5  # seconds until a name is refused, whether there is one or not
_SILENT = 1.0  # seconds without a greeting after which a server may be waiting for TLS
_NOT_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "UNEXPECTED_MESSAGE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}
)
_TOO_OLD = frozenset(
    {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"}
)


def tls_fault(error: BaseException) -> tuple[TlsFault, str]:
    """What a failed handshake means, and the library's words for it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY.get(error.verify_code, TlsFault.UNTRUSTED), error.verify_message
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        if reason in _NOT_TLS:
            return TlsFault.NOT_TLS, reason
        if reason in _TOO_OLD:
            return TlsFault.TOO_OLD, reason
        return TlsFault.HANDSHAKE, reason
    if isinstance(error, TimeoutError) or "taking longer than" in str(error):
        return TlsFault.TIMEOUT, ""
    return TlsFault.HANDSHAKE, error.strerror or "" if isinstance(error, OSError) else ""


async def _reach(address: str, port: int, patience: float) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        async with asyncio.timeout(patience):
            await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock


@lru_cache(maxsize=4)  # reading the system's authorities takes tens of milliseconds
def trusting(ca_file: Path | None = None) -> ssl.SSLContext:
    """TLS 1.2 or later, and certificates of the system's authorities and those of `ca_file`."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class Dialer:
    """Opens connections.

    Args:
        policy: where connections may go.
        ca_file: certificates to trust beside the system's own.
        timeouts: how long a server may be silent.
        limits: what a server may send.
        resolve: names to addresses; by default as the system does.
        gate: what sign-ins go through.

    Attributes:
        gate, timeouts: as given.
        habits: what was learnt of servers so far.
    """

    def __init__(
        self,
        policy: TargetPolicy,
        *,
        ca_file: Path | None = None,
        timeouts: Timeouts | None = None,
        limits: Limits | None = None,
        resolve: Resolve | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._policy = policy
        self.timeouts = timeouts or Timeouts()
        self._limits = limits
        self.gate = gate or Gate()
        self.habits = Habits()
        self._resolve_name = resolve or SystemNames().addresses
        self._context = trusting(ca_file)
        self._unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts none, so loads none
        self._unverified.check_hostname = False
        self._unverified.verify_mode = ssl.CERT_NONE

    async def dial(self, target: Target, listener: Listener | None = None) -> Connection:
        """A connection that was greeted, and protected as asked; `listener` hears all of it.

        Raises:
            TargetForbidden: the operator does not allow this target.
            LookupsFull: too many names are being looked up.
            ConnectFailed: no address answered, or the greeting was -ERR or missing.
            TlsFailed: no TLS that can be trusted.
            RemoteProtocolError: what answered is no POP3 server.
        """
        addresses = await self.addresses(target)
        address, sock = await self._connect(target, addresses)
        try:
            connection = await self._begin(target, address, sock, listener)
            try:
                await self._greeted(connection, target, address)
                if target.security is Security.STARTTLS:
                    await self._start_tls(connection, target)
            except BaseException:
                connection.abort()
                raise
        except TlsFailed as failed:
            if failed.fault.of_certificate:
                place = (address, target.port, target.host, self.timeouts.connect)
                failed.certificate = await certificate_shown(*place, stls=failed.stls)
            raise
        return connection

    async def addresses(self, target: Target) -> list[str]:
        """The addresses of a target that may be connected to.

        Where only public ones may, a name that is known inside and one that nobody knows are alike.

        Raises:
            TargetForbidden: the operator allows none of them.
            LookupsFull: too many names are being looked up.
            ConnectFailed: there is no such host.
        """
        self._policy.check(target.host, target.port)
        if self._policy.reach is not Reach.PUBLIC:
            return await self._resolve(target)
        pause = asyncio.create_task(asyncio.sleep(_ALIKE))
        try:
            return await self._resolve(target)
        except (ConnectFailed, TargetForbidden):
            await pause  # nor does it tell by its haste
            raise TargetForbidden(target.host, target.port, or_unknown=True) from None
        finally:
            pause.cancel()

    async def reach(self, address: str, port: int, patience: float) -> socket.socket:
        """A connected socket, to an address that `addresses` gave.

        Raises:
            OSError, TimeoutError: it does not answer.
        """
        return await _reach(address, port, patience)

    @property
    def context(self) -> ssl.SSLContext:
        """How certificates are judged."""
        return self._context

    def context_for(self, target: Target) -> ssl.SSLContext:
        """How the certificate of this one is judged."""
        return self._context if target.verified else self._unverified

    def afresh(self) -> "Dialer":
        """The same, that knows no server yet, and what it learns is its own."""
        other = copy(self)
        other.habits = Habits()
        return other

    async def _resolve(self, target: Target) -> list[str]:
        host, port = target.host, target.port
        try:
            async with asyncio.timeout(self.timeouts.connect):
                found = await self._resolve_name(host, port)
        except TimeoutError:
            raise ConnectFailed(host, port, ConnectFault.TIMEOUT) from None
        except (OSError, ValueError):
            raise ConnectFailed(host, port, ConnectFault.UNKNOWN_HOST) from None
        return self._policy.judged(found, host, port)

    async def _connect(self, target: Target, addresses: list[str]) -> tuple[str, socket.socket]:
        """The first address that answers, within one connect timeout for all of them."""
        fault = ConnectFault.TIMEOUT
        share = max(self.timeouts.connect / len(addresses), min(self.timeouts.connect, 1.0))
        for address in addresses:
            try:
                return address, await _reach(address, target.port, share)
            except TimeoutError:
                fault = ConnectFault.TIMEOUT
            except ConnectionRefusedError:
                fault = ConnectFault.REFUSED
            except OSError:
                fault = ConnectFault.UNREACHABLE
        raise ConnectFailed(target.host, target.port, fault)

    async def _begin(
        self, target: Target, address: str, sock: socket.socket, listener: Listener | None
    ) -> Connection:
        loop = asyncio.get_running_loop()
        tls = target.security is Security.TLS
        habit = self.habits.of(target.host, target.port)
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(
                    target.host, target.port, self.timeouts, self._limits, listener, habit
                ),
                sock=sock,
                ssl=self.context_for(target) if tls else None,
                server_hostname=target.host if tls else None,
                ssl_handshake_timeout=self.timeouts.connect if tls else None,
            )
        except (ssl.SSLError, OSError) as error:
            failed = self._tls_failed(target, error)
        else:
            return connection
        if failed.fault is TlsFault.NOT_TLS:
            failed.spoken = await what_answers(address, target.port, self.timeouts.connect)
        raise failed

    async def _greeted(self, connection: Connection, target: Target, address: str) -> None:
        try:
            async with asyncio.timeout(self.timeouts.connect):  # however slowly it trickles
                if connection.tls is None:
                    await self._check_for_tls(connection, target, address)
                greeting = await asyncio.shield(connection.greeting)
        except (Stalled, ConnectionLost, TimeoutError) as error:
            failed = ConnectFailed(target.host, target.port, ConnectFault.NO_GREETING)
            if connection.tls is None and not isinstance(error, ConnectionLost):  # it waits for us
                connection.abort()
                failed.spoken = await what_answers(address, target.port, self.timeouts.connect)
            raise failed from None
        if not greeting.reply.ok:
            reply = greeting.reply
            raise ConnectFailed(
                target.host, target.port, ConnectFault.TURNED_AWAY, reply.line, reply.code
            )

    async def _check_for_tls(self, connection: Connection, target: Target, address: str) -> None:
        """Asks a server that is silent for a moment whether it waits for TLS.

        Raises:
            ConnectFailed: it does. Whoever is only slow to greet may go on to be so.
        """
        greeting = connection.greeting
        await asyncio.wait([greeting], timeout=_SILENT)
        if greeting.done():
            return
        asking = asyncio.create_task(what_answers(address, target.port, self.timeouts.connect))
        try:
            either: tuple[asyncio.Future[Any], ...] = (greeting, asking)
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not greeting.done() and asking.result() is Protocol.TLS:
                fault = ConnectFault.NO_GREETING
                raise ConnectFailed(target.host, target.port, fault, spoken=Protocol.TLS)
        finally:
            asking.cancel()

    async def _start_tls(self, connection: Connection, target: Target) -> None:
        try:
            await connection.start_tls(self.context_for(target), target.host)
        except CommandRejected as error:
            raise TlsFailed(target.host, target.port, TlsFault.NOT_OFFERED, error.reply) from None
        except (ssl.SSLError, OSError, ConnectionLost) as error:
            raise self._tls_failed(target, error) from None

    def _tls_failed(self, target: Target, error: BaseException) -> TlsFailed:
        fault, detail = tls_fault(error)
        failed = TlsFailed(target.host, target.port, fault, detail)
        failed.stls = target.security is Security.STARTTLS
        return failed
