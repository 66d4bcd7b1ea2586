"""A file response by itself: what it sends, and whom it tells that all of it arrived."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.mailbox import NoSuchPart
from app.pop3 import Fault, RemoteProtocolError
from app.transport import ConnectionLost
from app.web.reader.files import FileResponse, Outgoing

BLOCKS = [b"one", b"two", b"three"]


class Wire:
    """A browser: takes what is sent, and may go away at the n-th block."""

    def __init__(self, *, leaves_at: int | None = None, slow: bool = False) -> None:
        self.sent: list[MutableMapping[str, Any]] = []
        self.opened = self.closed = 0
        self.told: list[tuple[int, str]] = []
        self.given = 0
        self._leaves_at, self._slow = leaves_at, slow
        self._gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if self._gone.is_set():
            return  # as uvicorn does: without a word
        self.sent.append(message)
        if self._slow:
            await asyncio.sleep(0)
        if self._leaves_at is not None and len(self.bodies) == self._leaves_at:
            self._gone.set()

    @property
    def bodies(self) -> list[bytes]:
        return [one["body"] for one in self.sent if one["type"] == "http.response.body"]

    @property
    def ended(self) -> bool:
        last = self.sent[-1]
        return last["type"] == "http.response.body" and not last.get("more_body", False)

    async def take(
        self, error: Exception | None = None, octets: int | None = None, times: int = 1
    ) -> None:
        """Takes a file of three blocks, which breaks off after two where there is an error."""

        async def blocks() -> AsyncIterator[bytes]:
            for number, block in enumerate(BLOCKS * times):
                if error is not None and number == 2:
                    raise error
                self.given += 1
                if self._slow:
                    await asyncio.sleep(0)
                yield block

        @asynccontextmanager
        async def open_file() -> AsyncIterator[Outgoing]:
            self.opened += 1
            try:
                yield Outgoing(blocks(), "a.bin", octets=octets)
            finally:
                self.closed += 1

        response = FileResponse(open_file, lambda *told: self.told.append(told))
        await response({"type": "http"}, self.receive, self.send)


@pytest.mark.parametrize("slow", [False, True])
async def test_all_of_it_arrives_and_is_told_once(slow):
    wire = Wire(slow=slow)
    await wire.take(octets=11)
    assert b"".join(wire.bodies) == b"onetwothree"
    assert wire.ended
    assert wire.told == [(11, hashlib.sha256(b"onetwothree").hexdigest())]
    assert (wire.opened, wire.closed) == (1, 1)
    headers = dict(wire.sent[0]["headers"])
    assert headers[b"content-length"] == b"11"
    assert headers[b"content-type"] == b"message/rfc822"


async def test_a_length_is_promised_only_where_it_is_certain():
    wire = Wire()
    await wire.take()
    assert b"content-length" not in dict(wire.sent[0]["headers"])


@pytest.mark.parametrize(
    "error",
    [
        ConnectionLost("reading", sent=True),
        RemoteProtocolError(Fault.NOT_POP3),
        NoSuchPart("1.2"),
    ],
)
async def test_what_breaks_off_has_no_end_and_is_not_told(error):
    wire = Wire()
    await wire.take(error)
    assert wire.bodies == BLOCKS[:2]
    assert not wire.ended
    assert wire.told == []
    assert wire.closed == 1


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("leaves_at", [1, 2, 3])
async def test_a_browser_that_goes_away_has_not_got_it(leaves_at, slow):
    """Also with the very last block: what is sent to nobody is lost without a word."""
    wire = Wire(leaves_at=leaves_at, slow=slow)
    await wire.take()
    assert len(wire.bodies) == leaves_at
    assert wire.told == []
    assert wire.closed == 1


async def test_when_nobody_listens_no_more_is_read():
    wire = Wire(leaves_at=1, slow=True)
    await wire.take(times=100)
    assert wire.given < 10
