"""Which protocol a server speaks, by its first octets: a wrong port is a common slip.

Sources: RFC 5321, 4.2 (SMTP), 3501, 7.1 (IMAP), 9112, 4 (HTTP), 8446, 5.1 (TLS), 4253, 4.2 (SSH),
3977, 5.1 (NNTP), 959, 5.4 (FTP), 5804, 1.7 (ManageSieve).
"""

import re
from enum import Enum


class Protocol(Enum):
    """What may be found where POP3 was looked for."""

    POP3 = "POP3"
    SMTP = "SMTP"
    IMAP = "IMAP"
    HTTP = "HTTP"
    TLS = "TLS"
    SSH = "SSH"
    NNTP = "NNTP"
    FTP = "FTP"
    SIEVE = "ManageSieve"


TLS_RECORDS = (b"\x15\x03", b"\x16\x03")
"""How an alert and a handshake of TLS (or SSL 3) begin; they have no line end."""

# The first one that matches counts.
_BEGINNINGS: tuple[tuple[Protocol, re.Pattern[bytes]], ...] = tuple(
    (protocol, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for protocol, pattern in (
        (Protocol.POP3, rb"\+OK|-ERR"),
        (Protocol.TLS, b"|".join(TLS_RECORDS)),
        (Protocol.IMAP, rb"\* (OK|PREAUTH|BYE)\b"),
        (Protocol.HTTP, rb"HTTP/"),
        (Protocol.SSH, rb"SSH-"),
        (Protocol.SIEVE, rb'"(IMPLEMENTATION|SIEVE|SASL|VERSION)"'),
        (Protocol.FTP, rb"(220|421|530)[ -][^\r\n]*FTP"),  # else it reads like SMTP
        (Protocol.SMTP, rb"(220|421|521|554)[ -]"),
        (Protocol.NNTP, rb"(200|201|400|502) "),
    )
)


def recognise(octets: bytes) -> Protocol | None:
    """The protocol that begins like this, as far as one can tell."""
    return next((p for p, beginning in _BEGINNINGS if beginning.match(octets)), None)
