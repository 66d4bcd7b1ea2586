"""Work in a thread: its result, its error, and a loop that goes on meanwhile."""

import asyncio
import threading
import time

import pytest

from app.gate import client
from app.mailbox import in_thread


async def test_the_result_comes_from_another_thread():
    def work(one: int, *, two: int) -> tuple[int, int]:
        return one + two, threading.get_ident()

    result, thread = await in_thread(work, 1, two=2)
    assert result == 3
    assert thread != threading.get_ident()


async def test_an_error_comes_back_as_it_is():
    def work() -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await in_thread(work)


async def test_the_loop_goes_on_meanwhile():
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.005)

    counting = asyncio.create_task(count())
    await in_thread(time.sleep, 0.2)
    counting.cancel()
    assert turns > 5


async def test_one_client_takes_half_of_the_threads_at_most_also_by_going_away():
    slow, begun = threading.Event(), list[int]()

    def work() -> None:
        begun.append(1)
        slow.wait(30)

    client.set("stranger")
    try:
        for _ in range(20):  # the browser leaves, the thread goes on
            left = asyncio.create_task(in_thread(work))
            await asyncio.sleep(0.01)
            left.cancel()
        assert len(begun) == 3
        client.set("friend")
        async with asyncio.timeout(5):
            assert await in_thread(int) == 0
    finally:
        slow.set()
    client.set("stranger")
    assert await in_thread(int) == 0
