"""A bare connection, for what the engine rightly forbids: to break rules and see what happens.

Nothing here is kept or logged, so a password that goes through it leaves no trace.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from app.transport import Dialer, Security, Target

PATIENCE = 8.0  # seconds for one answer
MOST = 64 * 1024  # octets of one listing, where nobody knows better
TROUBLE = (OSError, EOFError, ssl.SSLError, ValueError, asyncio.IncompleteReadError)
"""What a probe may meet; ValueError is a line without end."""


class RawWire:
    """One connection, line by line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @property
    def session(self) -> ssl.SSLObject | None:
        """The TLS session, once there is one."""
        found = self._writer.get_extra_info("ssl_object")
        return found if isinstance(found, ssl.SSLObject) else None

    async def line(self, patience: float = PATIENCE) -> bytes:
        """The next line, without its end.

        Raises:
            EOFError: the server closed.
            TimeoutError, OSError, ValueError: no line came, or one without end.
        """
        async with asyncio.timeout(patience):
            line = await self._reader.readline()
        if not line:
            raise EOFError
        return line.rstrip(b"\r\n")

    async def send(self, data: bytes) -> None:
        """Octets, in one write."""
        self._writer.write(data)
        await self._writer.drain()

    async def ask(self, command: bytes, patience: float = PATIENCE) -> bytes:
        """A command and the status line of its answer."""
        await self.send(command + b"\r\n")
        return await self.line(patience)

    async def listing(self, most: int = MOST) -> list[bytes]:
        """Lines up to a lone dot; ValueError where they are more than `most` octets."""
        lines: list[bytes] = []
        while (line := await self.line()) != b".":
            lines.append(line)
            most -= len(line) + 2
            if most < 0:
                raise ValueError(len(lines))
        return lines

    async def unasked(self, seconds: float) -> bytes | None:
        """What comes by itself within that time; b"" where the server closes, else None."""
        try:
            async with asyncio.timeout(seconds):
                return await self._reader.read(4096)
        except TimeoutError:
            return None
        except OSError:
            return b""

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """The handshake.

        Raises:
            ValueError: something came in clear behind the answer to STLS; it would count as sent
                under TLS (RFC 2595, section 4; CVE-2021-38084 and its kin).
            OSError: no handshake.
        """
        if await self.unasked(0) is not None:
            raise ValueError("input behind STLS")
        await self._writer.start_tls(context, server_hostname=host, ssl_handshake_timeout=PATIENCE)

    async def goodbye(self) -> None:
        """QUIT, politely: servers count connections that break off."""
        with suppress(*TROUBLE):
            await self.ask(b"QUIT", 2.0)

    def close(self) -> None:
        """Ends it at once."""
        transport = self._writer.transport
        transport.abort() if self.session else self._writer.close()


@dataclass(slots=True)
class Site:
    """The server being looked at, at the address that answered.

    Attributes:
        dialer: whose policy judged the addresses.
        target: as it was named.
        address: the one that answered.
        stls: whether TLS is begun by STLS.
    """

    dialer: Dialer
    target: Target
    address: str = ""
    stls: bool = field(init=False)

    def __post_init__(self) -> None:
        self.stls = self.target.security is not Security.TLS

    @asynccontextmanager
    async def wire(self, context: ssl.SSLContext | None = None) -> AsyncIterator[RawWire]:
        """A connection; with a context, TLS from the first octet on."""
        sock = await self.dialer.reach(self.address, self.target.port, PATIENCE)
        reader, writer = await asyncio.open_connection(
            sock=sock,
            ssl=context,
            server_hostname=self.target.host if context else None,
            ssl_handshake_timeout=PATIENCE if context else None,
        )
        wire = RawWire(reader, writer)
        try:
            yield wire
        finally:
            wire.close()

    @asynccontextmanager
    async def greeted(self) -> AsyncIterator[RawWire]:
        """A connection in clear after its greeting."""
        async with self.wire() as wire:
            await wire.line()
            yield wire

    @asynccontextmanager
    async def secured(self, context: ssl.SSLContext) -> AsyncIterator[RawWire]:
        """A greeted connection under TLS, by either way.

        Raises:
            ssl.SSLError: no handshake; OSError, EOFError, ValueError: no connection, or no STLS.
        """
        if not self.stls:
            async with self.wire(context) as wire:
                await wire.line()
                yield wire
            return
        async with self.greeted() as wire:
            if not (await wire.ask(b"STLS")).upper().startswith(b"+OK"):
                raise ValueError(b"STLS")
            await wire.start_tls(context, self.target.host)
            yield wire
