"""What of an HTML mail its writer hides: preheaders above all, which only lists of mail shall show.

A tag at a time, in linear time. Properties are inherited as CSS has it: columns often stand in a
cell whose letters have no size, and have their own.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import tinycss2.color3

from .markup import attributes

MAX_RULES: Final = 64 * 1024  # characters of style sheets that are read

_MAX_STYLE: Final = 4096
_MAX_TAG: Final = 64 * 1024  # characters of a tag that are looked through at once
_TELLING: Final = re.compile(r"style|hidden|class|color|background|text", re.IGNORECASE)
_DECLARATION: Final = re.compile(r"([a-z-]{1,40})\s*:([^;]*+)")
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_RULE: Final = re.compile(r"([^{};]*+)([{};]|\Z)")
_CLASS: Final = re.compile(r"\.([\w-]{1,80})")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_NOTHING: Final = re.compile(r"0*\.?0+(?:px|pt|em|rem|ex|%)?")
_TINY: Final = re.compile(r"(?:0*\.?0+|0*\.\d+|1(?:\.0+)?)(?:px|pt)|0*\.?0+(?:em|rem|ex|%)?")
_SIZED: Final = re.compile(r"[\d.]")

_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_CELLS: Final = ("td", "th")
_PARTS: Final = frozenset({"tr", "td", "th", "tbody", "thead", "tfoot", "table", "caption"})
_BLOCKS: Final = frozenset(
    {"address", "article", "blockquote", "center", "div", "dl", "footer", "h1", "h2", "h3", "h4",
     "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"}
)  # fmt: skip
# What ends an open element of its kind, and within what.
_ENDS: Final = {
    "td": (_CELLS, ("table",)),
    "th": (_CELLS, ("table",)),
    "tr": (("tr",), ("table",)),
    "li": (("li",), ("ul", "ol", "table")),
    **dict.fromkeys(_BLOCKS, (("p",), ("table", *_CELLS))),
}


@dataclass(frozen=True, slots=True)
class _Look:
    """How the text of an element looks.

    Attributes:
        gone: it is not shown at all.
        tiny: its letters have no size.
        veiled: `visibility` hides it.
        colour, background: as numbers; None where the mail does not say, or shows a picture.
    """

    gone: bool = False
    tiny: bool = False
    veiled: bool = False
    colour: tuple[int, ...] | None = None
    background: tuple[int, ...] | None = None

    @property
    def hidden(self) -> bool:
        same = self.colour is not None and self.colour == self.background
        return self.gone or self.tiny or self.veiled or same or self.colour == ()


class Unseen:
    """Follows the tags of a document and knows whether text is to be seen."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._looks: list[_Look] = [_Look()]
        self._where: defaultdict[str, list[int]] = defaultdict(list)
        self._classes: set[str] = set()
        self._spare = MAX_RULES

    @property
    def hidden(self) -> bool:
        """Whether text is hidden here."""
        return self._looks[-1].hidden

    def sheet(self, rules: str) -> None:
        """The content of a style element: classes that are hidden wherever they are shown."""
        rules, self._spare = rules[: self._spare], self._spare - len(rules[: self._spare])
        depth, selector = 0, ""
        for found in _RULE.finditer(_COMMENT.sub(" ", rules.lower())):
            if found[2] == "{":
                depth += 1
                selector = found[1]
            elif depth == 1 and _changed(_Look(), _declarations(found[1]), first=False).gone:
                names = (one.strip().lstrip(_LETTERS) for one in selector.split(","))
                simple = map(_CLASS.fullmatch, names)
                self._classes |= {one[1] for one in simple if one is not None}
            if found[2] == "}":
                depth = max(depth - 1, 0)

    def start(self, name: str, rest: str, *, first: bool) -> None:
        """A start tag.

        Args:
            name: in lower case.
            rest: what stands in it behind the name.
            first: no text was shown before it.
        """
        if name in _ENDS:
            ended, barriers = _ENDS[name]
            at = self._last(*ended)
            if at > self._last(*barriers) or (name in _CELLS and at > self._last("table")):
                self._close_to(at)
        if name in _VOID:
            return
        look = self._looks[-1]
        if _TELLING.search(rest, 0, _MAX_TAG):
            look = self._styled(look, name, rest, first=first)
        self._where[name].append(len(self._names))
        self._names.append(name)
        self._looks.append(look)

    def end(self, name: str) -> None:
        """An end tag; one that has nothing to end is passed over."""
        at = self._last(name)
        barrier = self._last("table") if name in _PARTS else self._last("table", *_CELLS)
        if at >= 0 and at >= barrier:
            self._close_to(at)

    def _styled(self, look: _Look, name: str, rest: str, *, first: bool) -> _Look:
        given: dict[str, str] = {}
        for key, value in attributes(rest):
            given.setdefault(key, value)
        if "background" in given:
            look = replace(look, background=None)
        said = {
            "background-color": given.get("bgcolor", ""),
            "color": given.get("text" if name == "body" else "color", ""),
        }
        style = given.get("style", "")[:_MAX_STYLE].lower()
        pairs = [(key, value) for key, value in said.items() if value] + _declarations(style)
        look = _changed(look, pairs, first=first and name != "a")
        classes = given.get("class", "").lower().split()
        shown = any(key == "display" and "none" not in value for key, value in pairs)
        if "hidden" in given or (self._classes.intersection(classes) and not shown):
            look = replace(look, gone=True)
        return look

    def _last(self, *names: str) -> int:
        highest = -1
        for name in names:
            where = self._where.get(name)
            if where and where[-1] > highest:
                highest = where[-1]
        return highest

    def _close_to(self, at: int) -> None:
        for name in reversed(self._names[at:]):
            self._where[name].pop()
        del self._names[at:], self._looks[at + 1 :]


