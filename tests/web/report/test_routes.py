"""The report's pages by forms alone, and who may see which report."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from app.discovery import Found, Source
from app.transport import Security, Target
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.scripted import ScriptedServer, stall
from tests.web.visiting import Browser, Script, http_to, running, words


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with running() as app, http_to(app) as client:
        yield client


@pytest.fixture
async def fake() -> AsyncIterator[tuple[FakeMaildrop, ScriptedServer]]:
    fake = FakeMaildrop(plain(3))
    async with ScriptedServer(fake) as server:
        yield fake, server


async def finished(browser: Browser, page: httpx.Response) -> httpx.Response:
    """The page as a browser without JavaScript has it in the end: by asking again."""
    for _ in range(400):
        if 'http-equiv="refresh"' not in page.text:
            return page
        await asyncio.sleep(0.02)
        page = await browser.open(page.request.url.path)
    pytest.fail("the report never ended")


def place(server: ScriptedServer) -> dict[str, str]:
    return {"server": server.host, "port": str(server.port), "security": "none"}


async def test_an_account_is_tested_from_the_sign_in_page(http, fake):
    maildrop, server = fake
    browser = Browser(http)
    page = await browser.open("/")
    assert 'href="/report"' in page.text
    await browser.open("/report")
    page = await browser.send("/report", username="anna", password="secret", **place(server))
    assert re.fullmatch(r"/report/[\w-]{16}", page.request.url.path)
    page = await finished(browser, page)
    shown = words(page)
    assert "3 unique-ids, no two of them the same." in shown
    assert "STAT and LIST agree: 3 messages" in shown
    assert "secret" not in page.text
    assert maildrop.count("DELE") == 0
    assert "hx-get" not in page.text  # it asks no more
    path = page.request.url.path
    body = json.loads((await http.get(f"{path}/report.json")).text)
    assert (body["account"], body["stopped"]) == ("anna", "complete")
    text = await http.get(f"{path}/report.txt")
    assert "Account: user1" in text.text
    assert "attachment" in text.headers["content-disposition"]
    assert "Account: anna" in (await http.get(f"{path}/report.txt?mask=0")).text


async def test_without_an_account_from_outside(http, fake):
    _, server = fake
    browser = Browser(http)
    await browser.open("/report")
    page = await finished(browser, await browser.send("/report", **place(server)))
    assert "No account was given" in words(page)


async def test_a_server_that_was_only_found_is_shown_first(http, monkeypatch):
    async def unsure(*_: object, **__: object) -> Found:
        target = Target("pop.example.net", 995, Security.TLS)
        source = next(iter(Source))
        return Found(target, source, "anna@example.net", "example.net", sure=False)

    async with running() as app, http_to(app) as client:
        monkeypatch.setattr(app.state.services.discovery, "find", unsure)
        browser = Browser(client)
        await browser.open("/report")
        page = await browser.send("/report", username="anna@example.net", password="x")
        assert "confirm-server" in page.text
        assert 'name="server" value="pop.example.net"' in page.text
        assert 'name="username" value="anna@example.net"' in page.text


async def test_signed_in_its_own_lock_is_given_back_first(http, fake):
    maildrop, server = fake
    maildrop.quirks = Quirks(exclusive=True)
    browser = Browser(http)
    await browser.sign_in(server)
    page = await browser.open("/report")
    assert "Check this server" in words(page)
    page = await finished(browser, await browser.send("/report", own="1"))
    assert "in use, with the code" in words(page)  # so the first sign-in was let in
    assert (await browser.open("/mailbox")).status_code == 200


async def test_what_makes_no_sense_is_told_before_anything_is_sent(http):
    browser = Browser(http)
    await browser.open("/report")
    for fields in (
        {"server": ""},
        {"server": "pop.example.net", "port": "0"},
        {"server": "pop.example.net", "username": "an\nna", "password": "x"},
        {"server": "pop.example.net", "username": "anna"},
        {"server": "pop.example.net", "password": "x"},
        {"server": "pop.example.net", "wait": "901"},
    ):
        page = await browser.send("/report", **fields)
        assert page.status_code == 422
        assert "invalid-request" in page.text
    assert 'value="pop.example.net"' in page.text


async def test_a_forbidden_target_is_told_in_the_same_words_for_every_reason(http):
    async with running(allow_loopback=False) as app, http_to(app) as client:
        browser = Browser(client)
        await browser.open("/report")
        page = await finished(browser, await browser.send("/report", server="127.0.0.1"))
        assert "This Popscope may not connect there." in words(page)


async def test_one_at_a_time_and_it_can_be_called_off(http):
    async with ScriptedServer(stall()) as server:
        browser = Browser(http)
        await browser.open("/report")
        page = await browser.send("/report", **place(server))
        path = page.request.url.path
        assert "Cancel" in words(page)
        again = await browser.send("/report", **place(server))
        assert again.status_code == 409
        assert f'href="{path}"' in again.text
        fragment = await http.get(f"{path}/live", headers={"HX-Request": "true"})
        assert "hx-get" in fragment.text
        assert "<html" not in fragment.text
        page = await browser.send(f"{path}/stop")
        assert "Cancelled before all was checked." in words(page)


async def test_a_report_is_its_owners_alone(http, fake):
    _, server = fake
    browser = Browser(http)
    await browser.open("/report")
    page = await finished(browser, await browser.send("/report", **place(server)))
    path = page.request.url.path
    http.cookies.clear()
    for more in ("", "/live", "/report.json", "/report.txt"):
        assert (await http.get(path + more)).status_code == 404
    stranger = Browser(http)
    await stranger.open("/report")
    assert (await stranger.send(f"{path}/stop")).status_code == 404


async def test_a_report_begins_and_ends_from_a_page_of_ours_alone(http, fake):
    _, server = fake
    browser = Browser(http)
    await browser.open("/report")
    for path in ("/report", "/report/any/stop"):
        answer = await http.post(path, data=place(server))
        assert answer.status_code == 403  # no Sec-Fetch-Site, no Origin


async def test_the_api_has_it_too(http, fake):
    _, server = fake
    script = await Script.signed_in(http, server)
    body = await script.get("/report")
    assert (body["account"], body["stopped"]) == ("anna", "complete")
    assert {"login", "uidl-stable"} <= {check["finding"] for check in body["checks"]}
    http.cookies.clear()
    given = {"server": server.host, "port": server.port, "security": "none"}
    outside = (await http.post("/api/v1/report", json=given)).json()
    assert outside["account"] is None
    refused = {**given, "username": "anna", "password": "wrong"}
    found = (await http.post("/api/v1/report", json=refused)).json()
    assert (found["verdict"], found["faults"]) == ("bad", 1)
    assert "wrong" not in json.dumps(found["checks"][-1]["facts"])
    assert (await http.get("/api/v1/report")).status_code == 401
    bad = await http.post("/api/v1/report", json={**given, "wait": 9999})
    assert bad.status_code == 422
    abroad = {"Sec-Fetch-Site": "cross-site"}
    assert (await http.post("/api/v1/report", json=given, headers=abroad)).status_code == 403
