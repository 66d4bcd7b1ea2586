"""What to say where a server cannot be reached, or not safely."""

from dataclasses import replace

from app.pop3 import CommandRejected, Fault, Protocol, RemoteProtocolError
from app.report import Presented
from app.transport import (
    ConnectFailed,
    ConnectFault,
    ConnectionLost,
    LookupsFull,
    Stalled,
    TargetForbidden,
    TlsFailed,
    TlsFault,
)

from . import formats
from .keepers import switched_off
from .problems import Words, always, problem
from .words import N_, _, ngettext

_STRANGERS = {
    Protocol.SMTP: N_("An SMTP server answers there, which is for sending mail."),
    Protocol.IMAP: N_("An IMAP server answers there."),
    Protocol.HTTP: N_("A web server answers there."),
    Protocol.SSH: N_("An SSH server answers there."),
    Protocol.NNTP: N_("A news server (NNTP) answers there."),
    Protocol.FTP: N_("An FTP server answers there."),
    Protocol.SIEVE: N_("A ManageSieve server answers there, which manages mail filters."),
}


def stranger(spoken: Protocol | None) -> Words:
    """Something else than POP3 answers, or something that wants TLS."""
    if spoken is Protocol.TLS:
        return Words(
            _("This port requires TLS."),
            _("What answers there speaks nothing but TLS. Your password was not sent."),
            (_("Choose TLS."),),
        )
    kind = _STRANGERS.get(spoken) if spoken else None
    return Words(
        _("This is not a POP3 server."),
        _(kind) if kind else _("What it said is not POP3."),
        (_("POP3 is usually on port 995 (TLS) or 110."),),
    )


@problem(ConnectFailed, 502, "connect-failed")
def connect(error: ConnectFailed) -> Words:
    """No connection, by its fault."""
    place = {"host": error.host, "port": error.port}
    match error.fault:
        case ConnectFault.UNKNOWN_HOST:
            return Words(
                _("There is no such server."),
                _("The name %(host)s could not be found.", host=error.host),
                (_("Check the server's name for typing mistakes."),),
            )
        case ConnectFault.REFUSED:
            return Words(
                _("Nobody answers at this port."),
                _(
                    "%(host)s, port %(port)s refused the connection: no POP3 server is listening "
                    "there.",
                    **place,
                ),
                (_("TLS is usually on port 995, STARTTLS and plaintext on port 110."),),
            )
        case ConnectFault.UNREACHABLE:
            return Words(
                _("The server cannot be reached."),
                _("There is no route to %(host)s, port %(port)s.", **place),
            )
        case ConnectFault.TIMEOUT:
            return Words(
                _("The server does not answer."),
                _("%(host)s, port %(port)s did not accept the connection in time.", **place),
                (_("Check name and port; a firewall may be in between."),),
            )
        case ConnectFault.NO_GREETING:
            return _silent(error)
        case ConnectFault.TURNED_AWAY:
            return Words(
                _("The server turned Popscope away."),
                _("%(host)s, port %(port)s answered, but turned Popscope away for now.", **place),
                (_("It may allow only a few connections at once; try again in a minute."),),
            )


def _silent(error: ConnectFailed) -> Words:
    if error.spoken not in {None, Protocol.POP3}:
        return stranger(error.spoken)
    return Words(
        _("Connected, but the server says nothing."),
        _(
            "%(host)s, port %(port)s accepted the connection but sent no greeting.",
            host=error.host,
            port=error.port,
        ),
        (
            _("If this port expects TLS, choose TLS."),
            _("If it expects none, choose STARTTLS."),
        ),
    )


_TLS_WORDS = {
    TlsFault.NAME_MISMATCH: (
        N_("The certificate is for another name."),
        N_("Type the server's name as its certificate has it."),
    ),
    TlsFault.EXPIRED: (
        N_("The certificate has expired."),
        N_("Whoever runs the server must renew it. Check this machine's clock, too."),
    ),
    TlsFault.NOT_YET_VALID: (
        N_("The certificate is not valid yet."),
        N_("Check the clock of this machine and of the server."),
    ),
    TlsFault.SELF_SIGNED: (
        N_("The certificate is self-signed."),
        N_("Ask whoever runs Popscope to look at it, and to trust it if it is right."),
    ),
    TlsFault.UNKNOWN_ISSUER: (
        N_("The certificate comes from an unknown issuer."),
        N_("Ask whoever runs Popscope to look at it, and to trust its issuer if it is right."),
    ),
    TlsFault.UNTRUSTED: (
        N_("The certificate cannot be trusted."),
        N_("Ask whoever runs the server."),
    ),
    TlsFault.NOT_OFFERED: (
        N_("The server does not offer STARTTLS."),
        N_("Choose TLS (port 995). Nothing was sent without protection."),
    ),
    TlsFault.NOT_TLS: (
        N_("There is no TLS at this port."),
        N_("Choose STARTTLS, or the server's TLS port, usually 995."),
    ),
    TlsFault.TOO_OLD: (
        N_("The server only supports outdated TLS."),
        N_("Popscope needs TLS 1.2 or later. Whoever runs the server must update it."),
    ),
    TlsFault.HANDSHAKE: (
        N_("TLS could not be set up."),
        N_("Check that port and protection match."),
    ),
    TlsFault.TIMEOUT: (
        N_("The server does not answer the TLS handshake."),
        N_("This port may not speak TLS: try STARTTLS, or another port."),
    ),
}


