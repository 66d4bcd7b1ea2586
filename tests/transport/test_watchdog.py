"""Silence, and how long it is borne."""

import asyncio

from app.transport.watchdog import Watchdog


async def test_silence_ends_the_wait_once():
    stalls: list[float] = []
    dog = Watchdog(lambda: (0.05, 9), stalls.append, 1)
    dog.watch()
    await asyncio.sleep(0.3)
    assert len(stalls) == 1
    assert stalls[0] >= 0.05


async def test_words_in_time_are_no_silence():
    stalls: list[float] = []
    dog = Watchdog(lambda: (0.2, 9), stalls.append, 1)
    dog.watch()
    for _ in range(8):
        await asyncio.sleep(0.05)
        dog.heard()
    assert stalls == []
    dog.stop()


async def test_nothing_due_is_no_silence():
    stalls: list[float] = []
    due = [True]
    dog = Watchdog(lambda: (0.05, 9) if due else None, stalls.append, 1)
    dog.watch()
    due.clear()
    await asyncio.sleep(0.2)
    assert stalls == []
    due.append(True)
    dog.watch()
    await asyncio.sleep(0.2)
    assert len(stalls) == 1


async def test_a_stopped_dog_stays_quiet():
    stalls: list[float] = []
    dog = Watchdog(lambda: (0.05, 9), stalls.append, 1)
    dog.watch()
    dog.stop()
    dog.watch()
    await asyncio.sleep(0.2)
    assert stalls == []


async def test_less_patience_counts_while_it_watches():
    stalls: list[float] = []
    patience = [60.0]
    dog = Watchdog(lambda: (patience[0], 99), stalls.append, 1)
    dog.watch()
    patience[0] = 0.05  # as for a message that lacks but its last LF
    await asyncio.sleep(1)
    assert len(stalls) == 1


async def test_an_answer_that_only_drips_ends_the_wait():
    stalls: list[float] = []
    dog = Watchdog(lambda: (60, 0.2), stalls.append, 1000)
    dog.watch()
    for _ in range(60):  # 20 octets a second where there should be 1,000
        if not stalls:
            await asyncio.sleep(0.05)
            dog.heard(1)
    assert len(stalls) == 1
    assert stalls[0] >= 0.2


async def test_what_has_come_gives_time_until_the_next_answer_begins():
    stalls: list[float] = []
    dog = Watchdog(lambda: (60, 0.1), stalls.append, 1000)
    dog.watch()
    dog.heard(100_000)
    await asyncio.sleep(0.3)
    assert stalls == []
    dog.begin()
    await asyncio.sleep(0.5)
    assert len(stalls) == 1
