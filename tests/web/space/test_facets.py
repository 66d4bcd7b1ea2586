"""Facets: where a click leads, what a second one does, and the months."""

import re
from datetime import UTC, date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import By, Message, grouped, parse_query
from app.web.list.list_url import ListState
from app.web.site.render import Renderer
from app.web.space import facets
from app.web.space.facets import Facets
from app.web.space.views import FacetView, MonthsView
from tests.mailbox.heaps import HEAPS, NOW, header_of, message
from tests.mailbox.oracle import select


def q_of(href: str) -> str:
    parts = urlsplit(href)
    assert parts.path == "/mailbox"
    return parse_qs(parts.query).get("q", [""])[0]


def meant(q: str, heap: list[Message]) -> list[int]:
    return [one.number for one in select(parse_query(q), heap, {}, NOW).matched]


@given(HEAPS, st.sampled_from(By))
def test_a_click_shows_the_group_and_a_second_one_all_again(heap, by):
    for group in grouped(heap, by, UTC):
        facet = Facets(ListState(), 1).facet(by, group)
        assert not facet.current
        assert facet.totals.messages == len(group.members)
        if not group.members:
            assert facet.href == ""
            continue
        q = q_of(facet.href)
        assert meant(q, heap) == [one.number for one in group.members]
        again = Facets(ListState(q=q), 1).facet(by, group)
        assert again.current
        assert q_of(again.href) == ""


def months_html(months: MonthsView) -> str:
    template = Renderer()._environment.get_template("space/_months.html")
    return template.render(months=months)


HEAP = [
    message(1, 11_000_000, header_of("Anna <anna@example.org>", "5 Mar 2026 12:00")),
    message(2, 2_000_000, header_of("Bob <bob@example.org>", "5 Feb 2026 12:00")),
    message(3, 50_000, header_of(None, None)),
    message(4, 50_000),
]


def keyed(by: By, key: str | None, state: ListState) -> FacetView:
    group = next(group for group in grouped(HEAP, by, UTC) if group.key == key)
    return Facets(state, 1).facet(by, group)


@pytest.mark.parametrize(
    ("by", "key", "q", "then"),
    [
        (By.SIZE, "10M", "anna", "anna larger:10M"),
        (By.SIZE, "10M", "larger:1M -larger:10M anna", "anna larger:10M"),
        (By.SIZE, "10M", "anna larger:10M", "anna"),
        (By.SIZE, "1M", "larger:5B/x", "larger:5B/x larger:1M -larger:10M"),
        (By.SENDER, "anna@example.org", "larger:1M", "larger:1M sender:anna@example.org"),
        (By.SENDER, "anna@example.org", "sender:bob@example.org domain:x",
         "sender:anna@example.org"),
        (By.SENDER, "anna@example.org", "-has:header from:x", "from:x sender:anna@example.org"),
        (By.SENDER, "anna@example.org", "x sender:anna@example.org domain:y", "x domain:y"),
        (By.SENDER, "", "has:attachment", "has:attachment -has:sender"),
        (By.SENDER, None, "", "-has:header"),
        (By.DOMAIN, "example.org", "sender:bob@example.org", "domain:example.org"),
        (By.MONTH, "2026-03", "older:90d -has:date x", "older:90d x month:2026-03"),
        (By.MONTH, "2026-03", "month:2026-02 a or b", "a or b month:2026-03"),
        (By.SENDER, "anna@example.org", "sender:x or sender:y",
         "sender:x or sender:y sender:anna@example.org"),
        (By.MONTH, "2026-03", "domain:x", "domain:x month:2026-03"),
        (By.MONTH, "2026-03", "month:2026-03", ""),
        (By.MONTH, "2026-03", "no:sense", "month:2026-03"),
        (By.MONTH, "2026-03", "x" * 995, "month:2026-03"),
    ],
)  # fmt: skip
def test_a_facet_joins_the_filter_and_takes_the_place_of_its_like(by, key, q, then):
    facet = keyed(by, key, ListState(sort="date", page=3, q=q))
    assert q_of(facet.href) == then
    assert "sort=date" in facet.href
    assert "page" not in facet.href


