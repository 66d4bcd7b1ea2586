"""Headers read again, to recognise messages where UIDLs do not tell."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from app.pop3 import CommandRejected, MessageNumber, Octets, Uidl, commands
from app.transport import Connection

from .identity import meant, renewed
from .in_thread import in_thread
from .index import Index
from .models import HEADER_OCTETS, Message, MessageId, header_digest

_TOGETHER = 200  # headers, each kept whole for a moment

_Claim = MessageNumber | tuple[Uidl | None, Octets | None]
"""What a row must have to be looked at for a mark: its number, or its UIDL and size."""


async def read_now(
    connection: Connection,
    messages: Iterable[Message],
    learnt: Callable[[Message, bytes], None] | None = None,
) -> dict[MessageNumber, bytes | None]:
    """Reads the headers of some messages, for what must not go on without them.

    Args:
        connection: a signed-in connection, and the one that listed them.
        messages: which.
        learnt: called with each message and its header.

    Returns:
        The digest of each by number; None where the server will not show it.

    Raises:
        TransportError, RemoteProtocolError: the connection is dead.
    """

    async def read(message: Message) -> bytes | None:
        try:
            fetched = await connection.fetch(commands.top(message.number, 0), HEADER_OCTETS)
        except CommandRejected:
            return None
        message.header.cut = fetched.cut
        if learnt is not None:
            learnt(message, fetched.data)
        return header_digest(fetched.data)

    found: dict[MessageNumber, bytes | None] = {}
    for some in _batches(messages):
        digests = await asyncio.gather(*map(read, some))
        found |= {message.number: digest for message, digest in zip(some, digests, strict=True)}
    return found


def _batches(messages: Iterable[Message]) -> Iterator[list[Message]]:
    rest = iter(messages)
    while some := list(islice(rest, _TOGETHER)):
        yield some


async def carried(
    connection: Connection,
    name: str,
    marks: Sequence[Message],
    earlier: Index,
    now: Index,
    *,
    same: bool,
) -> dict[MessageId, MessageId]:
    """The new ids of what is marked and has its id no more, if it is what it was.

    On the same connection its number tells. On another one, a row of the same UIDL and size must
    show the same header; without UIDLs, the headers of all marks must be the same under the same
    numbers, in a listing of the same sizes.

    Args:
        connection: the one that was listed.
        name: its name.
        marks: what is marked, as it was known then.
        earlier: the listing of the marks.
        now: the new one.
        same: whether both are of this connection.
    """
    lost = [mark for mark in marks if mark.id not in now]
    bare = {mark.id for mark in lost if mark.uidl is None or earlier.numbered}
    by_number = {mark.id for mark in lost} if same else bare
    if not same and earlier.sizes != now.sizes:
        lost = [mark for mark in lost if mark.id not in bare]

    def claim(mark: Message) -> _Claim:
        return mark.number if mark.id in by_number else (mark.uidl, mark.octets)

    claims = {mark.id: claim(mark) for mark in lost}
    rows = await in_thread(_claimed, lost, claims, now)
    shared = {id(mark.header) for mark in lost}
    unread = [row for some in rows.values() for row in some if id(row.header) not in shared]
    shown = await read_now(connection, unread)
    alike: dict[tuple[_Claim, bytes | None], list[Message]] = {}
    for key, some in rows.items():
        for row in reversed(some):
            alike.setdefault((key, shown.get(row.number)), []).append(row)
    found: dict[MessageId, MessageId] = {}
    for mark in lost:
        key = claims[mark.id]
        some = rows.get(key, [])
        if not (len(some) == 1 and some[0].header is mark.header):
            some = alike.get((key, mark.header.digest), []) if mark.header.digest else []
        if some:
            row = some.pop()
            found[mark.id] = row.id
            if row.header is not mark.header and mark.headers_known:
                row.header = mark.header
                row.header.read_on = name
    if not same and not bare <= found.keys():
        return {old: new for old, new in found.items() if old not in bare}
    return found


def kept_marks(
    marks: Sequence[Message], renamed: Mapping[MessageId, MessageId], now: Index
) -> dict[MessageId, Message]:
    """Of these, what may be marked in a new listing, by the ids of before."""
    kept: dict[MessageId, Message] = {}
    for mark in marks:
        row = now.get(renamed.get(mark.id, mark.id))
        if row is not None and (mark.id in renamed or meant(mark, row)):
            kept[mark.id] = renewed(mark, row)
    return kept


def other_contents(earlier: Index, now: Index) -> list[MessageId]:
    """Ids whose contents are of no use now: no row has them, or one of another header."""
    return [
        message.id
        for message in earlier
        if (row := now.get(message.id)) is None or row.header is not message.header or row.ambiguous
    ]


def _claimed(
    marks: Sequence[Message], claims: Mapping[MessageId, _Claim], now: Index
) -> dict[_Claim, list[Message]]:
    """The rows of each claim, in server order; of a number, the one row of the same size."""
    found: dict[_Claim, list[Message]] = {}
    wanted = {claim for claim in claims.values() if isinstance(claim, tuple)}
    for row in now if wanted else ():
        if (row.uidl, row.octets) in wanted:
            found.setdefault((row.uidl, row.octets), []).append(row)
    for mark in marks:
        numbered = None if claims[mark.id] in wanted else now.at(mark.number)
        if numbered is not None and numbered.octets == mark.octets:
            found[claims[mark.id]] = [numbered]
    return found
