"""Which attributes stay on which tags, and what their values may be.

Whatever is not listed goes: id, class and name above all, by which markup could be mistaken for
the page's own.
"""

import re
from collections.abc import Mapping
from typing import Final

_CELL: Final = frozenset({"abbr", "colspan", "nowrap", "rowspan", "scope"})
_SIZED: Final = frozenset({"width", "height", "align", "valign", "bgcolor", "background"})

ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "*": frozenset({"dir", "lang", "style", "title"}),
    "a": frozenset({"href"}),
    "br": frozenset({"clear"}),
    "caption": frozenset({"align"}),
    "col": frozenset({"align", "span", "valign", "width"}),
    "colgroup": frozenset({"align", "span", "valign", "width"}),
    "details": frozenset({"open"}),
    "div": frozenset({"align"}),
    "font": frozenset({"color", "face", "size"}),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "p"), frozenset({"align"})),
    "hr": frozenset({"align", "color", "noshade", "size", "width"}),
    "img": frozenset({"align", "alt", "border", "height", "hspace", "src", "vspace", "width"}),
    "li": frozenset({"type", "value"}),
    "ol": frozenset({"reversed", "start", "type"}),
    "table": _SIZED
    | {"border", "bordercolor", "cellpadding", "cellspacing", "frame", "role", "rules"},
    "tbody": frozenset({"align", "bgcolor", "valign"}),
    "td": _SIZED | _CELL,
    "tfoot": frozenset({"align", "bgcolor", "valign"}),
    "th": _SIZED | _CELL,
    "thead": frozenset({"align", "bgcolor", "valign"}),
    "tr": _SIZED - {"width"},
    "ul": frozenset({"type"}),
}
# Read by rules of their own.
ADDRESSES: Final = frozenset({"background", "href", "src"})
COLOURS: Final = frozenset({"bgcolor", "color"})

_MAX_TEXT: Final = 1000  # characters of alt and title
_MAX_PIXELS: Final = 2000
_MAX_PERCENT: Final = 100
_WORD: Final = re.compile(r"[a-z]{1,12}")
_LENGTH: Final = re.compile(
    r"[ \t\n\f]*([0-9]{1,4})(?![0-9])(?:\.[0-9]*)?[ \t\n\f]*(%?).*", re.DOTALL
)
_COUNT: Final = re.compile(r"[0-9]{1,3}")
_VALUES: Final = {
    **dict.fromkeys(("align", "clear", "frame", "rules", "scope", "valign"), _WORD),
    **dict.fromkeys(("bgcolor", "bordercolor", "color"), re.compile(r"#?[0-9A-Za-z]{1,30}")),
    **dict.fromkeys(("colspan", "rowspan", "span"), _COUNT),
    "dir": re.compile(r"ltr|rtl|auto"),
    "face": re.compile(r"[\w .,'\"-]{1,200}"),
    "lang": re.compile(r"[A-Za-z0-9-]{1,35}"),
    "role": re.compile(r"presentation|none"),
    "size": re.compile(r"[+-]?[0-9]{1,2}"),
    "start": re.compile(r"-?[0-9]{1,5}"),
    "type": re.compile(r"[1aAiI]|disc|circle|square"),
    "value": re.compile(r"-?[0-9]{1,5}"),
}
_LENGTHS: Final = frozenset(
    {"border", "cellpadding", "cellspacing", "height", "hspace", "vspace", "width"}
)
_FLAGS: Final = frozenset({"noshade", "nowrap", "open", "reversed"})
_MEANT: Final = frozenset({"align", "clear", "dir", "frame", "role", "rules", "scope", "valign"})


def clean_value(name: str, value: str) -> str | None:
    """The value of an attribute that is neither an address nor a style; None: it goes."""
    if name in {"abbr", "alt", "title"}:
        return value[:_MAX_TEXT]
    if name in _FLAGS:
        return ""
    if name in _LENGTHS:
        length = _LENGTH.fullmatch(value)
        if length is None:
            return "1" if name == "border" and not value else None
        number, unit = int(length[1]), length[2]
        return f"{number}{unit}" if number <= (_MAX_PERCENT if unit else _MAX_PIXELS) else None
    value = value.strip(" \t\n\f;")
    if name in _MEANT:
        value = value.lower()
    known = _VALUES.get(name)
    return value if known is not None and known.fullmatch(value) else None
