"""Cookies as the connection allows them, and what counts as a token."""

import re
from contextlib import AsyncExitStack

import pytest
from httpx import Cookies
from starlette.requests import HTTPConnection, Request

from app.web.site.cookies import from_cookie
from app.web.site.security import unusual_port
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import SAME_ORIGIN, Browser, Script, http_to, running


@pytest.mark.parametrize(
    ("origin", "given", "name", "secure"),
    [
        ("http://localhost:8000", {}, "popscope{}-8000", False),
        ("http://127.0.0.1:8001", {}, "popscope{}-8001", False),
        ("http://[::1]:8000", {}, "popscope{}-8000", False),
        ("http://[::1]", {}, "popscope{}", False),
        ("http://popscope.lan", {}, "popscope{}", False),
        ("http://popscope.lan:443", {}, "popscope{}-443", False),
        ("https://popscope.lan", {}, "__Host-popscope{}", True),
        ("https://popscope.lan:80", {}, "__Host-popscope{}-80", True),
        ("https://popscope.lan:8443", {}, "__Host-popscope{}-8443", True),
        # the operator's word counts for the port where a proxy takes it away, and for no scheme
        ("http://localhost", {"public_origin": "https://popscope.lan"}, "popscope{}", False),
        (
            "https://popscope.lan",
            {"public_origin": "https://popscope.lan:8443"},
            "__Host-popscope{}-8443",
            True,
        ),
        ("http://10.0.0.5:8000", {"public_origin": "http://popscope.lan"}, "popscope{}", False),
        (
            "https://popscope.lan",
            {"public_origin": "http://popscope.lan"},
            "__Host-popscope{}",
            True,
        ),
    ],
)
async def test_cookies_fit_the_connection(origin, given, name, secure):
    fake = FakeMaildrop(plain(1))
    given = {"session_max": "2h", "allow_insecure_http": True, "hosts": "popscope.lan", **given}
    async with (
        ScriptedServer(fake) as server,
        running(**given) as app,
        http_to(app, origin) as http,
    ):
        assert "set-cookie" not in (await http.get("/")).headers
        place = {"server": server.host, "port": str(server.port), "security": "none"}
        answer = await http.post("/report", data=place, headers=SAME_ORIGIN)
        made = answer.headers["set-cookie"]
        check_cookie(made, name.format("-browser"), secure=secure)
        assert "max-age" not in made.lower()
        answer = await http.post(
            "/signin",
            data={"username": "anna", "password": "secret", **place},
            headers=SAME_ORIGIN,
        )
        assert answer.status_code == 303, answer.text
        made = answer.headers["set-cookie"]
        check_cookie(made, name.format(""), secure=secure)
        assert "max-age" not in made.lower()  # it ends with the browser
        pair = made.partition(";")[0]
        inside = await http.get("/mailbox", headers={"Cookie": pair})
        assert inside.status_code == 200
        # the other name does not open it, so a plain-HTTP page can plant no session
        other = pair.removeprefix("__Host-") if secure else f"__Host-{pair}"
        assert (await http.get("/mailbox", headers={"Cookie": other})).status_code == 303


def check_cookie(made: str, name: str, *, secure: bool) -> None:
    first, *attributes = [part.strip() for part in made.split(";")]
    assert first.startswith(f"{name}=")
    words = {attribute.partition("=")[0].lower() for attribute in attributes}
    assert {"httponly", "samesite", "path"} <= words
    assert "SameSite=strict" in attributes
    assert "Path=/" in attributes
    assert "domain" not in words
    assert ("secure" in words) is secure


async def test_signing_out_takes_the_cookie_away():
    fake = FakeMaildrop(plain(1))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        assert http.cookies.get("popscope")
        page = await browser.send("/signout")
        assert page.url.path == "/"
        assert http.cookies.get("popscope") is None


async def test_signing_in_again_ends_the_old_session():
    fake = FakeMaildrop(plain(1))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        script = await Script.signed_in(http, server)
        fields = {"username": "anna", "password": "secret", "server": server.host}
        place = {"port": str(server.port), "security": "none"}
        cookies = {"Cookie": f"popscope={script.token}"}
        answer = await http.post(
            "/signin", data={**fields, **place}, headers={**SAME_ORIGIN, **cookies}
        )
        assert answer.status_code == 303
        http.cookies.clear()
        assert (await script.ask("GET", "/session")).status_code == 401
        assert len(app.state.services.sessions) == 1


@pytest.mark.parametrize(
    ("scheme", "host", "port"),
    [
        ("http", "popscope.lan:8000", 8000),
        ("http", "popscope.lan:08000", 8000),
        ("http", "POPSCOPE.LAN:8000", 8000),
        ("http", "[2001:db8::1]:8080", 8080),
        ("http", "popscope.lan:80", None),
        ("http", "popscope.lan", None),
        ("http", "2001:db8::1", None),
        ("http", "popscope.lan:", None),
        ("http", "popscope.lan:0", None),
        ("http", "popscope.lan:65535", 65535),
        ("http", "popscope.lan:65536", None),
        ("http", "popscope.lan:8000; x=1", None),
        ("http", "popscope.lan:80\xb2", None),
        ("http", "a@popscope.lan:8000", None),
        ("http", "", None),
        ("https", "popscope.lan:443", None),
        ("https", "[::1]:8443", 8443),
    ],
)
def test_a_port_is_what_the_address_says_and_no_nonsense(scheme, host, port):
    scope = {"type": "http", "scheme": scheme, "headers": [(b"host", host.encode("latin-1"))]}
    assert unusual_port(HTTPConnection(scope), None) == port


