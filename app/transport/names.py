"""Names as they are asked for, and names to addresses as this machine looks them up.

The system cannot be told to stop looking: a thread that asks a silent name server is gone for half
a minute. So look-ups have threads of their own, and few of them for each client.
"""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress

import idna

from app.gate import Places, client

from .errors import LookupsFull

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


class SystemNames:
    """What the operating system finds: its hosts file, its name servers.

    Args:
        most: look-ups at once.
        each: of them for one client.
    """

    def __init__(self, most: int = 16, each: int = 4) -> None:
        self._places = Places(most, client=each)
        self._asked: dict[str, asyncio.Future[list[str]]] = {}

    async def addresses(self, host: str, port: int) -> list[str]:  # noqa: ARG002 -- a Resolve
        """The addresses of a host.

        Raises:
            OSError: there is no such name.
            ValueError: it holds NUL, or is not as it is to be asked for.
            LookupsFull: there are too many look-ups under way.
        """
        with suppress(ValueError):
            return [str(ipaddress.ip_address(host))]
        host.encode("ascii")
        asked = self._asked.get(host)
        if asked is None:
            asked = self._ask(host)
        # Whoever goes away leaves the thread at it, and others who ask for the same name.
        return await asyncio.shield(asked)

    def _ask(self, host: str) -> asyncio.Future[list[str]]:
        keys = {"client": client.get()}
        if self._places.full(**keys) is not None:
            raise LookupsFull
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[list[str]] = loop.create_future()
        self._places.take(**keys)
        self._asked[host] = asked

        def tell(found: list[str] | Exception) -> None:
            self._places.leave(**keys)
            del self._asked[host]
            if isinstance(found, Exception):
                asked.set_exception(found)
                asked.exception()  # perhaps nobody waits for it any more
            else:
                asked.set_result(found)

        def look_up() -> None:
            found = _addresses(host)
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(tell, found)

        # A daemon: the end of the process waits for no name server.
        threading.Thread(target=look_up, name="look-up", daemon=True).start()
        return asked


def _addresses(host: str) -> list[str] | Exception:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        return error
    return [str(entry[4][0]) for entry in found]
