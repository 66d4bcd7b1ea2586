"""The one place where work leaves the event loop: what takes more than some 5 ms goes aside."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns, from a thread; it must not touch what the event loop changes."""
    return await asyncio.to_thread(work, *args, **kwargs)
