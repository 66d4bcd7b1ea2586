"""winmail.dat unpacked: the files and the text in Outlook's own wrapping (MS-OXTNEF).

A reader of its own: the library tnefparse takes quadratic time for many attributes, believes every
count that it reads (50 octets fill the memory), and hands code page numbers to Python's codecs.
Nothing is copied but text; files are named by offsets.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from .charsets import clean_body, decode_text
from .filenames import safe_filename
from .parameters import media_type
from .text_parts import MAX_TEXT_OCTETS

MAX_OCTETS: Final = 32 * 1024 * 1024
MAX_FILES: Final = 200
MAX_ATTRIBUTES: Final = 20_000
MAX_PROPERTIES: Final = 20_000
MAX_VALUES: Final = 1_000  # of one property

_SIGNATURE: Final = b"\x78\x9f\x3e\x22"
_HEAD: Final = struct.Struct("<BHHI")  # level, name, type, length of the data (2.1.2)
_CHECKSUM: Final = 2
_MESSAGE: Final = 1
_ATTACHMENT: Final = 2

# Attributes, 2.1.2.2
_BODY: Final = 0x800C
_ATTACH_DATA: Final = 0x800F
_ATTACH_TITLE: Final = 0x8010
_ATTACH_TRANSPORT_NAME: Final = 0x9001
_ATTACH_REND_DATA: Final = 0x9002
_MSG_PROPS: Final = 0x9003
_ATTACH_PROPS: Final = 0x9005
_OEM_CODEPAGE: Final = 0x9007

# Properties, as MS-OXPROPS numbers them
_PR_BODY: Final = 0x1000
_PR_RTF: Final = 0x1009
_PR_HTML: Final = 0x1013
_PR_DISPLAY_NAME: Final = 0x3001
_PR_ATTACH_DATA: Final = 0x3701
_PR_ATTACH_NAME: Final = 0x3704
_PR_ATTACH_LONG_NAME: Final = 0x3707
_PR_ATTACH_TYPE: Final = 0x370E
_PR_CODEPAGE: Final = 0x3FDE
_NAMED: Final = 0x8000

# Their types (MS-OXCDATA, 2.11.1)
_MULTIPLE: Final = 0x1000
_FIXED: Final = {
    0x0002: 2, 0x000B: 2, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8,
    0x0014: 8, 0x0040: 8, 0x0048: 16,
}  # fmt: skip
_OBJECT: Final = 0x000D
_STRING: Final = 0x001E
_UNICODE: Final = 0x001F
_BINARY: Final = 0x0102
_VARIABLE: Final = frozenset({_OBJECT, _STRING, _UNICODE, _BINARY})
_INTERFACE_OCTETS: Final = 16
_I_MESSAGE: Final = bytes.fromhex("0703020000000000c000000000000046")

_LONG: Final = 0x0003
_CODEPAGES: Final = {
    1200: "utf-16-le", 20127: "ascii", 20866: "koi8-r", 21866: "koi8-u", 50220: "iso-2022-jp",
    50221: "iso-2022-jp", 50222: "iso-2022-jp", 51932: "euc-jp", 51949: "euc-kr",
    54936: "gb18030", 65001: "utf-8",
    **{28590 + part: f"iso-8859-{part}" for part in range(1, 16)},
}  # fmt: skip
# Best first; those of MAPI are whole and mostly Unicode, the attributes' may be 8.3.
_NAMES: Final = (
    _PR_ATTACH_LONG_NAME, _ATTACH_TRANSPORT_NAME, _ATTACH_TITLE, _PR_ATTACH_NAME, _PR_DISPLAY_NAME,
)  # fmt: skip

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TnefFile:
    """A file within.

    Attributes:
        name: a safe file name, or None.
        content_type: lower case; application/octet-stream where none is given, and
            application/ms-tnef for a message within, which `unpack` reads.
        span: offsets (start, end) of its octets.
        complete: True when all of them are there.
    """

    name: str | None
    content_type: str
    span: Span
    complete: bool

    @property
    def octets(self) -> int:
        """Its size, as far as it is there."""
        return self.span[1] - self.span[0]


@dataclass(frozen=True, slots=True)
class Tnef:
    """What is in it.

    Attributes:
        files: at most 200.
        text: the plain body, LF line ends, no controls; the first 1 MiB of it; or None.
        html: the HTML body as it is, to be sanitised; the first 1 MiB of it; or None.
        has_rtf: True when there is an RTF body, which is not read.
        defects: stable codes of what is wrong with it, each once.
    """

    files: tuple[TnefFile, ...]
    text: str | None
    html: str | None
    has_rtf: bool
    defects: tuple[str, ...]


def unpack(data: bytes | memoryview) -> Tnef | None:
    """What is in a winmail.dat; None if it is none. Never raises; linear in the length of `data`.

    Args:
        data: the decoded octets; the first 32 MiB are read.
    """
    if bytes(data[: len(_SIGNATURE)]) != _SIGNATURE:
        return None
    return _Reader(data).run()


@dataclass(frozen=True, slots=True)
class _Value:
    """A property's first value: offsets of its octets, and whether they are all there."""

    type: int
    span: Span
    complete: bool = True


