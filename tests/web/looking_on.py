"""The app behind a socket of its own, and clients of its event stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Self

import httpx
import uvicorn
from fastapi import FastAPI


class Heard(NamedTuple):
    """One event."""

    name: str
    data: Any
    id: str


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The app by uvicorn on a free port, in this loop; the lifespan is the caller's."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    running = asyncio.create_task(server._serve())
    try:
        async with asyncio.timeout(10):
            while not server.started:  # noqa: ASYNC110 -- it has no event for that
                await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await running


class Stream:
    """A client of `/api/v1/events`; `async with Stream.open(...) as stream`."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()
        self.comments: list[str] = []

    @classmethod
    @asynccontextmanager
    async def open(
        cls, http: httpx.AsyncClient, token: str, query: str = "", **headers: str
    ) -> AsyncIterator[Self]:
        """Connects with a bearer token."""
        given = {"Authorization": f"Bearer {token}", **headers}
        async with http.stream("GET", f"/api/v1/events{query}", headers=given) as answer:
            assert answer.status_code == 200
            yield cls(answer)

    async def next(self, seconds: float = 10) -> Heard | None:
        """The next event, or None at the end of the stream."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(seconds):
            async for line in self._lines:
                name, _, value = line.partition(":")
                if line and not name:
                    self.comments.append(value.strip())
                elif line:
                    fields[name] = value.removeprefix(" ")
                elif "event" in fields:
                    return Heard(fields["event"], json.loads(fields["data"]), fields["id"])
                else:
                    fields = {}
        return None

    async def until(self, name: str, **fields: object) -> Heard:
        """The next event of that name whose data has these fields."""
        while True:
            heard = await self.next()
            assert heard is not None, f"the stream ended before {name}"
            if heard.name == name and fields.items() <= heard.data.items():
                return heard

    async def rest(self) -> list[Heard]:
        """All that comes until the end."""
        found = []
        while (heard := await self.next()) is not None:
            found.append(heard)
        return found
