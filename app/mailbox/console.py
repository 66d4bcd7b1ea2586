"""The console: telnet on the session's own connection, a typed line at a time.

DELE goes to the server as it is typed, once confirmed, and QUIT then deletes; so deletions are
noted with the connection (`Lease.deleted`), and whatever else ends it sends RSET first. DELE, RSET
and QUIT hold the lock that those others take (`_opening`): no DELE can come between RSET and QUIT.

A body is shown as TOP and RETR mean it, without byte-stuffing and the dot at its end (RFC 1939,
section 3); `Exchange.dotted` is for a word on that.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.pop3 import (
    CommandRejected,
    Fault,
    MessageNumber,
    Pop3Error,
    RemoteProtocolError,
    commands,
)
from app.pop3.replies import decode
from app.transport import Connection, Dialer, TransportError

from .aside import aside
from .commit import Sent
from .deletion import Deletion
from .errors import BadLine, ConfirmFirst, DeletedInConsole, LineBusy, LineFault
from .holding import Unlock
from .models import Account, Message, Receipt, Totals
from .typed import Typed, Verb, parse_line

DISPLAY_OCTETS: Final = 64 * 1024  # of an answer that are shown; the rest is counted
_KEPT: Final = 4096  # characters of it when the next one has come
_MOST: Final = 60  # exchanges remembered
_ROW: Final = 24  # octets expected of a row of a listing
_LINE: Final = 78


@dataclass(frozen=True, slots=True)
class Exchange:
    r"""A command and its answer.

    Attributes:
        number: counted from 1 in this session.
        line: the command as it went out.
        reply: the status line; "" where QUIT was not answered.
        body: the lines after it as text, line ends as `\n`; None where none were to come.
        octets: of the whole body, byte-stuffing removed.
        truncated: `body` is only its beginning.
        dotted: a line of `body` begins with a dot that came doubled.
        ms: milliseconds from the command to the end of the answer; the sign-in is left out.
        renewed: it went over another connection than the one before: numbers may have changed.
        undone: how many deletions typed before were taken back meanwhile, without RSET.
        receipt: what QUIT did, where there was something to delete.
    """

    number: int
    line: str
    reply: str
    body: str | None = None
    octets: int = 0
    truncated: bool = False
    dotted: bool = False
    ms: float = 0.0
    renewed: bool = False
    undone: int = 0
    receipt: Receipt | None = None

    @property
    def ok(self) -> bool:
        """Whether the server said `+OK`."""
        return self.reply.startswith("+OK")


class Dialogue:
    """The newest exchanges of a console; of all but the last, long bodies are cut further.

    Attributes:
        learnt: commands that were answered `+OK`; RSET once it had something to take back.
        count: exchanges so far, also of those that are not kept any more.
    """

    def __init__(self) -> None:
        self.learnt: set[Verb] = set()
        self._kept: deque[Exchange] = deque(maxlen=_MOST)
        self.count = 0

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Oldest first."""
        return tuple(self._kept)

    def add(self, exchange: Exchange) -> Exchange:
        """Remembers one, under the next number."""
        if self._kept and len(self._kept[-1].body or "") > _KEPT:
            last = self._kept.pop()
            self._kept.append(replace(last, body=(last.body or "")[:_KEPT], truncated=True))
        self.count += 1
        self._kept.append(replace(exchange, number=self.count))
        return self._kept[-1]


