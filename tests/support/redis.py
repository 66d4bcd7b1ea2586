"""A real Redis on loopback, that keeps nothing on disk: ``with Redis() as server: server.url``."""

import contextlib
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from . import need
from .process import end, free_port, start


class Redis:
    """Debian's redis-server, on a free port and on a socket in a folder of its own.

    Args:
        password: it asks for, or "".
        settings: words of its command line, such as ``"--maxmemory", "3mb"``.
    """

    def __init__(self, *settings: str, password: str = "") -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self._password, self._settings = password, settings
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As ``POPSCOPE_STORE`` has it."""
        secret = f":{self._password}@" if self._password else ""
        return f"redis://{secret}{self.host}:{self.port}/0"

    @property
    def unix_url(self) -> str:
        """The same over its socket."""
        return f"unix://{self._path / 'socket'}"

    @property
    def _path(self) -> Path:
        if self._folder is None:
            raise RuntimeError("redis is not running")
        return Path(self._folder.name)

    def __enter__(self) -> Self:
        binary = need.program("redis-server", package="redis-server")
        self._folder = tempfile.TemporaryDirectory(prefix="predis-")
        self.port = free_port()
        self.begin(binary)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def begin(self, binary: str = "redis-server") -> None:
        """Start, empty, on the port it had before."""
        command = [binary, "--port", str(self.port), "--bind", self.host, "--save", ""]
        command += ["--appendonly", "no", "--dir", str(self._path), "--daemonize", "no"]
        command += ["--unixsocket", str(self._path / "socket"), *self._settings]
        if self._password:
            command += ["--requirepass", self._password]
        with (self._path / "log").open("ab") as log:
            self._child = start(command, output=log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                self.ask("PING")
                return
            time.sleep(0.02)
        raise RuntimeError(f"redis did not start:\n{(self._path / 'log').read_text()}")

    def kill(self) -> None:
        """End it; what it held is lost. A second call does nothing."""
        if self._child is not None:
            end(self._child)
            self._child = None

    def fill(self) -> None:
        """Its memory is full, and it evicts nothing."""
        assert self.ask("CONFIG", "SET", "maxmemory", "1") == b"+OK\r\n"

    def make_room(self) -> None:
        """It has room again."""
        assert self.ask("CONFIG", "SET", "maxmemory", "0") == b"+OK\r\n"

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """It answers nothing for as long as the block runs, and has lost nothing after it."""
        if self._child is None:
            raise RuntimeError("redis is not running")
        self._child.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._child.send_signal(signal.SIGCONT)

    def ask(self, *words: str) -> bytes:
        """What it answers to one command, as it comes; a short one."""
        with socket.create_connection((self.host, self.port), timeout=5) as line:
            if self._password:
                line.sendall(_command("AUTH", self._password))
                line.recv(64)
            line.sendall(_command(*words))
            return line.recv(65536)


def _command(*words: str) -> bytes:
    parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    return f"*{len(words)}\r\n{''.join(parts)}".encode()
