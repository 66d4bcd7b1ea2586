"""The usual names of POP3 servers, knocked at: a greeting is read, and that is all."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from app.pop3 import Pop3Error
from app.transport import Dialer, Security, Target, TransportError

_NAMES = ("pop.{}", "pop3.{}", "mail.{}", "{}")
_AT_ONCE = 4
_GOODBYE = 0.3  # seconds for the answer to QUIT


def candidates(domain: str, ports: tuple[int, int], known: str = "") -> list[Target]:
    """What to try, in the order of preference: TLS before STARTTLS, never without encryption.

    A server that is known comes before the usual names.
    """
    names = dict.fromkeys(filter(None, (known, *(name.format(domain) for name in _NAMES))))
    return [
        Target(name, port, security)
        for security, port in zip((Security.TLS, Security.STARTTLS), ports, strict=True)
        for name in names
    ]


async def answers(dialer: Dialer, target: Target) -> bool:
    """Whether a POP3 server with a certificate for that name greets there."""
    try:
        connection = await dialer.dial(target)
    except (TransportError, Pop3Error):
        return False
    with suppress(TransportError, Pop3Error, TimeoutError):
        async with asyncio.timeout(_GOODBYE):
            await connection.quit()
    connection.abort()
    return True


async def first_answering(
    dialer: Dialer, targets: Sequence[Target], within: float
) -> Target | None:
    """The first of the targets, in their order, that answers within so many seconds."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def knock(target: Target) -> bool:
        async with room:
            return await answers(dialer, target)

    tasks = [asyncio.create_task(knock(target)) for target in targets]
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                for target, task in zip(targets, tasks, strict=True):
                    if await asyncio.shield(task):
                        return target
        for target, task in zip(targets, tasks, strict=True):
            if task.done() and task.result():
                return target
        return None
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
