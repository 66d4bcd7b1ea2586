"""The beginning of a message by TOP, in rungs: as little as shows its text.

TOP is not RETR: it marks nothing as read and nothing as popped.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from app.mime import Contents, HeaderField, split_header
from app.pop3 import commands
from app.transport import Connection, Fetched

from .in_thread import mail_thread
from .models import Message, MessageId

PEEK_OCTETS: Final = 256 * 1024  # what is kept of a peek; the rest is only counted
RUNGS: Final = (20, 80, 320)  # lines of the body, until the text ends
ALL_LINES: Final = 99_999_999  # some servers refuse more
MOST_LINES: Final = 8000  # of a body; at 1,000 octets each (RFC 5322, section 2.1.1) they still end
_SMALL: Final = 16 * 1024  # octets; so small a message is asked for at once
_ENOUGH: Final = 64 * 1024  # octets; beyond this a person decides
_CUT: Final = 60_000  # octets
_LINE: Final = 78  # octets to expect of one (RFC 5322, section 2.1.1)
_MOST: Final = 8  # peeks remembered, so that going back costs nothing on the wire
_MOST_OCTETS: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class Peeked:
    """A message, or the beginning of it, and what it cost.

    Attributes:
        message: which one.
        contents: what is in it, as far as it came.
        lines: how many lines of the body were asked for; None where RETR brought all of it.
        transferred: octets the server sent for it.
        complete: whether that was the whole message.
        cut: it broke off at a lone dot, which the server does not stuff: TOP shows no more of it.
    """

    message: Message
    contents: Contents
    lines: int | None
    transferred: int
    complete: bool
    cut: bool = False

    @property
    def fields(self) -> tuple[HeaderField, ...]:
        """All its headers, in order."""
        return self.contents.fields

    @property
    def defects(self) -> tuple[str, ...]:
        """What went wrong on its way here, by the API's names."""
        return ("cut-at-dot",) if self.cut else ()


async def climb(connection: Connection, message: Message, lines: int | None) -> Peeked:
    """TOP with so many lines; with None, in rungs until the text ends or something else comes.

    Raises:
        CommandRejected: the server refused TOP.
        TransportError, RemoteProtocolError: the connection is dead.
    """
    if lines is not None:
        return await _top(connection, message, lines)
    if message.octets is not None and message.octets <= _SMALL:
        return await _top(connection, message, ALL_LINES)
    first, *rest = RUNGS
    found = await _top(connection, message, first)
    for rung in rest:
        if _settled(found):
            break
        more = await _top(connection, message, rung)
        found = replace(more, transferred=found.transferred + more.transferred)
    return found


def _settled(found: Peeked) -> bool:
    """Whether a person should say how to go on: the text is here, or does not come by itself."""
    _, contents = found.contents.readable()
    attachment = contents.text.kind == "none" and bool(contents.attachments)
    here = found.complete or found.cut or contents.text.complete or contents.pauses
    return here or attachment or found.transferred > _ENOUGH


async def _top(connection: Connection, message: Message, lines: int) -> Peeked:
    expected = int(connection.answer_octets) + lines * _LINE
    if message.octets is not None:
        expected = min(message.octets, expected)
    fetched = await connection.fetch(commands.top(message.number, lines), PEEK_OCTETS, expected)
    return await mail_thread(_examined, message, fetched, lines)


def _examined(message: Message, fetched: Fetched, lines: int) -> Peeked:
    # LIST is an estimate, and some servers cut what TOP shows, at 64 KB or more: none of the two
    # proves much alone.
    size, come = message.octets, fetched.octets
    ended = split_header(fetched.data)[1].count(b"\n") < lines
    enough = come < _CUT if size is None else come >= size or 0.9 * size <= come < _CUT
    complete = fetched.whole and not fetched.cut and (come == size or (ended and enough))
    contents = Contents(fetched.data, whole=complete)
    return Peeked(message, contents, lines, fetched.octets, complete, fetched.cut)


class Peeks:
    """The last peeks of a mailbox."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[MessageId, int | None], Peeked] = OrderedDict()

    def find(self, message: Message, lines: int | None) -> Peeked | None:
        """An earlier peek that shows as much, its message's number that of today, or None."""
        if message.ambiguous:
            return None
        for key, found in reversed(self._kept.items()):
            enough = found.complete or found.cut or key[1] == lines or lines == 0
            if key[0] == message.id and enough:
                self._kept.move_to_end(key)
                return replace(found, message=message)
        return None

    def forget(self, id: MessageId) -> None:
        """Forgets all peeks of a message."""
        for key in [key for key in self._kept if key[0] == id]:
            del self._kept[key]

    def keep(self, lines: int | None, peeked: Peeked) -> None:
        """Remembers a peek, and forgets the oldest ones; which copy this is, is not certain."""
        if peeked.message.ambiguous:
            return
        self._kept[peeked.message.id, lines] = peeked
        self._kept.move_to_end((peeked.message.id, lines))
        octets = sum(len(one.contents.data) for one in self._kept.values())
        while len(self._kept) > _MOST or (octets > _MOST_OCTETS and len(self._kept) > 1):
            _, oldest = self._kept.popitem(last=False)
            octets -= len(oldest.contents.data)