ADDRESSES = [
    ("http://localhost:8000", "http://localhost:8001"),
    ("http://localhost", "http://localhost:8000"),
    ("https://popscope.lan", "https://popscope.lan:8443"),
    ("https://popscope.lan:8443", "https://popscope.lan:9443"),
    ("https://popscope.lan", "http://popscope.lan:8000"),
    ("https://popscope.lan:8000", "http://popscope.lan:8000"),
]


@pytest.mark.parametrize("addresses", ADDRESSES)
async def test_two_on_one_host_leave_each_other_alone(addresses):
    """One browser, whose cookies know no ports, with a mailbox open in each of them."""
    async with ScriptedServer(FakeMaildrop(plain(1))) as server, AsyncExitStack() as stack:
        browsers, jar = [], Cookies()
        for address in addresses:
            app = await stack.enter_async_context(
                running(allow_insecure_http=True, hosts="popscope.lan")
            )
            http = await stack.enter_async_context(http_to(app, address))
            http._cookies = jar
            browsers.append(Browser(http))
        first, second = browsers
        await first.open("/")
        await second.open("/")
        for browser in (second, first):  # the sign-in pages that stood open
            place = {"server": server.host, "port": str(server.port), "security": "none"}
            filled = {"username": "anna", "password": "secret", **place}
            page = await browser.send("/signin", **filled)
            assert page.url.path == "/mailbox", page.text
            await browser.send("/mailbox/release")
        assert (await first.open("/mailbox")).url.path == "/mailbox"
        assert (await second.open("/mailbox")).url.path == "/mailbox"
        await second.send("/signout")
        assert (await first.open("/mailbox")).url.path == "/mailbox"
        page = await first.send("/language", language="de", back="/mailbox")
        assert 'lang="de"' in page.text
        page = await second.send("/language", language="fr", back="/")
        assert 'lang="fr"' in page.text


async def test_the_cookie_outlives_the_browser_where_that_is_asked_for():
    async with (
        ScriptedServer(FakeMaildrop(plain(1))) as server,
        running(session_max="2h") as app,
        http_to(app) as http,
    ):
        place = {"server": server.host, "port": str(server.port), "security": "none", "stay": "1"}
        filled = {"username": "anna", "password": "wrong", **place}
        page = await http.post("/signin", data=filled, headers=SAME_ORIGIN)
        assert re.search(r'name="stay" value="1" checked', page.text), "it is asked for once"
        assert 'name="stay" value="1">' in (await http.get("/")).text
        filled["password"] = "secret"
        answer = await http.post("/signin", data=filled, headers=SAME_ORIGIN)
        made = answer.headers["set-cookie"].lower()
        assert "max-age=93600" in made  # a day longer than the session, for its marks


async def test_at_sign_out_the_browser_throws_away_what_it_keeps_of_pages():
    async with (
        ScriptedServer(FakeMaildrop(plain(1))) as server,
        running() as app,
        http_to(app) as http,
    ):
        await Browser(http).sign_in(server)
        assert "clear-site-data" not in (await http.get("/mailbox")).headers
        answer = await http.post("/signout", headers=SAME_ORIGIN)
        assert answer.headers["clear-site-data"] == '"cache"'  # no storage: the last server stays
        script = await Script.signed_in(http, server)
        answer = await script.ask("DELETE", "/session")
        assert (answer.status_code, answer.headers["clear-site-data"]) == (204, '"cache"')


def request(path: str, **headers: str) -> Request:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    services = type("Services", (), {"config": type("C", (), {"public_origin": None})})
    app = type("App", (), {"state": type("State", (), {"services": services})})
    return Request({"type": "http", "scheme": "http", "path": path, "headers": raw, "app": app})


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, None),
        ({"authorization": "Bearer abc"}, None),
        ({"authorization": "Bearer abc", "cookie": "popscope=xyz"}, "xyz"),
        ({"authorization": "Basic abc", "cookie": "popscope=xyz"}, "xyz"),
        ({"cookie": "popscope=xyz"}, "xyz"),
        ({"cookie": "popscope=xyz; popscope-8000=abc", "host": "localhost:8000"}, "abc"),
        ({"cookie": "popscope=xyz", "host": "localhost:8000"}, None),
        ({"cookie": "popscope="}, None),
        ({"cookie": "__Host-popscope=xyz"}, None),
    ],
)
def test_a_page_goes_by_the_cookie_alone(headers, token):
    assert (from_cookie(request("/mailbox", **headers)) or None) == token
