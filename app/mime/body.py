"""What of a message is its body: a series of texts, pictures and files, read in two ways.

One reading is of words, one of HTML. Text, HTML, attachments and the count of them all follow from
here (RFC 2046, 5.1; RFC 2387 for related; RFC 2183 for dispositions).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from .attachments import own_parts
from .structure import Part

ShownKind = Literal["plain", "html", "picture", "file"]
Reading = Literal["plain", "html"]

_PLAIN: Final = frozenset({"text/plain", "text/markdown"})
_RICH: Final = frozenset({"text/enriched", "text/richtext"})
# Alternatives that only some programs can show, of what the others say as well.
_FORMS: Final = frozenset(
    {"text/x-amp-html", "text/watch-html", "text/x-watch-html", "text/rtf", "text/x-web-markdown"}
)
# Data, not words, however they are marked.
_DATA: Final = frozenset(
    {"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/csv", "text/css",
     "text/javascript", "text/xml", "text/rfc822-headers", "text/rtf", "text/x-amp-html"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece of a body.

    Attributes:
        part: where it stands.
        kind: words, HTML, a picture in its place, or a file between texts.
    """

    part: Part
    kind: ShownKind


@dataclass(frozen=True, slots=True)
class MailBody:
    """What is shown of a message.

    Attributes:
        words: its pieces as words, HTML only where there are no words of the same.
        html: its pieces with HTML, words only where there is no HTML of the same; none where
            there is no HTML at all.
        paths: of all parts that are shown in one of the readings, or in another form.
    """

    words: tuple[Shown, ...]
    html: tuple[Shown, ...]
    paths: frozenset[str]


def read_body(
    root: Part,
    *,
    is_blank: Callable[[Part], bool],
    is_picture: Callable[[Part], bool],
    whole: bool,
) -> MailBody:
    """The body of a message, as far as it has come.

    Args:
        root: the message.
        is_blank: whether a part of plain text is here and has no words in it.
        is_picture: whether an image can be shown.
        whole: False when more of the message is to come.
    """
    if _is_broken(root, whole=whole):  # a multipart without parts: what it holds is all there is
        return MailBody((Shown(root, "plain"),), (), frozenset({root.path}))
    reader = _Reader(root, is_blank, is_picture)
    words, html = reader.series(root, "plain"), reader.series(root, "html")
    pieces = (*words, *html)
    paths = {one.part.path for one in pieces if one.kind != "file"} | reader.forms(root)
    if not any(one.kind == "html" for one in html):
        html = ()
    return MailBody(_trimmed(words, is_blank), _trimmed(html, is_blank), frozenset(paths))


def may_bring_words(body: MailBody, root: Part) -> bool:
    """Whether more words may come, however the message, which is not whole, goes on."""
    words = {one.part.path for one in body.words if _is_text(one)}
    for part in own_parts(root):
        if part.complete or (not part.is_multipart and part.path not in words):
            continue
        if part.content_type == "multipart/signed" and len(part.children) > 1:
            continue
        inside = any(path.startswith(f"{part.path}.") for path in words)
        if part.content_type != "multipart/alternative" or not inside:
            return True
    return False


