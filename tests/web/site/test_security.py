"""Headers, plain HTTP, the size of requests."""

import re
import socket
from collections.abc import AsyncIterator
from http import cookies as http_cookies
from typing import Any

import pytest
from starlette.types import Message

from app.web.site.security import PAGE_POLICY
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, heading, http_to, running

EVERYWHERE = {
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "x-dns-prefetch-control": "off",
}


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(FakeMaildrop(plain(3))) as running_server:
        yield running_server


# Headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/mailbox", 303),
        ("GET", "/mailbox?sort=nonsense", 303),
        ("POST", "/signin", 403),
        ("PUT", "/signin", 405),
        ("GET", "/no/such/page", 404),
        ("GET", "/static/site/site.css", 200),
        ("GET", "/static/none.css", 404),
        ("GET", "/api/docs", 200),
        ("GET", "/api/v1/openapi.json", 200),
        ("GET", "/api/v1/stat", 401),
        ("GET", "/api/v1/none", 404),
        ("POST", "/api/v1/session", 422),
        ("GET", "/livez", 200),
        ("GET", "/readyz", 200),
    ],
)
async def test_every_answer_carries_the_headers(method, path, status):
    async with running() as app, http_to(app) as http:
        answer = await http.request(method, path)
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
        assert answer.headers["content-security-policy"] == PAGE_POLICY
        kept = "public" if path == "/static/site/site.css" else "no-store"
        assert answer.headers["cache-control"].startswith(kept)
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers


async def test_an_unforeseen_error_carries_them_too_and_tells_nothing(monkeypatch):
    async with running() as app, http_to(app, raising=False) as http:

        async def breaks(_: str) -> None:
            raise RuntimeError("inside: hunter2")

        monkeypatch.setattr(app.state.services.sessions, "find", breaks)
        cookie = {"Cookie": "popscope=x"}
        page, call = [await http.get(path, headers=cookie) for path in ("/mailbox", "/api/v1/stat")]
        for answer in (page, call):
            assert answer.status_code == 500
            assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
            assert answer.headers["content-security-policy"] == PAGE_POLICY
            assert "hunter2" not in answer.text
            assert "RuntimeError" not in answer.text
        assert call.json()["code"] == "internal"


@pytest.mark.parametrize(
    ("origin", "public", "told"),
    [
        ("https://localhost", None, True),
        ("https://popscope.lan", "https://popscope.lan", True),
        ("http://localhost", "https://popscope.lan", False),  # a direct request, whatever is named
        ("http://localhost", None, False),
        ("http://localhost", "http://popscope.lan", False),
    ],
)
async def test_https_is_made_to_stay(origin, public, told):
    async with running(public_origin=public) as app, http_to(app, origin) as http:
        answer = await http.get("/")
        assert ("strict-transport-security" in answer.headers) is told


def test_the_page_policy_lets_in_nothing_from_elsewhere_and_nothing_inline():
    directives = dict(part.strip().split(" ", 1) for part in PAGE_POLICY.split(";"))
    assert directives["default-src"] == "'none'"
    for name in ("base-uri", "object-src", "frame-ancestors"):
        assert directives[name] == "'none'"
    assert directives["form-action"] == "'self'"
    assert set(directives["img-src"].split()) == {"'self'", "data:"}
    assert "unsafe" not in PAGE_POLICY
    assert "*" not in PAGE_POLICY
    assert "http" not in PAGE_POLICY


async def test_a_message_as_a_file_is_sandboxed(server):
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        id, *_ = await script.ids()
        cookie = {"Cookie": f"popscope={script.token}"}
        for path in (
            f"/api/v1/messages/{id}/retr",
            f"/api/v1/messages/{id}/top",
            f"/mailbox/messages/{id}/eml",
        ):
            answer = await http.get(path, headers=cookie)
            assert answer.status_code == 200
            assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"


