"""Work in a thread: its result, its error, and a loop that goes on meanwhile."""

import asyncio
import threading
import time

import pytest

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
