"""A message examined once, whole or as far as it has come.

What is its text, what an attachment, and what is shown in which order, `body` decides.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final, Literal
from urllib.parse import unquote

from .attachments import Attachment, Kind, Measured, attachments, measure, own_parts, stream
from .body import Shown, may_bring_words, read_body
from .calendar import MAX_OCTETS as MAX_CALENDAR
from .calendar import Invitation, invitation
from .headers import HeaderField, parse_fields
from .inline_images import INLINE_OCTETS, InlineImages, image_type, name_of
from .inner_messages import JOINT, inner_octets
from .octets import Octets
from .structure import MAX_DEPTH, Part, scan
from .text_parts import MAX_TEXT_OCTETS, decode_body, decode_html_body, decode_markup
from .transfer import decode_transfer, is_known_encoding, true_encoding
from .work import CALENDAR, PIECE, Work

TextKind = Literal["plain", "html", "none"]

_BASE: Final = re.compile(
    r"<base\s[^<>]{0,200}?href\s{0,8}=[\s\"']{0,8}([^\s\"'<>]{1,2000})", re.IGNORECASE
)
_BASE_WITHIN: Final = 16 * 1024
_BLANK_OCTETS: Final = 16 * 1024  # of a text that is blank, at most
_SNIFFED: Final = 64
_HEAD: Final = 12  # octets that tell an image
_MAX_WRAPPERS: Final = 4  # opaque signatures that are opened unasked, one in the other
_MOST_SOURCES: Final = 2000  # addresses of pictures that are looked up
_SOURCE: Final = re.compile(
    r"\b(?:src|background)\s{0,8}=\s{0,8}[\"']?\s{0,8}([^\s\"'<>]{1,2000})"
    r"|\burl\(\s{0,8}(?:[\"']([^\"'<>]{1,2000})"
    r"|(?:&quot;|&#0?3[49];|&apos;)?([^\s\"'<>()]{1,2000}))",
    re.IGNORECASE,
)


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


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the body as it is read: a text, or a picture or file in its place.

    Attributes:
        text: of a text, as in `Text`; else "".
        part: the picture, or the file; None for a text.
        picture: it is shown as a picture.
    """

    text: str
    part: Attachment | None = None
    picture: bool = False


