"""The one place where work leaves the event loop: what takes more than some 5 ms goes aside.

Threads are shared fairly: few are at work at once for one client, and fewer for one of its
sessions; what takes mail apart has threads of its own, so that a page waits for nobody's mail.
Neither pool looks up names or hashes.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Final, ParamSpec, TypeVar

from app.gate import Turns, client

P = ParamSpec("P")
T = TypeVar("T")

_session: ContextVar[str] = ContextVar("session", default="")


class _Pool:
    """Threads, and who may have how many of them at once."""

    def __init__(self, name: str, *, threads: int, client: int, session: int) -> None:
        self._threads = ThreadPoolExecutor(threads, name)
        self._of_clients, self._of_sessions = Turns(client), Turns(session)

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns."""
        loop = asyncio.get_running_loop()
        with ExitStack() as taken:
            for of, who in ((self._of_sessions, _session.get()), (self._of_clients, client.get())):
                if who:
                    await of.take(who)
                    taken.callback(of.leave, who)
            turns = taken.pop_all()

        def over(_: Future[T]) -> None:  # with the work, also where nobody waits for it any more
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(turns.close)
                return
            turns.close()

        future = self._threads.submit(copy_context().run, work)
        future.add_done_callback(over)
        return await asyncio.wrap_future(future)


_PAGES: Final = _Pool("popscope-pages", threads=6, client=3, session=2)
_MAIL: Final = _Pool("popscope-mail", threads=2, client=1, session=1)


def work_for(owner: object) -> None:
    """From now on, this task and those it begins work for the session of that mailbox."""
    _session.set(f"{id(owner):x}")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns, from a thread; it must not touch what the event loop changes."""
    return await _PAGES.run(partial(work, *args, **kwargs))


async def mail_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same for what takes mail apart."""
    return await _MAIL.run(partial(work, *args, **kwargs))
