"""How long a connection waits: for the next octets, for a whole answer, for a sign-in."""

from dataclasses import dataclass
from typing import Final

# Answers that a server with a large maildrop may think about for minutes.
_SLOW: Final = frozenset({"PASS", "APOP", "AUTH", "STAT", "LIST", "UIDL", "QUIT"})
_LF: Final = 2.0  # seconds; some servers send it with the next answer only


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long the server may be silent, in seconds, and how slow.

    Attributes:
        connect: for TCP, for the TLS handshake and for the greeting, each.
        stall: while an answer is due; four times as long for what a large maildrop makes slow.
        reader: how long the reader of a body may leave the server waiting.
        sign_in: for all of a sign-in, from the look-up to the end of the listings.
        rate: octets a second at least: an answer may take as long as the server may be silent, and
            the time in which its octets come at this rate.
    """

    connect: float = 10.0
    stall: float = 30.0
    reader: float = 120.0
    sign_in: float = 300.0
    rate: float = 256.0

    def allowed(self, verb: str, *, lacks_lf: bool = False) -> tuple[float, float]:
        """Of silence, and for the answer to this command, or but the last LF of it."""
        answer = self.stall * (4 if verb in _SLOW else 1)
        return min(self.stall, _LF) if lacks_lf else answer, answer
