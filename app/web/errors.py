"""One table from what went wrong to a status, a stable code and plain words.

The same table serves pages and the API (RFC 9457). A test walks every error class of the layers
below and asserts that it is in here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.mailbox import (
    Ambiguous,
    BadQuery,
    CommitFailed,
    CommitFault,
    LoginDelayed,
    LoginRejected,
    MailboxInUse,
    MessageTooLarge,
    NoSuchMessage,
)
from app.pop3 import CommandRejected, Fault, LocalProtocolError, RemoteProtocolError, SaslError
from app.sessions import NoSession, SessionLimit
from app.transport import (
    ConnectFailed,
    ConnectFault,
    ConnectionLost,
    Stalled,
    TargetForbidden,
    TlsFailed,
    TlsFault,
)

from .query_words import bad_query
from .views import ErrorView


class WebError(Exception):
    """What can be wrong with a request itself."""


class ForbiddenOrigin(WebError):
    """The request does not come from a page of ours."""


class InsecureHttp(WebError):
    """Plain HTTP from another machine."""


class InvalidRequest(WebError):
    """A field, a parameter or a path makes no sense.

    Attributes:
        detail: which one and why, for a person.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Words:
    """What to say: a title, a sentence or two, and advice."""

    title: str
    detail: str
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """How one kind of error is told."""

    status: int
    code: str
    words: Callable[[Any], Words]


def _connect(error: ConnectFailed) -> Words:
    place = f"{error.host}, port {error.port}"
    match error.fault:
        case ConnectFault.UNKNOWN_HOST:
            return Words(
                "There is no such server.",
                f"The name {error.host} could not be found.",
                ("Check the server's name for a slip of the finger.",),
            )
        case ConnectFault.REFUSED:
            return Words(
                "Nobody answers at this port.",
                f"{place} refused the connection: no POP3 server is listening there.",
                ("TLS is usually on port 995, STARTTLS and plaintext on port 110.",),
            )
        case ConnectFault.UNREACHABLE:
            return Words("The server cannot be reached.", f"There is no way to {place}.")
        case ConnectFault.TIMEOUT:
            return Words(
                "The server does not answer.",
                f"{place} did not take the connection in time.",
                ("Check name and port; a firewall may be in between.",),
            )
        case ConnectFault.NO_GREETING:
            return Words(
                "Connected, but the server says nothing.",
                f"{place} took the connection and sent no greeting.",
                ("If this port expects TLS, choose TLS.", "If it expects none, choose STARTTLS."),
            )
        case ConnectFault.TURNED_AWAY:
            return Words(
                "The server turned us away.",
                f"{place} answered, but does not want to serve us now.",
                ("It may allow only a few connections at once; try again in a minute.",),
            )


_TLS_WORDS = {
    TlsFault.NAME_MISMATCH: (
        "The certificate is for another name.",
        "Type the server's name as its certificate has it.",
    ),
    TlsFault.EXPIRED: (
        "The certificate has expired.",
        "Whoever runs the server must renew it. Check this machine's clock, too.",
    ),
    TlsFault.NOT_YET_VALID: (
        "The certificate is not valid yet.",
        "Check the clock of this machine and of the server.",
    ),
    TlsFault.SELF_SIGNED: (
        "The certificate is self-signed.",
        "Whoever runs Popscope can trust it with POPSCOPE_CA_FILE.",
    ),
    TlsFault.UNKNOWN_ISSUER: (
        "The certificate comes from an unknown issuer.",
        "Whoever runs Popscope can trust the issuer with POPSCOPE_CA_FILE.",
    ),
    TlsFault.UNTRUSTED: ("The certificate cannot be trusted.", "Ask whoever runs the server."),
    TlsFault.NOT_OFFERED: (
        "The server does not offer STARTTLS.",
        "Choose TLS (port 995). Nothing was sent without protection.",
    ),
    TlsFault.NOT_TLS: (
        "There is no TLS at this port.",
        "Choose STARTTLS, or the server's TLS port, usually 995.",
    ),
    TlsFault.TOO_OLD: (
        "The server only speaks outdated TLS.",
        "Popscope needs TLS 1.2 or later. Whoever runs the server must update it.",
    ),
    TlsFault.HANDSHAKE: (
        "TLS could not be set up.",
        "Check that port and protection belong together.",
    ),
    TlsFault.TIMEOUT: (
        "The server does not answer the TLS handshake.",
        "This port may not speak TLS: try STARTTLS, or another port.",
    ),
}


