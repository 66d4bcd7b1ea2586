"""Real POP3 servers on loopback, all with one face, whatever they are within."""

from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Protocol, Self

from tests.support.certs import Authority
from tests.support.dovecot import ALL_MECHANISMS, Dovecot

from .courier import Courier
from .cyrus import Cyrus
from .inetd import Popa3d, SolidPop3d
from .mailutils import Mailutils


class Pop3Server(Protocol):
    """A server that runs while its ``with`` block does.

    Attributes:
        name: what it is called in a report of tests.
        host, port: where it listens in clear, with STLS if ``starttls``.
        tls_port: where it listens with TLS, or None.
        authority: who issued its certificate.
        mechanisms: every way to sign in that it has, by the names of ``Credentials.mechanism``.
        has_capa, has_uidl, has_top: whether it has these commands.
        in_use: the reply to a second login while a first one is there; None if it lets both in.
        top_adds: what TOP sends before the first line of the body, and RETR does not.
    """

    @property
    def name(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def tls_port(self) -> int | None: ...
    @property
    def starttls(self) -> bool: ...
    @property
    def authority(self) -> Authority: ...
    @property
    def mechanisms(self) -> frozenset[str]: ...
    @property
    def has_capa(self) -> bool: ...
    @property
    def has_uidl(self) -> bool: ...
    @property
    def has_top(self) -> bool: ...
    @property
    def in_use(self) -> str | None: ...
    @property
    def top_adds(self) -> bytes: ...
    @property
    def pid(self) -> int:
        """The process id that everything of this server ends with."""
        ...

    @property
    def log(self) -> str:
        """What the server has logged so far."""
        ...

    def mailbox(self) -> tuple[str, str]:
        """Make a new empty mailbox; return its user name and password."""
        ...

    def deliver(self, user: str, raw: bytes) -> object:
        """Store a message as the last one; its line ends become the store's own."""
        ...

    def messages(self, user: str) -> list[bytes]:
        """What is stored now, in the order of delivery, with CRLF line ends."""
        ...

    def unaltered(self, wire: bytes) -> bytes:
        """The message as it was delivered, from what RETR sent: less what this server adds."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


# By name; each takes ``authority=`` and ``certificate=``.
SERVERS: dict[str, Callable[..., Pop3Server]] = {
    "dovecot": partial(Dovecot, mechanisms=(*ALL_MECHANISMS, "apop"), lock_session=True),
    "courier": Courier,
    "cyrus": Cyrus,
    "mailutils": Mailutils,
    "popa3d": Popa3d,
    "solid-pop3d": SolidPop3d,
}
