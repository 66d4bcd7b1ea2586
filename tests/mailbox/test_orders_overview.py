"""What is made of a maildrop's space is kept for as long as it is right."""

import asyncio
from datetime import UTC
from zoneinfo import ZoneInfo

from app.mailbox import orders
from app.mailbox.groups import By, grouped
from app.mailbox.index import Index, Listings
from app.mailbox.orders import Overview
from app.pop3 import MessageNumber, Octets, ScanListing, Stat, Uidl, UniqueId

from .heaps import header_of


def index_of(*sizes: int) -> Index:
    rows = [ScanListing(MessageNumber(n), Octets(size)) for n, size in enumerate(sizes, 1)]
    uidls = [UniqueId(row.number, Uidl(f"u{row.number}")) for row in rows]
    return Index(Listings(Stat(len(rows), sum(sizes)), rows, uidls), "")


def learn(index: Index, *senders: str) -> None:
    for place, (message, sender) in enumerate(zip(index, senders, strict=False), 1):
        message.header.learn(header_of(sender, None), place)


async def test_groups_are_made_once_for_each_state(monkeypatch):
    index = index_of(1, 2, 3)
    learn(index, "a@b", "a@b", "c@d")
    made: list[By] = []

    def counted(messages, by, zone):
        made.append(by)
        return grouped(messages, by, zone)

    monkeypatch.setattr(orders, "grouped", counted)
    kept = Overview()
    assert kept.newest(index, By.SENDER, UTC) is None
    await asyncio.gather(*(kept.make(index, 3, UTC) for _ in range(5)))
    assert sorted(by.value for by in made) == sorted(by.value for by in By)
    assert [g.key for g in kept.newest(index, By.SENDER, UTC) or ()] == ["a@b", "c@d"]
    await kept.make(index, 4, UTC)  # a header more: sizes stay as they were
    assert sorted(by.value for by in made[4:]) == ["domain", "month", "sender"]
    tokyo = ZoneInfo("Asia/Tokyo")  # months begin elsewhere at another time
    assert kept.newest(index, By.MONTH, tokyo) is None
    await kept.make(index, 4, tokyo)
    assert made[7:] == [By.MONTH]
    assert kept.fresh(index, 4, By.SENDER, tokyo)
    other = index_of(5)
    assert kept.newest(other, By.SIZE, UTC) is None
    assert not kept.fresh(other, 4, By.SIZE, UTC)
    await kept.make(other, 4, UTC)
    assert len(made) == 12
    assert kept.newest(index, By.SIZE, UTC) is None


async def test_a_page_that_cannot_wait_gets_what_was_made_before():
    index = index_of(1, 2, 3)
    kept = Overview()
    await kept.make(index, 0, UTC, most=0)
    assert [g.key for g in kept.newest(index, By.SENDER, UTC) or ()] == [None]
    learn(index, "a@b", "a@b")
    await kept.make(index, 2, UTC, most=1)
    assert [g.key for g in kept.newest(index, By.SENDER, UTC) or ()] == [None]
    assert not kept.fresh(index, 2, By.SENDER, UTC)
    assert kept.fresh(index, 2, By.SIZE, UTC)
    assert all(message.header.unread for message in list(index)[:2])
    await kept.make(index, 2, UTC, most=2)
    assert [g.key for g in kept.newest(index, By.SENDER, UTC) or ()] == ["a@b", None]