@dataclass(slots=True)
class _Open:
    """A file whose attributes are still being read."""

    names: dict[int, _Value] = field(default_factory=dict)
    content_type: str = "application/octet-stream"
    span: Span = (0, 0)
    complete: bool = True


class _Reader:
    def __init__(self, data: bytes | memoryview) -> None:
        self._data = data
        self._stop = min(len(data), MAX_OCTETS)
        self._properties_left = MAX_PROPERTIES
        self._codepage = 1252
        self._html_codepage: int | None = None
        self._files: list[_Open] = []
        self._text: _Value | None = None
        self._html: _Value | None = None
        self._has_rtf = False
        self._defects: list[str] = []

    def run(self) -> Tnef:
        at = len(_SIGNATURE) + 2  # a key that means nothing
        count = 0
        if at > self._stop or len(self._data) > self._stop:
            self._defects.append("cut")
        while at < self._stop:
            if at + _HEAD.size > self._stop:
                self._defects.append("cut")
                break
            level, name, _, length = _HEAD.unpack_from(self._data, at)
            count += 1
            if level not in {_MESSAGE, _ATTACHMENT} or count > MAX_ATTRIBUTES:
                self._defects.append(
                    "too-many-attributes" if count > MAX_ATTRIBUTES else "bad-attribute"
                )
                break
            start = at + _HEAD.size
            end = start + length
            if end + _CHECKSUM > self._stop:
                self._defects.append("cut")
            value = _Value(_STRING, (start, min(end, self._stop)), end <= self._stop)
            if level == _MESSAGE:
                self._message(name, value)
            elif not self._attachment(name, value):
                break
            at = end + _CHECKSUM
        text, html = self._text, self._html
        return Tnef(
            files=tuple(self._file(each) for each in self._files if each.names or each.span[1]),
            text=None if text is None else self._body(text, self._codepage),
            html=None if html is None else self._body(html, self._html_codepage or self._codepage),
            has_rtf=self._has_rtf,
            defects=tuple(dict.fromkeys(self._defects)),
        )

    def _message(self, name: int, value: _Value) -> None:
        if name == _OEM_CODEPAGE:
            self._codepage = self._number(value) or self._codepage
        elif name == _BODY:
            self._text = self._text or value
        elif name == _MSG_PROPS:
            for prop, found in self._properties(value):
                if prop == _PR_BODY and found.type in {_STRING, _UNICODE}:
                    self._text = found
                elif prop == _PR_HTML and found.type in _VARIABLE:
                    self._html = found
                elif prop == _PR_CODEPAGE and found.type == _LONG:
                    self._html_codepage = self._number(found)
                elif prop == _PR_RTF:
                    self._has_rtf = True

    def _attachment(self, name: int, value: _Value) -> bool:
        """Takes an attribute of a file; False when there are too many files."""
        if name == _ATTACH_REND_DATA or not self._files:
            if len(self._files) >= MAX_FILES:
                self._defects.append("too-many-files")
                return False
            self._files.append(_Open())
        file = self._files[-1]
        if name == _ATTACH_DATA:
            file.span, file.complete = value.span, value.complete
        elif name in _NAMES:
            file.names.setdefault(name, value)
        elif name == _ATTACH_PROPS:
            for prop, found in self._properties(value):
                self._file_property(file, prop, found)
        return True

    def _file_property(self, file: _Open, prop: int, found: _Value) -> None:
        if prop in _NAMES and found.type in {_STRING, _UNICODE}:
            file.names.setdefault(prop, found)
        elif prop == _PR_ATTACH_TYPE and found.type in {_STRING, _UNICODE}:
            declared = media_type(self._words(found, 200).encode())
            file.content_type = declared or file.content_type
        elif prop == _PR_ATTACH_DATA and found.type in {_BINARY, _OBJECT}:
            start, end = found.span
            first = bytes(self._data[start : min(start + _INTERFACE_OCTETS, end)])
            if found.type == _OBJECT or first == _I_MESSAGE:
                start += len(first)
            if first == _I_MESSAGE:
                file.content_type = "application/ms-tnef"
            file.span, file.complete = (start, end), found.complete

    def _properties(self, value: _Value) -> Iterator[tuple[int, _Value]]:
        """Identifier and first value of each property (2.1.3); what is behind a bad one is lost."""
        cursor = _Cursor(self._data, *value.span)
        try:
            for _ in range(cursor.number()):
                if not self._properties_left:
                    self._defects.append("too-many-properties")
                    return
                self._properties_left -= 1
                prop, found = cursor.property()
                if not found.complete:
                    self._defects.append("bad-property")
                yield prop, found
        except _BadPropertyError:
            self._defects.append("bad-property")

    def _number(self, value: _Value) -> int:
        start, end = value.span
        return int.from_bytes(self._data[start : min(start + 4, end)], "little")

    def _words(self, value: _Value, most: int, codepage: int | None = None) -> str:
        start, end = value.span
        octets = bytes(self._data[start : min(start + most, end)])
        if value.type == _UNICODE:
            charset = "utf-16-le"
        else:
            number = codepage or self._codepage
            charset = _CODEPAGES.get(number) or f"cp{number}"
        complete = value.complete and end - start <= most
        return decode_text(octets, charset, complete=complete).partition("\0")[0]

    def _body(self, value: _Value, codepage: int) -> str:
        start, end = value.span
        if end - start > MAX_TEXT_OCTETS:
            self._defects.append("text-cut")
        return clean_body(self._words(value, MAX_TEXT_OCTETS, codepage))

    def _file(self, file: _Open) -> TnefFile:
        names = (self._words(file.names[key], 2000) for key in _NAMES if key in file.names)
        safe = (safe_filename(name) for name in names)
        return TnefFile(
            name=next((name for name in safe if name), None),
            content_type=file.content_type,
            span=file.span,
            complete=file.complete,
        )


