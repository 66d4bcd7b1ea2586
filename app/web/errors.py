"""One table from what went wrong to a status, a stable code and plain words.

The same table serves pages and the API (RFC 9457). A test walks every error class of the layers
below and asserts that it is in here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.discovery import Reason
from app.mailbox import (
    AlreadyExporting,
    Ambiguous,
    BadLine,
    BadQuery,
    CalledOff,
    CommitFailed,
    CommitFault,
    ConfirmFirst,
    DeletedInConsole,
    LineBusy,
    LoginDelayed,
    LoginRejected,
    MailboxInUse,
    MessageTooLarge,
    NoRoom,
    NoSuchMessage,
    NoSuchPart,
    NoWayIn,
)
from app.pop3 import CommandRejected, Fault, LocalProtocolError, RemoteProtocolError, SaslError
from app.report import ReportBusy, ReportsFull
from app.sessions import NoSession, SessionLimit
from app.transport import (
    ConnectFailed,
    ConnectionLost,
    Stalled,
    TargetForbidden,
    TlsFailed,
)

from . import console_words, error_words, formats, login_words, server_words
from .error_words import Words
from .provider_words import switched_off
from .query_words import bad_query
from .views import ErrorView
from .words import N_, _, ngettext


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


class ServerNotFound(WebError):
    """No server was named, and none was found for the address.

    Attributes:
        reason: why.
        domain: the address's domain, "" where it has none.
        provider, host: the provider's name and its server, where they are known.
    """

    def __init__(self, reason: Reason, domain: str, provider: str, host: str = "") -> None:
        super().__init__(reason, domain, provider, host)
        self.reason = reason
        self.domain = domain
        self.provider = provider
        self.host = host


class ConfirmServer(WebError):
    """A server was found that a person should look at before a password goes there.

    Attributes:
        host, port: where it is.
        security: how the connection is protected: `tls` or `starttls`.
        domain: the address's domain.
    """

    def __init__(self, host: str, port: int, security: str, domain: str) -> None:
        super().__init__(host, port, security, domain)
        self.host, self.port = host, port
        self.security = security
        self.domain = domain


@dataclass(frozen=True, slots=True)
class Entry:
    """How one kind of error is told."""

    status: int
    code: str
    words: Callable[[Any], Words]


def _commit_failed(error: CommitFailed) -> Words:
    match error.fault:
        case CommitFault.NOTHING_MARKED:
            return Words(_("Nothing is marked."), _("There is nothing to delete."))
        case CommitFault.CHANGED:
            return Words(
                _("The mailbox has changed in the meantime. Nothing was deleted."),
                _(
                    "Messages you had marked are gone or are no longer the same; their marks were "
                    "taken away."
                ),
                (_("Look at what is marked now, and confirm again."),),
            )
        case CommitFault.OTHERS_MARKED:
            return Words(
                _("The marked messages are no longer those this page showed. Nothing was deleted."),
                _("Look at what is marked now, and confirm again."),
            )
        case CommitFault.BUSY:
            return Words(
                _("Already deleting."), _("The deletion you confirmed before is under way.")
            )


def _misbehaved(error: RemoteProtocolError) -> Words:
    if error.fault is Fault.NOT_POP3:
        return error_words.stranger(error.spoken)
    if error.fault is Fault.INJECTED:
        return Words(
            _("Somebody may be tampering with this connection."),
            _("Unprotected data came where only TLS may follow. Your password was not sent."),
            (_("Use TLS on port 995."),),
        )
    if error.fault is Fault.LONE_DOT:
        return error_words.lone_dot()
    return Words(
        _("The server broke the rules of POP3."),
        _(
            "Its answer could not be understood (%(fault)s), so the connection was ended. "
            "Nothing was deleted.",
            fault=error.fault.value,
        ),
        (_("Check again; if it happens each time, whoever runs the server should know."),),
    )


def _stalled(error: Stalled) -> Words:
    return Words(
        _("The mail server stopped answering."),
        ngettext(
            "Nothing came for %(n)s second, so the connection was ended. "
            "Nothing was deleted, and your marks are kept.",
            "Nothing came for %(n)s seconds, so the connection was ended. "
            "Nothing was deleted, and your marks are kept.",
            round(error.seconds),
            n=formats.number(round(error.seconds)),
        ),
        (_("Try again in a moment."),),
    )


def _said_no(error: CommandRejected) -> Words:
    return switched_off(error.reply) or Words(
        _("The server refused this command."),
        _("%(command)s was answered with -ERR.", command=error.command),
        (_("The connection is fine; other messages may still work."),),
    )


def _fixed(title: str, detail: str, *advice: str) -> Callable[[Any], Words]:
    """Words that are always the same; each argument is in `N_`."""
    return lambda _error: Words(_(title), _(detail), tuple(map(_, advice)))


TABLE: dict[type[Exception], Entry] = {
    LocalProtocolError: Entry(
        500,
        "internal",
        _fixed(N_("Popscope made a mistake."), N_("Nothing was sent, nothing deleted.")),
    ),
    SaslError: Entry(502, "server-misbehaved", login_words.sasl),
    RemoteProtocolError: Entry(502, "server-misbehaved", _misbehaved),
    CommandRejected: Entry(502, "command-rejected", _said_no),
    ConnectFailed: Entry(502, "connect-failed", error_words.connect),
    TlsFailed: Entry(502, "tls-failed", error_words.tls),
    ConnectionLost: Entry(
        502,
        "connection-lost",
        _fixed(
            N_("The connection to the mail server was lost."),
            N_("Nothing was deleted, and your marks are kept."),
            N_("Try again: Popscope will reconnect."),
        ),
    ),
    Stalled: Entry(504, "stalled", _stalled),
    TargetForbidden: Entry(
        403,
        "target-forbidden",
        _fixed(
            N_("Popscope may not connect there."),
            N_("Whoever runs this Popscope has not allowed this server or this port."),
            N_("Ask them; the settings are POPSCOPE_TARGETS, POPSCOPE_PORTS and POPSCOPE_SERVERS."),
        ),
    ),
    NoWayIn: Entry(422, "no-way-in", login_words.no_way),
    LoginRejected: Entry(401, "login-rejected", login_words.rejected),
    MailboxInUse: Entry(423, "mailbox-in-use", login_words.in_use),
    LoginDelayed: Entry(429, "login-delayed", login_words.delayed),
    NoSuchMessage: Entry(
        404,
        "no-such-message",
        _fixed(
            N_("This message is not in the mailbox."),
            N_("It may have been deleted or fetched by another program."),
            N_("Check again to see what is there now."),
        ),
    ),
    Ambiguous: Entry(
        409,
        "ambiguous",
        _fixed(
            N_("Some marked messages cannot be told from others. Nothing was deleted."),
            N_("The server gives several copies of the same size one and the same UIDL."),
            N_("Mark all copies or none of them."),
        ),
    ),
    MessageTooLarge: Entry(
        413, "too-large", _fixed(N_("This is too large to show."), N_("Save it as a file instead."))
    ),
    BadQuery: Entry(422, "invalid-request", lambda error: Words(*bad_query(error))),
    NoSuchPart: Entry(
        404,
        "no-such-part",
        _fixed(
            N_("This message has no such part."),
            N_("Parts are renumbered when more of a message has come."),
            N_("Open its attachments again."),
        ),
    ),
    NoRoom: Entry(
        507,
        "no-room",
        _fixed(
            N_("There is no room for this message on the machine where Popscope runs."),
            N_("To show a whole message, Popscope keeps it on disk for as long as you look at it."),
            N_("Save it as a file instead: that takes no room there."),
        ),
    ),
    AlreadyExporting: Entry(
        409,
        "already-exporting",
        _fixed(
            N_("Messages of this mailbox are being saved already."),
            N_("POP3 does one thing at a time, so files are made one after the other."),
            N_("Wait for the file being saved, or cancel it in your browser."),
        ),
    ),
    CalledOff: Entry(
        409,
        "called-off",
        _fixed(
            N_("The download was cancelled."),
            N_("The message stays on the server as it is."),
            N_("Ask for the whole message again if you want it after all."),
        ),
    ),
    CommitFailed: Entry(409, "commit-failed", _commit_failed),
    BadLine: Entry(422, "bad-command", console_words.bad_line),
    ConfirmFirst: Entry(409, "confirm-first", console_words.confirm_first),
    LineBusy: Entry(409, "line-busy", console_words.busy),
    DeletedInConsole: Entry(409, "deleted-in-console", console_words.deleted),
    ReportBusy: Entry(
        409,
        "report-running",
        _fixed(
            N_("A report for you is already running."),
            N_("One at a time, so that no server takes it for an attack."),
            N_("Wait for it, or cancel it."),
        ),
    ),
    ReportsFull: Entry(
        503,
        "reports-full",
        _fixed(
            N_("Too many reports are running."),
            N_("This Popscope makes only a few at a time."),
            N_("Try again in a minute."),
        ),
    ),
    NoSession: Entry(
        401,
        "no-session",
        _fixed(N_("You are not signed in."), N_("The session has ended."), N_("Sign in again.")),
    ),
    SessionLimit: Entry(
        503,
        "session-limit",
        _fixed(
            N_("Too many people are signed in."),
            N_("This Popscope has reached the number of sessions it allows."),
            N_("Try again later."),
        ),
    ),
    ForbiddenOrigin: Entry(
        403,
        "forbidden-origin",
        _fixed(
            N_("This request did not come from a page of this Popscope."),
            N_("To keep other sites from acting in your name, it was refused."),
            N_("Reload the page and try again."),
        ),
    ),
    InsecureHttp: Entry(
        403,
        "forbidden-origin",
        _fixed(
            N_("Popscope does not speak plain HTTP to other machines."),
            N_("Anyone on the network could read your password."),
            N_(
                "Put a TLS proxy in front (docker-compose.yml has one), or, on a network you "
                "trust, set POPSCOPE_ALLOW_INSECURE_HTTP=1."
            ),
        ),
    ),
    ServerNotFound: Entry(
        422,
        "server-not-found",
        lambda e: server_words.not_found(e.reason, e.domain, e.provider, e.host),
    ),
    ConfirmServer: Entry(
        409,
        "confirm-server",
        lambda error: server_words.confirm(error.host, error.port, error.security, error.domain),
    ),
    InvalidRequest: Entry(
        422, "invalid-request", lambda error: Words(_("This input is not valid."), error.detail)
    ),
}


def describe(error: Exception) -> ErrorView:
    """An error of the layers below, or of the request, in plain words.

    Raises:
        KeyError: it is not in the table; a bug.
    """
    entry = TABLE[type(error)]
    words = entry.words(error)
    return ErrorView(
        entry.code,
        words.title,
        words.detail,
        words.advice,
        reply=getattr(error, "reply", ""),
        status=entry.status,
        retry_after=getattr(error, "retry_after", None),
        instead=getattr(error, "instead", ""),
        means_refused=getattr(error, "means_refused", ()),
        protected=getattr(error, "protected", False),
    )


def problem(view: ErrorView, confirm: str | None = None) -> dict[str, Any]:
    """The same as problem+json (RFC 9457, section 3).

    Args:
        view: the error.
        confirm: what to send again to confirm, where it asked.
    """
    body: dict[str, Any] = {
        "type": f"/api/docs#error-{view.code}",
        "title": view.title,
        "status": view.status,
        "code": view.code,
        "detail": " ".join((view.detail, *view.advice)),
    }
    told = {
        "reply": view.reply or None,
        "retry_after": view.retry_after,
        "means_refused": list(view.means_refused) or None,
        "instead": view.instead or None,
        "confirm": confirm,
    }
    return body | {name: value for name, value in told.items() if value is not None}
