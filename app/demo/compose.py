"""Puts messages together: header fields, encoded words, parts (RFC 5322, 2045 to 2047, 2231)."""

import base64
import binascii
import string
import urllib.parse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .message import Segment

FOLD_AT = 78
JOIN_BELOW = 2048
WORD_LIMIT = 75
"""Longest encoded word (RFC 2047 section 2)."""
_PLAIN_IN_Q = frozenset((string.ascii_letters + string.digits).encode())
_ATOM = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~ ")


@dataclass(frozen=True, slots=True)
class Part:
    """A MIME entity: its own header fields (each ending in CRLF) and its body on the wire."""

    fields: str
    body: tuple[Segment, ...]


def field(name: str, value: str) -> str:
    """One header field with CRLF, folded at spaces where it is longer than 78 characters."""
    lines: list[str] = []
    line = f"{name}:"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > FOLD_AT and line.strip() and line != f"{name}:":
            lines.append(line)
            line = ""
        line += " " + word
    return "\r\n".join([*lines, line]) + "\r\n"


def words(text: str, charset: str = "utf-8") -> str:
    """`text` itself when it is ASCII, else as encoded words, each of them whole (RFC 2047)."""
    if text.isascii():
        return text
    encode = _q_word if charset.startswith("iso-8859-1") else _b_word
    encoded: list[str] = []
    start, previous = 0, ""
    for end in range(1, len(text) + 1):
        candidate = encode(text[start:end], charset)
        if len(candidate) > WORD_LIMIT:
            encoded.append(previous)
            start = end - 1
            candidate = encode(text[start:end], charset)
        previous = candidate
    return " ".join([*encoded, previous])


def _b_word(text: str, charset: str) -> str:
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def _q_word(text: str, charset: str) -> str:
    coded = "".join(
        chr(octet) if octet in _PLAIN_IN_Q else "_" if octet == ord(" ") else f"={octet:02X}"
        for octet in text.encode(charset)
    )
    return f"=?{charset}?Q?{coded}?="


def mailbox(name: str, address: str, charset: str = "utf-8") -> str:
    """A display name and an address, as in From and To."""
    if not name:
        return address
    if not name.isascii():
        return f"{words(name, charset)} <{address}>"
    if set(name) <= _ATOM:
        return f"{name} <{address}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>'


def text(
    content: str,
    *,
    subtype: str = "plain",
    charset: str = "utf-8",
    encoding: str = "quoted-printable",
    parameters: str = "",
) -> Part:
    """A text part. `content` has LF line ends; it ends in one on the wire in any case."""
    if not content.endswith("\n"):
        content += "\n"
    if content.isascii() and encoding == "quoted-printable" and _lines_fit(content):
        encoding = "7bit"
    fields = f"Content-Type: text/{subtype}; charset={charset}{parameters}\r\n"
    fields += f"Content-Transfer-Encoding: {encoding}\r\n"
    if encoding == "quoted-printable":
        return Part(fields, (quoted_printable(content, charset),))
    raw = content.encode(charset)
    if encoding == "base64":
        raw = base64.encodebytes(raw.replace(b"\n", b"\r\n"))
    return Part(fields, (raw.replace(b"\n", b"\r\n"),))


def quoted_printable(content: str, charset: str = "utf-8") -> bytes:
    """`content`, whose lines end in LF, in quoted-printable lines on the wire."""
    return binascii.b2a_qp(content.encode(charset), istext=True).replace(b"\n", b"\r\n")


def html(content: str, *, charset: str = "utf-8", encoding: str = "quoted-printable") -> Part:
    """A text/html part."""
    return text(content, subtype="html", charset=charset, encoding=encoding)


def attachment(
    name: str, kind: str, content: Segment, *, inline: bool = False, content_id: str = ""
) -> Part:
    """A base64 part with a file name; `content` is already in its base64 lines."""
    where = "inline" if inline else "attachment"
    fields = f'Content-Type: {kind};\r\n name="{words(name)}"\r\n'
    fields += "Content-Transfer-Encoding: base64\r\n"
    if name.isascii():
        fields += f'Content-Disposition: {where};\r\n filename="{name}"\r\n'
    else:
        coded = urllib.parse.quote(name, safe="")
        fields += f"Content-Disposition: {where};\r\n filename*=utf-8''{coded}\r\n"
    if content_id:
        fields += f"Content-ID: <{content_id}>\r\n"
    return Part(fields, (content,))


def multipart(subtype: str, boundary: str, parts: Sequence[Part], preamble: str = "") -> Part:
    """Several parts in one (RFC 2046 section 5.1)."""
    body: list[Segment] = [f"{preamble}\r\n".encode()] if preamble else []
    for part in parts:
        body.append(f"--{boundary}\r\n{part.fields}\r\n".encode())
        body.extend(part.body)
        # The line end before a boundary belongs to it (section 5.1.1): one more keeps the part's.
        body.append(b"\r\n")
    body.append(f"--{boundary}--\r\n".encode())
    kind = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n'
    return Part(kind, merged(body))


def merged(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """The same octets in fewer segments: small neighbours are joined, large ones stay shared."""
    result: list[Segment] = []
    for segment in segments:
        last = result[-1] if result else None
        if isinstance(segment, bytes) and isinstance(last, bytes) and len(segment) < JOIN_BELOW:
            result[-1] = last + segment
        else:
            result.append(segment)
    return tuple(result)


def _lines_fit(content: str) -> bool:
    return all(len(line) <= FOLD_AT for line in content.split("\n"))
