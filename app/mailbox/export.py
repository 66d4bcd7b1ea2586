"""Many whole messages in one file, an mbox or a zip, made while it goes out.

Each message is spooled first, so that one that breaks off is fetched again and never stands in the
file by half; the next one comes in while one goes out.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from enum import Enum
from itertools import zip_longest
from typing import Final

from app.mime import MboxWriter, Octets
from app.pop3 import CommandRejected
from app.transport import TransportError

from .downloads import Download
from .errors import CalledOff, NoSuchMessage
from .filenames import message_name
from .models import Message, Totals
from .spool import Spool
from .zipping import ZipWriter, grouped

_BLOCK: Final = 256 * 1024  # octets read at a time


class ExportFormat(Enum):
    """The kinds of file there are."""

    MBOX = "mbox"
    ZIP = "zip"


class Export:
    """One export, and how far it is.

    Args:
        messages: which ones, in their order.
        form: the kind of file.
        fetch: begins to download one of them, afresh.

    Attributes:
        total: how much it is, by LIST's estimates.
        done: how much of that went out.
        missing: how many messages were no longer in the maildrop.
        refused: the message at which the server said -ERR, and its words: there it broke off.
        running: it was begun and has not ended.
        complete: it went out to its end.
    """

    def __init__(
        self, messages: Sequence[Message], form: ExportFormat, fetch: Callable[[Message], Download]
    ) -> None:
        self.form = form
        self.total = Totals(len(messages), sum(message.counted for message in messages))
        self.done = Totals()
        self.missing = 0
        self.refused: tuple[Message, str] | None = None
        self.running = False
        self.complete = False
        self._messages = messages
        self._fetch: Callable[[Message], Download] | None = fetch
        self._ahead: Download | None = None

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        """The octets of the file.

        Raises:
            MailboxError, TransportError, Pop3Error: it breaks off here, also where a message is
                refused: a file that lacks one must not look whole.
        """
        self.running = True
        file = _Zip() if self.form is ExportFormat.ZIP else _Mbox()
        try:
            for message, following in zip_longest(self._messages, self._messages[1:]):
                spool = await self._came(message)
                if following is not None:
                    self._ahead = self._begin(following)
                if spool is not None:
                    async for block in grouped(file.add(message, spool)):
                        yield block
                spool = None  # its disk is free before the one after the next is begun
                self.done = Totals(self.done.messages + 1, self.done.octets + message.counted)
            async for block in grouped(file.end()):
                yield block
            self.complete = True
        finally:
            self.running = False
            self._messages = ()
            self._fetch = None  # it can open the credentials
            if self._ahead is not None:
                await self._ahead.cancel()
                self._ahead = None

    def _begin(self, message: Message) -> Download | None:
        """Begins to fetch a message; None where it has vanished from the maildrop."""
        if self._fetch is None:
            raise CalledOff
        try:
            return self._fetch(message)
        except NoSuchMessage:
            return None

    async def _came(self, message: Message) -> Spool | None:
        """The whole message, fetched again where the line broke; None where it has vanished."""
        try:
            try:
                spool = await self._finished(message)
            except TransportError:
                spool = await self._finished(message)
        except NoSuchMessage:
            spool = None
        except CommandRejected as error:
            self.refused = message, error.reply
            raise
        self.missing += spool is None
        return spool

    async def _finished(self, message: Message) -> Spool | None:
        self._ahead = self._ahead or self._begin(message)
        if self._ahead is None:
            return None
        try:
            await self._ahead.finished()
            return self._ahead.spool
        finally:
            if not self._ahead.running:
                self._ahead = None


class _Mbox:
    def __init__(self) -> None:
        self._writer = MboxWriter()

    def add(self, message: Message, data: Octets) -> Iterator[bytes]:
        summary = message.summary
        sender = summary.sender.email if summary and summary.sender else ""
        yield self._writer.begin(sender, summary.date if summary else None)
        for at in range(0, len(data), _BLOCK):
            yield self._writer.feed(bytes(data[at : at + _BLOCK]))
        yield self._writer.end()

    def end(self) -> Iterator[bytes]:
        return iter(())


class _Zip:
    def __init__(self) -> None:
        self._writer = ZipWriter()
        self._count = 0

    def add(self, message: Message, data: Octets) -> Iterator[bytes]:
        self._count += 1
        octets = (bytes(data[at : at + _BLOCK]) for at in range(0, len(data), _BLOCK))
        name = f"{self._count:05} {message_name(message)}"
        date = message.summary.date if message.summary else None
        return self._writer.add(name, octets, size=len(data), date=date)

    def end(self) -> Iterator[bytes]:
        return self._writer.end()
