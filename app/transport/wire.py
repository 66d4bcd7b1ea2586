"""The socket of one connection: writing, holding the server back, prompt acknowledgements.

A server that writes an answer in small segments waits with the second one for our acknowledgement
of the first (Nagle, RFC 896), which the kernel may hold back for some 40 ms (RFC 1122, section
4.2.3.2). Where the platform has TCP_QUICKACK, it does not; it soon forgets, so that is said often.
"""

import asyncio
import socket
from contextlib import suppress
from typing import Final, cast

_HIGH_WATER: Final = 256 * 1024  # octets of a body waiting for their reader: stop reading
_LOW_WATER: Final = 64 * 1024
_QUICKACK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)


class Wire:
    """What lies under the protocol; replaced below by TLS after STLS.

    Attributes:
        transport: asyncio's, once there is one.
        paused: nothing is read, since what came waits for its reader.
    """

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.paused = False

    @property
    def tls(self) -> str | None:
        """The TLS version in use, such as `TLSv1.3`, or None."""
        session = self.transport and self.transport.get_extra_info("ssl_object")
        return cast("str | None", session.version()) if session else None

    def write(self, data: bytes) -> None:
        """Sends octets; an answer is due then."""
        if self.transport is not None:
            self.transport.write(data)
            self.acknowledge()

    def acknowledge(self) -> None:
        """What comes next is acknowledged at once."""
        sock = self.transport.get_extra_info("socket") if self.transport else None
        if sock is not None and _QUICKACK is not None:
            with suppress(OSError):  # it has just been closed
                sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def hold_back(self, waiting: int) -> None:
        """So many octets wait for their reader: too many stop reading."""
        if waiting > _HIGH_WATER and not self.paused and self.transport is not None:
            self.paused = True
            self.pause()

    def pause(self) -> None:
        """Reads no more for now."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()

    def resume(self) -> None:
        """Reads again, unless what came waits for its reader."""
        if self.transport is not None and not self.paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def let_go(self, waiting: int) -> bool:
        """So many are left: whether few enough to read again, which it then does."""
        if not self.paused or waiting >= _LOW_WATER:
            return False
        self.paused = False
        self.resume()
        return True

    def abort(self) -> None:
        """Closes at once."""
        if self.transport is not None:
            self.transport.abort()
