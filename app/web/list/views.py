"""What templates get of a list: its rows, its filter, and what is marked."""

from dataclasses import dataclass
from datetime import datetime

from app.mailbox import Progress, Totals
from app.web.site.views import ErrorView


@dataclass(frozen=True, slots=True)
class PieceView:
    """A piece of a text; `hit`: the filter has found it."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class HitsView:
    """Texts of a row in pieces, each empty where the filter has found nothing in it.

    Attributes:
        sender: of what is shown as the sender.
        subject: of the subject.
        address: of the sender's address, where that is not shown otherwise.
        to: of a recipient's name or address.
    """

    sender: tuple[PieceView, ...] = ()
    subject: tuple[PieceView, ...] = ()
    address: tuple[PieceView, ...] = ()
    to: tuple[PieceView, ...] = ()


@dataclass(frozen=True, slots=True)
class RowView:
    """A message in a list.

    Attributes:
        id: for forms and links; the row's element is `m-ID`.
        number: in the maildrop.
        sender: name or address; "" while it is not known or where there is none.
        sender_title: name and address.
        subject: "" where there is none.
        date_title: in full; says so where the message has no date of its own; "" without a date.
        received: the date is that of its arrival.
        octets: None where the server does not tell them.
        share: of the largest message, in percent, for the bar.
        heat: 1 to 5.
        known: sender, subject and date are known; else the row is a skeleton.
        fresh: it has come since somebody looked last.
        refused: the server would not show its headers.
        marked, current: state.
        href: the page with this message open.
        reader_href: the fragment of the reader.
        hits: what the filter has found in it.
    """

    id: str
    number: int
    sender: str
    sender_title: str
    subject: str
    date: datetime | None
    date_title: str
    received: bool
    octets: int | None
    share: float
    heat: int
    known: bool
    fresh: bool
    refused: bool
    marked: bool
    current: bool
    href: str
    reader_href: str
    hits: HitsView = HitsView()


@dataclass(frozen=True, slots=True)
class SortView:
    """One order of the list: the value in the URL and what the select shows."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class MeantView:
    """A size with the unit that was missing, and the list with the filter so."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class FaultView:
    """What is wrong with a filter; `before`, `at` and `after` are what was typed, in three parts.

    Attributes:
        words: what is wrong, a sentence.
        still: what the list shows all the same, a sentence.
        meant: what may have been meant.
    """

    words: str
    before: str
    at: str
    after: str
    still: str
    meant: tuple[MeantView, ...] = ()


@dataclass(frozen=True, slots=True)
class HelpView:
    """Terms in the words of the page and in English, and what they find."""

    own: str
    english: str
    words: str


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
        notes: what sizes without a unit were taken for.
    """

    q: str
    longest: int
    sorts: tuple[SortView, ...]
    help: tuple[HelpView, ...]
    recipes: tuple[RecipeView, ...]
    fault: FaultView | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchingView:
    """How much the list holds, over all its pages.

    Attributes:
        q: the filter; "" where all messages are meant.
        carried: what forms send for it: where it makes no sense as it was typed, to be refused.
        wrong: it makes no sense, and nothing can be marked by it.
        count, octets: how many match, and their octets; `unsized` of them have no known size.
        undecided: how many may match once their headers are known.
        more: there are other pages.
    """

    q: str
    carried: str
    wrong: bool
    count: int
    octets: int
    unsized: int
    undecided: int
    more: bool


@dataclass(frozen=True, slots=True)
class OrderView:
    """Whether the rows on the screen are still those that belong there.

    Attributes:
        asks: the address that tells it, or "" where nothing can change.
        changed: they are not.
        fresh: how many others belong there.
        href: the list as it would be now; `list_href` the same for htmx.
    """

    asks: str
    changed: bool
    fresh: int
    href: str
    list_href: str


@dataclass(frozen=True, slots=True)
class PagerView:
    """Pages of the list; `previous` and `next` are paths, or "" at the ends."""

    page: int
    pages: int
    first: int
    last: int
    total: int
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class TrayView:
    """What is marked, and what was last done to many marks, until the next action on any.

    Attributes:
        marks: how much is marked.
        revision: of the marks, as the page's events count it.
        done: what the last action did, in words, where the marks themselves do not tell; else "".
        change: the number of that action, for whoever takes it back.
        undoable: it can be taken back.
        undo: what the button that takes it, or else the last mark, back says.
    """

    marks: Totals
    revision: int = 0
    undo: str = ""
    done: str = ""
    change: str = ""
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class NoticesView:
    """What a person should know, one sentence each: what happened, and how this server is."""

    happened: tuple[str, ...]
    standing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListFragment:
    """Another list in the place of the one that is there.

    `back` is its address, `typed` its filter as it was asked for; `answer` is what it says to the
    question for room that it answers.
    """

    rows: tuple[RowView, ...]
    progress: Progress
    matching: MatchingView
    order: OrderView
    pager: PagerView
    filter: FilterView
    back: str
    typed: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class CountedFragment:
    """How much matches by now; `error` where that has kept something from being done."""

    matching: MatchingView
    order: OrderView
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class NoticesFragment:
    """What a person should know, in the place of what stands there."""

    notices: NoticesView
    back: str
