"""A message that comes in as a test says, without a server."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app.mailbox import Download, Message, MessageId
from app.pop3 import BodyEnd, MessageNumber, Octets, Uidl
from app.transport import Body

MIB = 1024 * 1024


def message(octets: int = 0, name: str = "one", number: int = 1) -> Message:
    return Message(MessageId(name), MessageNumber(number), Octets(octets), Uidl(name))


class Arriving:
    """A download under way; `put` what comes, then `end` it or `break_off`.

    Attributes:
        asked: how often it was asked for.
        body: what the next one to ask reads.
    """

    def __init__(self, octets: int = 0, *, limit: int = 1024 * MIB, name: str = "one") -> None:
        self.message = message(octets, name)
        self.body = Body(lambda: None)
        self.asked = 0
        self.download = Download(self.message, limit)

    def begin(self) -> Download:
        self.download.begin(self.open)
        return self.download

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[Message, Body]]:
        self.asked += 1
        yield self.message, self.body

    def put(self, data: bytes) -> None:
        self.body.put(data)

    def end(self) -> None:
        self.body.finish(BodyEnd(Octets(self.body.octets), 0))

    def break_off(self, error: Exception) -> None:
        self.body.finish(None, error)


async def here(raw: bytes) -> Download:
    """A download that has ended well."""
    arriving = Arriving(len(raw))
    arriving.begin()
    arriving.put(raw)
    arriving.end()
    await arriving.download.finished()
    return arriving.download


async def in_this_thread(work: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """Stands in for `in_thread`: the loop has a turn, but no thread is woken for a message."""
    await asyncio.sleep(0)
    return work(*args, **more)


async def turns(count: int = 20) -> None:
    """Lets everything run that needs no more than so many turns of the loop."""
    for _ in range(count):
        await asyncio.sleep(0)


def nameless() -> int:
    """How many files without a name this process holds in the temporary folder."""
    folder, count = tempfile.gettempdir(), 0
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:  # the one that listed the folder
            continue
        count += target.startswith(folder) and target.endswith(" (deleted)")
    return count
