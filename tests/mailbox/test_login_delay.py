"""A long LOGIN-DELAY: whoever looks on keeps the lock, and a receipt is checked when it may be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.mailbox import LoginDelayed, Mailbox, Outcome
from tests.support.delaying import DelayingMaildrop
from tests.support.maildrop import plain
from tests.support.scripted import ScriptedServer

from .opening import by_number, commit, line_of, loaded, mailbox_at, mark, opened, reader, uidls

IDLE = 0.2  # seconds after which the lock is given back here


@asynccontextmanager
async def delayed(drop: DelayingMaildrop) -> AsyncIterator[Mailbox]:
    async with opened(drop) as mailbox:
        mailbox.tenancy.idle_seconds = IDLE
        await loaded(mailbox)
        yield mailbox


async def idle(mailbox: Mailbox) -> bool:
    await asyncio.sleep(IDLE + 0.05)
    return await mailbox.tenancy.release_if_idle(IDLE)


@pytest.mark.parametrize("tag", ["LOGIN-DELAY {}", "LOGIN-DELAY {} USER", "login-delay {}"])
async def test_an_open_page_keeps_the_lock_where_the_delay_is_long(tag, monkeypatch):
    monkeypatch.setattr("app.mailbox.openpages._NEXT", 0.1)
    async with delayed(DelayingMaildrop(plain(2), 300, tag=tag)) as mailbox:
        assert mailbox.tenancy.long_delay == 300
        mailbox.tenancy.pages.heard("a")
        mailbox.tenancy.pages.heard("b")
        assert not await idle(mailbox)
        mailbox.tenancy.pages.left("a")
        assert not await idle(mailbox), "another tab is open"
        mailbox.tenancy.pages.left("b")
        assert await idle(mailbox)
        assert mailbox.lease.held_seconds is None


@pytest.mark.parametrize("delay", [0, 1])
async def test_a_delay_no_longer_than_the_idle_time_keeps_nothing(delay):
    async with delayed(DelayingMaildrop(plain(2), delay, lenient=True)) as mailbox:
        mailbox.tenancy.idle_seconds = 1.0
        assert mailbox.tenancy.long_delay is None
        mailbox.tenancy.pages.heard("a")
        await asyncio.sleep(1.05)
        assert await mailbox.tenancy.release_if_idle(1.0)


async def test_whoever_watches_the_events_keeps_it_too():
    async with delayed(DelayingMaildrop(plain(2), 300)) as mailbox:
        watch = mailbox.feed.watch()
        watching = asyncio.create_task(watch.changes())
        await asyncio.sleep(0)
        assert not await idle(mailbox)
        watching.cancel()
        await asyncio.wait([watching])
        assert not mailbox.tenancy.idle(IDLE), "or it is only being told something"
        await asyncio.sleep(1.05)
        assert await idle(mailbox)


async def test_a_click_releases_it_all_the_same():
    async with delayed(DelayingMaildrop(plain(2), 300)) as mailbox:
        mailbox.tenancy.pages.heard("a")
        await mailbox.tenancy.release()
        assert mailbox.lease.held_seconds is None
        with pytest.raises(LoginDelayed) as caught:
            await reader(mailbox).stat()
        assert caught.value.retry_after in range(290, 301)


async def test_to_check_again_too_soon_loses_nothing():
    drop = DelayingMaildrop(plain(2), 300)
    async with delayed(drop) as mailbox:
        for refused in (1, 2):
            with pytest.raises(LoginDelayed) as caught:
                await reader(mailbox).refresh()
            assert caught.value.retry_after in range(290, 301)
            assert drop.refused == refused
        assert (await reader(mailbox).stat()).messages == 2
        assert len(drop.sessions) == 3
        assert drop.count("QUIT") == 0


async def test_a_server_that_does_not_insist_is_signed_in_to():
    drop = DelayingMaildrop(plain(2), 300, lenient=True)
    async with delayed(drop) as mailbox:
        drop.messages += plain(3)[2:]
        await reader(mailbox).refresh()
        assert len(mailbox.index) == 3
        assert mailbox.lease.held_seconds is not None


async def test_a_receipt_becomes_verified_when_the_delay_is_over():
    drop = DelayingMaildrop(plain(4), 300)
    async with delayed(drop) as mailbox:
        mark(mailbox, 2, 3)
        drop.quirks.refuse_dele = frozenset({3})
        receipt = await commit(mailbox).run()
        assert (receipt.verified, receipt.number) == (False, 1)
        assert receipt.count(Outcome.NOT_VERIFIED) == 1
        assert receipt.due is not None
        assert 290 < (receipt.due - receipt.at).total_seconds() <= 300
        asked = drop.refused
        with pytest.raises(LoginDelayed) as caught:
            await commit(mailbox).check(1)
        assert caught.value.retry_after in range(290, 301)
        assert drop.refused == asked, "the server was not asked"
        _let_in(drop, mailbox)
        receipt = await commit(mailbox).check(1)
        assert (receipt.verified, receipt.due, receipt.number) == (True, None, 1)
        assert [item.outcome for item in receipt.items] == [Outcome.GONE, Outcome.STILL_THERE]
        assert receipt.after is not None
        assert receipt.after.messages == 3
        assert mailbox.receipts.last is receipt
        assert len(mailbox.marks) == 1
        assert await commit(mailbox).check(1) is receipt, "there is nothing more to check"
        assert uidls(drop) == ["u1", "u3", "u4"]


def _let_in(drop: DelayingMaildrop, mailbox: Mailbox) -> None:
    """As if the delay had passed."""
    drop._last = -1e9
    for number, receipt in mailbox.receipts.items():
        if receipt.due is not None:
            mailbox.receipts.postpone(number, receipt.at)


async def test_any_click_that_signs_in_checks_it_too():
    drop = DelayingMaildrop(plain(3), 300)
    async with delayed(drop) as mailbox:
        mark(mailbox, 1)
        await commit(mailbox).run()
        drop.messages += plain(9)[8:]  # new mail does not matter
        drop._last = -1e9
        await reader(mailbox).stat()
        assert mailbox.receipts.last is not None
        assert mailbox.receipts.last.verified
        assert mailbox.receipts[1].count(Outcome.GONE) == 1


async def test_two_receipts_wait_together():
    drop = DelayingMaildrop(plain(4), 1)
    async with delayed(drop) as mailbox:
        drop._delay = 300
        for number in (1, 2):
            mark(mailbox, by_number(mailbox, number).number)
            drop._last = -1e9
            await line_of(mailbox).hold()
            await loaded(mailbox)
            receipt = await commit(mailbox).run()
            assert receipt.number == number
        _let_in(drop, mailbox)
        assert (await commit(mailbox).check(2)).verified
        assert [one.verified for one in mailbox.receipts.values()] == [True, True]


async def test_a_check_that_comes_too_soon_all_the_same_counts_on():
    drop = DelayingMaildrop(plain(2), 300)
    async with delayed(drop) as mailbox:
        mark(mailbox, 1)
        await commit(mailbox).run()
        mailbox.receipts.postpone(1, mailbox.receipts[1].at)
        with pytest.raises(LoginDelayed):
            await commit(mailbox).check(1)
        found = mailbox.receipts[1]
        assert found.due is not None
        assert found.due > found.at
        with pytest.raises(KeyError):
            await commit(mailbox).check(7)


async def test_a_mailbox_in_use_is_checked_on_a_click():
    drop = DelayingMaildrop(plain(2), 0)
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(server.host, server.port)
        await line_of(mailbox).hold()
        mark(mailbox, 1)
        drop.quirks.refuse_login = b"-ERR [SYS/TEMP] later"
        receipt = await commit(mailbox).run()
        assert receipt.due is not None
        assert (receipt.due - receipt.at).total_seconds() <= 0
        drop.quirks.refuse_login = None
        assert (await commit(mailbox).check(1)).verified
        await mailbox.close()


async def test_a_commit_that_needs_a_new_connection_too_soon_keeps_the_old_one():
    """After RETR under EXPIRE 0, QUIT would delete that message too."""
    drop = DelayingMaildrop(plain(3), 300)
    async with delayed(drop) as mailbox:
        async with reader(mailbox).retr(by_number(mailbox, 1).id) as (_, body):
            assert b"".join([block async for block in body])
        chosen = mark(mailbox, 2)
        with pytest.raises(LoginDelayed) as caught:
            await commit(mailbox).run()
        assert caught.value.retry_after in range(290, 301)
        assert list(mailbox.marks) == chosen
        assert (await reader(mailbox).stat()).messages == 3
        assert (drop.count("DELE"), drop.count("QUIT")) == (0, 0)
        drop._last = -1e9
        await commit(mailbox).run()
        assert uidls(drop) == ["u1", "u3"], "what was only read is still there"
