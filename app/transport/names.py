"""Names to addresses, by whatever this machine looks them up with."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

# (host, port) → addresses; OSError or ValueError where there are none.
Resolve = Callable[[str, int], Awaitable[list[str]]]


async def system_addresses(host: str, port: int) -> list[str]:
    """What the operating system finds: its hosts file, its name servers.

    Raises:
        OSError: there is no such name.
        ValueError: it holds NUL, or a label that IDNA cannot encode.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]
