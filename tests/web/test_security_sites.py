"""Requests from other sites: where they may come from, and the token they must bring."""

import re
from collections.abc import AsyncIterator

import pytest
from starlette.datastructures import Headers

from app.web.errors import ForbiddenOrigin
from app.web.security import check_site, check_token, masked
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer

from .visiting import SAME_ORIGIN, Browser, Script, http_to, post_session, running


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(FakeMaildrop(plain(3))) as running_server:
        yield running_server


OURS = "https://popscope.lan"


@pytest.mark.parametrize(
    ("headers", "page", "script"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": OURS}, True, True),
        ({"Sec-Fetch-Site": "same-site"}, False, False),
        ({"Sec-Fetch-Site": "cross-site"}, False, False),
        ({"Sec-Fetch-Site": "none"}, False, False),
        ({"Sec-Fetch-Site": ""}, False, False),
        # what the browser says of the site goes before what it says of the origin
        ({"Sec-Fetch-Site": "cross-site", "Origin": OURS}, False, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": OURS}, False, False),
        # no Sec-Fetch-Site: Chromium on plain-HTTP LAN names
        ({"Origin": OURS}, True, True),
        ({"Origin": "HTTPS://POPSCOPE.LAN"}, True, True),
        ({"Origin": "http://popscope.lan"}, False, False),
        ({"Origin": "https://popscope.lan:8443"}, False, False),
        ({"Origin": "https://popscope.lan.example"}, False, False),
        ({"Origin": "https://example.net"}, False, False),
        ({"Origin": ""}, False, False),
        ({"Origin": "null"}, False, False),
        # neither: a script, or a browser of long ago
        ({}, False, True),
    ],
)
def test_where_a_request_may_come_from(headers, page, script):
    for browser, allowed in ((True, page), (False, script)):
        if allowed:
            check_site(Headers(headers), OURS, browser=browser)
        else:
            with pytest.raises(ForbiddenOrigin):
                check_site(Headers(headers), OURS, browser=browser)


CHANGES = [
    ("POST", "/mailbox/mark"),
    ("POST", "/mailbox/mark-matching"),
    ("POST", "/mailbox/undo"),
    ("POST", "/mailbox/dismiss"),
    ("POST", "/mailbox/notices/dismiss"),
    ("POST", "/mailbox/unmark-all"),
    ("POST", "/mailbox/unmark-last"),
    ("POST", "/mailbox/review/unmark/{id}"),
    ("POST", "/mailbox/headers/pause"),
    ("POST", "/mailbox/headers/resume"),
    ("POST", "/mailbox/refresh"),
    ("POST", "/mailbox/release"),
    ("POST", "/mailbox/commit"),
    ("POST", "/mailbox/receipt/check"),
    ("POST", "/mailbox/messages/{id}/mark"),
    ("POST", "/mailbox/messages/{id}/unmark"),
    ("POST", "/mailbox/messages/{id}/whole"),
    ("POST", "/mailbox/messages/{id}/cancel"),
    ("POST", "/mailbox/messages/{id}/save-mark"),
    ("POST", "/mailbox/console"),
    ("POST", "/mailbox/export"),
    ("POST", "/mailbox/export/file"),
    ("POST", "/signout"),
    ("POST", "/api/v1/session/release"),
    ("POST", "/api/v1/session/refresh"),
    ("DELETE", "/api/v1/session"),
    ("POST", "/api/v1/noop"),
    ("POST", "/api/v1/headers/pause"),
    ("POST", "/api/v1/headers/resume"),
    ("POST", "/api/v1/messages/{id}/dele"),
    ("DELETE", "/api/v1/messages/{id}/dele"),
    ("POST", "/api/v1/dele"),
    ("POST", "/api/v1/export"),
    ("POST", "/api/v1/rset"),
    ("POST", "/api/v1/quit"),
    ("POST", "/api/v1/receipts/{id}/check"),
    ("POST", "/api/v1/console"),
]


async def test_the_list_of_changing_calls_is_whole():
    async with running() as app:
        found = {
            (method, re.sub(r"\{\w+\}", "{id}", path))
            for path, method in _routes(app)
            if method not in {"GET", "HEAD", "OPTIONS"}
        }
    assert found - set(CHANGES) == {
        ("POST", "/signin"),
        ("POST", "/demo"),
        ("POST", "/language"),  # see pages/test_language.py
        ("POST", "/api/v1/session"),
        ("POST", "/report"),  # see pages/test_report.py
        ("POST", "/report/{id}/stop"),
        ("POST", "/api/v1/report"),
        # no session is needed; other sites are refused: pages/test_signin_finding.py
        ("POST", "/discover"),
        ("POST", "/api/v1/discover"),
    }


def _routes(app) -> set[tuple[str, str]]:
    def walk(routes, prefix=""):
        for route in routes:
            path = prefix + getattr(route, "path", "")
            for method in getattr(route, "methods", None) or ():
                yield path, method
            included = getattr(route, "original_router", None)
            if included is not None:
                yield from walk(included.routes, prefix)

    return set(walk(app.routes))


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_a_change_needs_a_page_of_ours_and_its_token(server, method, path):
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        id, *_ = await script.ids()
        path = path.format(id=id)
        cookie = {"Cookie": f"popscope={script.token}"}
        page = await http.get("/mailbox", headers=cookie)
        found = re.search(r'name="_csrf" value="(\w+)"', page.text)
        assert found is not None
        token = {"X-CSRF-Token": found[1]}
        body = {"ids": [id]} if path == "/api/v1/dele" else None
        for headers in (
            {},
            token,
            SAME_ORIGIN,
            {**SAME_ORIGIN, "X-CSRF-Token": "0" * 64},
            {**token, "Origin": "http://evil.example"},
            {**token, "Origin": "http://localhost:9000"},
            {**token, "Sec-Fetch-Site": "cross-site"},
        ):
            answer = await http.request(method, path, headers={**cookie, **headers}, json=body)
            assert answer.status_code == 403, headers
        assert (await script.get("/stat"))["marked"]["messages"] == 0
        good = {**cookie, **SAME_ORIGIN, **token}
        answer = await http.request(method, path, headers=good, json=body)
        assert answer.status_code not in {401, 403}


async def test_reading_needs_no_token(server):
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        headers = {"Cookie": f"popscope={script.token}", "Sec-Fetch-Site": "cross-site"}
        assert (await http.get("/mailbox", headers=headers)).status_code == 200


async def test_another_site_cannot_sign_a_browser_in(server):
    async with running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.open("/")
        filled = {"username": "anna", "password": "secret", "_csrf": browser.csrf}
        place = {"server": server.host, "port": str(server.port), "security": "none"}
        for headers, fields in (
            ({}, {}),
            ({"Sec-Fetch-Site": "cross-site"}, {}),
            ({"Origin": "null"}, {}),
            (SAME_ORIGIN, {"_csrf": ""}),
            (SAME_ORIGIN, {"_csrf": "0" * 64}),
        ):
            data = {**filled, **place, **fields}
            answer = await http.post("/signin", data=data, headers=headers)
            assert answer.status_code == 403
        http.cookies.clear()
        answer = await http.post("/signin", data={**filled, **place}, headers=SAME_ORIGIN)
        assert answer.status_code == 403
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"}):
            http.headers.update(headers)
            assert (await post_session(http, server)).status_code == 403
            for name in headers:
                del http.headers[name]
        assert server.connections == 0


# The token in a page


def test_a_token_is_masked_anew_each_time_and_read_back():
    token = "0123456789abcdef" * 4
    seen = {masked(token) for _ in range(50)}
    assert len(seen) == 50
    for one in seen:
        assert re.fullmatch("[0-9a-f]{128}", one)
        check_token(token, one)


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "x",
        "0" * 128,
        "0" * 64,
        "ab" * 63,
        "0123456789abcdef" * 4,
        "é",
        "\udcff",
        "0" * 999,
    ],
)
def test_another_token_or_the_bare_one_is_refused(given):
    with pytest.raises(ForbiddenOrigin):
        check_token("0123456789abcdef" * 4, given)


def test_one_wrong_bit_is_refused():
    token = "0123456789abcdef" * 4
    mask = masked(token)
    for place in range(0, 128, 9):
        wrong = mask[:place] + f"{int(mask[place], 16) ^ 1:x}" + mask[place + 1 :]
        with pytest.raises(ForbiddenOrigin):
            check_token(token, wrong)
