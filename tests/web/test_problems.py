"""Bad servers and bad input: for each, the plain words on the page and the code in the API."""

import asyncio
import html
import re
import socket

import pytest

from app.mailbox import LoginDelayed, LoginRejected, MailboxInUse
from app.pop3 import Fault, RemoteProtocolError
from app.transport import TargetForbidden
from app.web.site.problems import PROBLEMS, describe, problem_json
from tests.support.maildrop import FakeMaildrop, Quirks
from tests.support.scripted import ScriptedServer
from tests.web.badservers import BAD
from tests.web.visiting import (
    QUICK,
    SAME_ORIGIN,
    Browser,
    heading,
    http_to,
    post_session,
    running,
    words,
)

PASSWORD = "secret"


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
async def test_a_bad_server_has_its_code_in_the_api_and_its_words_on_the_page(
    bad, authority, ca_file
):
    async with (
        bad.at(authority) as server,
        running(QUICK, ca_file=ca_file) as app,
        http_to(app) as http,
    ):
        answer = await post_session(http, server, "anna", **dict(bad.more))
        body = answer.json()
        assert (answer.status_code, body["code"]) == (bad.status, bad.code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["title"] == bad.title
        assert (body["status"], body["type"]) == (bad.status, f"/api/docs#error-{bad.code}")
        assert bad.said in body["detail"] + body.get("reply", "")
        if bad.reply:
            assert body["reply"] == bad.reply

        filled = {"password": PASSWORD, **dict(bad.more)}
        page = await Browser(http).sign_in(server, "anna <b>", **filled)
        assert page.status_code == bad.status
        assert heading(page) == bad.title
        assert bad.said in words(page)
        if bad.reply:
            assert bad.reply in words(page)
        assert "<script>alert" not in page.text
        assert 'name="username" value="anna &lt;b&gt;"' in page.text
        host = filled.get("server", server.host)
        assert f'name="server" value="{html.escape(host)}"' in page.text
        assert f'name="port" value="{server.port}"' in page.text
        assert f'<option value="{filled.get("security", "none")}" selected' in page.text
        assert 'type="password"' in page.text
        assert filled["password"] not in page.text
        assert "set-cookie" not in page.headers or "popscope=" not in page.headers["set-cookie"]


async def test_retry_after_is_told_where_it_is_known():
    fake = FakeMaildrop(
        quirks=Quirks(refuse_login=b"-ERR [LOGIN-DELAY] no", announce=("LOGIN-DELAY 300",))
    )
    async with ScriptedServer(fake) as server, running(QUICK) as app, http_to(app) as http:
        answer = await post_session(http, server)
        assert answer.headers["retry-after"] == "300"
        assert answer.json()["retry_after"] == 300
        page = await Browser(http).sign_in(server)
        assert page.headers["retry-after"] == "300"
        assert "Worth another try in 5:00" in words(page)
        fake.quirks.refuse_login = b"-ERR [IN-USE] no"
        answer = await post_session(http, server)
        assert (answer.status_code, answer.headers["retry-after"]) == (423, "30")
        assert answer.json()["retry_after"] == 30


async def test_a_name_beyond_ascii_goes_as_it_is_and_a_refusal_mentions_it():
    fake = FakeMaildrop(quirks=Quirks(replies={"PASS": b"-ERR no\r\n"}))
    async with ScriptedServer(fake) as server, running(QUICK) as app, http_to(app) as http:
        answer = await post_session(http, server, "zoë", auth="USER")
        assert (answer.status_code, answer.json()["code"]) == (401, "login-rejected")
        assert "sent as UTF-8" in answer.json()["detail"]
    assert fake.commands[:2] == ["CAPA", "USER zo\u00c3\u00ab"]  # UTF-8, octet by octet


@pytest.mark.parametrize(
    ("given", "more"),
    [
        ({"allow_loopback": False}, {}),
        ({"ports": "110,995"}, {}),
        ({}, {"server": "169.254.169.254", "port": 110}),
        ({}, {"server": "0.0.0.0", "port": 110}),
        ({"targets": "fixed", "servers": "127.0.0.1:1;none"}, {"port": 995}),
    ],
)
async def test_what_the_operator_forbids_is_one_and_the_same_403(given, more):
    answers = []
    async with ScriptedServer(FakeMaildrop()) as server, running(QUICK, **given) as app:
        async with http_to(app) as http:
            answer = await post_session(http, server, **more)
            answers.append((answer.status_code, answer.json()["code"], answer.json()["detail"]))
        assert server.connections == 0
    always = describe(TargetForbidden("anywhere", 1))
    assert answers == [(403, "target-forbidden", " ".join((always.detail, *always.advice)))]


async def test_a_name_that_exists_inside_is_answered_as_one_that_does_not(monkeypatch):
    """Nobody learns from a Popscope for strangers which names its network has."""

    async def lookup(host, port, **_options):
        known = {"inner.test": "10.0.0.5", "cloud.test": "169.254.169.254", "own.test": "127.0.0.1"}
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known[host], port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)
    said: dict[str, set[tuple[int, str]]] = {}
    async with running(QUICK, targets="public", allow_loopback=False) as app, http_to(app) as http:
        for name in ("inner.test", "cloud.test", "own.test", "nobody.test", "10.0.0.5"):
            place = {"username": "anna", "password": "x", "server": name, "port": "110"}
            call = {**place, "port": 110, "security": "none"}
            page = {**place, "security": "none"}
            for path, body in (
                ("/api/v1/session", {"json": call}),
                ("/api/v1/report", {"json": call}),
                ("/signin", {"data": page, "headers": SAME_ORIGIN}),
            ):
                began = asyncio.get_running_loop().time()
                answer = await http.post(path, **body)
                assert asyncio.get_running_loop().time() - began >= 0.4
                text = re.sub(r'"began": ?"[^"]*"', "", answer.text.replace(name, "NAME"))
                said.setdefault(path, set()).add((answer.status_code, text))
    for path, answers in said.items():
        assert len(answers) == 1, path
    assert {status for [(status, _)] in said.values()} == {403, 200}


# The table itself


@pytest.mark.parametrize("fault", list(Fault))
def test_every_broken_rule_has_words_and_no_octets_of_the_server(fault):
    view = describe(RemoteProtocolError(fault, b"<secret octets>"))
    assert view.code == "server-misbehaved"
    assert "secret octets" not in " ".join((view.title, view.detail, view.reply, *view.advice))


def test_a_problem_has_only_what_is_known():
    bare = problem_json(describe(LoginDelayed("", None)))
    assert set(bare) == {"type", "title", "status", "code", "detail"}
    assert problem_json(describe(MailboxInUse("-ERR no", 30)))["retry_after"] == 30
    rejected = LoginRejected("-ERR no", "AUTH")
    rejected.instead = "PLAIN"
    full = problem_json(describe(rejected), "again")
    assert (full["reply"], full["instead"], full["confirm"]) == ("-ERR no", "PLAIN", "again")


def test_an_error_that_nobody_put_into_the_table_is_a_bug():
    assert ValueError not in PROBLEMS
    with pytest.raises(KeyError):
        describe(ValueError("unforeseen"))
