"""A raw POP3 client over a blocking socket, with nothing of the app and no limit on line length."""

import contextlib
import socket
from collections.abc import Iterator

from app.demo import DemoServer


class Wire:
    """One connection; every wait is bounded."""

    def __init__(self, demo: DemoServer, *, timeout: float = 10.0) -> None:
        self.socket = socket.create_connection((demo.host, demo.port), timeout)
        self.file = self.socket.makefile("rb")

    def line(self) -> bytes:
        """The next line without CRLF; asserts that it ended in one."""
        line = self.file.readline()
        assert line.endswith(b"\r\n"), line
        return line[:-2]

    def ask(self, command: bytes) -> bytes:
        self.socket.sendall(command + b"\r\n")
        return self.line()

    def body(self) -> bytes:
        """A multi-line answer after its status line, byte-unstuffed, without the terminator."""
        out = bytearray()
        while (line := self.file.readline()) != b".\r\n":
            assert line.endswith(b"\n"), "the connection ended inside a body"
            out += line[1:] if line.startswith(b".") else line
        return bytes(out)

    def fetch(self, command: bytes) -> bytes:
        status = self.ask(command)
        assert status.startswith(b"+OK"), status
        return self.body()

    def sign_in(self, demo: DemoServer) -> bytes:
        assert self.line().startswith(b"+OK")
        assert self.ask(b"USER " + demo.username.encode()).startswith(b"+OK")
        return self.ask(b"PASS " + demo.password.encode())

    def at_end(self) -> bool:
        """Whether the server has closed the connection."""
        return self.file.read(1) == b""


@contextlib.contextmanager
def dialled(demo: DemoServer, *, signed_in: bool = True) -> Iterator[Wire]:
    """A connection, signed in unless told otherwise, that is dropped at the end."""
    wire = Wire(demo)
    try:
        if signed_in:
            status = wire.sign_in(demo)
            assert status.startswith(b"+OK"), status
        yield wire
    finally:
        wire.file.close()
        wire.socket.close()
