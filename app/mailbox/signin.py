"""Signing in: the best means both sides have, and what a refusal means."""

import re

from app.pop3 import (
    Capabilities,
    Command,
    CommandRejected,
    LocalProtocolError,
    Login,
    Plain,
    commands,
)
from app.transport import ConnectFailed, Connection

from .errors import LoginDelayed, LoginRejected, MailboxInUse
from .models import Credentials

# Servers without RESP-CODES say it in words.
_IN_USE = re.compile(r"\b(lock(ed)?|busy|in use|already open|wait)\b", re.IGNORECASE)


def login_steps(
    credentials: Credentials, capabilities: Capabilities, *, protected: bool
) -> list[Command[str]]:
    """The commands that sign in, best means first: PLAIN under TLS, then USER/PASS, then LOGIN.

    Args:
        credentials: the name, the password, and the means asked for, if any.
        capabilities: what the server announced.
        protected: whether the connection is encrypted.

    Raises:
        LocalProtocolError: the means asked for is not known here.
    """
    name, secret = credentials.username, credentials.password
    offered = capabilities.mechanisms
    means = credentials.mechanism
    if means is None and protected and "PLAIN" in offered:
        means = "PLAIN"
    if means is None and capabilities.tags and "USER" not in capabilities and "LOGIN" in offered:
        means = "LOGIN"
    if means == "PLAIN":
        return [commands.auth(Plain(name, secret))]
    if means == "LOGIN":
        return [commands.auth(Login(name, secret))]
    if means not in {None, "USER"}:  # never a weaker one than was asked for
        raise LocalProtocolError(f"the mechanism {means} is not known")
    return [commands.user(name), commands.password(secret)]


async def sign_in(connection: Connection, credentials: Credentials) -> None:
    """Signs in and learns what the server can do then. A failed login is never retried.

    Raises:
        LoginRejected, MailboxInUse, LoginDelayed: the server refused.
        TransportError, RemoteProtocolError: the connection is dead.
    """
    before = await connection.learn()
    steps = login_steps(credentials, before, protected=connection.tls is not None)
    try:
        for step in steps:
            await connection.execute(step)
    except CommandRejected as error:
        raise refusal(error.reply, error.code, error.text, before) from None
    if before.tags:  # a server without CAPA would only count a bad command
        await connection.learn()


def credentials_fit(username: str, password: str) -> bool:
    """Whether a name and a password can be sent at all: one line each, at most 255 octets."""
    try:
        commands.user(username)
        commands.password(password)
    except (LocalProtocolError, UnicodeEncodeError):
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
        case None if _IN_USE.search(text):
            return MailboxInUse(reply)
    return LoginRejected(reply, code)


def turned_away(error: ConnectFailed) -> MailboxInUse | LoginDelayed | None:
    """What a greeting of -ERR means, where its code says so."""
    if error.code in {"IN-USE", "LOGIN-DELAY"}:
        found = refusal(error.reply, error.code, "", Capabilities())
        return None if isinstance(found, LoginRejected) else found
    return None
