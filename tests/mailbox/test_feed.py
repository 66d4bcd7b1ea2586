"""Who looks on is told what changed, each topic once, and leaves nothing behind."""

import asyncio
import gc
import weakref

from app.mailbox import Feed, FeedTopic, Watch
from tests.support.maildrop import FakeMaildrop, plain

from .opening import line_of, loaded, mark, opened, reader


async def soon(watch: Watch) -> frozenset[FeedTopic]:
    async with asyncio.timeout(5):
        return await watch.changes()


async def test_changes_are_told_once_however_often_they_happen():
    feed = Feed()
    watch = feed.watch()
    for _ in range(1000):
        feed.tell(FeedTopic.PROGRESS)
    feed.tell(FeedTopic.MARKS, FeedTopic.HELD)
    assert await soon(watch) == {FeedTopic.PROGRESS, FeedTopic.MARKS, FeedTopic.HELD}
    waiting = asyncio.create_task(watch.changes())
    await asyncio.sleep(0)
    assert not waiting.done()
    feed.tell(FeedTopic.LISTED)
    assert await waiting == {FeedTopic.LISTED}


async def test_what_happened_before_is_not_told():
    feed = Feed()
    feed.tell(FeedTopic.MARKS)
    watch = feed.watch()
    feed.tell(FeedTopic.HELD)
    assert await soon(watch) == {FeedTopic.HELD}


async def test_everybody_is_told_even_who_was_busy():
    feed = Feed()
    quick, busy = feed.watch(), feed.watch()
    waiting = asyncio.create_task(quick.changes())
    await asyncio.sleep(0)
    feed.tell(FeedTopic.MARKS)
    assert await waiting == {FeedTopic.MARKS}
    waiting = asyncio.create_task(quick.changes())
    await asyncio.sleep(0)
    assert await soon(busy) == {FeedTopic.MARKS}
    feed.tell(FeedTopic.HELD)
    assert await waiting == await soon(busy) == {FeedTopic.HELD}


async def test_the_end_is_told_at_once_and_for_ever():
    feed = Feed()
    watch, late = feed.watch(), feed.watch()
    waiting = asyncio.create_task(watch.changes())
    await asyncio.sleep(0)
    feed.close()
    assert await waiting == frozenset()
    assert await soon(late) == frozenset()
    assert await soon(feed.watch()) == frozenset()
    assert feed.over


async def test_sent_away_is_not_over():
    feed = Feed()
    watch = feed.watch()
    feed.tell(FeedTopic.MARKS)
    feed.hush()
    assert await soon(watch) == frozenset()
    assert not feed.over
    again = feed.watch()
    feed.tell(FeedTopic.MARKS)
    assert await soon(again) == {FeedTopic.MARKS}


async def test_a_watcher_that_is_gone_has_left_nothing_behind():
    feed = Feed()
    watches = [feed.watch() for _ in range(50)]
    gone = [weakref.ref(watch) for watch in watches]
    tasks = [asyncio.create_task(watch.changes()) for watch in watches]
    await asyncio.sleep(0)
    cancelled = [task.cancel() for task in tasks]
    assert all(cancelled)
    await asyncio.gather(*tasks, return_exceptions=True)
    watches.clear()
    tasks.clear()
    await asyncio.sleep(0)  # the turn that brought the results holds them
    gc.collect()
    assert not any(ref() for ref in gone)
    assert not feed._stir._waiters


async def test_fifty_watchers_cost_one_header_load():
    drop = FakeMaildrop(plain(200))
    async with opened(drop) as mailbox:
        done: list[int] = []

        async def look_on() -> None:
            watch = mailbox.feed.watch()
            while mailbox.headers.progress.known < 200:
                await watch.changes()
            done.append(mailbox.headers.progress.known)

        async with asyncio.timeout(10):
            await asyncio.gather(*(look_on() for _ in range(50)))
        await loaded(mailbox)
        assert done == [200] * 50
        assert drop.count("TOP") == 200
        assert drop.count("USER") == 1


async def test_what_a_mailbox_tells():
    drop = FakeMaildrop(plain(3))
    async with opened(drop) as mailbox:
        watch = mailbox.feed.watch()
        await loaded(mailbox)
        assert await soon(watch) >= {FeedTopic.PROGRESS, FeedTopic.TRANSCRIPT}
        await asyncio.sleep(0.02)
        watch = mailbox.feed.watch()
        for change in (
            lambda: mark(mailbox, 1),
            lambda: mailbox.marks.unmark([next(iter(mailbox.index)).id]),
            mailbox.marks.unmark_all,
        ):
            change()
            assert await soon(watch) == {FeedTopic.MARKS}
        await mailbox.tenancy.release()
        assert FeedTopic.HELD in await soon(watch)
        listing = mailbox.listing.version
        await line_of(mailbox).hold()
        assert FeedTopic.HELD in await soon(watch)
        assert mailbox.listing.version == listing, "the same messages are no news"
        drop.messages[:] = drop.messages[:2]
        await reader(mailbox).refresh()
        assert FeedTopic.LISTED in await soon(watch)
        assert mailbox.listing.version == listing + 1
        await mailbox.headers.pause()
        await soon(watch)
    assert mailbox.feed.over


async def test_a_server_that_hangs_up_is_told():
    drop = FakeMaildrop(plain(1))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        await asyncio.sleep(0.02)
        watch = mailbox.feed.watch()
        connection = mailbox.lease.connection
        assert connection is not None
        connection.connection_lost(None)
        assert await soon(watch) == {FeedTopic.HELD, FeedTopic.TRANSCRIPT}
        assert mailbox.lease.held_seconds is None


def _pending(feed: Feed, watch: Watch) -> bool:
    return feed.counts != watch._seen
