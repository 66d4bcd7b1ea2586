"""What each tab of the reader needs to know of a message; slow enough to be done aside."""

from dataclasses import dataclass, replace

from app.mailbox import message_within
from app.mime import (
    Block,
    Contents,
    SafeHtml,
    Summary,
    Trace,
    blocks,
    join_paths,
    joined,
    sanitise,
    show_source,
    split_path,
    summarise,
    trace,
)

from .attachments import CALENDARS, Place, calendars, mark_view, part_view, part_views
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
        within: the path to a message within that is asked for instead, or "".
    """

    tab: Tab = Tab.TEXT
    lines: int | None = None
    remote: bool = False
    page: int = 1
    within: str = ""


@dataclass(frozen=True, slots=True)
class TabContents:
    """What a tab shows; the other tabs' fields are empty.

    Attributes:
        contents: the message, the one in it that was asked for, or what a signature is around.
        come: octets of the message that was asked for, as far as they are here.
        parts: of every tab, for their count.
        summary: of the message within that was asked for; `outer` of the one that it is in.
        inside: what is shown in the message and can be saved.
        more_calendars: how many there are beyond those that are shown.
    """

    contents: Contents
    come: int
    parts: tuple[PartView, ...]
    summary: Summary | None = None
    outer: Summary | None = None
    blocks: tuple[Block | MarkView, ...] = ()
    inside: tuple[PartView, ...] = ()
    html: SafeHtml | None = None
    fields: tuple[FieldView, ...] = ()
    raw_header: str = ""
    trace: Trace | None = None
    source: str = ""
    more_calendars: int = 0


def show(contents: Contents, asked: Asked, octets: int | None, path: str) -> TabContents:
    """Works out what a tab shows; for a thread.

    Args:
        contents: the message as far as it has come.
        asked: what of it.
        octets: of the whole message, by LIST's estimate.
        path: of the message's page.

    Raises:
        NoSuchPart: there is no message within where one was asked for.
    """
    own = message_within(contents, asked.within)
    wrapped_in, readable = own.readable()
    within = join_paths(asked.within, wrapped_in)
    place = Place(None if within else octets, path, within)
    closely = asked.tab is Tab.ATTACHMENTS
    cards = asked.tab in {Tab.TEXT, Tab.ATTACHMENTS}
    parts = part_views(readable, place, closely=closely, cards=cards)
    found = TabContents(readable, len(own.data), parts)
    if cards:
        found = replace(found, more_calendars=max(len(calendars(readable)) - CALENDARS, 0))
    if asked.within:
        outer = summarise(_header(message_within(contents, split_path(asked.within)[0])))
        # What is signed has a header for its body alone.
        summary = outer if own.signed else summarise(_header(own))
        found = replace(found, summary=summary, outer=outer)
    match asked.tab:
        case Tab.TEXT:
            return replace(found, blocks=_blocks(readable, place))
        case Tab.HTML:
            html = safe_html(readable, remote=asked.remote)
            refused = html is not None and html.refused
            text = _blocks(readable, place) if refused else ()
            return replace(found, blocks=text, html=html)
        case Tab.ATTACHMENTS:
            inside = part_views(readable, place, closely=True, shown=True)
            outside = Place(octets, path, asked.within)
            wrappers = (own.wrapper,) if own.wrapper and readable is not own else ()
            around = tuple(part_view(own, one, outside, closely=True) for one in wrappers)
            return replace(found, inside=inside + around)
        case Tab.HEADERS:
            fields = tuple(
                FieldView(field.name, field.value, show_source(field.raw)) for field in own.fields
            )
            return replace(found, fields=fields, raw_header=show_source(_header(own)))
        case Tab.ROUTE:
            return replace(found, trace=trace(own.fields))
        case Tab.SOURCE:
            start = (asked.page - 1) * SOURCE_OCTETS
            page = bytes(own.data[start : start + SOURCE_OCTETS])
            return replace(found, source=show_source(page))


def _header(contents: Contents) -> bytes:
    return bytes(contents.data[slice(*contents.root.header)])


def _blocks(contents: Contents, place: Place) -> tuple[Block | MarkView, ...]:
    """The body in order: texts in blocks, pictures and files between them."""
    images = contents.inline_images()
    found: list[Block | MarkView] = []
    for passage in contents.passages:
        if passage.part is not None:
            source = images.of_part(passage.part.path) if passage.picture else None
            found.append(mark_view(contents, passage.part, source or "", place))
        elif passage.text.strip():
            found += blocks(passage.text.strip("\n"))
    return tuple(found)


def safe_html(contents: Contents, *, remote: bool) -> SafeHtml | None:
    """The HTML body made harmless, with the images it brings along; None where there is none."""
    if not contents.markups:
        return None
    images = contents.inline_images()
    return joined(sanitise(one, inline=images, remote=remote) for one in contents.markups)
