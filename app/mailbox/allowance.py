"""What mailboxes may hold of something: each of them, and all together."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Final

MIB: Final = 1024 * 1024
SPOOL_OCTETS: Final = 1024 * MIB  # on disk for one mailbox


class Pot:
    """What all may hold together.

    Args:
        most: so much.

    Attributes:
        left: what is still to be had.
    """

    def __init__(self, most: int) -> None:
        self.left = most
        self._lock = Lock()  # spools are written in threads

    def take(self, amount: int) -> bool:
        """Takes so much, or gives it back where it is negative; False where there is not enough."""
        with self._lock:
            if amount > max(self.left, 0):
                return False
            self.left -= amount
            return True


class Share:
    """What one of them holds.

    Args:
        pot: where it is from.
        most: so much at most; None where the pot alone decides.

    Attributes:
        held: so much now.
    """

    def __init__(self, pot: Pot, most: int | None = None) -> None:
        self._pot = pot
        self._most = most
        self.held = 0

    def hold(self, amount: int) -> bool:
        """Holds so much from now on; False where that is too much, and all is as it was."""
        if self._most is not None and amount > max(self._most, self.held):
            return False
        if not self._pot.take(amount - self.held):
            return False
        self.held = amount
        return True

    def __del__(self) -> None:
        self.hold(0)


@dataclass(frozen=True, slots=True)
class Allowances:
    """What all mailboxes of a process may hold together, and how much of it each.

    Attributes:
        spools: octets on disk, for whole messages; `spool_octets`: each.
        rows: messages of their listings.
        headers: octets of headers; `header_octets`: each.
    """

    spools: Pot = field(default_factory=lambda: Pot(4096 * MIB))
    rows: Pot = field(default_factory=lambda: Pot(500_000))
    headers: Pot = field(default_factory=lambda: Pot(64 * MIB))
    header_octets: int = 32 * MIB
    spool_octets: int = SPOOL_OCTETS
