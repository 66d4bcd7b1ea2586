"""Uuencoded files in the text of old and of hand-made mail: found, and decoded piece by piece.

The format is that of POSIX uuencode: `begin MODE NAME`, lines that begin with a character for
their length, `end`; and `begin-base64 MODE NAME`, base64 lines, `====`.
"""

import binascii
import re
from dataclasses import dataclass
from typing import Final

from .charsets import decode_text
from .filenames import safe_filename

MAX_FILES: Final = 100

_LINE_END: Final = rb"(?:\r{0,3}+\n|\r)"
_BEGIN_LINE: Final = rb"(begin(-base64)?[ ]{1,4}[0-7]{3,4}[ ]{1,4}([^\r\n]{1,1000}))" + _LINE_END
_FIRST_BEGIN: Final = re.compile(_BEGIN_LINE)
_LF_BEGIN: Final = re.compile(rb"\n" + _BEGIN_LINE)
_CR_BEGIN: Final = re.compile(rb"\r" + _BEGIN_LINE)
_BEGIN: Final = re.compile(rb"begin(-base64)?[ ]{1,4}[0-7]{3,4}[ ]")
_LF: Final = re.compile(rb"\n")
_LINE: Final = re.compile(rb"([^\r\n]{0,1000})" + _LINE_END)
_BLANKS: Final = re.compile(rb"(?:[ \t]{0,8}" + _LINE_END + rb"){1,100}+")

_SIX_BITS: Final = rb"[ -`]{1,90}"
_BASE64: Final = rb"(?!====)[A-Za-z0-9+/=]{1,1000}"
_BASE64_FIRST: Final = re.compile(
    rb"(?:[A-Za-z0-9+/]{4}){0,250}+(?:[A-Za-z0-9+/]{2}[A-Za-z0-9+/=]=)?"
)


@dataclass(frozen=True, slots=True)
class _Form:
    """What the lines of one of the two forms look like: several, a cut last one, the closing."""

    lines: re.Pattern[bytes]
    cut: re.Pattern[bytes]
    closing: re.Pattern[bytes]


def _form(line: bytes, closing: bytes) -> _Form:
    return _Form(
        lines=re.compile(rb"(?:" + line + _LINE_END + rb"){1,500}+"),
        cut=re.compile(line + rb"\Z"),
        closing=re.compile(closing + rb"[ \t]{0,8}(" + _LINE_END + rb"|\Z)"),
    )


_UU: Final = _form(_SIX_BITS, rb"end")
_UU_BASE64: Final = _form(_BASE64, rb"====")


@dataclass(frozen=True, slots=True)
class UuFile:
    """An encoded file within text.

    Attributes:
        name: a safe file name, or None.
        start, end: offsets of the encoded block, from `begin` to behind the line `end`.
        complete: True when the line that ends it is there.
    """

    name: str | None
    start: int
    end: int
    complete: bool


def find_uuencoded(
    data: bytes | memoryview, start: int, stop: int, *, whole: bool
) -> tuple[UuFile, ...]:
    """The encoded files in `data[start:stop]`, 100 at most, in time linear in the length.

    A text that has the word begin at the start of a line is no file: the line behind it must be
    an encoded one, as long as its first character says. A file ends in front of the first line
    that cannot belong to it.

    Args:
        data: octets with no transfer encoding on them.
        start: where to look from; the start of a line.
        stop: where to look to.
        whole: False when the text goes on behind `stop`.
    """
    found: list[UuFile] = []
    stop = min(stop, len(data))
    pattern = _LF_BEGIN if _LF.search(data, start, stop) else _CR_BEGIN
    begin = _FIRST_BEGIN.match(data, start, stop) or pattern.search(data, start, stop)
    while begin is not None and len(found) < MAX_FILES:
        at = begin.end()
        if _begins(data, at, stop, base64=begin[2] is not None):
            form = _UU if begin[2] is None else _UU_BASE64
            at, complete = _end(data, at, stop, form, whole=whole)
            name = safe_filename(decode_text(bytes(begin[3])))
            found.append(UuFile(name, begin.start(1), at, complete))
        begin = pattern.search(data, at - 1, stop)
    return tuple(found)


def _begins(data: bytes | memoryview, at: int, stop: int, *, base64: bool) -> bool:
    """Whether the line at `at` is the first one of an encoded file."""
    found = _LINE.match(data, at, stop)
    if found is None:
        return False
    line = bytes(found[1])
    if base64:
        if not line.strip(b"="):
            return line.startswith(b"====")
        return _BASE64_FIRST.fullmatch(line) is not None
    octets = _length(line) if line else 0
    if octets == 0:
        return not line.strip(b" `") and _UU.closing.match(data, found.end(), stop) is not None
    if re.fullmatch(_SIX_BITS, line) is None:
        return False
    # The last group may be short, and some encoders put a checksum character behind it.
    return _characters(octets) <= len(line) - 1 <= (octets + 2) // 3 * 4 + 1


def _end(
    data: bytes | memoryview, at: int, stop: int, form: _Form, *, whole: bool
) -> tuple[int, bool]:
    """Where the file ends whose first line is at `at`, and whether it is complete."""
    end = at
    while True:
        if lines := form.lines.match(data, at, stop):
            at = end = lines.end()
        elif closing := form.closing.match(data, at, stop):
            return closing.end(), whole or closing.end() < stop or bool(closing[1])
        elif blanks := _BLANKS.match(data, at, stop):
            at = blanks.end()
        else:
            cut = form.cut.match(data, at, stop)
            return (end if cut is None else stop), False


def begins_file(line: bytes) -> str:
    """The form of the file that `line` begins: `uuencode`, `base64`, or '' if it begins none."""
    found = _BEGIN.match(line)
    if found is None:
        return ""
    return "uuencode" if found[1] is None else "base64"


def decode_line(line: bytes, *, cut: bool = False) -> bytes:
    """The octets of one encoded line without its line end; none if it is no such line.

    Args:
        line: a length character and its octets; spaces may be missing at its end.
        cut: True when the line breaks off, so that what is missing is not spaces.
    """
    if not line:
        return b""
    octets = _length(line)
    if cut:
        octets = min(octets, (len(line) - 1) * 6 // 8)
    try:
        return binascii.a2b_uu(bytes((32 + octets,)) + line[1 : 1 + _characters(octets)])
    except binascii.Error:  # a character that stands for nothing
        return b""


def _length(line: bytes) -> int:
    """How many octets an encoded line says it holds."""
    return (line[0] - 32) & 63


def _characters(octets: int) -> int:
    """How many characters hold `octets` octets at least."""
    return (octets * 8 + 5) // 6
