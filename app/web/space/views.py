"""Where the space goes: facets beside the list, and the page with the treemap."""

from dataclasses import dataclass
from datetime import date

from app.mailbox import By, Totals


@dataclass(frozen=True, slots=True)
class BlockView:
    """A piece of the space bar: `x` and `width` in percent, `heat` 1 to 5."""

    x: float
    width: float
    heat: int
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class StatView:
    """The line under the top bar.

    Attributes:
        totals: of the maildrop.
        largest: how many messages the blocks before the last one stand for.
        octets: what they hold together.
        blocks: the space bar, the last one being all the rest.
        href: the list with these and no others.
    """

    totals: Totals
    largest: int
    octets: int
    blocks: tuple[BlockView, ...]
    href: str


@dataclass(frozen=True, slots=True)
class FacetView:
    """Messages that have something in common.

    Attributes:
        label: what they are called.
        email: the address of a sender who has a name, else "".
        totals: how many, and their octets.
        share: of all octets, in percent.
        href: the list with these alone, or, where it shows them now, without that filter.
        current: the list shows these.
    """

    label: str
    email: str
    totals: Totals
    share: float
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class FacetsView:
    """Facets of a kind; `more` of them are left out, and are at `more_href`."""

    by: By
    facets: tuple[FacetView, ...]
    more: int
    more_href: str


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month's bar.

    Attributes:
        day: its first.
        height: of the bar, up to 44.
        facet: its messages, or None where there are none.
        hot: no month has more.
    """

    day: date
    height: float
    facet: FacetView | None
    hot: bool


@dataclass(frozen=True, slots=True)
class MonthsView:
    """Octets by month: bars of the last months, and facets for what lies outside of them."""

    bars: tuple[MonthView, ...]
    others: tuple[FacetView, ...]


@dataclass(frozen=True, slots=True)
class FacetsFragment:
    """All facets of a list.

    Attributes:
        sizes: the bands.
        groups, months: what needs headers.
        href: the page with the treemap.
        narrowed: they are counted within a filter.
        waiting: more headers have come in than these know of.
        answers: the list is what makes the room that was asked for.
    """

    sizes: FacetsView
    groups: tuple[FacetsView, ...]
    months: MonthsView
    href: str
    narrowed: bool
    waiting: bool = False
    answers: bool = False


@dataclass(frozen=True, slots=True)
class UnderView:
    """The form that asks what has to go.

    Attributes:
        value: a size, as typed or proposed.
        free: whether so much is to be freed; else so much is to be kept.
        oldest: whether the oldest are to go first.
        said: what is shown, or why there is nothing to show, or "".
        wrong: whether that is for what was typed.
    """

    value: str
    free: bool = False
    oldest: bool = False
    said: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class MapView:
    """The column beside the list."""

    facets: FacetsFragment
    under: UnderView


@dataclass(frozen=True, slots=True)
class TileView:
    """A rectangle of the treemap, in units of the drawing.

    Attributes:
        x, y, width, height: where it is.
        heat: 1 to 5; 0 for many messages together.
        title: what it stands for.
        lines: what fits into it.
        href: where it leads, or "".
    """

    x: float
    y: float
    width: float
    height: float
    heat: int
    title: str
    lines: tuple[str, ...]
    href: str


@dataclass(frozen=True, slots=True)
class SenderTileView:
    """A sender's rectangle: `strip` carries the name, `tiles` are within."""

    strip: TileView
    tiles: tuple[TileView, ...]


@dataclass(frozen=True, slots=True)
class TreemapView:
    """A treemap for one shape of screen: `wide` or `tall`."""

    shape: str
    width: float
    height: float
    senders: tuple[SenderTileView, ...]


@dataclass(frozen=True, slots=True)
class SpaceView:
    """The page of the treemap.

    Attributes:
        q: the filter it is limited to, or "".
        totals: what it shows.
        undecided: messages of which the filter cannot tell yet.
        treemaps: the same for screens of different shapes; none where there is nothing to draw.
        senders: the same as a table, largest first.
        more: how many senders the table leaves out; `left_out` is theirs.
        facets: sizes and domains.
        back: the list with the same filter.
    """

    q: str
    totals: Totals
    undecided: int
    treemaps: tuple[TreemapView, ...]
    senders: tuple[FacetView, ...]
    more: int
    left_out: Totals
    facets: tuple[FacetsView, ...]
    months: MonthsView
    under: UnderView
    back: str
