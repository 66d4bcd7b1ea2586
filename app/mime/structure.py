"""The tree of parts of a message, whole or cut off anywhere, by offsets (RFC 2046, 5.1).

One pass over the octets finds the lines that begin with `--` and compares each with the boundaries
that are open, innermost first. Nothing is copied but headers and nothing is recursive, so a spool
of any size can be scanned (wrap an mmap in a memoryview). Whole lines are compared: an inner
boundary may begin with the outer one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from .filenames import safe_filename
from .headers import MAX_HEADER_OCTETS, find_header_end, raw_fields, unfold
from .parameters import Parameters, first_word, media_type, parse_parameters, raw_parameter

MAX_PARTS: Final = 1000
MAX_DEPTH: Final = 20

_SNIFF_OCTETS: Final = 8 * 1024
_LINE_END: Final = re.compile(rb"\r*\n|\r")
_LF_LINE: Final = re.compile(rb"[^\n]*\n")
_CR_LINE: Final = re.compile(rb"[^\r]*\r")
_LF_DASHES: Final = re.compile(rb"\n--([^\r\n]*)")
_CR_DASHES: Final = re.compile(rb"\r--([^\r\n]*)")
_SNIFFED: Final = re.compile(
    rb"(?:\A|[\r\n])--([!-~]{2,200})[ \t]*[\r\n]+(?=content-)", re.IGNORECASE
)
_IDENTITY: Final = frozenset({"7bit", "8bit", "binary"})
_HEAD_FIELDS: Final = frozenset(
    {"content-type", "content-transfer-encoding", "content-disposition", "content-id"}
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part; offsets count octets from the start of the scanned data.

    Attributes:
        path: `1` for the message, `1.2` for its second part, and so on down.
        content_type: lower case; text/plain where none is readable (RFC 2045, 5.2), and
            message/rfc822 in a digest (RFC 2046, 5.1.5).
        params: the parameters of Content-Type.
        charset: as declared, or None.
        encoding: Content-Transfer-Encoding in lower case, 7bit by default (RFC 2045, 6.1).
        filename: a safe one, from Content-Disposition or else Content-Type, or None.
        disposition: `inline`, `attachment`, another word in lower case, or empty.
        content_id: without angle brackets, or None.
        header: offsets (start, end), without the blank line.
        body: offsets (start, end), without the line end before the next delimiter.
        complete: True when every octet of the body is there.
        children: parts of a multipart; the one message in a message/rfc822.
    """

    path: str
    content_type: str
    params: Parameters
    charset: str | None
    encoding: str
    filename: str | None
    disposition: str
    content_id: str | None
    header: tuple[int, int]
    body: tuple[int, int]
    complete: bool
    children: tuple["Part", ...]

    @property
    def is_multipart(self) -> bool:
        """True for a part that was scanned for parts by a boundary, whether it had any or not."""
        return self.content_type.startswith("multipart/")

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the order of their octets."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


@dataclass(frozen=True, slots=True)
class Structure:
    """The message as a part, and stable codes of what was wrong with it, each once."""

    root: Part
    defects: tuple[str, ...]


def scan(
    data: bytes | memoryview,
    *,
    whole: bool,
    max_parts: int = MAX_PARTS,
    max_depth: int = MAX_DEPTH,
) -> Structure:
    """The structure of a message. Never raises; takes time linear in the length of `data`.

    Args:
        data: a message from its first header octet on, dot-unstuffed.
        whole: False when the message goes on behind `data` (what TOP answers).
        max_parts: parts read at most; what follows belongs to no part.
        max_depth: levels read at most, the message itself being level 1; a multipart on the last
            level is a leaf.
    """
    return _Scanner(data, whole=whole, max_parts=max_parts, max_depth=max_depth).run()


@dataclass(slots=True)
class _Open:
    """A part whose end is not known yet."""

    path: str
    content_type: str
    params: Parameters
    encoding: str
    filename: str | None
    disposition: str
    content_id: str | None
    header: tuple[int, int]
    body_start: int
    boundary: bytes | None
    closed: bool = False
    children: list[Part] = field(default_factory=list)


