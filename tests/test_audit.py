"""Who signed in, was refused, signed out and deleted is logged, and nothing else."""

import json
import logging

import httpx

from app import audit
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer
from tests.web.visiting import QUICK, Browser, Script, http_to, post_session, running


def told(caplog) -> list[dict[str, object]]:
    return [json.loads(one.getMessage()) for one in caplog.records if one.name == audit.LOGGER]


async def test_a_session_from_the_sign_in_to_the_sign_out(caplog):
    caplog.set_level(logging.INFO, audit.LOGGER)
    async with (
        ScriptedServer(FakeMaildrop(plain(3))) as server,
        running(QUICK) as app,
        http_to(app, peer="127.0.0.7") as http,
    ):
        await post_session(http, server, password="hunter2-wrong")
        script = await Script.signed_in(http, server)
        first, second, _ = await script.ids()
        await script.post("/dele", {"ids": [first]})
        await script.post("/quit", {})
        await script.post("/dele", {"ids": [second]})
        await script.ask("DELETE", "/session")
        await Browser(http).sign_in(server, "bert\n<b>")
        await Browser(http).sign_in(server, "b\u202eert")
    lines = told(caplog)
    place = {"client": "127.0.0.7", "server": f"127.0.0.1:{server.port}", "security": "none"}
    events = [line["event"] for line in lines]
    assert events == ["refusal", "sign-in", "commit", "sign-out", "sign-in"]
    refusal, entered, commit, left, odd = lines
    for line in lines:
        assert place.items() <= line.items()
        assert line.pop("at")
    assert (refusal["user"], refusal["why"]) == ("anna", "LoginRejected")
    assert (entered["means"], len(str(entered["session"]))) == ("USER", 8)
    counts = [commit[name] for name in ("gone", "still_there", "not_verified")]
    assert counts == [1, 0, 0]
    assert (left["session"], left["not_deleted"]) == (entered["session"], 1)
    said = [one.getMessage() for one in caplog.records if one.name == audit.LOGGER]
    assert all(one.isascii() and one.isprintable() for one in said), "no name forges a line"
    assert odd["user"] == "b\u202eert"
    for secret in ("hunter2", "secret", script.token):
        assert secret not in "".join(said)


async def test_a_report_on_an_account_is_told_and_one_from_outside_is_not(caplog):
    caplog.set_level(logging.INFO, audit.LOGGER)
    async with (
        ScriptedServer(FakeMaildrop(plain(1)), FakeMaildrop(plain(1))) as server,
        running(QUICK) as app,
        http_to(app, peer="127.0.0.7") as http,
    ):
        place = {"server": server.host, "port": server.port, "security": "none"}
        for account in ({}, {"username": "anna", "password": "secret"}):
            answer = await http.post("/api/v1/report", json={**place, **account})
            assert answer.status_code == 200, answer.text
    [line] = told(caplog)
    assert line.pop("at")
    shown = f"127.0.0.1:{server.port}"
    assert line == {
        "event": "report",
        "client": "127.0.0.7",
        "user": "anna",
        "server": shown,
        "security": "none",
    }


def test_nothing_but_its_own_fields_is_told(caplog):
    caplog.set_level(logging.INFO, audit.LOGGER)
    audit.record("sign-in", user="anna", password="hunter2", token="t0ken")
    [line] = told(caplog)
    assert set(line) - {"client"} == {"event", "user", "at"}


async def test_it_is_on_unless_the_operator_says_otherwise():
    async with ScriptedServer(FakeMaildrop(plain(1))) as server:
        for value, lines in (("1", 1), ("0", 0)):
            with RunningPopscope(settings={"POPSCOPE_AUDIT": value}) as popscope:
                async with httpx.AsyncClient(base_url=popscope.url, timeout=30) as http:
                    await post_session(http, server)
                assert popscope.output.count("INFO popscope.audit: {") == lines


def test_a_demo_has_none():
    with RunningPopscope("demo") as popscope:
        with httpx.Client(base_url=popscope.url, timeout=30) as http:
            http.post("/demo", headers={"Origin": popscope.url})
        assert "audit" not in popscope.output
