"""Headers read again, to recognise messages where UIDLs do not tell."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from app.pop3 import CommandRejected, MessageNumber, Octets, Uidl, commands
from app.transport import Connection

from .aside import aside
from .identity import meant, renewed
from .index import Index
from .models import HEADER_OCTETS, Header, Message, MessageId, header_digest

_TOGETHER = 200  # headers, each kept whole for a moment


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
    rows = await aside(_candidates, lost, now, by_number)
    if not same and earlier.sizes != now.sizes:
        rows = {id: some for id, some in rows.items() if id not in bare}
    known = {mark.id: mark.header for mark in lost}
    doubtful = {row.number: row for id, some in rows.items() for row in some
                if row.header is not known[id]}  # fmt: skip
    shown = await read_now(connection, doubtful.values())
    found: dict[MessageId, MessageId] = {}
    taken: set[MessageId] = set()
    for id, some in rows.items():
        header = known[id]
        row = next((r for r in some if r.id not in taken and _is(r, header, shown)), None)
        if row is None:
            continue
        if row.header is not header and header.position:
            row.header = header
            row.header.read_on = name
        taken.add(row.id)
        found[id] = row.id
    if not same and not bare <= found.keys():
        return {id: new for id, new in found.items() if id not in bare}
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


def _candidates(
    marks: Sequence[Message], now: Index, by_number: Collection[MessageId]
) -> dict[MessageId, list[Message]]:
    """The rows that each of these may be, by its size and its number or its UIDL."""
    claimed: dict[tuple[Uidl | None, Octets], list[Message]] = {}
    wanted = {(mark.uidl, mark.octets) for mark in marks if mark.id not in by_number}
    for row in now if wanted else ():
        if (row.uidl, row.octets) in wanted:
            claimed.setdefault((row.uidl, row.octets), []).append(row)
    found: dict[MessageId, list[Message]] = {}
    for mark in marks:
        if mark.id not in by_number:
            found[mark.id] = claimed.get((mark.uidl, mark.octets), [])
            continue
        numbered = now.at(mark.number)
        same_size = numbered is not None and numbered.octets == mark.octets
        found[mark.id] = [numbered] if numbered is not None and same_size else []
    return found


def _is(row: Message, header: Header, shown: Mapping[MessageNumber, bytes | None]) -> bool:
    if row.header is header:
        return True
    return bool(header.digest) and shown[row.number] == header.digest
