"""The page of the treemap: senders, and in each its largest messages, drawn and as a table."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.mailbox import By, Group, Message, Query, Selection, Totals, grouped, ranked
from app.web.list.list_url import ListState
from app.web.list.rows import heat
from app.web.site import formats
from app.web.site.words import _, ngettext

from .facets import Facets, label, total
from .treemap import Frame, treemap
from .views import SenderTileView, SpaceView, TileView, TreemapView, UnderView

_SHAPES: Final = (("wide", Frame(0, 0, 1000, 560)), ("tall", Frame(0, 0, 360, 640)))
_SENDERS: Final = 24
_MESSAGES: Final = 16  # of a sender
_ROWS: Final = 100
_MONTHS: Final = 36
_FACETS: Final = 12
_TOUCHED: Final = 30.0  # units: a smaller side would be hard to hit
_STRIP: Final = 24.0
_GAP: Final = 1.5
_LINE: Final = 15.0
_EM: Final = 12.0
_PADDING: Final = 5.0
_NARROW, _WIDE = 0.6, 1.05  # of an em, rather too much than too little
_SHORTEST: Final = 4  # characters that still say something


def fitted(text: str, room: float) -> str:
    """As much of a text as fits into so many units, with an ellipsis; "" if that says nothing."""
    text = " ".join(text.split())
    left = room / _EM
    for place, one in enumerate(text):
        left -= _width(one)
        if left < 0:
            short = text[: max(place - 1, 0)].rstrip()
            return f"{short}…" if len(short) >= _SHORTEST else ""
    return text


def _width(one: str) -> float:
    if unicodedata.combining(one):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(one) in "WF" else _NARROW


def _lines(frame: Frame, *texts: str) -> tuple[str, ...]:
    """The texts that fit beneath each other; the last one, a size, is shown whole or not at all."""
    room = frame.width - 2 * _PADDING
    height = frame.height - _PADDING
    *first, last = texts
    lines = [short for text in first if height >= 2 * _LINE and (short := fitted(text, room))]
    if height >= _LINE and fitted(last, room) == last:
        lines.append(last)
    return tuple(lines)


def _touchable(frame: Frame) -> bool:
    return min(frame.width, frame.height) >= _TOUCHED


class Drawing:
    """Draws senders into a frame.

    Args:
        frame: the whole drawing.
        facets: where a sender's name leads.
        q: the filter that the messages' links keep.
    """

    def __init__(self, frame: Frame, facets: Facets, query: Query) -> None:
        self._frame = frame
        self._facets = facets
        self._query = query

    def senders(self, groups: Sequence[Group]) -> tuple[SenderTileView, ...]:
        """The senders with the most octets, and all the others in one."""
        groups = [group for group in groups if group.octets]
        count = min(len(groups), _SENDERS)
        octets = sum(group.octets for group in groups)
        while True:
            weights = [group.octets for group in groups[:count]]
            rest = octets - sum(weights)
            frames = treemap([*weights, rest] if rest else weights, self._frame)
            if count <= 1 or all(map(_touchable, frames[:count])):
                break
            count -= 1
        tiles = [self._sender(*pair) for pair in zip(groups[:count], frames[:count], strict=True)]
        if rest:
            tiles.append(self._others(groups[count:], rest, frames[count]))
        return tuple(tiles)

    def _others(self, groups: Sequence[Group], octets: int, frame: Frame) -> SenderTileView:
        n = formats.number(len(groups))
        name = ngettext("%(n)s more sender", "%(n)s more senders", len(groups), n=n)
        href = "#senders" if _touchable(frame) else ""
        return SenderTileView(_tile(frame, 0, (name, formats.size(octets)), href), ())

    def _sender(self, group: Group, frame: Frame) -> SenderTileView:
        name, size = label(By.SENDER, group), formats.size(group.octets)
        href = self._facets.facet(By.SENDER, group).href if _touchable(frame) else ""
        inner = frame.within(_GAP, _STRIP)
        tiles = self._messages(group, inner, href)
        if not tiles:
            warmest = heat(max(message.counted for message in group.members))
            return SenderTileView(_tile(frame, warmest, (name, size), href), ())
        room = frame.width - 2 * _PADDING
        both = f"{name} · {size}"
        line = both if fitted(both, room) == both else fitted(name, room)
        drawn = _tile(frame, 0, (name, size), href)
        return SenderTileView(replace(drawn, lines=(line,) if line else ()), tiles)

    def _messages(self, group: Group, frame: Frame, href: str) -> tuple[TileView, ...]:
        """The largest messages that are not too small to be hit, and the rest in one."""
        if not _touchable(frame):
            return ()
        largest = [m for m in ranked(group.members, _MESSAGES) if m.octets]
        for count in range(len(largest), 0, -1):
            weights = [message.counted for message in largest[:count]]
            rest = group.octets - sum(weights)
            frames = treemap([*weights, rest] if rest else weights, frame)
            if all(map(_touchable, frames[:count])):
                pairs = zip(largest[:count], frames[:count], strict=True)
                tiles = [self._message(group, *pair) for pair in pairs]
                left = len(group.members) - count
                if rest:
                    tiles.append(_rest(left, rest, frames[count], href))
                return tuple(tiles)
        return ()

    def _message(self, group: Group, message: Message, frame: Frame) -> TileView:
        subject = message.summary.subject if message.summary else ""
        name = subject or _("Message %(number)s", number=formats.number(message.number))
        query = self._query.narrowed(group.terms) or Query(group.terms)
        href = ListState(q=str(query)).href(f"/mailbox/messages/{message.id}")
        texts = (name, formats.size(message.octets))
        return _tile(frame, heat(message.counted), texts, href)


def _rest(messages: int, octets: int, frame: Frame, href: str) -> TileView:
    n = formats.number(messages)
    name = ngettext("%(n)s more message", "%(n)s more messages", messages, n=n)
    return _tile(frame, 0, (name, formats.size(octets)), href if _touchable(frame) else "")


def _tile(frame: Frame, warmth: int, texts: tuple[str, str], href: str) -> TileView:
    name, size = texts
    return TileView(
        x=round(frame.x, 2),
        y=round(frame.y, 2),
        width=round(frame.width, 2),
        height=round(frame.height, 2),
        heat=warmth,
        title=f"{name} · {size}",
        lines=_lines(frame, name, size),
        href=href,
    )


def _drawn(senders: Sequence[Group], facets: Facets, query: Query) -> tuple[TreemapView, ...]:
    if not any(group.octets for group in senders):
        return ()
    return tuple(
        TreemapView(
            shape, frame.width, frame.height, Drawing(frame, facets, query).senders(senders)
        )
        for shape, frame in _SHAPES
    )


def space_page(found: Selection, query: Query, form: UnderView) -> SpaceView:
    """The page of the treemap; takes a while for a large maildrop.

    Args:
        found: the messages it is about.
        query: the filter that they match.
        form: what has to go to get under a size.
    """
    octets = sum(message.counted for message in found.matched)
    state = ListState(q=str(query))
    facets = Facets(state, octets, instead=False)
    by = {each: grouped(found.matched, each, formats.own_zone()) for each in By}
    senders = sorted(by[By.SENDER], key=lambda group: -group.octets)
    return SpaceView(
        q=state.q,
        totals=Totals(len(found.matched), octets),
        undecided=len(found.undecided),
        treemaps=_drawn(senders, facets, query),
        senders=tuple(facets.facet(By.SENDER, group) for group in senders[:_ROWS]),
        more=len(senders[_ROWS:]),
        left_out=total(senders[_ROWS:]),
        facets=(
            facets.kind(By.SIZE, by[By.SIZE]),
            facets.kind(By.DOMAIN, by[By.DOMAIN], _FACETS),
        ),
        months=facets.months(by[By.MONTH], _MONTHS),
        under=form,
        back=state.href(),
    )
