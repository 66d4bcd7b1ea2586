"""Whole messages on their way from the server into spools, and those that have arrived."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from app.mime import Contents
from app.pop3 import Pop3Error
from app.transport import Body, TransportError

from .allowance import SPOOL_OCTETS, Allowances, Pot
from .errors import CalledOff, MailboxError, MessageTooLarge, NoRoom
from .in_thread import in_thread
from .models import Message, MessageId
from .spool import Spool

OpenBody = Callable[[], AbstractAsyncContextManager[tuple[Message, Body]]]

_MOST = 8  # messages kept
_BLOCK = 128 * 1024  # octets written at a time


class Download:
    """One message, while it comes in and after.

    Args:
        message: which one.
        limit: octets it may take on disk.
        pot: octets that all may take together.

    Raises:
        NoRoom: there is no disk to write to.

    Attributes:
        message, id: which message.
        expected: its octets by LIST's estimate, None where that does not tell.
        spool: what has come so far.
        complete: the terminator was seen, and every octet is in the spool.
        contents: what is in it, once it was examined.
        error: why it broke off, or None.
    """

    def __init__(self, message: Message, limit: int, pot: Pot | None = None) -> None:
        self.id = message.id
        self.message = message
        self.expected = message.octets
        self.spool = Spool(limit, pot)
        self.complete = False
        self.error: Exception | None = None
        self.contents: Contents | None = None
        self._task: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self._task is not None and not self._task.done()

    def begin(self, open_body: OpenBody) -> None:
        """Starts reading; `open_body` sends RETR."""
        self._task = asyncio.create_task(self._run(open_body))
        self._task.add_done_callback(lambda _: self._moved.set())

    async def cancel(self) -> None:
        """Calls it off; what is under way on the wire is drained or dropped."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if not self.complete and self.error is None:  # it had not even begun
            self.error = CalledOff()

    async def beyond(self, octets: int) -> None:
        """Waits until more than `octets` have come, or no more will."""
        while len(self.spool) <= octets and self.running:
            self._moved.clear()
            await self._moved.wait()

    async def finished(self) -> None:
        """Waits for the end.

        Raises:
            MailboxError, TransportError, Pop3Error: it broke off, or was called off.
        """
        if self._task is not None:
            await asyncio.wait([self._task])
        if not self.complete:
            raise _anew(self.error or CalledOff())

    async def blocks(self) -> AsyncIterator[bytes]:
        """All octets of a complete download."""
        for at in range(0, len(self.spool), _BLOCK):
            yield await in_thread(self.spool.__getitem__, slice(at, at + _BLOCK))

    async def _run(self, open_body: OpenBody) -> None:
        try:
            async with open_body() as (_, body):
                block = bytearray()
                async for data in body:
                    block += data
                    if len(block) >= _BLOCK:
                        await self._write(block)
                await self._write(block)
            self.complete = True
        except asyncio.CancelledError:  # ends here: the task would keep it, and with it the spool
            self.error = CalledOff()
        except (MailboxError, TransportError, Pop3Error) as error:
            self.error = _anew(error)
            error.with_traceback(None)  # the connection keeps this one

    async def _write(self, block: bytearray) -> None:
        await in_thread(self.spool.write, bytes(block))
        block.clear()
        self._moved.set()


def _anew(error: Exception) -> Exception:
    """The same error without its traceback, whose frames would hold the spool on disk."""
    made = type(error).__new__(type(error), *error.args)
    vars(made).update(vars(error))
    return made


class Downloads:
    """The whole messages of one mailbox, the newest few, within a budget of disk.

    Args:
        limit: octets on disk, of all of them together.
        pot: octets on disk of all mailboxes together.
    """

    def __init__(self, limit: int = SPOOL_OCTETS, pot: Pot | None = None) -> None:
        self.limit = limit
        self.pot = pot or Allowances().spools
        self._kept: OrderedDict[MessageId, Download] = OrderedDict()

    def get(self, id: MessageId) -> Download | None:
        """The download of a message, whatever became of it, or None."""
        return self._kept.get(id)

    def of(self, message: Message) -> Download | None:
        """The download of a row's message, also of another listing; None where it is another's."""
        found = self._kept.get(message.id)
        return found if found is not None and found.message.header is message.header else None

    def running(self) -> Download | None:
        """The one that the line is busy with, or None."""
        return next((one for one in self._kept.values() if one.running), None)

    def start(self, message: Message, open_body: OpenBody) -> Download:
        """The message's download: the one there is, or, where that failed, a new one.

        Raises:
            MessageTooLarge: it does not fit into the budget.
            NoRoom: it does not while others are on their way, of this mailbox or of others.
        """
        found = self.of(message)
        if found is not None and (found.running or found.complete):
            self._kept.move_to_end(message.id)
            return found
        if message.counted > self.limit:
            raise MessageTooLarge(message.counted, self.limit)
        self._kept.pop(message.id, None)
        self._make_room(message.counted)
        if message.counted > self.pot.left:
            raise NoRoom(message.counted)
        download = Download(message, self.limit - self._taken(), self.pot)  # LIST may lie
        self._kept[message.id] = download
        download.begin(open_body)
        return download

    async def forget(self, id: MessageId) -> None:
        """Calls a download off, or forgets one that has ended."""
        found = self._kept.pop(id, None)
        if found is not None:
            await found.cancel()

    def forget_ended(self, id: MessageId) -> None:
        """Forgets one that is not on its way."""
        found = self._kept.get(id)
        if found is not None and not found.running:
            del self._kept[id]

    def forget_failed(self, id: MessageId) -> None:
        """Forgets one that broke off."""
        found = self._kept.get(id)
        if found is not None and found.error is not None:
            self.forget_ended(id)

    async def close(self) -> None:
        """Calls everything off and frees the disk."""
        for id in list(self._kept):
            await self.forget(id)

    def _make_room(self, octets: int) -> None:
        for id in [id for id, one in self._kept.items() if not one.running]:
            if len(self._kept) < _MOST and self._taken() + octets <= self.limit:
                return
            del self._kept[id]
        if len(self._kept) >= _MOST or self._taken() + octets > self.limit:
            raise NoRoom(octets)

    def _taken(self) -> int:
        return sum(max(len(one.spool), one.expected or 0) for one in self._kept.values())
