"""The list of 100,000 messages on the server, against Python's own sorted() on the same keys.

Each figure is the time from the state in the address to the list's HTML, in the worst of the
filters and of the first and the last page; nothing of it is kept from an earlier request but what
any list leaves behind (orders, and what of headers is compared). The keys are shuffled before each
sort. It is processor time, on both sides: others on the machine take no part in it.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from starlette.requests import Request

from app.mailbox import Account, Mailbox, in_thread
from app.mailbox.index import Index, Listings
from app.pop3 import MessageNumber, Octets, ScanListing, Stat, Uidl, UniqueId
from app.sessions import Session
from app.transport import Dialer, Security, Target, TargetPolicy
from app.web.list.list_url import ListState
from app.web.list.results import listed
from app.web.mailbox.page import list_fragment
from app.web.site.config import Services, WebConfig
from app.web.site.render import Renderer
from app.web.site.visit import Visit
from tests.support.dovecot import Dovecot

from .result import Result

MESSAGES = 100_000
SENDERS = 3000
RUNS = 3
LIMIT = 3.0
FILTERS = (
    "", "larger:1M", "smaller:100K", "report", "-report", "subject:holiday", "from:person",
    "to:anna", "older:1y", "newer:300d -is:marked", "after:2024-01-01 before:2025-01-01",
    "has:attachment", "larger:10K report -plans from:dom1",
)  # fmt: skip
WORDS = ("invoice", "report", "holiday", "photos", "meeting", "offer", "order", "plans", "draft")


@dataclass(frozen=True)
class Place:
    """A signed-in mailbox of 100,000 messages, and what renders it."""

    mailbox: Mailbox
    visit: Visit

    async def render(self, state: ListState) -> float:
        """Seconds for one page of the list, its selection made anew."""
        self.mailbox.listing.orders.forget_selections()
        began = time.process_time()
        found = await listed(self.mailbox, state)
        view = await in_thread(list_fragment, self.mailbox, found, "")
        page = await self.visit.fragment("list/list", view)
        took = time.process_time() - began
        if b'id="found"' not in bytes(page.body):
            raise RuntimeError("that is no list")
        return took


def header(number: int, chance: random.Random) -> bytes:
    """A header as mail has it, as far as the list shows it."""
    sent = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(3 * 31_536_000))
    sender = chance.randrange(SENDERS)
    return (
        f"From: Person {sender} <p{sender}@dom{sender % 200}.example>\r\nTo: anna@example.net\r\n"
        f"Subject: {' '.join(chance.choices(WORDS, k=4))} {number}\r\n"
        f"Date: {sent:%a, %d %b %Y %H:%M:%S +0000}\r\n"
        f"Content-Type: {chance.choice(('text/plain', 'multipart/mixed'))}\r\n"
    ).encode()


def place() -> Place:
    """Everything in memory: no server is asked for what is measured here."""
    chance = random.Random(4)
    sizes = [int(chance.lognormvariate(9, 2)) + 500 for _ in range(MESSAGES)]
    rows = [ScanListing(MessageNumber(n), Octets(size)) for n, size in enumerate(sizes, 1)]
    uidls = [UniqueId(row.number, Uidl(f"u{row.number}")) for row in rows]
    target = Target("pop.example.net", 995, Security.TLS)
    mailbox = Mailbox(Account("anna", target), Dialer(TargetPolicy()))
    mailbox.listing.index = Index(Listings(Stat(MESSAGES, sum(sizes)), rows, uidls), "")
    mailbox.listing.listed = True
    mailbox.marks.carry(mailbox.index, {})
    for number, message in enumerate(mailbox.index):
        mailbox.headers.learn(message, header(number, chance))
    mailbox.marks.mark([message.id for message in list(mailbox.index)[::7]])
    session = cast("Session", SimpleNamespace(mailbox=mailbox))
    nothing = cast("Any", None)
    services = Services(nothing, WebConfig(), Renderer(), nothing, nothing)
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/mailbox",
             "query_string": b"", "headers": [(b"host", b"localhost")],
             "client": ("127.0.0.1", 1)}  # fmt: skip
    return Place(mailbox, Visit(Request(scope), services, session))


def sorting(keys: list[Any]) -> float:
    """Seconds for sorted(), the best of some runs, each on keys in another disorder."""
    best = float("inf")
    for run in range(RUNS):
        random.Random(run).shuffle(keys)
        began = time.process_time()
        sorted(keys)
        best = min(best, time.process_time() - began)
    return best


async def worst(one: Place, sort: str) -> tuple[float, str]:
    """The slowest of all filters and pages, each the best of some runs."""
    slowest = (0.0, "")
    for q in FILTERS:
        pages = (await listed(one.mailbox, ListState(sort, q=q))).pages
        for page in {1, pages}:
            took = min([await one.render(ListState(sort, page, q)) for _ in range(RUNS)])
            slowest = max(slowest, (took, f"{q or 'no filter'}, page {page}"))
    return slowest


async def run(_: Dovecot) -> list[Result]:
    """One line for each order."""
    one = place()
    keys: dict[str, Callable[[Any], Any]] = {
        "number": lambda message: message.number,
        "size": lambda message: message.octets,
        "date": lambda message: message.summary.date.timestamp(),
        "from": lambda message: message.summary.sender.name.casefold(),
        "subject": lambda message: message.summary.subject.casefold(),
    }
    results = []
    for name, key in keys.items():
        own = sorting([key(message) for message in one.mailbox.index])
        for sort in (name, f"-{name}"):
            took, where = await worst(one, sort)
            beside = f"worst of all: {where}; sorted() {own * 1000:.1f} ms"
            results.append(Result(f"100,000 messages by {sort}", took / own, LIMIT, "x", beside))
    return results
