"""Below a path: every address that a page, an answer's header or the API tells stands below it."""

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.routing import Route

from app.settings import OWN_PATHS
from app.web.app import _CALLS, _PAGES
from app.web.site import health
from app.web.site.render import shipped
from app.web.site.root_path import cookie_name, current, rooted, unrooted
from tests.support.maildrop import FakeMaildrop
from tests.support.scripted import ScriptedServer
from tests.web.mailbox.test_routes import HTMX, letters
from tests.web.visiting import SAME_ORIGIN, Browser, http_to, running, settings, words

ROOT = "/mail"
ADDRESS = re.compile(
    r'\b(?:href|action|formaction|src|hx-get|hx-post|hx-put|hx-delete|hx-push-url|data-open)="([^"]*)"'
)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(FakeMaildrop(letters())) as one:
        yield one


def astray(page: httpx.Response) -> list[str]:
    """Addresses of a page that lead out of it."""
    found = map(html.unescape, ADDRESS.findall(page.text))
    return [one for one in found if one.startswith("/") and not one.startswith(f"{ROOT}/")]


@pytest.mark.parametrize("stripped", [False, True])
async def test_the_main_job_below_a_path(server: ScriptedServer, stripped: bool) -> None:
    """Behind a proxy that takes the path away, and one that does not."""
    async with running(root_path=ROOT) as app, http_to(app) as http:
        if stripped:
            http.event_hooks["request"] = [strip]
        browser = Browser(http)
        page = await browser.open(f"{ROOT}/")
        place = {"server": server.host, "port": str(server.port), "security": "none"}
        filled = {"username": "anna", "password": "secret", **place}
        answer = await http.post(f"{ROOT}/signin", data=filled, headers=SAME_ORIGIN)
        assert answer.headers["location"] == f"{ROOT}/mailbox"
        assert re.search(r"^popscope-mail=\S+; HttpOnly; Path=/mail;", answer.headers["set-cookie"])
        listed = await browser.open(f"{ROOT}/mailbox")
        ids = re.findall(r'<li id="m-([\w-]+)"', listed.text)
        message = f"/mailbox/messages/{ids[0]}"
        fields = {"id": ids[:2], "back": f"{ROOT}/mailbox?page=1"}
        marked = await browser.send(f"{ROOT}/mailbox/mark", **fields)
        assert str(marked.url.path) in {f"{ROOT}/mailbox", "/mailbox"}
        pages = [page, listed, marked]
        for path in (
            message, f"{message}?tab=attachments", f"{message}?tab=headers", "/mailbox/review",
            "/mailbox/space", "/mailbox/export", "/mailbox/console", "/mailbox/console?tour=1",
            "/mailbox/receipts", "/report", "/keys", "/api/docs", "/mailbox/nowhere",
            "/mailbox?q=x:",
        ):  # fmt: skip
            pages.append(await browser.open(f"{ROOT}{path}"))
        shown = dict(re.findall(r'name="(count|seen)" value="(\w+)"', pages[6].text))
        pages.append(await browser.send(f"{ROOT}/mailbox/commit", **shown))
        assert "All 2 messages are gone." in words(pages[-1])
        for one in pages:
            assert astray(one) == [], one.url
            assert f'data-root="{ROOT}"' in one.text, one.url
        for address in ADDRESS.findall(pages[0].text):
            if "/static/" in address or "/scripts/" in address:
                assert (await http.get(html.unescape(address))).status_code == 200, address
        out = await http.post(f"{ROOT}/signout", headers=SAME_ORIGIN)
        assert out.headers["location"] == f"{ROOT}/"
        assert "popscope-mail" not in dict(http.cookies)


async def strip(request: httpx.Request) -> None:
    """What a proxy does that takes the path away."""
    request.url = request.url.copy_with(
        raw_path=request.url.raw_path.removeprefix(ROOT.encode()) or b"/"
    )


