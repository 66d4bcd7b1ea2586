"""A long LOGIN-DELAY on pages and in the API: why the lock is kept, and receipts checked later."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.delaying import DelayingMaildrop
from tests.support.maildrop import plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, http_to, running, words

WHY = {
    "en": "the server wants 5 minutes between two sign-ins",
    "de": "Der Server verlangt 5 Minuten zwischen zwei Anmeldungen",
    "es": "el servidor pide 5 minutos entre dos inicios de sesión",
    "fr": "le serveur exige 5 minutes entre deux connexions",
    "ja": "サーバーが次のサインインまで5 分を求めるため",
}


@asynccontextmanager
async def two(drop: DelayingMaildrop, **headers: str) -> AsyncIterator[tuple[Browser, Script]]:
    """A browser that is signed in, and a script with its session."""
    async with (
        ScriptedServer(drop) as server,
        running() as app,
        http_to(app) as http,
    ):
        http.headers.update(headers)
        browser = Browser(http)
        await browser.sign_in(server)
        yield browser, Script(http, http.cookies["popscope"])


@pytest.mark.parametrize("tongue", WHY)
async def test_the_chip_says_why_the_mailbox_is_kept(tongue):
    async with two(DelayingMaildrop(plain(2), 300), **{"Accept-Language": tongue}) as (browser, _):
        page = await browser.open("/mailbox")
        assert WHY[tongue] in words(page).replace("\N{NO-BREAK SPACE}", " ")
        assert 'data-open="/mailbox/open"' in page.text
        for path in ("/mailbox/review", "/mailbox/console", "/mailbox/export", "/mailbox/space"):
            assert 'data-open="/mailbox/open"' in (await browser.open(path)).text, path


async def test_a_short_delay_is_not_worth_a_word():
    async with two(DelayingMaildrop(plain(2), 60)) as (browser, script):
        page = await browser.open("/mailbox")
        assert "between two sign-ins" not in words(page)
        assert "data-open" not in page.text
        assert (await script.get("/session"))["login_delay"] is None


async def test_a_page_that_is_open_says_so_and_says_goodbye():
    async with two(DelayingMaildrop(plain(2), 300)) as (browser, script):
        assert (await script.get("/session"))["login_delay"] == 300
        for query in ("page=a", "page=a&left=1", "page=never&left=1"):
            assert (await browser.open(f"/mailbox/open?{query}")).status_code == 204
        assert (await browser.open("/mailbox/open?page=" + "x" * 41)).status_code == 422


async def test_a_receipt_on_a_page_is_checked_by_a_button_when_the_delay_is_over():
    drop = DelayingMaildrop(plain(3), 300)
    async with two(drop) as (browser, script):
        ids = await script.ids()
        await browser.send("/mailbox/mark", id=ids[:1])
        page = await browser.commit(count="1")
        assert "Not verified." in words(page)
        assert "It can be checked in 5:00" in words(page) or "in 4:5" in words(page)
        asked = drop.refused
        page = await browser.send("/mailbox/receipt/check", number="1")
        assert page.url.path == "/mailbox/receipt"
        assert "Not verified." in words(page)
        assert drop.refused == asked, "too early: the server was not asked"


async def test_a_receipt_that_cannot_be_checked_says_why_and_keeps_its_button(monkeypatch):
    monkeypatch.setattr("app.mailbox.lease._PAUSES", (0.05, 0.05))
    drop = DelayingMaildrop(plain(3), 0)
    async with two(drop) as (browser, script):
        await browser.send("/mailbox/mark", id=(await script.ids())[:1])
        drop.quirks.refuse_login = b"-ERR [IN-USE] locked"
        page = await browser.commit(count="1")
        assert "Check what is gone" in words(page)
        assert "data-wait" not in page.text, "it is nobody's delay, so a click alone checks it"
        drop.quirks.refuse_login = b"-ERR [SYS/TEMP] later"
        page = await browser.send("/mailbox/receipt/check", number="1")
        assert page.status_code == 401
        assert "The server has trouble at the moment." in words(page)
        assert "Check what is gone" in words(page)
        drop.quirks.refuse_login = None
        page = await browser.send("/mailbox/receipt/check", number="1")
        assert "The message is gone." in words(page)
        assert "Check what is gone" not in words(page)


async def test_a_receipt_in_the_api():
    drop = DelayingMaildrop(plain(3), 300)
    async with two(drop) as (_, script):
        chosen = (await script.ids())[0]
        await script.post(f"/messages/{chosen}/dele")
        receipt = await script.post("/quit")
        assert (receipt["verified"], receipt["number"]) == (False, 1)
        assert receipt["not_verified"] == [chosen]
        assert receipt["retry_after"] in range(290, 301)
        problem = await script.post("/receipts/1/check", status=429)
        assert problem["code"] == "login-delayed"
        assert problem["retry_after"] in range(290, 301)
        assert (await script.get("/receipts/1"))["verified"] is False
        for path in ("/receipts/0", "/receipts/x"):
            assert (await script.get(path, status=422))["code"] == "invalid-request"
        assert (await script.get("/receipts/2", status=404))["code"] == "no-such-receipt"
        assert (await script.post("/receipts/2/check", status=404))["code"] == "no-such-receipt"


async def test_it_becomes_verified_in_the_api():
    drop = DelayingMaildrop(plain(3), 0)
    async with two(drop) as (_, script):
        chosen = (await script.ids())[0]
        await script.post(f"/messages/{chosen}/dele")
        receipt = await script.post("/quit", {"verify": False})
        assert (receipt["verified"], receipt["retry_after"]) == (False, 0)
        receipt = await script.post("/receipts/1/check")
        assert (receipt["verified"], receipt["deleted"]) == (True, [chosen])
        assert receipt["retry_after"] is None
        assert await script.get("/receipts/1") == receipt
