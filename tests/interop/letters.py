"""Mail that servers must hand over as it was delivered."""

import re

from app.mailbox import Mailbox, Message

HEADER = (
    b"From: Friend <friend@example.org>\r\nTo: You <you@example.org>\r\n"
    b"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <%(name)b@example.org>\r\n"
    b"Subject: %(name)b\r\n"
)
BODIES = {
    b"plain": b"one\r\ntwo\r\nthree\r\nfour\r\nfive\r\n",
    b"dots": b".\r\n..\r\n..two\r\n.one\r\n...\r\nend.\r\n.\r\n",
    b"eight-bit": "Grüße aus Köln, 20 €\r\n".encode() + "latin: ü\r\n".encode("latin-1"),
    b"blank": b"\r\n\r\nafter two blank lines, before three\r\n\r\n\r\n\r\n",
    b"long-line": b"x" * 990 + b"\r\n" + b"y" * 900 + b"\r\n",
    b"tabs": b"\ttab\x0cform feed \x1b[1mescape\r\n trailing spaces   \r\n",
    b"large": b"hello\r\n" + b"all the rest of it\r\n" * 50_000,
}
LETTERS = {name: HEADER % {b"name": name} + b"\r\n" + body for name, body in BODIES.items()}


def name_of(raw: bytes) -> bytes:
    """Which of them this is, by its subject."""
    found = re.search(rb"^Subject: (.+)\r$", raw, re.MULTILINE)
    assert found is not None
    return found[1]


def named(mailbox: Mailbox, name: str) -> Message:
    """The message with this subject; servers may number as they like."""
    return next(one for one in mailbox.index if one.summary and one.summary.subject == name)
