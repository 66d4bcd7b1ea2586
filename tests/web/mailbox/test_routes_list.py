"""The filter of the list: as a page, and as what htmx puts into one."""

import re
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer
from tests.web.mailbox.test_routes import HTMX, Visit, visit
from tests.web.visiting import Browser, heading, http_to, running, words

__all__ = ["visit"]
OURS = {"sec-fetch-site": "same-origin"}


def subjects(answer: httpx.Response) -> list[str]:
    return re.findall(r"<bdi>(letter \d)</bdi>", answer.text)


async def fragment(visit: Visit, path: str, current: str = "/mailbox") -> httpx.Response:
    headers = {**HTMX, "HX-Current-URL": f"http://localhost{current}"}
    return await visit.http.get(path, headers=headers)


async def test_the_filter_is_in_every_address_of_the_list(visit):
    page = await visit.browser.open("/mailbox?q=larger:3M&sort=subject")
    assert subjects(page) == ["letter 1", "letter 2", "letter 3"]
    assert 'name="q" value="larger:3M" ' in page.text
    rows = re.findall(r'href="(/mailbox/messages/[\w-]+[^"]*)" hx-get="([^"]+)"', page.text)
    assert len(rows) == 3
    for href, reader in rows:
        assert href.endswith("?q=larger%3A3M&amp;sort=subject")
        assert reader.endswith("/reader?q=larger%3A3M&amp;sort=subject")
    backs = set(re.findall(r'name="back" value="([^"]*)"', page.text))
    assert backs == {"/mailbox?q=larger%3A3M&amp;sort=subject"}


async def test_nothing_matches(visit):
    page = await visit.browser.open("/mailbox?q=larger:1G")
    assert page.status_code == 200
    assert "0 match, 0 B" in words(page)
    assert "Nothing matches. Show all messages" in words(page)
    assert "Mark all" not in words(page)


@pytest.mark.parametrize(
    "q", ["colour:red", '"open', "larger:x", "older:99999999d", "x" * 60_000, "a " * 500]
)
async def test_a_filter_that_makes_no_sense_loses_nothing(visit, q):
    page = await visit.http.get("/mailbox", params={"q": q, "sort": "size"})
    assert page.status_code == 422
    assert len(subjects(page)) == 5
    assert 'aria-invalid="true"' in page.text
    assert "At character" in words(page)
    assert re.search(r"<code><bdi>.*<mark>.+</mark>", page.text, re.DOTALL)
    assert '<option value="size" selected>' in page.text
    assert len(page.text) < 60_000 + len(q) * 6
    alone = await visit.http.get("/mailbox/list", params={"q": q}, headers=HTMX)
    assert alone.status_code == 422
    assert alone.headers["hx-reswap"] == "none"
    assert "At character" in words(alone)
    assert "<li id=" not in alone.text


@pytest.mark.parametrize(
    "q", ["colour:red", "larger:5", "larger:1-5 MB", "from:bob or", "(a b", "larger:1,500 KB"]
)
async def test_nothing_is_marked_by_a_filter_that_makes_no_sense(visit, q):
    page = await visit.http.get("/mailbox", params={"q": q})
    assert page.status_code == 422
    assert 'id="markall"' not in page.text
    assert 'id="every"' not in page.text
    assert "The list still shows all messages." in words(page)
    carried = re.search(r'name="q" value="([^"]*)" form="marks"', page.text)
    assert carried is not None
    assert carried[1] == q
    for path, more in (
        ("/mailbox/mark-matching", {"count": "5"}),
        ("/mailbox/mark", {"every": "1", "count": "5"}),
    ):
        for count in ("5", "0", ""):
            answer = await visit.browser.send(path, q=q, **{**more, "count": count})
            assert answer.status_code == 422
    for path in ("/mailbox/export", "/mailbox/space"):
        assert (await visit.http.get(path, params={"q": q})).status_code == 422
    answer = await visit.browser.send("/mailbox/export/file", form="zip", q=q)
    assert answer.status_code == 422
    alone = await fragment(visit, f"/mailbox/list?{urlencode({'q': q})}", "/mailbox?q=larger:4M")
    assert "The list still shows what “larger:4M” finds." in words(alone)
    counted = await fragment(visit, f"/mailbox/counted?{urlencode({'q': q})}")
    assert counted.status_code == 422
    assert 'id="matching"' not in counted.text
    answer = await visit.http.post("/api/v1/dele", json={"q": q}, headers=OURS)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid-request"
    assert not (await visit.http.get("/api/v1/session")).json()["marked"]["messages"]


