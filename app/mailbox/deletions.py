"""What a QUIT on the connection of now would delete, or might."""

from collections.abc import Callable, Mapping

from app.pop3 import MessageNumber
from app.transport import Connection

from .models import Totals


class Deletions:
    """Messages by number, with their octets, of the connection that is held.

    Args:
        connection: the one that is held, or None.

    Attributes:
        read: those that RETR was sent for.
        typed: those that DELE was typed for; noted before it is sent, and until RSET is answered,
            so that nothing slips out where an answer was not waited for.
        undone: how many of such deletions were taken back without the person's RSET.
    """

    def __init__(self, connection: Callable[[], Connection | None]) -> None:
        self._connection = connection
        self.read: dict[MessageNumber, int] = {}
        self.typed: dict[MessageNumber, int] = {}
        self.undone = 0

    @property
    def expiring(self) -> bool:
        """Whether QUIT might delete what was only read (`EXPIRE 0`, RFC 2449, section 6.7)."""
        connection = self._connection()
        if connection is None or not self.read:
            return False
        return connection.capabilities.expire_at_once

    @property
    def doomed(self) -> Mapping[MessageNumber, int]:
        """All that QUIT would delete now, or might."""
        if self._connection() is None:
            return {}
        return {**(self.read if self.expiring else {}), **self.typed}

    @property
    def pending(self) -> Totals:
        """What was deleted by a typed DELE: undone by RSET, until QUIT."""
        typed = self.typed if self._connection() else {}
        return Totals(len(typed), sum(typed.values()))

    @property
    def popped(self) -> Totals:
        """What QUIT may delete since it was read whole and the server has `EXPIRE 0`."""
        octets = [octets for n, octets in self.doomed.items() if n not in self.typed]
        return Totals(len(octets), sum(octets))

    @property
    def lost(self) -> int:
        """Deletions taken back without RSET since the last exchange."""
        return self.undone + (0 if self._connection() else len(self.typed))

    def undo(self) -> None:
        """What was typed is taken back, without the person's RSET."""
        self.undone += len(self.typed)
        self.typed.clear()
