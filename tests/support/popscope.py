"""Popscope as people run it: a process of its own, started by its command line."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from .process import end, free_port, start

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = (sys.executable, "-m", "app")


# All tests come from one address.
UNHELD: Final = {
    "POPSCOPE_SESSION_LIMIT_CLIENT": "200",
    **dict.fromkeys(
        ("POPSCOPE_SIGN_INS_CLIENT", "POPSCOPE_WRONG_CLIENT", "POPSCOPE_WRONG_ACCOUNT",
         "POPSCOPE_WRONG_HOST", "POPSCOPE_WRONG"), "9999/minute"),
}  # fmt: skip


class RunningPopscope:
    """``popscope serve`` or ``popscope demo`` on a free loopback port, answering ``/livez``.

    Args:
        command: ``serve`` or ``demo``.
        settings: ``POPSCOPE_…`` variables by their full names. Loopback targets and every port
            are allowed, and servers are not searched for, unless these say otherwise. No other
            ``POPSCOPE_…`` variable of the test's own environment gets through, and no ``.env``
            file is read.
        program: what to start, by default ``python -m app`` of this checkout.
        patience: seconds until it must answer.
    """

    def __init__(
        self,
        command: str = "serve",
        *,
        settings: Mapping[str, str] | None = None,
        program: tuple[str, ...] | None = None,
        patience: float = 30,
    ) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self._command, self._patience = command, patience
        self._program = program or CHECKOUT
        self._settings = {
            "POPSCOPE_ALLOW_LOOPBACK": "1",
            "POPSCOPE_PORTS": "1-65535",
            "POPSCOPE_DISCOVERY": "0",
            **UNHELD,
            **(settings or {}),
        }
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the sign-in page, without a slash at its end."""
        return f"http://{self.host}:{self.port}"

    @property
    def output(self) -> str:
        """What the process has printed so far, both outputs together."""
        if self._output is None:
            return ""
        return Path(self._output.name).read_text(errors="replace")

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The process, to send it signals; ``with`` still ends it."""
        if self._child is None:
            raise RuntimeError("popscope is not running")
        return self._child

    def rss_bytes(self) -> int:
        """Return the resident memory of the process now, in octets (Linux)."""
        return self._memory("VmRSS")

    def peak_rss_bytes(self) -> int:
        """Return the most resident memory the process ever had, in octets (Linux)."""
        return self._memory("VmHWM")

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="popscope-")
        self._output = (Path(self._folder.name) / "output").open("ab")
        self.port = free_port()
        try:
            self.begin()
        except BaseException:
            self.stop()
            raise
        return self

    def begin(self) -> None:
        """Start it, once more where it has ended, on the port it had before."""
        if self._folder is None or self._output is None:
            raise RuntimeError("popscope has no place")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("POPSCOPE_")}
        env = {**inherited, "PYTHONUNBUFFERED": "1", **self._settings}
        if self._program[:2] == CHECKOUT[:2]:  # a module of this checkout
            env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH")]))
        command = [*self._program, self._command, "--host", self.host, "--port", str(self.port)]
        # Its working folder is empty: no .env file of the checkout is read.
        self._child = start(command, output=self._output, env=env, cwd=Path(self._folder.name))
        self._wait()

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash does."""
        self.process.kill()
        self.process.wait(10)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process with SIGTERM; its output is lost. A second call does nothing."""
        if self._child is not None:
            end(self._child)
            self._child = None
        if self._output is not None:
            self._output.close()
            self._output = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _memory(self, field: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith(f"{field}:"))
        return int(line.split()[1]) * 1024

    def _wait(self) -> None:
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with (
                contextlib.suppress(OSError, urllib.error.URLError),
                urllib.request.urlopen(f"{self.url}/livez", timeout=5) as answer,
            ):
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"popscope {self._command} did not answer:\n{self.output}")
