"""HTML markup to tokens, cut where a browser cuts it, and written again in one plain way.

WHATWG HTML, section 13.2.5, without the states that only scripts and foreign content need. Takes
time linear in the length: every expression is possessive, and what is searched and not found ends
the document.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import entities
from typing import Final

_ATTRIBUTE: Final = (
    r"([^ \t\n\f/>][^ \t\n\f/>=]*+)"
    r"(?:[ \t\n\f]*+=[ \t\n\f]*+"
    r"""(?:"([^"]*+)"|'([^']*+)'|([^ \t\n\f"'>][^ \t\n\f>]*+))?+)?+"""
)
_ATTRIBUTES: Final = re.compile(_ATTRIBUTE)
_SKIPPED: Final = re.sub(r"\((?!\?)", "(?:", _ATTRIBUTE)  # the same without groups
_TAG: Final = re.compile(rf"<(/?)([A-Za-z][^ \t\n\f/>]*+)((?:[ \t\n\f/]++|{_SKIPPED})*+)>")
_MARKUP: Final = re.compile(r"<(?=[A-Za-z!?]|/.)", re.DOTALL)
_NAMED: Final = re.compile(r"</?[A-Za-z]")
_COMMENT_END: Final = re.compile(r"--!?>")
_RAW_END: Final = {
    name: re.compile(rf"</{name}(?=[ \t\n\f/>])", re.IGNORECASE)
    for name in (
        "iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp",
    )
}  # fmt: skip
# Python converts the digits of a reference in quadratic time.
_LONGEST_REFERENCE: Final = 9
_REFERENCE: Final = re.compile(r"&(#[0-9]++;?|#[xX][0-9A-Fa-f]++;?|[A-Za-z][A-Za-z0-9]*+;?)")
_LONG_REFERENCE: Final = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9A-Fa-f]{8,});?")
# Three that are no characters stand for three that are markup: the sanitiser's parser is quadratic
# in the references of a text (1 Mi of `&`: 8 s).
_VEILS: Final = (
    ("&", "\ufdd0", "&amp;"),
    ("<", "\ufdd1", "&lt;"),
    ('"', "\ufdd2", "&quot;"),
)
_ODD: Final = re.compile("[\0\ud800-\udfff\ufdd0-\ufdd3]")


@dataclass(frozen=True, slots=True)
class TextToken:
    """Text between tags, character references as they came."""

    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag: lower-case name, and what stands behind the name in a start tag."""

    name: str
    closes: bool
    rest: str


def normal(markup: str) -> str:
    """Line ends as LF; NUL, lone surrogates and what marks and veils use as U+FFFD."""
    return _ODD.sub("\ufffd", markup.replace("\r\n", "\n").replace("\r", "\n"))


def tokens(markup: str) -> Iterator[TextToken | Tag]:
    """Tags and the text between them, in order.

    Comments, declarations and elements whose content is no markup (script, style, title and the
    like, up to their end tag or the end of everything) are left out.

    Args:
        markup: as `normal` gives it.
    """
    at = 0
    while at < len(markup):
        found = _MARKUP.search(markup, at)
        start = len(markup) if found is None else found.start()
        if start > at:
            yield TextToken(markup[at:start])
        if found is None:
            return
        if _NAMED.match(markup, start) is None:
            at = _after_comment(markup, start)
            continue
        tag = _TAG.match(markup, start)
        if tag is None:
            return  # a tag that never ends: a browser drops it, and all that follows
        at = tag.end()
        name = tag[2].lower()
        raw_end = None if tag[1] else _RAW_END.get(name)
        if raw_end is not None:
            closing = raw_end.search(markup, at)
            at = len(markup) if closing is None else closing.start()
        elif name == "plaintext" and not tag[1]:
            return
        else:
            yield Tag(name, bool(tag[1]), "" if tag[1] else tag[3])


def _after_comment(markup: str, start: int) -> int:
    """Where the comment, declaration or `</…` without a name that begins at `start` is over."""
    if not markup.startswith("<!--", start):
        end = markup.find(">", start + 2)
        return len(markup) if end < 0 else end + 1
    for empty in (">", "->"):
        if markup.startswith(empty, start + 4):
            return start + 4 + len(empty)
    closing = _COMMENT_END.search(markup, start + 4)
    return len(markup) if closing is None else closing.end()


def attributes(rest: str) -> Iterator[tuple[str, str]]:
    """Name (lower case) and value of a tag's attributes, character references resolved."""
    for found in _ATTRIBUTES.finditer(rest):
        value = found[2] or found[3] or found[4] or ""
        if "&" in value:
            value = _REFERENCE.sub(_resolved, value)
        yield found[1].lower(), _ODD.sub("\ufffd", value)


def _resolved(found: re.Match[str]) -> str:
    """A reference in an attribute: one that goes on like a query (`&copy=1`) is none."""
    name = found[1]
    if name[0] == "#":
        return "\ufffd" if len(name) > _LONGEST_REFERENCE else html.unescape(found[0])
    if name[-1] != ";" and found.string[found.end() : found.end() + 1] == "=":
        return found[0]
    return entities.html5.get(name, found[0])


def text(words: str) -> str:
    """What `TextToken` says, character references resolved."""
    if "&" not in words:
        return words
    return _ODD.sub("\ufffd", html.unescape(_LONG_REFERENCE.sub("\ufffd", words)))


def veiled(value: str) -> str:
    """Text or an attribute's value with nothing left in it that a parser would stop at."""
    for plain, veil, _ in _VEILS:
        value = value.replace(plain, veil)
    return value


def unveiled(value: str) -> str:
    """What was `veiled`, as it was."""
    for plain, veil, _ in _VEILS:
        value = value.replace(veil, plain)
    return value


def revealed(markup: str) -> str:
    """Markup around veiled text and values, with references in their place."""
    for _, veil, reference in _VEILS:  # `translate` would stop all other threads for too long
        markup = markup.replace(veil, reference)
    return markup
