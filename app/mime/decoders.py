"""Content-Transfer-Encoding undone piece by piece, for bodies that are never held whole.

Whatever the split of the input, the pieces that come out join to what the one-shot functions of
`transfer` and `uuencode` give. A decoder keeps a few octets between two pieces, however long a
line is.
"""

import binascii
import re
from typing import Final, Protocol

from .transfer import NOT_BASE64, open_escape
from .uuencode import begins_file, decode_line

_PADDING: Final = re.compile(rb"=+")
# A soft break in front of CR: everything up to the next LF belongs to it, as for binascii.
_SOFT_CR: Final = re.compile(rb"(?<!=)=(?:==)*+\r")
_MAX_LINE: Final = 1000  # octets of a uuencoded line that count; the longest has 85
_UUENCODE: Final = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


class Decoder(Protocol):
    """Undoes one encoding; it is for one body only."""

    def feed(self, data: bytes) -> bytes:
        """What `data` adds to the decoded octets: at most its own length and a few octets.

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
    """The tolerance is that of `decode_base64`."""

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
        self._escape = b""  # an escape that is not over
        self._in_break = False  # behind `=` and CR: the soft break ends with the next LF

    def feed(self, data: bytes) -> bytes:
        if self._in_break:
            end = data.find(b"\n") + 1
            if not end:
                return b""
            self._in_break = False
            data = data[end:]
        data = self._escape + data
        self._escape = b""
        line = data.rfind(b"\n") + 1
        soft = _SOFT_CR.search(data, line) if data.find(b"=\r", line) >= 0 else None
        if soft is not None:
            self._in_break = True
            return binascii.a2b_qp(data[: soft.end() - 2])
        cut = open_escape(data)
        self._escape = data[cut:]
        return binascii.a2b_qp(data[:cut])

    def close(self) -> bytes:
        escape, self._escape = self._escape, b""
        return binascii.a2b_qp(escape) if self._complete else b""


class _Uuencode:
    """The first file in what it is fed, from `begin` to `end`; what is around it is dropped."""

    def __init__(self) -> None:
        self._line = b""  # a line that is not over
        self._form = ""
        self._base64 = _Base64()
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
            escape is dropped then.
    """
    if encoding == "base64":
        return _Base64()
    if encoding == "quoted-printable":
        return _QuotedPrintable(complete=complete)
    if encoding in _UUENCODE:
        return _Uuencode()
    return _Identity()


class Base64Counter:
    """Counts the octets of a base64 body without making them; exact also where junk is in it."""

    def __init__(self) -> None:
        self._octets = 0
        self._characters = 0  # of the block so far

    def feed(self, data: bytes) -> None:
        """Counts what `data` adds."""
        data = data.translate(None, NOT_BASE64)
        if b"=" in data:
            *blocks, data = _PADDING.split(data)
            for block in blocks:
                self._characters += len(block)
                self._end_block()
        self._characters += len(data)

    def close(self) -> int:
        """The number of octets."""
        self._end_block()
        return self._octets

    def _end_block(self) -> None:
        self._octets += self._characters * 6 // 8
        self._characters = 0
