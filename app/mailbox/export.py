"""Many whole messages in one file, an mbox or a zip, or their attachments; made while it goes out.

Each message is spooled first, so that one that breaks off is fetched again and never stands in the
file by half; the next one comes in while one goes out.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from functools import partial
from itertools import zip_longest
from typing import Final

from app.mime import Contents, MboxWriter, Octets, Summary, split_header, stream, summarise
from app.pop3 import CommandRejected
from app.transport import TransportError

from .downloads import Download
from .errors import ALL_ATTACHMENTS, CalledOff, NoSuchMessage, NoSuchPart
from .filenames import Names, dated_message_name, dated_part_name
from .models import HEADER_OCTETS, Message, Totals
from .spool import Spool
from .zipping import ZipWriter, grouped

_BLOCK: Final = 256 * 1024  # octets read at a time


class ExportFormat(Enum):
    """The kinds of file there are."""

    MBOX = "mbox"
    ZIP = "zip"
    ATTACHMENTS = "attachments"

    @property
    def suffix(self) -> str:
        """Of the file's name, and what it is called as a media type."""
        return "mbox" if self is ExportFormat.MBOX else "zip"


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
        files: how many are in it.
        refused: the message at which the server said -ERR, and its words: there it broke off.
        running: it was begun and has not ended.
        complete: it went out to its end.
    """

    def __init__(
        self, messages: Sequence[Message], form: ExportFormat, fetch: Callable[[Message], Download]
    ) -> None:
        if form is ExportFormat.ATTACHMENTS:  # what has none for sure is not fetched
            messages = [one for one in messages if one.header.attached is not False]
        self.form = form
        self.total = Totals(len(messages), sum(message.counted for message in messages))
        self.done = Totals()
        self.missing = 0
        self.files = 0
        self.refused: tuple[Message, str] | None = None
        self.running = False
        self.complete = False
        self._messages = messages
        self._fetch: Callable[[Message], Download] | None = fetch
        self._ahead: Download | None = None

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        """The octets of the file.

        Raises:
            NoSuchPart: attachments are wanted, and there is none; nothing went out then.
            MailboxError, TransportError, Pop3Error: it breaks off here, also where a message is
                refused: a file that lacks one must not look whole.
        """
        self.running = True
        file = _FILES[self.form]()
        try:
            for message, following in zip_longest(self._messages, self._messages[1:]):
                spool = await self._came(message)
                if following is not None:
                    self._ahead = self._begin(following)
                if spool is not None:
                    async for block in grouped(file.add(message, spool)):
                        yield block
                    self.files = file.count
                spool = None  # its disk is free before the one after the next is begun
                self.done = Totals(self.done.messages + 1, self.done.octets + message.counted)
            if self.form is ExportFormat.ATTACHMENTS and not file.count:
                raise NoSuchPart(ALL_ATTACHMENTS)
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
        self.count = 0
        self._writer = MboxWriter()

    def add(self, message: Message, data: Octets) -> Iterator[bytes]:
        self.count += 1
        summary = message.summary
        sender = summary.sender.email if summary and summary.sender else ""
        yield self._writer.begin(sender, summary.date if summary else None)
        for at in range(0, len(data), _BLOCK):
            yield self._writer.feed(bytes(data[at : at + _BLOCK]))
        yield self._writer.end()

    def end(self) -> Iterator[bytes]:
        return iter(())


Entry = tuple[str, Iterator[bytes], int, datetime | None]
"""Of a zip: its name, octets, about how many they are, and its date."""


class _Zip:
    def __init__(self, entries: Callable[[Message, Octets], Iterator[Entry]]) -> None:
        self.count = 0
        self._entries = entries
        self._writer = ZipWriter()
        self._names = Names()

    def add(self, message: Message, data: Octets) -> Iterator[bytes]:
        for name, octets, size, date in self._entries(message, data):
            self.count += 1
            yield from self._writer.add(self._names.own(name), octets, size=size, date=date)

    def end(self) -> Iterator[bytes]:
        return self._writer.end()


def _whole(message: Message, data: Octets) -> Iterator[Entry]:
    summary = _summary(message, data)
    octets = (bytes(data[at : at + _BLOCK]) for at in range(0, len(data), _BLOCK))
    yield dated_message_name(summary, message.number), octets, len(data), summary.date


def _attached(message: Message, data: Octets) -> Iterator[Entry]:
    _, contents = Contents(data, whole=True).readable()
    summary = _summary(message, data)
    for part in contents.attachments:
        size = part.octets or part.span[1] - part.span[0]
        yield dated_part_name(summary, part), stream(contents.data, part), size, summary.date


def _summary(message: Message, data: Octets) -> Summary:
    """Of a message that is here, though its header may not have been read."""
    return message.summary or summarise(split_header(bytes(data[:HEADER_OCTETS]))[0])


_FILES: Final[dict[ExportFormat, Callable[[], _Mbox | _Zip]]] = {
    ExportFormat.MBOX: _Mbox,
    ExportFormat.ZIP: partial(_Zip, _whole),
    ExportFormat.ATTACHMENTS: partial(_Zip, _attached),
}
