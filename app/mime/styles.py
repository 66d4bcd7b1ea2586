"""`style` attributes, declaration by declaration: what dresses a letter stays, the rest goes.

An allowlist of properties and of value tokens (CSS Syntax Level 3). What is kept is written again
from its tokens, so that no escape, comment or odd number reaches the browser. There is no url() but
a background's that was judged, no function but colours, nothing that leaves the flow of the text,
no negative or huge length.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import tinycss2.color3

_Node: TypeAlias = tinycss2.ast.Node
_Limits = Mapping[str, float]  # largest numbers, by unit
_Picture = Callable[[str], str | None]  # the address of a background as it may be shown, or None

MAX_STYLE: Final = 4096  # characters of one attribute
_MAX_FUNCTION: Final = 12  # tokens of a colour

_WORD: Final = re.compile(r"-?[a-z][a-z0-9-]{0,40}")
_FONT_NAME: Final = re.compile(r"[\w .,+-]{1,60}")
_HEX: Final = re.compile(r"[0-9a-f]{3,8}")
_HEX_LENGTHS: Final = frozenset({3, 4, 6, 8})
# The largest number that a unit may have: about two screens, or four lines' height of letters.
_LIMITS: Final = {
    "": 4096, "px": 2000, "pt": 1500, "pc": 125, "em": 100, "rem": 100, "ex": 200, "ch": 250,
    "in": 20, "cm": 50, "mm": 500, "%": 400,
}  # fmt: skip
_MAX_FONT: Final = {
    "": 96, "px": 96, "pt": 72, "pc": 6, "em": 6, "rem": 6, "ex": 12, "ch": 12,
    "in": 1, "cm": 2.5, "mm": 25, "%": 600,
}  # fmt: skip
_COLOURS: Final = frozenset({"rgb", "rgba", "hsl", "hsla"})
_EDGES: Final = ("top", "right", "bottom", "left")
_EVERYWHERE: Final = frozenset({"inherit", "initial", "unset"})


def _words(*words: str) -> frozenset[str]:
    return frozenset(words) | _EVERYWHERE


# Values that are one word of these.
_KEYWORDS: Final = {
    "background-repeat": _words("repeat", "no-repeat", "repeat-x", "repeat-y", "space", "round"),
    "border-collapse": _words("collapse", "separate"),
    "box-sizing": _words("border-box", "content-box"),
    "caption-side": _words("top", "bottom"),
    "clear": _words("none", "left", "right", "both"),
    "direction": _words("ltr", "rtl"),
    "display": _words(
        "none", "block", "inline", "inline-block", "list-item", "table", "inline-table",
        "table-row", "table-cell", "table-row-group", "table-header-group", "table-footer-group",
        "table-column", "table-column-group", "table-caption",
    ),
    "empty-cells": _words("show", "hide"),
    "float": _words("none", "left", "right"),
    "hyphens": _words("none", "manual", "auto"),
    "overflow": _words("visible", "hidden", "auto"),
    "overflow-wrap": _words("normal", "break-word", "anywhere"),
    "table-layout": _words("auto", "fixed"),
    "text-transform": _words("none", "capitalize", "uppercase", "lowercase"),
    "visibility": _words("visible", "hidden", "collapse"),
    "white-space": _words("normal", "nowrap", "pre", "pre-line", "pre-wrap", "break-spaces"),
    "word-break": _words("normal", "break-all", "keep-all", "break-word"),
    "word-wrap": _words("normal", "break-word"),
}  # fmt: skip
# Values of words, colours, and numbers within the limits.
_SHAPES: Final = frozenset(
    {
        "background-position", "background-size",
        "border", "border-color", "border-radius", "border-spacing", "border-style", "border-width",
        "color", "background-color", "font-size", "font-style", "font-variant", "font-weight",
        "height", "letter-spacing", "line-height", "list-style", "list-style-position",
        "list-style-type", "margin", "max-height", "max-width", "min-height", "min-width",
        "padding", "text-align", "text-decoration", "text-decoration-color",
        "text-decoration-line", "text-decoration-style", "text-indent", "vertical-align", "width",
        "word-spacing",
        *(f"{kind}-{edge}" for kind in ("border", "margin", "padding") for edge in _EDGES),
        *(f"border-{edge}-{part}" for edge in _EDGES for part in ("color", "style", "width")),
        *(f"border-{y}-{x}-radius" for y in ("top", "bottom") for x in ("left", "right")),
    }
)  # fmt: skip
_FONTS: Final = frozenset({"font", "font-family"})
PROPERTIES: Final = frozenset(_KEYWORDS) | _SHAPES | _FONTS
_COLOURING: Final = ("color", "background-color")
_LYING: Final = {
    "background-repeat": _KEYWORDS["background-repeat"] - _EVERYWHERE,
    "background-size": {"cover", "contain"},
    "background-position": {"center", "top", "bottom", "left", "right"},
}
_NO_COLOUR: Final = _EVERYWHERE | {"transparent", "currentcolor"}


@dataclass(frozen=True, slots=True)
class Style:
    """A style attribute worth keeping.

    Attributes:
        css: declarations; "" where nothing is left.
        coloured: it sets the colour of text or of a background.
        background: the colour of the background, or "".
        lost: it has a background that is not shown, and no colour for it.
        cut: the attribute was longer than is read, and nothing of it is kept.
    """

    css: str
    coloured: bool = False
    background: str = ""
    lost: bool = False
    cut: bool = False


def clean_style(style: str, picture: _Picture = lambda _: None) -> Style:
    """The harmless part of a style attribute; the same again for what it returned.

    Args:
        style: its value.
        picture: judges the addresses of backgrounds.
    """
    if len(style) > MAX_STYLE:
        return Style("", cut=True)
    kept: dict[str, str] = {}
    lost = False
    for one in tinycss2.parse_blocks_contents(style, skip_whitespace=True):
        if one.type != "declaration":
            continue
        name, value = one.lower_name, None
        if name in {"background", "background-image"}:
            lost = _keep_picture(kept, one.value, picture)
            name, value = (
                "background-color",
                _background(one.value) if name == "background" else None,
            )
        elif name in PROPERTIES:
            value = _value(name, one.value)
        if value:
            kept.pop(name, None)  # the last one counts, in its own place
            kept[name] = value
    return Style(
        ";".join(f"{name}:{value}" for name, value in kept.items()),
        coloured=any(kept.get(name, "inherit") not in _NO_COLOUR for name in _COLOURING),
        background=kept.get("background-color", ""),
        lost=lost and kept.get("background-color", "transparent") in _NO_COLOUR,
    )


def _keep_picture(kept: dict[str, str], tokens: Sequence[_Node], picture: _Picture) -> bool:
    """Keeps a background's first picture and how it lies; whether one was lost."""
    for name in [name for name in kept if name.startswith("background-") and name != _COLOURING[1]]:
        del kept[name]
    pictures = [one for one in tokens if one.type in {"url", "error"} or _is_image(one)]
    if not pictures:
        return False
    # A gradient may lie above it.
    address = next(filter(None, map(_address, pictures)), None)
    shown = picture(address) if address else None
    if shown is None:
        return True
    kept["background-image"] = f'url("{shown}")'
    words = [str(one.lower_value) for one in tokens if one.type == "ident"]
    for name, known in _LYING.items():
        if found := next((word for word in words if word in known), None):
            kept[name] = found
    return False


