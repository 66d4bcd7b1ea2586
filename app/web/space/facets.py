"""Facets: groups of messages that filter the list on a click."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Final

from app.mailbox import By, Group, Query, Totals, grouped
from app.mailbox.terms import Field, Term
from app.web.list.filter_words import present
from app.web.list.list_url import ListState
from app.web.site import formats
from app.web.site.words import N_, _

from .views import FacetsView, FacetView, MonthsView, MonthView

PAGE: Final = "/mailbox/space"
_BANDS: Final = {
    "10M": N_("over 10 MB"),
    "1M": N_("1 to 10 MB"),
    "100K": N_("100 KB to 1 MB"),
    "0": N_("up to 100 KB"),
}
_LACKING: Final = {
    By.SIZE: N_("size not known"),
    By.SENDER: N_("no sender"),
    By.DOMAIN: N_("no domain"),
    By.MONTH: N_("no date"),
}
_UNKNOWN: Final = N_("not read yet")
IN_COLUMN: Final = 4  # facets of a kind beside the list
_MONTHS_IN_COLUMN: Final = 7
_TALLEST: Final = 44.0
# What a facet of a kind sets, and another one of that kind takes the place of.
_SETS: Final = {
    By.SENDER: (frozenset({Field.SENDER, Field.DOMAIN}), frozenset({"sender", "domain", "header"})),
    By.DOMAIN: (frozenset({Field.SENDER, Field.DOMAIN}), frozenset({"sender", "domain", "header"})),
    By.MONTH: (frozenset({Field.MONTH}), frozenset({"date", "header"})),
}


def label(by: By, group: Group) -> str:
    """What a group is called: in words, or as the mail names it."""
    if group.key is None:
        return _(_UNKNOWN)
    if not group.key:
        return _(_LACKING[by])
    match by:
        case By.SIZE:
            return _(_BANDS[group.key])
        case By.MONTH:
            return formats.month(_first_of(group.key))
    return group.name or group.key


def total(groups: Sequence[Group]) -> Totals:
    """All of them together, as far as sizes are known."""
    return Totals(
        sum(len(group.members) for group in groups), sum(group.octets for group in groups)
    )


def without_choice(query: Query, by: By) -> Query:
    """A filter without what a facet of a kind has set in it: others of the kind stand beside it."""
    if by is By.SIZE:
        bands = (group.terms for group in grouped((), by, UTC))
        chosen = next((terms for terms in bands if _holds(query, terms)), ())
        return Query(tuple(one for one in query.terms if one not in chosen))
    fields, lacking = _SETS[by]
    return Query(tuple(
        one
        for one in query.terms
        if not isinstance(one, Term)
        or not (one.field in fields or (one.field is Field.HAS and one.value in lacking))
    ))  # fmt: skip


def _holds(query: Query, terms: Sequence[Term]) -> bool:
    return all(term in query.terms for term in terms)


class Facets:
    """Makes facets for one list.

    Args:
        state: the list that a click changes.
        octets: of all messages that are told apart.
        instead: whether a facet takes the place of another one of its kind, which it was counted
            without; else each narrows what there is.
    """

    def __init__(self, state: ListState, octets: int, *, instead: bool = True) -> None:
        self._state = state
        self._query = present(state.q)
        self._octets = octets
        self._instead = instead

    def facet(self, by: By, group: Group) -> FacetView:
        """One group as a facet."""
        email = group.key if group.key and group.name else ""
        totals = Totals(len(group.members), group.octets, group.unsized)
        return self._facet(by, label(by, group), group.terms, totals, email)

    def _facet(
        self, by: By, name: str, terms: Sequence[Term], totals: Totals, email: str = ""
    ) -> FacetView:
        current = _holds(self._query, terms)
        href = self._href(by, terms, current=current) if totals.messages or current else ""
        share = formats.percent(totals.octets, self._octets)
        return FacetView(name, email, totals, share, href, current)

    def _href(self, by: By, terms: Sequence[Term], *, current: bool) -> str:
        """The list with these terms as well, or, if it has them, without.

        Where that would be too long a filter, with these alone.
        """
        if current:
            query = Query(tuple(one for one in self._query.terms if one not in terms))
        else:
            kept = without_choice(self._query, by) if self._instead else self._query
            query = kept.narrowed(terms) or Query(tuple(terms))
        return replace(self._state, page=1, q=str(query)).href()

    def kind(self, by: By, groups: Sequence[Group], most: int | None = None) -> FacetsView:
        """The first `most` of the groups, or all, and those that the list shows."""
        facets = tuple(
            self.facet(by, group)
            for n, group in enumerate(groups)
            if most is None or n < most or _holds(self._query, group.terms)
        )
        href = replace(self._state, page=1, sort=ListState().sort).href(PAGE)
        return FacetsView(by, facets, len(groups) - len(facets), f"{href}#senders")

    def months(self, groups: Sequence[Group], most: int = _MONTHS_IN_COLUMN) -> MonthsView:
        """The last months as bars, none of them in the future; facets for what lies outside."""
        this = _this_month()
        dated = {_first_of(group.key): group for group in groups if group.key}
        newest = max((day for day in dated if day <= this), default=this)
        oldest = min(dated, default=newest)
        days = [_months_before(newest, back) for back in range(most - 1, -1, -1)]
        days = [day for day in days if day >= oldest] or [newest]
        highest = max((dated[day].octets for day in days if day in dated), default=0)
        before = [group for day, group in dated.items() if day < days[0]]
        after = [group for day, group in dated.items() if day > days[-1]]
        last = _months_before(days[-1], -1) - timedelta(days=1)
        first = _("before %(month)s", month=formats.month(days[0]))
        later = _("after %(month)s", month=formats.month(days[-1]))
        others = (
            (first, before, Term(Field.BEFORE, days[0])),
            (later, after, Term(Field.AFTER, last)),
        )
        return MonthsView(
            bars=tuple(self._bar(day, dated.get(day), highest) for day in days),
            others=(
                *(
                    self._facet(By.MONTH, name, (term,), total(some))
                    for name, some, term in others
                    if some
                ),
                *(self.facet(By.MONTH, group) for group in groups if not group.key),
            ),
        )

    def _bar(self, day: date, group: Group | None, highest: int) -> MonthView:
        facet = self.facet(By.MONTH, group) if group is not None else None
        octets = group.octets if group is not None else 0
        height = min(max(_TALLEST * octets / highest, 1.0), _TALLEST) if octets and highest else 0.0
        return MonthView(day, height, facet, hot=octets > 0 and octets == highest)


def _this_month() -> date:
    return formats.now().date().replace(day=1)


def _first_of(key: str) -> date:
    return date(int(key[:4]), int(key[5:]), 1)


def _months_before(day: date, back: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(years, month + 1, 1)
