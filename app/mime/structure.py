"""The tree of parts of a message, whole or cut off anywhere, by offsets (RFC 2046, 5.1).

One pass over the octets finds the lines that begin with `--` and a boundary that is open. A line is
compared with each of these as a whole, innermost first, since an inner boundary may begin with the
outer one; where none is meant exactly, the longest that it begins with counts (5.1.1). Nothing is
recursive, and nothing is kept but headers and offsets, so a spool of any size can be scanned.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from .filenames import best_filename
from .headers import MAX_HEADER_OCTETS, find_header_end, header_start, raw_fields, unfold
from .octets import Octets, search
from .parameters import Parameters, first_word, media_type, parse_parameters, raw_parameter
from .words import decode_words

MAX_PARTS: Final = 1000
MAX_DEPTH: Final = 20

_SNIFF_OCTETS: Final = 8 * 1024
_HEAD_OCTETS: Final = 16 * 1024  # most headers end within; else up to MAX_HEADER_OCTETS are read
_SOUGHT: Final = 32  # octets of a boundary that are searched for; compiling long patterns is slow
_MAX_LINE: Final = 20 * 1024  # no boundary is longer than the value that declares it
_SHORT_LINE: Final = 256
_LINE_END: Final = re.compile(rb"\r*\n|\r")
# The last line may have no end: it would be searched for one from each of its octets.
_LF_LINE: Final = re.compile(rb"[^\n]*+(?:\n|\Z)")
_CR_LINE: Final = re.compile(rb"[^\r]*+(?:\r|\Z)")
_LF: Final = re.compile(rb"\n")
_REST_OF_LINE: Final = re.compile(rb"[^\r\n]*")
_SNIFFED: Final = re.compile(
    rb"(?:\A|[\r\n])--([!-~]{2,200})[ \t]*[\r\n]+(?=content-)", re.IGNORECASE
)
_WORDY: Final = re.compile(rb"[0-9A-Za-z]")
_IDENTITY: Final = frozenset({"7bit", "8bit", "binary"})
_HEAD_FIELDS: Final = frozenset(
    {"content-type", "content-transfer-encoding", "content-disposition", "content-id",
     "content-location", "content-base"}
)  # fmt: skip


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
        location: its Content-Location, else its Content-Base (RFC 2557, 4; RFC 2110), or None.
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
    location: str | None
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
    data: Octets,
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
    location: str | None
    header: tuple[int, int]
    body_start: int
    boundary: bytes | None
    closed: bool = False
    children: list[Part] = field(default_factory=list)

    @property
    def is_unread(self) -> bool:
        """True for a multipart that is not looked into: too deep, or without a boundary."""
        multipart = self.content_type.startswith("multipart/")
        return multipart and self.boundary is None and not self.closed


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that begins with `--` and what an open boundary begins with.

    Attributes:
        start: where, less the line end before it, which is the delimiter's (RFC 2046, 5.1.1).
        octets: what follows the `--`.
        end: where it ends.
    """

    start: int
    octets: bytes
    end: int


