"""The corpus as a maildrop, served by a process of its own: its work is in nobody's figures.

Run as a program, it prints its port and serves until its standard input ends.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.process import end
from tests.support.scripted import ScriptedServer

from . import CASES

_COMMAND = (sys.executable, "-m", "tests.support.corpus.served")


@dataclass(frozen=True, slots=True)
class Served:
    """Where it is served."""

    host: str
    port: int


@contextmanager
def served() -> Iterator[Served]:
    """The maildrop, message n being case n of `CASES`, until the block ends."""
    child = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        yield Served("127.0.0.1", int(child.stdout.readline()))
    finally:
        child.stdin.close() if child.stdin else None
        end(child)
        child.stdout.close() if child.stdout else None


def message(name: str, raw: bytes) -> FakeMessage:
    """A case as a server has it: its last line has an end."""
    return FakeMessage(raw if raw.endswith(b"\r\n") else raw + b"\r\n", uidl=name[:70])


async def main() -> None:
    """Serves."""
    messages = [message(case.name, case.raw) for case in CASES]
    async with ScriptedServer(FakeMaildrop(messages)) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
