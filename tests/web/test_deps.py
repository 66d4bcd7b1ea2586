"""Cookies as the connection allows them, and what counts as a token."""

import re

import pytest
from starlette.requests import Request

from app.web.deps import bearer
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer

from .visiting import SAME_ORIGIN, Browser, Script, http_to, running


@pytest.mark.parametrize(
    ("origin", "given", "name", "secure"),
    [
        ("http://localhost:8000", {}, "popscope", False),
        ("http://127.0.0.1:8000", {}, "popscope", False),
        ("http://popscope.lan", {"allow_insecure_http": True}, "popscope", False),
        ("https://popscope.lan", {}, "__Host-popscope", True),
        # behind a proxy that tells nothing, the operator's word counts
        ("http://popscope.lan", {"public_origin": "https://popscope.lan"}, "__Host-popscope", True),
        ("https://popscope.lan", {"public_origin": "http://popscope.lan"}, "popscope", False),
    ],
)
async def test_cookies_fit_the_connection(origin, given, name, secure):
    fake = FakeMaildrop(plain(1))
    given = {"session_max": "2h", "allow_insecure_http": True, **given}
    async with (
        ScriptedServer(fake) as server,
        running(**given) as app,
        http_to(app, origin) as http,
    ):
        page = await http.get("/")
        made = page.headers["set-cookie"]
        check_cookie(made, f"{name}-signin", secure=secure)
        assert "max-age" not in made.lower()
        csrf = re.search(r'name="_csrf" value="(\w+)"', page.text)
        assert csrf is not None
        answer = await http.post(
            "/signin",
            data={
                "_csrf": csrf[1],
                "username": "anna",
                "password": "secret",
                "server": server.host,
                "port": str(server.port),
                "security": "none",
            },
            headers={**SAME_ORIGIN, "Cookie": made.partition(";")[0]},
        )
        assert answer.status_code == 303, answer.text
        made = answer.headers["set-cookie"]
        check_cookie(made, name, secure=secure)
        assert "max-age=93600" in made.lower()  # a day longer than the session, for its marks
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
        first = await http.get("/", follow_redirects=False)
        csrf = re.search(r'name="_csrf" value="(\w+)"', first.text)
        assert csrf is not None
        fields = {"username": "anna", "password": "secret", "server": server.host}
        place = {"port": str(server.port), "security": "none", "_csrf": csrf[1]}
        signin = first.headers["set-cookie"].partition(";")[0]
        cookies = {"Cookie": f"{signin}; popscope={script.token}"}
        answer = await http.post(
            "/signin", data={**fields, **place}, headers={**SAME_ORIGIN, **cookies}
        )
        assert answer.status_code == 303
        assert (await script.ask("GET", "/session")).status_code == 401
        assert len(app.state.services.sessions) == 1


def request(**headers: str) -> Request:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    services = type("Services", (), {"config": type("C", (), {"public_origin": None})})
    app = type("App", (), {"state": type("State", (), {"services": services})})
    return Request({"type": "http", "scheme": "http", "headers": raw, "app": app})


@pytest.mark.parametrize(
    ("headers", "token", "by_cookie"),
    [
        ({}, None, None),
        ({"authorization": "Bearer abc"}, "abc", False),
        ({"authorization": "bearer  abc "}, "abc", False),
        ({"authorization": "Bearer abc", "cookie": "popscope=xyz"}, "abc", False),
        ({"authorization": "Basic abc", "cookie": "popscope=xyz"}, "xyz", True),
        ({"authorization": "Bearer", "cookie": "popscope=xyz"}, "xyz", True),
        ({"cookie": "popscope=xyz"}, "xyz", True),
        ({"cookie": "popscope="}, None, None),
        ({"cookie": "__Host-popscope=xyz"}, None, None),
    ],
)
def test_a_bearer_token_goes_before_the_cookie(headers, token, by_cookie):
    found = bearer(request(**headers))
    if token is None:
        assert found is None
        return
    assert found is not None
    assert (found.token, found.by_cookie) == (token, by_cookie)
    assert token not in repr(found)