def test_those_that_the_list_shows_stand_among_the_first():
    groups = grouped(HEAP, By.SENDER, UTC)
    made = Facets(ListState(), 13_100_000).kind(By.SENDER, groups, 1)
    assert [one.label for one in made.facets] == ["Anna"]
    assert made.more == 3
    assert made.more_href == "/mailbox/space#senders"
    assert made.facets[0].share == pytest.approx(100 * 11_000_000 / 13_100_000, abs=0.01)
    made = Facets(ListState(q="-has:header"), 1).kind(By.SENDER, groups, 1)
    assert [(one.label, one.current) for one in made.facets] == [
        ("Anna", False),
        ("not read yet", True),
    ]
    assert made.more == 2
    assert Facets(ListState(), 1).kind(By.SENDER, groups, 4).more == 0
    assert Facets(ListState(), 1).kind(By.SENDER, groups).more == 0


@given(HEAPS)
def test_months_and_what_lies_around_them_are_all_there_is(heap):
    made = Facets(ListState(), 1).months(grouped(heap, By.MONTH, UTC), 7)
    assert 1 <= len(made.bars) <= 7
    hrefs = [one.href for one in (*(bar.facet for bar in made.bars), *made.others) if one]
    assert sorted(n for href in hrefs for n in meant(q_of(href), heap)) == sorted(
        one.number for one in heap
    )
    assert all(0 <= bar.height <= 44 for bar in made.bars)
    html = months_html(made)
    assert f'viewBox="0 0 {28 * len(made.bars)} 70"' in html
    assert [float(x) for x in re.findall(r'class="hit" x="(.*?)"', html)] == [
        28 * place + 1 for place in range(len(made.bars))
    ]


def test_no_bar_stands_in_the_future_and_none_before_the_first_mail(monkeypatch):
    monkeypatch.setattr(facets, "_this_month", lambda: date(2026, 3, 1))
    dates = ["5 Mar 2026 12:00", "5 Dec 2025 12:00", "5 Apr 2026 12:00"]
    heap = [message(n, 10 * n, header_of(None, at)) for n, at in enumerate(dates, 1)]
    made = Facets(ListState(q="month:2025-12"), 60).months(grouped(heap, By.MONTH, UTC), 7)
    assert [(bar.day.year, bar.day.month) for bar in made.bars] == [
        (2025, 12), (2026, 1), (2026, 2), (2026, 3),
    ]  # fmt: skip
    html = months_html(made)
    assert re.findall(r'<text .*y="(\d+)">(.*?)<', html) == [
        ("56", "Dec"), ("66", "2025"), ("56", "Jan"), ("66", "2026"), ("56", "Feb"), ("56", "Mar"),
    ]  # fmt: skip
    assert re.findall("<title>(.*?)<", html) == [
        "December 2025: 1 message, 20 B", "January 2026", "February 2026",
        "March 2026: 1 message, 10 B",
    ]  # fmt: skip
    assert [bar.hot for bar in made.bars] == [True, False, False, False]
    assert [bar.facet and bar.facet.current for bar in made.bars] == [True, None, None, False]
    assert [bar.height for bar in made.bars] == [44, 0, 0, 22]
    assert [(one.label, one.totals.messages, q_of(one.href)) for one in made.others] == [
        ("after March 2026", 1, "after:2026-03-31"),
    ]
    made = Facets(ListState(), 60).months(grouped(heap, By.MONTH, UTC), 2)
    assert [(one.label, q_of(one.href)) for one in made.others] == [
        ("before February 2026", "before:2026-02-01"),
        ("after March 2026", "after:2026-03-31"),
    ]
