"""Servers that drip, and many of them: no session is taken by them, and few places."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI

from tests.mailbox.opening import until
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import Peer, ScriptedServer, drip, send, steps

from .strangers import FRIEND, HTTPS, STRANGER, at, reporting, stop
from .visiting import SAME_ORIGIN, http_to, running, words


async def test_dripping_servers_are_no_sessions_and_take_few_places():
    limits: dict[str, Any] = {"session_limit": 3, "opening_limit": 5, "opening_limit_client": 2}
    async with (
        ScriptedServer(steps(send(b"+OK\r\n"), drip(b"+OK "))) as dripping,
        ScriptedServer(FakeMaildrop(plain(2))) as server,
        running(public_origin=HTTPS, **limits) as app,
        http_to(app, HTTPS, peer=STRANGER) as stranger,
        http_to(app, HTTPS, peer=FRIEND) as friend,
    ):
        asked = at(dripping)
        attack = [
            asyncio.create_task(stranger.post("/api/v1/session", json=asked)) for _ in range(20)
        ]
        await until(lambda: dripping.connections == 2 and sum(map(asyncio.Task.done, attack)) == 18)
        refused = [task.result() for task in attack if task.done()]
        assert {(one.status_code, one.json()["code"]) for one in refused} == {
            (503, "opening-limit")
        }
        assert {one.headers["Retry-After"] for one in refused} == {"15"}
        for n in range(3):  # the session limit, and no place of it is taken
            answer = await friend.post("/api/v1/session", json=at(server))
            assert answer.status_code == 201, (n, answer.text)
        await stop(attack)


@pytest.mark.parametrize(
    ("limit", "words_of_it"),
    [("opening_limit_host", "still wait for their"), ("opening_limit", "still wait for their")],
)
async def test_places_for_one_server_and_in_all(limit, words_of_it):
    limits: dict[str, Any] = {limit: 3}
    async with (
        ScriptedServer(steps(send(b"+OK\r\n"), drip(b"+OK "))) as dripping,
        running(public_origin=HTTPS, **limits) as app,
    ):
        asked = at(dripping)
        attack = []
        for n in range(3):
            http = http_to(app, HTTPS, peer=f"203.0.113.{n}")
            attack.append(asyncio.create_task(http.post("/api/v1/session", json=asked)))
        await until(lambda: dripping.connections == 3)
        async with http_to(app, HTTPS, peer=FRIEND) as http:
            page = await http.post("/signin", headers=SAME_ORIGIN, data=asked)
        assert page.status_code == 503
        assert "Too many sign-ins are under way." in words(page)
        assert words_of_it in words(page)
        assert 'data-wait="15"' in page.text
        await stop(attack)


async def test_a_sign_in_ends_in_its_time_however_it_goes_on():
    """Each answer comes in time; there is no end of them."""

    async def hangs_on(peer: Peer) -> None:
        await peer.send(b"+OK\r\n")
        while True:
            verb = (await peer.line()).partition(b" ")[0]
            await peer.send(b"+OK\r\nUIDL\r\n.\r\n" if verb == b"CAPA" else b"+OK\r\n")
            if verb in {b"UIDL", b"LIST"}:
                await drip(b"1 100\r\n")(peer)

    async with (
        ScriptedServer(hangs_on) as server,
        running(opening_time="1s", least_rate=1) as app,
        http_to(app) as http,
    ):
        async with asyncio.timeout(15):
            answer = await http.post("/api/v1/session", json=at(server))
        assert (answer.status_code, answer.json()["code"]) == (504, "stalled")
        assert len(app.state.services.sessions._openings) == 0
        await until(lambda: server.left == 1)


@pytest.mark.parametrize("way", ["/signin", "/api/v1/session", "/api/v1/report"])
async def test_when_the_browser_has_gone_so_has_the_sign_in(way):
    async with (
        ScriptedServer(steps(send(b"+OK\r\n"), drip(b"+OK "))) as dripping,
        running() as app,
    ):
        asked = at(dripping)
        gone = asyncio.Event()
        answering = asyncio.create_task(post_until(app, way, asked, gone))
        await until(lambda: dripping.connections >= 1)
        gone.set()
        async with asyncio.timeout(5):
            await answering
        await until(lambda: dripping.left == dripping.connections)
        assert not reporting(app)
        assert len(app.state.services.sessions._openings) == 0


async def post_until(
    app: FastAPI, path: str, fields: dict[str, object], gone: asyncio.Event
) -> None:
    """A request of a browser that leaves."""
    given = {name: str(value) for name, value in fields.items()}
    api = path.startswith("/api")
    body = json.dumps(fields).encode() if api else urlencode(given).encode()
    kind = "application/json" if api else "application/x-www-form-urlencoded"
    headers = {"host": "localhost", "content-type": kind, "content-length": str(len(body))}
    headers |= {"sec-fetch-site": "same-origin"}
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if parts:
            return parts.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send_nothing(_message: Any) -> None:
        """Nobody is there to read."""

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "scheme": "http",
    }
    await app(scope, receive, send_nothing)


async def test_one_client_does_not_take_all_sessions():
    limits: dict[str, Any] = {"session_limit": 4, "session_limit_client": 2}
    async with (
        ScriptedServer(FakeMaildrop(plain(2))) as server,
        running(public_origin=HTTPS, **limits) as app,
        http_to(app, HTTPS, peer=STRANGER) as stranger,
        http_to(app, HTTPS, peer=FRIEND) as friend,
    ):
        asked = at(server)
        answers = [await stranger.post("/api/v1/session", json=asked) for _ in range(4)]
        assert [one.status_code for one in answers] == [201, 201, 429, 429]
        page = await stranger.post("/signin", headers=SAME_ORIGIN, data=asked)
        assert "Too many mailboxes are open from your network." in words(page)
        assert (await friend.post("/api/v1/session", json=asked)).status_code == 201
        bearer = {"Authorization": f"Bearer {answers[0].json()['token']}"}
        await stranger.delete("/api/v1/session", headers=bearer)
        assert (await stranger.post("/api/v1/session", json=asked)).status_code == 201
