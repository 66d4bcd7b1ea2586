"""Servers and sign-ins that are bad in one way each, and what is to be said of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.support.certs import Authority, Leaf, self_signed
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.process import free_port
from tests.support.scripted import Script as Play
from tests.support.scripted import ScriptedServer, endless, send, starttls, steps


@dataclass(frozen=True, slots=True)
class Bad:
    """A server or a sign-in that is bad in one way, and what is said of it."""

    name: str
    at: Callable[[Authority], AbstractAsyncContextManager[Any]]
    status: int
    code: str
    title: str
    said: str = ""
    reply: str = ""
    more: tuple[tuple[str, str], ...] = ()


def served(play: Play) -> Callable[[Authority], AbstractAsyncContextManager[Any]]:
    return lambda _: ScriptedServer(play)


def drop(**quirks: Any) -> Callable[[Authority], AbstractAsyncContextManager[Any]]:
    return lambda _: ScriptedServer(FakeMaildrop(plain(3), quirks=Quirks(**quirks)))


def says(greeting: bytes) -> Callable[[Authority], AbstractAsyncContextManager[Any]]:
    return served(steps(send(greeting), endless(b"")))


def presents(leaf: Callable[[Authority], Leaf]) -> Callable[[Authority], Any]:
    """Implicit TLS with this certificate; the handshake fails before the script begins."""
    return lambda authority: ScriptedServer(
        FakeMaildrop(plain(1)), tls=leaf(authority).server_context()
    )


@asynccontextmanager
async def _nowhere(host: str, port: int) -> AsyncIterator[Any]:
    yield SimpleNamespace(host=host, port=port)


def injecting(authority: Authority) -> ScriptedServer:
    context = authority.leaf().server_context()
    return ScriptedServer(steps(send(b"+OK\r\n"), starttls(context, inject=b"+OK hello\r\n")))


def login(reply: bytes) -> Callable[[Authority], AbstractAsyncContextManager[Any]]:
    return drop(refuse_login=reply)


def lists(rows: bytes) -> Callable[[Authority], AbstractAsyncContextManager[Any]]:
    return drop(replies={"LIST": b"+OK\r\n" + rows + b".\r\n"})


TLS = (("security", "tls"), ("server", "localhost"))
STARTTLS = (("security", "starttls"), ("server", "localhost"))
NO_ANSWER = "The mail server stopped answering."
LOST = "The connection to the mail server was lost."
RULES = "The server broke the rules of POP3."
REJECTED = "The server did not accept the name or the password."

BAD = [
    Bad(
        "wrong password",
        drop(),
        401,
        "login-rejected",
        REJECTED,
        "whole address",
        "-ERR [AUTH] wrong user name or password",
        more=(("password", "a guess"),),
    ),
    Bad(
        "means refused for their form",
        drop(replies=dict.fromkeys(("USER", "AUTH"), b"-ERR malformed command\r\n")),
        401,
        "login-rejected",
        "The server did not understand the way of signing in.",
        "USER/PASS, PLAIN, LOGIN",
        "-ERR malformed command",
    ),
    Bad(
        "no sign-in that sends the password in clear",
        drop(replies={"USER": b"-ERR [AUTH] Plaintext authentication disallowed\r\n"}),
        401,
        "login-rejected",
        "The server takes no password without encryption.",
        "may be right",
        "-ERR [AUTH] Plaintext authentication disallowed",
    ),
    Bad(
        "wrong host",
        lambda _: _nowhere("no-such-host.invalid", 995),
        502,
        "connect-failed",
        "There is no such server.",
        "no-such-host.invalid",
    ),
    Bad(
        "closed port",
        lambda _: _nowhere("127.0.0.1", free_port()),
        502,
        "connect-failed",
        "Nobody answers at this port.",
        "refused the connection",
    ),
    Bad(
        "certificate for another name",
        presents(Authority.other_name_leaf),
        502,
        "tls-failed",
        "The certificate is for another name.",
        "password was not sent",
        more=TLS,
    ),
    Bad(
        "expired certificate",
        presents(Authority.expired_leaf),
        502,
        "tls-failed",
        "The certificate has expired.",
        "password was not sent",
        more=TLS,
    ),
    Bad(
        "self-signed certificate",
        presents(lambda _: self_signed()),
        502,
        "tls-failed",
        "The certificate is self-signed.",
        "POPSCOPE_CA_FILE",
        more=TLS,
    ),
    Bad(
        "unknown issuer",
        presents(lambda _: Authority().leaf()),
        502,
        "tls-failed",
        "The certificate comes from an unknown issuer.",
        "POPSCOPE_CA_FILE",
        more=TLS,
    ),
    Bad(
        "no TLS there",
        drop(),
        502,
        "tls-failed",
        "There is no TLS at this port.",
        "A POP3 server answers there, but without TLS",
        more=TLS,
    ),
    Bad(
        "no STARTTLS there",
        drop(),
        502,
        "tls-failed",
        "The server does not offer STARTTLS.",
        "Nothing was sent without protection",
        "",
        more=STARTTLS,
    ),
    Bad(
        "plaintext behind STLS",
        injecting,
        502,
        "server-misbehaved",
        "Somebody may be tampering with this connection.",
        more=STARTTLS,
    ),
    Bad(
        "An SMTP server",
        says(b"220 mail.example.net ESMTP\r\n"),
        502,
        "server-misbehaved",
        "This is not a POP3 server.",
        "An SMTP server answers there, which is for sending mail",
    ),
    Bad(
        "An IMAP server",
        says(b"* OK IMAP4rev1 ready\r\n"),
        502,
        "server-misbehaved",
        "This is not a POP3 server.",
        "An IMAP server",
    ),
    Bad(
        "A web server",
        says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        502,
        "server-misbehaved",
        "This is not a POP3 server.",
        "A web server",
    ),
    Bad(
        "A news server",
        says(b"200 news.example.net ready\r\n"),
        502,
        "server-misbehaved",
        "This is not a POP3 server.",
        "A news server (NNTP)",
    ),
    Bad(
        "an alert of TLS",
        says(b"\x15\x03\x01\x00\x02\x02\x46"),
        502,
        "server-misbehaved",
        "This port requires TLS.",
        "password was not sent",
    ),
    Bad(
        "a port that wants TLS",
        presents(Authority.leaf),
        502,
        "connect-failed",
        "This port requires TLS.",
        "Choose TLS.",
    ),
    Bad(
        "an SMTP server where TLS was wanted",
        says(b"220 mail.example.net ESMTP\r\n"),
        502,
        "tls-failed",
        "This is not a POP3 server.",
        "An SMTP server",
        more=TLS,
    ),
    Bad(
        "nonsense",
        says(b"\x00\xff\xfe<script>alert(1)</script>\r\n"),
        502,
        "server-misbehaved",
        "This is not a POP3 server.",
    ),
    Bad(
        "turned away",
        drop(greeting=b"-ERR not for you"),
        502,
        "connect-failed",
        "The server turned Popscope away.",
        reply="-ERR not for you",
    ),
    Bad(
        "in use at the greeting",
        drop(greeting=b"-ERR [IN-USE] later"),
        423,
        "mailbox-in-use",
        "Another program has this mailbox open.",
        reply="-ERR [IN-USE] later",
    ),
    Bad(
        "in use",
        login(b"-ERR [IN-USE] locked by <another> session"),
        423,
        "mailbox-in-use",
        "Another program has this mailbox open.",
        reply="-ERR [IN-USE] locked by <another> session",
    ),
    Bad(
        "in use, but without",
        login(b"-ERR maildrop already locked"),
        423,
        "mailbox-in-use",
        "Another program has this mailbox open.",
    ),
    Bad(
        "too soon",
        drop(refuse_login=b"-ERR [LOGIN-DELAY] slow down", announce=("LOGIN-DELAY 300",)),
        429,
        "login-delayed",
        "Too soon after the last sign-in.",
        "300 more seconds",
    ),
    Bad(
        "trouble",
        login(b"-ERR [SYS/TEMP] try later"),
        401,
        "login-rejected",
        "The server has trouble at the moment.",
    ),
    Bad(
        "lasting trouble",
        login(b"-ERR [SYS/PERM] broken"),
        401,
        "login-rejected",
        "The server has a permanent problem with this mailbox.",
    ),
    Bad(
        "octets that are no text",
        login(b"-ERR \xff\xfe\x00\x1b[31m \xc3\xbc"),
        401,
        "login-rejected",
        REJECTED,
        "ü",
    ),
    Bad(
        "silent at the greeting",
        drop(stall_at="greeting"),
        502,
        "connect-failed",
        "Connected, but the server says nothing.",
    ),
    *(
        Bad(f"silent at {stage}", drop(stall_at=stage), 504, "stalled", NO_ANSWER)
        for stage in ("USER", "PASS", "STAT", "LIST", "LIST body", "UIDL")
    ),
    Bad(
        "closes at the greeting",
        drop(close_at="greeting"),
        502,
        "connect-failed",
        "Connected, but the server says nothing.",
    ),
    *(
        Bad(f"closes at {stage}", drop(close_at=stage), 502, "connection-lost", LOST)
        for stage in ("CAPA body", "USER", "PASS", "STAT", "LIST", "LIST body", "UIDL")
    ),
    Bad("resets at PASS", drop(reset_at="PASS"), 502, "connection-lost", LOST),
    Bad(
        "endless greeting",
        served(steps(send(b"+OK "), endless(b"x" * 4096))),
        502,
        "server-misbehaved",
        RULES,
        "line too long",
    ),
    Bad(
        "endless answer to USER",
        drop(replies={"USER": b"+OK " + b"x" * 200_000}),
        502,
        "server-misbehaved",
        RULES,
        "line too long",
    ),
    Bad(
        "endless row of LIST",
        lists(b"1 " + b"9" * 100_000 + b"\r\n"),
        502,
        "server-misbehaved",
        RULES,
        "line too long",
    ),
    Bad(
        "neither +OK nor -ERR",
        drop(replies={"USER": b"OK go on\r\n"}),
        502,
        "server-misbehaved",
        RULES,
    ),
]
