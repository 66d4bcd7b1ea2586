"""What can go wrong between here and the server."""

from enum import Enum

from app.pop3 import Protocol


class ConnectFault(Enum):
    """Why no POP3 session began."""

    UNKNOWN_HOST = "no such host"
    REFUSED = "connection refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "no answer"
    NO_GREETING = "connected, but no greeting"
    TURNED_AWAY = "greeting was -ERR"


class TlsFault(Enum):
    """Why TLS did not come about."""

    NAME_MISMATCH = "certificate is for another name"
    EXPIRED = "certificate has expired"
    NOT_YET_VALID = "certificate is not valid yet"
    SELF_SIGNED = "certificate is self-signed"
    UNKNOWN_ISSUER = "certificate is from an unknown issuer"
    UNTRUSTED = "certificate is not trusted"
    NOT_OFFERED = "STLS refused"
    NOT_TLS = "no TLS on this port"
    TOO_OLD = "server only has outdated TLS"
    HANDSHAKE = "handshake failed"
    TIMEOUT = "handshake not answered"

    @property
    def of_certificate(self) -> bool:
        """Whether it is the certificate that nobody vouches for."""
        return self in _OF_CERTIFICATE


_OF_CERTIFICATE = frozenset(
    {
        TlsFault.NAME_MISMATCH,
        TlsFault.EXPIRED,
        TlsFault.NOT_YET_VALID,
        TlsFault.SELF_SIGNED,
        TlsFault.UNKNOWN_ISSUER,
        TlsFault.UNTRUSTED,
    }
)


class TransportError(Exception):
    """Anything between here and the server."""


class ConnectFailed(TransportError):
    """No connection, or no greeting.

    Attributes:
        host, port: where to.
        fault: what happened.
        reply: the server's own -ERR greeting, where that is what happened.
        code: its response code, or None.
        spoken: what a silent server speaks instead, where that was found out.
    """

    def __init__(
        self,
        host: str,
        port: int,
        fault: ConnectFault,
        reply: str = "",
        code: str | None = None,
        spoken: Protocol | None = None,
    ) -> None:
        super().__init__(host, port, fault, reply)
        self.host = host
        self.port = port
        self.fault = fault
        self.reply = reply
        self.code = code
        self.spoken = spoken


class TlsFailed(TransportError):
    """No TLS, or none that can be trusted.

    Attributes:
        host, port: where to.
        fault: what happened.
        detail: the TLS library's or the server's words.
        spoken: what is spoken there without TLS, where that was found out.
        stls: whether it was begun by STLS.
        certificate: the one that cannot be trusted, DER, where the server showed it again.
    """

    def __init__(
        self,
        host: str,
        port: int,
        fault: TlsFault,
        detail: str = "",
        spoken: Protocol | None = None,
    ) -> None:
        super().__init__(host, port, fault, detail)
        self.host = host
        self.port = port
        self.fault = fault
        self.detail = detail
        self.spoken = spoken
        self.stls = False
        self.certificate = b""


class ConnectionLost(TransportError):
    """The connection ended while something was under way, or before it could be sent.

    Attributes:
        command: what was under way, secrets masked.
        sent: whether it may have reached the server.
    """

    def __init__(self, command: str, *, sent: bool = True) -> None:
        super().__init__(command, sent)
        self.command = command
        self.sent = sent


class Stalled(TransportError):
    """The server stopped talking.

    Attributes:
        command: what was under way, secrets masked.
        seconds: how long nothing came.
    """

    def __init__(self, command: str, seconds: float) -> None:
        super().__init__(command, seconds)
        self.command = command
        self.seconds = seconds


class TargetForbidden(TransportError):
    """The operator does not let Popscope connect there; the same for every reason.

    Attributes:
        host, port: where to.
        or_unknown: there may be no such host at all; where only public addresses are allowed,
            nobody is told which names there are inside.
    """

    def __init__(self, host: str, port: int, *, or_unknown: bool = False) -> None:
        super().__init__(host, port)
        self.host = host
        self.port = port
        self.or_unknown = or_unknown


class LookupsFull(TransportError):
    """As many names are being looked up as may be, for this client or in all.

    Attributes:
        retry_after: seconds after which it is worth another try.
    """

    retry_after = 15
