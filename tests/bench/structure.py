"""A message of 100 MiB with three attachments: its structure, and a part saved through the API.

The scan runs over a spool, against `grep -c` of the boundary lines of the same file. The part
arrives from a running Popscope while the message comes in from Dovecot.
"""

import asyncio
import base64
import hashlib
import random
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import httpx

from app.mailbox.spool import Spool
from app.mime import scan
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.popscope import RunningPopscope

from .result import Result

USER = "structure"
MIB = 2**20
ATTACHED = (60 * MIB, 10 * MIB, 4 * MIB)  # decoded octets; encoded, some 100 MiB
SLOWER = 3.0  # times grep
GROWTH = 4.0  # MiB
RUNS = 5
LINE = 57
BLOCK = LINE * 4096
BOUNDARY = b"=_7c1f9a0e-boundary"
SAVED = 2  # which part: the second one is the first attachment


@cache
def message() -> tuple[bytes, str]:
    """The message, and the digest of its first attachment."""
    chance = random.Random(2046)
    raw = bytearray(b"From: bob@example.org\r\nSubject: three files\r\nMIME-Version: 1.0\r\n")
    raw += b'Content-Type: multipart/mixed; boundary="' + BOUNDARY + b'"\r\n\r\n'
    raw += b"--" + BOUNDARY + b"\r\n\r\nSee the files.\r\n"
    digests = []
    for number, octets in enumerate(ATTACHED, 1):
        raw += b"--" + BOUNDARY + b"\r\nContent-Type: application/zip; name=%d.zip\r\n" % number
        raw += b"Content-Transfer-Encoding: base64\r\n\r\n"
        digest, left = hashlib.sha256(), octets
        while left:
            piece = chance.randbytes(min(left, BLOCK))
            digest.update(piece)
            raw += base64.encodebytes(piece).replace(b"\n", b"\r\n")
            left -= len(piece)
        digests.append(digest.hexdigest())
    raw += b"--" + BOUNDARY + b"--\r\n"
    return bytes(raw), digests[0]


def scanned(raw: bytes) -> float:
    """Seconds for the structure, from a spool."""
    spool = Spool(2 * len(raw))
    for at in range(0, len(raw), MIB):
        spool.write(raw[at : at + MIB])
    best = float("inf")
    for _ in range(RUNS):
        began = time.perf_counter()
        found = scan(spool, whole=True)
        best = min(best, time.perf_counter() - began)
        if found.defects or len(found.root.children) != 1 + len(ATTACHED):
            raise RuntimeError("the structure is not what was written")
    return best


def grepped(raw: bytes) -> float:
    """Seconds for a process that counts the boundary lines of the same octets in a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "message"
        path.write_bytes(raw)
        best = float("inf")
        for _ in range(RUNS):
            began = time.perf_counter()
            ran = subprocess.run(
                ["grep", "-c", "^--" + BOUNDARY.decode(), path],
                capture_output=True,
                check=True,
            )
            best = min(best, time.perf_counter() - began)
            if int(ran.stdout) != 2 + len(ATTACHED):
                raise RuntimeError("grep counted something else")
    return best


class Memory:
    """The most anonymous memory a process has had since it was asked first.

    RssAnon, not VmHWM: that one counts the pages of the program's own files too, which come in
    with the first use of each module and can be dropped again. The kernel keeps no peak of it, so
    it is looked at with each block that arrives.
    """

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._first = self._most = self._now()

    def look(self) -> None:
        """Looks again."""
        self._most = max(self._most, self._now())

    @property
    def grown(self) -> float:
        """MiB since the beginning."""
        return self._most - self._first

    def _now(self) -> float:
        for line in self._status.read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("this kernel does not tell RssAnon")


def saved(server: Dovecot, path: str, digest: str) -> tuple[float, float]:
    """Seconds until a part has arrived, and MiB by which the process grew."""
    with RunningPopscope("serve") as popscope, httpx.Client(base_url=popscope.url) as client:
        account = {"username": USER, "password": PASSWORD, "security": "none"}
        place = {"server": server.host, "port": server.port}
        token = client.post("/api/v1/session", json=account | place).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        (found,) = client.get("/api/v1/list").json()["messages"]
        memory, arrived = Memory(popscope.process.pid), hashlib.sha256()
        began = time.perf_counter()
        url = f"/api/v1/messages/{found['id']}/parts/{path}"
        with client.stream("GET", url, timeout=120) as answer:
            answer.raise_for_status()
            for block in answer.iter_bytes():
                arrived.update(block)
                memory.look()
        took = time.perf_counter() - began
        if arrived.hexdigest() != digest:
            raise RuntimeError("the part did not arrive as it was attached")
        return took, memory.grown


async def run(server: Dovecot) -> list[Result]:
    """The structure's time, and the growth while a part goes out."""
    raw, digest = message()
    if not server.messages_on_disk(USER):
        server.deliver(USER, raw)
    ours, theirs = await asyncio.to_thread(lambda: (scanned(raw), grepped(raw)))
    took, grown = await asyncio.to_thread(saved, server, f"1.{SAVED}", digest)
    return [
        Result(
            "structure of 100 MiB with three attachments: time",
            ours,
            SLOWER * theirs,
            "s",
            f"grep -c {theirs:.3f} s, best of {RUNS} each",
        ),
        Result(
            "one part of 100 MiB through the API: growth", grown, GROWTH, "MiB", f"{took:.2f} s"
        ),
    ]
