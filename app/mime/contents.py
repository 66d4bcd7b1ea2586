"""A message examined once, whole or as far as it has come; what it holds is decoded when asked for.

The text is the first text/plain body that is no attachment, in an alternative the plain one, and
where there is none the HTML one without its markup.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from .decode import MAX_TEXT_OCTETS, decode_body, decode_html_body, decode_markup
from .headers import HeaderField, parse_fields
from .octets import Octets
from .structure import Part, scan
from .transfer import is_known_encoding

TextKind = Literal["plain", "html", "none"]

_PLAIN: Final = frozenset({"text/plain", "text/markdown", "text/enriched", "text/richtext"})


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a message.

    Attributes:
        text: LF line ends, no controls.
        kind: what it was made from; `none` while no text part has been met.
        complete: True when no more text will come, however much more is fetched.
    """

    text: str
    kind: TextKind
    complete: bool


class Contents:
    """What is in a message. Never raises for bad mail; safe to use in one thread at a time.

    Args:
        data: from the first header octet on, dot-unstuffed.
        whole: True when nothing comes behind `data`.

    Attributes:
        root: the tree of parts.
        plain, html: the bodies worth showing, where there are any.
        others: parts that are no body, in order: attachments, images, messages within.
        attachment_first: an attachment stands before the text, so few lines more will not bring it.
    """

    def __init__(self, data: Octets, *, whole: bool) -> None:
        structure = scan(data, whole=whole)
        self.data = data
        self.whole = whole
        self.root = structure.root
        self.plain, self.html = _bodies(self.root)
        if self.plain is None and self.html is None and _is_broken(self.root, whole=whole):
            self.plain = self.root  # a multipart without parts: what it holds is all there is
        self._defects = list(structure.defects)
        bodies = {part.path for part in (self.plain, self.html) if part is not None}
        self.others = tuple(part for part in _leaves(self.root) if part.path not in bodies)

    @cached_property
    def fields(self) -> tuple[HeaderField, ...]:
        """All header fields, in order."""
        return parse_fields(bytes(self.data[slice(*self.root.header)]))

    @cached_property
    def text(self) -> Text:
        """The words of the text body, at most 1 MiB of it."""
        if self._shown is self.plain is not None:
            return Text(self._plain_text, "plain", self.plain.complete)
        if self.html is not None:
            text = decode_html_body(
                self._body(self.html),
                encoding=self.html.encoding,
                charset=self.html.charset,
                complete=self.html.complete,
            )
            return Text(text, "html", self.html.complete)
        return Text("", "none", self.whole)

    @property
    def attachment_first(self) -> bool:
        """Whether a part that is no text stands before the text."""
        shown = self._shown
        first = None if shown is None else shown.header[0]
        return any(first is None or part.header[0] < first for part in self.others)

    @cached_property
    def markup(self) -> str | None:
        """The HTML body as it is, charset decoded, at most 1 MiB of it: for the sanitiser alone."""
        if self.html is None:
            return None
        return decode_markup(
            self._body(self.html),
            encoding=self.html.encoding,
            charset=self.html.charset,
            complete=self.html.complete,
        )

    @property
    def defects(self) -> tuple[str, ...]:
        """Stable codes of what is wrong with the message, each once."""
        found = list(self._defects)
        if self._shown is not None:
            if not is_known_encoding(self._shown.encoding):
                found.append("unknown-encoding")
            if self._shown.body[1] - self._shown.body[0] > MAX_TEXT_OCTETS:
                found.append("text-cut")
        return tuple(dict.fromkeys(found))

    @cached_property
    def _plain_text(self) -> str:
        part = self.plain
        if part is None:
            return ""
        return decode_body(
            self._body(part),
            encoding=part.encoding,
            charset=part.charset,
            complete=part.complete,
            flowed=(part.params.get("format") or "").lower() == "flowed",
            delsp=(part.params.get("delsp") or "").lower() == "yes",
        )

    @property
    def _shown(self) -> Part | None:
        """The body that the text is made from: HTML where the plain one is there but empty."""
        if self.plain is None or self.html is None:
            return self.plain or self.html
        empty = self.plain.complete and not self._plain_text.strip()
        return self.html if empty else self.plain

    def _body(self, part: Part) -> bytes:
        """A text body, and one octet more than is decoded, to tell that it was cut."""
        start, stop = part.body
        return bytes(self.data[start : min(stop, start + MAX_TEXT_OCTETS + 1)])


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


def _leaves(root: Part) -> Iterator[Part]:
    """Parts without parts, and messages within as one part each."""
    for part in _own_parts(root):
        if part.is_multipart:
            opaque = not part.children and part.complete and part is not root
        else:
            opaque = not part.children or part is not root
        if opaque:
            yield part