@problem(TlsFailed, 502, "tls-failed")
def tls(error: TlsFailed) -> Words:
    """No protected connection, by what answers there or else by its fault."""
    if error.spoken not in {None, Protocol.POP3}:
        return stranger(error.spoken)
    title, advice = _TLS_WORDS[error.fault]
    place = {"host": error.host, "port": error.port}
    detail = (
        _("A POP3 server answers there, but without TLS. Your password was not sent.")
        if error.spoken is Protocol.POP3
        else _(
            "No protected connection to %(host)s, port %(port)s (%(reason)s). Your password was "
            "not sent.",
            reason=error.detail,
            **place,
        )
        if error.detail
        else _(
            "No protected connection to %(host)s, port %(port)s. Your password was not sent.",
            **place,
        )
    )
    words = Words(_(title), detail, (_(advice),))
    if not error.fault.of_certificate:
        return words
    return replace(words, operator=_ways_out(error), certificate=_certificate(error.certificate))


def _ways_out(error: TlsFailed) -> tuple[str, ...]:
    host = f"[{error.host}]" if ":" in error.host else error.host
    return (
        _(
            "POPSCOPE_CA_FILE names a file with certificates to trust: of an issuer, or of the "
            "server itself. It does not help against a wrong name or date."
        ),
        _(
            "POPSCOPE_SERVERS=%(server)s;unverified takes any certificate of this one server. "
            "Nobody would notice if somebody in between read along.",
            server=f"{host}:{error.port};{'starttls' if error.stls else 'tls'}",
        ),
    )


def _certificate(der: bytes) -> Presented | None:
    try:
        return Presented.of(der)
    except ValueError:  # not shown again, or none that can be read
        return None


def lone_dot() -> Words:
    """Why a message is not whole where dots are not byte-stuffed."""
    return Words(
        _("The server broke off in the middle of this message."),
        _(
            "It ends messages at a line that is a lone dot, also where they go on (RFC 1939 wants "
            "such a line byte-stuffed). What came is not the whole message. Nothing was deleted."
        ),
        (_("Whoever runs the server should know."),),
    )


@problem(RemoteProtocolError, 502, "server-misbehaved")
def misbehaved(error: RemoteProtocolError) -> Words:
    """The connection had to be ended, by its fault."""
    if error.fault is Fault.NOT_POP3:
        return stranger(error.spoken)
    if error.fault is Fault.INJECTED:
        return Words(
            _("Somebody may be tampering with this connection."),
            _("Unprotected data came where only TLS may follow. Your password was not sent."),
            (_("Use TLS on port 995."),),
        )
    if error.fault is Fault.LONE_DOT:
        return lone_dot()
    return Words(
        _("The server broke the rules of POP3."),
        _(
            "Its answer could not be understood (%(fault)s), so the connection was ended. "
            "Nothing was deleted.",
            fault=error.fault.value,
        ),
        (_("Check again; if it happens each time, whoever runs the server should know."),),
    )


@problem(Stalled, 504, "stalled")
def stalled(error: Stalled) -> Words:
    """Nothing came for too long, or so slowly that it had no end."""
    return Words(
        _("The mail server stopped answering."),
        ngettext(
            "Its answer did not come within %(n)s second, so the connection was ended. "
            "Nothing was deleted, and your marks are kept.",
            "Its answer did not come within %(n)s seconds, so the connection was ended. "
            "Nothing was deleted, and your marks are kept.",
            round(error.seconds),
            n=formats.number(round(error.seconds)),
        ),
        (_("Try again in a moment."),),
    )


@problem(CommandRejected, 502, "command-rejected")
def refused(error: CommandRejected) -> Words:
    """-ERR, on a connection that goes on."""
    return switched_off(error.reply) or Words(
        _("The server refused this command."),
        _("%(command)s was answered with -ERR.", command=error.command),
        (_("The connection is fine; other messages may still work."),),
    )


problem(ConnectionLost, 502, "connection-lost")(
    always(
        N_("The connection to the mail server was lost."),
        N_("Nothing was deleted, and your marks are kept."),
        N_("Try again: Popscope will reconnect."),
    )
)


@problem(TargetForbidden, 403, "target-forbidden")
def forbidden(error: TargetForbidden) -> Words:
    """The operator does not let Popscope connect there."""
    if error.or_unknown:
        return Words(
            _("There is no such server, or Popscope may not connect to it."),
            _("Popscope may only connect to servers on the internet, not to private addresses."),
            (_("Check the server's name for typing mistakes."),),
        )
    return Words(
        _("Popscope may not connect there."),
        _("Whoever runs this Popscope has not allowed this server or this port."),
        (_("Ask them; the settings are POPSCOPE_TARGETS, POPSCOPE_PORTS and POPSCOPE_SERVERS."),),
    )


problem(LookupsFull, 503, "lookups-full")(
    always(
        N_("Too many servers' names are being looked up."),
        N_("The name servers take long to answer. Nothing was sent to the mail server."),
        N_("Try again in a moment."),
    )
)
