"""What was typed at the console, and what the server answered."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

from .console_commands import Verb
from .models import Receipt

_KEPT: Final = 4096  # characters of an answer when the next one has come
_MOST: Final = 60  # exchanges remembered


@dataclass(frozen=True, slots=True)
class Exchange:
    r"""A command and its answer.

    Attributes:
        number: counted from 1 in this session.
        line: the command as it went out.
        reply: the status line; "" where QUIT was not answered.
        body: the lines after it as text, line ends as `\n`; None where none were to come.
        octets: of the whole body, byte-stuffing removed.
        truncated: `body` is only its beginning.
        dotted: a line of `body` begins with a dot that came doubled.
        ms: milliseconds from the command to the end of the answer; the sign-in is left out.
        renewed: it went over another connection than the one before: numbers may have changed.
        undone: how many deletions typed before were taken back meanwhile, without RSET.
        receipt: what QUIT did, where there was something to delete.
        kept: how many messages that are marked in the list QUIT has not deleted.
    """

    number: int
    line: str
    reply: str
    body: str | None = None
    octets: int = 0
    truncated: bool = False
    dotted: bool = False
    ms: float = 0.0
    renewed: bool = False
    undone: int = 0
    receipt: Receipt | None = None
    kept: int = 0

    @property
    def ok(self) -> bool:
        """Whether the server said `+OK`."""
        return self.reply.startswith("+OK")


class Dialogue:
    """The newest exchanges of a console; of all but the last, long bodies are cut further.

    Attributes:
        typing: held while a line is sent and answered.
        typed_on: the name of the connection of the last exchange, or "".
        learnt: commands that were answered `+OK`; RSET once it had something to take back.
        count: exchanges so far, also of those that are not kept any more.
    """

    def __init__(self) -> None:
        self.typing = asyncio.Lock()
        self.typed_on = ""
        self.learnt: set[Verb] = set()
        self._kept: deque[Exchange] = deque(maxlen=_MOST)
        self.count = 0

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Oldest first."""
        return tuple(self._kept)

    def add(self, exchange: Exchange) -> Exchange:
        """Remembers one, under the next number."""
        if self._kept and len(self._kept[-1].body or "") > _KEPT:
            last = self._kept.pop()
            self._kept.append(replace(last, body=(last.body or "")[:_KEPT], truncated=True))
        self.count += 1
        self._kept.append(replace(exchange, number=self.count))
        return self._kept[-1]