class _Scanner:
    def __init__(self, data: Octets, *, whole: bool, max_parts: int, max_depth: int) -> None:
        self._data = data
        self._whole = whole
        self._stop = len(data)
        self._max_parts = max_parts
        self._max_depth = max_depth
        self._count = 0
        self._stack: list[_Open] = []
        self._known: set[bytes] = set()  # boundaries of multiparts open or over
        self._defects: list[str] = []
        lines_end_in_lf = search(data, _LF, 0, longest=1) is not None
        self._line = _LF_LINE if lines_end_in_lf else _CR_LINE
        self._line_end = b"\n" if lines_end_in_lf else b"\r"

    def run(self) -> Structure:
        at = self._open(0)
        while (line := self._next_line(at)) is not None:
            at = line.end
            match = self._match(line.octets)
            if at == len(self._data) and self._is_cut(line.octets, match):
                self._stop = line.start
                break
            if match is None:
                continue
            index, closing = match
            self._close_above(index, line.start, complete=True)
            owner = self._stack[index]
            if closing or self._count >= self._max_parts:
                if not closing:
                    self._defects.append("too-many-parts")
                owner.boundary, owner.closed = None, True
                continue
            behind = _LINE_END.match(bytes(self._data[at : at + _HEAD_OCTETS]))
            at = self._open(at if behind is None else at + behind.end())
        self._close_above(0, self._stop, complete=self._whole)
        root = self._finish(self._stack.pop(), self._stop, complete=self._whole)
        return Structure(root=root, defects=tuple(dict.fromkeys(self._defects)))

    def _next_line(self, at: int) -> _Line | None:
        """The next line that may be a delimiter, or the last one where it is cut."""
        boundaries = [node.boundary for node in self._stack if node.boundary is not None]
        if not boundaries:
            return None
        start = self._line_end + b"--"
        begins = dict.fromkeys(re.escape(one[:_SOUGHT]) for one in boundaries)
        pattern = re.compile(start + b"(?:" + b"|".join(begins) + b")")
        longest = len(start) + max(map(len, boundaries))
        found = search(self._data, pattern, at, longest=longest)
        if found is None and not self._whole:
            found = self._cut_tail(max(at, len(self._data) - longest), start)
        if found is None:
            return None
        rest = found + len(start)
        octets = b""
        for room in (_SHORT_LINE, _MAX_LINE):
            line = _REST_OF_LINE.match(bytes(self._data[rest : rest + room]))
            octets = line[0] if line is not None else b""
            if len(octets) < room:
                break
        crlf = found > 0 and bytes(self._data[found - 1 : found + 1]) == b"\r\n"
        return _Line(found - 1 if crlf else found, octets.rstrip(b" \t"), rest + len(octets))

    def _cut_tail(self, at: int, start: bytes) -> int | None:
        """Where the last line begins, if no more than `--` and a beginning has come of it."""
        tail = bytes(self._data[at:])
        found = tail.rfind(start)
        ended = found < 0 or _REST_OF_LINE.fullmatch(tail, found + len(start)) is None
        return None if ended else at + found

    def _match(self, line: bytes) -> tuple[int, bool] | None:
        """Which open multipart the line belongs to, and whether it closes it."""
        fitting: list[tuple[int, int]] = []
        # Of one that is not read, the own delimiters are not known.
        unread = any(node.is_unread for node in self._stack[-1:])
        for index in range(len(self._stack) - 1, -1, -1):
            boundary = self._stack[index].boundary
            if boundary is not None:
                if line == boundary:
                    return index, False
                if line == boundary + b"--":
                    return index, True
                if not unread and _begins(line, boundary):
                    fitting.append((len(boundary), index))
        if not fitting or line in self._known or line.removesuffix(b"--") in self._known:
            return None  # the last two: of a multipart that is over
        length, index = max(fitting)
        return index, line.startswith(b"--", length)

    def _is_cut(self, line: bytes, match: tuple[int, bool] | None) -> bool:
        """Whether the last line may yet become a delimiter, so that it is no text either."""
        if self._whole or (match is not None and match[1]):
            return False
        return any((boundary + b"--").startswith(line) for boundary in self._known)

    def _open(self, at: int) -> int:
        """Opens the part that begins at `at`, and the message in it; where to search on."""
        while True:
            node = self._read_head(at)
            self._stack.append(node)
            self._count += 1
            at = node.body_start
            holds_message = node.content_type == "message/rfc822" and node.encoding in _IDENTITY
            first = bytes(self._data[at : at + _SNIFF_OCTETS]) if holds_message else b""
            coming = not first.strip() and at + len(first) == len(self._data) and not self._whole
            if not holds_message or coming:
                return max(at - 1, 0)
            if len(self._stack) >= self._max_depth or self._count >= self._max_parts:
                deep = len(self._stack) >= self._max_depth
                self._defects.append("too-deep" if deep else "too-many-parts")
                return max(at - 1, 0)
            at += header_start(first) or 0

    def _read_head(self, at: int) -> _Open:
        head = self._head(at)
        header_end, body_start = find_header_end(head)
        values: dict[str, bytes] = {}
        for name, raw, value_at in raw_fields(head[:header_end], self._defects):
            if (lower := name.lower()) in _HEAD_FIELDS:
                values.setdefault(lower, unfold(raw[value_at:]))
        type_value = values.get("content-type", b"")
        content_type = self._content_type(type_value)
        params = parse_parameters(type_value)
        disposition = values.get("content-disposition", b"")
        named = parse_parameters(disposition).get("filename")
        identifier = decode_words(values.get("content-id", b"")).strip("<> ")
        location = values.get("content-location") or values.get("content-base") or b""
        return _Open(
            path=self._next_path(),
            content_type=content_type,
            params=params,
            encoding=first_word(values.get("content-transfer-encoding", b"")) or "7bit",
            filename=best_filename(named, params.get("name")),
            disposition=first_word(disposition),
            content_id=identifier or None,
            location="".join(decode_words(location).split()) or None,
            header=(at, at + header_end),
            body_start=at + body_start,
            boundary=self._boundary(content_type, type_value, params, at + body_start),
        )

    def _head(self, at: int) -> bytes:
        """The header that begins at `at`, with its blank line, up to a delimiter before that."""
        window = b""
        for room in (_HEAD_OCTETS, MAX_HEADER_OCTETS):
            window = bytes(self._data[at : at + room])
            for line in self._line.finditer(window):
                if not line[0].endswith(self._line_end):
                    break
                octets = line[0].rstrip(b"\r\n")
                if not octets:
                    return self._before_first(window[: line.end()])
                if octets.startswith(b"--") and self._match(octets[2:].rstrip(b" \t")):
                    return window[: line.start()]
            if len(window) < room:
                break
        return self._before_first(window)

    def _before_first(self, head: bytes) -> bytes:
        """The same up to its own first delimiter, where no blank line stands before that."""
        if self._line_end + b"--" not in head:
            return head
        fields = ((name.lower(), unfold(raw[at:])) for name, raw, at in raw_fields(head))
        value = next((value for name, value in fields if name == "content-type"), b"")
        boundary = _declared(value, parse_parameters(value))
        if not boundary or not (media_type(value) or "").startswith("multipart/"):
            return head
        for line in self._line.finditer(head):
            octets = line[0].rstrip(b" \t\r\n").removeprefix(b"--")
            ended = line[0].startswith(b"--") and line[0].endswith(self._line_end)
            if ended and (octets == boundary or _begins(octets, boundary)):
                return head[: line.start()]
        return head

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
        boundary = _declared(value, params)
        if not boundary:
            self._defects.append("no-boundary")
            sniffed = _SNIFFED.search(bytes(self._data[body_start : body_start + _SNIFF_OCTETS]))
            boundary = b"" if sniffed is None else sniffed[1]
        self._known |= {boundary} - {b""}
        return boundary or None

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
            location=node.location,
            header=node.header,
            body=(node.body_start, end),
            complete=complete or node.closed,
            children=tuple(node.children),
        )


def _declared(value: bytes, params: Parameters) -> bytes:
    """The boundary that a Content-Type names, or nothing."""
    return (raw_parameter(value, "boundary") or (params.get("boundary") or "").encode()).rstrip()


def _begins(line: bytes, boundary: bytes) -> bool:
    """Whether a line is a delimiter with words behind it; not of dashes alone, as in a rule."""
    return line.startswith(boundary) and _WORDY.search(boundary) is not None
