"""Choosing the language: on every page, kept by a cookie, refused from other sites."""

import re
from html import unescape

import pytest

from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import SAME_ORIGIN, Browser, http_to, running


@pytest.mark.parametrize("path", ["/", "/nowhere", "/report", "/keys", "/api/docs"])
async def test_it_is_chosen_on_pages_without_a_session(path):
    async with running() as app, http_to(app) as http:
        page = await http.get(path, headers={"Accept-Language": "en"})
        form = {"language": "de", "back": path}
        answer = await http.post("/language", data=form, headers=SAME_ORIGIN)
        assert answer.status_code == 303
        # A page that is none is not gone back to.
        assert answer.headers["location"] == ("/" if path == "/nowhere" else path)
        cookie = answer.headers["set-cookie"].lower()
        assert "samesite=lax" in cookie
        assert "httponly" in cookie
        page = await http.get(path, headers={"Accept-Language": "en"})
        assert '<html lang="de" dir="ltr">' in page.text
        assert 'value="de" lang="de" aria-current="true">Deutsch<' in page.text


async def test_it_is_chosen_in_a_session_and_leads_back_to_the_very_page():
    async with (
        ScriptedServer(FakeMaildrop(plain(2))) as server,
        running() as app,
        http_to(app) as http,
    ):
        browser = Browser(http)
        await browser.sign_in(server)
        page = await http.get("/mailbox?sort=from")
        assert 'name="back" value="/mailbox?sort=from"' in page.text
        form = {"language": "ja", "back": "/mailbox?sort=from"}
        answer = await http.post("/language", data=form, headers=SAME_ORIGIN)
        assert answer.headers["location"] == "/mailbox?sort=from"
        assert '<html lang="ja" dir="ltr">' in (await http.get("/mailbox")).text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {}],
)
async def test_other_sites_cannot_choose(headers):
    async with running() as app, http_to(app) as http:
        form = {"language": "de", "back": "/"}
        answer = await http.post("/language", data=form, headers=headers)
        assert answer.status_code == 403
        assert "popscope-lang" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("code", ["", "tlh", "../de", "DE", "de\r\nx"])
async def test_a_language_that_is_none_is_refused(code):
    async with running() as app, http_to(app) as http:
        form = {"language": code}
        answer = await http.post("/language", data=form, headers=SAME_ORIGIN)
        assert answer.status_code == 422
        assert "set-cookie" not in answer.headers or "-lang" not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil", "http://[", "mailbox", "/signin"]
)
async def test_the_way_back_stays_here(back):
    async with running() as app, http_to(app) as http:
        form = {"language": "de", "back": back}
        answer = await http.post("/language", data=form, headers=SAME_ORIGIN)
        assert answer.headers["location"] == "/"


async def test_the_sign_in_page_still_knows_where_one_was():
    async with running() as app, http_to(app) as http:
        asked = {"back": "/mailbox?q=is:marked&line=PASS+x", "undone": "1", "password": "x"}
        page = await http.get("/", params=asked)
        here = re.search(r'name="back" value="(/\?[^"]*)"', page.text)
        assert here is not None
        form = {"language": "de", "back": unescape(here[1])}
        answer = await http.post("/language", data=form, headers=SAME_ORIGIN)
        assert "PASS" not in answer.headers["location"]
        assert "password" not in answer.headers["location"]
        again = await http.get(answer.headers["location"])
        assert 'name="back" value="/mailbox?q=is%3Amarked"' in again.text
        assert 'lang="de"' in again.text


async def test_over_https_the_cookie_is_for_https():
    async with running() as app, http_to(app, "https://localhost") as http:
        answer = await http.post("/language", data={"language": "de"}, headers=SAME_ORIGIN)
        made = answer.headers["set-cookie"]
        assert made.startswith("__Host-popscope-lang=de;")
        assert "; secure" in made.lower()


async def test_it_is_shared_by_all_ports_of_a_host():
    async with running() as app, http_to(app, "http://localhost:8000") as http:
        form = {"language": "de"}
        answer = await http.post("/language", data=form, headers=SAME_ORIGIN)
        assert answer.headers["set-cookie"].startswith("popscope-lang=de;")
        # Over HTTPS both may come: its own goes first.
        cookies = {"Cookie": "popscope-lang=de; __Host-popscope-lang=fr"}
        assert '<html lang="fr"' in (await http.get("/", headers=cookies)).text
