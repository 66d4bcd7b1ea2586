"""Content-Transfer-Encoding undone piece by piece, for bodies that are never held whole.

Whatever the split of the input, the pieces that come out join to what the one-shot functions of
`transfer` and `uuencode` give. A decoder keeps a few octets between two pieces, however long a
line is.
"""

import binascii
import re
from typing import Final, Protocol

from .base64lines import Base64Lines
from .transfer import (
    MAX_TRAILING,
    NOT_BASE64,
    decode_quoted_printable,
    undo_quoted_printable,
)
from .uuencode import begins_file, decode_line

_PADDING: Final = re.compile(rb"=+")
_HEX: Final = frozenset(bytes((digit,)) for digit in b"0123456789ABCDEFabcdef")
_MAX_CR: Final = 3  # in front of an LF that ends a soft break
_MAX_LINE: Final = 1000  # octets of a uuencoded line that count; the longest has 85
_UUENCODE: Final = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


class Decoder(Protocol):
    """Undoes one encoding; it is for one body only."""

    def feed(self, data: bytes) -> bytes:
        """What `data` adds to the decoded octets: at most its own length and 4 KiB.

        Uuencoded lines may lack the spaces that stand for zeros: there it is 32 times as much.
        """
        ...

    def close(self) -> bytes:
        """What is left at the end of the body."""
        ...


class _Identity:
    def feed(self, data: bytes) -> bytes:
        return data

    def close(self) -> bytes:
        return b""


class _Base64:
    """The results are those of `split_base64`."""

    def __init__(self, *, complete: bool) -> None:
        self._complete = complete
        self._lines = Base64Lines()
        self._groups = _Groups()

    @property
    def odd_lines(self) -> int:
        return self._lines.odd

    def feed(self, data: bytes) -> bytes:
        return self._groups.feed(self._lines.feed(data))

    def close(self) -> bytes:
        return self._groups.feed(self._lines.close(complete=self._complete)) + self._groups.close()


class _Groups:
    """Base64 without regard to lines; the tolerance is that of `decode_base64`."""

    def __init__(self) -> None:
        self._group = b""  # up to three characters of an unfinished group

    def feed(self, data: bytes) -> bytes:
        data = data.translate(None, NOT_BASE64)
        if b"=" not in data:
            return self._groups(data)
        *blocks, rest = _PADDING.split(data)
        octets: list[bytes] = []
        for block in blocks:
            octets += self._groups(block), self.close()
        octets.append(self._groups(rest))
        return b"".join(octets)

    def _groups(self, block: bytes) -> bytes:
        block = self._group + block
        whole = len(block) & ~3
        self._group = block[whole:]
        return binascii.a2b_base64(block[:whole])

    def close(self) -> bytes:
        group, self._group = self._group, b""
        whole = b"" if len(group) == 1 else group  # a single character holds no octet
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


class _QuotedPrintable:
    """The results are those of `decode_quoted_printable`."""

    def __init__(self, *, complete: bool) -> None:
        self._complete = complete
        self._held = b""  # what the octets to come decide about

    def feed(self, data: bytes) -> bytes:
        data = self._held + data
        settled = _settled(data)
        self._held = data[settled:]
        data = data[:settled]
        if data.endswith(b"="):  # before another one, or before blanks that stay: it is no escape
            data += b"3D"
        return undo_quoted_printable(data)

    def close(self) -> bytes:
        held, self._held = self._held, b""
        return decode_quoted_printable(held, complete=self._complete)


def _settled(data: bytes) -> int:
    """How many octets mean the same whatever follows: not an escape, nor blanks, at the end.

    Of a run of blanks too long to be trailing ones, enough is held back to tell that it is.
    """
    if data[-1:] in _HEX and data[-2:-1] == b"=":
        return len(data) - 2
    end = len(data) - min(len(data) - len(data.rstrip(b"\r")), _MAX_CR)
    blanks = data[max(end - MAX_TRAILING - 1, 0) : end]
    start = end - len(blanks) + len(blanks.rstrip(b" \t"))
    return start - 1 if data[start - 1 : start] == b"=" and start > 0 else start


class _Uuencode:
    """The first file in what it is fed, from `begin` to `end`; what is around it is dropped."""

    def __init__(self) -> None:
        self._line = b""  # a line that is not over
        self._form = ""
        self._base64 = _Groups()
        self._ended = False

    def feed(self, data: bytes) -> bytes:
        if self._ended:
            return b""
        # CRLF makes a blank line, which holds nothing.
        *lines, rest = (self._line + data.replace(b"\r", b"\n")).split(b"\n")
        self._line = rest[:_MAX_LINE]
        return b"".join([self._decoded(line[:_MAX_LINE]) for line in lines])

    def _decoded(self, line: bytes) -> bytes:
        if not line or self._ended:
            return b""
        if not self._form:
            self._form = begins_file(line)
        elif self._form == "base64":
            if not line.startswith(b"===="):
                return self._base64.feed(line)
            self._ended = True
        elif line.rstrip(b" \t") == b"end":
            self._ended = True
        else:
            return decode_line(line)
        return b""

    def close(self) -> bytes:
        line, self._line = self._line, b""
        rest = b""
        if self._form == "uuencode" and not self._ended:
            rest = decode_line(line, cut=True)
        elif self._form == "base64":
            rest = self._decoded(line)
        return rest + self._base64.close()


def decoder(encoding: str, *, complete: bool = True) -> Decoder:
    """A decoder for one body; one that changes nothing for no encoding or an unknown one.

    Args:
        encoding: Content-Transfer-Encoding in lower case, or `uuencode` for a uuencoded file.
        complete: False when the body goes on behind what will be fed; a cut quoted-printable
            escape is dropped then, and what may yet be words behind base64.
    """
    if encoding == "base64":
        return _Base64(complete=complete)
    if encoding == "quoted-printable":
        return _QuotedPrintable(complete=complete)
    if encoding in _UUENCODE:
        return _Uuencode()
    return _Identity()


class Base64Counter:
    """Counts the octets of a base64 body without making them; exact also where junk is in it."""

    def __init__(self) -> None:
        self._lines = Base64Lines()
        self._octets = 0
        self._characters = 0  # of the block so far

    @property
    def odd_lines(self) -> int:
        """How many lines had to be looked at one by one."""
        return self._lines.odd

    def feed(self, data: bytes) -> None:
        """Counts what `data` adds."""
        self._count(self._lines.feed(data))

    def _count(self, data: bytes) -> None:
        data = data.translate(None, NOT_BASE64)
        if b"=" in data:
            *blocks, data = _PADDING.split(data)
            for block in blocks:
                self._characters += len(block)
                self._end_block()
        self._characters += len(data)

    def close(self) -> int:
        """The number of octets."""
        self._count(self._lines.close())
        self._end_block()
        return self._octets

    def _end_block(self) -> None:
        self._octets += self._characters * 6 // 8
        self._characters = 0
