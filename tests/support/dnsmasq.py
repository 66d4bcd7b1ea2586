"""A real name server on loopback, with the records a test gives it and no others."""

import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import dns.exception
import dns.message
import dns.query

from . import need
from .process import end, free_port, start

_READY = "ready.test"


class Dnsmasq:
    """Debian's dnsmasq, for ``.test`` alone: ``with Dnsmasq(["host-record=a.test,127.0.0.1"])``.

    Args:
        records: lines of its configuration: ``host-record=NAME,ADDRESS``,
            ``srv-host=_SERVICE._tcp.DOMAIN,TARGET,PORT,PRIORITY,WEIGHT`` (without what follows
            the name: there is no such service), ``mx-host=DOMAIN,HOST,PREFERENCE``.
    """

    def __init__(self, records: Iterable[str] = ()) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self._records = tuple(records)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def setting(self) -> str:
        """As ``POPSCOPE_DNS`` has it."""
        return f"{self.host}:{self.port}"

    @property
    def asked(self) -> list[str]:
        """The questions so far, as ``TYPE NAME``, but for ours whether it is there."""
        words = [line.split() for line in self._log.read_text(errors="replace").splitlines()]
        found = [line for line in words if any(word.startswith("query[") for word in line)]
        at = [next(i for i, w in enumerate(line) if w.startswith("query[")) for line in found]
        asked = (f"{line[i][6:-1]} {line[i + 1]}" for line, i in zip(found, at, strict=True))
        return [question for question in asked if question != f"A {_READY}"]

    def __enter__(self) -> Self:
        binary = need.program("dnsmasq", package="dnsmasq-base")
        self._folder = tempfile.TemporaryDirectory(prefix="pdns-")
        for _ in range(3):  # a free port may be taken by a neighbour before it is bound
            self._spawn(binary)
            if self._answers():
                return self
            self._end_child()
        said = self._log.read_text(errors="replace")
        self.stop()
        raise RuntimeError(f"dnsmasq did not start:\n{said}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server. A second call does nothing."""
        self._end_child()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    @property
    def _log(self) -> Path:
        if self._folder is None:
            raise RuntimeError("dnsmasq is not running")
        return Path(self._folder.name) / "log"

    def _spawn(self, binary: str) -> None:
        self.port = free_port()
        settings = [
            f"port={self.port}",
            f"listen-address={self.host}",
            "bind-interfaces",
            "no-resolv",
            "no-hosts",
            "no-poll",
            "user=",
            "pid-file=",
            "local=/test/",
            "log-queries",
            "log-facility=-",
            f"host-record={_READY},127.0.0.1",
            *self._records,
        ]
        config = self._log.with_name("dnsmasq.conf")
        config.write_text("\n".join(settings) + "\n")
        with self._log.open("ab") as log:
            self._child = start(
                [binary, "--keep-in-foreground", f"--conf-file={config}"], output=log
            )

    def _answers(self) -> bool:
        question = dns.message.make_query(_READY, "A")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self._child is None or self._child.poll() is not None:
                return False
            try:
                answer = dns.query.udp(question, self.host, timeout=0.1, port=self.port)
            except (OSError, dns.exception.DNSException):
                time.sleep(0.02)
                continue
            if answer.answer:
                return True
        return False

    def _end_child(self) -> None:
        if self._child is not None:
            end(self._child)
            self._child = None
