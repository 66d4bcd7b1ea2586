"""Behind a proxy that sends an `Authorization` of its own with every request."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer
from tests.web.site.test_security_sites import CHANGES
from tests.web.visiting import SAME_ORIGIN, Browser, Script, http_to, running

OF_THE_PROXY = [
    {"Authorization": "Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmVk"},
    {"Authorization": "bearer x"},
    {"Authorization": "Bearer"},
    {"Authorization": "Basic cHJveHk6c2VjcmV0"},
    {"Authorization": "Negotiate YII="},
]
FOREIGN = OF_THE_PROXY[0]


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(FakeMaildrop(plain(3))) as running_server:
        yield running_server


@pytest.mark.parametrize("headers", OF_THE_PROXY)
async def test_pages_and_their_calls_go_by_the_cookie(server, headers):
    async with running() as app, http_to(app) as http:
        http.headers.update(headers)
        browser = Browser(http)
        page = await browser.sign_in(server)
        assert page.url.path == "/mailbox"
        assert (await http.get("/")).headers["location"] == "/mailbox"
        stat = await http.get("/api/v1/stat")
        assert stat.json()["messages"] == 3
        id = (await http.get("/api/v1/list")).json()["messages"][0]["id"]
        page = await browser.send(f"/mailbox/messages/{id}/mark")
        assert page.status_code == 200
        assert (await http.get("/api/v1/stat")).json()["marked"]["messages"] == 1
        assert (await http.post("/api/v1/rset", headers=SAME_ORIGIN)).status_code == 200
        page = await browser.send("/signout")
        assert page.url.path == "/"
        assert (await http.get("/api/v1/stat")).status_code == 401


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_what_the_cookie_opens_keeps_its_rules(server, method, path):
    """A header that opens nothing excuses nothing: another site can make the proxy send it, too."""
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        id, *_ = await script.ids()
        path = path.format(id=id)
        both = {"Cookie": f"popscope={script.token}", **FOREIGN}
        body = {"ids": [id]} if path == "/api/v1/dele" else None
        for headers in ({}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = await http.request(method, path, headers={**both, **headers}, json=body)
            assert answer.status_code == 403, headers
        assert (await script.get("/session"))["marked"]["messages"] == 0
        good = {**both, **SAME_ORIGIN}
        answer = await http.request(method, path, headers=good, json=body)
        assert answer.status_code not in {401, 403}


async def test_the_header_goes_before_the_cookie_where_it_opens_a_session(server):
    async with (
        ScriptedServer(FakeMaildrop(plain(5))) as other,
        running() as app,
        http_to(app) as http,
    ):
        script = await Script.signed_in(http, server)
        browser = Browser(http)
        await browser.sign_in(other, "bob")
        assert (await script.get("/stat"))["messages"] == 3
        assert (await http.get("/api/v1/stat")).json()["messages"] == 5
        # A page is the cookie's all the same; with a cookie, a change needs a page of ours.
        page = await http.get("/mailbox", headers=script.headers)
        assert "bob" in page.text
        assert (await http.post("/api/v1/noop", headers=script.headers)).status_code == 403
        assert (await script.ask("POST", "/noop")).status_code == 204
        assert (await script.ask("DELETE", "/session")).status_code == 204
        assert (await http.get("/api/v1/stat")).json()["messages"] == 5  # the browser's goes on


async def test_a_script_without_a_cookie_is_told_that_its_session_is_over(server):
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        await script.ask("DELETE", "/session")
        for method, path in (("GET", "/stat"), ("POST", "/rset"), ("GET", "/events")):
            answer: httpx.Response = await script.ask(method, path)
            assert answer.status_code == 401
            assert answer.json()["code"] == "no-session"
