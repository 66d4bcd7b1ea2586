"""The ways in that a server offers, best first; the table is at the top of `login`."""

from dataclasses import dataclass

from app.pop3 import (
    Capabilities,
    Command,
    CramMd5,
    LocalProtocolError,
    Login,
    Mechanism,
    OAuthBearer,
    Plain,
    Scram,
    XOAuth2,
    commands,
)
from app.transport import WayIn

from .errors import NoWayIn, WayFault
from .models import Credentials

_UNDER_TLS = ("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "USER", "LOGIN", "CRAM-MD5", "APOP")
_IN_CLEAR = ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "APOP", "USER", "PLAIN", "LOGIN")
PASSWORD_ITSELF = frozenset({"PLAIN", "USER", "LOGIN"})
"""Means that give the server the password itself, rather than a proof of it."""
TOKEN_MEANS = frozenset({"XOAUTH2", "OAUTHBEARER"})
"""Means that take a token, not a password."""
MEANS = frozenset(_UNDER_TLS) | TOKEN_MEANS
"""All means there are: SASL mechanisms, APOP, and USER for USER/PASS."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in.

    Attributes:
        name: of the SASL mechanism, or `APOP`, or `USER`.
        steps: its commands, each to be answered before the next.
        otherwise: an initial response goes the other way: later, or at once.
        other: the same means with its initial response the other way, where it has one.
    """

    name: str
    steps: tuple[Command[str], ...]
    otherwise: bool = False
    other: "Way | None" = None

    @property
    def mechanism(self) -> Mechanism | None:
        """The SASL exchange, where it is one."""
        return self.steps[0].mechanism

    @property
    def gives_password(self) -> bool:
        """Whether the server gets the password itself, rather than a proof or a token."""
        return self.name in PASSWORD_ITSELF

    def same_as(self, known: WayIn) -> bool:
        """Whether it is the one that a server is known to take."""
        return (self.name, self.otherwise) == (known.means, known.otherwise)

    @property
    def judged(self) -> bool:
        """Whether the server has had what it needs to judge a proof, or a token."""
        match self.mechanism:
            case Scram(proved=sent) | CramMd5(done=sent):
                return sent
            case XOAuth2(refusal=told) | OAuthBearer(refusal=told):
                return told is not None
        return False


@dataclass(frozen=True, slots=True)
class Greeted:
    """The server, as far as it is known before the login.

    Attributes:
        host, port: as they were asked for.
        capabilities: what it announced.
        challenge: the greeting's timestamp for APOP, or None.
        protected: whether the connection is encrypted.
    """

    host: str
    port: int
    capabilities: Capabilities
    challenge: bytes | None
    protected: bool

    def offers(self, means: str) -> bool:
        """Whether it said that it takes this; a server without CAPA takes USER/PASS."""
        match means:
            case "USER":
                return "USER" in self.capabilities or not self.capabilities.tags
            case "APOP":
                return self.challenge is not None
        return means in self.capabilities.mechanisms

    @property
    def takes_utf8(self) -> bool:
        """Whether it says that USER, PASS and APOP may carry more than ASCII (RFC 6856, 2.2)."""
        arguments = self.capabilities.tags.get("UTF8", ())
        return "USER" in map(str.upper, arguments)


def login_steps(credentials: Credentials, server: Greeted) -> tuple[Way, ...]:
    """The ways in, best first.

    All of them carry names and passwords as UTF-8, by RFC 6856 and the mechanisms' own, and where
    a server announces nothing of that, too. A way that cannot carry these is left out: SCRAM and
    APOP with `UTF8 USER` need what SASLprep allows.

    Raises:
        NoWayIn: none is left.
        LocalProtocolError: the means asked for is not known here.
    """
    asked = credentials.mechanism
    if asked is not None and asked not in MEANS:
        raise LocalProtocolError(f"the mechanism {asked} is not known")
    order = _UNDER_TLS if server.protected else _IN_CLEAR
    offered = [means for means in order if server.offers(means)] or ["USER"]
    ways = []
    for means in offered if asked is None else [asked]:
        if means == "APOP" and server.challenge is None:
            raise NoWayIn(WayFault.NOT_OFFERED, means)
        try:
            ways.append(_way(means, credentials, server))
        except LocalProtocolError:
            continue
    if not ways:
        raise NoWayIn(WayFault.UNSENDABLE, asked or offered[0])
    return tuple(ways)


def _way(means: str, credentials: Credentials, server: Greeted) -> Way:
    name, secret = credentials.username, credentials.password
    match means:
        case "USER":
            return Way(means, (commands.user(name), commands.password(secret)))
        case "APOP":
            challenge, prepare = server.challenge or b"", server.takes_utf8
            return Way(means, (commands.apop(name, secret, challenge, prepare=prepare),))
        case "LOGIN" | "CRAM-MD5":  # the server speaks first
            mechanism = Login(name, secret) if means == "LOGIN" else CramMd5(name, secret)
            return Way(means, (commands.auth(mechanism, secret),))
    first, second = (
        commands.auth(_mechanism(means, credentials, server, otherwise), secret, at_once=at_once)
        for otherwise, at_once in ((False, means != "XOAUTH2"), (True, means == "XOAUTH2"))
    )
    if first.line == second.line:  # too long to be sent at once
        return Way(means, (first,))
    return Way(means, (first,), other=Way(means, (second,), otherwise=True))


def _mechanism(means: str, credentials: Credentials, server: Greeted, otherwise: bool) -> Mechanism:
    name, secret = credentials.username, credentials.password
    match means:
        case "PLAIN":
            return Plain(name, secret)
        case "XOAUTH2":
            return XOAuth2(name, secret, at_once=otherwise)
        case "OAUTHBEARER":
            return OAuthBearer(name, secret, server.host, server.port)
    return Scram(means, name, secret)


def credentials_fit(username: str, password: str) -> bool:
    """Whether a name and a password can be sent at all: one line each, at most 255 octets."""
    try:
        commands.user(username)
        commands.password(password)
    except (LocalProtocolError, UnicodeEncodeError):
        return False
    return True


def token_fits(username: str, token: str) -> bool:
    """Whether a name and a token can be sent at all."""
    try:
        commands.user(username)
        XOAuth2(username, token)
    except LocalProtocolError:
        return False
    return True
