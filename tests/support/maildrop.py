"""A small programmable POP3 server: right by default, wrong in the ways a test switches on.

It is a script for ``ScriptedServer``::

    drop = FakeMaildrop([FakeMessage(b"Subject: a\r\n\r\nhello\r\n")], quirks=Quirks(uidl=False))
    async with ScriptedServer(drop) as server:
        ...
    assert "DELE 1" not in drop.commands

RFC 1939, with CAPA (2449), STLS (2595), AUTH PLAIN and LOGIN (5034).
"""

import asyncio
import base64
import binascii
import hashlib
import io
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field

from .messages import FakeMessage, digest, huge, plain
from .scripted import Peer

__all__ = ["FakeMaildrop", "FakeMessage", "Quirks", "digest", "huge", "plain"]

BLOCK = 64 * 1024
PASSWORD = "secret"


@dataclass(slots=True)
class Quirks:
    """How the server is wrong. A fresh ``Quirks()`` is right; flip fields while it runs.

    A *stage* is ``"greeting"``, a verb (``"RETR"``: before any answer), or a verb and ``body``
    (``"RETR body"``: after the status line and a bit of the body). USER and PASS are verbs too.
    """

    capa: bool = True
    uidl: bool = True
    top: bool = True
    pipelining: bool = True
    announce: tuple[str, ...] = ()
    """Further CAPA lines."""
    line_end: bytes = b"\r\n"
    bare: frozenset[str] = frozenset()
    """Verbs, TOP or RETR, that do not byte-stuff lines that begin with a dot."""
    list_gaps: frozenset[int] = frozenset()
    """Message numbers that LIST and UIDL leave out."""
    same_uidl: bool = False
    """Every message has the same unique id."""
    fresh_uidls: bool = False
    """Unique ids differ from connection to connection."""
    refuse_dele: frozenset[int] = frozenset()
    """Message numbers whose DELE gets an -ERR."""
    quit_reply: bytes | None = b"+OK bye"
    """None: no answer, the connection is closed. An ``-ERR`` is sent as it is."""
    quit_deletes: bool = True
    """Whether QUIT removes what was marked (independent of what it answers)."""
    refuse_login: bytes | None = None
    """An ``-ERR`` line for every login."""
    in_use_logins: int = 0
    """This many logins are refused with ``[IN-USE]`` first."""
    exclusive: bool = False
    """One session at a time; others get ``[IN-USE]``."""
    stall_at: str | None = None
    close_at: str | None = None
    reset_at: str | None = None
    drop_at_command: int | None = None
    """Close instead of answering the n-th command of each connection (1-based)."""
    greeting: bytes = b"+OK Popscope test server ready"
    before_reply: dict[str, bytes] = field(default_factory=dict)
    """Octets sent before the answer to a verb: an unasked-for reply, for instance."""
    replies: dict[str, bytes | tuple[bytes, bytes]] = field(default_factory=dict)
    """A verb's whole answer, as it is; or how it begins, and what comes again and again then."""


@dataclass(slots=True)
class _Session:
    number: int
    user: str = ""
    messages: list[FakeMessage] | None = None
    deleted: set[int] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)


