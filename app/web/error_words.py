"""What to say where a server cannot be reached or does not let us in."""

from dataclasses import dataclass

from app.mailbox import LoginDelayed, LoginRejected
from app.transport import ConnectFailed, ConnectFault, TlsFailed, TlsFault


@dataclass(frozen=True, slots=True)
class Words:
    """What to say: a title, a sentence or two, and advice."""

    title: str
    detail: str
    advice: tuple[str, ...] = ()


def connect(error: ConnectFailed) -> Words:
    """No connection, by its fault."""
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


def tls(error: TlsFailed) -> Words:
    """No protected connection, by its fault."""
    title, advice = _TLS_WORDS[error.fault]
    said = f" ({error.detail})" if error.detail else ""
    detail = f"No protected connection to {error.host}, port {error.port}{said}."
    return Words(title, detail + " Your password was not sent.", (advice,))


def rejected(error: LoginRejected) -> Words:
    """A refused sign-in, by its response code (RFC 3206, section 4)."""
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


def delayed(error: LoginDelayed) -> Words:
    """A sign-in too soon after the last one."""
    wait = f"{error.retry_after} seconds" if error.retry_after else "a while"
    return Words(
        "Too soon after the last sign-in.",
        f"This server wants {wait} between two sign-ins.",
        ("Wait, then try again. Nothing is wrong with your password.",),
    )
