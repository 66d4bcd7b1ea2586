"""The text of a mail as blocks for a page: text, quotes, signature, and links within them.

Nothing is left out or changed: the pieces of all blocks, joined, are the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

BlockKind = Literal["text", "quote", "signature"]

_MAX_RUNS: Final = 2000  # changes of depth
_MAX_LINKS: Final = 5000
_MAX_URL: Final = 4096
_MAX_LOCAL: Final = 64  # RFC 5321, 4.5.3.1.1

_MARKS: Final = re.compile(r" ?((?:> ?)+)")
_MBOX: Final = ">From "  # a line of text that an mbox file escaped
_SIGNATURE: Final = "\n-- \n"  # RFC 3676, 4.3

_ALNUM: Final = r"[^\W_]"
_LABEL: Final = rf"{_ALNUM}[\w-]{{0,62}}+"
_DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL}){{1,20}}+")
_HINT: Final = re.compile(
    rf"(?<!{_ALNUM})(?:https?://(?={_ALNUM}|\[)|mailto:|www\.(?={_LABEL}\.{_ALNUM}))|@",
    re.IGNORECASE,
)
_HINT_LENGTH: Final = 100  # characters at most, with what is looked at behind it
_WINDOW: Final = 256 * 1024
_LOCAL_MARKS: Final = frozenset("._%+-=~")
_LOCAL: Final = re.compile(rf"{_ALNUM}[\w.%+=~-]{{0,{_MAX_LOCAL - 1}}}+@")
# White space, controls, what reorders a line, and what no URL has: <>"` and typographic quotes.
_STOP: Final = re.compile(
    '[\\s<>"`\x00-\x1f\x7f-\x9f\xab\xbb\u200b\u200e\u200f\u2018-\u201f\u202a-\u202e\u2060-\u2069'
    "\u3008-\u3011\ufeff\ud800-\udfff]"
)
_TRAILING: Final = ".,;:!?'*_~|\u2026\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f"
_BRACKET: Final = re.compile(r"[()\[\]{}]")
_OPENER: Final = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text.

    Attributes:
        text: as it stands in the mail.
        href: where it leads, `http://`, `https://` or `mailto:`; None where it is no link.
        depth: how often its line is quoted.
    """

    text: str
    href: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines of one kind.

    Attributes:
        kind: `text`; `quote`, lines that begin with `>`, marks and all; `signature`.
        depth: of a quote, how often its innermost line is quoted; else 0.
        pieces: its text, line ends included.
        lines: how many lines it has.
    """

    kind: BlockKind
    depth: int
    pieces: tuple[Piece, ...]
    lines: int


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a text with LF line ends, in order. Takes time linear in its length.

    A quote is one block with all its levels and the blank lines within; the line that says who
    wrote it stays with the text before. The signature runs from the last `-- ` line that is not
    quoted to the end. URLs with http or https, names with www., mailto: and bare addresses become
    links; punctuation behind them and brackets that are not paired within them stay outside. After
    2,000 changes of depth the rest is text, after 5,000 links it has no more.
    """
    body_end = _signature_start(text)
    linker = _Linker(text)
    found: list[Block] = []
    for quoted, group in groupby(_runs(text, body_end), key=lambda run: run.depth > 0):
        found.append(_block("quote" if quoted else "text", list(group), linker))
    if body_end < len(text):
        rest = _Run(0, body_end, len(text), _count_lines(text, body_end))
        found.append(_block("signature", [rest], linker))
    return tuple(found)


@dataclass(slots=True)
class _Run:
    """Lines of one depth: from `start` to `end`."""

    depth: int
    start: int
    end: int
    lines: int


def _signature_start(text: str) -> int:
    found = f"\n{text}\n".rfind(_SIGNATURE)
    return len(text) if found < 0 else found


def _count_lines(text: str, start: int) -> int:
    return text.count("\n", start) + (not text.endswith("\n"))


def _runs(text: str, end: int) -> list[_Run]:
    """The lines before `end` by depth; blank lines between quoted ones belong to those before."""
    runs: list[_Run] = []
    blank = last = at = 0
    while at < end and len(runs) < _MAX_RUNS:
        stop = text.find("\n", at, end) + 1 or end
        marks = _MARKS.match(text, at, stop)
        if marks is None and last and text[at:stop].isspace():
            blank += 1
            at = stop
            continue
        escaped = not last and text.startswith(_MBOX, at)
        depth = 0 if marks is None or escaped else marks[1].count(">")
        if blank:
            _extend(runs, last if depth else 0, at, blank)
        _extend(runs, depth, stop, 1)
        blank, last, at = 0, depth, stop
    if blank or at < end:  # more changes of depth than any reader follows: the rest is text
        _extend(runs, 0, end, blank + (_count_lines(text[at:end], 0) if at < end else 0))
    return runs


