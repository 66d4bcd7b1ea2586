"""Names as they are asked for, and names to addresses as this machine looks them up."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import idna

# (host, port) → addresses; OSError or ValueError where there are none.
Resolve = Callable[[str, int], Awaitable[list[str]]]


def asked_for(name: str, *, strict: bool = False) -> str:
    """A host's name as servers of names know it, in ASCII: the only way from one to the other.

    It is UTS 46 as browsers have it, without transition: `faß` is not `fass`. Python's own codec is
    IDNA 2003, which asks for another host.

    Args:
        name: as it was typed.
        strict: whether a name in ASCII, too, must be one of letters, digits and hyphens.

    Raises:
        ValueError: it is no name.
    """
    if name.isascii() and not strict:
        return name
    return idna.encode(name, uts46=True, std3_rules=strict).decode("ascii").lower()


async def system_addresses(host: str, port: int) -> list[str]:
    """What the operating system finds: its hosts file, its name servers.

    Raises:
        OSError: there is no such name.
        ValueError: it holds NUL, or is not as it is to be asked for.
    """
    host.encode("ascii")
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]
