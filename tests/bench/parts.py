"""A base64 attachment of 100 MiB, decoded from a spool: its time, and the process's growth.

Each contender runs in a process of its own, from a mapped temporary file without a name. The pages
of the map are the kernel's cache and would count as resident, so growth is that of the anonymous
memory (RssAnon), looked at while decoding.
"""

import asyncio
import base64
import email
import hashlib
import json
import mmap
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

from app.mime.attachments import attachments, measure, stream
from app.mime.structure import scan
from tests.support.dovecot import Dovecot

from .result import Result

OCTETS = 100 * 2**20
GROWTH = 4.0  # MiB
SLOWEST = OCTETS / 2**20 / 100  # seconds at 100 MiB/s
RUNS = 3
HEAD = b"""\
From: bob@example.org\r
Content-Type: multipart/mixed; boundary=x\r
\r
--x\r
\r
See the file.\r
--x\r
Content-Type: application/zip; name=large.zip\r
Content-Transfer-Encoding: base64\r
\r
"""
TAIL = b"--x--\r\n"
LINE = 57  # octets
EVERY = 64  # blocks between two looks at the memory


class Run(NamedTuple):
    """What one process tells."""

    seconds: float
    grown: float  # MiB


def fill(spool: IO[bytes]) -> str:
    """Writes the message; returns the digest of what is attached."""
    chance, digest = random.Random(2045), hashlib.sha256()
    spool.write(HEAD)
    left = OCTETS
    while left:
        octets = chance.randbytes(min(left, LINE * 4096))
        digest.update(octets)
        spool.write(base64.encodebytes(octets).replace(b"\n", b"\r\n"))
        left -= len(octets)
    spool.write(TAIL)
    spool.flush()
    return digest.hexdigest()


def anonymous() -> float:
    """Anonymous memory of this process in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this kernel does not tell RssAnon")


def popscope(spool: IO[bytes], digest: str) -> Run:
    """Ours: found by its structure, decoded in blocks."""
    with (
        mmap.mmap(spool.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        memoryview(mapped) as data,
    ):
        (found,) = attachments(data, scan(data, whole=True), {"1.1"}, whole=True)
        before = most = anonymous()
        count = 0
        began = time.perf_counter()
        for number, block in enumerate(stream(data, found)):
            count += len(block)
            if number % EVERY == 0:
                most = max(most, anonymous())
        took = time.perf_counter() - began
        if count != found.octets or measure(data, found).sha256 != digest:
            raise RuntimeError("the file is not what was attached")
    return Run(took, most - before)


class Sink:
    """Counts what is written to it."""

    def __init__(self) -> None:
        self.octets = 0

    def write(self, data: bytes) -> None:
        """Counts."""
        self.octets += len(data)


def codec(spool: IO[bytes], digest: str) -> Run:
    """The standard library's base64.decode, line by line, told where the body is."""
    spool.truncate(spool.tell() - len(TAIL))
    spool.seek(len(HEAD))
    before, sink = anonymous(), Sink()
    began = time.perf_counter()
    base64.decode(spool, sink)
    took = time.perf_counter() - began
    if sink.octets != OCTETS:
        raise RuntimeError("base64.decode lost something")
    return Run(took, anonymous() - before)


def with_email(spool: IO[bytes], digest: str) -> Run:
    """The email package, which holds all of it."""
    spool.seek(0)
    before = anonymous()
    message = email.message_from_binary_file(spool)
    began = time.perf_counter()
    octets = message.get_payload(1).get_payload(decode=True)  # type: ignore[union-attr]
    took = time.perf_counter() - began
    if hashlib.sha256(octets).hexdigest() != digest:  # type: ignore[arg-type]
        raise RuntimeError("the email package decoded something else")
    return Run(took, anonymous() - before)


CONTENDERS: dict[str, Callable[[IO[bytes], str], Run]] = {
    "popscope": popscope,
    "codec": codec,
    "email": with_email,
}


def apart(contender: str) -> Run:
    """Runs one in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.parts", contender]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return Run(*json.loads(ran.stdout))


async def run(_server: Dovecot) -> list[Result]:
    """The best of some runs, taken in turns, and the largest growth; no server is needed."""
    ours, theirs = [], []
    for _ in range(RUNS):
        theirs.append(await asyncio.to_thread(apart, "codec"))
        ours.append(await asyncio.to_thread(apart, "popscope"))
    whole = await asyncio.to_thread(apart, "email")
    took = min(one.seconds for one in ours)
    line_by_line = min(one.seconds for one in theirs)
    beside = f"base64.decode {line_by_line:.3f} s, email {whole.seconds:.3f} s once it is parsed"
    grown = max(one.grown for one in ours)
    return [
        Result("base64 of 100 MiB from a spool: time", took, SLOWEST, "s", beside),
        Result(
            "base64 of 100 MiB from a spool: growth",
            grown,
            GROWTH,
            "MiB",
            f"email {whole.grown:.0f} MiB",
        ),
    ]


def main() -> None:
    """One contender: prints what `Run` holds."""
    with tempfile.TemporaryFile() as spool:
        print(json.dumps(CONTENDERS[sys.argv[1]](spool, fill(spool))))


if __name__ == "__main__":
    main()