async def test_pages_have_nothing_the_policy_would_block(server):
    async with running() as app, http_to(app) as http:
        browser = Browser(http)
        pages = [await browser.open("/"), await browser.open("/api/docs")]
        pages.append(await browser.sign_in(server))
        assert pages[-1].url.path == "/mailbox"
        id = re.search(r'id="m-([\w-]+)"', pages[-1].text)
        assert id is not None
        pages.append(await browser.open(f"/mailbox/messages/{id[1]}"))
        await browser.send("/mailbox/mark", id=id[1])
        pages.append(await browser.open("/mailbox/review"))
        pages.append(await browser.open("/mailbox?page=x"))
        for page in pages:
            assert not re.search(r"<script(?![^>]*\bsrc=)", page.text), page.url
            assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page.text), page.url
            assert not re.search(r'(src|href|action)="(https?:)?//', page.text), page.url


# Who is served over plain HTTP


@pytest.mark.parametrize(
    ("origin", "peer", "given", "served"),
    [
        ("http://localhost", "127.0.0.1", {}, True),
        ("http://localhost:8000", "127.0.0.1", {}, True),
        ("http://popscope.localhost", "127.0.0.1", {}, True),
        ("http://127.0.0.1:8000", "127.0.0.1", {}, True),
        ("http://127.8.9.1", "127.0.0.1", {}, True),
        ("http://[::1]:8000", "::1", {}, True),
        # a foreign name that was made to resolve to loopback
        ("http://rebound.example", "127.0.0.1", {}, False),
        ("http://localhost.example", "127.0.0.1", {}, False),
        ("http://192.168.1.5", "127.0.0.1", {}, False),
        # another machine, whatever name it uses
        ("http://192.168.1.5", "192.168.1.9", {}, False),
        ("http://popscope.lan", "192.168.1.9", {}, False),
        ("http://localhost", "192.168.1.9", {}, False),
        ("http://127.0.0.1", "fe80::1", {}, False),
        # allowed by the operator, or HTTPS
        ("http://192.168.1.5", "192.168.1.9", {"allow_insecure_http": True}, True),
        ("https://popscope.lan", "192.168.1.9", {}, True),
        ("https://popscope.lan", "192.168.1.9", {"public_origin": "https://popscope.lan"}, True),
        ("http://popscope.lan", "192.168.1.9", {"public_origin": "https://popscope.lan"}, False),
        ("http://popscope.lan", "127.0.0.1", {"public_origin": "https://popscope.lan"}, False),
        ("http://localhost", "127.0.0.1", {"public_origin": "https://popscope.lan"}, True),
        ("http://popscope.lan", "192.168.1.9", {"public_origin": "http://popscope.lan"}, False),
    ],
)
async def test_plain_http_is_for_this_machine_alone(origin, peer, given, served):
    async with running(**given) as app, http_to(app, origin, peer=peer) as http:
        page, call = await http.get("/"), await http.get("/api/v1/stat")
        assert page.status_code == (200 if served else 403)
        assert call.status_code == (401 if served else 403)
        if not served:
            assert heading(page) == "Popscope does not speak plain HTTP to other machines."
            assert 'type="password"' not in page.text
            assert call.json()["code"] == "forbidden-origin"
        assert (await http.get("/livez")).status_code == 200


@pytest.mark.parametrize("host", ["", "[", "[::1", "x]", "a b", "a@localhost", "[::1]x", "\xff"])
async def test_a_host_header_that_makes_no_sense_is_refused_and_breaks_nothing(host):
    async with running() as app, http_to(app) as http:
        for path in ("/", "/api/v1/stat", "/nowhere"):
            answer = await http.get(path, headers=[(b"Host", host.encode("latin-1"))])
            assert answer.status_code == (404 if path == "/nowhere" else 403)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Forwarded-For", "203.0.113.7"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "popscope.lan"),
        ("Forwarded", "for=203.0.113.7;proto=https"),
        ("Via", "1.1 proxy"),
    ],
)
async def test_a_proxy_that_was_not_named_makes_nobody_this_machine(server, header, value):
    async with running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        page = await http.get("/", headers={header: value})
        assert page.status_code == 403
        assert "POPSCOPE_TRUSTED_PROXY" in page.text
        assert 'type="password"' not in page.text
        script.headers[header] = value
        assert (await script.get("/stat", 403))["code"] == "forbidden-origin"
        assert (await http.get("/livez", headers={header: value})).status_code == 200


