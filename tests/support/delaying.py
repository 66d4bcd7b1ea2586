"""A server that wants a while between two sign-ins, and whose QUIT deletes what was retrieved.

Gmail announces both: `LOGIN-DELAY 300` and `EXPIRE 0`. The delay counts from the last sign-in.
"""

import time
from collections.abc import Iterable

from .maildrop import FakeMaildrop, FakeMessage, Quirks, _Session
from .scripted import Peer


class DelayingMaildrop(FakeMaildrop):
    """The server side of one maildrop.

    Args:
        messages: what is stored.
        delay: seconds between two sign-ins.
        tag: how it is announced.
        lenient: it announces the delay, and lets in at any time.

    Attributes:
        refused: sign-ins that came too soon.
    """

    def __init__(
        self,
        messages: Iterable[FakeMessage],
        delay: int,
        *,
        tag: str = "LOGIN-DELAY {}",
        lenient: bool = False,
    ) -> None:
        super().__init__(messages, quirks=Quirks(announce=(tag.format(delay), "EXPIRE 0")))
        self.refused = 0
        self._delay, self._lenient = delay, lenient
        self._last = -1e9
        self._retrieved: set[int] = set()

    async def _login(self, peer: Peer, session: _Session, password: str) -> None:
        if time.monotonic() < self._last + self._delay and not self._lenient:
            self.refused += 1
            await self._say(peer, b"-ERR [LOGIN-DELAY] minimum time between mail checks")
            return
        await super()._login(peer, session, password)
        self._last = time.monotonic()
        self._retrieved.clear()

    async def _message(
        self,
        peer: Peer,
        session: _Session,
        messages: list[FakeMessage],
        verb: str,
        argument: str,
    ) -> None:
        if verb == "RETR":
            self._retrieved.add(int(argument))
        await super()._message(peer, session, messages, verb, argument)

    async def _quit(self, peer: Peer, session: _Session) -> bool:
        session.deleted |= self._retrieved
        return await super()._quit(peer, session)
