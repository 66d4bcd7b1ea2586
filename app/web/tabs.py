"""What each tab of the reader needs to know of a message; slow enough to be done aside."""

from dataclasses import dataclass

from app.mime import (
    Block,
    Contents,
    SafeHtml,
    Trace,
    blocks,
    joined,
    sanitise,
    show_source,
    trace,
)

from .parts import mark_view, part_views
from .views import FieldView, MarkView, PartView, Tab

SOURCE_OCTETS = 64 * 1024  # of a page


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a message was asked for.

    Attributes:
        tab: which view.
        lines: how many lines of the body; None for as few as bring its text.
        remote: whether images from elsewhere are let through.
        page: of the source, from 1.
    """

    tab: Tab = Tab.TEXT
    lines: int | None = None
    remote: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """What a tab shows; the other tabs' fields are empty.

    Attributes:
        parts: of every tab, for their count.
        inside: what is shown in the message and can be saved.
    """

    parts: tuple[PartView, ...]
    blocks: tuple[Block | MarkView, ...] = ()
    inside: tuple[PartView, ...] = ()
    html: SafeHtml | None = None
    fields: tuple[FieldView, ...] = ()
    raw_header: str = ""
    trace: Trace | None = None
    source: str = ""


def show(contents: Contents, asked: Asked, octets: int | None, path: str) -> Shown:
    """Works out what a tab shows; for a thread.

    Args:
        contents: the message as far as it has come.
        asked: what of it.
        octets: of the whole message, by LIST's estimate.
        path: of the message's page.
    """
    closely = asked.tab is Tab.ATTACHMENTS
    parts = part_views(contents, octets, path, closely=closely)
    match asked.tab:
        case Tab.TEXT:
            return Shown(parts, blocks=_blocks(contents, octets, path))
        case Tab.HTML:
            html = safe_html(contents, remote=asked.remote)
            refused = html is not None and html.refused
            text = _blocks(contents, octets, path) if refused else ()
            return Shown(parts, blocks=text, html=html)
        case Tab.ATTACHMENTS:
            inside = part_views(contents, octets, path, closely=True, shown=True)
            return Shown(parts, inside=inside)
        case Tab.HEADERS:
            raw = bytes(contents.data[slice(*contents.root.header)])
            fields = tuple(
                FieldView(field.name, field.value, show_source(field.raw))
                for field in contents.fields
            )
            return Shown(parts, fields=fields, raw_header=show_source(raw))
        case Tab.ROUTE:
            return Shown(parts, trace=trace(contents.fields))
        case Tab.SOURCE:
            start = (asked.page - 1) * SOURCE_OCTETS
            page = bytes(contents.data[start : start + SOURCE_OCTETS])
            return Shown(parts, source=show_source(page))


def _blocks(contents: Contents, octets: int | None, path: str) -> tuple[Block | MarkView, ...]:
    """The body in order: texts in blocks, pictures and files between them."""
    images = contents.inline_images()
    found: list[Block | MarkView] = []
    for passage in contents.passages:
        if passage.part is not None:
            source = images.of_part(passage.part.path) if passage.picture else None
            found.append(mark_view(passage.part, source or "", octets, path))
        elif passage.text.strip():
            found += blocks(passage.text.strip("\n"))
    return tuple(found)


def safe_html(contents: Contents, *, remote: bool) -> SafeHtml | None:
    """The HTML body made harmless, with the images it brings along; None where there is none."""
    if not contents.markups:
        return None
    images = contents.inline_images()
    return joined(sanitise(one, inline=images, remote=remote) for one in contents.markups)
