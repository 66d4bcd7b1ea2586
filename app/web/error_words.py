"""What to say where a server cannot be reached, or not safely."""

from dataclasses import dataclass

from app.transport import ConnectFailed, ConnectFault, TlsFailed, TlsFault

from .words import N_, _


@dataclass(frozen=True, slots=True)
class Words:
    """What to say: a title, a sentence or two, and advice."""

    title: str
    detail: str
    advice: tuple[str, ...] = ()


def connect(error: ConnectFailed) -> Words:
    """No connection, by its fault."""
    place = {"host": error.host, "port": error.port}
    match error.fault:
        case ConnectFault.UNKNOWN_HOST:
            return Words(
                _("There is no such server."),
                _("The name %(host)s could not be found.", host=error.host),
                (_("Check the server's name for a slip of the finger."),),
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
                _("There is no way to %(host)s, port %(port)s.", **place),
            )
        case ConnectFault.TIMEOUT:
            return Words(
                _("The server does not answer."),
                _("%(host)s, port %(port)s did not take the connection in time.", **place),
                (_("Check name and port; a firewall may be in between."),),
            )
        case ConnectFault.NO_GREETING:
            return Words(
                _("Connected, but the server says nothing."),
                _("%(host)s, port %(port)s took the connection and sent no greeting.", **place),
                (
                    _("If this port expects TLS, choose TLS."),
                    _("If it expects none, choose STARTTLS."),
                ),
            )
        case ConnectFault.TURNED_AWAY:
            return Words(
                _("The server turned us away."),
                _("%(host)s, port %(port)s answered, but does not want to serve us now.", **place),
                (_("It may allow only a few connections at once; try again in a minute."),),
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
        N_("Whoever runs Popscope can trust it with POPSCOPE_CA_FILE."),
    ),
    TlsFault.UNKNOWN_ISSUER: (
        N_("The certificate comes from an unknown issuer."),
        N_("Whoever runs Popscope can trust the issuer with POPSCOPE_CA_FILE."),
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
        N_("The server only speaks outdated TLS."),
        N_("Popscope needs TLS 1.2 or later. Whoever runs the server must update it."),
    ),
    TlsFault.HANDSHAKE: (
        N_("TLS could not be set up."),
        N_("Check that port and protection belong together."),
    ),
    TlsFault.TIMEOUT: (
        N_("The server does not answer the TLS handshake."),
        N_("This port may not speak TLS: try STARTTLS, or another port."),
    ),
}


def tls(error: TlsFailed) -> Words:
    """No protected connection, by its fault."""
    title, advice = _TLS_WORDS[error.fault]
    place = {"host": error.host, "port": error.port}
    detail = (
        _(
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
    return Words(_(title), detail, (_(advice),))