class _Reader:
    """Reads each part once in each of the two ways."""

    def __init__(
        self, root: Part, is_blank: Callable[[Part], bool], is_picture: Callable[[Part], bool]
    ) -> None:
        self._root = root
        self._is_blank = is_blank
        self._is_picture = is_picture
        self._read: dict[tuple[str, Reading], tuple[Shown, ...]] = {}

    def series(self, part: Part, reading: Reading) -> tuple[Shown, ...]:
        """What of a part is shown, in order; files are in it, to be marked between texts."""
        found = self._read.get((part.path, reading))
        if found is None:
            found = self._read[part.path, reading] = tuple(self._pieces(part, reading))
        return found

    def _pieces(self, part: Part, reading: Reading) -> Iterable[Shown]:
        if not part.is_multipart and not (part is self._root and part.children):
            kind = _kind(part, self._root)
            return (
                Shown(part, "file" if kind == "picture" and not self._is_picture(part) else kind),
            )
        children: tuple[Part, ...] = part.children
        match part.content_type:
            case "multipart/alternative":
                children = self._alternative(part, reading)
            case "multipart/related":
                return self._related(part, reading)
            case "multipart/signed":
                children = children[:1]
            case "multipart/encrypted":
                children = ()
        return (one for child in children for one in self.series(child, reading))

    def forms(self, part: Part) -> set[str]:
        """The paths of texts that say in another form what an alternative shows."""
        found: set[str] = set()
        for one in own_parts(part):
            if one.content_type == "multipart/alternative":
                texts = [leaf for leaf in own_parts(one) if _is_form(leaf, self._root)]
                if any(_kind(leaf, self._root) in {"plain", "html"} for leaf in texts):
                    found |= {leaf.path for leaf in texts}
        return found

    def _alternative(self, part: Part, reading: Reading) -> tuple[Part, ...]:
        """The branch to show: words before HTML before enriched text, or HTML before words."""
        ranked = [
            (self._rank(texts, reading), child)
            for child in part.children
            if (texts := list(filter(_is_text, self.series(child, reading))))
        ]
        best = min((rank for rank, _ in ranked), default=0)
        fitting = tuple(child for rank, child in ranked if rank == best)
        # Of several with HTML the last is the richest (RFC 2046, 5.1.4).
        last = reading == "html" and best == 0
        return fitting[-1:] if last else (fitting or part.children)[:1]

    def _rank(self, texts: list[Shown], reading: Reading) -> int:
        kinds = {one.kind for one in texts}
        if all(one.part.content_type in _RICH for one in texts):
            return 2
        if reading == "html":
            return 0 if "html" in kinds else 1
        if all(self._is_blank(one.part) for one in texts):
            return 3
        return 1 if kinds == {"html"} else 0

    def _related(self, part: Part, reading: Reading) -> tuple[Shown, ...]:
        if not part.children:
            return ()
        start = (part.params.get("start") or "").strip("<> \t")
        named = (child for child in part.children if start and child.content_id == start)
        first = next(named, part.children[0])
        shown = self.series(first, reading)
        if not any(map(_is_text, shown)):
            first, shown = part.children[0], self.series(part.children[0], reading)
        html = any(one.kind == "html" for one in self.series(first, "html"))
        rest = [child for child in part.children if child is not first]
        others = (one for child in rest for one in self.series(child, reading))
        if not html:
            return (*shown, *others)
        # What belongs to HTML is shown where the HTML says; words that were put behind are not its.
        return (*shown, *(one for one in others if one.kind == "plain" and not one.part.content_id))


def _trimmed(pieces: tuple[Shown, ...], is_blank: Callable[[Part], bool]) -> tuple[Shown, ...]:
    """Without blank texts where others are none, and without files before or behind all texts."""
    filled = [one for one in pieces if one.kind != "plain" or not is_blank(one.part)]
    if any(map(_is_text, filled)):
        pieces = tuple(filled)
    texts = [place for place, one in enumerate(pieces) if one.kind != "file"]
    if not texts:
        return ()
    return pieces[texts[0] : texts[-1] + 1]


def _is_text(one: Shown) -> bool:
    return one.kind in {"plain", "html"}


def _kind(part: Part, root: Part) -> ShownKind:
    kind, disposition = part.content_type, part.disposition
    if part.children or disposition not in {"", "inline"}:
        return "file"
    if kind.startswith("image/"):
        return "picture" if disposition == "inline" else "file"
    # A text with a name is a file unless its sender wants it shown, or it is the first part.
    first = part is root or part.path.endswith(".1")
    if part.filename is not None and not first and disposition != "inline":
        return "file"
    if kind == "text/html":
        return "html"
    if kind in _PLAIN or kind in _RICH:
        return "plain"
    wanted = kind.startswith("text/") and kind not in _DATA and disposition == "inline"
    return "plain" if wanted else "file"


def _is_form(part: Part, root: Part) -> bool:
    """Whether a part of an alternative is a text that may be another form of the others."""
    if part.content_type in _FORMS:
        return part.disposition in {"", "inline"}
    return _kind(part, root) in {"plain", "html"}


def _is_broken(root: Part, *, whole: bool) -> bool:
    return (
        root.is_multipart and not root.children and (whole or root.params.get("boundary") is None)
    )
