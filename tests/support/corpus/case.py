"""One message of the corpus with what is to be read in it, and the pieces messages are made of."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

ANN = ("Ann", "ann@example.org")
TEN = "2024-03-01T10:00:00+00:00"
FROM = b"From: Ann <ann@example.org>\n"
DATE = b"Date: Fri, 1 Mar 2024 10:00:00 +0000\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A message and its reading, which was reasoned out, not taken from the app.

    Attributes:
        name: unique, a slug.
        hard: what is hard about it, in one line.
        source: its octets, or for a huge one a function that makes them.
        subject: as a person reads it.
        sender: name and address, or None.
        date: ISO 8601, or None.
        defects: all codes that the summary and the peek give, in any order.
        structure: one line a part, each `path type encoding "filename" cut`; the file name only
            where there is one, `cut` only where the end is missing; indentation does not count.
        text: the whole text that is shown, or None where it matters only that it is harmless.
        octets: path and decoded size of attachments; None of what is none.
        whole: False when the message goes on behind its octets.
    """

    name: str
    hard: str
    source: bytes | Callable[[], bytes]
    subject: str = ""
    sender: tuple[str, str] | None = ANN
    date: str | None = TEN
    defects: tuple[str, ...] = ()
    structure: str = "1 text/plain 7bit"
    text: str | None = "hello\n"
    octets: tuple[tuple[str, int | None], ...] = ()
    whole: bool = True

    @property
    def raw(self) -> bytes:
        """The message's octets; a huge one's are made anew each time."""
        return self.source if isinstance(self.source, bytes) else self.source()


def crlf(lines: bytes) -> bytes:
    """`lines` with each LF made CRLF."""
    return lines.replace(b"\n", b"\r\n")


def mail(rest: bytes) -> bytes:
    """A message by Ann: `rest` is the other fields, the blank line and the body, with LF."""
    return crlf(FROM + DATE + rest)


def multipart(kind: bytes, *parts: bytes, boundary: bytes = b"x") -> bytes:
    """Content-Type, blank line and body of a multipart with a sound boundary."""
    head = b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\n\n'
    return head + body_of(*parts, boundary=boundary)


def body_of(*parts: bytes, boundary: bytes = b"x") -> bytes:
    """The body of a multipart, each part with header and blank line."""
    opened = b"".join(b"--" + boundary + b"\n" + part + b"\n" for part in parts)
    return opened + b"--" + boundary + b"--\n"


def b64(octets: bytes) -> bytes:
    """Base64 in lines of 76, without the last line end."""
    return base64.encodebytes(octets).rstrip(b"\n")


TEXT = b"Content-Type: text/plain\n\nhello"
HTML = b"Content-Type: text/html\n\n<p>hello</p>"
PDF = (
    b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
    b'Content-Disposition: attachment; filename="a.pdf"\n\nUERG'
)
PNG = (
    b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n"
    b"Content-ID: <i@x>\nContent-Disposition: inline\n\niVBORw=="
)
# The structure of a multipart/mixed of TEXT and PDF.
MIXED = """1 multipart/mixed 7bit
    1.1 text/plain 7bit
    1.2 application/pdf base64 "a.pdf"
"""
