"""1,000 headers over a round trip of 40 ms: Popscope, a raw socket, poplib."""

import asyncio
import poplib
import time

from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.proxy import Link

from .maildrop import MESSAGES, RTT, fill, opened
from .result import Result

USER = "headers"
RUNS = 5
LIMIT = 1.3
POPLIB_SAMPLE = 50  # poplib takes one round trip a header: more of them would only take longer


async def popscope(link: Link) -> float:
    """Seconds from the end of the sign-in to the last header."""
    async with opened(link, USER) as mailbox:
        began = time.perf_counter()
        await mailbox.headers.loaded()
        took = time.perf_counter() - began
        if mailbox.headers.progress.known != MESSAGES:
            raise RuntimeError(f"only {mailbox.headers.progress.known} headers came")
        return took


async def raw(link: Link) -> float:
    """Seconds for a socket that writes all TOPs at once and reads the answers."""
    reader, writer = await asyncio.open_connection(link.host, link.port, limit=2**24)
    await reader.readline()
    for line in (f"USER {USER}", f"PASS {PASSWORD}"):
        writer.write(line.encode() + b"\r\n")
        await reader.readline()
    began = time.perf_counter()
    writer.write(b"".join(b"TOP %d 0\r\n" % n for n in range(1, MESSAGES + 1)))
    ends = 0
    tail = b""
    while ends < MESSAGES:
        block = await reader.read(2**18)
        ends += (tail + block).count(b"\r\n.\r\n")
        tail = (tail + block)[-4:]
    took = time.perf_counter() - began
    writer.close()
    await writer.wait_closed()
    return took


def with_poplib(host: str, port: int) -> float:
    """Seconds for all headers by poplib, from a sample."""
    client = poplib.POP3(host, port)
    client.user(USER)
    client.pass_(PASSWORD)
    began = time.perf_counter()
    for number in range(1, POPLIB_SAMPLE + 1):
        client.top(number, 0)
    took = (time.perf_counter() - began) * MESSAGES / POPLIB_SAMPLE
    client.quit()
    return took


async def run(server: Dovecot) -> list[Result]:
    """The best of some runs, taken in turns."""
    fill(server, USER)
    async with Link(server.host, server.port, rtt=RTT) as link:
        ours, theirs = [], []
        for _ in range(RUNS):
            theirs.append(await raw(link))
            ours.append(await popscope(link))
        slow = await asyncio.to_thread(with_poplib, link.host, link.port)
    limit = LIMIT * min(theirs) + RTT
    beside = f"raw socket {min(theirs):.3f} s, poplib {slow:.1f} s"
    return [Result("1,000 headers, 40 ms round trip", min(ours), limit, "s", beside)]
