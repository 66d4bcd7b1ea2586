"""The event stream over real HTTP: what it tells, how it ends, what it leaves behind."""

import asyncio
import base64
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.mailbox import Mailbox, Watch
from app.sessions import Sessions
from tests.mailbox.opening import until
from tests.support.maildrop import FakeMaildrop, Quirks, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer
from tests.web.looking_on import Stream, served
from tests.web.visiting import Script, running

FIRST = {"progress", "held", "marks", "listed"}


@dataclass
class Place:
    """A session of the app, over sockets.

    Attributes:
        app: the app itself.
        http: a client of it.
        script: the session.
        fake: the maildrop.
        link: what counts on the wire to it.
    """

    app: FastAPI
    http: httpx.AsyncClient
    script: Script
    fake: FakeMaildrop
    link: Link

    @property
    def sessions(self) -> Sessions:
        sessions: Sessions = self.app.state.services.sessions
        return sessions

    @property
    def mailbox(self) -> Mailbox:
        return next(iter(self.sessions._live.values()))


@asynccontextmanager
async def placed(fake: FakeMaildrop, **settings: Any) -> AsyncIterator[Place]:
    limits = httpx.Limits(max_connections=200)
    async with (
        ScriptedServer(fake) as server,
        Link(server.host, server.port) as link,
        running(**settings) as app,
        served(app) as url,
        httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as http,
    ):
        yield Place(app, http, await Script.signed_in(http, link), fake, link)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with placed(FakeMaildrop(plain(3))) as found:
        await found.mailbox.headers.loaded()
        yield found


def watchers() -> int:
    """How many look on in this process."""
    gc.collect()
    return sum(isinstance(thing, Watch) for thing in gc.get_objects())


async def gone(seconds: float = 5) -> None:
    """Until nobody looks on."""
    async with asyncio.timeout(seconds):
        while watchers():  # noqa: ASYNC110 -- nobody tells of what is gone
            await asyncio.sleep(0.02)


async def test_it_begins_with_how_things_are_and_goes_on_with_what_changes(place):
    async with Stream.open(place.http, place.script.token) as stream:
        headers = stream.answer.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in headers
        first = [await stream.next() for _ in range(4)]
        assert {heard.name for heard in first if heard} == FIRST
        told = {heard.name: heard.data for heard in first if heard}
        assert told["progress"]["known"] == told["progress"]["total"] == 3
        assert told["held"]["held"] is True
        assert told["marks"]["messages"] == 0
        assert told["listed"]["messages"] == 3
        ids = await place.script.ids()
        await place.script.post(f"/messages/{ids[0]}/dele")
        marked = await stream.until("marks")
        assert marked.data["messages"] == 1
        assert marked.data["revision"] > told["marks"]["revision"]
        await place.script.post("/session/release", status=204)
        released = await stream.until("held", held=False)
        assert released.data["held_seconds"] is None
        place.fake.messages[:] = place.fake.messages[1:]
        await place.script.post("/session/refresh")
        listed = await stream.until("listed")
        assert listed.data["messages"] == 2
        assert listed.data["listing"] > told["listed"]["listing"]


async def test_so_many_streams_for_one_session_and_one_that_ends_makes_room():
    async with placed(FakeMaildrop(plain(1)), stream_limit=3) as place:
        async with AsyncExitStack() as stack:
            for _ in range(3):
                await stack.enter_async_context(Stream.open(place.http, place.script.token))
            refused = [await place.script.ask("GET", "/events") for _ in range(5)]
            assert {one.status_code for one in refused} == {429}
            assert refused[0].json()["code"] == "stream-limit"
            assert refused[0].headers["Retry-After"] == "15"
            assert place.mailbox.feed.streams == 3
        await until(lambda: place.mailbox.feed.streams == 0)
        async with Stream.open(place.http, place.script.token) as stream:
            assert (await stream.next()) is not None


async def test_lines_of_the_transcript_come_and_are_resumed(place):
    async with Stream.open(place.http, place.script.token) as stream:
        await place.script.post("/noop", status=204)
        heard = await stream.until("transcript")
        while heard.data["lines"][-1]["text"] == "NOOP":
            heard = await stream.until("transcript")
        last = heard.data["lines"][-1]
        assert (last["side"], last["ms"] is not None) == ("S", True)
        assert heard.id == str(heard.data["newest"]) == str(last["number"])
    await place.script.post("/noop", status=204)
    await place.script.get("/stat")
    async with Stream.open(place.http, place.script.token, **{"Last-Event-ID": heard.id}) as stream:
        more = await stream.until("transcript")
        said = [(line["side"], line["text"]) for line in more.data["lines"]]
        assert [text for side, text in said if side == "C"] == ["NOOP", "STAT"]
        assert more.data["missed"] == 0
    for query in (f"?after={heard.id}", f"?after={heard.id}&lines=false"):
        async with Stream.open(place.http, place.script.token, query) as stream:
            more = await stream.until("transcript")
            assert len(more.data["lines"]) == (0 if "lines" in query else 4)
            assert more.data["newest"] == int(heard.id) + 4


async def test_the_password_is_in_no_event(place):
    encoded = base64.b64encode(b"\0anna\0secret").decode()
    async with Stream.open(place.http, place.script.token, "?after=0") as stream:
        told = await stream.until("transcript")
        texts = [line["text"] for line in told.data["lines"]]
        assert "PASS ••••••••" in texts
        assert not any("secret" in text or encoded in text for text in texts)


