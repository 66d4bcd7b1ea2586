"""Content-Transfer-Encoding undone (RFC 2045, 6), also where the octets break off anywhere."""

import binascii
import re
from typing import Final

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


_HEX: Final = frozenset(b"0123456789ABCDEFabcdef")


def decode_quoted_printable(data: bytes, *, complete: bool = True) -> bytes:
    """The octets that `data` encodes; an escape that is none stays as it is (RFC 2045, 6.7).

    Args:
        data: encoded lines with any line ends, which are kept.
        complete: False when more follows that is not here; a cut escape at the end is dropped.
    """
    if not complete:
        data = data[: open_escape(data)]
    return binascii.a2b_qp(data)


def open_escape(data: bytes) -> int:
    """Where a quoted-printable escape begins that is cut at the end; the length if there is none.

    Two `=` in a row stand for one (as binascii has it), so the last of an odd run opens an escape.
    """
    stop = len(data) - (len(data) > 0 and data[-1] in _HEX)
    if not data.endswith(b"=", 0, stop):
        return len(data)
    run = stop - len(data[:stop].rstrip(b"="))
    return stop - 1 if run % 2 else len(data)


def decode_transfer(data: bytes, encoding: str, *, complete: bool = True) -> bytes:
    """The octets of a body; one in no encoding, or an unknown one, is returned as it is.

    Args:
        data: the encoded body, or its beginning.
        encoding: Content-Transfer-Encoding in lower case.
        complete: False when the body goes on behind `data`.
    """
    if encoding == "base64":
        return decode_base64(data)
    if encoding == "quoted-printable":
        return decode_quoted_printable(data, complete=complete)
    return data


def is_known_encoding(encoding: str) -> bool:
    """Whether `decode_transfer` can undo it (RFC 2045, 6.1)."""
    return encoding in {"7bit", "8bit", "binary", "base64", "quoted-printable"}