class FakeMaildrop:
    """The server side of one maildrop, whatever the user's name.

    ``messages`` is what is stored; QUIT in TRANSACTION removes from it. ``sessions`` holds the
    command lines of each connection, in order, with whatever secrets they carry.
    """

    def __init__(
        self,
        messages: Iterable[FakeMessage] = (),
        *,
        quirks: Quirks | None = None,
        tls: ssl.SSLContext | None = None,
        inject: bytes = b"",
    ) -> None:
        self.messages = list(messages)
        self.quirks = quirks or Quirks()
        self.sessions: list[list[str]] = []
        self._tls, self._inject = tls, inject
        self._holders = 0

    @property
    def commands(self) -> list[str]:
        """Every command line received so far, of all connections."""
        return [command for session in self.sessions for command in session]

    def count(self, verb: str) -> int:
        """Return how often a verb was received."""
        return sum(command.split(" ")[0].upper() == verb.upper() for command in self.commands)

    async def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        session = _Session(len(self.sessions) + 1)
        self.sessions.append(session.commands)
        try:
            await self._at(peer, "greeting")
            await self._say(peer, self.quirks.greeting)
            while await self._turn(peer, session):
                pass
        except _Cut:
            pass
        finally:
            self._leave(session)

    # One command

    async def _turn(self, peer: Peer, session: _Session) -> bool:
        line = (await peer.line()).decode("latin-1")
        session.commands.append(line)
        verb, _, argument = line.partition(" ")
        verb = verb.upper()
        if self.quirks.drop_at_command == len(session.commands):
            peer.close()
            raise _Cut
        await self._at(peer, verb)
        if verb in self.quirks.before_reply:
            await peer.send(self.quirks.before_reply[verb])
        if verb in self.quirks.replies and not (verb == "LIST" and argument):  # that is a proof
            await peer.answer(self.quirks.replies[verb])
            return verb != "QUIT"
        if verb == "QUIT":
            return await self._quit(peer, session)
        if verb == "CAPA":
            await self._capa(peer, session)
        elif session.messages is None:
            await self._authorization(peer, session, verb, argument)
        else:
            await self._transaction(peer, session, session.messages, verb, argument)
        return True

    async def _quit(self, peer: Peer, session: _Session) -> bool:
        if session.messages is not None and self.quirks.quit_deletes:
            gone = {id(session.messages[n - 1]) for n in session.deleted}
            self.messages = [m for m in self.messages if id(m) not in gone]
        self._leave(session)
        if self.quirks.quit_reply is not None:
            await self._say(peer, self.quirks.quit_reply)
        peer.close()
        return False

    async def _capa(self, peer: Peer, session: _Session) -> None:
        quirks = self.quirks
        if not quirks.capa:
            await self._say(peer, b"-ERR unknown command")
            return
        tags = ["RESP-CODES", "AUTH-RESP-CODE", *quirks.announce]
        tags += ["TOP"] if quirks.top else []
        tags += ["UIDL"] if quirks.uidl else []
        tags += ["PIPELINING"] if quirks.pipelining else []
        if session.messages is None:
            tags += ["USER", "SASL PLAIN LOGIN"]
            tags += ["STLS"] if self._tls is not None and not peer.tls else []
        await self._listing(peer, "CAPA", b"+OK", (tag.encode("ascii") for tag in tags))

    # AUTHORIZATION

    async def _authorization(self, peer: Peer, session: _Session, verb: str, argument: str) -> None:
        if verb == "STLS" and self._tls is not None and not peer.tls:
            await peer.starttls(self._tls, inject=self._inject)
        elif verb == "USER":
            session.user = argument
            await self._say(peer, b"+OK")
        elif verb == "PASS":
            await self._login(peer, session, argument)
        elif verb == "AUTH":
            await self._auth(peer, session, argument)
        else:
            await self._say(peer, b"-ERR not now")

    async def _auth(self, peer: Peer, session: _Session, argument: str) -> None:
        mechanism, _, initial = argument.partition(" ")
        try:
            if mechanism.upper() == "PLAIN":
                raw = _decode(initial) if initial else await self._challenge(peer, session, b"")
                _, user, password = raw.split(b"\0")
            elif mechanism.upper() == "LOGIN":
                user = await self._challenge(peer, session, b"Username:")
                password = await self._challenge(peer, session, b"Password:")
            else:
                await self._say(peer, b"-ERR unknown mechanism")
                return
        except (ValueError, binascii.Error):
            await self._say(peer, b"-ERR bad SASL answer")
            return
        session.user = user.decode()
        await self._login(peer, session, password.decode())

    async def _challenge(self, peer: Peer, session: _Session, prompt: bytes) -> bytes:
        await self._say(peer, b"+ " + base64.b64encode(prompt))
        answer = (await peer.line()).decode("latin-1")
        session.commands.append(answer)
        return _decode(answer)

    async def _login(self, peer: Peer, session: _Session, password: str) -> None:
        quirks = self.quirks
        if quirks.refuse_login is not None:
            await self._say(peer, quirks.refuse_login)
        elif password != PASSWORD:
            await self._say(peer, b"-ERR [AUTH] wrong user name or password")
        elif quirks.in_use_logins > 0 or (quirks.exclusive and self._holders):
            quirks.in_use_logins = max(0, quirks.in_use_logins - 1)
            await self._say(peer, b"-ERR [IN-USE] the maildrop is locked by another session")
        else:
            session.messages = list(self.messages)
            self._holders += 1
            await self._say(peer, b"+OK logged in")

    def _leave(self, session: _Session) -> None:
        if session.messages is not None:
            session.messages = None
            self._holders -= 1

    # TRANSACTION

    async def _transaction(
        self,
        peer: Peer,
        session: _Session,
        messages: list[FakeMessage],
        verb: str,
        argument: str,
    ) -> None:
        if verb == "STAT":
            left = self._left(session, messages)
            octets = sum(_listed(message) for _, message in left)
            await self._say(peer, b"+OK %d %d" % (len(left), octets))
        elif verb in {"LIST", "UIDL"} and (verb == "LIST" or self.quirks.uidl):
            await self._scan(peer, session, messages, verb, argument)
        elif verb in {"TOP", "RETR", "DELE"} and (verb != "TOP" or self.quirks.top):
            await self._message(peer, session, messages, verb, argument)
        elif verb == "RSET":
            session.deleted.clear()
            await self._say(peer, b"+OK")
        elif verb == "NOOP":
            await self._say(peer, b"+OK")
        else:
            await self._say(peer, b"-ERR unknown command")

    async def _scan(
        self,
        peer: Peer,
        session: _Session,
        messages: list[FakeMessage],
        verb: str,
        argument: str,
    ) -> None:
        def row(number: int, message: FakeMessage) -> bytes:
            if verb == "LIST":
                return b"%d %d" % (number, _listed(message))
            return b"%d %s" % (number, self._uidl(session, number, message).encode("ascii"))

        left = self._left(session, messages)
        if not argument:
            rows = (row(n, m) for n, m in left if n not in self.quirks.list_gaps)
            await self._listing(peer, verb, b"+OK", rows)
            return
        found = [row(n, m) for n, m in left if str(n) == argument]
        await self._say(peer, b"+OK " + found[0] if found else b"-ERR no such message")

    async def _message(
        self,
        peer: Peer,
        session: _Session,
        messages: list[FakeMessage],
        verb: str,
        argument: str,
    ) -> None:
        words = argument.split()
        number = int(words[0]) if words and words[0].isdecimal() else 0
        if not 1 <= number <= len(messages) or number in session.deleted:
            await self._say(peer, b"-ERR no such message")
        elif verb == "DELE" and number in self.quirks.refuse_dele:
            await self._say(peer, b"-ERR [SYS/PERM] this message may not be deleted")
        elif verb == "DELE":
            session.deleted.add(number)
            await self._say(peer, b"+OK marked")
        elif verb == "TOP":
            lines = int(words[1]) if len(words) == 2 and words[1].isdecimal() else 0
            await self._body(peer, verb, _top(messages[number - 1], lines))
        else:
            await self._body(peer, verb, messages[number - 1].blocks())

    def _left(
        self, session: _Session, messages: list[FakeMessage]
    ) -> list[tuple[int, FakeMessage]]:
        return [(n, m) for n, m in enumerate(messages, 1) if n not in session.deleted]

    def _uidl(self, session: _Session, number: int, message: FakeMessage) -> str:
        if self.quirks.same_uidl:
            return "same-for-all"
        if message.uidl is None:
            digest = hashlib.sha256(next(message.blocks(), b"")[:BLOCK]).hexdigest()
            message.uidl = f"{number}-{digest[:16]}"
        return f"{session.number}/{message.uidl}" if self.quirks.fresh_uidls else message.uidl

    # Writing

    async def _at(self, peer: Peer, stage: str) -> None:
        quirks = self.quirks
        if quirks.stall_at == stage:
            await peer.stall()
            raise _Cut
        if quirks.reset_at == stage:
            peer.reset()
            raise _Cut
        if quirks.close_at == stage:
            peer.close()
            raise _Cut

    async def _say(self, peer: Peer, line: bytes) -> None:
        await peer.send(line + self.quirks.line_end)

    async def _listing(self, peer: Peer, verb: str, status: bytes, rows: Iterable[bytes]) -> None:
        body = b"".join(row + b"\r\n" for row in rows)
        await self._body(peer, verb, [body] if body else [], status=status)

    async def _body(
        self, peer: Peer, verb: str, blocks: Iterable[bytes], *, status: bytes = b"+OK"
    ) -> None:
        await self._say(peer, status)
        staged = f"{verb} body"
        first = True
        stuffed = verb not in self.quirks.bare
        async for block in _framed(blocks, stuffed=stuffed, end=self.quirks.line_end):
            await peer.send(block)
            if first:
                first = False
                await self._at(peer, staged)
        if first:
            await self._at(peer, staged)
        await self._say(peer, b".")


