"""Hostile HTML mail to a fragment that can do nothing but be looked at.

Three passes, each of which would do alone against most of it: `tidy` bounds and balances, nh3
parses as a browser does and keeps what is listed, and every address, style and other value is
judged as that parser read it. The frame it is shown in (`app/web/reader/html_frame.py`) is the
fourth.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import nh3

from .attributes import ADDRESSES, ALLOWED, COLOURS, clean_value
from .backgrounds import LOST, LOST_ATTRIBUTE, brings_backgrounds, legible
from .links import Link, clean_href, differs
from .markup import TextToken, attributes, normal, revealed, text, tokens, unveiled, veiled
from .styles import Style, clean_style
from .tidy import TAGS, Refusal, tidy

MAX_LINKS: Final = 1000
MAX_INLINED: Final = 8 * 1024 * 1024  # characters of data URIs, each as often as it is shown
_MAX_LINK_TEXT: Final = 200
_MAX_STYLES: Final = 256 * 1024  # characters of styles that are not alike

_DATA_IMAGE: Final = re.compile(
    r"data:image/(?:png|gif|jpeg|jpg|webp|bmp|avif);base64,[A-Za-z0-9+/]+={0,2}", re.IGNORECASE
)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_QUOTED: Final = re.compile(r"['()*@!]")  # in a style's address
_CID: Final = re.compile(r"cid:(.+)", re.IGNORECASE | re.DOTALL)
_WITHOUT: Final = frozenset({"script", "style"})  # tidy has left none
_OURS: Final = frozenset(
    {"rel", "target"}
)  # in no mail's list: nh3 asks about what it adds as well


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """What of a mail's HTML may be shown.

    Attributes:
        html: a fragment for the body of the frame's document; "" where `refused`.
        remote_images: images from elsewhere, blocked or let through.
        links: at most 1,000 of them, in order.
        coloured: the mail sets colours of its own and needs a light sheet.
        backdrop: the colour its own body has, as CSS, or "".
        refused: `too-large` or `too-deep`: its text has to do; else None.
        defects: stable codes, each once: `formatting-cut`, `inline-cut` (more inline images than
            fit), `insecure-image` (one by http, which is never let through), `links-cut`,
            `styles-cut`.
    """

    html: str
    remote_images: int = 0
    links: tuple[Link, ...] = ()
    coloured: bool = False
    backdrop: str = ""
    refused: Refusal | None = None
    defects: tuple[str, ...] = ()


class _Values:
    """Judges attributes as nh3 comes upon them, and keeps count."""

    def __init__(self, inline: Callable[[str], str | None], *, remote: bool) -> None:
        self.remote_images = 0
        self.coloured = False
        self.defects: set[str] = set()
        self._inline = inline
        self._remote = remote
        self._inlined: dict[str, str | None] = {}
        self._styles: dict[str, Style] = {}
        self._spare = _MAX_STYLES
        self._room = MAX_INLINED

    def __call__(self, tag: str, name: str, value: str) -> str | None:
        """The value to keep, or None."""
        value = unveiled(value)
        kept: str | None
        if name in _OURS:
            return value
        if name == "href":
            kept = clean_href(value)
        elif name in ADDRESSES:
            kept = self._image(value)
            self.coloured |= kept is not None and name == "background"
            if kept is None and name == "background":
                return LOST_ATTRIBUTE
        elif name == "style":
            kept = self._style(value)
        else:
            kept = clean_value(name, value)
            self.coloured |= kept is not None and name in COLOURS and tag != "hr"
        return None if kept is None else veiled(kept)

    def style(self, value: str) -> Style:
        """The harmless part of a style; the same text is read once."""
        known = self._styles.get(value)
        if known is None:
            self._spare -= len(value)
            spent = self._spare < 0
            known = Style("", cut=True) if spent else clean_style(value, self._background)
            self._styles[value] = known
            if known.cut:
                self.defects.add("styles-cut")
        return known

    def _style(self, value: str) -> str | None:
        style = self.style(value)
        pictured = "background-image:" in style.css
        self.coloured |= style.coloured or pictured
        if pictured and "data:" in style.css:  # it may have been used before
            self._room -= len(style.css)
            if self._room < 0:
                self.defects.add("inline-cut")
                return LOST
        return ";".join(filter(None, (style.css, LOST if style.lost else ""))) or None

    def _background(self, address: str) -> str | None:
        """An image that may stand between the quotes of a style."""
        kept = self._image(normal(address))  # escapes can write what marks and veils use
        return None if kept is None else _QUOTED.sub(lambda found: f"%{ord(found[0]):02X}", kept)

    def _image(self, address: str) -> str | None:
        content = _CID.fullmatch(address.strip())
        if content is not None:
            return self._content(unquote(content[1].strip()))  # RFC 2392, section 2
        if address[:5].lower() == "data:" or address.lstrip()[:5].lower() == "data:":
            return _data(address)
        if (own := self._content(address)) is not None:
            return own
        web = clean_href(address)
        if web is None and address.lstrip()[:2] == "//":
            web = clean_href("https:" + address.lstrip())
        if web is None or not web.startswith("http"):
            return None
        self.remote_images += 1
        if not web.startswith("https:"):
            self.defects.add("insecure-image")
            return None
        return web if self._remote else None

    def _content(self, key: str) -> str | None:
        """What the message itself has under a Content-ID or an address."""
        key = key.strip()
        if key not in self._inlined:
            found = self._inline(key)
            self._inlined[key] = None if found is None else _data(found)
        data = self._inlined[key]
        if data is None:
            return None
        self._room -= len(data)
        if self._room < 0:
            self.defects.add("inline-cut")
            return None
        return data


def _data(address: str) -> str | None:
    address = _BLANKS.sub("", address)
    return address if _DATA_IMAGE.fullmatch(address) else None


def sanitise(markup: str, *, inline: Callable[[str], str | None], remote: bool) -> SafeHtml:
    """Makes HTML safe to show. Never raises over what the mail says; linear; up to a second's work.

    Args:
        markup: the HTML of a mail, decoded; a document or a fragment.
        inline: a `data:` URI for the image with a Content-ID (no angle brackets), or an address
            that stands in the HTML; else None. Called at most once for each.
        remote: let https: images through.
    """
    tidied = tidy(markup, ALLOWED)
    if tidied.refused is not None:
        return SafeHtml("", refused=tidied.refused)
    values = _Values(inline, remote=remote)
    html = revealed(
        nh3.clean(
            tidied.markup,
            tags=set(TAGS),
            clean_content_tags=set(_WITHOUT),
            attributes={tag: set(names) for tag, names in ALLOWED.items()},
            attribute_filter=values,
            url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
            set_tag_attribute_values={"a": {"target": "_blank"}},
            link_rel="noopener noreferrer nofollow",
        )
    )
    html = legible(html, unstyled=brings_backgrounds(markup))
    links = tuple(_links(html))
    if len(links) > MAX_LINKS:
        values.defects.add("links-cut")
    if tidied.formatting_cut:
        values.defects.add("formatting-cut")
    return SafeHtml(
        html,
        remote_images=values.remote_images,
        links=links[:MAX_LINKS],
        coloured=values.coloured,
        backdrop=values.style(tidied.body).background,
        defects=tuple(sorted(values.defects)),
    )


def joined(pieces: Iterable[SafeHtml]) -> SafeHtml:
    """Several pieces of a mail as one document; refused where one of them is."""
    found = list(pieces)
    if len(found) == 1:
        return found[0]
    refused = next((one.refused for one in found if one.refused), None)
    links = tuple(link for one in found for link in one.links)
    defects = {code for one in found for code in one.defects}
    return SafeHtml(
        "" if refused else "\n".join(f"<div>{one.html}</div>" for one in found),
        remote_images=sum(one.remote_images for one in found),
        links=links[:MAX_LINKS],
        coloured=any(one.coloured for one in found),
        backdrop=next((one.backdrop for one in found if one.backdrop), ""),
        refused=refused,
        defects=tuple(sorted(defects | ({"links-cut"} if len(links) > MAX_LINKS else set()))),
    )


def _links(html: str) -> Iterator[Link]:
    """The links of a sanitised fragment: one more than are wanted, where there are more."""
    href, words, length, found = "", list[str](), 0, 0
    for token in tokens(html):
        if isinstance(token, TextToken):
            if href and length < _MAX_LINK_TEXT * 4:
                words.append(token.text)
                length += len(token.text)
        elif token.name == "a" and not token.closes:
            href, words, length = dict(attributes(token.rest)).get("href", ""), [], 0
        elif token.name == "a" and href:
            said = " ".join(text("".join(words)).split())[:_MAX_LINK_TEXT]
            yield Link(said, href, differs(said, href))
            href, found = "", found + 1
            if found > MAX_LINKS:
                return
        elif token.name in {"br", "img"} and href:
            words.append(" ")
