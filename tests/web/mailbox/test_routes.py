"""The list and its marks, without JavaScript and with htmx."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import SAME_ORIGIN, Browser, Script, heading, http_to, running, words

HTMX = {"HX-Request": "true"}
# For those without JavaScript.
ASKS_AGAIN = '<noscript><meta http-equiv="refresh" content="1"></noscript>'


class Visit:
    """A browser in an open mailbox, and the server behind it."""

    def __init__(self, fake: FakeMaildrop, http: httpx.AsyncClient, page: httpx.Response) -> None:
        self.fake = fake
        self.http = http
        self.browser = Browser(http)
        self.page = page
        self.ids = re.findall(r'<li id="m-([\w-]+)"', page.text)
        self.script = Script(http, http.cookies["popscope"])

    async def htmx(self, path: str, current: str = "/mailbox", **fields: str) -> httpx.Response:
        """What htmx gets for a click on a button that posts."""
        headers = {**HTMX, **SAME_ORIGIN, "HX-Current-URL": f"http://localhost{current}"}
        data = {**fields}
        return await self.http.post(path, data=data, headers=headers)


@cache
def letters() -> tuple[FakeMessage, ...]:
    """Letters of 10 to 2 MB."""
    return tuple(
        FakeMessage(
            b"From: Person %d <p%d@example.net>\r\nSubject: letter %d\r\n"
            b"Date: Tue, 03 Mar 2026 10:00:00 +0000\r\n\r\n%s\r\n"
            % (n, n, n, b"x" * (10_000_000 // n))
        )
        for n in range(1, 6)
    )


@asynccontextmanager
async def visiting() -> AsyncIterator[Visit]:
    """Five letters whose headers are known."""
    fake = FakeMaildrop(letters())
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        await Browser(http).sign_in(server)
        script = Script(http, http.cookies["popscope"])
        for _ in range(500):
            if all(m["headers_known"] for m in (await script.get("/list"))["messages"]):
                break
        yield Visit(fake, http, await http.get("/mailbox"))


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    async with visiting() as found:
        yield found


async def test_the_list_shows_the_largest_first_with_who_what_when_and_how_much(visit):
    assert visit.page.status_code == 200
    assert re.findall(r"<bdi>(letter \d)</bdi>", visit.page.text) == [
        f"letter {n}" for n in range(1, 6)
    ]
    text = words(visit.page)
    assert "5 messages 22.8 MB" in text
    assert "Person 1 3 Mar letter 1" in text
    assert "<title>anna · Popscope</title>" in visit.page.text
    assert ASKS_AGAIN not in visit.page.text
    assert visit.fake.count("RETR") == visit.fake.count("DELE") == 0


@pytest.mark.parametrize(
    ("sort", "first"), [("size", "letter 5"), ("-date", "letter 1"), ("subject", "letter 1")]
)
async def test_the_order_is_in_the_address(visit, sort, first):
    page = await visit.browser.open(f"/mailbox?sort={sort}")
    assert re.findall(r"<bdi>(letter \d)</bdi>", page.text)[0] == first
    assert f'<option value="{sort}" selected>' in page.text


@pytest.mark.parametrize("query", ["sort=colour", "page=0", "page=x", "sort=", "page="])
async def test_a_list_that_cannot_be_is_told(visit, query):
    page = await visit.browser.open(f"/mailbox?{query}")
    assert page.status_code == 422
    assert heading(page) == "This input is not valid."


async def test_a_page_beyond_the_end_leads_to_the_last_one(visit):
    page = await visit.browser.open("/mailbox?sort=size&page=99")
    assert str(page.url) == "http://localhost/mailbox?sort=size"


async def test_marking_by_button_and_unmarking_deletes_nothing(visit):
    first, second, *_ = visit.ids
    page = await visit.browser.send(f"/mailbox/messages/{first}/mark", back="/mailbox?sort=size")
    assert str(page.url) == f"http://localhost/mailbox?sort=size#m-{first}"  # its row
    assert f'<li id="m-{first}"' in page.text
    assert "1 message, 10.0 MB marked for deletion." in words(page)
    assert "<title>1 marked · anna · Popscope</title>" in page.text
    page = await visit.browser.send("/mailbox/mark", id=[second, first, "gone-meanwhile"])
    assert "2 messages, 15.0 MB marked for deletion." in words(page)
    page = await visit.browser.send(f"/mailbox/messages/{second}/unmark")
    assert "1 message, 10.0 MB marked for deletion." in words(page)
    page = await visit.browser.send("/mailbox/unmark-all")
    assert "<title>anna · Popscope</title>" in page.text
    assert visit.fake.count("DELE") == 0


async def test_marking_with_htmx_gives_back_what_has_changed_and_no_page(visit):
    first, *_ = visit.ids
    answer = await visit.htmx(f"/mailbox/messages/{first}/mark")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert f'id="m-{first}" class="row marked"' in answer.text
    for part in ("tray", f"act-{first}", f"flag-{first}", "chip", "status"):
        assert f'id="{part}"' in answer.text
    assert answer.text.count("hx-swap-oob") == 6
    text = words(answer)
    assert "Marked for deletion: letter 1. 1 marked, 10.0 MB." in text
    answer = await visit.htmx(f"/mailbox/messages/{first}/unmark", f"/mailbox/messages/{first}")
    assert "Unmarked: letter 1. 0 marked, 0 B." in words(answer)
    assert f'id="m-{first}" class="row current"' in answer.text


async def test_a_click_that_fails_with_htmx_says_so_above_the_list(visit):
    answer = await visit.htmx("/mailbox/messages/none/mark")
    assert answer.status_code == 404
    assert answer.headers["hx-reswap"] == "none"
    assert heading(answer) == "This message is not in the mailbox."
    assert "<html" not in answer.text


@pytest.mark.parametrize("current", ["http://[", "", "x", "/mailbox?page=x&sort=y", "//evil/"])
async def test_any_address_that_htmx_claims_to_come_from_is_survived(visit, current):
    headers = {**HTMX, "HX-Current-URL": current}
    answer = await visit.http.get("/mailbox/progress", headers=headers)
    assert answer.status_code == 200
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("back", "lands"),
    [
        ("/mailbox", "/mailbox"),
        ("/mailbox?sort=size&page=1", "/mailbox?sort=size&page=1"),
        ("/mailbox/review", "/mailbox/review"),
        ("", "/mailbox"),
        ("https://evil.example/mailbox", "/mailbox"),
        ("//evil.example/mailbox", "/mailbox"),
        ("///evil.example/mailbox", "/mailbox"),
        ("/\\evil.example/mailbox", "/mailbox"),
        ("\\\\evil.example/mailbox", "/mailbox"),
        ("/%2fevil.example/mailbox", "/mailbox"),
        ("\t//evil.example/mailbox", "/mailbox"),
        ("javascript:alert(1)//mailbox", "/mailbox"),
        ("mailto:/mailbox", "/mailbox"),
        ("//[", "/mailbox"),
        ("//a\u2100b/mailbox", "/mailbox"),
        ("/mailbox\r\nSet-Cookie: a=b", "/mailbox"),
        ("mailbox", "/mailbox"),
    ],
)
async def test_the_way_back_never_leads_elsewhere(visit, back, lands):
    for path, place in (
        ("/mailbox/unmark-all", ""),
        ("/mailbox/release", ""),
        (f"/mailbox/messages/{visit.ids[0]}/mark", f"#m-{visit.ids[0]}"),
    ):
        answer = await visit.http.post(path, data={"back": back}, headers=SAME_ORIGIN)
        assert answer.status_code == 303
        assert answer.headers["location"] == lands + place
        assert "set-cookie" not in answer.headers


async def test_the_lock_is_released_by_button_and_taken_at_the_next_click(visit):
    assert "Mailbox open" in words(visit.page)
    page = await visit.browser.send("/mailbox/release", back="/mailbox")
    assert "Released, comes back at your next click" in words(page)
    assert visit.fake.commands[-1] == "QUIT"
    page = await visit.browser.open(f"/mailbox/messages/{visit.ids[2]}?lines=3")
    assert "Mailbox open" in words(page)
    assert visit.fake.count("DELE") == 0


async def test_checking_again_shows_new_mail_and_keeps_marks(visit):
    await visit.browser.send("/mailbox/mark", id=visit.ids[0])
    visit.fake.messages.append(plain(1)[0])
    page = await visit.browser.send("/mailbox/refresh", back="/mailbox")
    assert "6 messages" in words(page)
    assert "1 message, 10.0 MB marked for deletion." in words(page)