class _BadPropertyError(Exception):
    """A length or a type that cannot be."""


class _Cursor:
    """Reads property values between two offsets; every count is checked before it is believed."""

    def __init__(self, data: bytes | memoryview, start: int, stop: int) -> None:
        self._data = data
        self._at = start
        self._stop = stop

    def number(self) -> int:
        at = self._skip(4)
        return int.from_bytes(self._data[at : at + 4], "little")

    def property(self) -> tuple[int, _Value]:
        tag = self.number()
        kind, prop = tag & 0xFFFF, tag >> 16
        if prop >= _NAMED:
            self._skip(16)
            if self.number():
                self._skip(_padded(self.number()))
            else:
                self._skip(4)
        multiple, kind = kind & _MULTIPLE, kind & ~_MULTIPLE
        if kind in _FIXED:
            size = _FIXED[kind] * (self.number() if multiple else 1)
            start = self._skip(_padded(size))
            return prop, _Value(kind, (start, start + min(size, _FIXED[kind])))
        if kind not in _VARIABLE:
            raise _BadPropertyError
        return prop, self._variable(kind)

    def _variable(self, kind: int) -> _Value:
        first: _Value | None = None
        count = self.number()
        if count > MAX_VALUES:
            raise _BadPropertyError
        for _ in range(count):
            size = self.number()
            start = self._at
            if start + size > self._stop and first is None:
                self._at = self._stop
                return _Value(kind, (start, self._stop), complete=False)
            self._skip(min(_padded(size), self._stop - start))
            first = first or _Value(kind, (start, start + size))
        return first or _Value(kind, (self._at, self._at))

    def _skip(self, size: int) -> int:
        start = self._at
        if size > self._stop - start:
            raise _BadPropertyError
        self._at += size
        return start


def _padded(size: int) -> int:
    return size + -size % 4