class _Scanner:
    def __init__(
        self, data: bytes | memoryview, *, whole: bool, max_parts: int, max_depth: int
    ) -> None:
        self._data = data
        self._whole = whole
        self._stop = len(data)
        self._max_parts = max_parts
        self._max_depth = max_depth
        self._count = 0
        self._stack: list[_Open] = []
        self._defects: list[str] = []
        lines_end_in_lf = re.search(rb"\n", data) is not None
        self._line = _LF_LINE if lines_end_in_lf else _CR_LINE
        self._dashes = _LF_DASHES if lines_end_in_lf else _CR_DASHES

    def run(self) -> Structure:
        at = self._open(0)
        while any(node.boundary is not None for node in self._stack):
            found = self._dashes.search(self._data, at)
            if found is None:
                break
            at = found.end()
            match = self._match(found[1].rstrip(b" \t"))
            if at == len(self._data) and self._is_cut(found[1], match):
                self._stop = self._line_start(found)
                break
            if match is None:
                continue
            index, closing = match
            self._close_above(index, self._line_start(found), complete=True)
            owner = self._stack[index]
            if closing or self._count >= self._max_parts:
                if not closing:
                    self._defects.append("too-many-parts")
                owner.boundary, owner.closed = None, True
                continue
            line_end = _LINE_END.match(self._data, at)
            at = self._open(at if line_end is None else line_end.end())
        self._close_above(0, self._stop, complete=self._whole)
        root = self._finish(self._stack.pop(), self._stop, complete=self._whole)
        return Structure(root=root, defects=tuple(dict.fromkeys(self._defects)))

    def _match(self, line: bytes) -> tuple[int, bool] | None:
        """Which open multipart the line belongs to, and whether it closes it."""
        for index in range(len(self._stack) - 1, -1, -1):
            boundary = self._stack[index].boundary
            if boundary is not None:
                if line == boundary:
                    return index, False
                if line == boundary + b"--":
                    return index, True
        return None

    def _is_cut(self, line: bytes, match: tuple[int, bool] | None) -> bool:
        """Whether the last line may yet become a delimiter, so that it is no text either."""
        if self._whole or (match is not None and match[1]):
            return False
        boundaries = (node.boundary for node in self._stack if node.boundary is not None)
        return any((boundary + b"--").startswith(line) for boundary in boundaries)

    def _line_start(self, found: re.Match[bytes]) -> int:
        start = found.start()
        crlf = start > 0 and bytes(self._data[start - 1 : start + 1]) == b"\r\n"
        return start - 1 if crlf else start

    def _open(self, at: int) -> int:
        """Opens the part that begins at `at`, and the message in it; where to search on."""
        while True:
            node = self._read_head(at)
            self._stack.append(node)
            self._count += 1
            at = node.body_start
            holds_message = node.content_type == "message/rfc822" and node.encoding in _IDENTITY
            if not holds_message or (at == len(self._data) and not self._whole):
                return max(at - 1, 0)
            if len(self._stack) >= self._max_depth or self._count >= self._max_parts:
                deep = len(self._stack) >= self._max_depth
                self._defects.append("too-deep" if deep else "too-many-parts")
                return max(at - 1, 0)

    def _read_head(self, at: int) -> _Open:
        header_end, body_start = find_header_end(self._data, at, self._head_limit(at))
        values: dict[str, bytes] = {}
        for name, raw, value_at in raw_fields(bytes(self._data[at:header_end]), self._defects):
            if (lower := name.lower()) in _HEAD_FIELDS:
                values.setdefault(lower, unfold(raw[value_at:]))
        type_value = values.get("content-type", b"")
        content_type = self._content_type(type_value)
        params = parse_parameters(type_value)
        disposition = values.get("content-disposition", b"")
        named = parse_parameters(disposition).get("filename") or params.get("name")
        identifier = values.get("content-id", b"").strip(b"<> \t").decode("ascii", "replace")
        return _Open(
            path=self._next_path(),
            content_type=content_type,
            params=params,
            encoding=first_word(values.get("content-transfer-encoding", b"")) or "7bit",
            filename=safe_filename(named) if named else None,
            disposition=first_word(disposition),
            content_id=identifier or None,
            header=(at, header_end),
            body_start=body_start,
            boundary=self._boundary(content_type, type_value, params, body_start),
        )

    def _head_limit(self, at: int) -> int:
        """Offset behind the header's blank line, or of a delimiter that comes before it."""
        limit = min(len(self._data), at + MAX_HEADER_OCTETS)
        for line in self._line.finditer(self._data, at, limit):
            octets = line[0].rstrip(b"\r\n")
            if not octets:
                return line.end()
            if octets.startswith(b"--") and self._match(octets[2:].rstrip(b" \t")) is not None:
                return line.start()
        return limit

    def _next_path(self) -> str:
        if not self._stack:
            return "1"
        parent = self._stack[-1]
        return f"{parent.path}.{len(parent.children) + 1}"

    def _content_type(self, value: bytes) -> str:
        found = media_type(value)
        if found is not None:
            return found
        if value:
            self._defects.append("bad-content-type")
        digest = bool(self._stack) and self._stack[-1].content_type == "multipart/digest"
        return "message/rfc822" if digest else "text/plain"

    def _boundary(
        self, content_type: str, value: bytes, params: Parameters, body_start: int
    ) -> bytes | None:
        if not content_type.startswith("multipart/"):
            return None
        if len(self._stack) + 1 >= self._max_depth:
            self._defects.append("too-deep")
            return None
        declared = raw_parameter(value, "boundary") or (params.get("boundary") or "").encode()
        if declared.rstrip():
            return declared.rstrip()
        self._defects.append("no-boundary")
        window = bytes(self._data[body_start : body_start + _SNIFF_OCTETS])
        sniffed = _SNIFFED.search(window)
        return None if sniffed is None else sniffed[1]

    def _close_above(self, index: int, end: int, *, complete: bool) -> None:
        while len(self._stack) > index + 1:
            part = self._finish(self._stack.pop(), end, complete=complete)
            self._stack[-1].children.append(part)

    def _finish(self, node: _Open, end: int, *, complete: bool) -> Part:
        if node.boundary is not None and complete:
            self._defects.append("boundary-not-closed" if node.children else "boundary-not-found")
        # An empty part may begin behind the line end that its parent gives to the delimiter.
        end = max(end, node.body_start, *(child.body[1] for child in node.children[-1:]))
        return Part(
            path=node.path,
            content_type=node.content_type,
            params=node.params,
            charset=node.params.get("charset"),
            encoding=node.encoding,
            filename=node.filename,
            disposition=node.disposition,
            content_id=node.content_id,
            header=node.header,
            body=(node.body_start, end),
            complete=complete or node.closed,
            children=tuple(node.children),
        )
