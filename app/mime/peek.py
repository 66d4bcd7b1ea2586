"""What can be read of a message from its first lines: the text, and the parts met so far.

The text is the first text/plain body that is no attachment, in an alternative the plain one, and
where there is none the HTML one without its markup.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from .decode import MAX_TEXT_OCTETS, decode_body, decode_html_body
from .structure import Part, scan
from .transfer import decode_transfer, is_known_encoding

TextKind = Literal["plain", "html", "none"]

_PLAIN: Final = frozenset({"text/plain", "text/markdown", "text/enriched", "text/richtext"})


@dataclass(frozen=True, slots=True)
class PeekedPart:
    """A part that is not the text: an attachment, an image, a message within.

    Attributes:
        path: as in `Part`.
        content_type: lower case.
        name: a safe file name, or None.
        octets: decoded size, or None while it is not known.
        complete: True when the whole part has been met.
    """

    path: str
    content_type: str
    name: str | None
    octets: int | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Peek:
    """What a message shows so far.

    Attributes:
        text: LF line ends, no controls; the beginning of it while `text_complete` is False.
        text_kind: what it was made from; `none` while no text part has been met.
        text_complete: True when no more text will come, however much more is fetched.
        html_available: True when an HTML body has been met, shown or not.
        parts: what is not the text, in the order of the message.
        attachment_first: True when an attachment stands before the text, so that few lines more
            will not bring it.
        defects: stable codes of what is wrong with the message, each once.
    """

    text: str
    text_kind: TextKind
    text_complete: bool
    html_available: bool
    parts: tuple[PeekedPart, ...]
    attachment_first: bool
    defects: tuple[str, ...]


def peek(data: bytes, *, whole: bool) -> Peek:
    """Reads as much as `data` gives. Never raises.

    Args:
        data: header and first body lines (what TOP answers), or a whole message, dot-unstuffed.
        whole: True when nothing comes behind `data`.
    """
    structure = scan(data, whole=whole)
    defects = list(structure.defects)
    plain, html = _bodies(structure.root)
    if plain is None and html is None and _is_broken(structure.root, whole=whole):
        plain = structure.root  # a multipart without parts: what it holds is all there is
    text, kind, shown = _text(data, plain, html)
    if shown is not None:
        if not is_known_encoding(shown.encoding):
            defects.append("unknown-encoding")
        if shown.body[1] - shown.body[0] > MAX_TEXT_OCTETS:
            defects.append("text-cut")
    bodies = {part.path for part in (plain, html) if part is not None}
    others = [part for part in _leaves(structure.root) if part.path not in bodies]
    first = None if shown is None else shown.header[0]
    return Peek(
        text=text,
        text_kind=kind,
        text_complete=whole if shown is None else shown.complete,
        html_available=html is not None,
        parts=tuple(_peeked(data, part) for part in others),
        attachment_first=any(first is None or part.header[0] < first for part in others),
        defects=tuple(dict.fromkeys(defects)),
    )


def _bodies(root: Part) -> tuple[Part | None, Part | None]:
    """The plain and the HTML body: the first body, or its alternatives where it has any."""
    bodies = [part for part in _own_parts(root) if _is_body(part, root)]
    if not bodies:
        return None, None
    first = bodies[0]
    alternatives = (
        part
        for part in _own_parts(root)
        if part.content_type == "multipart/alternative" and _holds(part, first)
    )
    scope = next(alternatives, first)
    choices = [part for part in bodies if _holds(scope, part)]
    plain = next((part for part in choices if part.content_type in _PLAIN), None)
    html = next((part for part in choices if part.content_type == "text/html"), None)
    return plain, html


def _own_parts(root: Part) -> Iterator[Part]:
    """Every part in order, but nothing of the messages within."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        yield part
        if part is root or part.content_type != "message/rfc822":
            waiting.extend(reversed(part.children))


def _holds(outer: Part, inner: Part) -> bool:
    return f"{inner.path}.".startswith(f"{outer.path}.")


def _is_body(part: Part, root: Part) -> bool:
    if part.content_type not in _PLAIN and part.content_type != "text/html":
        return False
    if part is root:
        return part.disposition != "attachment"
    named = part.filename is not None and not part.path.endswith(".1")
    return part.disposition in {"", "inline"} and not named


def _is_broken(root: Part, *, whole: bool) -> bool:
    return (
        root.is_multipart and not root.children and (whole or root.params.get("boundary") is None)
    )


def _text(data: bytes, plain: Part | None, html: Part | None) -> tuple[str, TextKind, Part | None]:
    if plain is not None:
        text = _plain_text(data, plain)
        if html is None or text.strip() or not plain.complete:
            return text, "plain", plain
    if html is not None:
        text = decode_html_body(
            data[slice(*html.body)],
            encoding=html.encoding,
            charset=html.charset,
            complete=html.complete,
        )
        return text, "html", html
    return "", "none", None


def _plain_text(data: bytes, part: Part) -> str:
    return decode_body(
        data[slice(*part.body)],
        encoding=part.encoding,
        charset=part.charset,
        complete=part.complete,
        flowed=(part.params.get("format") or "").lower() == "flowed",
        delsp=(part.params.get("delsp") or "").lower() == "yes",
    )


def _leaves(root: Part) -> Iterator[Part]:
    """Parts without parts, and messages within as one part each."""
    for part in _own_parts(root):
        if part.is_multipart:
            opaque = not part.children and part.complete and part is not root
        else:
            opaque = not part.children or part is not root
        if opaque:
            yield part


def _peeked(data: bytes, part: Part) -> PeekedPart:
    octets: int | None = None
    if part.complete:
        octets = len(decode_transfer(data[slice(*part.body)], part.encoding))
    return PeekedPart(
        path=part.path,
        content_type=part.content_type,
        name=part.filename,
        octets=octets,
        complete=part.complete,
    )
