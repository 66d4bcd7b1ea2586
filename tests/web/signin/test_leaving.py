"""Signing out, or leaving for another account, with marks: it asks, and says what was not done."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.mailbox import Credentials
from app.sessions import manager
from app.transport import Security, Target
from app.web import DemoAccount
from tests.mailbox.opening import until
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import SAME_ORIGIN, Browser, Script, heading, http_to, running, words

ASKED = "Sign out without deleting?"
STAY = (
    "You are signed out. 2 messages were marked for deletion and were not deleted: they stay in "
    "the mailbox. Their marks are forgotten."
)


@dataclass
class Marked:
    """A browser that has marked two of three messages."""

    app: Any
    http: httpx.AsyncClient
    browser: Browser
    script: Script
    fake: FakeMaildrop
    server: ScriptedServer

    async def anyway(self, page: httpx.Response) -> httpx.Response:
        """Signs out by the page that asks."""
        (count,) = re.findall(r'name="anyway" value="(\d+)"', page.text)
        return await self.browser.send("/signout", anyway=count)


@pytest.fixture
async def marked() -> AsyncIterator[Marked]:
    fake = FakeMaildrop(plain(3))
    async with ScriptedServer(fake) as server:
        demo = DemoAccount(Target(server.host, server.port, Security.NONE), Credentials("demo", ""))
        async with running(demo=demo) as app, http_to(app) as http:
            browser = Browser(http)
            await browser.sign_in(server)
            script = Script(http, http.cookies["popscope"])
            await script.post("/dele", {"ids": (await script.ids())[:2]})
            yield Marked(app, http, browser, script, fake, server)


async def test_it_asks_and_then_says_what_was_not_done(marked):
    page = await marked.browser.send("/signout")
    assert page.url.path == "/mailbox/signout"
    assert ASKED in words(page)
    assert "2 messages, " in words(page)
    assert 'href="/mailbox/review"' in page.text
    assert (await marked.script.get("/session"))["marked"]["messages"] == 2, "nothing is over yet"
    page = await marked.anyway(page)
    assert page.url.path == "/"
    assert STAY in words(page)
    assert len(marked.app.state.services.sessions) == 0
    assert marked.fake.count("DELE") == 0
    assert len(marked.fake.messages) == 3
    page = await marked.browser.send(
        "/language", language="de", back=str(page.url.raw_path, "ascii")
    )
    assert "2 Nachrichten waren zum Löschen vorgemerkt" in words(page)


async def test_without_marks_it_does_not_ask(marked):
    await marked.script.post("/rset")
    assert (await marked.browser.open("/mailbox/signout")).url.path == "/mailbox"
    page = await marked.browser.send("/signout")
    assert str(page.url) == "http://localhost/"
    assert "signed out" not in words(page)


async def test_another_tab_that_marks_meanwhile_is_asked_of_as_well(marked):
    asked = await marked.browser.send("/signout")
    await marked.script.post("/dele", {"ids": await marked.script.ids()})
    page = await marked.anyway(asked)
    assert page.url.path == "/mailbox/signout"
    assert "3 messages, " in words(page)
    for nonsense in ("", "-1", "x", "9" * 99):
        assert ASKED in words(await marked.browser.send("/signout", anyway=nonsense))
    assert "3 messages were marked" in words(await marked.anyway(page))


async def test_a_commit_in_another_tab_leaves_nothing_to_ask(marked):
    asked = await marked.browser.send("/signout")
    await marked.browser.commit()
    page = await marked.anyway(asked)
    assert str(page.url) == "http://localhost/"
    assert len(marked.fake.messages) == 1


async def test_what_was_typed_in_the_console_counts_too(marked):
    await marked.script.post("/rset")
    asked = (await marked.script.post("/console", {"line": "DELE 3"}, 409))["confirm"]
    await marked.script.post("/console", {"line": "DELE 3", "confirm": asked})
    page = await marked.browser.send("/signout")
    assert "For 1 message DELE was typed in the console." in words(page)
    assert 'href="/mailbox/review"' not in page.text
    page = await marked.anyway(page)
    assert "1 message was marked for deletion and was not deleted" in words(page)
    assert marked.fake.commands[-2:] == ["RSET", "QUIT"]
    assert len(marked.fake.messages) == 3


async def test_after_the_end_of_a_session_it_says_so_at_once(marked):
    sessions = marked.app.state.services.sessions
    later = sessions._clock() + 31 * 60
    sessions._clock = lambda: later
    assert STAY in words(await marked.browser.send("/signout"))


@pytest.mark.parametrize("path", ["/signin", "/demo"])
async def test_leaving_for_another_mailbox_asks_and_for_the_same_one_keeps_the_marks(marked, path):
    place = {"server": marked.server.host, "port": str(marked.server.port), "security": "none"}
    fields = {"username": "bob", "password": "secret", **place}
    before = marked.fake.count("PASS")
    page = await marked.browser.send(path, **(fields if path == "/signin" else {}))
    assert page.url.path == "/mailbox/signout"
    assert "while anna is still open in this browser" in words(page)
    assert marked.fake.count("PASS") == before, "nobody has signed in"
    page = await marked.browser.send("/signin", **{**fields, "username": "anna"})
    assert page.url.path == "/mailbox"
    assert (await Script(marked.http, marked.http.cookies["popscope"]).get("/session"))["marked"][
        "messages"
    ] == 2


async def test_while_a_deletion_is_under_way_it_says_that(monkeypatch, marked):
    monkeypatch.setattr(manager, "_FINISHING", 0.1)  # the app waits for it at its end, else
    marked.fake.quirks = Quirks(stall_at="QUIT")
    page = await marked.browser.open("/mailbox/review")
    shown = dict(re.findall(r'name="(count|seen)" value="(\w+)"', page.text))
    commit = asyncio.create_task(
        marked.http.post("/mailbox/commit", data=shown, headers=SAME_ORIGIN)
    )
    await until(lambda: marked.fake.count("QUIT") > 0)
    page = await marked.browser.send("/signout")
    assert "Sign out while messages are being deleted?" in words(page)
    commit.cancel()


async def test_a_click_of_a_tab_that_was_signed_out_elsewhere_says_it_was_not_carried_out(marked):
    await marked.anyway(await marked.browser.send("/signout"))
    page = await marked.browser.send("/mailbox/unmark-all")
    assert page.url.path == "/"
    assert "You are signed out. Your last click was not carried out." in words(page)
    assert "signed out" not in words(await marked.browser.open("/mailbox"))


@pytest.mark.parametrize("left", ["", "0", "-3", "x", "3.5", "<b>", "٣", "9" * 10])
async def test_an_address_that_makes_no_sense_says_nothing(left):
    async with running() as app, http_to(app) as http:
        page = await http.get("/", params={"left": left})
        assert page.status_code == 200
        assert "signed out" not in words(page)
        assert heading(page) == ""


async def test_a_script_signs_out_without_being_asked_and_is_told(marked):
    answer = await marked.script.ask("DELETE", "/session")
    assert (answer.status_code, answer.json()) == (200, {"not_deleted": 2, "deleting": False})
    assert (await marked.script.ask("GET", "/session")).status_code == 401
    assert marked.fake.count("DELE") == 0
