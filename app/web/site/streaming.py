"""Answers that go on: sent until their end, or until the browser has gone, whichever comes first.

Not by Starlette's or FastAPI's own streams: where octets come in at every turn of the loop, anyio
never finds the moment to cancel, and a huge message would be read to its end; and FastAPI's event
streams fail where a browser leaves while an event is handed on.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, suppress
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

T = TypeVar("T")
Sending = Callable[[asyncio.Task[None]], Coroutine[Any, Any, None]]


async def until_gone(receive: Receive, sending: Sending) -> None:
    """Sends an answer; `sending` is given the task that is done once the browser has gone."""
    gone = asyncio.create_task(_gone(receive))
    task = asyncio.create_task(sending(gone))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()
        gone.cancel()
        await asyncio.wait({task, gone})
    try:
        if not task.cancelled():
            task.result()
    finally:
        del task  # or what went wrong would keep itself alive, and all that its frames hold


async def while_there(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """What comes of work that somebody waits for; it is cancelled once the browser has gone.

    Raises:
        ClientDisconnect: it has.
    """
    come: list[T] = []

    async def working(_gone: asyncio.Task[None]) -> None:
        come.append(await work)

    await until_gone(receive, working)
    if not come:
        raise ClientDisconnect
    return come[0]


async def _gone(receive: Receive) -> None:
    """Until the browser has gone, or sends more than anybody reads."""
    with suppress(HTTPException):
        while (await receive())["type"] != "http.disconnect":
            pass


class EventStream(Response):
    """Server-sent events (HTML Standard, section 9.2).

    Args:
        events: what is told, each as `event_of` writes it, until it ends.
        over: is called when nobody is told any more.
    """

    media_type = "text/event-stream"

    def __init__(
        self, events: AsyncGenerator[bytes, None], over: Callable[[], None] = lambda: None
    ) -> None:
        self.status_code = HTTPStatus.OK
        self.background = None
        # X-Accel-Buffering: nginx would hold events back.
        self.init_headers({"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        self._events = events
        self._over = over

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Tells them."""

        async def telling(_gone: asyncio.Task[None]) -> None:
            async with aclosing(self._events) as events:
                start = {"status": self.status_code, "headers": self.raw_headers}
                await send({"type": "http.response.start", **start})
                async for event in events:
                    await send({"type": "http.response.body", "body": event, "more_body": True})
                    await asyncio.sleep(0)  # the moment to learn that the browser has gone
            await send({"type": "http.response.body", "body": b""})

        try:
            await until_gone(receive, telling)
        finally:
            self._over()


def event_of(name: str, data: BaseModel, id: str) -> bytes:
    """An event; JSON has no line ends of its own."""
    return f"event: {name}\ndata: {data.model_dump_json()}\nid: {id}\n\n".encode()
