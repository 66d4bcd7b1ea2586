"""A click in the middle of the prefetch, on a line of 1 Mbit/s."""

import asyncio
import random
import statistics
import time

from tests.mailbox.opening import reader
from tests.support.dovecot import Dovecot
from tests.support.proxy import Link

from .maildrop import RTT, credentials, fill, opened
from .result import Result

USER = "clicks"
RATE = 125_000  # octets a second: 1 Mbit/s
CLICKS = 12
LIMIT = 0.400


async def run(server: Dovecot) -> list[Result]:
    """The slowest of some clicks, each a peek of 50 lines at another message."""
    fill(server, USER)
    chance = random.Random(1939)
    took = []
    async with (
        Link(server.host, server.port, rtt=RTT, rate=RATE) as link,
        opened(link, USER) as mailbox,
    ):
        ids = [message.id for message in mailbox.index]
        for _ in range(CLICKS):
            await asyncio.sleep(chance.uniform(0.01, 0.3))
            if not mailbox.headers.progress.running:
                raise RuntimeError("the prefetch was over before the last click")
            began = time.perf_counter()
            await reader(mailbox, lambda: credentials(USER)).peek(chance.choice(ids))
            took.append(time.perf_counter() - began)
    beside = f"median {statistics.median(took):.3f} s"
    return [Result("a click during the prefetch, 1 Mbit/s, slowest", max(took), LIMIT, "s", beside)]