def _tls(error: TlsFailed) -> Words:
    title, advice = _TLS_WORDS[error.fault]
    said = f" ({error.detail})" if error.detail else ""
    detail = f"No protected connection to {error.host}, port {error.port}{said}."
    return Words(title, detail + " Your password was not sent.", (advice,))


def _rejected(error: LoginRejected) -> Words:
    match (error.code or "").split("/"):
        case ["SYS", "PERM"]:
            return Words(
                "The server has a lasting problem with this mailbox.",
                "Name and password may be right.",
                ("Whoever runs the server has to look at it.",),
            )
        case ["SYS", *_]:
            return Words(
                "The server has trouble at the moment.",
                "Name and password may be right.",
                ("Try again in a few minutes.",),
            )
    return Words(
        "The server did not accept the name or the password.",
        "Nothing was opened, and the password was not kept.",
        (
            "Some servers want the whole address as the user name, some only what is before the @.",
            "Some providers want an app password, or have POP3 switched off until you turn it on.",
        ),
    )


def _delayed(error: LoginDelayed) -> Words:
    wait = f"{error.retry_after} seconds" if error.retry_after else "a while"
    return Words(
        "Too soon after the last sign-in.",
        f"This server wants {wait} between two sign-ins.",
        ("Wait, then try again. Nothing is wrong with your password.",),
    )


def _commit_failed(error: CommitFailed) -> Words:
    match error.fault:
        case CommitFault.NOTHING_MARKED:
            return Words("Nothing is marked.", "There is nothing to delete.")
        case CommitFault.CHANGED:
            return Words(
                "The mailbox has changed meanwhile. Nothing was deleted.",
                "Messages you had marked are gone or are no longer the same; their marks were "
                "taken away.",
                ("Look at what is marked now, and confirm again.",),
            )
        case CommitFault.BUSY:
            return Words("Already deleting.", "The deletion you confirmed before is under way.")


_NOT_POP3 = (
    (b"* ", "an IMAP server"),
    (b"220", "an SMTP or FTP server"),
    (b"HTTP/", "a web server"),
    (b"SSH-", "an SSH server"),
)


def _misbehaved(error: RemoteProtocolError) -> Words:
    if error.fault is Fault.NOT_POP3:
        kind = next((k for start, k in _NOT_POP3 if error.received.startswith(start)), None)
        return Words(
            "This is no POP3 server.",
            f"What answers there is {kind}." if kind else "What it said is not POP3.",
            ("POP3 is usually on port 995 (TLS) or 110.",),
        )
    if error.fault is Fault.INJECTED:
        return Words(
            "Somebody may be tampering with this connection.",
            "Unprotected data came where only TLS may follow. Your password was not sent.",
            ("Use TLS on port 995.",),
        )
    return Words(
        "The server broke the rules of POP3.",
        f"Its answer could not be understood ({error.fault.value}), so the connection was ended. "
        "Nothing was deleted.",
        ("Check again; if it happens each time, whoever runs the server should know.",),
    )


def _lost(_: ConnectionLost) -> Words:
    return Words(
        "The connection to the mail server was lost.",
        "Nothing was deleted, and your marks are kept.",
        ("Try again: Popscope connects anew.",),
    )


def _stalled(error: Stalled) -> Words:
    return Words(
        "The mail server stopped answering.",
        f"Nothing came for {error.seconds:.0f} seconds, so the connection was ended. "
        "Nothing was deleted, and your marks are kept.",
        ("Try again in a moment.",),
    )


def _said_no(error: CommandRejected) -> Words:
    return Words(
        "The server refused this command.",
        f"{error.command} was answered with -ERR.",
        ("The connection is fine; other messages may still work.",),
    )


def _fixed(title: str, detail: str, *advice: str) -> Callable[[Any], Words]:
    words = Words(title, detail, advice)
    return lambda _: words