async def test_htmx_the_api_and_an_ended_session_below_a_path() -> None:
    async with running(root_path=ROOT) as app, http_to(app) as http:
        here = {**HTMX, "HX-Current-URL": f"http://localhost{ROOT}/mailbox?q=from%3Abob"}
        answer = await http.get(f"{ROOT}/mailbox/list", headers=here)
        assert answer.headers["hx-redirect"] == f"{ROOT}/?back=%2Fmailbox%3Fq%3Dfrom%253Abob"
        answer = await http.get(f"{ROOT}/mailbox?page=2", headers={"Sec-Fetch-Dest": "document"})
        assert answer.headers["location"] == f"{ROOT}/?back=%2Fmailbox%3Fpage%3D2"
        answer = await http.get(f"{ROOT}/api/v1/session")
        assert answer.json()["type"] == f"{ROOT}/api/docs#error-no-session"
        document = (await http.get(f"{ROOT}/api/v1/openapi.json")).json()
        assert document["servers"] == [{"url": ROOT}]
        assert (await http.get(f"{ROOT}/livez")).status_code == 200
        assert (await http.get(ROOT)).status_code == 200
        assert (await http.get("/mailing")).status_code == 404


async def test_two_on_one_host_do_not_know_each_others_cookies(server: ScriptedServer) -> None:
    async with running(root_path="/a") as one, running(root_path="/b") as other:
        async with http_to(one) as http:
            place = {"server": server.host, "port": str(server.port), "security": "none"}
            filled = {"username": "anna", "password": "secret", **place}
            await http.post("/a/signin", data=filled, headers=SAME_ORIGIN)
            cookies = dict(http.cookies)
        async with http_to(other) as http:
            http.cookies.update(cookies)  # as if no path kept them apart
            assert (await http.get("/b/mailbox")).headers["location"].startswith("/b/?back=")


def test_addresses_of_others_and_of_no_path_are_left_alone() -> None:
    assert (rooted("/mailbox"), unrooted("/mail/mailbox")) == ("/mailbox", "/mail/mailbox")
    token = current.set(ROOT)
    try:
        assert rooted("/mailbox") == "/mail/mailbox"
        assert rooted("//elsewhere.example/") == "//elsewhere.example/"
        assert rooted("https://elsewhere.example/") == "https://elsewhere.example/"
        assert [unrooted(p) for p in ("/mail/mailbox", "/mail", "/mailbox")] == [
            "/mailbox", "/", "/mailbox",
        ]  # fmt: skip
        assert cookie_name("popscope", secure=True) == "__Secure-popscope-mail"
    finally:
        current.reset(token)


@pytest.mark.parametrize(
    ("value", "path"), [("", ""), ("/", ""), ("/mail", "/mail"), ("/a/b.c/", "/a/b.c")]
)
def test_paths_that_may_be_set(value: str, path: str) -> None:
    assert settings(root_path=value).root_path == path


@pytest.mark.parametrize(
    "value",
    ["mail", "/my mail", "/a/../b", "/a//b", "/.", "//mail", "/mail?x", "/mailbox", "/api/x"],
)
def test_paths_that_may_not(value: str) -> None:
    with pytest.raises(ValueError, match="root_path"):
        settings(root_path=value)


def test_no_page_of_ours_begins_as_a_root_path_may() -> None:
    modules = (health, *_PAGES, *_CALLS)
    routes = [one for module in modules for one in module.router.routes if isinstance(one, Route)]
    first = {route.path.split("/")[1] for route in routes}
    assert (first | {"scripts", "static"}) - {""} <= OWN_PATHS


def test_no_template_and_no_script_goes_by_the_root_of_the_host() -> None:
    templates = [*shipped("templates").rglob("*.html")]
    scripts = [one for one in shipped("static").rglob("*.js") if one.parent.name != "vendor"]
    assert templates
    assert scripts
    names = r"\b(?:href|(?:form)?action|src|hx-(?:get|post|push-url)|data-open)"
    literal = re.compile(f'{names}="/')
    dynamic = re.compile(rf'{names}="\{{\{{ (?!root\(\))([^}}]*)\}}\}}')
    script = re.compile(rf"""(?<!\$=)(?<!includes\()['"`]/(?:{"|".join(OWN_PATHS)})\b""")
    elsewhere = {"piece.href", "call.href"}  # of mails
    for one in templates:
        text = one.read_text()
        assert literal.findall(text) == [], one.name
        for expression in dynamic.findall(text):
            ours = expression.strip().startswith(("static(", "script("))
            assert ours or "|rooted" in expression or expression.strip() in elsewhere, one.name
    for one in scripts:
        assert script.findall(one.read_text()) == [], one.name
