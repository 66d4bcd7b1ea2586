"""An expired session in the middle of a click: why, the way back, the marks; no open redirect."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import SAME_ORIGIN, Browser, Script, http_to, running, words

WHERE = "/mailbox?sort=size"
IDLE = "Your session ended after 30 minutes without a click."
KEPT = "Nothing was deleted. Your 2 marks are kept: sign in to the same mailbox to go on."


@dataclass
class Away:
    """A browser with two marks whose session has expired meanwhile."""

    app: Any
    http: httpx.AsyncClient
    browser: Browser
    fake: FakeMaildrop
    server: ScriptedServer

    async def sign_in_again(self, **fields: str) -> httpx.Response:
        """Fills in the sign-in page as it stands there."""
        place = {"server": self.server.host, "port": str(self.server.port), "security": "none"}
        return await self.browser.send(
            "/signin", **{"username": "anna", "password": "secret", **place, **fields}
        )


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None
    return found[1].replace("&amp;", "&")


@pytest.fixture
async def away() -> AsyncIterator[Away]:
    fake = FakeMaildrop(plain(3), quirks=Quirks(exclusive=True))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        script = Script(http, http.cookies["popscope"])
        await script.post("/dele", {"ids": (await script.ids())[:2]})
        sessions = app.state.services.sessions
        later = sessions._clock() + 31 * 60
        sessions._clock = lambda: later
        yield Away(app, http, browser, fake, server)
        assert fake.count("DELE") == 0


async def test_a_page_that_is_asked_for_too_late_comes_after_the_sign_in(away):
    page = await away.browser.open(WHERE)
    assert page.url.path == "/"
    assert IDLE in words(page)
    assert KEPT in words(page)
    assert "not done" not in words(page)
    page = await away.sign_in_again(back=hidden(page, "back"))
    assert str(page.url) == f"http://localhost{WHERE}"
    assert "2 messages" in words(page)
    assert "marked for deletion. Nothing has been deleted" in words(page)


async def test_a_form_that_is_sent_too_late_is_not_sent_again(away):
    answer = await away.http.post(
        "/mailbox/commit",
        data={"count": "2"},
        headers={**SAME_ORIGIN, "Referer": "http://localhost/mailbox/review"},
        follow_redirects=True,
    )
    assert "Your last click was not carried out." in words(answer)
    page = await away.sign_in_again(back=hidden(answer, "back"))
    assert page.url.path == "/mailbox/review"
    assert "Delete 2 messages" in words(page)
    assert len(away.fake.messages) == 3


async def test_a_wrong_password_loses_neither_the_way_nor_the_marks(away):
    page = await away.browser.open(WHERE)
    page = await away.sign_in_again(back=hidden(page, "back"), password="wrong")
    assert page.status_code == 401
    page = await away.sign_in_again(back=hidden(page, "back"))
    assert str(page.url) == f"http://localhost{WHERE}"
    assert "2 messages" in words(page)


async def test_a_sign_in_page_that_stood_open_in_another_tab_loses_no_mark(away):
    """The first tab has signed in meanwhile: that session ends, and what was marked in it stays."""
    await away.browser.open(WHERE)
    await away.sign_in_again()
    script = Script(away.http, away.http.cookies["popscope"])
    await script.post("/dele", {"ids": await script.ids()})
    assert "3 messages" in words(await away.sign_in_again())
    script = Script(away.http, away.http.cookies["popscope"])
    assert (await script.get("/session"))["marked"]["messages"] == 3
    assert len(away.app.state.services.sessions) == 1


@pytest.mark.parametrize(
    "back", ["//evil.example/mailbox", "https://evil.example/", "/\\evil.example", "/signout", ""]
)
async def test_the_sign_in_never_leads_elsewhere(away, back):
    page = await away.browser.open(f"/?back={back}")
    assert hidden(page, "back") == "/mailbox"
    page = await away.sign_in_again(back=back)
    assert str(page.url) == "http://localhost/mailbox"
    page = await away.http.get("/", params={"back": back})
    assert page.headers["location"] == "/mailbox"


async def test_signing_out_after_the_end_forgets_the_marks_but_no_other_site_can(away):
    forged = await away.http.post("/signout", headers={"Origin": "http://localhost:8001"})
    assert forged.status_code == 403
    assert KEPT in words(await away.browser.open("/"))
    token = away.http.cookies["popscope"]
    page = await away.browser.send("/signout")
    assert page.url.path == "/"
    assert "session" not in words(page)
    assert await away.app.state.services.sessions.ended(token) is None
    page = await away.sign_in_again()
    assert "marked for deletion. Nothing" not in words(page)


async def test_a_session_that_is_unknown_here_says_so(away):
    away.http.cookies.clear()
    away.http.cookies.set("popscope", "of-another-run")
    page = await away.browser.open("/mailbox")
    assert "this Popscope does not know it any more" in words(page)
    assert "marks are forgotten" in words(page)


async def test_frames_and_files_get_an_error_and_no_sign_in_page(away):
    for dest in ("iframe", "empty"):
        answer = await away.http.get("/mailbox", headers={"Sec-Fetch-Dest": dest})
        assert answer.status_code == 401
