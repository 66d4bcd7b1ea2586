"""Answers that go on, without a server: who is told what, and when it ends."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.mailbox.feed import Feed, FeedTopic
from app.web.api import events
from app.web.api.event_schemas import Ended
from app.web.site.streaming import EventStream, event_of, until_gone, while_there


class Visitor:
    """What an ASGI app is called with, for somebody who leaves after so many messages."""

    def __init__(self, stays: int = 1000) -> None:
        self.left = asyncio.Event()
        self.sent: list[dict[str, Any]] = []
        self._stays = stays

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if len(self.sent) >= self._stays:
            self.left.set()

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


async def test_a_stream_begins_tells_and_ends():
    async def told() -> AsyncGenerator[bytes, None]:
        yield b"one"
        yield b"two"

    visitor = Visitor()
    await EventStream(told())({}, visitor.receive, visitor.send)
    start, *bodies = visitor.sent
    headers = dict(start["headers"])
    assert (start["status"], headers[b"cache-control"]) == (200, b"no-cache")
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert b"content-length" not in headers
    assert [one.get("more_body", False) for one in bodies] == [True, True, False]
    assert visitor.body == b"onetwo"


@pytest.mark.parametrize("stays", [1, 2, 3, 50])
async def test_it_stops_where_the_browser_leaves_and_closes_what_it_told(stays):
    ended = False

    async def told() -> AsyncGenerator[bytes, None]:
        nonlocal ended
        try:
            while True:
                yield b"x"  # never waits: only the stream itself gives way
        finally:
            ended = True

    visitor = Visitor(stays)
    async with asyncio.timeout(5):
        await EventStream(told())({}, visitor.receive, visitor.send)
    assert ended
    assert stays <= len(visitor.sent) <= stays + 3


async def test_what_goes_wrong_is_no_silence():
    async def sending(_: asyncio.Task[None]) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await until_gone(Visitor().receive, sending)


async def test_work_is_called_off_once_the_browser_has_gone():
    called_off = asyncio.Event()

    async def quick() -> int:
        return 7

    async def slow() -> int:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            called_off.set()
            raise
        return 8

    assert await while_there(Visitor().receive, quick()) == 7
    gone = Visitor()
    gone.left.set()
    with pytest.raises(ClientDisconnect):
        await while_there(gone.receive, slow())
    assert called_off.is_set()


async def test_a_body_that_is_too_large_for_a_download_ends_it_and_is_no_fault():
    faults = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))

    async def receive() -> dict[str, Any]:
        raise HTTPException(413)

    async def sending(_: asyncio.Task[None]) -> None:
        await asyncio.Event().wait()

    await until_gone(receive, sending)
    gc.collect()
    assert not faults


async def test_being_called_off_ends_both():
    begun = asyncio.Event()

    async def sending(_: asyncio.Task[None]) -> None:
        begun.set()
        await asyncio.sleep(60)

    before = asyncio.all_tasks()
    task = asyncio.create_task(until_gone(Visitor().receive, sending))
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert asyncio.all_tasks() == before


def test_an_event_as_it_is_written():
    assert event_of("ended", Ended(), "7") == (
        b'event: ended\ndata: {"reconnect":false}\nid: 7\n\n'
    )


async def test_silence_is_broken_for_proxies_and_loses_no_change(monkeypatch):
    monkeypatch.setattr(events, "_QUIET", 0.02)
    feed = Feed()
    watch = feed.watch()
    assert await events._changes(watch) is None
    feed.tell(FeedTopic.MARKS)
    assert await events._changes(watch) == frozenset({FeedTopic.MARKS})
    assert await events._changes(watch) is None
    feed.close()
    assert await events._changes(watch) == frozenset()