async def test_nor_does_one_that_gives_itself_away_by_its_old_http():
    """As nginx speaks to what is behind it, unless told otherwise."""
    async with running() as app:
        scope = {
            "type": "http",
            "http_version": "1.0",
            "method": "GET",
            "path": "/",
            "scheme": "http",
        }
        more = {"raw_path": b"/", "query_string": b"", "root_path": "", "client": ("127.0.0.1", 9)}
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            sent.append(message)

        await app({**scope, **more, "headers": [(b"host", b"localhost:8000")]}, receive, send)
        assert sent[0]["status"] == 403


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("192.168.1.5:8000", True),
        ("[fd00::5]:8000", True),
        ("localhost", True),
        ("demo.localhost:8000", True),
        ("nas", True),
        ("NAS.local", True),
        ("nas.lan", True),
        ("nas.home.arpa", True),
        ("nas.fritz.box", True),
        ("box.example.net:8000", True),
        ("popscope.lan", True),
        ("evil.example", False),
        ("evil.example:8000", False),
        ("nas.evil.example", False),
        ("192.168.1.5.evil.example", False),
        ("other.fritz.box", False),
        ("box.example.net.evil.example", False),
        ("", False),
        ("nas@evil.example", False),
    ],
)
async def test_a_foreign_name_that_leads_here_is_not_served(monkeypatch, host, served):
    """DNS rebinding, where plain HTTP is for other machines too."""
    monkeypatch.setattr(socket, "gethostname", lambda: "nas.fritz.box")
    names = {"hosts": "box.example.net", "public_origin": "http://popscope.lan"}
    given: dict[str, Any] = {"allow_insecure_http": True, **names}
    async with running(**given) as app:
        async with http_to(app, "http://x", peer="192.168.1.9") as http:
            page, call = [
                await http.get(path, headers={"Host": host}) for path in ("/", "/api/v1/stat")
            ]
            assert (page.status_code, call.status_code) == ((200, 401) if served else (421, 421))
            if not served:
                assert "POPSCOPE_HOSTS" in page.text
                assert call.json()["code"] == "unknown-name"
            assert (await http.get("/livez", headers={"Host": host})).status_code == 200
        async with http_to(app, "https://x") as http:
            assert (await http.get("/", headers={"Host": host})).status_code == 200


async def test_plain_http_on_the_lan_warns_where_the_operator_allows_it():
    warning = "anyone on this network could read the password"
    async with running(allow_insecure_http=True, hosts="popscope.lan") as app:
        async with http_to(app, "http://popscope.lan", peer="192.168.1.9") as http:
            assert warning in (await http.get("/")).text
        async with http_to(app) as http:
            assert warning not in (await http.get("/")).text


# Heads that cost too much to read


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("x", "y")] * 60, 200),
        ([("x", "")] * 101, 431),
        ([("Content-Type", "text/plain; charset=utf-8")], 200),
        ([("Content-Type", "multipart/form-data; a=" + '"' + ";" * 30_000)], 431),
        ([("Content-Type", "application/json;" + "a*0=b;" * 5000)], 431),
    ],
)
async def test_a_head_has_a_hundred_fields_at_most_and_a_short_media_type(headers, status):
    async with running() as app, http_to(app) as http:
        assert (await http.get("/", headers=headers)).status_code == status


async def test_no_cookie_is_read_in_quadratic_time(monkeypatch):
    read: list[str] = []
    unquote = http_cookies._unquote

    def reading(text: str) -> str:
        read.append(text)
        return unquote(text)

    monkeypatch.setattr(http_cookies, "_unquote", reading)
    async with running() as app, http_to(app) as http:
        hostile = 'a="' + "\\\\" * 10_000 + '"; popscope-language=de'
        assert 'lang="de"' in (await http.get("/", headers={"Cookie": hostile})).text
    assert read
    assert not any("\\" in text for text in read)