@pytest.mark.parametrize("given", ["", "x", "-1", "9" * 40, "1.5"])
async def test_a_nonsense_last_event_id_is_passed_over(place, given):
    async with Stream.open(place.http, place.script.token, **{"Last-Event-ID": given}) as stream:
        for _ in range(4):
            heard = await stream.next()
            assert heard is not None
            assert heard.name in FIRST


async def test_it_needs_a_session(place):
    answer = await place.http.get("/api/v1/events")
    assert answer.status_code == 401
    assert answer.json()["code"] == "no-session"


async def test_sign_out_ends_it_for_good(place):
    async with Stream.open(place.http, place.script.token) as stream:
        await stream.until("listed")
        await place.script.ask("DELETE", "/session")
        rest = await stream.rest()
        assert (rest[-1].name, rest[-1].data) == ("ended", {"reconnect": False})
    await gone()


async def test_the_end_of_the_app_sends_away_without_a_last_word(place):
    async with Stream.open(place.http, place.script.token) as stream:
        await stream.until("listed")
        place.sessions.hush()
        assert "ended" not in [heard.name for heard in await stream.rest()]


async def test_looking_on_keeps_neither_the_lock_nor_the_session():
    async with placed(FakeMaildrop(plain(1)), idle_release=1, session_idle=3) as place:
        async with Stream.open(place.http, place.script.token) as stream:
            await stream.until("held", held=False)
            rest = await stream.rest()
            assert rest[-1].name == "ended"
        assert (await place.script.ask("GET", "/session")).status_code == 401
        assert len(place.sessions) == 0


@pytest.mark.heavy
async def test_fifty_tabs_cost_one_header_load_and_leave_nothing_behind():
    async with placed(FakeMaildrop(plain(400)), stream_limit=50) as place, AsyncExitStack() as tabs:
        token = place.script.token
        streams = [
            await tabs.enter_async_context(Stream.open(place.http, token, "?lines=false"))
            for _ in range(50)
        ]
        await asyncio.gather(*(one.until("progress", known=400) for one in streams))
        sent = [line.split()[0] for line in place.link.commands]
        assert (sent.count("TOP"), sent.count("USER"), place.link.connections) == (400, 1, 1)
        assert watchers() == 50
        tasks = len(asyncio.all_tasks())
        await tabs.aclose()
        await gone()
        assert len(asyncio.all_tasks()) < tasks - 50
        assert not place.mailbox.feed._stir._waiters  # nobody waits
        await place.script.get("/stat")  # and the session goes on


async def test_a_tab_that_does_not_read_holds_up_nothing():
    async with placed(FakeMaildrop(plain(300))) as place:
        token = place.script.token
        async with (
            Stream.open(place.http, token) as silent,
            Stream.open(place.http, token) as quick,
        ):
            for _ in range(300):
                await place.script.post("/noop", status=204)
            last = place.mailbox.transcript.newest
            heard = await quick.until("transcript", newest=last)
            assert heard.id == str(last)
            numbers: list[int] = []
            while not numbers or numbers[-1] < last:
                lines = (await silent.until("transcript")).data["lines"]
                numbers += [line["number"] for line in lines]
            assert numbers == sorted(set(numbers))


async def test_the_transcript_by_number(place):
    whole = await place.script.get("/transcript")
    assert whole["missed"] == 0
    numbers = [line["number"] for line in whole["lines"]]
    assert numbers == list(range(1, whole["newest"] + 1))
    assert whole["lines"][0]["text"].startswith("connected to 127.0.0.1:")
    assert {line["side"] for line in whole["lines"]} == {"C", "S", "-"}
    some = await place.script.get("/transcript?after=4&limit=3")
    assert [line["number"] for line in some["lines"]] == numbers[-3:]
    assert some["missed"] == whole["newest"] - 3 - 4
    assert (await place.script.get(f"/transcript?after={numbers[-1]}"))["lines"] == []
    masked = await place.script.get("/transcript?mask=true")
    assert "USER user1" in [line["text"] for line in masked["lines"]]
    assert "anna" not in str(masked)
    await place.script.get("/transcript?after=-1", 422)


async def test_headers_are_paused_and_go_on():
    fake = FakeMaildrop(plain(200), quirks=Quirks(pipelining=False))
    async with placed(fake) as slow:
        slow.link.rtt = 0.05  # seconds for each header
        loaded = (await slow.script.get("/list?per_page=200"))["messages"]
        assert not all(message["headers_known"] for message in loaded)
        paused = await slow.script.post("/headers/pause")
        assert (paused["paused"], paused["running"], paused["total"]) == (True, False, 200)
        known = paused["known"]
        assert known < 200
        await slow.script.post("/session/refresh")
        slow.link.rtt = 0
        await slow.script.post("/noop", status=204)
        state = await slow.script.post("/headers/pause")
        assert state["known"] == known, "it stays paused after a reconnect"
        unknown = [message["id"] for message in loaded if not message["headers_known"]]
        await slow.script.get(f"/messages/{unknown[-1]}")
        state = await slow.script.post("/headers/pause")
        assert state["known"] == known + 1, "what is asked for still comes"
        resumed = await slow.script.post("/headers/resume")
        assert resumed["running"]
        async with Stream.open(slow.http, slow.script.token) as stream:
            done = await stream.until("progress", known=200, running=False)
            assert not done.data["paused"]
