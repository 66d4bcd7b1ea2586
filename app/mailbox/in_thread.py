"""The one place where work leaves the event loop: what takes more than some 5 ms goes aside.

Threads are shared fairly: of one session, few are at work at once, and what takes mail apart has
threads of its own, so that a page waits for nobody's mail. Neither pool looks up names or hashes.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Final, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

P = ParamSpec("P")
T = TypeVar("T")

_EACH: Final = 2  # for pages, at once; for mail, one
_PAGES: Final = ThreadPoolExecutor(6, "popscope-pages")
_MAIL: Final = ThreadPoolExecutor(2, "popscope-mail")


class Turns:
    """What of one session may be at work at once; the rest of it waits."""

    def __init__(self) -> None:
        self.pages = asyncio.Semaphore(_EACH)
        self.mail = asyncio.Semaphore(1)


_turns: ContextVar[Turns | None] = ContextVar("turns", default=None)
_known: WeakKeyDictionary[object, Turns] = WeakKeyDictionary()


def work_for(owner: object) -> None:
    """From now on, this task and those it begins work for the session of that mailbox."""
    _turns.set(_known.setdefault(owner, Turns()))


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns, from a thread; it must not touch what the event loop changes."""
    turns = _turns.get()
    return await _run(_PAGES, turns.pages if turns else None, partial(work, *args, **kwargs))


async def mail_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same for what takes mail apart."""
    turns = _turns.get()
    return await _run(_MAIL, turns.mail if turns else None, partial(work, *args, **kwargs))


async def _run(
    pool: ThreadPoolExecutor, turn: asyncio.Semaphore | None, work: Callable[[], T]
) -> T:
    if turn is not None:
        await turn.acquire()
    loop = asyncio.get_running_loop()

    def over(_: Future[T]) -> None:  # the turn ends with the work, also where nobody waits for it
        if turn is not None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(turn.release)

    future = pool.submit(copy_context().run, work)
    future.add_done_callback(over)
    return await asyncio.wrap_future(future)
