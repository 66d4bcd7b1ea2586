"""A server that speaks TLS 1.0 and 1.1 and nothing newer, from the first octet on or after STLS."""

import asyncio
import socket
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from .certs import Leaf

_PATIENCE = 5.0  # seconds; a test that fails must not hang


@dataclass(slots=True)
class Outdated:
    """Where it listens, what it heard in clear, and whether any handshake came about."""

    host: str
    port: int
    received: list[bytes] = field(default_factory=list)
    shaken: int = 0


@asynccontextmanager
async def outdated(leaf: Leaf, *, stls: bool = False, visits: int = 1) -> AsyncIterator[Outdated]:
    """Serves so many connections, one after the other, in a thread.

    asyncio's own server closes before its alert is out, so this one blocks.
    """
    context = leaf.server_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_PATIENCE)
        server = Outdated(*listener.getsockname())

        def serve() -> None:
            for _ in range(visits):
                raw, _address = listener.accept()
                raw.settimeout(_PATIENCE)
                with raw, suppress(OSError):
                    if stls:
                        raw.sendall(b"+OK ready\r\n")
                        server.received.append(raw.recv(4096))
                        raw.sendall(b"+OK begin\r\n")
                    with context.wrap_socket(raw, server_side=True):
                        server.shaken += 1

        serving = asyncio.create_task(asyncio.to_thread(serve))
        try:
            yield server
        finally:
            await serving