class Terminal(Deletion):
    """A maildrop, and what is typed at it.

    Args:
        account: whose, and where.
        dialer: opens connections.

    Attributes:
        dialogue: what was typed and answered.
    """

    def __init__(self, account: Account, dialer: Dialer) -> None:
        super().__init__(account, dialer)
        self.dialogue = Dialogue()
        self._typing = asyncio.Lock()
        self._retrieving = 0  # whole messages on their way
        self._typed_on = ""  # the connection of the last exchange

    # -- what is pending -------------------------------------------------------------------------

    @property
    def deleted_in_console(self) -> Totals:
        """What was deleted by DELE on this connection: undone by RSET, until QUIT."""
        deleted = self._lease.deleted if self._lease.connection else {}
        return Totals(len(deleted), sum(deleted.values()))

    @property
    def popped(self) -> Totals:
        """What QUIT may delete since it was read whole and the server has `EXPIRE 0`."""
        deleted = self._lease.deleted
        octets = [octets for n, octets in self._lease.doomed.items() if n not in deleted]
        return Totals(len(octets), sum(octets))

    @property
    def undone(self) -> int:
        """Deletions taken back without RSET since the last exchange."""
        lost = 0 if self._lease.connection else len(self._lease.deleted)
        return self._lease.undone + lost

    def _listed(self, id: str) -> Message:
        """A message that the server will show.

        Raises:
            NoSuchMessage: there is none with this id.
            DeletedInConsole: DELE was typed for it.
        """
        message = self.index[id]
        if message.number in self._lease.deleted and self._lease.connection is not None:
            raise DeletedInConsole(message.number)
        return message

    # -- typing ----------------------------------------------------------------------------------

    async def type(self, unlock: Unlock, text: str, confirm: str = "") -> Exchange:
        """Sends one typed line and waits for its answer; -ERR is an answer like any other.

        Args:
            unlock: signs in where no connection is held.
            text: the line.
            confirm: what `ConfirmFirst` gave, where it is confirmed.

        Raises:
            BadLine: it is none that may be sent; nothing went out.
            ConfirmFirst: it deletes, and was not confirmed as things stand; nothing went out.
            LineBusy: a whole message is on its way.
            MailboxError, TransportError, Pop3Error: there is no connection, or it ended.
        """
        typed = parse_line(text)
        if self._retrieving:
            raise LineBusy
        self._using += 1  # or what is typed last thing before an idle release would be taken back
        try:
            async with self._typing:
                return self._remember(typed, await self._send(unlock, typed, confirm))
        finally:
            self._using -= 1

    async def _send(self, unlock: Unlock, typed: Typed, confirm: str) -> Exchange:
        match typed.verb:
            case Verb.DELE:
                return await self._delete(unlock, typed, confirm)
            case Verb.RSET:
                return await self._reset(unlock, typed)
            case Verb.QUIT:
                return await self._quit(unlock, confirm)
        return await self._read(unlock, lambda line: self._answer(line, typed))

    def _remember(self, typed: Typed, exchange: Exchange) -> Exchange:
        renewed = self._typed_on not in {"", self._lease.name}
        if exchange.receipt is None:  # else the sign-in came after it
            self._typed_on = self._lease.name
        undone, self._lease.undone = self._lease.undone, 0
        if exchange.ok and typed.verb is not Verb.RSET:
            self.dialogue.learnt.add(typed.verb)
        renewed = renewed and exchange.receipt is None
        return self.dialogue.add(replace(exchange, renewed=renewed, undone=undone))

    async def _answer(self, connection: Connection, typed: Typed) -> Exchange:
        """What the server says to a command."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        exchange = Exchange(0, typed.shown, "")
        try:
            if typed.many_lines:
                exchange = await self._lines(connection, typed)
            else:
                command = commands.raw_line(typed.verb.value, *typed.arguments)
                exchange = replace(exchange, reply=(await connection.execute(command)).line)
        except CommandRejected as error:
            exchange = replace(exchange, reply=error.reply)
        return replace(exchange, ms=1000 * (loop.time() - began))

    async def _lines(self, connection: Connection, typed: Typed) -> Exchange:
        kept = bytearray()
        command = commands.raw_lines(typed.verb.value, *typed.arguments)
        expected = self._expected(typed)
        whole = typed.verb is Verb.RETR
        if whole:
            self._lease.retrieved[typed.number] = self._octets(typed.number)
        self._retrieving += whole
        try:
            async with connection.stream(command, expected) as body:
                try:
                    async for block in body:
                        kept += block[: DISPLAY_OCTETS - len(kept)]
                except RemoteProtocolError as error:
                    if error.fault is not Fault.LONE_DOT:  # what came is shown
                        raise
        finally:
            self._retrieving -= whole
        text = await aside(_text, bytes(kept), whole=body.octets == len(kept))
        end = body.end
        return Exchange(
            0,
            typed.shown,
            end.reply if end else "",
            text,
            body.octets,
            truncated=body.octets > len(kept),
            dotted=f"\n{text}".find("\n.") >= 0 and not (end and end.unstuffed),
        )

    def _expected(self, typed: Typed) -> int:
        """A guess at the octets of an answer of many lines."""
        match typed.verb:
            case Verb.RETR:
                return self._octets(typed.number)
            case Verb.TOP:
                lines = int(typed.arguments[1])
                return min(self._octets(typed.number), 4096 + lines * _LINE)
        return len(self.index) * _ROW

    def _octets(self, number: MessageNumber) -> int:
        message = self.index.at(number)
        return message.counted if message else 0

    # -- what deletes ----------------------------------------------------------------------------

    async def _delete(self, unlock: Unlock, typed: Typed, confirm: str) -> Exchange:
        async with self._opening:
            connection = await self._hold(unlock)
            number = typed.number
            octets = self._octets(number)
            self._ask_once(typed.shown, confirm, {number: octets})
            earlier = number in self._lease.deleted
            await self._stop_loading()  # its header may be under way; it would be refused for good
            try:
                if not await self._as_listed(connection, number):  # the list was another one so far
                    self._ask_once(typed.shown, "", {number: self._octets(number)})
                self._lease.deleted[number] = octets
                exchange = await self._answer(connection, typed)
                if not exchange.ok and not earlier:
                    self._lease.deleted.pop(number, None)
            finally:
                self._start_loading(unlock)
            self._lease.touch()
            return exchange

    async def _as_listed(self, connection: Connection, number: MessageNumber) -> bool:
        """Whether the list showed of this number what this connection does; if not, it does now."""
        row = self.index.at(number)
        if row is None or not row.header.digest or number in self._lease.deleted:
            return True
        if row.header.read_on == self._lease.name or await self._is_same(connection, row):
            return True
        await self._list(connection)
        return False

    async def _reset(self, unlock: Unlock, typed: Typed) -> Exchange:
        async with self._opening:
            connection = await self._hold(unlock)
            exchange = await self._answer(connection, typed)
            if exchange.ok and self._lease.deleted:
                self.dialogue.learnt.add(Verb.RSET)
                self._lease.deleted.clear()
                await self._stop_loading()
                self._start_loading(unlock)  # their headers, too
            self._lease.touch()
            return exchange

    async def _quit(self, unlock: Unlock, confirm: str) -> Exchange:
        async with self._opening:
            if self._lease.connection is None:
                raise BadLine(LineFault.RELEASED)
            doomed = self._lease.doomed
            if doomed:
                self._ask_once(Verb.QUIT.value, confirm, doomed)
        return await self._to_its_end(self._quit_now(unlock, confirm))

    async def _quit_now(self, unlock: Unlock, confirm: str) -> Exchange:
        async with self._opening:
            connection, doomed = self._lease.connection, dict(self._lease.doomed)
            if connection is None:
                raise BadLine(LineFault.RELEASED)
            if doomed:  # as it is now, when nothing can come in between
                self._ask_once(Verb.QUIT.value, confirm, doomed)
            await self._stop_loading()
            loop = asyncio.get_running_loop()
            before, began = self.index, loop.time()
            reply, sent = await _goodbye(connection)
            exchange = Exchange(0, Verb.QUIT.value, reply, ms=1000 * (loop.time() - began))
            deleted = frozenset(self._lease.deleted)
            self._lease.deleted.clear()  # the receipt tells what became of them
            self._lease.drop()
            messages = [message for n in doomed if (message := before.at(n)) is not None]
            if messages:
                unasked = frozenset(m.id for m in messages if m.number not in deleted)
                sent = replace(sent, unasked=unasked)
                receipt = await self._conclude(unlock, before, messages, sent)
                exchange = replace(exchange, receipt=receipt)
            return exchange

    def _ask_once(self, line: str, confirm: str, doomed: Mapping[MessageNumber, int]) -> None:
        """Lets through what was confirmed on this connection, for these very messages.

        Raises:
            ConfirmFirst: it was not.
        """
        case = "\0".join((self._lease.name, line, *map(str, sorted(doomed))))
        right = hashlib.blake2b(case.encode(), digest_size=9).hexdigest()
        if confirm != right:
            popped = len(doomed) - len(self._lease.deleted) if line == Verb.QUIT.value else 0
            raise ConfirmFirst(line, right, len(doomed), sum(doomed.values()), popped)


async def _goodbye(connection: Connection) -> tuple[str, Sent]:
    """QUIT, and what the server said; "" where it said nothing."""
    try:
        words = await connection.quit()
    except CommandRejected as error:
        return error.reply, Sent({}, quit_reply=error.reply)
    except (TransportError, Pop3Error):
        return "", Sent({}, quit_lost=True)
    return f"+OK {words}".rstrip(), Sent({})


def _text(data: bytes, *, whole: bool) -> str:
    """Octets as text to show; where they were cut, up to the last line that is whole."""
    if not whole:
        data = data[: data.rfind(b"\n") + 1] or data
    lines = data.removesuffix(b"\n").split(b"\n")
    return "\n".join(decode(line.removesuffix(b"\r")) for line in lines)
