"""Text whose background was taken away, such as white letters on a picture from elsewhere.

What lost its background and is not legible on what lies beneath gets a plain one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

import tinycss2.color3

from .tidy import VOID

_MARK: Final = "\ufdd3"  # no character, and in no mail's text (see `markup.normal`)
LOST: Final = f"background-color:{_MARK}"  # in a style
LOST_ATTRIBUTE: Final = "data:,"  # what a background attribute says then

_NO_BACKGROUND: Final = f' background="{LOST_ATTRIBUTE}"'
# An attribute's value has no quotes in what the sanitiser writes.
_TAG: Final = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z-]+="[^"]*+")*+)>')
_ATTRIBUTE: Final = re.compile(r' ([a-z-]+)="([^"]*+)"')
_COLOUR: Final = re.compile(r"(?:\A|;)color:([^;]++)")
_BACKGROUND: Final = re.compile(r"(?:\A|;)background-color:([^;]++)")
_PICTURE: Final = re.compile(r"(?:\A|;)background-image:")

_PAPER: Final = 1.0
_INK: Final = 0.01
_LINK: Final = 0.12
_UNSEEN: Final = 1.5  # contrast of white letters on paper, or nearly
_ENOUGH: Final = 3.0  # contrast (WCAG 2.2, 1.4.3, large letters)
# Luminance of what is put beneath: white, nearly black, and a grey for light and dark letters.
_PLAIN: Final = {"#fff": 1.0, "#222": 0.016, "#767676": 0.18}


@dataclass(slots=True)
class _Bare:
    """An element that lost its background: where its tag is, what lies beneath, its letters."""

    place: int
    beneath: float
    letters: set[float] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Frame:
    letters: float
    beneath: float
    bare: _Bare | None
    pictured: bool = False


def brings_backgrounds(markup: str) -> bool:
    """Whether a style sheet in it, which is dropped, may give backgrounds to what is shown."""
    markup = markup.lower()
    start, end = markup.find("<style"), markup.rfind("</style")
    return start >= 0 and markup.find("background", start, end if end > start else None) >= 0


def legible(html: str, *, unstyled: bool = False) -> str:
    """What the sanitiser wrote, with backgrounds for what lost them where that is needed.

    Args:
        html: balanced, with `LOST` in styles and `LOST_ATTRIBUTE` for backgrounds.
        unstyled: style sheets with backgrounds were dropped, nobody knows for what; letters that
            cannot be seen get a plain background.
    """
    if LOST not in html and LOST_ATTRIBUTE not in html and not unstyled:
        return html
    pieces: list[str] = []
    bares: list[_Bare] = []
    stack = [_Frame(_INK, _PAPER, None)]
    at = 0
    for tag in _TAG.finditer(html):
        words = html[at : tag.start()]
        at = tag.end()
        pieces += words, tag[0]
        top = stack[-1]
        if top.bare is not None and words.strip():
            top.bare.letters.add(top.letters)
        if tag[1]:
            del stack[max(len(stack) - 1, 1) :]
        elif tag[2] not in VOID:
            frame = _framed(top, tag[2], dict(_ATTRIBUTE.findall(tag[3])), len(pieces) - 1)
            if unstyled and _is_unseen(frame, top):
                frame = replace(frame, bare=_Bare(len(pieces) - 1, frame.beneath))
            if frame.bare is not None and frame.bare is not top.bare:
                bares.append(frame.bare)
            stack.append(frame)
    pieces.append(html[at:])
    for bare in bares:
        if put := _put(bare):
            pieces[bare.place] = _with(pieces[bare.place], put)
    written = "".join(pieces).replace(_NO_BACKGROUND, "").replace(f";{LOST}", "")
    return written.replace(f' style="{LOST}"', "").replace(LOST, "")


def _is_unseen(frame: _Frame, outer: _Frame) -> bool:
    """Whether an element has letters of its own that cannot be seen on what lies beneath."""
    known = frame.bare is None and not frame.pictured and frame.letters != outer.letters
    return known and _contrast(frame.letters, frame.beneath) < _UNSEEN


def _with(tag: str, put: str) -> str:
    if LOST in tag:
        return tag.replace(LOST, put, 1)
    if ' style="' in tag:
        return tag.replace(' style="', f' style="{put};', 1)
    if _NO_BACKGROUND in tag:
        return tag.replace(_NO_BACKGROUND, f' style="{put}"', 1)
    return f'{tag[:-1]} style="{put}">'


def _framed(outer: _Frame, name: str, given: Mapping[str, str], place: int) -> _Frame:
    style = given.get("style", "")
    letters = outer.letters if name != "a" else _LINK
    said = _COLOUR.search(style)
    for value in (given.get("color"), said and said[1]):
        if value and (found := _luminance(value)) is not None:
            letters = found
    own = _BACKGROUND.search(style)
    value = own[1] if own is not None and own[1] != _MARK else given.get("bgcolor", "")
    beneath = _luminance(value) if value else None
    if beneath is not None:
        return _Frame(letters, beneath, None)
    if _PICTURE.search(style) or given.get("background", LOST_ATTRIBUTE) != LOST_ATTRIBUTE:
        return _Frame(letters, outer.beneath, None, pictured=True)
    bare = outer.bare
    if LOST in style or "background" in given:
        bare = _Bare(place, outer.beneath)
    return _Frame(letters, outer.beneath, bare, outer.pictured)


def _put(bare: _Bare) -> str:
    """The declaration for an element that lost its background, or nothing."""
    least = {value: _least(bare.letters, light) for value, light in _PLAIN.items()}
    now = _least(bare.letters, bare.beneath)
    best = max(least, key=lambda value: least[value])
    return "" if now >= _ENOUGH or least[best] <= now else f"background-color:{best}"


def _least(letters: set[float], beneath: float) -> float:
    return min((_contrast(one, beneath) for one in letters), default=_ENOUGH)


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@lru_cache(maxsize=512)
def _luminance(value: str) -> float | None:
    """Relative luminance (WCAG 2.2); None where it is no colour or hardly one."""
    if re.fullmatch(r"[0-9a-fA-F]{6}|[0-9a-fA-F]{3}", value):  # bgcolor="ffffff"
        value = f"#{value}"
    found = tinycss2.color3.parse_color(value)
    if found is None or isinstance(found, str) or found.alpha < 0.5:  # noqa: PLR2004
        return None
    parts = [_linear(part) for part in found[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
