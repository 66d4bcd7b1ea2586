"""Finding a server by page and by script, with a real name server and a real Dovecot."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.certs import Authority
from tests.support.dnsmasq import Dnsmasq
from tests.support.dovecot import Dovecot
from tests.web.visiting import Browser, heading, http_to, running, words

pytestmark = pytest.mark.interop
ANNA = "anna@example.test"


@dataclass(frozen=True)
class Place:
    server: Dovecot
    names: Dnsmasq
    settings: dict[str, Any]


@pytest.fixture(scope="module")
def place(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    ca = authority.write(tmp_path_factory.mktemp("ca") / "ca.pem")
    leaf = authority.leaf("pop.example.test", "pop.hoster.test")
    with Dovecot(authority=authority, certificate=leaf) as server:
        records = [
            f"srv-host=_pop3s._tcp.example.test,pop.example.test,{server.tls_port},0,1",
            f"srv-host=_pop3s._tcp.hosted.test,pop.hoster.test,{server.tls_port},0,1",
            "srv-host=_pop3s._tcp.none.test",
            "host-record=pop.example.test,127.0.0.1",
            "host-record=pop.hoster.test,127.0.0.1",
        ]
        with Dnsmasq(records) as names:
            found = {"discovery": True, "dns": names.setting, "ca_file": ca}
            yield Place(server, names, found)


async def test_a_sign_in_without_a_server(place):
    async with running(**place.settings) as app, http_to(app) as http:
        browser = Browser(http)
        await browser.open("/")
        page = await browser.send("/signin", username=ANNA, password="secret")
        assert page.url.path == "/mailbox"
        assert "pop.example.test" in words(page)


async def test_a_wrong_password_leaves_what_was_found(place):
    async with running(**place.settings) as app, http_to(app) as http:
        browser = Browser(http)
        await browser.open("/")
        page = await browser.send("/signin", username=ANNA, password="wrong")
        assert page.status_code == 401
        assert f"pop.example.test , port {place.server.tls_port}, TLS" in words(page)
        assert 'id="place" open' not in page.text


async def test_one_to_be_confirmed_comes_back_filled_in_and_then_is_used(place):
    async with running(**place.settings) as app, http_to(app) as http:
        browser = Browser(http)
        await browser.open("/")
        fields = {"username": "anna@hosted.test", "password": "secret"}
        page = await browser.send("/signin", **fields)
        assert (page.status_code, heading(page)) == (409, "Is this your mail server?")
        assert 'value="pop.hoster.test"' in page.text
        assert 'id="place" open' in page.text
        assert "secret" not in page.text
        port = str(place.server.tls_port)
        more = {"server": "pop.hoster.test", "port": port, "security": "tls", "login": ""}
        page = await browser.send("/signin", **fields, **more)
        assert page.url.path == "/mailbox"


@pytest.mark.parametrize(
    ("username", "word"),
    [
        ("anna@none.test", "offers no POP3"),
        ("anna@icloud.com", "iCloud offers no POP3."),
        ("anna", "has no domain"),
        ("anna@[::1]", "An IP address instead of a domain"),
        ("anna@localhost", "not a mail domain"),
        ("an na@example.test", "a space, a quotation mark"),
        ('"anna"@example.test', "a space, a quotation mark"),
    ],
)
async def test_none_is_told_and_asked_for(place, username, word):
    async with running(**place.settings) as app, http_to(app) as http:
        browser = Browser(http)
        await browser.open("/")
        page = await browser.send("/signin", username=username, password="secret")
        assert page.status_code == 422
        assert word in words(page)
        assert "Type the name of the mail server" in words(page)
        assert 'id="place" open' in page.text
        assert "secret" not in page.text


async def test_the_fragment_while_one_types(place):
    async with running(**place.settings) as app, http_to(app) as http:
        browser = Browser(http)
        await browser.open("/")
        for username, kind in (
            ("anna", "idle"),
            ("anna@example", "idle"),
            (ANNA, "found"),
            ("anna@hosted.test", "doubt"),
            ("anna@none.test", "none"),
        ):
            answer = await browser.send("/discover", username=username)
            assert answer.status_code == 200
            assert f'class="which {kind}"' in answer.text
            assert f'data-for="{username}"' in answer.text
            assert "<html" not in answer.text
        refused = await http.post("/discover", data={"username": ANNA})
        assert refused.status_code == 403
        assert (await http.get("/discover")).status_code == 405


async def test_a_script_asks_and_signs_in(place):
    async with running(**place.settings) as app, http_to(app) as http:

        async def ask(address: str) -> Any:
            return (await http.post("/api/v1/discover", json={"address": address})).json()

        found = await ask(ANNA)
        assert (found["server"], found["port"]) == ("pop.example.test", place.server.tls_port)
        assert (found["source"], found["sure"], found["username"]) == ("srv", True, ANNA)
        assert (await ask("hosted.test"))["foreign"] is True
        none = await ask("anna@none.test")
        assert (none["status"], none["code"]) == (422, "server-not-found")
        body = {"username": ANNA, "password": "secret"}
        answer = await http.post("/api/v1/session", json=body)
        assert answer.status_code == 201
        assert answer.json()["server"] == "pop.example.test"
        answer = await http.post("/api/v1/session", json={**body, "username": "anna@hosted.test"})
        assert (answer.status_code, answer.json()["code"]) == (409, "confirm-server")
        assert "pop.hoster.test" in answer.json()["detail"]
        other_site = {"Sec-Fetch-Site": "cross-site"}
        answer = await http.post("/api/v1/discover", json={"address": ANNA}, headers=other_site)
        assert answer.status_code == 403


async def test_offered_servers_are_found_by_their_domain_and_can_be_chosen(place):
    offered = f"pop.example.test:{place.server.tls_port}, pop.other.test"
    async with running(**place.settings, servers=offered) as app, http_to(app) as http:
        browser = Browser(http)
        page = await browser.open("/")
        assert re.findall(r'<option value="([^"]*)"', page.text.partition("</select>")[0])[0] == ""
        asked = len(place.names.asked)
        fragment = await browser.send("/discover", username=ANNA)
        assert "offered by this Popscope" in fragment.text
        assert not [name for name in place.names.asked[asked:] if "SRV" in name]
        page = await browser.send("/signin", username=ANNA, password="secret", offered="")
        assert page.url.path == "/mailbox"


async def test_a_server_that_was_named_stands_in_place_of_the_one_that_was_found(place):
    """Also without JavaScript: the panel says where the password goes."""
    two = "pop.other.test, pop.third.test"
    async with running(**place.settings, servers=two) as app, http_to(app) as http:
        browser = Browser(http)
        page = await browser.open("/")
        _, offered, *_more = re.findall(
            r'<option value="([^"]*)"', page.text.partition("</select>")[0]
        )
        await browser.send("/discover", username=ANNA)
        form = {"username": ANNA, "password": "secret"}
        other = {"offered": "other", "server": "pop.else.test", "port": "995"}
        chosen = {
            "pop.else.test:995": other,
            "pop.other.test, port 995, TLS": {"offered": offered},
        }
        for shown, named in chosen.items():
            page = await browser.send("/signin", **form, **named)
            assert page.status_code >= 400
            assert 'class="finder named"' in page.text
            assert f"<bdi>{shown}</bdi>" in page.text
        page = await browser.send("/signin", **{**form, "password": "wrong"})
        assert page.status_code == 401, words(page)
        assert 'class="finder"' in page.text


async def test_switched_off_known_providers_are_still_found_and_nobody_is_asked(place):
    async with running(dns=place.names.setting) as app, http_to(app) as http:
        browser = Browser(http)
        page = await browser.open("/")
        assert 'id="place" open' in page.text
        asked = len(place.names.asked)
        assert "pop.gmail.com" in (await browser.send("/discover", username="a@gmail.com")).text
        assert 'class="which none"' in (await browser.send("/discover", username=ANNA)).text
        assert len(place.names.asked) == asked
