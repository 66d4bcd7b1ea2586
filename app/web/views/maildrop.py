"""The mailbox page: the list and what stands around it."""

from dataclasses import dataclass

from .reader import MessageView
from .shell import AccountView, ErrorView, RowView, Shell
from .space import MapView, StatView


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far the headers are: for `<progress>`, and formatted.

    Attributes:
        running: more are on their way.
        paused: a person has stopped them.
        stopped: they were cut off, and come when somebody wants them.
    """

    known: int
    total: int
    known_text: str
    total_text: str
    size: str
    running: bool
    paused: bool
    stopped: bool


@dataclass(frozen=True, slots=True)
class SortView:
    """One order of the list: the value in the URL and what the select shows."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class FaultView:
    """What is wrong with a filter; `before`, `at` and `after` are what was typed, in three parts.

    Attributes:
        words: what is wrong, a sentence.
    """

    words: str
    before: str
    at: str
    after: str


@dataclass(frozen=True, slots=True)
class RecipeView:
    """An example of the filter language: what it finds, its text, and where it leads."""

    label: str
    q: str
    href: str


@dataclass(frozen=True, slots=True)
class FilterView:
    """The form above the list.

    Attributes:
        q: the filter, as it was typed.
        longest: characters that can be typed: more than a filter may have, so that what is cut
            off is never taken for all of it, and few enough for an address.
        fault: why it makes no sense, or None where it does.
    """

    q: str
    longest: int
    sorts: tuple[SortView, ...]
    recipes: tuple[RecipeView, ...]
    fault: FaultView | None = None


@dataclass(frozen=True, slots=True)
class MatchingView:
    """How much the list holds, over all its pages.

    Attributes:
        q: the filter; "" where all messages are meant.
        count: how many match; `messages` and `size` are formatted.
        undecided: how many may match once their headers are known; `undecided_text` formatted.
        more: there are other pages.
    """

    q: str
    count: int
    messages: str
    size: str
    undecided: int
    undecided_text: str
    more: bool


@dataclass(frozen=True, slots=True)
class OrderView:
    """Whether the rows on the screen are still those that belong there.

    Attributes:
        asks: the address that tells it, or "" where nothing can change.
        changed: they are not.
        fresh: how many others belong there; `fresh_text` formatted.
        href: the list as it would be now; `list_href` the same for htmx.
    """

    asks: str
    changed: bool
    fresh: int
    fresh_text: str
    href: str
    list_href: str


@dataclass(frozen=True, slots=True)
class ToastView:
    """What was just done to many marks; `number` names it, `undoable` offers to take it back."""

    said: str
    number: int
    undoable: bool


@dataclass(frozen=True, slots=True)
class PagerView:
    """Pages of the list; `previous` and `next` are paths, or "" at the ends."""

    page: int
    pages: int
    first: str
    last: str
    total: str
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class TrayView:
    """What is marked; `count` 0 hides the tray."""

    count: int
    messages: str
    size: str


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of the transcript.

    Attributes:
        number: for whoever asks what came after it.
        side: `C`, `S`, or "" where something happened to the connection.
        text: what was said, or what happened.
        notes: octets, milliseconds, whether it was pipelined.
        time: of the day; at_iso for `<time>`.
    """

    number: int
    side: str
    text: str
    notes: tuple[str, ...]
    time: str
    at_iso: str


@dataclass(frozen=True, slots=True)
class TranscriptView:
    """The drawer: its newest lines, what it says of all of them, the number of the newest."""

    lines: tuple[LineView, ...]
    facts: tuple[str, ...]
    newest: int


@dataclass(frozen=True, slots=True)
class LiveView:
    """What keeps a page up to date.

    Attributes:
        key: the same on all pages of a session, no secret.
        listing, marks, held: which states of these the page shows.
    """

    key: str
    listing: int
    marks: int
    held: int


@dataclass(frozen=True, slots=True)
class NoticesView:
    """What a person should know, one sentence each: what happened, and how this server is."""

    happened: tuple[str, ...]
    standing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MailboxView:
    """The mailbox page; `reader` is None where no message is open.

    Attributes:
        back: this very page, for forms that come back to it.
        received: octets received from the server so far, formatted.
        filling: headers of this very page are on their way; without JavaScript it asks again.
        error: something that went wrong with the last click; the list is still good.
    """

    shell: Shell
    account: AccountView
    stat: StatView
    map: MapView
    rows: tuple[RowView, ...]
    progress: ProgressView
    filter: FilterView
    matching: MatchingView
    order: OrderView
    pager: PagerView
    tray: TrayView
    toast: ToastView | None
    notices: NoticesView
    transcript: TranscriptView
    live: LiveView
    received: str
    filling: bool
    back: str
    reader: MessageView | None = None
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class MarkedFragment:
    """After a mark was set or taken back: the row, the tray, the lock's chip; `said` tells it."""

    shell: Shell
    account: AccountView
    row: RowView
    tray: TrayView
    back: str
    said: str


@dataclass(frozen=True, slots=True)
class ListFragment:
    """Another list in the place of the one that is there; `back` is its address."""

    shell: Shell
    rows: tuple[RowView, ...]
    progress: ProgressView
    matching: MatchingView
    order: OrderView
    pager: PagerView
    filter: FilterView
    back: str


@dataclass(frozen=True, slots=True)
class FaultFragment:
    """A filter that makes no sense; the list stays as it is."""

    filter: FilterView


@dataclass(frozen=True, slots=True)
class CountedFragment:
    """How much matches by now; `error` where that has kept something from being done."""

    matching: MatchingView
    order: OrderView
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class BulkFragment:
    """After many marks changed: the rows on the screen, and what hangs on them.

    Attributes:
        open: the open message, or None where none is.
        said: how much is marked, for screen readers, where no toast tells what happened.
    """

    shell: Shell
    account: AccountView
    rows: tuple[RowView, ...]
    open: RowView | None
    tray: TrayView
    toast: ToastView | None
    back: str
    said: str


@dataclass(frozen=True, slots=True)
class ProgressFragment:
    """The progress, and the rows whose headers have come in; `said` tells what a click did."""

    shell: Shell
    progress: ProgressView
    rows: tuple[RowView, ...]
    received: str
    back: str
    said: str


@dataclass(frozen=True, slots=True)
class NoticesFragment:
    """What a person should know, in the place of what stands there."""

    shell: Shell
    notices: NoticesView
    back: str


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

    shell: Shell
    account: AccountView
    tray: TrayView
    rows: tuple[RowView, ...]
    open: RowView | None
    back: str
    chip: bool
    notices: NoticesView
    changed: str


@dataclass(frozen=True, slots=True)
class TranscriptFragment:
    """Lines for the drawer."""

    transcript: TranscriptView


@dataclass(frozen=True, slots=True)
class SavedFragment:
    """How saving a message stands, and what hangs on its mark."""

    shell: Shell
    reader: MessageView
    row: RowView
    tray: TrayView
    back: str
