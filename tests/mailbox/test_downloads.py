"""Whole messages on their way: begun once, called off, broken off, kept within a budget."""

import asyncio
import gc
import hashlib
import os
import tempfile
from typing import NoReturn

import pytest

from app.mailbox import CalledOff, MessageTooLarge, NoRoom, NoSuchMessage
from app.mailbox.downloads import Download, Downloads
from app.mailbox.parts import follow_part
from app.pop3 import CommandRejected
from app.transport import ConnectionLost

from .arriving import MIB, Arriving, here, message, nameless, turns
from .opening import until


async def test_octets_arrive_as_they_were_sent():
    raw = os.urandom(3 * MIB + 7)
    arriving = Arriving(len(raw))
    download = arriving.begin()
    for at in range(0, len(raw), 50_021):
        arriving.put(raw[at : at + 50_021])
        await turns(2)
        assert not download.complete
    arriving.end()
    await download.finished()
    assert (download.complete, download.running, download.error) == (True, False, None)
    assert download.spool[:] == raw
    assert download.spool.sha256 == hashlib.sha256(raw).hexdigest()
    assert b"".join([block async for block in download.blocks()]) == raw


async def test_what_has_come_is_there_before_the_end():
    arriving = Arriving(3 * MIB)
    download = arriving.begin()
    waiting = asyncio.create_task(download.beyond(MIB))
    arriving.put(b"x" * MIB)
    await asyncio.wait([waiting], timeout=0.05)
    assert not waiting.done()  # a MiB is not more than a MiB
    arriving.put(b"x" * MIB)
    async with asyncio.timeout(5):
        await waiting
    assert MIB < len(download.spool) <= 2 * MIB
    assert download.running
    arriving.end()
    async with asyncio.timeout(5):
        await download.beyond(9 * MIB)  # no more will come
    assert download.complete


async def test_many_may_wait_at_once():
    arriving = Arriving(MIB)
    download = arriving.begin()
    waiting = [asyncio.create_task(download.beyond(n * 300_000)) for n in range(5)]
    for _ in range(5):
        arriving.put(b"x" * 300_000)
        await asyncio.sleep(0.01)
    arriving.end()
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)


@pytest.mark.parametrize("some", [b"", b"x" * 1000, b"x" * MIB])
async def test_what_breaks_off_is_never_complete(some: bytes):
    arriving = Arriving(2 * MIB)
    download = arriving.begin()
    if some:
        arriving.put(some)
    arriving.break_off(ConnectionLost("RETR 1"))
    for _ in range(2):  # and it says so to everyone
        with pytest.raises(ConnectionLost, match="RETR"):
            await download.finished()
    assert isinstance(download.error, ConnectionLost)
    assert not download.complete
    assert not download.running


async def test_what_was_called_off_says_so_even_if_it_had_not_begun():
    for pause in (0, 5):
        arriving = Arriving(MIB)
        download = arriving.begin()
        await turns(pause)
        await download.cancel()
        assert arriving.asked == (1 if pause else 0)
        assert isinstance(download.error, CalledOff)
        with pytest.raises(CalledOff):
            await download.finished()
        assert not download.complete


async def test_cancelling_what_has_arrived_takes_nothing_away():
    download = await here(b"Subject: s\r\n\r\nhello\r\n")
    await download.cancel()
    await download.finished()
    assert (download.complete, download.error) == (True, None)


async def test_whoever_stops_waiting_stops_nothing():
    arriving = Arriving(MIB)
    download = arriving.begin()
    waiting = asyncio.create_task(download.finished())
    await turns()
    waiting.cancel()
    await turns()
    assert download.running
    arriving.put(b"x")
    arriving.end()
    await download.finished()
    assert download.complete


async def test_what_nobody_foresaw_is_not_taken_for_an_arrival():
    arriving = Arriving(MIB)
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    download = arriving.begin()
    arriving.break_off(ZeroDivisionError())
    with pytest.raises(CalledOff):
        await download.finished()
    assert not download.complete
    del arriving, download
    gc.collect()
    assert len(told) == 1  # the log has it


@pytest.mark.parametrize("how", ["broken", "called off", "full", "too large"])
async def test_the_disk_is_free_when_nobody_holds_a_failed_one(how, monkeypatch):
    def full(*_: object) -> int:
        raise OSError(28, "no space left")

    gc.collect()
    gc.disable()
    before = nameless()
    try:
        arriving = Arriving(2 * MIB, limit=MIB)
        if how == "full":
            monkeypatch.setattr(os, "pwrite", full)
        arriving.begin()
        arriving.put(b"x" * (2 * MIB if how == "too large" else MIB))
        await asyncio.sleep(0.05)
        if how == "called off":
            await arriving.download.cancel()
        arriving.break_off(ConnectionLost("RETR 1"))
        kinds = {"broken": ConnectionLost, "called off": CalledOff, "full": NoRoom}
        with pytest.raises(kinds.get(how, MessageTooLarge)):
            async for _ in (await follow_part(arriving.download, "1")).blocks:
                pass
        await turns()
        assert nameless() == before + 1
        del arriving
        await turns()
        await until(lambda: nameless() == before, 2)  # the thread, too, has let go
    finally:
        gc.enable()


