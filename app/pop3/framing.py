"""Where replies end: lines, and bodies with byte-stuffing (RFC 1939, section 3).

CRLF and bare LF both end a line. A body ends at a line that is a lone dot; the test for it comes
before un-stuffing, and only at the start of a line. Nothing here depends on how the octets were
cut into reads.
"""

import re
from dataclasses import dataclass

from .errors import Fault, RemoteProtocolError

_END = re.compile(rb"\n\.\r?\n")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server may send before it is cut off. None is no limit.

    Attributes:
        reply_line: octets of a status line or of a listing's row.
        body_line: octets of one line of a message as sent: with a stuffed dot and the CR.
        body_octets: octets of one message.
        listing_entries: rows that are kept of LIST and UIDL; what follows is counted.
        listing_octets: octets of all their rows together, kept or not.
        words_entries: lines of CAPA, and of any other list of words.
        words_octets: their octets together.
        rows_at_once: rows that are read in one go.
    """

    reply_line: int = 8 * 1024
    body_line: int | None = None
    body_octets: int | None = None
    listing_entries: int = 200_000
    listing_octets: int = 128 * 1024 * 1024
    words_entries: int = 1000
    words_octets: int = 64 * 1024
    rows_at_once: int = 1000


def take_line(buffer: bytes, start: int, limit: int) -> tuple[bytes, int] | None:
    """The line that begins at `start`, without its line end, and where the next one begins.

    Returns:
        None while the line is not whole.

    Raises:
        RemoteProtocolError: the line is longer than `limit` octets.
    """
    end = buffer.find(b"\n", start, start + limit + 2)
    if end < 0:
        if len(buffer) - start > limit + 1:
            raise RemoteProtocolError(Fault.LINE_TOO_LONG, buffer[start : start + limit])
        return None
    stop = end - 1 if end > start and buffer[end - 1] == ord("\r") else end
    if stop - start > limit:
        raise RemoteProtocolError(Fault.LINE_TOO_LONG, buffer[start : start + limit])
    return buffer[start:stop], end + 1


class BodyReader:
    """Takes one multi-line body out of a stream, block by block.

    A line that begins with a single dot and goes on is kept as it is: a correct server never sends
    one, and some do not stuff at all. Such lines are counted in `unstuffed`.

    Attributes:
        octets: octets of the body so far, stuffing removed.
        unstuffed: lines that a correct server would have stuffed.
        fault: set when a limit was passed; the body is useless then.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._line_start = True
        self._line = 0  # octets of the unfinished line
        self.octets = 0
        self.unstuffed = 0
        self.done = False
        self.fault: RemoteProtocolError | None = None

    def feed(self, buffer: bytes, start: int) -> tuple[bytes, int]:
        """What `buffer` holds of the body from `start` on.

        Returns:
            The octets of the body, and the offset up to which `buffer` was used. A possible
            beginning of the end is left unused, to be given again with what follows it.
        """
        stop, after = self._find_end(buffer, start)
        piece = self._within_line_limit(buffer[start:stop])
        decoded = self._unstuff(piece)
        room = self._limits.body_octets
        if room is not None and self.octets + len(decoded) > room:
            # `piece` was cut where a line grew too long: this came before that.
            self.fault = RemoteProtocolError(Fault.BODY_TOO_LONG)
            decoded = decoded[: room - self.octets]
        self.octets += len(decoded)
        self.done = self.done and self.fault is None
        return decoded, after

    def lacks_lf(self, rest: bytes) -> bool:
        """Whether `rest`, what was left unused, is the end but for its LF."""
        return self._line_start and rest == b".\r"

    def _find_end(self, buffer: bytes, start: int) -> tuple[int, int]:
        """Where the body stops in `buffer`, and where what follows begins."""
        if self._line_start:
            for end in (b".\r\n", b".\n"):
                if buffer.startswith(end, start):
                    self.done = True
                    return start, start + len(end)
            if len(buffer) - start <= len(b".\r") and buffer[start:] in {b".", b".\r"}:
                return start, start
        found = _END.search(buffer, start)
        if found:
            self.done = True
            return found.start() + 1, found.end()
        for tail in (b"\n.", b"\n.\r"):
            if buffer.endswith(tail) and len(buffer) - len(tail) >= start:
                return len(buffer) - len(tail) + 1, len(buffer) - len(tail) + 1
        return len(buffer), len(buffer)

    def _unstuff(self, piece: bytes) -> bytes:
        if not piece:
            return piece
        if self._line_start and piece.startswith(b"."):
            if piece.startswith(b".."):
                piece = b"." + piece[2:]
            else:
                self.unstuffed += 1
        self._line_start = piece.endswith(b"\n")
        dots = piece.count(b"\n.")
        if dots:
            self.unstuffed += dots - piece.count(b"\n..")
            piece = piece.replace(b"\n..", b"\n.")
        return piece

    def _within_line_limit(self, piece: bytes) -> bytes:
        limit = self._limits.body_line
        if limit is None:
            return piece
        start = 0
        while start < len(piece):
            end = piece.find(b"\n", start)
            self._line += (len(piece) if end < 0 else end) - start
            if self._line > limit:
                self.fault = RemoteProtocolError(Fault.LINE_TOO_LONG)
                return piece[: (len(piece) if end < 0 else end) - (self._line - limit)]
            if end < 0:
                break
            self._line = 0
            start = end + 1
        return piece