class Contents:
    """What is in a message. Never raises for bad mail; safe to use in one thread at a time.

    Args:
        data: from the first header octet on, dot-unstuffed.
        whole: True when nothing comes behind `data`.
        signed: how many opaque signatures are wrapped around it, one around the other.
        work: how much may be done; what is over it is left out, and named as a defect.

    Attributes:
        root: the tree of parts.
        text: the words of the body, at most 1 MiB of it.
        passages: the body in order.
        attachments: what is not shown, in order, and uuencoded files in texts.
        shown: pictures and named texts that are shown, in order.
        has_attachments: whether it has any; None while none has come and more parts may.
    """

    def __init__(
        self, data: Octets, *, whole: bool, signed: int = 0, work: Work | None = None
    ) -> None:
        self._work = work or Work(octets=len(data))
        self._files = self._work.twin()  # counting them takes nothing from the text
        self._structure = scan(data, whole=whole)
        self.data = data
        self.whole = whole
        self.signed = signed
        self.root = self._structure.root
        self._body = read_body(
            self.root, is_blank=self._is_blank, is_picture=self._is_picture, whole=whole
        )
        pieces = self._body.words + self._body.html
        pictures = {one.part.path for one in pieces if one.kind == "picture"} | self._referenced()
        shown = self._body.paths | pictures
        unnamed = {one.path for one in own_parts(self.root) if one.filename is None}
        bodies = (shown & unnamed) - pictures
        found = attachments(data, self._structure, bodies, whole=whole, work=self._files)
        self.attachments = tuple(one for one in found if one.path not in shown)
        self.shown = tuple(one for one in found if one.path in shown)
        self.passages = tuple(self._passages({one.path: one for one in found}))
        self.text = self._text()
        self._measures: dict[str, Measured] = {}
        self._invitations: dict[str, Invitation | None] = {}
        self._wrapped: Contents | None = None
        self.has_attachments = self._has_attachments()

    @cached_property
    def fields(self) -> tuple[HeaderField, ...]:
        """All header fields, in order."""
        return parse_fields(bytes(self.data[slice(*self.root.header)]), self._work)

    @property
    def attachment_first(self) -> bool:
        """Whether a part that is no text stands before it, so that few lines more do not help.

        Where the message is whole and has no text, none does.
        """
        first = next((one.part.header[0] for one in self._texts(self._body.words)), None)
        others = self.attachments + self.shown
        if first is None:
            return bool(others) and not self.whole
        return any(one.span[0] < first for one in others)

    @property
    def pauses(self) -> bool:
        """Whether no text is under way: words have come and ended, or a file comes now."""
        begun = [one for one in own_parts(self.root) if one.body[0] > one.header[1]]
        coming = [one for one in begun if not (one.complete or one.is_multipart)]
        words = {one.part.path for one in self._texts(self._body.words)}
        if any(one.path in words for one in coming):
            return False
        return bool(self.text.text.strip() or coming)

    @property
    def file_coming(self) -> bool:
        """Whether words have come, and now a file does, of which lines more would show nothing."""
        coming = any(not one.complete and one.encoding == "base64" for one in self.attachments)
        return coming and bool(self.text.text.strip())

    def measured(self, attachment: Attachment) -> Measured:
        """Its exact size and digest; decodes all of it the first time."""
        found = self._measures.get(attachment.path)
        if found is None:
            found = measure(self.data, attachment, self._files)
            self._measures[attachment.path] = found
        return found

    def invitation(self, attachment: Attachment) -> Invitation | None:
        """What a calendar says, read the first time; None where it is none or too much work."""
        path, octets = attachment.path, attachment.octets or 0
        if path not in self._invitations:
            readable = octets <= MAX_CALENDAR and self._work.spend(CALENDAR + octets)
            found = invitation(self.decoded(attachment), attachment.charset) if readable else None
            self._invitations[path] = found
        return self._invitations[path]

    def decoded(self, attachment: Attachment) -> bytes:
        """All its octets, in memory; for small ones."""
        return b"".join(stream(self.data, attachment))

    def inner(self, path: str) -> "Contents | None":
        """A message within this one; None where there is none.

        Args:
            path: of the part that it is; for one in another, their paths joined by `:`.
        """
        contents: Contents | None = self
        work = Work(octets=len(self.data))
        for one in path.split(JOINT) if path.count(JOINT) < MAX_DEPTH else [""]:
            contents = contents and contents._opened(one, work)  # noqa: SLF001 - of its own class
        return contents

    def readable(self) -> "tuple[str, Contents]":
        """What it says, and the path to that: "" and itself, unless a signature is around it."""
        path, contents = "", self
        while (wrapper := contents.wrapper) is not None:
            inner = contents._unwrapped(wrapper)
            if inner is None:
                break
            path, contents = join_paths(path, wrapper.path), inner
        return path, contents

    @property
    def wrapper(self) -> Attachment | None:
        """The opaque signature that is all of it, or all that a gateway's multipart holds."""
        first = next(iter(self.attachments), None)
        if first is None or first.kind is not Kind.SMIME_SIGNED or self.signed >= _MAX_WRAPPERS:
            return None
        ended = self.whole or self.root.complete
        alone = ended and len(self.attachments + self.shown) == 1 and not self.text.text.strip()
        return first if alone or first.path == self.root.path else None

    def _unwrapped(self, wrapper: Attachment) -> "Contents | None":
        """What the signature is around, opened the first time."""
        self._wrapped = self._wrapped or self._opened(wrapper.path, self._work)
        return self._wrapped

    def _opened(self, path: str, work: Work) -> "Contents | None":
        offered = self.attachments + self.shown
        part = next((one for one in offered if one.path == path), None)
        found = None if part is None else inner_octets(self.data, part)
        if part is None or found is None:
            return None
        octets, whole = found
        signed = self.signed + 1 if part.kind is Kind.SMIME_SIGNED else 0
        return Contents(octets, whole=whole, signed=signed, work=work)

    def _has_attachments(self) -> bool | None:
        _, readable = self.readable()
        if readable is not self:
            return readable.has_attachments
        if self.attachments:
            return True
        return False if self.whole or self.root.complete else None

    def inline_images(self) -> InlineImages:
        """The images that the HTML may name, for one view."""
        return InlineImages(self.data, self.root, base=self._base())

    @cached_property
    def markups(self) -> tuple[str, ...]:
        """The pieces of the HTML body, charset decoded, at most 1 MiB: for the sanitiser alone.

        Of words, pictures and files between them, markup is made; none where there is no HTML.
        """
        found: list[str] = []
        for one, octets, complete in self._bodies(self._body.html):
            if one.kind == "html":
                encoding, charset = self._encoding(one.part), one.part.charset
                found.append(
                    decode_markup(octets, encoding=encoding, charset=charset, complete=complete)
                )
            elif one.kind == "plain":
                words = html.escape(self._plain_text(one.part, octets, complete=complete))
                found.append(f'<div style="white-space:pre-wrap">{words}</div>')
            else:
                name = html.escape(one.part.filename or one.part.content_type)
                picture = f'<img src="cid:{name_of(one.part.path)}" alt="{name}">'
                found.append(f"<p>{picture if one.kind == 'picture' else name}</p>")
        return tuple(found)

    @property
    def has_html(self) -> bool:
        """Whether an HTML body has been met."""
        return bool(self._body.html)

    @property
    def defects(self) -> tuple[str, ...]:
        """Stable codes of what is wrong with the message, each once."""
        found = list(self._structure.defects)
        parts = [one.part for one in self._texts(self._body.words)]
        if not all(is_known_encoding(part.encoding) for part in parts):
            found.append("unknown-encoding")
        if self._is_cut(self._body.words):
            found.append("text-cut")
        if self._work.over or self._files.over:
            found.append("work-cut")
        return tuple(dict.fromkeys(found))

    @property
    def markup_cut(self) -> bool:
        """Whether there is more HTML than is shown."""
        return self._is_cut(self._body.html)

    def _is_cut(self, pieces: tuple[Shown, ...]) -> bool:
        spans = (one.part.body for one in self._texts(pieces))
        return sum(end - start for start, end in spans) > MAX_TEXT_OCTETS

    def _text(self) -> Text:
        complete = self.whole or not may_bring_words(self._body, self.root)
        first = next(self._texts(self._body.words), None)
        if first is None:
            return Text("", "none", self.whole)
        text = ""
        for one in self.passages:
            gap = "\n" if text and one.text and not text.endswith("\n") else ""
            text += gap + one.text
        return Text(text, "html" if first.kind == "html" else "plain", complete)

    def _passages(self, found: dict[str, Attachment]) -> Iterator[Passage]:
        for one, octets, complete in self._bodies(self._body.words):
            if one.kind == "plain":
                yield Passage(self._plain_text(one.part, octets, complete=complete))
            elif one.kind == "html":
                encoding, charset = self._encoding(one.part), one.part.charset
                yield Passage(
                    decode_html_body(octets, encoding=encoding, charset=charset, complete=complete)
                )
            elif one.part.path in found:
                yield Passage("", found[one.part.path], one.kind == "picture")

    def _bodies(self, pieces: tuple[Shown, ...]) -> Iterator[tuple[Shown, bytes, bool]]:
        """Each piece with the encoded octets of its text, 1 MiB in all, and whether that is all."""
        left = MAX_TEXT_OCTETS
        for one in pieces:
            start, end = one.part.body
            stop = min(end, start + left) if one.kind in {"plain", "html"} else start
            left -= stop - start
            if one.kind in {"plain", "html"} and not self._readable(stop - start):
                return
            yield one, bytes(self.data[start:stop]), one.part.complete and stop == end

    def _plain_text(self, part: Part, octets: bytes, *, complete: bool) -> str:
        return decode_body(
            octets,
            encoding=self._encoding(part),
            charset=part.charset,
            complete=complete,
            flowed=(part.params.get("format") or "").lower() == "flowed",
            delsp=(part.params.get("delsp") or "").lower() == "yes",
        )

    def _texts(self, pieces: tuple[Shown, ...]) -> Iterator[Shown]:
        return (one for one in pieces if one.kind in {"plain", "html"})

    def _is_blank(self, part: Part) -> bool:
        start, end = part.body
        if not part.complete or end - start > _BLANK_OCTETS or not self._readable(end - start):
            return False
        octets = bytes(self.data[start:end])
        return not self._plain_text(part, octets, complete=True).strip()

    def _readable(self, octets: int) -> bool:
        """Whether there is work left to read so much of a body."""
        return self._work.spend(PIECE + octets // 8)

    def _is_picture(self, part: Part) -> bool:
        """Whether it is one that a browser shows, by its first octets, as far as they came."""
        start, end = part.body
        first = bytes(self.data[start : min(end, start + _SNIFFED)])
        octets = decode_transfer(first, self._encoding(part), complete=False)
        known = image_type(octets) is not None or (not part.complete and len(octets) < _HEAD)
        return known and end - start <= 2 * INLINE_OCTETS

    def _base(self) -> str:
        """What relative addresses in the HTML are relative to."""
        within = (_BASE.search(markup[:_BASE_WITHIN]) for markup in self.markups)
        named = next((html.unescape(found[1]) for found in within if found is not None), None)
        own = (one.part.location for one in self._body.html if one.kind == "html")
        return named or next(filter(None, own), None) or self.root.location or ""

    def _referenced(self) -> set[str]:
        """The paths of pictures that the HTML shows by their Content-ID, address or name."""
        found = (one[one.lastindex or 0] for text in self.markups for one in _SOURCE.finditer(text))
        said = {html.unescape(one).strip("\"' ") for one in islice(found, _MOST_SOURCES)}
        if not said:
            return set()
        images = self.inline_images()
        addresses = (one[len("cid:") :] if one[:4].lower() == "cid:" else one for one in said)
        parts = (images.part_at(unquote(one)) or images.part_at(one) for one in addresses)
        return {part.path for part in parts if part is not None and self._is_picture(part)}

    def _encoding(self, part: Part) -> str:
        return true_encoding(part.encoding, self.data, part.body, complete=part.complete)


def join_paths(*paths: str) -> str:
    """The path to a part by way of the messages that it is in; empty ones are left out."""
    return JOINT.join(filter(None, paths))


def split_path(path: str) -> tuple[str, str]:
    """The path to the message that a part is in, "" for the outermost, and the part's own in it."""
    within, _, own = path.rpartition(JOINT)
    return within, own
