"""A POP3 server in memory whose unique ids mean whatever a test says, connection by connection.

It numbers, sizes, shows and deletes messages as RFC 1939 has it; only what it answers to UIDL is
made up. There are no sockets and no waiting, so that thousands of its lives fit into a test::

    server = FickleServer([Stored("a"), Stored("b")])
    server.naming = lambda place, stored: f"{place:04}"
    mailbox = Mailbox(account, FickleDialer(server))
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from app.transport import Connection, Dialer, Listener, Target, TargetPolicy, Timeouts

Naming = Callable[[int, "Stored"], str | None]
"""The unique id of a message, by its number on this connection; None where it has none."""


@dataclass(slots=True, eq=False)
class Stored:
    """A message; what a person would call it by is its subject.

    Attributes:
        subject: ASCII, in its header.
        octets: what LIST says; None where its row has no size.
        uidl: the unique id that it should have.
    """

    subject: str
    octets: int | None = 100
    uidl: str = ""

    @property
    def header(self) -> bytes:
        """As TOP and RETR show it."""
        return f"From: {self.subject}@example.org\r\nSubject: {self.subject}\r\n".encode()

    @property
    def content(self) -> bytes:
        """All of it."""
        return self.header + b"\r\nhello from " + self.subject.encode() + b"\r\n"


def honest(_: int, stored: Stored) -> str | None:
    """The unique ids of a right server."""
    return stored.uidl or f"uid-{stored.subject}"


@dataclass(slots=True)
class Visit:
    """One connection, and what was done on it."""

    messages: list[Stored]
    naming: Naming
    deleted: set[int] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    removed: list[Stored] = field(default_factory=list)


class FickleServer:
    """The maildrop, and how it behaves from the next connection on.

    Attributes:
        messages: what is stored.
        naming: makes the unique ids of a connection.
        keeps: QUIT is answered `+OK` and removes nothing.
        spares: QUIT is answered `+OK` and leaves the last of what it should remove.
        at_once: DELE takes its message out of the maildrop, and those behind it move up.
        live: numbers follow the maildrop while a connection lasts, as long as no DELE was sent.
        blank: TOP is answered `+OK`, and shows nothing of the header.
        top: TOP is answered.
        meanwhile: done by others right after the next QUIT that deletes.
        visits: all connections that signed in, the newest last.
    """

    def __init__(self, messages: Iterable[Stored] = ()) -> None:
        self.messages = list(messages)
        self.naming: Naming = honest
        self.keeps = self.spares = False
        self.meanwhile: list[Callable[[], None]] = []
        self.at_once = self.live = self.blank = False
        self.top = True
        self.visits: list[Visit] = []

    @property
    def removed(self) -> list[Stored]:
        """What was deleted on all connections so far."""
        return [stored for visit in self.visits for stored in visit.removed]

    def answer(self, visit: Visit, line: str) -> bytes:
        """The answer to one command line."""
        visit.commands.append(line)
        if self.live and any(visit is one for one in self.visits) and not visit.deleted:
            visit.messages = list(self.messages)
        verb, *words = line.split()
        numbers = [int(word) for word in words if word.isdecimal()]
        match verb.upper():
            case "CAPA":
                return b"+OK\r\nUSER\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.\r\n"
            case "PASS":
                visit.messages, visit.naming = list(self.messages), self.naming
                self.visits.append(visit)
            case "RSET":
                visit.deleted.clear()
            case "QUIT" if visit.deleted:
                self._delete(visit)
            case "LIST" if numbers and self._is_there(visit, numbers[0]):
                return b"+OK %d %d\r\n" % (numbers[0], visit.messages[numbers[0] - 1].octets or 0)
            case "LIST" if numbers:
                return b"-ERR no such message\r\n"
            case "STAT" | "LIST" | "UIDL":
                return self._listing(visit, verb.upper())
            case "TOP" | "RETR" | "DELE":
                return self._message(visit, verb.upper(), numbers[0])
        return b"+OK\r\n"

    def _delete(self, visit: Visit) -> None:
        doomed = [] if self.keeps else sorted(visit.deleted)
        visit.removed = [visit.messages[n - 1] for n in (doomed[:-1] if self.spares else doomed)]
        gone = {stored.subject for stored in visit.removed}  # also under a new size
        self.messages = [stored for stored in self.messages if stored.subject not in gone]
        while self.meanwhile:
            self.meanwhile.pop(0)()

    def _is_there(self, visit: Visit, number: int) -> bool:
        return 1 <= number <= len(visit.messages) and number not in visit.deleted

    def _listing(self, visit: Visit, verb: str) -> bytes:
        left = [(n, m) for n, m in enumerate(visit.messages, 1) if n not in visit.deleted]
        if verb == "STAT":
            return b"+OK %d %d\r\n" % (len(left), sum(stored.octets or 0 for _, stored in left))
        if verb == "LIST":
            sizes = [(n, "" if m.octets is None else m.octets) for n, m in left]
            rows = [f"{number} {octets}\r\n" for number, octets in sizes]
        else:
            names = [(number, visit.naming(number, stored)) for number, stored in left]
            if left and all(name is None for _, name in names):
                return b"-ERR no UIDL\r\n"
            rows = [f"{number} {name}\r\n" for number, name in names if name is not None]
        return b"+OK\r\n" + "".join(rows).encode() + b".\r\n"

    def _message(self, visit: Visit, verb: str, number: int) -> bytes:
        if not self._is_there(visit, number):
            return b"-ERR no such message\r\n"
        if verb == "DELE":
            self._dele(visit, number)
            return b"+OK\r\n"
        if verb == "TOP" and not self.top:
            return b"-ERR unknown command\r\n"
        stored = visit.messages[number - 1]
        if verb == "TOP" and self.blank:
            return b"+OK\r\n\r\n.\r\n"
        only_header = verb == "TOP" and visit.commands[-1].split()[2] == "0"
        return b"+OK\r\n" + (stored.header + b"\r\n" if only_header else stored.content) + b".\r\n"

    def _dele(self, visit: Visit, number: int) -> None:
        if not self.at_once:
            visit.deleted.add(number)
            return
        stored = visit.messages.pop(number - 1)
        visit.removed.append(stored)
        self.messages = [other for other in self.messages if other is not stored]


class _Wire(asyncio.Transport):
    """The client's end of a connection to it."""

    def __init__(self, server: FickleServer, connection: Connection) -> None:
        super().__init__()
        self._server, self._connection = server, connection
        self._visit = Visit([], honest)
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._loop.call_soon(connection.data_received, b"+OK ready\r\n")

    def write(self, data: bytes | bytearray | memoryview) -> None:
        lines = bytes(data).decode().split("\r\n")[:-1]
        answers = b"".join(self._server.answer(self._visit, line) for line in lines)
        self._loop.call_soon(self._connection.data_received, answers)
        if lines[-1:] == ["QUIT"]:
            self.abort()

    def abort(self) -> None:
        if not self._closed:
            self._closed = True
            self._loop.call_soon(self._connection.connection_lost, None)

    def close(self) -> None:
        self.abort()

    def is_closing(self) -> bool:
        return self._closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class FickleDialer(Dialer):
    """Leads to one fickle server, whatever the target."""

    def __init__(self, server: FickleServer) -> None:
        super().__init__(TargetPolicy(loopback=True))
        self._server = server

    async def dial(self, target: Target, listener: Listener | None = None) -> Connection:
        habit = self.habits.of(target.host, target.port)
        connection = Connection(target.host, target.port, Timeouts(), None, listener, habit)
        connection.connection_made(cast("asyncio.BaseTransport", _Wire(self._server, connection)))
        await connection.greeting
        return connection
