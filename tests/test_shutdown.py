"""SIGTERM: downloads have a while, streams none, and what deletes comes to its end."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from .mailbox.opening import maildrop, uidls, until
from .support.maildrop import FakeMaildrop, huge, plain
from .support.popscope import RunningPopscope
from .support.proxy import Link
from .support.scripted import ScriptedServer

pytestmark = pytest.mark.heavy
MIB = 1024 * 1024
Visit = tuple[RunningPopscope, httpx.AsyncClient, list[str]]


class Slow(FakeMaildrop):
    """Answers QUIT when it is told to."""

    def __init__(self, messages) -> None:
        super().__init__(messages)
        self.told = asyncio.Event()
        self.quitting = 0

    async def _quit(self, peer, session) -> bool:
        self.quitting += 1
        if session.deleted:
            await self.told.wait()
        return await super()._quit(peer, session)


@asynccontextmanager
async def signed_in(host: str, port: int, grace: str = "10") -> AsyncIterator[Visit]:
    with RunningPopscope(
        "serve", settings={"POPSCOPE_GRACE": grace, "POPSCOPE_AUDIT": "0"}
    ) as popscope:
        async with httpx.AsyncClient(base_url=popscope.url, timeout=60) as client:
            account = {"username": "anna", "password": "secret", "security": "none"}
            answer = await client.post(
                "/api/v1/session", json={**account, "server": host, "port": port}
            )
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            listed = (await client.get("/api/v1/list")).json()["messages"]
            yield popscope, client, [one["id"] for one in listed]


async def ended(popscope: RunningPopscope) -> None:
    assert await asyncio.to_thread(popscope.process.wait, 30) == -signal.SIGTERM
    said = popscope.output.partition("\n")[2]
    assert said == ""


async def test_a_commit_that_waits_for_quit_is_answered_and_checked():
    drop = Slow(plain(5))
    async with ScriptedServer(drop) as server, signed_in(server.host, server.port) as found:
        popscope, client, ids = found
        await client.post("/api/v1/dele", json={"ids": ids[:2]})
        answer = asyncio.create_task(client.post("/api/v1/quit"))
        await until(lambda: drop.quitting > 0)
        popscope.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        drop.told.set()
        receipt = (await answer).json()
        assert (receipt["deleted"], receipt["verified"]) == (ids[:2], True), receipt
        await ended(popscope)
        assert len(uidls(drop)) == 3


async def test_a_commit_is_finished_where_nobody_waits_for_it_any_more():
    drop = Slow(plain(5))
    async with ScriptedServer(drop) as server, signed_in(server.host, server.port, "1s") as found:
        popscope, client, ids = found
        await client.post("/api/v1/dele", json={"ids": ids[:2]})
        answer = asyncio.create_task(client.post("/api/v1/quit"))
        await until(lambda: drop.quitting > 0)
        answer.cancel()
        popscope.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(6)
        drop.told.set()
        await ended(popscope)
        assert len(uidls(drop)) == 3
        assert len(drop.sessions) == 2  # it was looked at


async def test_a_running_download_comes_to_its_end_and_streams_end_at_once():
    drop = maildrop([*plain(2), huge(6 * MIB)])
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=1.2 * MIB) as link,
        signed_in(link.host, link.port) as found,
    ):
        popscope, client, ids = found
        await client.post("/api/v1/dele", json={"ids": ids[-1:]})
        async with (
            client.stream("GET", "/api/v1/events") as events,
            client.stream("GET", f"/api/v1/messages/{ids[0]}/retr") as taken,
        ):
            assert taken.status_code == 200
            lines = asyncio.create_task(anext_all(events))
            popscope.process.send_signal(signal.SIGTERM)
            octets = 0
            async for piece in taken.aiter_raw():
                if not octets:
                    await lines  # ended while the download goes on
                octets += len(piece)
        await ended(popscope)
        assert octets >= 6 * MIB
        assert not drop.count("DELE")
        assert not drop.count("QUIT")
        assert len(uidls(drop)) == 3


async def anext_all(answer: httpx.Response) -> None:
    async for _ in answer.aiter_raw():
        pass
