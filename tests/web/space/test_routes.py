"""Where the space goes, without JavaScript and with htmx; and the same from the API."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, heading, http_to, running, words

SIZES = [30_000_000, 12_000_000, 4_000_000, 4_000_000, 90_000]


@cache
def letter(number: int, octets: int) -> FakeMessage:
    head = (
        b"From: Person %d <p%d@example.net>\r\nSubject: letter %d\r\n"
        b"Date: Tue, %02d Mar 2026 10:00:00 +0000\r\n\r\n"
        % (number % 2, number % 2, number, number)
    )
    return FakeMessage(head + b"x" * (octets - len(head) - 2) + b"\r\n")


@dataclass
class Visit:
    """A browser and a script in an open mailbox, its headers known."""

    http: httpx.AsyncClient
    browser: Browser
    script: Script


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    fake = FakeMaildrop([letter(n, size) for n, size in enumerate(SIZES, 1)])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        script = Script(http, http.cookies["popscope"])
        for _ in range(500):
            if all(m["headers_known"] for m in (await script.get("/list"))["messages"]):
                break
        yield Visit(http, browser, script)
    assert fake.count("DELE") == 0


def facets(answer: httpx.Response) -> list[str]:
    """What each facet says, in order."""
    found = re.findall(r'class="facet".*?</(?:a|div)>', answer.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", "<a " + one).split()) for one in found]


async def test_the_column_says_where_the_space_goes_and_a_click_filters(visit):
    page = await visit.browser.open("/mailbox")
    said = facets(page)
    assert said[0].startswith("over 10 MB 2 2 messages 42.0 MB")
    assert said[3].startswith("up to 100 KB 1 1 message 90 KB")
    assert any(one.startswith("Person 1 3 3 messages 34.1 MB") for one in said)
    assert any(one.startswith("example.net 5 5 messages 50.1 MB") for one in said)
    assert 'aria-label="March 2026: 5 messages, 50.1 MB"' in page.text
    assert 'href="/mailbox?q=month%3A2026-03"' in page.text
    assert 'href="/mailbox?q=sender%3Ap1%40example.net"' in page.text
    shown = await visit.script.get("/list?q=sender%3Ap1%40example.net")
    assert shown["total"] == 3


async def test_the_strip_leads_to_the_largest(visit):
    page = await visit.browser.open("/mailbox")
    assert "The 5 largest messages take up 100% . Show them" in words(page)
    assert re.search(r'<b>100%</b>\.\s*<a href="/mailbox">', page.text)


async def test_the_facets_come_alone_for_htmx(visit):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/mailbox?q=larger%3A1M"}
    answer = await visit.http.get("/mailbox/space/facets", headers=headers)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'href="/mailbox?q=larger%3A1M+sender%3Ap1%40example.net"' in answer.text
    headers["HX-Current-URL"] = "http://["  # which is no address
    answer = await visit.http.get("/mailbox/space/facets", headers=headers)
    assert (answer.status_code, len(facets(answer)) > 0) == (200, True)


async def test_the_page_of_the_treemap_and_its_filter(visit):
    page = await visit.browser.open("/mailbox/space")
    assert page.status_code == 200
    assert "5 messages, 50.1 MB" in words(page)
    assert page.text.count('<svg class="treemap') == 2
    assert "Person 1 p1@example.net 3 34.1 MB 68%" in words(page)
    page = await visit.browser.open("/mailbox/space?q=smaller:5M")
    assert "3 messages, 8.1 MB" in words(page)
    assert "smaller:5M" in words(page)
    page = await visit.browser.open("/mailbox/space?q=<b>x</b>")
    assert "<b>x</b>" not in page.text
    page = await visit.http.get("/mailbox/space?q=larger:x")
    assert (page.status_code, heading(page)) == (422, "This filter is not valid.")


@pytest.mark.parametrize(
    ("to", "order", "where", "count"),
    [
        ("40", "largest", "larger:20M", 1),
        ("10", "largest", "larger:10M", 2),
        ("5", "largest", None, 3),
        ("100K", "largest", "larger:3M", 4),
        ("30", "oldest", "before:2026-03-02", 1),
        ("5", "oldest", "before:2026-03-04", 3),
    ],
)
async def test_what_would_have_to_go_is_shown_as_a_filter(visit, to, order, where, count):
    answer = await visit.http.get("/mailbox/space/under", params={"to": to, "order": order})
    assert answer.status_code == 303
    q = httpx.URL(answer.headers["location"]).params["q"]
    assert where is None or q == where
    shown = await visit.script.get(f"/list?sort=date&q={httpx.QueryParams({'q': q})['q']}")
    assert shown["total"] == count
    state = await visit.script.get("/session")
    assert state["marked"]["messages"] == 0


@pytest.mark.parametrize(
    ("asked", "stays", "said"),
    [
        ({"to": "40"}, "keep=40", "1 message: without it, the mailbox would be"),
        ({"to": "10,1", "way": "free"}, "free=10%2C1", "1 message: without it, the mailbox"),
        ({"to": "45", "way": "free"}, "free=45", "messages: without them, the mailbox would be"),
        ({"to": "50 MB", "way": "free", "order": "oldest"}, "free=50+MB", "messages: without them"),
    ],
)
async def test_the_answer_is_a_sentence_and_the_number_stays(visit, asked, stays, said):
    answer = await visit.http.get("/mailbox/space/under", params=asked)
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert path.endswith(f"&{stays}")
    page = await visit.browser.open(path)
    assert said in words(page)
    assert f'name="to" value="{asked["to"]}"' in page.text
    free = re.search(r'<option value="free"( selected)?>', page.text)
    assert free is not None
    assert bool(free[1]) is (asked.get("way") == "free")
    oldest = re.search(r'<option value="oldest"( selected)?>', page.text)
    assert oldest is not None
    assert bool(oldest[1]) is (asked.get("order") == "oldest")
    # Under another filter the sentence goes, and the number stays.
    htmx = {"hx-request": "true", "hx-current-url": f"http://localhost{path}"}
    column = await visit.http.get("/mailbox/space/facets", headers=htmx)
    assert 'id="under-said"' not in column.text
    htmx["hx-current-url"] = "http://localhost/mailbox?q=bob"
    column = await visit.http.get("/mailbox/space/facets", headers=htmx)
    assert 'id="under-said"' in column.text
    assert 'id="under"' not in column.text


async def test_more_than_there_is_cannot_be_freed(visit):
    answer = await visit.browser.open("/mailbox/space/under?to=51&way=free")
    assert "The mailbox is only 50.1 MB." in words(answer)
    assert 'name="to" value="51"' in answer.text
    answer = await visit.http.get("/mailbox/space/under?to=51&way=up")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("to", "order", "status", "said"),
    [
        ("", "largest", 422, "This is not a size."),
        ("-1", "largest", 422, "This is not a size."),
        ("0", "oldest", 422, "This is not a size."),
        ("9" * 60_000, "largest", 422, "This is not a size."),
        ("<b>", "largest", 422, "This is not a size."),
        ("51", "largest", 200, "The mailbox is 50.1 MB: nothing has to go."),
        ("5T", "oldest", 200, "nothing has to go."),
        ("40", "newest", 422, "order: largest or oldest."),
    ],
)
async def test_what_is_no_task_is_said_in_words(visit, to, order, status, said):
    answer = await visit.http.get("/mailbox/space/under", params={"to": to, "order": order})
    assert answer.status_code == status
    assert said in words(answer)
    assert "<b>" not in re.sub(r"<b>[\d,]+</b>|<b>[\d.]+ \w+</b>|<b><bdi>", "", answer.text)


async def test_the_oldest_are_not_proposed_before_all_headers_are_read(monkeypatch):
    monkeypatch.setattr("app.sessions.manager._PATIENCE", 0.1)  # for the stalled server
    fake = FakeMaildrop([letter(n, 5_000) for n in range(1, 4)])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        fake.quirks.stall_at = "TOP"
        await browser.sign_in(server)
        answer = await browser.open("/mailbox/space/under?to=1K&order=oldest")
        assert "3 headers are still to be read" in words(answer)
        answer = await http.get("/mailbox/space/under?to=1K&order=largest")
        assert answer.status_code == 303


async def test_an_empty_mailbox_has_no_space_to_show():
    async with ScriptedServer(FakeMaildrop([])) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        page = await browser.open("/mailbox/space")
        assert "0 messages, 0 B" in words(page)
        assert "treemap" not in page.text
        answer = await browser.open("/mailbox/space/under?to=5")
        assert "The mailbox is 0 B: nothing has to go." in words(answer)


async def test_the_api_gives_groups_and_refuses_what_makes_no_sense(visit):
    made = await visit.script.get("/space?by=sender")
    assert made["undecided"] == 0
    assert [(g["key"], g["label"], g["messages"]) for g in made["groups"]] == [
        ("p1@example.net", "Person 1", 3),
        ("p0@example.net", "Person 0", 2),
    ]
    assert sum(group["share"] for group in made["groups"]) == pytest.approx(1)
    made = await visit.script.get("/space?by=month&q=larger:5M")
    assert [(g["key"], g["q"], g["messages"]) for g in made["groups"]] == [
        ("2026-03", "larger:5M month:2026-03", 2),
    ]
    assert len((await visit.script.get("/space"))["groups"]) == 4
    for bad in ("by=colour", "by=size&q=larger:x", f"by=size&q={'x' * 1001}"):
        answer = await visit.script.ask("GET", f"/space?{bad}")
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "invalid-request"