# Several of them


def starting(downloads: Downloads, octets: int, name: str) -> Arriving:
    """Begins one of `downloads`, which is then that of what is returned."""
    arriving = Arriving(octets, name=name)
    arriving.download = downloads.start(arriving.message, arriving.open)
    return arriving


def never() -> NoReturn:
    pytest.fail("nothing was to be asked for")


async def ended(arriving: Arriving, octets: int) -> Download:
    arriving.put(b"x" * octets)
    arriving.end()
    await arriving.download.finished()
    return arriving.download


async def test_who_asks_again_gets_the_same_one():
    downloads = Downloads()
    first = starting(downloads, 100, "a")
    assert downloads.start(first.message, first.open) is first.download
    await turns()
    assert downloads.running() is first.download
    await ended(first, 100)
    assert downloads.start(first.message, first.open) is first.download
    assert downloads.running() is None
    assert first.asked == 1
    assert downloads.get(first.message.id) is first.download


@pytest.mark.parametrize(
    "error", [ConnectionLost("RETR 1"), CommandRejected("RETR 1", None, "no"), NoSuchMessage("a")]
)
async def test_a_failed_one_is_begun_again(error: Exception):
    downloads = Downloads()
    first = starting(downloads, 100, "a")
    first.break_off(error)
    with pytest.raises(type(error)):
        await first.download.finished()
    assert downloads.get(first.message.id) is first.download  # for the page that tells why
    second = starting(downloads, 100, "a")
    assert second.download is not first.download
    assert (await ended(second, 100)).complete
    assert downloads.get(second.message.id) is second.download


async def test_the_budget_takes_the_oldest_finished_and_never_a_running_one():
    downloads = Downloads(limit=100)
    running = starting(downloads, 40, "running")
    await turns()
    for name in ("a", "b"):
        await ended(starting(downloads, 30, name), 30)
    starting(downloads, 30, "c")
    kept = {name for name in ("running", "a", "b", "c") if downloads.get(message(0, name).id)}
    assert kept == {"running", "b", "c"}
    assert running.download.running
    await downloads.close()


async def test_what_was_asked_for_last_is_not_the_oldest():
    downloads = Downloads(limit=100)
    for name in ("a", "b", "c"):
        await ended(starting(downloads, 30, name), 30)
    starting(downloads, 30, "a")
    starting(downloads, 30, "d")
    assert downloads.get(message(0, "b").id) is None
    assert downloads.get(message(0, "a").id) is not None
    await downloads.close()


async def test_what_came_counts_where_list_said_less():
    downloads = Downloads(limit=100)
    await ended(starting(downloads, 1, "liar"), 90)
    starting(downloads, 20, "b")
    assert downloads.get(message(0, "liar").id) is None
    await downloads.close()


async def test_what_does_not_fit_is_refused_and_nothing_is_asked_for():
    downloads = Downloads(limit=100)
    kept = await ended(starting(downloads, 60, "a"), 60)
    with pytest.raises(MessageTooLarge) as caught:
        downloads.start(message(101, "b"), never)
    assert (caught.value.octets, caught.value.limit) == (101, 100)
    assert downloads.get(kept.id) is kept
    running = starting(downloads, 60, "c")
    with pytest.raises(NoRoom):
        downloads.start(message(50, "d"), never)
    assert downloads.running() is running.download
    assert downloads.get(message(0, "d").id) is None
    await downloads.close()


async def test_a_message_larger_than_the_budget_breaks_off_whatever_list_said():
    downloads = Downloads(limit=MIB)
    liar = starting(downloads, 10, "liar")
    liar.put(b"x" * (MIB + 1))
    with pytest.raises(MessageTooLarge):
        await liar.download.finished()
    assert not liar.download.complete


async def test_eight_are_kept():
    downloads = Downloads()
    for n in range(10):
        await ended(starting(downloads, 1, f"m{n}"), 1)
    kept = [n for n in range(10) if downloads.get(message(0, f"m{n}").id)]
    assert kept == list(range(2, 10))


async def test_forgotten_and_closed_ones_are_off_the_disk():
    before = nameless()
    downloads = Downloads()
    await ended(starting(downloads, 10, "a"), 10)
    running = starting(downloads, 10, "b")
    await turns()
    assert nameless() == before + 2
    await downloads.forget(message(0, "a").id)
    await downloads.forget(message(0, "nobody").id)
    await until(lambda: nameless() == before + 1)  # its thread, too, has let go
    await downloads.close()
    assert isinstance(running.download.error, CalledOff)
    del running
    await until(lambda: nameless() == before)


async def test_no_temporary_folder_leaves_nothing_behind(monkeypatch):
    def refused(**_: object) -> None:
        raise OSError(30, "read-only")

    downloads = Downloads()
    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    with pytest.raises(NoRoom):
        downloads.start(message(10), never)
    assert downloads.get(message().id) is None
    assert downloads.running() is None
