import pytest

from app.pop3 import Protocol, RemoteProtocolError, recognise
from app.pop3.errors import Fault


@pytest.mark.parametrize(
    ("line", "protocol"),
    [
        (b"+OK ready", Protocol.POP3),
        (b"-ERR [SYS/TEMP] later", Protocol.POP3),
        (b"220 mx.example ESMTP Postfix", Protocol.SMTP),
        (b"220-mx.example greets you", Protocol.SMTP),
        (b"554 5.7.1 no service here", Protocol.SMTP),
        (b"421 too many connections", Protocol.SMTP),
        (b"220 ProFTPD Server (Debian)", Protocol.FTP),
        (b"220-Welcome to Pure-FTPd", Protocol.FTP),
        (b"220 (vsFTPd 3.0.3)", Protocol.FTP),
        (b"* OK [CAPABILITY IMAP4rev1] ready", Protocol.IMAP),
        (b"* BYE too many connections", Protocol.IMAP),
        (b"* PREAUTH welcome", Protocol.IMAP),
        (b"HTTP/1.1 400 Bad Request", Protocol.HTTP),
        (b"HTTP/1.0 200 OK", Protocol.HTTP),
        (b"SSH-2.0-OpenSSH_9.2p1", Protocol.SSH),
        (b"200 news.example InterNetNews ready", Protocol.NNTP),
        (b"201 no posting", Protocol.NNTP),
        (b'"IMPLEMENTATION" "Dovecot Pigeonhole"', Protocol.SIEVE),
        (b"\x15\x03\x01\x00\x02\x02\x46", Protocol.TLS),
        (b"\x16\x03\x03", Protocol.TLS),
        (b"", None),
        (b"*", None),
        (b"2200 things", None),
        (b"RFB 003.008", None),
        (b"\x15", None),
        (b"hello +OK", None),
        (b"\xff\xfb\x01", None),
    ],
)
def test_a_protocol_by_its_first_octets(line, protocol):
    assert recognise(line) is protocol
    assert RemoteProtocolError(Fault.NOT_POP3, line).spoken is protocol


def test_only_a_greeting_tells_what_is_spoken():
    assert RemoteProtocolError(Fault.BAD_STATUS, b"220 mx.example").spoken is None