class _Cut(Exception):
    """The server has ended this connection itself."""


def _listed(message: FakeMessage) -> int:
    return message.octets if message.listed is None else message.listed


def _decode(text: str) -> bytes:
    return b"" if text == "=" else base64.b64decode(text, validate=True)


def _top(message: FakeMessage, lines: int) -> Iterator[bytes]:
    """Yield the headers, the empty line, and ``lines`` lines of the body (RFC 1939, section 7)."""
    in_body, some = False, bytearray()
    for block in message.blocks():
        for line in io.BytesIO(block):  # a CR alone ends no line
            lines -= in_body
            in_body = in_body or line == b"\r\n"
            some += line
            if in_body and lines <= 0:  # the next line may be megabytes
                yield bytes(some)
                return
            if len(some) >= BLOCK:
                yield bytes(some)
                some.clear()
    yield bytes(some)


async def _framed(blocks: Iterable[bytes], *, stuffed: bool, end: bytes) -> AsyncIterator[bytes]:
    """Byte-stuff blocks of whole lines (RFC 1939, section 3), and cut large ones."""
    for whole in blocks:
        block = whole
        if stuffed:
            block = block.replace(b"\r\n.", b"\r\n..")
            block = b"." + block if block.startswith(b".") else block
        if end != b"\r\n":
            block = block.replace(b"\r\n", end)
        for at in range(0, len(block), BLOCK):
            yield block[at : at + BLOCK]
            await asyncio.sleep(0)
