"""The one place where work leaves the event loop: what takes more than some 5 ms goes aside.

Half of the threads are there for others than the client whose work takes the longest.
"""

import asyncio
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from app.gate import Turns, client

P = ParamSpec("P")
T = TypeVar("T")

_EACH: Final = 3  # threads of one client; asyncio has six where there are two cores, or more
_turns = Turns(_EACH)


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns, from a thread; it must not touch what the event loop changes."""
    who = client.get()
    await _turns.take(who)
    working = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    # Whoever goes away leaves the thread at it, and gets no other one meanwhile.
    working.add_done_callback(lambda _: _turns.leave(who))
    return await asyncio.shield(working)
