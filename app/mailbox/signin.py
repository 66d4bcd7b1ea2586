"""Signing in: the best means both sides have, and what a refusal means.

    what there is             the order in which it is tried
    under TLS                 SCRAM-SHA-256, SCRAM-SHA-1, PLAIN, USER/PASS, LOGIN, CRAM-MD5, APOP
    in clear                  SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, APOP, USER/PASS, PLAIN, LOGIN
    a means was asked for     that one alone; a token's XOAUTH2 and OAUTHBEARER only so

In clear, the last three show the password to everyone on the way; the person chose "none" for that.
A refused login is not tried again: the person decides. One thing alone goes on by itself: under TLS
a SCRAM that ended before anything made of the password was sent, because the server turned out not
to have it or asked for too much, is followed once by a way that sends the password (which TLS
protects). A server that failed to prove itself gets nothing more.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from app.pop3 import (
    Capabilities,
    Command,
    CommandRejected,
    CramMd5,
    LocalProtocolError,
    Login,
    Mechanism,
    OAuthBearer,
    Plain,
    SaslError,
    Scram,
    XOAuth2,
    commands,
)
from app.transport import ConnectFailed, Connection

from .errors import LoginDelayed, LoginRejected, MailboxInUse, NoWayIn, WayFault
from .models import Credentials

_UNDER_TLS = ("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "USER", "LOGIN", "CRAM-MD5", "APOP")
_IN_CLEAR = ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "APOP", "USER", "PLAIN", "LOGIN")
PASSWORD_ITSELF = frozenset({"PLAIN", "USER", "LOGIN"})
"""Means that give the server the password itself, rather than a proof of it."""
TOKEN_MEANS = frozenset({"XOAUTH2", "OAUTHBEARER"})
"""Means that take a token, not a password."""
MEANS = frozenset(_UNDER_TLS) | TOKEN_MEANS
"""All means there are: SASL mechanisms, APOP, and USER for USER/PASS."""

# Servers without RESP-CODES say it in words; of an account that is locked they don't mean this.
_IN_USE = re.compile(r"\b(lock(ed)?|busy|in use|already open|wait)\b", re.IGNORECASE)
_LOCKED_OUT = re.compile(r"\b(account|user)\b.{0,20}\block|\block(ed)? out\b", re.IGNORECASE)
_UNSUPPORTED = re.compile(
    r"\b(un(supported|known|recogni[sz]ed)|invalid|bad)\b.{0,30}\b(mechanism|method|command)\b"
    r"|\b(not|un)[ -]?(supported|implemented|available|enabled)\b|\bsyntax error\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in.

    Attributes:
        name: of the SASL mechanism, or `APOP`, or `USER`.
        steps: its commands, each to be answered before the next.
    """

    name: str
    steps: tuple[Command[str], ...]

    @property
    def mechanism(self) -> Mechanism | None:
        """The SASL exchange, where it is one."""
        return self.steps[0].mechanism

    @property
    def gives_password(self) -> bool:
        """Whether the server gets the password itself, rather than a proof or a token."""
        return self.name in PASSWORD_ITSELF


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
        """Whether USER, PASS and APOP may carry more than ASCII (RFC 6856, section 2.2)."""
        arguments = self.capabilities.tags.get("UTF8", ())
        return "USER" in map(str.upper, arguments)


def login_steps(credentials: Credentials, server: Greeted) -> tuple[Way, ...]:
    """The ways in, best first; the table is at the top of this file.

    A way that cannot carry this name and password is left out: beyond ASCII, USER/PASS and APOP
    need `UTF8 USER`, and SCRAM needs what SASLprep allows.

    Raises:
        NoWayIn: none is left.
        LocalProtocolError: the means asked for is not known here.
    """
    asked = credentials.mechanism
    if asked is not None and asked not in MEANS:
        raise LocalProtocolError(f"the mechanism {asked} is not known")
    order = _UNDER_TLS if server.protected else _IN_CLEAR
    offered = [means for means in order if server.offers(means)] or ["USER"]
    ascii_only = (credentials.username + credentials.password).isascii()
    ways, fault = [], WayFault.UNSENDABLE
    for means in offered if asked is None else [asked]:
        if means in {"USER", "APOP"} and not ascii_only and not server.takes_utf8:
            fault = WayFault.ASCII_ONLY
            continue
        if means == "APOP" and server.challenge is None:
            raise NoWayIn(WayFault.NOT_OFFERED, means)
        try:
            ways.append(Way(means, _steps(means, credentials, server)))
        except LocalProtocolError:
            continue
    if not ways:
        raise NoWayIn(fault, asked or offered[0])
    return tuple(ways)


