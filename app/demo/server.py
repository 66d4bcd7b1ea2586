"""The demo's POP3 server: connections, deadlines and back-pressure around `Session`."""

import asyncio
import contextlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from .mailbox import build_mailbox
from .maildrops import Account, Maildrops
from .message import Message
from .session import Reply, Session

USERNAME = "demo@popscope.example"
READ_SIZE = 4096
FLUSH_AT = 32 * 1024
"""Octets; less than a block of an attachment, so that each block is a turn of its own."""
COMMANDS_PER_TURN = 32
"""Pipelined commands that are answered before the other tasks have their turn."""
FAREWELL_TIMEOUT = 2.0
"""Seconds that a client is given to take the last reply before the connection is cut."""


class DemoServer:
    """A correct POP3 server, for the time of an `async with`.

    Every name of `USERNAME`'s domain is an account, with a maildrop of its own.

    Args:
        host: The address to listen on.
        port: The port; 0 takes a free one.
        password: All accounts' password; a random one is made for each start when it is None.
        messages: Every maildrop; the demo mailbox, ending now, is built when it is None.
        refusal_delay: Seconds before a wrong password is answered.
        idle_timeout: Seconds without a command, or without reading an answer, until the connection
            is closed (RFC 1939 section 3 asks for 600 at least).
        max_connections: Clients served at once; more are refused.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        password: str | None = None,
        messages: Sequence[Message] | None = None,
        refusal_delay: float = 1.0,
        idle_timeout: float = 600.0,
        max_connections: int = 256,
    ) -> None:
        self._host = host
        self._port = port
        self._account = Account(USERNAME, password or secrets.token_urlsafe(9))
        self._given = messages
        self._refusal_delay = refusal_delay
        self._idle_timeout = idle_timeout
        self._max_connections = max_connections
        self._maildrops = Maildrops(())
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def host(self) -> str:
        """The address that was asked for."""
        return self._host

    @property
    def port(self) -> int:
        """The port, the real one once the server listens."""
        return self._port

    @property
    def username(self) -> str:
        """The name of one account."""
        return self._account.username

    @property
    def password(self) -> str:
        """All accounts' password in clear."""
        return self._account.password

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the maildrop of `username` holds now, oldest first."""
        return self._maildrops.of(self.username).messages

    @property
    def connections(self) -> int:
        """Clients being served now."""
        return len(self._clients)

    async def __aenter__(self) -> Self:
        messages = self._given
        if messages is None:
            # Some tenths of a second of work: not on the event loop.
            messages = await asyncio.to_thread(build_mailbox, datetime.now(UTC))
        self._maildrops = Maildrops(messages)
        self._stopping = False
        self._server = await asyncio.start_server(self._accept, self._host, self._port)
        self._port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server is None:
            return
        self._stopping = True
        self._server.close()
        clients = list(self._clients)
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stopping:  # accepted just before the end, told of it just after
            writer.transport.abort()
            return
        # A task of ours, so that nothing but `_clients` knows of it and stopping ends it.
        client = asyncio.create_task(self._serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(self._maildrops, self._account)
        outgoing = _Outgoing(writer, self._idle_timeout)
        try:
            if len(self._clients) > self._max_connections:
                await outgoing.put(Reply(b"-ERR [SYS/TEMP] too many connections"))
                await outgoing.flush()
            else:
                await self._converse(session, reader, outgoing)
            with contextlib.suppress(TimeoutError):
                writer.close()
                await asyncio.wait_for(writer.wait_closed(), FAREWELL_TIMEOUT)
        except OSError:
            pass  # gone, or silent for too long: closed without a word (RFC 1939 section 3)
        finally:
            session.close()
            writer.transport.abort()

    async def _converse(
        self, session: Session, reader: asyncio.StreamReader, outgoing: "_Outgoing"
    ) -> None:
        incoming = _Incoming()
        await outgoing.put(session.greeting())
        answered = 0
        while not session.over:
            line = incoming.next_line(session.line_limit)
            if line is None:
                await outgoing.flush()
                async with asyncio.timeout(self._idle_timeout):
                    data = await reader.read(READ_SIZE)
                if not data:
                    return
                incoming.feed(data)
                continue
            reply = session.receive_overlong() if line is OVERLONG else session.receive(line)
            if reply.held_back:
                await outgoing.flush()
                await asyncio.sleep(self._refusal_delay)
            await outgoing.put(reply)
            answered += 1
            if answered % COMMANDS_PER_TURN == 0:
                await asyncio.sleep(0)
        await outgoing.flush()


OVERLONG = b"\n"
"""Stands for a line that was too long; no real line holds an LF."""


class _Incoming:
    """Cuts what arrives into lines, in any split, and never keeps more than a line and a read."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._discarding = False

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next_line(self, limit: int) -> bytes | None:
        """The next line without its line end, `OVERLONG`, or None when more must be read."""
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) >= limit:
                self._discarding = True
            if self._discarding:
                self._buffer.clear()
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        if self._discarding or end + 1 > limit:
            self._discarding = False
            return OVERLONG
        return line.removesuffix(b"\r")


class _Outgoing:
    """Joins small replies of a pipelined group, and waits for the client to take large ones."""

    def __init__(self, writer: asyncio.StreamWriter, timeout: float) -> None:
        self._writer = writer
        self._timeout = timeout
        self._waiting = bytearray()

    async def put(self, reply: Reply) -> None:
        for chunk in reply.chunks():
            self._waiting += chunk
            if len(self._waiting) >= FLUSH_AT:
                await self.flush()

    async def flush(self) -> None:
        """Write what waits.

        Raises:
            TimeoutError: The client did not read.
            OSError: The client is gone.
        """
        if self._waiting:
            self._writer.write(bytes(self._waiting))
            self._waiting.clear()
            async with asyncio.timeout(self._timeout):
                await self._writer.drain()
        # drain() does not yield while the socket takes everything: let the others have their turn.
        await asyncio.sleep(0)
