"""Work in a thread: its result, its error, and a loop that goes on meanwhile."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

from app.gate import client
from app.mailbox import in_thread, mail_thread, work_for


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


class Session:
    """Whoever has the turns."""


class Gate:
    """Work that waits in its thread until it is let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.open = threading.Event()

    def __call__(self, name: str) -> None:
        self.begun.append(name)
        self.open.wait(10)


async def as_session(run: Callable[[], Coroutine[Any, Any, None]], owner: object) -> None:
    work_for(owner)
    await run()


async def settled(gate: Gate, count: int) -> None:
    async with asyncio.timeout(5):
        while len(gate.begun) < count:  # noqa: ASYNC110 -- another thread's doing
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)


async def test_one_session_has_few_threads_at_once_and_others_go_on():
    gate, one, other = Gate(), Session(), Session()
    tasks = [
        asyncio.create_task(as_session(partial(in_thread, gate, f"one {n}"), one))
        for n in range(20)
    ]
    await settled(gate, 2)
    assert len(gate.begun) == 2
    answered: list[int] = []

    async def page() -> None:
        answered.append(await in_thread(lambda: 1))

    async with asyncio.timeout(5):
        await as_session(page, other)
    assert answered == [1]
    gate.open.set()
    await asyncio.gather(*tasks)
    assert len(gate.begun) == 20


async def test_mail_of_one_session_is_read_by_one_thread_and_pages_by_others():
    gate, one, other = Gate(), Session(), Session()
    tasks = [
        asyncio.create_task(as_session(partial(mail_thread, gate, f"mail {n}"), one))
        for n in range(20)
    ]
    await settled(gate, 1)
    assert gate.begun == ["mail 0"]
    async with asyncio.timeout(5):
        await as_session(partial(in_thread, lambda: None), one)
        await as_session(partial(mail_thread, lambda: None), other)
    gate.open.set()
    await asyncio.gather(*tasks)


async def test_mail_of_all_sessions_takes_no_thread_from_the_pages():
    gate = Gate()
    tasks = [
        asyncio.create_task(as_session(partial(mail_thread, gate, f"{n}"), Session()))
        for n in range(30)
    ]
    await settled(gate, 2)
    assert len(gate.begun) == 2
    async with asyncio.timeout(5):
        await in_thread(lambda: None)
    gate.open.set()
    await asyncio.gather(*tasks)


async def test_whoever_goes_away_keeps_his_turn_until_the_work_is_done():
    gate, owner = Gate(), Session()
    tasks = [
        asyncio.create_task(as_session(partial(in_thread, gate, f"{n}"), owner)) for n in range(2)
    ]
    await settled(gate, 2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    late = asyncio.create_task(as_session(partial(in_thread, gate, "late"), owner))
    await asyncio.sleep(0.05)
    assert "late" not in gate.begun
    gate.open.set()
    async with asyncio.timeout(5):
        await late
    assert "late" in gate.begun
