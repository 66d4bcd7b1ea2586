"""What one maildrop has, as last listed, and how it goes on from one connection to the next.

Headers, ids and marks go over to another listing only where the messages fit; there is no I/O here
but on the connection that is handed in.
"""

import asyncio
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, TypeVar

from app.pop3 import Command, CommandRejected, Uidl, commands
from app.pop3.replies import says_empty
from app.transport import Connection, Doubt

from .allowance import Share
from .errors import TooManyMessages
from .groups import By, Group
from .identity import certain
from .in_thread import in_thread
from .index import Index, Listings, Sort, born, empty
from .lease import Lease
from .marks import Marks
from .models import Access, Header, Message, MessageId
from .news import Changes, compare, doubts
from .orders import Orders, Overview
from .recognition import carried, kept_marks, other_contents, read_now
from .table import Selection
from .terms import Query

T = TypeVar("T")

_LISTINGS: Final = 3  # UIDL, STAT and LIST


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of the listing before, in a new one.

    Attributes:
        changes: what differs.
        first: there was none before.
        marks: what may be marked now, by the ids of before.
        strangers: ids whose contents are of no use now.
    """

    changes: Changes
    first: bool
    marks: Mapping[MessageId, Message]
    strangers: Sequence[MessageId]


class Listing:
    """The messages of a maildrop, with or without a connection.

    Args:
        lease: gives the connections' names, and what is known of the server.
        rows: how many messages it may have.
        maildrop: tells it from all others.

    Attributes:
        index: the messages as last listed.
        listed: whether it was ever filled.
        version: counts the listings that had other messages than the one before.
        renamed: new ids, by those of the listing before, where ids do not tell.
        access: how the newest connection was signed in.
        known: how many headers are known.
        orders: orders and selections of the index.
    """

    def __init__(self, lease: Lease, rows: Share, maildrop: str) -> None:
        self.index = empty(maildrop)
        self.listed = False
        self.version = 0
        self.renamed: Mapping[MessageId, MessageId] = {}
        self.access = Access()
        self.known = 0
        self.orders = Orders()
        self._lease = lease
        self._rows = rows
        self._listed_on: Connection | None = None
        self._position = 0
        self._overview = Overview()

    async def read(self, connection: Connection, marks: Marks, *, no_top: bool = False) -> Carried:
        """UIDL, STAT and LIST in one group; then headers move to the new index.

        Args:
            connection: is asked.
            marks: what is marked.
            no_top: the server shows no headers.

        Raises:
            CommandRejected: the server lists nothing at all.
            TooManyMessages: all mailboxes together have too many.
            TransportError, RemoteProtocolError: the connection is dead.
        """
        # UIDL first: GNU mailutils writes a field into new messages then, which LIST counts.
        refused: list[CommandRejected] = []
        uidls = or_none(connection, commands.uidl_all(), refused)
        totals = or_none(connection, commands.stat_if_told(), refused)
        sizes = or_none(connection, commands.list_all(), refused)
        rows, stat, scan = await asyncio.gather(uidls, totals, sizes)
        if len(refused) == _LISTINGS and not any(says_empty(error.text) for error in refused):
            raise refused[-1]  # and the server says why
        earlier = self.index
        if not self._rows.hold(max(len(rows or ()), len(scan or ()))):
            raise TooManyMessages
        left_out = max(connection.left_out.values(), default=0)
        index, changes = await self._indexed(connection, Listings(stat, scan, rows, left_out))
        self.renamed = {}
        self.orders.forget()
        await self._carry_headers(earlier, index, no_top=no_top)
        if any(id not in index for id in marks):
            self.renamed = await self._rename(connection, marks, earlier, index)
        known = await in_thread(lambda: sum(message.headers_known for message in index))
        strangers = await in_thread(other_contents, earlier, index)
        kept = await in_thread(kept_marks, marks.messages, self.renamed, index)
        first, self.index, self.listed = not self.listed, index, True
        self.known, self._listed_on = known, connection
        self.access = Access.of(connection)
        if first or index.ids != earlier.ids:
            self.version += 1
        return Carried(changes, first, kept, strangers)

    async def _indexed(self, connection: Connection, listings: Listings) -> tuple[Index, Changes]:
        """The index of a listing, and what differs; what the server does wrong is remembered."""
        earlier, habit = self.index, self._lease.habit
        same = connection is self._listed_on
        salt = earlier.salt if same else secrets.token_urlsafe(8)

        async def made(births: Mapping[Uidl, str]) -> Index:  # 100,000 rows take a while
            trusted = not habit.distrusted
            return await in_thread(
                Index,
                listings,
                salt,
                trusted=trusted,
                births=births,
                maildrop=earlier.maildrop,
            )

        births = await in_thread(born, earlier, listings, salt) if self.listed else {}
        index = await made(births)
        before = habit.distrusted
        habit.doubts |= await in_thread(doubts, earlier, index, same_connection=same)
        moved = same and await in_thread(index.moved, earlier, self._lease.deletions.typed)
        if moved:
            salt = secrets.token_urlsafe(8)  # what stands there now is nothing that was known
            await in_thread(earlier.forget_looks)
        if moved or habit.distrusted is not before:
            index = await made({} if habit.distrusted else births)
        changes = await in_thread(compare, earlier, index)
        if changes.altered:  # another message, for all we know: pages must not find it by this id
            other = {uidl: salt for id in changes.altered if (uidl := index[id].uidl) is not None}
            index = await made({**births, **other})
        return index, changes

    async def _carry_headers(self, earlier: Index, index: Index, *, no_top: bool) -> None:
        habit = self._lease.habit
        if index.salt == earlier.salt:  # a number means the same for as long as a connection lasts
            read_on = self._lease.name if habit.distrusted else None
            await in_thread(index.follow, earlier, read_on)
        elif index.has_uidls and earlier.has_uidls:
            await in_thread(index.recall, earlier, no_top=no_top, doubted=bool(habit.doubts))

    async def _rename(
        self, connection: Connection, marks: Marks, earlier: Index, now: Index
    ) -> dict[MessageId, MessageId]:
        """Where ids do not tell, the new ids of what is marked."""
        same = connection is self._listed_on
        name = self._lease.name
        return await carried(connection, name, marks.messages, earlier, now, same=same)

    def close(self) -> None:
        """Has no messages any more."""
        self.index = empty(self.index.maildrop)
        self.orders.forget()
        self._overview = Overview()
        self._rows.hold(0)

    def learn(self, message: Message, raw: bytes) -> None:
        """The header of a message has come, over the connection of now."""
        self.known += not message.headers_known
        self._position += 1
        message.header.learn(raw, self._position, self._lease.name)

    def let_go(self, count: int) -> None:
        """So many headers are known no more."""
        self.known -= count
        self._position += 1

    def learn_attached(self, message: Message, attached: bool | None) -> bool:
        """Whether it is news that a message has attachments, or that it has none."""
        if attached is None or not message.header.know_attached(attached):
            return False
        self._position += 1  # what orders and filters have kept is of yesterday
        return True

    # -- who is who on a connection ------------------------------------------------------------

    @property
    def suspicious(self) -> bool:
        """Whether neither UIDL nor number tells enough, so that headers are to be read again."""
        return bool(self._lease.habit.doubts) or not self.index.has_uidls

    async def shows(self, connection: Connection, message: Message) -> bool:
        """Whether this connection shows the header that is known, as far as it shows any."""
        digest = (await read_now(connection, [message]))[message.number]
        if not digest or digest == message.header.digest:
            message.header.read_on = self._lease.name
            return True
        self._is_another(message)
        return False

    def _is_another(self, message: Message) -> None:
        """Another header was shown than the one that is known."""
        if message.uidl is not None:
            self._lease.habit.doubts.add(Doubt.REUSED)
        if message.header.read_on == self._lease.name:
            self._listed_on = None  # numbers have moved, so they tell no more than another one's

    async def strangers(
        self, connection: Connection, marks: Sequence[Message], *, no_top: bool
    ) -> Collection[MessageId]:
        """Those of what is marked behind whose UIDL this connection shows another message.

        Args:
            connection: shows their headers.
            marks: as they were when they were marked.
            no_top: the server never showed any header.
        """
        name, index, suspicious = self._lease.name, self.index, self.suspicious
        doubted = bool(self._lease.habit.doubts)

        def find() -> list[tuple[Message, Message]]:
            rows = ((mark, index[mark.id]) for mark in marks)
            return [
                (mark, row)
                for mark, row in rows
                if not certain(mark, row, read_on=name, suspicious=suspicious)
            ]

        doubtful = await in_thread(find)
        shown = await read_now(connection, [row for _, row in doubtful])
        strangers: list[MessageId] = []
        for mark, row in doubtful:
            digest = shown[row.number]
            blind = row.header.refused or no_top or not mark.header.digest
            if digest is None and blind and not doubted:
                continue  # by UIDL and size then: no more was ever shown by TOP
            if not digest or digest != mark.header.digest:
                strangers.append(mark.id)
                if digest is None:  # nor can any look tell: it may be marked anew, by its number
                    row.header = Header()
                    row.header.refused = True
                elif digest and mark.header.digest:
                    self._is_another(mark)
            elif mark.header is row.header:
                row.header.read_on = name
        return strangers

    # -- what pages show of it -----------------------------------------------------------------

    @property
    def edition(self) -> tuple[Index, int]:
        """Differs as soon as the listing does, or what is known of the headers."""
        return self.index, self._position

    async def ordered(self, sort: Sort) -> Sequence[Message]:
        """All messages in the order asked for, made aside, and kept until it may be another."""
        return (await self.orders.order(self.edition, sort)).messages

    async def selected(self, query: Query, sort: Sort, marks: Marks, now: datetime) -> Selection:
        """What a filter makes of all messages, in the order asked for; done aside.

        Args:
            query: the filter.
            sort: the order.
            marks: what is marked.
            now: from when ages count, aware.
        """
        return await self.orders.selection(self.edition, query, sort, marks, now)

    async def survey(self, zone: tzinfo, most: int | None = None) -> None:
        """Brings the groups of `groups` up to date, aside.

        Args:
            zone: whose months.
            most: where more headers than this would have to be parsed, it is left at sizes.
        """
        await self._overview.make(self.index, self._position, zone, most)

    def groups(self, by: By, zone: tzinfo) -> tuple[Group, ...] | None:
        """All messages in groups as last surveyed; None where they never were."""
        return self._overview.newest(self.index, by, zone)

    def surveyed(self, zone: tzinfo) -> bool:
        """Whether nothing has come in since the last survey."""
        return all(self._overview.fresh(self.index, self._position, by, zone) for by in By)


async def or_none(
    connection: Connection, command: Command[T], refused: list[CommandRejected]
) -> T | None:
    """The answer to a command; None where it is refused, which `refused` is told."""
    try:
        return await connection.execute(command)
    except CommandRejected as error:
        refused.append(error)
        return None
