"""A message examined once, whole or as far as it has come.

The text is the first text/plain body that is no attachment, in an alternative the plain one, and
where there is none the HTML one without its markup.
"""

import html
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from .attachments import Attachment, Measured, attachments, measure, own_parts, stream
from .decode import MAX_TEXT_OCTETS, decode_body, decode_html_body, decode_markup
from .headers import parse_fields
from .inline import InlineImages
from .octets import Octets
from .structure import Part, scan
from .transfer import is_known_encoding, true_encoding

TextKind = Literal["plain", "html", "none"]

_BASE: Final = re.compile(
    r"<base\s[^<>]{0,200}?href\s{0,8}=[\s\"']{0,8}([^\s\"'<>]{1,2000})", re.IGNORECASE
)
_BASE_WITHIN: Final = 16 * 1024
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
        text: the words of the text body, at most 1 MiB of it.
        fields: all header fields, in order.
        attachments: what is no body, in order, and uuencoded files in texts.
        plain, html: the bodies worth showing, where there are any.
    """

    def __init__(self, data: Octets, *, whole: bool) -> None:
        self._structure = scan(data, whole=whole)
        self.data = data
        self.whole = whole
        self.root = self._structure.root
        self.plain, self.html = _bodies(self.root)
        if self.plain is None and self.html is None and _is_broken(self.root, whole=whole):
            self.plain = self.root  # a multipart without parts: what it holds is all there is
        bodies = {part.path for part in (self.plain, self.html) if part is not None}
        self.attachments = attachments(data, self._structure, bodies, whole=whole)
        self.fields = parse_fields(bytes(data[slice(*self.root.header)]))
        self.text = self._text()
        self._measures: dict[str, Measured] = {}

    @property
    def attachment_first(self) -> bool:
        """Whether a part that is no text stands before it, so that few lines more do not help."""
        shown = self._shown
        first = None if shown is None else shown.header[0]
        return any(first is None or one.span[0] < first for one in self.attachments)

    def measured(self, attachment: Attachment) -> Measured:
        """Its exact size and digest; decodes all of it the first time."""
        found = self._measures.get(attachment.path)
        if found is None:
            found = self._measures[attachment.path] = measure(self.data, attachment)
        return found

    def decoded(self, attachment: Attachment) -> bytes:
        """All its octets, in memory; for small ones."""
        return b"".join(stream(self.data, attachment))

    def inline_images(self) -> InlineImages:
        """The images that the HTML may name, for one view."""
        within = _BASE.search((self.markup or "")[:_BASE_WITHIN])
        own = self.html.location if self.html is not None else None
        base = html.unescape(within[1]) if within is not None else own or self.root.location or ""
        return InlineImages(self.data, self.root, base=base)

    @cached_property
    def markup(self) -> str | None:
        """The HTML body as it is, charset decoded, at most 1 MiB of it: for the sanitiser alone."""
        if self.html is None:
            return None
        return decode_markup(
            self._body(self.html),
            encoding=self._encoding(self.html),
            charset=self.html.charset,
            complete=self.html.complete,
        )

    @property
    def defects(self) -> tuple[str, ...]:
        """Stable codes of what is wrong with the message, each once."""
        found = list(self._structure.defects)
        if self._shown is not None:
            if not is_known_encoding(self._shown.encoding):
                found.append("unknown-encoding")
            if self._shown.body[1] - self._shown.body[0] > MAX_TEXT_OCTETS:
                found.append("text-cut")
        return tuple(dict.fromkeys(found))

    def _text(self) -> Text:
        if self.plain is not None:
            text = self._plain_text(self.plain)
            if self.html is None or text.strip() or not self.plain.complete:
                complete = self.plain.complete and not self._gives_way(self.plain, text)
                return Text(text, "plain", self.whole or complete)
        if self.html is not None:
            text = decode_html_body(
                self._body(self.html),
                encoding=self._encoding(self.html),
                charset=self.html.charset,
                complete=self.html.complete,
            )
            return Text(text, "html", self.whole or self.html.complete)
        return Text("", "none", self.whole)

    def _gives_way(self, part: Part, text: str) -> bool:
        """Whether an alternative that is still to come may stand in for a blank text."""
        return not text.strip() and any(
            one.content_type == "multipart/alternative" and not one.complete and _holds(one, part)
            for one in own_parts(self.root)
        )

    def _plain_text(self, part: Part) -> str:
        return decode_body(
            self._body(part),
            encoding=self._encoding(part),
            charset=part.charset,
            complete=part.complete,
            flowed=(part.params.get("format") or "").lower() == "flowed",
            delsp=(part.params.get("delsp") or "").lower() == "yes",
        )

    @property
    def _shown(self) -> Part | None:
        return {"plain": self.plain, "html": self.html}.get(self.text.kind)

    def _encoding(self, part: Part) -> str:
        return true_encoding(part.encoding, self.data, part.body, complete=part.complete)

    def _body(self, part: Part) -> bytes:
        """A text body, and one octet more than is decoded, to tell that it was cut."""
        start, stop = part.body
        return bytes(self.data[start : min(stop, start + MAX_TEXT_OCTETS + 1)])


def _bodies(root: Part) -> tuple[Part | None, Part | None]:
    """The plain and the HTML body: the first body, or its alternatives where it has any."""
    bodies = [part for part in own_parts(root) if _is_body(part, root)]
    if not bodies:
        return None, None
    first = bodies[0]
    alternatives = (
        part
        for part in own_parts(root)
        if part.content_type == "multipart/alternative" and _holds(part, first)
    )
    scope = next(alternatives, first)
    choices = [part for part in bodies if _holds(scope, part)]
    plain = next((part for part in choices if part.content_type in _PLAIN), None)
    html = next((part for part in choices if part.content_type == "text/html"), None)
    return plain, html


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
