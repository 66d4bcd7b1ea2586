"""Child processes and loopback ports, for the servers that tests start."""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

# Of each worker of pytest-xdist its own, and below all that the kernel gives out by itself: a port
# that was free stays so until the server that it is for listens.
_FIRST, _EACH, _BLOCKS = 20_000, 1000, 12
_WORKER = int("0" + os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"))
_PORTS = itertools.cycle(range(_EACH))


def free_port() -> int:
    """Return a TCP port that is free on loopback, another one each time."""
    for number in itertools.islice(_PORTS, _EACH):
        port = _FIRST + _WORKER % _BLOCKS * _EACH + number
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


def start(
    command: Sequence[str],
    *,
    output: IO[bytes],
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    death: str = "TERM",
) -> "subprocess.Popen[bytes]":
    """Start a child with both outputs in ``output`` and nothing on its standard input.

    It leads a process group of its own, and on Linux it is told to end when this process dies,
    so that an interrupted test run leaves no server behind; ``death`` is the signal for that.
    """
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", death] if setpriv else []
    return subprocess.Popen(
        [*prefix, *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=None if env is None else dict(env),
        cwd=cwd,
        start_new_session=True,
    )


def end(child: "subprocess.Popen[bytes]", *, patience: float = 8) -> int:
    """Ask a child to end (SIGTERM), insist after ``patience`` seconds; return its exit status."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            # The group was made by start(), so it holds this child and what it forked.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    return child.wait(patience)
