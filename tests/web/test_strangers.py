"""What one stranger does, and that everybody else is served as before."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.mailbox.opening import until
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer, stall

from .strangers import FRIEND, HTTPS, STRANGER, at, stop
from .visiting import SAME_ORIGIN, Browser, Script, http_to, running, words


@pytest.fixture
async def silent_names(monkeypatch) -> AsyncIterator[list[str]]:
    """The system waits for its name servers, which say nothing; the names it was asked for."""
    asked: list[str] = []
    answered = threading.Event()

    def getaddrinfo(host: str, *_args: Any, **_more: Any) -> list[Any]:
        asked.append(host)
        answered.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "nobody answers")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield asked
    answered.set()


async def test_silent_name_servers_take_no_thread_of_the_pages(silent_names):
    async with (
        running(public_origin=HTTPS) as app,
        http_to(app, HTTPS, peer=STRANGER) as stranger,
        http_to(app, HTTPS, peer=FRIEND) as friend,
    ):
        attack = [
            asyncio.create_task(stranger.post("/api/v1/session", json=at(f"x{n}.example.net")))
            for n in range(96)
        ]
        await until(lambda: len(silent_names) == 4)
        async with asyncio.timeout(5):
            page = await friend.get("/")  # it is rendered in a thread
        assert page.status_code == 200
        assert len(silent_names) == 4
        friends = asyncio.create_task(friend.post("/api/v1/session", json=at("y.example.net")))
        await until(lambda: len(silent_names) == 5)  # a friend's look-up begins nevertheless
        refused = [task.result() for task in attack if task.done()]
        assert len(refused) == 92
        assert {answer.status_code for answer in refused} == {503}
        assert {answer.json()["code"] for answer in refused} == {"lookups-full"}
        assert {answer.headers["Retry-After"] for answer in refused} == {"15"}
        await stop([*attack, friends])


async def test_the_loop_looks_up_no_name_itself(monkeypatch):
    """Its threads are those of the pages: sign-ins and reports, by a name."""

    async def getaddrinfo(*args: object, **_: object) -> list[Any]:
        raise AssertionError(args)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    async with (
        ScriptedServer(FakeMaildrop(plain(3))) as server,
        running() as app,
        http_to(app) as http,
    ):
        asked = at(server, server="localhost")
        answer = await http.post("/api/v1/session", json=asked)
        assert answer.status_code == 201, answer.text
        answer = await http.delete(
            "/api/v1/session", headers={"Authorization": f"Bearer {answer.json()['token']}"}
        )
        answer = await http.post("/api/v1/report", json=asked)
        assert answer.json()["stopped"] == "complete"


async def test_one_client_does_not_take_all_reports():
    """Nor does anybody have one wait for minutes without being signed in."""
    async with (
        ScriptedServer(stall()) as silent,
        ScriptedServer(FakeMaildrop(plain(2))) as server,
        running(public_origin=HTTPS) as app,
        http_to(app, HTTPS, peer=STRANGER) as stranger,
        http_to(app, HTTPS, peer=FRIEND) as friend,
    ):
        place = {name: at(silent)[name] for name in ("server", "port", "security")}
        attack = [stranger.post("/api/v1/report", json=place | {"wait": 900}) for _ in range(6)]
        refused = [await one for one in attack]
        assert {(one.status_code, one.json()["code"]) for one in refused} == {(403, "wait-refused")}
        pages = []
        for _ in range(6):  # each as another browser
            stranger.cookies.clear()
            pages.append(await stranger.post("/report", data=place, headers=SAME_ORIGIN))
        assert [one.status_code for one in pages] == [303, 303, 429, 429, 429, 429]
        assert pages[-1].headers["Retry-After"] == "60"
        assert "Reports are already running for your network." in words(pages[-1])
        answer = await friend.post("/api/v1/report", json=at(server))
        assert answer.json()["stopped"] == "complete"


async def test_who_is_signed_in_may_have_a_report_wait():
    async with (
        ScriptedServer(FakeMaildrop(plain(2))) as server,
        running() as app,
        http_to(app) as http,
    ):
        script = await Script.signed_in(http, server)
        asked = {name: at(server)[name] for name in ("server", "port", "security")}
        found = await script.post("/report", asked | {"wait": 0.1})
        assert found["stopped"] == "complete"
        assert "idle" in {check["topic"] for check in found["checks"]}
        browser = Browser(http)
        assert 'name="wait"' not in (await browser.open("/report")).text
        await browser.sign_in(server)
        assert 'name="wait"' in (await browser.open("/report")).text
