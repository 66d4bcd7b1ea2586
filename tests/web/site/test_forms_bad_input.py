"""Names, passwords and servers that make no sense: plain words before anything is sent."""

import json

import pytest

from app.web import WebConfig
from app.web.signin.forms import SignInForm
from app.web.site.errors import InvalidRequest
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import SAME_ORIGIN, Browser, Script, http_to, post_session, running, words

CONTROL = "The name or the password contains a line break or another control character."
LONG = "The name or the password is too long: POP3 allows 255 octets a line."
PORT = "Port: a number from 1 to 65535."

BAD = [
    ({"username": "anna\r\nDELE 1"}, CONTROL),
    ({"username": "anna\nQUIT"}, CONTROL),
    ({"username": "an\0na"}, CONTROL),
    ({"username": "an\tna"}, CONTROL),
    ({"username": "an\x85na"}, CONTROL),
    ({"password": "se\r\ncret"}, CONTROL),
    ({"password": "se\0cret"}, CONTROL),
    ({"password": "se\x9bcret"}, CONTROL),
    ({"password": "secret\ufffd"}, CONTROL),
    ({"username": "a" * 249}, LONG),
    ({"username": "ü" * 125}, LONG),
    ({"password": "ü" * 125}, LONG),
    ({"server": "[::1]:0"}, PORT),
    ({"server": "pop.example.net:0"}, PORT),
    ({"server": "1:2:3"}, "Server: '1:2:3' is not a server name."),
    ({"server": "a b"}, "Server: 'a b' is not a server name."),
]


@pytest.mark.parametrize(("fields", "said"), BAD)
async def test_plain_words_on_the_page_and_in_the_api_before_anything_is_sent(fields, said):
    async with ScriptedServer(FakeMaildrop()) as server, running() as app, http_to(app) as http:
        answer = await post_session(http, server, **{"username": "anna", **fields, "port": None})
        assert answer.status_code == 422
        assert answer.json()["code"] == "invalid-request"
        assert said in answer.json()["detail"]
        page = await Browser(http).sign_in(server, **{"port": "", **fields})
        assert page.status_code == 422
        assert said in words(page)
        assert server.connections == 0


@pytest.mark.parametrize("port", [0, "0", -1, 65536, "995x", "٩٩٥"])
async def test_a_port_that_is_none(port):
    async with ScriptedServer(FakeMaildrop()) as server, running() as app, http_to(app) as http:
        answer = await post_session(http, server, port=port)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
        assert "port" in answer.json()["detail"].lower()
        page = await Browser(http).sign_in(server, port=str(port))
        assert (page.status_code, PORT in words(page)) == (422, True)
        assert server.connections == 0


@pytest.mark.parametrize("field", ["username", "password", "server"])
async def test_half_a_character_in_json(field):
    """JSON can say a lone surrogate, which UTF-8 cannot."""
    async with ScriptedServer(FakeMaildrop()) as server, running() as app, http_to(app) as http:
        body = {"username": "anna", "password": "secret", "server": "127.0.0.1", field: "x\ud800"}
        headers = {"Content-Type": "application/json"}
        answer = await http.post("/api/v1/session", content=json.dumps(body), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
        assert server.connections == 0


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("octets", ["%FF", "%ED%A0%80", "%C3"])
async def test_octets_in_a_form_that_are_no_text(field, octets):
    async with ScriptedServer(FakeMaildrop()) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.open("/")
        filled = {"username": "anna", "password": "secret", field: f"x{octets}"}
        form = {"server": "127.0.0.1", "port": server.port, **filled}
        page = await http.post(
            "/signin",
            content="&".join(f"{name}={value}" for name, value in form.items()),
            headers={**SAME_ORIGIN, "Content-Type": "application/x-www-form-urlencoded"},
        )
        assert (page.status_code, CONTROL in words(page)) == (422, True)
        assert server.connections == 0


@pytest.mark.parametrize("name", ["anna smith", '"anna"', "o'brien", 'a"b\\c', "a<b>&c"])
async def test_names_with_spaces_and_quotes_are_sent_as_they_are(name):
    fake = FakeMaildrop(plain(1))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        await Script.signed_in(http, server, name)
        page = await Browser(http).sign_in(server, name)
        assert page.url.path == "/mailbox"
        assert [line for line in server.received if line.startswith(b"USER")] == [
            f"USER {name}".encode()
        ] * 2


def test_what_is_pasted_with_its_line_end_is_meant():
    form = SignInForm("anna", "secret", "pop.example.net\r\n", "", "tls")
    account, _ = form.read(WebConfig())
    assert account.target.host == "pop.example.net"


@pytest.mark.parametrize("length", [248, 249])
def test_a_line_has_255_octets_and_no_more(length):
    form = SignInForm("anna", "x" * length, "pop.example.net")
    if length == 248:
        assert form.read(WebConfig())
    else:
        with pytest.raises(InvalidRequest):
            form.read(WebConfig())