def _declarations(style: str) -> list[tuple[str, str]]:
    style = _COMMENT.sub(" ", style)
    return [
        (found[1], found[2].partition("!")[0].strip()) for found in _DECLARATION.finditer(style)
    ]


def _changed(look: _Look, said: list[tuple[str, str]], *, first: bool) -> _Look:
    """The look of an element within one of that look; `first`: no link, and before all text."""
    values = dict(said)
    clipped = values.get("overflow", "").startswith("hidden")
    flat = [values.get(key, "") for key in ("height", "width")] if clipped else []
    gone = (
        values.get("display") == "none"
        or any(_NOTHING.fullmatch(one) for one in (values.get("max-height", ""), *flat))
        or _NOTHING.fullmatch(values.get("opacity", "")) is not None
        # Buttons say so as well, for Outlook alone.
        or (first and values.get("mso-hide") == "all")
    )
    size, seen = values.get("font-size", ""), values.get("visibility", "")
    tiny = _TINY.fullmatch(size) is not None if _SIZED.match(size) else look.tiny
    veiled = seen in {"hidden", "collapse"} if seen else look.veiled
    colour = _colour(values["color"]) if "color" in values else look.colour
    background = look.background
    for key, value in said:
        if key in {"background", "background-color"}:
            background = _background(value, background)
        elif key == "background-image" and value != "none":
            background = None
    return _Look(look.gone or gone, tiny, veiled, colour, background)


def _background(value: str, outer: tuple[int, ...] | None) -> tuple[int, ...] | None:
    if value in {"", "none", "inherit", "initial", "unset"}:
        return outer
    if "(" in value and not value.startswith(("rgb", "hsl")):
        return None  # a picture
    words = (value, *value.split()[:8])
    found = next((colour for word in words if (colour := _colour(word)) is not None), None)
    return outer if found == () else found


@lru_cache(maxsize=512)
def _colour(value: str) -> tuple[int, ...] | None:
    """The colour as three numbers, () where it is transparent, None where it is none."""
    found = tinycss2.color3.parse_color(value[:40])
    if found is None or found == "currentColor":
        return None
    if not found.alpha:
        return ()
    return tuple(round(part * 255) for part in found[:3])
