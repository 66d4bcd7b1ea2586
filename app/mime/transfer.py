"""Content-Transfer-Encoding undone (RFC 2045, 6), also where the octets break off anywhere."""

import binascii
import re
from collections.abc import Iterator
from typing import Final

from .base64lines import SNIFF, Base64Lines, is_base64
from .octets import Octets

_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
NOT_BASE64: Final = bytes(octet for octet in range(256) if octet not in _BASE64)
_PADDING: Final = re.compile(rb"=+")


def decode_base64(data: bytes) -> bytes:
    """The octets that `data` encodes, as far as it goes.

    Characters outside the alphabet are ignored (RFC 2045, 6.8). A last group of two or three
    characters counts without its padding; a single character left over holds no octet and is
    dropped. Blocks that were encoded one by one and then joined (padding in the middle) are
    decoded one by one.
    """
    octets: list[bytes] = []
    for block in _PADDING.split(data.translate(None, NOT_BASE64)):
        spare = len(block) % 4
        whole = block[:-1] if spare == 1 else block
        octets.append(binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)))
    return b"".join(octets)


def split_base64(data: bytes, *, complete: bool = True) -> tuple[bytes, bytes]:
    """The octets of a base64 body, and what stands behind it and is none of it, as it came.

    Args:
        data: the body, or its beginning.
        complete: False when the body goes on behind `data`.
    """
    lines = Base64Lines()
    blocks = range(0, len(data), _BLOCK)
    found = b"".join([lines.feed(data[at : at + _BLOCK]) for at in blocks])
    octets = decode_base64(found + lines.close(complete=complete))
    return octets, b"" if lines.end is None else data[lines.end :]


MAX_TRAILING: Final = 998  # blanks; no line has more octets (RFC 5322, 2.1.1)
_CUT_ESCAPE: Final = re.compile(rb"=[0-9A-Fa-f]?\Z")
_BLANKS: Final = rb"(?<![ \t])[ \t]{1,%d}+" % MAX_TRAILING
_TRAILING_BLANKS: Final = re.compile(_BLANKS + rb"(?=[\r\n])")
_LAST_BLANKS: Final = re.compile(_BLANKS + rb"\Z")
_INK: Final = re.compile(rb"[^ \t\r\n]")
_BLOCK: Final = 16 * 1024  # one expression over more keeps other threads waiting
_SOFT_BREAK: Final = re.compile(rb"=[ \t]{0,%d}+(?:\r{0,3}\n|\r)" % MAX_TRAILING)


def decode_quoted_printable(data: bytes, *, complete: bool = True) -> bytes:
    """The octets that `data` encodes; an escape that is none stays as it is (RFC 2045, 6.7).

    Blanks at the end of a line were added on the way and are dropped (6.7, rule 3).

    Args:
        data: encoded lines with any line ends, which are kept.
        complete: False when more follows that is not here; a cut escape at the end is dropped.
    """
    end = max(0, len(data) - MAX_TRAILING - 1)  # a megabyte looked through at once holds others up
    trimmed = data[:end] + _LAST_BLANKS.sub(b"", data[end:])
    if not complete and len(trimmed) == len(data):
        trimmed = _CUT_ESCAPE.sub(b"", _escaped(data))
    return undo_quoted_printable(trimmed)


def undo_quoted_printable(data: bytes) -> bytes:
    """The same of lines that something follows, so that blanks at their very end stay."""
    # binascii would skip to the next LF behind a soft break that ends in CR.
    data = b"".join(
        _TRAILING_BLANKS.sub(b"", _SOFT_BREAK.sub(b"=\n", block)) for block in _blocks(data)
    )
    return binascii.a2b_qp(_escaped(data))


def _blocks(data: bytes) -> Iterator[bytes]:
    """The data in pieces, cut where no blank or line end follows; other threads run in between."""
    at = 0
    while at < len(data):
        follows = _INK.search(data, at + _BLOCK)
        end = follows.start() if follows else len(data)
        yield data[at:end]
        at = end


def decode_q(word: bytes) -> bytes:
    """The octets of a Q-encoded word: quoted-printable with `_` for a space (RFC 2047, 4.2)."""
    return binascii.a2b_qp(_escaped(word), header=True)


def _escaped(data: bytes) -> bytes:
    # binascii takes `==` for one sign. Of a row of them the last one stays; twice, since the pairs
    # of the first time do not overlap.
    return data.replace(b"==", b"=3D=").replace(b"==", b"=3D=")


def decode_transfer(data: bytes, encoding: str, *, complete: bool = True) -> bytes:
    """The octets of a body; one in no encoding, or an unknown one, is returned as it is.

    Args:
        data: the encoded body, or its beginning.
        encoding: Content-Transfer-Encoding in lower case.
        complete: False when the body goes on behind `data`.
    """
    if encoding == "base64":
        return split_base64(data, complete=complete)[0]
    if encoding == "quoted-printable":
        return decode_quoted_printable(data, complete=complete)
    return data


def true_encoding(
    encoding: str, data: Octets, span: tuple[int, int], *, complete: bool = True
) -> str:
    """`encoding`, or 8bit where it says base64 and the body is plain words, or raw.

    Args:
        encoding: Content-Transfer-Encoding in lower case.
        data: the message.
        span: offsets (start, end) of the body in it.
        complete: False when the body goes on behind `span`.
    """
    start, end = span
    if encoding != "base64":
        return encoding
    head = bytes(data[start : min(end, start + SNIFF)])
    return encoding if is_base64(head, complete=complete) else "8bit"


def is_known_encoding(encoding: str) -> bool:
    """Whether `decode_transfer` can undo it (RFC 2045, 6.1)."""
    return encoding in {"7bit", "8bit", "binary", "base64", "quoted-printable"}
