"""The console: telnet on the session's own connection, a typed line at a time.

DELE goes to the server as it is typed, once confirmed, and QUIT then deletes that, not what is
marked in the list; so deletions are noted with the connection (`Lease.deletions`), and whatever
else ends it sends RSET first. DELE, RSET and QUIT are alone on the lease, as those others are: no
DELE can come between RSET and QUIT.

A body is shown as TOP and RETR mean it, without byte-stuffing and the dot at its end (RFC 1939,
section 3); `Exchange.dotted` is for a word on that.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
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
from app.transport import Connection, TransportError

from .commit import Commit
from .console_commands import USAGE, Typed, Verb, parse_line
from .dialogue import Exchange
from .errors import BadLine, ConfirmFirst, LineBusy, LineFault
from .in_thread import in_thread
from .line import Line
from .mailbox import Mailbox
from .receipts import Sent

DISPLAY_OCTETS: Final = 64 * 1024  # of an answer that are shown; the rest is counted
_ROW: Final = 24  # octets expected of a row of a listing
_LINE: Final = 78
_MAIL: Final = frozenset({Verb.TOP, Verb.RETR})  # answered with mail, not with words of the server


class Console:
    """Types at a mailbox's server.

    Args:
        mailbox: whose.
        line: signs in where no connection is held.
    """

    def __init__(self, mailbox: Mailbox, line: Line) -> None:
        self._mailbox = mailbox
        self._lease = mailbox.lease
        self._headers = mailbox.headers
        self._deletions = mailbox.lease.deletions
        self._line = line

    # -- typing ----------------------------------------------------------------------------------

    async def type(self, text: str, confirm: str = "") -> Exchange:
        """Sends one typed line and waits for its answer; -ERR is an answer like any other.

        Args:
            text: the line.
            confirm: what `ConfirmFirst` gave, where it is confirmed.

        Raises:
            BadLine: it is none that may be sent; nothing went out.
            ConfirmFirst: it deletes, and was not confirmed as things stand; nothing went out.
            LineBusy: a whole message is on its way.
            MailboxError, TransportError, Pop3Error: there is no connection, or it ended.
        """
        typed = parse_line(text)
        if self._lease.busy:
            raise LineBusy
        with self._lease.use():  # or an idle release would take back what is typed last thing
            async with self._mailbox.dialogue.typing:
                return self._remember(typed, await self._send(typed, confirm))

    async def _send(self, typed: Typed, confirm: str) -> Exchange:
        match typed.verb:
            case Verb.DELE:
                return await self._delete(typed, confirm)
            case Verb.RSET:
                return await self._reset(typed)
            case Verb.QUIT:
                return await self._quit(confirm)
        return await self._line.use(lambda connection: self._answer(connection, typed))

    def _remember(self, typed: Typed, exchange: Exchange) -> Exchange:
        dialogue, lease = self._mailbox.dialogue, self._lease
        renewed = exchange.receipt is None and dialogue.typed_on not in {"", lease.name}
        if exchange.receipt is None:  # else the sign-in came after it
            dialogue.typed_on = lease.name
        undone, self._deletions.undone = self._deletions.undone, 0
        if exchange.ok and typed.verb is not Verb.RSET:
            dialogue.learnt.add(typed.verb)
        return dialogue.add(replace(exchange, renewed=renewed, undone=undone))

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
            self._deletions.read[typed.number] = self._octets(typed.number)
        with self._lease.retrieve() if whole else nullcontext():
            async with connection.stream(command, expected) as body:
                try:
                    async for block in body:
                        kept += block[: DISPLAY_OCTETS - len(kept)]
                except RemoteProtocolError as error:
                    if error.fault is not Fault.LONE_DOT:  # what came is shown
                        raise
        hides = None if typed.verb in _MAIL else connection.hides
        text = await in_thread(_text, bytes(kept), hides, whole=body.octets == len(kept))
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
        return len(self._mailbox.index) * _ROW

    def _octets(self, number: MessageNumber) -> int:
        message = self._mailbox.index.at(number)
        return message.counted if message else 0

    # -- what deletes ----------------------------------------------------------------------------

    async def _delete(self, typed: Typed, confirm: str) -> Exchange:
        async with self._line.alone() as connection:
            number = typed.number
            octets = self._octets(number)
            if not confirm and not await self._is_there(connection, number):
                raise BadLine(LineFault.NO_MESSAGE, USAGE[typed.verb])
            self._ask_once(typed.shown, confirm, {number: octets})
            earlier = number in self._deletions.typed
            await self._headers.stop()  # its header may be under way, to be refused for good
            try:
                if not await self._as_listed(connection, number):  # the list was another one so far
                    self._ask_once(typed.shown, "", {number: self._octets(number)})
                self._deletions.typed[number] = octets
                exchange = await self._answer(connection, typed)
                if not exchange.ok and not earlier:
                    self._deletions.typed.pop(number, None)
                elif exchange.ok and await _stands_at(connection, number):
                    await self._mailbox.relist(connection)  # before any header comes by number
            finally:
                self._headers.start(self._line)
            return exchange

    async def _is_there(self, connection: Connection, number: MessageNumber) -> bool:
        """Whether DELE of this number can mean a message; where the list has none, LIST tells."""
        if self._mailbox.index.at(number) is not None and number not in self._deletions.typed:
            return True
        return await _stands_at(connection, number)

    async def _as_listed(self, connection: Connection, number: MessageNumber) -> bool:
        """Whether the list showed of this number what this connection does; if not, it does now."""
        row = self._mailbox.index.at(number)
        if row is None or not row.header.digest or number in self._deletions.typed:
            return True
        listing = self._mailbox.listing
        doubtful = listing.suspicious and not row.header.cut  # a look at one would end it
        if row.header.read_on == self._lease.name and not doubtful:
            return True
        if await listing.shows(connection, row):
            return True
        await self._mailbox.relist(connection)
        return False

    async def _reset(self, typed: Typed) -> Exchange:
        async with self._line.alone() as connection:
            exchange = await self._answer(connection, typed)
            if exchange.ok and self._deletions.typed:
                self._mailbox.dialogue.learnt.add(Verb.RSET)
                self._deletions.typed.clear()
                await self._headers.stop()
                self._headers.start(self._line)  # their headers, too
            return exchange

    async def _quit(self, confirm: str) -> Exchange:
        async with self._lease.alone():
            if self._lease.connection is None:
                raise BadLine(LineFault.RELEASED)
            self._ask_to_quit(confirm)
        return await self._mailbox.receipts.to_its_end(self._quit_now(confirm))

    async def _quit_now(self, confirm: str) -> Exchange:
        async with self._lease.alone():
            connection, doomed = self._lease.connection, dict(self._deletions.doomed)
            if connection is None:
                raise BadLine(LineFault.RELEASED)
            self._ask_to_quit(confirm)  # as it is now, when nothing can come in between
            await self._headers.stop()
            loop = asyncio.get_running_loop()
            before, kept, began = self._mailbox.index, self._kept, loop.time()
            reply, sent = await _goodbye(connection)
            ms = 1000 * (loop.time() - began)
            exchange = Exchange(0, Verb.QUIT.value, reply, ms=ms, kept=kept)
            deleted = frozenset(self._deletions.typed)
            self._deletions.typed.clear()  # the receipt tells what became of them
            self._lease.drop()
            messages = [message for n in doomed if (message := before.at(n)) is not None]
            if messages:
                unasked = frozenset(m.id for m in messages if m.number not in deleted)
                sent = replace(sent, unasked=unasked)
                receipt = await Commit(self._mailbox, self._line).conclude(before, messages, sent)
                exchange = replace(exchange, receipt=receipt)
            return exchange

    def _ask_to_quit(self, confirm: str) -> None:
        """Lets QUIT through where it deletes nothing, and leaves nothing marked undeleted."""
        doomed, kept = self._deletions.doomed, self._kept
        if doomed or kept:
            self._ask_once(Verb.QUIT.value, confirm, doomed, kept)

    @property
    def _kept(self) -> int:
        """How many marked messages QUIT would not delete now."""
        marks = self._mailbox.marks
        rows = map(self._mailbox.index.at, self._deletions.doomed)
        return len(marks) - sum(row is not None and row.id in marks for row in rows)

    def _ask_once(
        self, line: str, confirm: str, doomed: Mapping[MessageNumber, int], kept: int = 0
    ) -> None:
        """Lets through what was confirmed on this connection, for these very messages.

        Raises:
            ConfirmFirst: it was not.
        """
        case = "\0".join((self._lease.name, line, str(kept), *map(str, sorted(doomed))))
        right = hashlib.blake2b(case.encode(), digest_size=9).hexdigest()
        if confirm != right:
            popped = len(doomed) - len(self._deletions.typed) if line == Verb.QUIT.value else 0
            raise ConfirmFirst(line, right, len(doomed), sum(doomed.values()), popped, kept)


async def _stands_at(connection: Connection, number: MessageNumber) -> bool:
    """Whether a message stands at a number that DELE was sent for: where it takes out at once."""
    try:
        await connection.execute(commands.raw_line("LIST", str(number)))
    except CommandRejected:
        return False
    return True


async def _goodbye(connection: Connection) -> tuple[str, Sent]:
    """QUIT, and what the server said; "" where it said nothing."""
    try:
        words = await connection.quit()
    except CommandRejected as error:
        return error.reply, Sent({}, quit_reply=error.reply)
    except (TransportError, Pop3Error):
        return "", Sent({}, quit_lost=True)
    return f"+OK {words}".rstrip(), Sent({})


def _text(data: bytes, hides: Callable[[str], bool] | None, *, whole: bool) -> str:
    """Octets as text to show; where they were cut, up to the last line that is whole."""
    if not whole:
        data = data[: data.rfind(b"\n") + 1] or data
    lines = [decode(line.removesuffix(b"\r")) for line in data.removesuffix(b"\n").split(b"\n")]
    if hides is not None:
        lines = [commands.HIDDEN if hides(line) else line for line in lines]
    return "\n".join(lines)
