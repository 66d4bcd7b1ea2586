"""The mailbox page, and the pieces of it that htmx asks for."""

from dataclasses import dataclass

from app.mailbox import Progress
from app.web.list.views import ListFragment, NoticesView, RowView, TrayView
from app.web.reader.views import MessageView
from app.web.site.views import ErrorView, LiveView
from app.web.space.views import MapView, StatView
from app.web.transcript.views import TranscriptView


@dataclass(frozen=True, slots=True)
class MailboxView:
    """The mailbox page; `reader` is None where no message is open.

    Attributes:
        back: this very page, for forms that come back to it.
        received: octets received from the server so far.
        filling: headers of this very page are on their way; without JavaScript it asks again.
        error: something that went wrong with the last click; the list is still good.
    """

    stat: StatView
    map: MapView
    list: ListFragment
    tray: TrayView
    notices: NoticesView
    transcript: TranscriptView
    live: LiveView
    received: int
    filling: bool
    back: str
    reader: MessageView | None = None
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class MarkedFragment:
    """After a mark was set or taken back: the row, the tray, the lock's chip; `said` tells it."""

    row: RowView
    tray: TrayView
    back: str
    said: str


@dataclass(frozen=True, slots=True)
class BulkFragment:
    """After many marks changed: the rows on the screen, and what hangs on them.

    Attributes:
        open: the open message, or None where none is.
        said: how much is marked and what was done, for screen readers.
    """

    rows: tuple[RowView, ...]
    open: RowView | None
    tray: TrayView
    back: str
    said: str


@dataclass(frozen=True, slots=True)
class ProgressFragment:
    """The progress, and the rows whose headers have come in; `said` tells what a click did."""

    progress: Progress
    rows: tuple[RowView, ...]
    received: int
    back: str
    said: str


@dataclass(frozen=True, slots=True)
class LiveFragment:
    """What has changed elsewhere.

    Attributes:
        rows: those that look other than the page that asks.
        open: the open message's row, or None.
        chip: whether the lock's chip goes with it.
        notices: what a person should know now.
        changed: that the page shows another mailbox than there is now, in words, or "".
    """

    tray: TrayView
    rows: tuple[RowView, ...]
    open: RowView | None
    back: str
    chip: bool
    notices: NoticesView
    changed: str


@dataclass(frozen=True, slots=True)
class SavedFragment:
    """How saving a message stands, and what hangs on its mark."""

    reader: MessageView
    tray: TrayView
    back: str