TABLE: dict[type[Exception], Entry] = {
    LocalProtocolError: Entry(
        500, "internal", _fixed("Popscope made a mistake.", "Nothing was sent, nothing deleted.")
    ),
    SaslError: Entry(
        502,
        "server-misbehaved",
        _fixed("Signing in failed.", "The server's part in it made no sense."),
    ),
    RemoteProtocolError: Entry(502, "server-misbehaved", _misbehaved),
    CommandRejected: Entry(502, "command-rejected", _said_no),
    ConnectFailed: Entry(502, "connect-failed", _connect),
    TlsFailed: Entry(502, "tls-failed", _tls),
    ConnectionLost: Entry(502, "connection-lost", _lost),
    Stalled: Entry(504, "stalled", _stalled),
    TargetForbidden: Entry(
        403,
        "target-forbidden",
        _fixed(
            "Popscope may not connect there.",
            "Whoever runs this Popscope has not allowed this server or this port.",
            "Ask them; the settings are POPSCOPE_TARGETS, POPSCOPE_PORTS and POPSCOPE_SERVERS.",
        ),
    ),
    LoginRejected: Entry(401, "login-rejected", _rejected),
    MailboxInUse: Entry(
        423,
        "mailbox-in-use",
        _fixed(
            "Another program has this mailbox open.",
            "POP3 lets in one at a time.",
            "Close the mail program on the other computer or phone, or wait a minute.",
        ),
    ),
    LoginDelayed: Entry(429, "login-delayed", _delayed),
    NoSuchMessage: Entry(
        404,
        "no-such-message",
        _fixed(
            "This message is not in the mailbox.",
            "It may have been deleted or fetched by another program.",
            "Check again to see what is there now.",
        ),
    ),
    Ambiguous: Entry(
        409,
        "ambiguous",
        _fixed(
            "Some marked messages cannot be told from others. Nothing was deleted.",
            "The server gives several copies of the same size one and the same UIDL.",
            "Mark all copies or none of them.",
        ),
    ),
    MessageTooLarge: Entry(
        413, "too-large", _fixed("This is too large to show.", "Save it as a file instead.")
    ),
    BadQuery: Entry(422, "invalid-request", lambda error: Words(*bad_query(error))),
    CommitFailed: Entry(502, "commit-failed", _commit_failed),
    NoSession: Entry(
        401,
        "no-session",
        _fixed("You are not signed in.", "The session has ended.", "Sign in again."),
    ),
    SessionLimit: Entry(
        503,
        "session-limit",
        _fixed(
            "Too many people are signed in.",
            "This Popscope has reached the number of sessions it allows.",
            "Try again later.",
        ),
    ),
    ForbiddenOrigin: Entry(
        403,
        "forbidden-origin",
        _fixed(
            "This request did not come from a page of ours.",
            "To keep other sites from acting in your name, it was refused.",
            "Reload the page and try again.",
        ),
    ),
    InsecureHttp: Entry(
        403,
        "forbidden-origin",
        _fixed(
            "Popscope does not speak plain HTTP to other machines.",
            "Anyone on the network could read your password.",
            "Put a TLS proxy in front (docker-compose.yml has one), or, on a network you trust, "
            "set POPSCOPE_ALLOW_INSECURE_HTTP=1.",
        ),
    ),
    InvalidRequest: Entry(
        422, "invalid-request", lambda error: Words("That makes no sense here.", error.detail)
    ),
}


def describe(error: Exception) -> ErrorView:
    """An error of the layers below, or of the request, in plain words.

    Raises:
        KeyError: it is not in the table; a bug.
    """
    entry = TABLE[type(error)]
    words = entry.words(error)
    reply = getattr(error, "reply", "")
    return ErrorView(entry.code, words.title, words.detail, words.advice, reply, entry.status)


def problem(view: ErrorView, retry_after: int | None = None) -> dict[str, Any]:
    """The same as problem+json (RFC 9457, section 3); `retry_after` is in seconds."""
    body: dict[str, Any] = {
        "type": f"/api/docs#error-{view.code}",
        "title": view.title,
        "status": view.status,
        "code": view.code,
        "detail": " ".join((view.detail, *view.advice)),
    }
    if view.reply:
        body["reply"] = view.reply
    if retry_after is not None:
        body["retry_after"] = retry_after
    return body
