"""Requests from other sites, from other ports of this host, and from nobody knows where."""

import re
from collections.abc import AsyncIterator

import pytest
from starlette.datastructures import Headers

from app.web.site.errors import ForbiddenOrigin
from app.web.site.security import check_site
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import SAME_ORIGIN, Script, http_to, post_session, running


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
    ("POST", "/mailbox/waiting/give-up"),
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
async def test_a_change_needs_a_page_of_ours(server, method, path):
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        id, *_ = await script.ids()
        path = path.format(id=id)
        cookie = {"Cookie": f"popscope={script.token}"}
        body = {"ids": [id]} if path == "/api/v1/dele" else None
        for headers in (
            {},  # a browser that tells nothing, or a script that has somebody's cookie
            {"Origin": "null"},
            {"Origin": ""},
            {"Origin": "http://evil.example"},
            {"Origin": "http://localhost:9000"},
            {"Origin": "https://localhost"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
            {"Authorization": "Bearer of-the-proxy"},
            {"Authorization": "Bearer of-the-proxy", "Sec-Fetch-Site": "cross-site"},
        ):
            answer = await http.request(method, path, headers={**cookie, **headers}, json=body)
            assert answer.status_code == 403, headers
        assert (await script.get("/stat"))["marked"]["messages"] == 0
        good = {**cookie, "Origin": "http://localhost"}
        answer = await http.request(method, path, headers=good, json=body)
        assert answer.status_code not in {401, 403}


async def test_reading_needs_no_page_of_ours(server):
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        headers = {"Cookie": f"popscope={script.token}", "Sec-Fetch-Site": "cross-site"}
        assert (await http.get("/mailbox", headers=headers)).status_code == 200


async def test_another_site_cannot_sign_a_browser_in(server):
    async with running() as app, http_to(app) as http:
        filled = {"username": "anna", "password": "secret"}
        place = {"server": server.host, "port": str(server.port), "security": "none"}
        for headers in (
            {},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "null"},
            {"Origin": "http://evil.example"},
            {"Origin": "http://localhost:9000"},
            {"Authorization": "Bearer x"},
        ):
            for path in ("/signin", "/demo", "/discover", "/report", "/language"):
                answer = await http.post(path, data={**filled, **place}, headers=headers)
                assert answer.status_code == 403, (path, headers)
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"}):
            http.headers.update(headers)
            assert (await post_session(http, server)).status_code == 403
            for name in headers:
                del http.headers[name]
        assert server.connections == 0


async def test_a_script_without_a_cookie_needs_no_page_of_ours(server):
    async with running() as app, http_to(app) as http:
        assert (await post_session(http, server)).status_code == 201
        script = await Script.signed_in(http, server)
        assert (await script.ask("POST", "/noop")).status_code == 204
        script.headers["Cookie"] = "something=else"
        assert (await script.ask("POST", "/noop")).status_code == 403
        script.headers |= SAME_ORIGIN
        assert (await script.ask("POST", "/noop")).status_code == 204


async def test_a_report_on_ones_own_server_is_begun_by_no_other_site(server):
    """A GET, but one that signs in."""
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        cookie = {"Cookie": f"popscope={script.token}"}
        for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
            answer = await http.get("/api/v1/report", headers={**cookie, **headers})
            assert answer.status_code == 403
