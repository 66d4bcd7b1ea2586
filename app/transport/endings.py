"""Whether a message ended where its answer did.

Some servers do not stuff dots, or not in TOP: a line that is a lone dot then ends the answer early,
and what follows it comes as replies, which whoever wrote the message has written. So an answer that
came short is in doubt, and so are those behind it, until LIST of a message drawn by lot is answered
with its number and its size. Nothing of them is given out before.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from app.pop3 import Command, MessageNumber, Octets, ScanListing

_BLANK = re.compile(rb"\n\r?\n")


@dataclass(slots=True)
class Extent:
    """How much of a message was asked for, and how much came.

    Attributes:
        octets: its size by LIST; None where it does not tell.
        lines: of the body that TOP was asked for; None for RETR.
    """

    octets: Octets | None
    lines: int | None
    _before: bytes = b"\n"  # the last octets of what came, until the header has ended
    _headed: bool = False
    _line_ends: int = 0  # behind the header
    _text: bool = False  # there is more than blank lines behind the header

    def feed(self, data: bytes) -> None:
        """Octets of the answer."""
        if self.lines is None:
            return
        if not self._headed:
            data = self._before + data
            blank = _BLANK.search(data)
            if blank is None:
                self._before = data[-2:]
                return
            self._headed, data = True, data[blank.end() :]
        self._line_ends += data.count(b"\n")
        if self.lines == 0 and not self._text:
            self._text = bool(data.strip())

    def short(self, octets: int, *, over: bool = False) -> bool:
        """Whether the answer, of so many octets, may have ended before its time.

        `over`: octets that answer nothing came behind it.
        """
        if octets == self.octets:
            return False
        if over or self.lines is None or not self._headed:
            return True
        return self._text if self.lines == 0 else self._line_ends != self.lines


def extent_of(command: Command[Any], rows: Sequence[ScanListing]) -> Extent | None:
    """Of a TOP or RETR, by the newest listing; None for anything else, and what is not listed."""
    match command.shown.split():
        case ["TOP", number, lines]:
            asked: int | None = int(lines)
        case ["RETR", number]:
            asked = None
        case _:
            return None
    wanted = MessageNumber(int(number))
    at = wanted - 1
    if at >= len(rows) or rows[at].number != wanted:  # rows are missing
        at = bisect_left(rows, wanted, key=attrgetter("number"))
    if at == len(rows) or rows[at].number != wanted:
        return None
    return Extent(rows[at].octets, asked)
