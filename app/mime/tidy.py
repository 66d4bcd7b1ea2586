"""Any markup to the same in balanced tags of a known vocabulary, no deeper than a limit.

The sanitiser's parser takes time quadratic in the depth of nesting, and in the formatting that was
never closed: it opens that again in every paragraph. Here both are bounded in one linear pass
before it sees anything. What comes out closes all it opens and leaves nothing to be implied, so
that the parser nests it as it is counted here (WHATWG HTML, section 13.2.6).

It is no sanitiser: what values say passes through, but for links that lead nowhere.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from .links import clean_href
from .markup import Tag, TextToken, attributes, normal, text, tokens, veiled

Refusal = Literal["too-deep", "too-large"]

MAX_CHARACTERS: Final = 1024 * 1024
MAX_TAGS: Final = 100_000
MAX_DEPTH: Final = 512
_MAX_CARRIED: Final = 16  # formatting elements opened again behind a block
_SPARE: Final = 128 * 1024  # characters of tags that may be opened again, in all

VOID: Final = frozenset({"br", "col", "hr", "img", "wbr"})
_FORMATTING: Final = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"}
)
_PHRASES: Final = frozenset(
    {
        "abbr", "acronym", "bdi", "cite", "del", "dfn", "ins", "kbd", "mark", "q", "samp", "span",
        "sub", "sup", "time", "var",
    }
)  # fmt: skip
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
# All of them end an open paragraph.
_BLOCKS: Final = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl",
        "dt", "figcaption", "figure", "footer", "header", "li", "main", "nav", "ol", "p", "pre",
        "section", "summary", "table", "ul", *_HEADINGS,
    }
)  # fmt: skip
_SECTIONS: Final = ("tbody", "thead", "tfoot")
_CELLS: Final = ("td", "th", "caption")
_TABLE_PARTS: Final = frozenset({*_SECTIONS, *_CELLS, "tr", "colgroup", "col"})
TAGS: Final = (VOID | _FORMATTING | _PHRASES | _BLOCKS | _TABLE_PARTS) - {"body"}
# A sibling of these kinds ends the element, within the lists that are given.
_SIBLINGS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "li": (("li",), ("ul", "ol")),
    "dd": (("dd", "dt"), ("dl",)),
    "dt": (("dd", "dt"), ("dl",)),
}
# What cannot stand in its own kind.
_LONE: Final = frozenset({*_SIBLINGS, *_HEADINGS})


@dataclass(frozen=True, slots=True)
class Tidied:
    """Balanced markup.

    Attributes:
        markup: as described above, text and values `veiled`; empty where `refused`.
        depth: of its innermost element.
        refused: which limit was passed; None where it was read to its end.
        body: style attribute of the mail's own body, colour attributes first.
        formatting_cut: unclosed formatting was not opened again everywhere.
    """

    markup: str
    depth: int
    refused: Refusal | None
    body: str
    formatting_cut: bool


@dataclass(slots=True)
class _Open:
    """An element on the stack.

    Attributes:
        name: of the tag.
        tag: the start tag as written.
        before: it stands in a table but in no cell, and is shown before the table.
        ended: its end tag came while blocks in it were open.
    """

    name: str
    tag: str
    before: bool
    ended: bool = False


class _Refused(Exception):
    def __init__(self, why: Refusal) -> None:
        self.why = why


class _Balancer:
    """The stack of open elements, and for each name where on the stack it is open."""

    def __init__(self, attributes_of: Mapping[str, frozenset[str]]) -> None:
        self.depth = 0
        self.body = ""
        self.cut = False
        self._attributes_of = attributes_of
        self._out: list[str] = []
        self._pieces: list[list[str]] = [self._out]
        # What stands in a table but in none of its cells is shown before it: a place for each.
        self._before: list[list[str]] = []
        self._stack: list[_Open] = []
        self._where: defaultdict[str, list[int]] = defaultdict(list)
        self._blocks: list[int] = []
        self._carried: list[_Open] = []
        self._spare = _SPARE
        self._new_pre = False

    def words(self, words: str) -> None:
        """Text: where formatting waits to be opened again, that is done first."""
        if self._new_pre:
            words = words.lstrip("\n")  # the parser drops the first one at each reading
            self._new_pre = not words
        before = False
        if words.strip(" \t\n\f"):
            self._open_carried()
            before = self._is_before_table()
        self._write(veiled(words), before=before)

    def start(self, tag: Tag) -> None:
        """A start tag."""
        name = "img" if tag.name == "image" else tag.name
        if name == "body":
            self._start_body(tag)
        elif name == "a":
            self._start_link(tag)
        elif name in _TABLE_PARTS:
            self._start_table_part(name, self._written(name, tag.rest))
        elif name in TAGS:
            self._start_content(name, self._written(name, tag.rest))

    def end(self, name: str) -> None:
        """An end tag; one that has nothing to end is dropped."""
        if name == "br":
            self._start_content("br", "<br>")
            return
        if name in {"body", "html"}:
            return
        table = self._last("table")
        if name in _TABLE_PARTS or name == "table":
            at = self._last(name)
            if at >= 0 and at >= table:
                self._carried.clear()
                self._close_to(at)
            return
        at = self._last(*_HEADINGS) if name in _HEADINGS else self._last(name)
        if at > max(table, self._last(*_CELLS)):
            self._end_content(name, at)
        elif name in _FORMATTING:
            self._forget(name)

    def finish(self) -> str:
        """Closes what is open; returns all that was written."""
        self._close_to(0)
        return "".join(text for piece in self._pieces for text in piece)

    def _is_before_table(self) -> bool:
        return self._last("table") > self._last(*_CELLS)

    def _write(self, text: str, *, before: bool) -> None:
        (self._before[-1] if before else self._out).append(text)

    def _start_body(self, tag: Tag) -> None:
        if self.body or self._stack:
            return
        given: dict[str, str] = {}
        for name, value in attributes(tag.rest):
            given.setdefault(name, value)
        colours = (("background-color", "bgcolor"), ("color", "text"))
        styles = [f"{name}:{given[key].replace(';', '')}" for name, key in colours if key in given]
        if "background" in given:
            address = (
                given["background"].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "")
            )
            styles.append(f'background-image:url("{address}")')
        self.body = ";".join([*styles, given.get("style", "")])
        direction = f' dir="{veiled(given["dir"])}"' if "dir" in given else ""
        self._push("body", f'<div style="{veiled(self.body)}"{direction}>')

    def _start_table_part(self, name: str, written: str) -> None:
        table = self._last("table")
        if table < 0:
            return
        self._carried.clear()
        if name in {"td", "th"}:
            self._close_above(self._context(table, ("tr",), "<tr>", within=_SECTIONS))
        elif name == "tr":
            self._close_above(self._context(table, _SECTIONS, "<tbody>", within=()))
        elif name == "col":
            self._close_above(self._context(table, ("colgroup",), "<colgroup>", within=()))
        else:
            self._close_above(table)
        if name in VOID:
            self._write(written, before=False)
        else:
            self._push(name, written)

    def _context(
        self, table: int, names: tuple[str, ...], missing: str, *, within: tuple[str, ...]
    ) -> int:
        """Where the element is that a part of a table belongs into, which is opened if missing."""
        at = self._last(*names)
        if at > table:
            return at
        outer = table
        if within:
            outer = self._context(table, within, "<tbody>", within=())
        self._close_above(outer)
        self._push(missing.strip("<>"), missing)
        return len(self._stack) - 1

    def _start_link(self, tag: Tag) -> None:
        href = next((value for name, value in attributes(tag.rest) if name == "href"), "")
        if clean_href(href) is None:
            return  # an anchor: it is often left open
        outer = self._last("a")
        if outer > max(self._last("table"), self._last(*_CELLS)):
            self._split(outer)
        elif outer > self._last(*_CELLS):
            return
        self._forget("a")
        self._start_content("a", self._written("a", tag.rest))

    def _start_content(self, name: str, written: str) -> None:
        table = self._last("table")
        barrier = max(table, self._last(*_CELLS))
        if name in _LONE and self._is_before_table():
            return  # written before the table, it would stand in what it must not stand in
        if name in _BLOCKS or name == "hr":
            paragraph = self._last("p")
            if paragraph > barrier:
                self._close_to(paragraph)
            self._end_siblings(name, barrier)
        if name == "table":
            if table >= 0 and table == barrier:
                self._close_to(table)  # in a table, but in none of its cells
            self._carried.clear()
        elif name not in _BLOCKS and name != "hr":
            self._open_carried()
        self._new_pre = False
        if name in VOID:
            self._write(written, before=self._is_before_table())
        else:
            self._push(name, written)
            self._new_pre = name == "pre"

    def _end_siblings(self, name: str, barrier: int) -> None:
        if name in _SIBLINGS:
            siblings, lists = _SIBLINGS[name]
            at = self._last(*siblings)
            if at > max(barrier, self._last(*lists)):
                self._close_to(at)
        elif name in _HEADINGS and self._stack and self._stack[-1].name in _HEADINGS:
            self._close_to(len(self._stack) - 1)

    def _end_content(self, name: str, at: int) -> None:
        inline = name in _FORMATTING or name in _PHRASES
        if inline and self._blocks and self._blocks[-1] > at:
            # A stream cannot end it without the blocks in it: it ends with the outermost of them.
            self._stack[at].ended = True
            self._where[name].pop()
        else:
            self._close_to(at)

    def _forget(self, name: str) -> None:
        for at in range(len(self._carried) - 1, -1, -1):
            if self._carried[at].name == name:
                del self._carried[at]
                return

    def _split(self, at: int) -> None:
        """Ends one element in the midst of others, which are opened again without it."""
        others = [one for one in self._stack[at + 1 :] if not one.ended]
        self._carried.clear()
        self._close_to(at, carry=False)
        for one in others:
            if self._may_open_again(one):
                self._push(one.name, one.tag)

    def _close_above(self, at: int) -> None:
        self._close_to(at + 1, carry=False)

    def _close_to(self, at: int, *, carry: bool = True) -> None:
        """Closes the element at `at` and all in it, then those around it that have ended."""
        carried: list[_Open] = []
        while len(self._stack) > at or (self._stack and self._stack[-1].ended):
            one = self._stack.pop()
            self._write(f"</{'div' if one.name == 'body' else one.name}>", before=one.before)
            if one.name == "table":
                self._before.pop()
            if not one.ended:
                self._where[one.name].pop()
            if self._blocks and self._blocks[-1] == len(self._stack):
                self._blocks.pop()
            if carry and one.name in _FORMATTING and not one.ended and len(self._stack) > at:
                carried.append(one)
        self._new_pre = False
        self._carried += reversed(carried)
        if len(self._carried) > _MAX_CARRIED:
            self.cut = True
            del self._carried[:-_MAX_CARRIED]

    def _open_carried(self) -> None:
        if self._carried:
            waiting, self._carried = self._carried, []
            for one in waiting:
                if self._may_open_again(one):
                    self._push(one.name, one.tag)

    def _may_open_again(self, one: _Open) -> bool:
        self._spare -= len(one.tag)
        self.cut |= self._spare < 0
        return self._spare >= 0

    def _push(self, name: str, written: str) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise _Refused("too-deep")
        if name not in _FORMATTING and name not in _PHRASES:
            self._blocks.append(len(self._stack))
        if name == "table":
            self._before.append([])
            self._out = []
            self._pieces += [self._before[-1], self._out]
        before = name not in _TABLE_PARTS and self._is_before_table()
        self._write(written, before=before)
        self._where[name].append(len(self._stack))
        self._stack.append(_Open(name, written, before))
        self.depth = max(self.depth, len(self._stack))

    def _last(self, *names: str) -> int:
        """The highest place on the stack where one of these is open, or -1."""
        highest = -1
        for name in names:
            where = self._where.get(name)
            if where and where[-1] > highest:
                highest = where[-1]
        return highest

    def _written(self, name: str, rest: str) -> str:
        if not rest:
            return f"<{name}>"
        allowed = self._attributes_of.get(name, frozenset()) | self._attributes_of["*"]
        kept = [f' {key}="{veiled(value)}"' for key, value in attributes(rest) if key in allowed]
        return f"<{name}{''.join(kept)}>"


def tidy(markup: str, attributes_of: Mapping[str, frozenset[str]]) -> Tidied:
    """Balances `markup`. Never raises; stops where a limit of length, tags or depth is passed.

    Args:
        markup: HTML, a document or a fragment.
        attributes_of: the attributes worth keeping for each tag; `*` for all of them.
    """
    balancer = _Balancer(attributes_of)
    try:
        written = _balanced(balancer, markup)
    except _Refused as refusal:
        return Tidied("", balancer.depth, refusal.why, balancer.body, balancer.cut)
    return Tidied(written, balancer.depth, None, balancer.body, balancer.cut)


def _balanced(balancer: _Balancer, markup: str) -> str:
    if len(markup) > MAX_CHARACTERS:
        raise _Refused("too-large")
    left = MAX_TAGS
    for token in tokens(normal(markup)):
        if isinstance(token, TextToken):
            balancer.words(text(token.text))
            continue
        left -= 1
        if left < 0:
            raise _Refused("too-large")
        if token.closes:
            balancer.end(token.name)
        else:
            balancer.start(token)
    return balancer.finish()
