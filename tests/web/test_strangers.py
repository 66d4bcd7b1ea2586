"""What one stranger does, and that everybody else is served as before."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.mailbox.opening import until
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer

from .strangers import FRIEND, HTTPS, STRANGER, at, stop
from .visiting import http_to, running


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
        http_to(app, peer=STRANGER) as stranger,
        http_to(app, peer=FRIEND) as friend,
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
