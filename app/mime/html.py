"""The words of an HTML body without its markup, for mails that have no plain text.

A tokenizer of its own, because the standard library's takes quadratic time on unfinished
declarations. It never looks at an octet twice: what it searches and does not find ends the text or
is not searched again. It makes text, not safe HTML: escape what it returns like any other text.
"""

import html
import re
from typing import Final

from .hidden_text import Unseen

MAX_CHARACTERS: Final = 512 * 1024

_TAG_NAME: Final = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,15})")
_TAG_STOP: Final = re.compile("[>\"']")
_MARKUP: Final = re.compile(r"<(?:[A-Za-z/!?]|\Z)")
_LONG_REFERENCE: Final = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9A-Fa-f]{8,});?")
_CUT_REFERENCE: Final = re.compile(r"&#?[A-Za-z0-9]{0,10}\Z")
_RAW_END: Final = {
    name: re.compile(rf"</{name}(?![A-Za-z0-9])", re.IGNORECASE)
    for name in ("script", "style", "title", "iframe", "noframes", "xmp")
}
_BREAKS: Final = {
    **dict.fromkeys(
        ("address", "article", "aside", "br", "center", "dd", "div", "dl", "dt", "figure", "footer",
         "form", "header", "hr", "li", "main", "nav", "ol", "section", "table", "tr", "ul"),
        "\n",
    ),
    **dict.fromkeys(("blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p", "pre"), "\n\n"),
    "td": " ",
    "th": " ",
}  # fmt: skip
_SPACES: Final = re.compile(r"[ \t\r\n\f\xa0]+")


def strip_tags(markup: str, *, complete: bool = True) -> str:
    """The text of `markup`, blocks on lines of their own, at most one blank line between two.

    Comments, scripts, styles and titles are left out, and what is hidden, unless that is all there
    is. Takes time linear in the length.

    Args:
        markup: HTML; only its first 512 Ki characters are read.
        complete: False when the markup goes on; a cut tag or character reference is dropped.
    """
    cut = not complete or len(markup) > MAX_CHARACTERS
    pieces = _pieces(markup[:MAX_CHARACTERS], cut=cut)
    seen = _layout([text for text, hidden in pieces if not hidden])
    return seen or _layout([text for text, _ in pieces])


def _pieces(markup: str, *, cut: bool) -> list[tuple[str, bool]]:
    """Texts and breaks, and whether each is hidden."""
    pieces: list[tuple[str, bool]] = []
    missing: set[str] = set()
    unseen, first = Unseen(), True
    at = 0
    while at < len(markup):
        found = _MARKUP.search(markup, at)
        start = len(markup) if found is None else found.start()
        if start > at:
            words = _words(markup[at:start], cut=cut and found is None)
            pieces.append((words, unseen.hidden))
            first = first and (unseen.hidden or not words.strip())
        if found is None:
            break
        at = _after_markup(markup, start, missing)
        name = _TAG_NAME.match(markup, start)
        if name is not None:
            word = name[1].lower()
            raw_end = None if markup[start + 1] == "/" else _RAW_END.get(word)
            if raw_end is not None:
                closing = raw_end.search(markup, at)
                begin, at = at, len(markup) if closing is None else closing.start()
                if word == "style":
                    unseen.sheet(markup[begin:at])
            elif markup[start + 1] == "/":
                unseen.end(word)
            else:
                unseen.start(word, markup[name.end() : at - 1], first=first)
            pieces.append((_BREAKS.get(word, ""), unseen.hidden))
    return pieces


def _after_markup(markup: str, start: int, missing: set[str]) -> int:
    """Where the tag, comment or declaration that begins at `start` is over."""
    if markup.startswith("<!--", start):
        end = markup.find("-->", start + 2)
        return len(markup) if end < 0 else end + 3
    at = start + 1
    while True:
        stop = _TAG_STOP.search(markup, at)
        if stop is None:
            return len(markup)
        at = stop.end()
        if stop[0] == ">":
            return at
        if stop[0] not in missing:
            end = markup.find(stop[0], at)
            if end < 0:
                missing.add(stop[0])  # there is none further on either
            else:
                at = end + 1


def _words(text: str, *, cut: bool) -> str:
    if cut:
        text = _CUT_REFERENCE.sub("", text)
    text = _SPACES.sub(" ", text)
    if "&" in text:
        text = html.unescape(_LONG_REFERENCE.sub("\ufffd", text))
    return text


def _layout(pieces: list[str]) -> str:
    lines: list[str] = []
    for line in "".join(pieces).split("\n"):
        words = _SPACES.sub(" ", line).strip(" ")
        if words or (lines and lines[-1]):
            lines.append(words)
    return "\n".join(lines).strip("\n")
