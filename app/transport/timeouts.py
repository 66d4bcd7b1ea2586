"""How long a connection waits."""

from dataclasses import dataclass
from typing import Final

# Answers that a server with a large maildrop may think about for minutes.
_SLOW: Final = frozenset({"PASS", "APOP", "AUTH", "STAT", "LIST", "UIDL", "QUIT"})
_LF: Final = 2.0  # seconds; some servers send it with the next answer only


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long the server may be silent, in seconds.

    Attributes:
        connect: for TCP, for the TLS handshake and for the greeting, each.
        stall: while an answer is due; four times as long for what a large maildrop makes slow.
        reader: how long the reader of a body may leave the server waiting.
    """

    connect: float = 10.0
    stall: float = 30.0
    reader: float = 120.0

    def allowed(self, verb: str, *, lacks_lf: bool = False) -> float:
        """While the answer to this command is due, or but the last LF of it."""
        return min(self.stall, _LF) if lacks_lf else self.stall * (4 if verb in _SLOW else 1)
