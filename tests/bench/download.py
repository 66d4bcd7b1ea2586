"""A RETR of 256 MiB through the API of a running Popscope: its memory, and its time."""

import asyncio
import hashlib
import time

import httpx

from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.popscope import RunningPopscope

from .result import Result

USER = "download"
OCTETS = 256 * 2**20
GROWTH = 16.0  # MiB
SLOWER = 8.0  # times a raw socket that only counts octets


def message() -> bytes:
    """A message of 256 MiB."""
    line = b"x" * 76 + b"\r\n"
    head = b"From: bob@example.org\r\nSubject: large\r\n\r\n"
    return head + line * ((OCTETS - len(head)) // len(line))


async def raw(server: Dovecot, octets: int) -> float:
    """Seconds for a socket that reads RETR's answer and looks at nothing."""
    reader, writer = await asyncio.open_connection(server.host, server.port, limit=2**24)
    await reader.readline()
    for line in (f"USER {USER}", f"PASS {PASSWORD}"):
        writer.write(line.encode() + b"\r\n")
        await reader.readline()
    began = time.perf_counter()
    writer.write(b"RETR 1\r\n")
    got = 0
    while got < octets:
        got += len(await reader.read(2**18))
    took = time.perf_counter() - began
    writer.close()
    await writer.wait_closed()
    return took


def through_popscope(server: Dovecot, digest: str) -> tuple[float, float]:
    """Seconds, and MiB by which the process grew."""
    with RunningPopscope("serve") as popscope, httpx.Client(base_url=popscope.url) as client:
        account = {"username": USER, "password": PASSWORD, "security": "none"}
        place = {"server": server.host, "port": server.port}
        token = client.post("/api/v1/session", json=account | place).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        (found,) = client.get("/api/v1/list").json()["messages"]
        before = popscope.rss_bytes()
        began = time.perf_counter()
        arrived = hashlib.sha256()
        with client.stream("GET", f"/api/v1/messages/{found['id']}/retr", timeout=60) as answer:
            for block in answer.iter_bytes():
                arrived.update(block)
        took = time.perf_counter() - began
        if arrived.hexdigest() != digest:
            raise RuntimeError("the message did not arrive as it was sent")
        return took, (popscope.peak_rss_bytes() - before) / 2**20


async def run(server: Dovecot) -> list[Result]:
    """Growth and time."""
    whole = message()
    if not server.messages_on_disk(USER):
        server.deliver(USER, whole)
    digest = hashlib.sha256(whole).hexdigest()
    seconds = await raw(server, len(whole))
    took, grown = await asyncio.to_thread(through_popscope, server, digest)
    return [
        Result("RETR of 256 MiB through the API: growth", grown, GROWTH, "MiB"),
        Result(
            "RETR of 256 MiB through the API: time",
            took,
            SLOWER * seconds,
            "s",
            f"raw socket {seconds:.3f} s; the digest is in our time",
        ),
    ]
