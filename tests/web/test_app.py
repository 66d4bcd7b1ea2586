"""How errors leave the app, static files, and garbage at every documented call."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import QUICK, SAME_ORIGIN, Browser, Script, heading, http_to, running

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["username", "password", "server", "port", "security", "auth", "ids"])
BODIES = st.dictionaries(NAMES | TEXT, JSON, max_size=5) | JSON
QUERIES = st.dictionaries(
    st.sampled_from(["sort", "page", "per_page", "lines", "tab", "pending"]) | TEXT, TEXT
)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/none", 404, "not-found"),
        ("GET", "/api/", 404, "not-found"),
        ("DELETE", "/api/v1/list", 405, "method-not-allowed"),
        ("GET", "/api/v1/list?page=x", 401, "no-session"),
    ],
)
async def test_what_the_framework_refuses_is_problem_json_in_the_api(method, path, status, code):
    async with running() as app, http_to(app) as http:
        answer = await http.request(method, path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        if status == 405:
            assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/none", 404, "There is no such page."),
        ("GET", "/static/none", 404, "There is no such page."),
        ("GET", "/scripts/none.js", 404, "There is no such page."),
        ("GET", "/static/../app/main.py", 404, "There is no such page."),
        ("GET", "/static/%2e%2e/app/main.py", 404, "There is no such page."),
        ("GET", "/static/..%2fapp%2fmain.py", 404, "There is no such page."),
        ("PUT", "/", 405, "That cannot be done here."),
    ],
)
async def test_and_a_page_elsewhere(method, path, status, title):
    async with running() as app, http_to(app) as http:
        answer = await http.request(method, path)
        assert (answer.status_code, heading(answer)) == (status, title)


async def test_static_files_are_kept_by_browsers_and_pages_are_not():
    async with running() as app, http_to(app) as http:
        page = await http.get("/")
        linked = re.findall(r'(?:href|src)="(/(?:static|scripts)/[^"]+)"', page.text)
        assert {path.partition("?")[0] for path in linked} >= {
            "/scripts/site.css",
            "/static/signin/signin.css",
            "/scripts/signin.js",
        }
        for path in linked:
            answer = await http.get(path)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert page.headers["cache-control"] == "no-store"


async def test_a_form_that_is_cut_off_or_no_form_is_refused():
    async with running() as app, http_to(app, raising=False) as http:
        for kind, content in (
            ("multipart/form-data", b"x"),
            ("multipart/form-data; boundary=b", b"--b\r\nContent-Disp"),
            ("multipart/form-data; boundary=b; charset=none", b"--b--"),
            ("application/x-www-form-urlencoded", b"%ff=%00&" * 2000),
            ("application/json", b"{}"),
            ("text/plain", b"\xff"),
        ):
            headers = {**SAME_ORIGIN, "Content-Type": kind}
            answer = await http.post("/signin", content=content, headers=headers)
            assert 400 <= answer.status_code < 500, kind


# Garbage

Inside = tuple[httpx.AsyncClient, Script, list[str], list[tuple[str, str]]]


# They end the session, or never end.
ENDLESS = {("delete", "/api/v1/session"), ("get", "/api/v1/events")}


async def calls(http: httpx.AsyncClient) -> list[tuple[str, str]]:
    document = (await http.get("/api/v1/openapi.json")).json()
    return [
        (method, path)
        for path, operations in document["paths"].items()
        for method in operations
        if (method, path) not in ENDLESS
    ]


PAGES = [
    ("get", "/"),
    ("get", "/mailbox"),
    ("get", "/mailbox/progress"),
    ("get", "/mailbox/review"),
    ("get", "/mailbox/receipt"),
    ("get", "/mailbox/console"),
    ("get", "/mailbox/console/tour"),
    ("post", "/mailbox/console"),
    ("get", "/mailbox/list"),
    ("get", "/mailbox/counted"),
    ("get", "/mailbox/live"),
    ("get", "/mailbox/space"),
    ("get", "/mailbox/space/facets"),
    ("get", "/mailbox/space/under"),
    ("get", "/mailbox/transcript/lines"),
    ("post", "/mailbox/mark-matching"),
    ("post", "/mailbox/undo"),
    ("get", "/mailbox/messages/{id}"),
    ("get", "/mailbox/messages/{id}/reader"),
    ("get", "/mailbox/messages/{id}/eml"),
    ("post", "/mailbox/mark"),
    ("post", "/mailbox/unmark-all"),
    ("post", "/mailbox/messages/{id}/mark"),
    ("post", "/mailbox/messages/{id}/unmark"),
    ("post", "/signin"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def inside() -> AsyncIterator[Inside]:
    """One app with one open session for all the garbage; nothing may be reached from it."""
    async with (
        ScriptedServer(FakeMaildrop(plain(3))) as server,
        running(QUICK, ports=f"{server.port}", targets="public") as app,
        http_to(app) as http,
    ):
        script = await Script.signed_in(http, server)
        yield http, script, await script.ids(), await calls(http)


@pytest.mark.asyncio(loop_scope="module")
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_no_garbage_makes_the_api_fail(inside, data: st.DataObject):
    http, script, ids, known = inside
    method, path = data.draw(st.sampled_from(known))
    id = data.draw(st.sampled_from(ids) | TEXT)
    body: dict[str, Any] = {}
    if method == "post":
        drawn = data.draw(BODIES)
        kind = data.draw(st.sampled_from(["application/json", "text/plain", "multipart/form-data"]))
        body = {"content": json.dumps(drawn), "headers": {**script.headers, "Content-Type": kind}}
    url = path.replace("{id}", _quoted(id))
    params = data.draw(QUERIES)
    answer = await http.request(method, url, params=params, **{"headers": script.headers, **body})
    assert answer.status_code != 500
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


@pytest.mark.asyncio(loop_scope="module")
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_no_garbage_makes_a_page_fail(inside, data: st.DataObject):
    http, script, ids, _ = inside
    method, path = data.draw(st.sampled_from(PAGES))
    id = data.draw(st.sampled_from(ids) | TEXT)
    fields = data.draw(
        st.dictionaries(
            st.sampled_from(["id", "back", "username", "password", "server", "port", "offered"]),
            TEXT,
        )
    )
    headers = {"Cookie": f"popscope={script.token}", **SAME_ORIGIN}
    if data.draw(st.booleans()):
        url = data.draw(st.sampled_from(["http://localhost/mailbox", "http://[", "%", "//"]))
        headers.update({"HX-Request": "true", "HX-Current-URL": url})
    answer = await http.request(
        method,
        path.replace("{id}", _quoted(id)),
        params=data.draw(QUERIES),
        headers=headers,
        **({"data": fields} if method == "post" else {}),
    )
    assert answer.status_code < 500
    location = answer.headers.get("location", "/")
    assert location.startswith("/")
    assert not location.startswith("//")


def _quoted(id: str) -> str:
    return httpx.QueryParams({"x": id}).__str__().removeprefix("x=").replace("+", "%20") or "none"


async def test_a_bad_click_with_htmx_changes_nothing_but_the_place_for_problems():
    async with (
        ScriptedServer(FakeMaildrop(plain(1))) as server,
        running() as app,
        http_to(app) as http,
    ):
        await Browser(http).sign_in(server)
        answer = await http.get("/mailbox?page=0", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["hx-reswap"]) == (422, "none")
        assert 'hx-swap-oob="innerHTML"' in answer.text


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/session", "DELETE, GET, POST"),
        ("/api/v1/stat", "GET"),
        ("/api/v1/messages/abc/dele", "DELETE, POST"),
        ("/mailbox/commit", "POST"),
    ],
)
async def test_405_names_all_methods_of_the_address(path: str, allowed: str) -> None:
    async with running() as app, http_to(app) as http:
        answer = await http.request("PUT", path, headers=SAME_ORIGIN)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