def _extend(runs: list[_Run], depth: int, end: int, lines: int) -> None:
    if runs and runs[-1].depth == depth:
        runs[-1].end = end
        runs[-1].lines += lines
    else:
        runs.append(_Run(depth, runs[-1].end if runs else 0, end, lines))


def _block(kind: BlockKind, runs: list[_Run], linker: "_Linker") -> Block:
    pieces = tuple(piece for run in runs for piece in linker.pieces(run))
    return Block(kind, max(run.depth for run in runs), pieces, sum(run.lines for run in runs))


class _Linker:
    """Finds the links of a text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = _MAX_LINKS
        self._word_end = -1
        self._pairs: dict[int, int] = {}

    def pieces(self, run: _Run) -> Iterator[Piece]:
        text = self._text
        done = at = run.start
        while self._left and (hint := self._hint(at, run.end)) is not None:
            start, end, href = self._link(hint, done) or (0, hint.end(), "")
            at = end
            if not href:
                continue
            self._left -= 1
            if start > done:
                yield Piece(text[done:start], None, run.depth)
            yield Piece(text[start:end], href, run.depth)
            done = end
        if done < run.end:
            yield Piece(text[done : run.end], None, run.depth)

    def _hint(self, at: int, end: int) -> re.Match[str] | None:
        """The next hint of a link, sought in windows between which other threads get their turn."""
        while at < end:
            found = _HINT.search(self._text, at, min(at + _WINDOW + _HINT_LENGTH, end))
            if found is not None:
                return found
            at += _WINDOW
        return None

    def _link(self, hint: re.Match[str], done: int) -> tuple[int, int, str] | None:
        """Start, end and address of the link at a hint; an empty address where it is too long."""
        start = hint.start()
        match hint[0].lower():
            case "@":
                return self._bare_address(start, done)
            case "mailto:":
                return self._mailto(start, hint.end())
            case "www.":
                end = self._url_end(start)
                prefix, rest = "http://", self._text[start:end]
            case scheme:
                end = self._url_end(start)
                prefix, rest = scheme, self._text[hint.end() : end]
        if not rest:
            return None
        return start, end, prefix + rest if end - start <= _MAX_URL else ""

    def _bare_address(self, at: int, done: int) -> tuple[int, int, str] | None:
        domain = _DOMAIN.match(self._text, at + 1)
        if domain is None:
            return None
        start = at
        lowest = max(done, at - _MAX_LOCAL - 1)
        while start > lowest and self._is_local(self._text[start - 1]):
            start -= 1
        local = self._text[start:at].lstrip("._%+-=~")
        start = at - len(local)
        if not local or len(local) > _MAX_LOCAL or self._text[max(start - 1, 0)] == "/":
            return None
        end = at + 1 + len(domain[0].rstrip("-_"))
        return start, end, f"mailto:{self._text[start:end].replace('%', '%25')}"

    @staticmethod
    def _is_local(character: str) -> bool:
        return character.isalnum() or character in _LOCAL_MARKS

    def _mailto(self, start: int, at: int) -> tuple[int, int, str] | None:
        local = _LOCAL.match(self._text, at)
        domain = None if local is None else _DOMAIN.match(self._text, local.end())
        if domain is None:
            return None
        end = domain.end() - len(domain[0]) + len(domain[0].rstrip("-_"))
        if self._text.startswith("?", end):
            end = max(end, self._url_end(start))
        return start, end, f"mailto:{self._text[at:end]}" if end - start <= _MAX_URL else ""

    def _url_end(self, start: int) -> int:
        """Where a URL that begins at `start` ends: brackets paired, no punctuation behind it."""
        if start >= self._word_end:
            stop = _STOP.search(self._text, start)
            self._word_end = len(self._text) if stop is None else stop.start()
            self._pairs = _pairs(self._text, start, self._word_end)
        end = self._word_end
        for bracket in _BRACKET.finditer(self._text, start, self._word_end):
            partner = self._pairs.get(bracket.start(), -1)
            if partner < start:
                end = bracket.start()
                break
        return start + len(self._text[start:end].rstrip(_TRAILING))


def _pairs(text: str, start: int, end: int) -> dict[int, int]:
    """The partner of each bracket that has one, each kind by itself."""
    pairs: dict[int, int] = {}
    opened: dict[str, list[int]] = {"(": [], "[": [], "{": []}
    for bracket in _BRACKET.finditer(text, start, end):
        opener = _OPENER.get(bracket[0])
        if opener is None:
            opened[bracket[0]].append(bracket.start())
        elif opened[opener]:
            partner = opened[opener].pop()
            pairs[partner], pairs[bracket.start()] = bracket.start(), partner
    return pairs
