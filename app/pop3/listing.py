"""The rows of one answer, as they come: read at once, kept up to a limit, counted beyond it."""

from typing import Any

from .commands import Command
from .errors import Fault, RemoteProtocolError
from .framing import BodyReader, Limits


class ListingReader:
    """Takes the rows of an answer to LIST or UIDL, or the lines of one that is words, as to CAPA.

    Args:
        command: what is answered; reads its rows.
        limits: how many, and how much. Rows beyond are counted, words beyond break the protocol.

    Attributes:
        rows: those that are kept, as the command reads them.
        octets: of all, kept or not.
        left_out: how many were counted alone.
        done: the last dot has come, behind rows that were counted alone.
    """

    def __init__(self, command: Command[Any], limits: Limits) -> None:
        self._read = command.row
        self._limits = limits
        self._surplus: BodyReader | None = None
        self._taken = 0  # rows that made no sense among them
        self.rows: list[Any] = []
        self.octets = 0
        self.left_out = 0
        self.done = False

    @property
    def full(self) -> bool:
        """Whether rows are counted alone, by `count`."""
        return self._surplus is not None

    def take(self, line: bytes, octets: int) -> None:
        """A row without its line end, and its octets with it.

        Raises:
            RemoteProtocolError: that is too much.
        """
        line = line[1:] if line.startswith(b"..") else line
        if self._read is None:
            self._add(octets, self._limits.words_octets, line)
            if len(self.rows) >= self._limits.words_entries:
                raise RemoteProtocolError(Fault.TOO_MANY_ENTRIES, line)
            self.rows.append(line)
            return
        self._add(octets, self._limits.listing_octets, line)
        if self._taken >= self._limits.listing_entries:
            self._surplus, self.left_out = BodyReader(Limits()), 1
            return
        self._taken += 1
        if (row := self._read(line)) is not None:
            self.rows.append(row)

    def count(self, buffer: bytes, at: int) -> int:
        """Rows beyond the limit: nothing of them is kept but their number.

        Returns:
            Up to where `buffer` was used.

        Raises:
            RemoteProtocolError: that is too much.
        """
        assert self._surplus is not None  # noqa: S101 -- for the type checker
        data, after = self._surplus.feed(buffer, at)
        self._add(len(data), self._limits.listing_octets)
        self.left_out += data.count(b"\n")
        self.done = self._surplus.done
        return after

    def _add(self, octets: int, most: int, line: bytes = b"") -> None:
        self.octets += octets
        if self.octets > most:
            raise RemoteProtocolError(Fault.TOO_MANY_ENTRIES, line)
