"""The reader: one message, or as much of it as has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal

from markupsafe import Markup

from app.mailbox import Saved
from app.mime import Block, Link
from app.web.list.views import RowView
from app.web.site.views import ErrorView

Level = Literal["ok", "bad", "unsure"]


@dataclass(frozen=True, slots=True)
class CheckView:
    """What is known of the sender.

    Attributes:
        text: one sentence, `SPF: …`.
        level: how it looks.
    """

    text: str
    level: Level


@dataclass(frozen=True, slots=True)
class HopView:
    """One server the message passed.

    Attributes:
        title: from whom to whom.
        lines: what else is known.
        date: by its own clock, or None.
        delay: since the server before, or how far the clocks differ; "" where not known.
        clock: whether its clock is in doubt.
        encryption: whether what came in was encrypted, and how.
        level: how that looks.
    """

    title: str
    lines: tuple[str, ...]
    date: datetime | None
    delay: str
    clock: bool
    encryption: str
    level: Level


@dataclass(frozen=True, slots=True)
class RouteView:
    """The way of a message: a summary, what is known of the sender, and the hops, oldest first."""

    summary: str
    checks: tuple[CheckView, ...]
    hops: tuple[HopView, ...]


class Tab(Enum):
    """What of a message is shown."""

    TEXT = "text"
    HTML = "html"
    ATTACHMENTS = "attachments"
    HEADERS = "headers"
    ROUTE = "route"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class FieldView:
    """A header field, decoded, and as it was written."""

    name: str
    value: str
    raw: str


@dataclass(frozen=True, slots=True)
class RungView:
    """A way to see more: label, full page, fragment."""

    label: str
    href: str
    reader_href: str


@dataclass(frozen=True, slots=True)
class TabView:
    """A tab of the reader: label, a count or 0, full page, fragment, whether it is open."""

    label: str
    count: int
    href: str
    reader_href: str
    current: bool


@dataclass(frozen=True, slots=True)
class HtmlView:
    """The HTML of a message.

    Attributes:
        remote: how many images from elsewhere there are.
        shown: whether they are let through in this view.
        insecure: some of them come by plain HTTP and are never let through.
        show: the same view with them let through.
        links: where its links go.
        refused: that and why it is shown as text only, or "".
    """

    remote: int
    shown: bool
    insecure: bool
    show: RungView | None
    links: tuple[Link, ...]
    refused: str


@dataclass(frozen=True, slots=True)
class CardView:
    """An event of a calendar: a title, lines of a label and a value, its description."""

    title: str
    lines: tuple[tuple[str, str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class InnerFileView:
    """A file within a winmail.dat: name, octets, where to save it."""

    name: str
    octets: int
    href: str


@dataclass(frozen=True, slots=True)
class PartView:
    """An attachment, or another part that is not the text.

    Attributes:
        name, type: for people.
        note: what is known of its size.
        kind: what it is in plain words, or "" for a plain file.
        sha256: of its decoded octets, or "" where they are not all here.
        href: saves it; `href/view` shows it, as the type `shown`, "" where it may not.
        message: the path to it, where it is a message that can be opened, or "".
        opens: opens it then.
        cards: what it says, where it is a calendar.
        files: what it holds, where it is a winmail.dat.
    """

    name: str
    type: str
    note: str
    kind: str
    sha256: str
    href: str
    shown: str = ""
    message: str = ""
    opens: RungView | None = None
    cards: tuple[CardView, ...] = ()
    files: tuple[InnerFileView, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkView:
    """A picture or a file in its place between texts.

    Attributes:
        kind: `picture` where it can be shown, else `file`.
        name, note: for people: what it is called, what is known of its size.
        href: saves it.
        source: the picture as a data URI, or "".
        message, opens: as of a part.
    """

    kind: Literal["picture", "file"]
    name: str
    note: str
    href: str
    source: str = ""
    message: str = ""
    opens: RungView | None = None


@dataclass(frozen=True, slots=True)
class InnerView:
    """A message within the message, open in the reader.

    Attributes:
        subject, date, date_title, received: as in a row.
        outer: goes back to the message that it is in; the label is that one's subject.
        save_href: saves it as a file.
    """

    subject: str
    date: datetime | None
    date_title: str
    received: bool
    outer: RungView
    save_href: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """A page of the raw octets; `previous` and `next` are None at the ends."""

    text: str
    first: int
    last: int
    total: int
    previous: RungView | None
    next: RungView | None


@dataclass(frozen=True, slots=True)
class FetchView:
    """The whole message on its way.

    Attributes:
        subject: of the message that comes, where it is another one, or "".
        got, octets: how much is here, and of how much, where that is known.
        running: more is to come.
        ask: where to ask how far it is.
        cancel: where to call it off.
        error: why it broke off.
    """

    subject: str
    got: int
    octets: int | None
    running: bool
    ask: str
    cancel: str
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class MessageView:
    """The reader.

    Attributes:
        row: the message as in the list.
        inner: the message within it that is open; then all but the row is of that one.
        sender_name, sender_address, recipients: who to whom; "" where not known.
        tabs: what there is to look at.
        tab: the open one.
        blocks: the text as far as it came, with pictures and files in their places.
        texts: there are words among them.
        signed: an opaque signature is around it, which nobody checked.
        stripped: the text was made from HTML by taking the tags away.
        html: the HTML tab; `frame` is the address of its document, or "".
        parts: parts met so far that are not shown.
        more_calendars: among them that are not shown.
        encoded: some of them take more room in the message than saved.
        inside: pictures and named texts that are.
        fields: all headers, and `raw` them as they came.
        route: the way the message took.
        source: raw octets.
        transferred: octets; `share` is that of the whole message, in percent.
        complete: the whole message was transferred.
        attachment_first: an attachment stands before the text.
        rungs: ways to see more.
        whole: starts the download of the whole message, or "" where it is here.
        wrong: what is wrong with it, a sentence each.
        fetch: the download, while it runs or where it failed.
        waiting: nothing can be shown before another message is here.
        saved: the message as it was saved from here.
        save_all: all attachments in one file.
        save_href: the whole message as a file; `save_mark` marks it then, `saved_href` tells.
        back: the list this message was opened from.
        error: why the message could not be peeked into; the rest is then empty.
        headless: not even its header is known: the server shows nothing but whole messages.
        fetched_header: the whole message was needed to know its header; its row is another now.
    """

    row: RowView
    sender_name: str
    sender_address: str
    recipients: str
    tabs: tuple[TabView, ...]
    tab: Tab
    transferred: int
    share: float
    complete: bool
    rungs: tuple[RungView, ...]
    whole: str
    save_all: str
    save_href: str
    save_mark: str
    saved_href: str
    back: str
    blocks: tuple[Block | MarkView, ...] = ()
    inner: InnerView | None = None
    signed: bool = False
    texts: bool = False
    stripped: bool = False
    html: HtmlView | None = None
    frame: str = ""
    parts: tuple[PartView, ...] = ()
    more_calendars: int = 0
    encoded: bool = False
    inside: tuple[PartView, ...] = ()
    fields: tuple[FieldView, ...] = ()
    raw: str = ""
    route: RouteView | None = None
    source: SourceView | None = None
    attachment_first: bool = False
    wrong: tuple[str, ...] = ()
    fetch: FetchView | None = None
    waiting: bool = False
    saved: Saved | None = None
    error: ErrorView | None = None
    headless: bool = False
    fetched_header: bool = False


@dataclass(frozen=True, slots=True)
class ReaderFragment:
    """The reader, and what changed around it."""

    reader: MessageView
    received: int
    back: str


@dataclass(frozen=True, slots=True)
class MailDocument:
    """What the frame shows.

    Attributes:
        html: a sanitised fragment.
        coloured: it has colours of its own and is shown on a light sheet.
        backdrop: the colour of the sheet, as CSS; "" for the usual one.
    """

    html: Markup
    coloured: bool
    backdrop: str