_MECHANISMS: dict[str, Callable[[str, str], Mechanism]] = {
    "PLAIN": Plain,
    "LOGIN": Login,
    "CRAM-MD5": CramMd5,
    "XOAUTH2": XOAuth2,
}


def _steps(means: str, credentials: Credentials, server: Greeted) -> tuple[Command[str], ...]:
    name, secret = credentials.username, credentials.password
    if means == "USER":
        return commands.user(name), commands.password(secret)
    if means == "APOP":
        return (commands.apop(name, secret, server.challenge or b""),)
    if means == "OAUTHBEARER":
        return (commands.auth(OAuthBearer(name, secret, server.host, server.port), secret),)
    if means in _MECHANISMS:
        return (commands.auth(_MECHANISMS[means](name, secret), secret),)
    return (commands.auth(Scram(means, name, secret), secret),)


async def sign_in(connection: Connection, credentials: Credentials) -> None:
    """Signs in and learns what the server can do then. A failed login is never retried.

    Raises:
        NoWayIn: nothing was sent; the server takes no such name or password.
        LoginRejected, MailboxInUse, LoginDelayed: the server refused.
        SaslError: the server's part in it was wrong.
        TransportError, RemoteProtocolError: the connection is dead.
    """
    server = Greeted(
        connection.host,
        connection.port,
        await connection.learn(),
        connection.greeting.result().challenge,
        connection.tls is not None,
    )
    ways = login_steps(credentials, server)
    await _agree(connection, server.capabilities, credentials.language)
    way = ways[0]
    try:
        try:
            await _walk(connection, way)
        except CommandRejected as error:
            another = _another(way, ways, error, protected=server.protected)
            if another is None:
                raise
            way = another
            await _walk(connection, way)
    except CommandRejected as error:
        raise _refused(error, way, ways, server) from None
    connection.signed_in_by = way.name
    if server.capabilities.tags:  # a server without CAPA would only count a bad command
        await connection.learn()


async def _walk(connection: Connection, way: Way) -> None:
    for step in way.steps:
        await connection.execute(step)


async def _agree(connection: Connection, capabilities: Capabilities, language: str) -> None:
    """UTF8 and LANG, where they are announced; a server that refuses them goes on as it was.

    Without UTF8, mail with UTF-8 headers comes changed, or not at all (RFC 6856, section 2.1).
    """
    wanted = [commands.utf8()] if "UTF8" in capabilities else []
    if "LANG" in capabilities:
        wanted.append(commands.lang(language or "*"))
    answers = await asyncio.gather(*map(connection.execute, wanted), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, CommandRejected):
            raise answer


def _another(
    way: Way, ways: tuple[Way, ...], error: CommandRejected, *, protected: bool
) -> Way | None:
    """What to go on with by itself; see the top of this file."""
    scram = way.mechanism
    if not protected or not isinstance(scram, Scram) or scram.proved:
        return None
    if error.__cause__ is None and not _UNSUPPORTED.search(error.text):
        return None
    return next((other for other in ways if other.gives_password), None)


def _refused(
    error: CommandRejected, way: Way, ways: tuple[Way, ...], server: Greeted
) -> SaslError | LoginRejected | MailboxInUse | LoginDelayed:
    if isinstance(error.__cause__, SaslError):  # we called it off
        return error.__cause__.with_traceback(None)
    found = refusal(error.reply, error.code, error.text, server.capabilities)
    if isinstance(found, LoginRejected):
        found.means, found.protected = way.name, server.protected
        if not way.gives_password:
            found.instead = next((other.name for other in ways if other.gives_password), "")
        if isinstance(way.mechanism, XOAuth2 | OAuthBearer) and way.mechanism.refusal is not None:
            found.status = way.mechanism.refusal.status
            found.scope = way.mechanism.refusal.scope
    return found


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


def refusal(
    reply: str, code: str | None, text: str, capabilities: Capabilities
) -> LoginRejected | MailboxInUse | LoginDelayed:
    """What a refused login means (RFC 2449, section 8.1; RFC 3206, section 4)."""
    match code:
        case "IN-USE":
            return MailboxInUse(reply)
        case "LOGIN-DELAY":
            return LoginDelayed(reply, capabilities.login_delay)
        case None if _IN_USE.search(text) and not _LOCKED_OUT.search(text):
            return MailboxInUse(reply)
    return LoginRejected(reply, code)


def turned_away(error: ConnectFailed) -> MailboxInUse | LoginDelayed | None:
    """What a greeting of -ERR means, where its code says so."""
    if error.code in {"IN-USE", "LOGIN-DELAY"}:
        found = refusal(error.reply, error.code, "", Capabilities())
        return None if isinstance(found, LoginRejected) else found
    return None