def _is_image(token: _Node) -> bool:
    return token.type == "function" and token.lower_name not in _COLOURS


def _address(token: _Node) -> str | None:
    if token.type == "url":
        return str(token.value)
    said = [one for one in getattr(token, "arguments", ()) if one.type != "whitespace"]
    named = token.type == "function" and token.lower_name == "url"
    return str(said[0].value) if named and [one.type for one in said] == ["string"] else None


def _value(name: str, tokens: Sequence[_Node]) -> str | None:
    """The value written again, or None where a token is not allowed."""
    written: list[str] = []
    limits = _MAX_FONT if name in _FONTS or name == "font-size" else _LIMITS
    for token in tokens:
        text = _token(token, limits, fonts=name in _FONTS)
        if text is None:
            return None
        written.append(text)
    value = " ".join("".join(written).split(" ")).strip()
    known = _KEYWORDS.get(name)
    return value if known is None or value in known else None


def _token(token: _Node, limits: _Limits, *, fonts: bool) -> str | None:
    write = _WRITERS.get(token.type)
    if write is not None:
        return write(token, limits)
    if token.type == "string" and fonts and _FONT_NAME.fullmatch(token.value):
        return f'"{token.value}"'
    return None


def _space(_token: _Node, _limits: _Limits) -> str:
    return " "


def _literal(token: _Node, _limits: _Limits) -> str | None:
    return str(token.value) if token.value in {",", "/"} else None


def _ident(token: _Node, _limits: object = None) -> str | None:
    word = str(token.lower_value)
    return word if _WORD.fullmatch(word) else None


def _hash(token: _Node, _limits: object = None) -> str | None:
    digits = str(token.value).lower()
    return f"#{digits}" if len(digits) in _HEX_LENGTHS and _HEX.fullmatch(digits) else None


def _number(token: _Node, limits: _Limits) -> str | None:
    """A number with its unit, never negative, in decimal notation."""
    unit = "%" if token.type == "percentage" else str(getattr(token, "lower_unit", ""))
    if unit not in limits or not 0 <= token.value <= limits[unit]:
        return None
    return f"{token.value:.4f}".rstrip("0").rstrip(".") + unit


def _colour_function(token: _Node, _limits: object = None) -> str | None:
    """rgb() and hsl() of plain numbers."""
    if token.lower_name not in _COLOURS or len(token.arguments) > _MAX_FUNCTION:
        return None
    written: list[str] = []
    for one in token.arguments:
        if one.type in {"number", "percentage"}:
            text = _number(one, _LIMITS)
        elif one.type == "dimension" and one.lower_unit == "deg":
            text = _number(one, {"deg": 360})
        elif one.type == "whitespace":
            text = " "
        else:
            text = one.value if one.type == "literal" and one.value in {",", "/"} else None
        if text is None:
            return None
        written.append(text)
    return f"{token.lower_name}({''.join(written).strip()})"


_WRITERS: Final[dict[str, Callable[[_Node, _Limits], str | None]]] = {
    "ident": _ident,
    "hash": _hash,
    "number": _number,
    "dimension": _number,
    "percentage": _number,
    "function": _colour_function,
    "whitespace": _space,
    "comment": _space,  # it parts words
    "literal": _literal,
}


def _background(tokens: Sequence[_Node]) -> str | None:
    """The colour in a `background`, whatever else it says."""
    colours = (one for one in tokens if tinycss2.color3.parse_color(one) is not None)
    first = next(colours, None)
    return None if first is None else _token(first, _LIMITS, fonts=False)
