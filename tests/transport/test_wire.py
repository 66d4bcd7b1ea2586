"""The socket below the protocol: prompt acknowledgements, and holding the server back."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.pop3 import MessageNumber, commands
from app.transport import Security, Target
from app.transport.wire import Wire

from .dialling import dialer, sign_in_to

pytestmark = pytest.mark.heavy

TOPS = 12


class SmallSegments:
    """A server that writes an answer in two segments, the second when the first is acknowledged.

    It has a thread and a socket of its own: asyncio's have Nagle's algorithm switched off.
    """

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self.host, self.port = listening.getsockname()

    def run(self) -> None:
        while True:
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            with sock, sock.makefile("rwb", buffering=0) as file:
                file.write(b"+OK ready\r\n")
                for line in file:
                    if line.startswith(b"CAPA"):
                        file.write(b"-ERR\r\n")
                    elif line.startswith(b"TOP"):
                        file.write(b"+OK\r\n")
                        file.write(b"Subject: x\r\n\r\n")
                        file.write(b".\r\n")
                    else:
                        file.write(b"+OK\r\n")


@contextmanager
def small_segments() -> Iterator[SmallSegments]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = SmallSegments(listening)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


async def seconds_for_tops() -> float:
    with small_segments() as server:
        connection = await sign_in_to(dialer(), server)
        began = time.monotonic()
        for _ in range(TOPS):
            await connection.fetch(commands.top(MessageNumber(1), 0), 100)
        took = time.monotonic() - began
        connection.abort()
        return took


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="the platform has no TCP_QUICKACK")
async def test_a_server_that_waits_for_acknowledgements_need_not_wait(monkeypatch):
    """Compared with ourselves without it, so that no clock decides."""
    with_it = await seconds_for_tops()
    monkeypatch.setattr("app.transport.wire._QUICKACK", None)
    without = await seconds_for_tops()
    assert with_it < without / 2


async def test_a_wire_that_is_not_there_yet_or_no_more_harms_nothing(monkeypatch):
    wire = Wire()
    wire.write(b"x")
    wire.acknowledge()
    wire.abort()
    assert wire.tls is None
    wire.hold_back(10**9)
    assert not wire.paused
    with small_segments() as server:
        connection = await dialer().dial(Target(server.host, server.port, Security.NONE))
        connection.abort()
        await asyncio.sleep(0)
        connection._wire.acknowledge()


async def test_reading_stops_when_too_much_waits_and_goes_on_when_little_does():
    with small_segments() as server:
        connection = await sign_in_to(dialer(), server)
        wire = connection._wire
        assert wire.transport is not None
        assert not wire.let_go(0)
        wire.hold_back(1000)
        assert not wire.paused
        wire.hold_back(300_000)
        assert wire.paused
        assert not wire.transport.is_reading()
        assert not wire.let_go(100_000)
        assert wire.let_go(10)
        assert wire.transport.is_reading()
        connection.abort()
