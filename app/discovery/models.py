"""What a search ends with."""

from dataclasses import dataclass, field, replace
from enum import Enum

from app.transport import Target

# How the forms of a user name are written in autoconfig files; this table and ours use the same.
WHOLE = "%EMAILADDRESS%"
LOCAL = "%EMAILLOCALPART%"
DOMAIN = "%EMAILDOMAIN%"


class Source(Enum):
    """Where a server was found, in the order in which one looks."""

    OFFERED = "offered"
    KNOWN = "known"
    SRV = "srv"
    AUTOCONFIG = "autoconfig"
    MX = "mx"
    GUESS = "guess"


class Quirk(Enum):
    """What people have to know about a provider before they can sign in."""

    FOR_APPS = "a password made for one program"
    SWITCH_ON = "POP3 is off until it is switched on"
    OAUTH_ONLY = "no passwords for mail programs"
    SEPARATE = "a password of its own for mail programs"
    PAID = "only for paying customers"
    MAY_REFUSE = "app passwords are being withdrawn"
    RECENT_ONLY = "hides mail that was fetched once"


class Reason(Enum):
    """Why no server was found."""

    NO_DOMAIN = "the name holds no domain"
    BAD_NAME = "the part before the @ cannot be right"
    BAD_DOMAIN = "no domain of mail"
    LITERAL = "a number instead of a domain"
    NO_POP3 = "the domain says that it has no POP3"
    PROVIDER_WITHOUT = "the provider has no POP3"
    NOT_ALLOWED = "found, but not allowed here"
    PLAINTEXT = "found, but without encryption"
    NOTHING = "nothing was found"
    TOO_SLOW = "no answer in time"
    BUSY = "too many searches at once"
    OFF = "searching is switched off"


@dataclass(frozen=True, slots=True)
class TypedAddress:
    """An address whose server can be searched for.

    Attributes:
        local: what stands before the @, in no `repr`; "" where a domain alone was given.
        domain: its domain in ASCII, lower case (A-labels; RFC 5890).
        shown: the domain in lower case, as people write it.
        written: the domain as it was typed.
    """

    local: str = field(repr=False)
    domain: str
    shown: str
    written: str


@dataclass(frozen=True, slots=True)
class Found:
    """A server for an address.

    Attributes:
        target: where to connect, and how; never without encryption unless the operator says so.
        source: where it was found.
        username: what to send as the user name.
        domain: the address's domain, as people write it.
        foreign: whether the server lies outside the address's domain, so that a person should
            look at it first (RFC 6186, section 6).
        sure: whether a password may go there without a person having looked.
        quirks: what to know before one signs in.
        provider: the provider's name, where it is known.
    """

    target: Target
    source: Source
    username: str
    domain: str
    foreign: bool = False
    sure: bool = True
    quirks: tuple[Quirk, ...] = ()
    provider: str = ""

    def of(self, address: TypedAddress) -> "Found":
        """The same with the user name filled in for one address of the domain."""
        return replace(self, username=named(self.username, address), domain=address.shown)


@dataclass(frozen=True, slots=True)
class NotFound:
    """No server, and why.

    Attributes:
        reason: why.
        domain: the address's domain, as people write it; "" where there is none.
        provider: the provider's name, where it is known.
        host: its server, where that is known and may not be chosen.
    """

    reason: Reason
    domain: str = ""
    provider: str = ""
    host: str = ""


Answer = Found | NotFound


def named(form: str, address: TypedAddress) -> str:
    """A user name from its form, such as `%EMAILLOCALPART%`."""
    filled = form.replace(WHOLE, f"{address.local}@{address.written}")
    return filled.replace(LOCAL, address.local).replace(DOMAIN, address.written)


def belongs(host: str, domain: str) -> bool:
    """Whether a host is the domain itself, or in it."""
    return host == domain or host.endswith(f".{domain}")
