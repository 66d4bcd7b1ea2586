"""How much may be done for one mail: what parsers count down, so that none goes on for ever.

No clock: a unit is about a microsecond of a small machine, by what was measured of each parser.
"""

from typing import Final

MOST: Final = 2_000_000
_PER_OCTETS: Final = 128  # a large mail may take a little more: so many octets, a unit
PIECE: Final = 1000  # of a body, whose charset may be anything, and one for eight octets of it
WORD: Final = 100  # an encoded word, whose charset may be anything
CALENDAR: Final = 1000  # and one for each octet of it
ODD_LINE: Final = 3  # of base64 with anything but that in it


class Work:
    """What is left to do.

    Args:
        left: units; by default, as many as a mail of `octets` may take.
        octets: of the mail.

    Attributes:
        over: something was left out, since there was no more.
    """

    def __init__(self, left: int | None = None, *, octets: int = 0) -> None:
        self._left = MOST + octets // _PER_OCTETS if left is None else left
        self.over = False

    def twin(self) -> "Work":
        """As much again, for something else that must not go short."""
        return Work(self._left)

    def spend(self, units: int) -> bool:
        """Takes so much; False where there is not enough, so that it must be left out."""
        self.over |= units > self._left
        if units > self._left:
            return False
        self._left -= units
        return True

    def spent(self, units: int) -> None:
        """So much was done, as was seen behind it."""
        self._left -= units