async def test_the_language_of_the_page_is_understood_and_the_address_is_english(visit):
    german = {"accept-language": "de"}
    typed = {"q": "gr\u00f6\u00dfer:3 MB oder von:niemand", "sort": "subject"}
    page = await visit.http.get("/mailbox", params=typed, headers=german)
    assert page.status_code == 303
    english = "/mailbox?q=larger%3A3M+or+from%3Aniemand&sort=subject"
    assert page.headers["location"] == english
    page = await visit.http.get(english, headers=german)
    assert page.status_code == 200
    alone = await visit.http.get("/mailbox/list", params=typed, headers={**HTMX, **german})
    assert f'data-href="{english.replace("&", "&amp;")}"' in alone.text
    assert f'data-typed="{typed["q"]}"' in alone.text
    assert 'name="q" value="larger:3M or from:niemand" form="marks"' in alone.text
    answer = await visit.http.get("/api/v1/list", params=typed, headers=german)
    assert answer.status_code == 422


@pytest.mark.parametrize("q", ["<b>'\"&", '"<script>alert(1)</script>"', "{{7*7}}"])
async def test_a_filter_is_text(visit, q):
    page = await visit.http.get("/mailbox", params={"q": q})
    assert page.status_code in {200, 422}
    assert "<script>alert" not in page.text
    assert "<b>'" not in page.text
    assert "{{7*7}}" in page.text or "7*7" not in q


async def test_the_list_alone_is_what_the_page_has(visit):
    page = await visit.browser.open("/mailbox?q=larger:3M")
    alone = await fragment(visit, "/mailbox/list?q=larger:3M&sort=-size")
    assert "<html" not in alone.text
    assert subjects(alone) == subjects(page)
    assert 'data-href="/mailbox?q=larger%3A3M"' in alone.text
    assert 'id="fault"' in alone.text
    current = f"/mailbox/messages/{visit.ids[1]}?sort=subject"
    alone = await fragment(visit, "/mailbox/list?q=larger:3M", current)
    assert f'data-href="/mailbox/messages/{visit.ids[1]}?q=larger%3A3M"' in alone.text
    assert f'id="m-{visit.ids[1]}" class="row current"' in alone.text


@pytest.mark.parametrize(
    ("query", "lands"),
    [("page=1000000000", "/mailbox"), ("q=larger:3M&page=7", "/mailbox?q=larger%3A3M")],
)
async def test_a_page_beyond_the_end_leads_to_the_last_one(visit, query, lands):
    answer = await visit.http.get(f"/mailbox?{query}")
    assert (answer.status_code, answer.headers["location"]) == (303, lands)
    alone = await fragment(visit, f"/mailbox/list?{query}")
    assert len(subjects(alone)) >= 3


async def test_rows_that_stay_and_others_that_belong_there_now(visit):
    shown = "&".join(f"shown={id}" for id in visit.ids[:2])
    answer = await fragment(visit, f"/mailbox/counted?sort=subject&{shown}")
    text = words(answer)
    assert "Order has changed: 3 other messages belong here. Show" in text
    assert "5 messages, 22.8 MB" in text
    assert "<li id=" not in answer.text
    same = "&".join(f"shown={id}" for id in visit.ids)
    assert "Order" not in words(await fragment(visit, f"/mailbox/counted?sort=subject&{same}"))
    other = "&".join(f"shown={id}" for id in visit.ids[::-1])
    text = words(await fragment(visit, f"/mailbox/counted?sort=subject&{other}"))
    assert "Order has changed: these messages are no longer in the right place. Show" in text


async def test_what_waits_for_headers_is_told_and_never_marked():
    fake = FakeMaildrop(plain(5), quirks=Quirks(top=False))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        page = await browser.open("/mailbox?q=subject:message")
        assert "0 match, 0 B" in words(page)
        assert "5 messages are still undecided" in words(page)
        page = await browser.send("/mailbox/mark-matching", q="subject:message", count="5")
        assert page.status_code == 409
        assert "Nothing was marked." in heading(page)
