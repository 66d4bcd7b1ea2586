"""A message as it goes over the wire, with large parts that are generated while they are sent.

Octets are counted in wire form: CRLF line ends, before byte-stuffing (RFC 1939 sections 5 and 11).
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

RAW_LINE = 57
"""Octets before base64 that fill one line of 76 characters (RFC 2045 section 6.8)."""
WIRE_LINE = 78
"""The same line on the wire: 76 characters and CRLF."""
BLOCK_LINES = 840
BLOCK = RAW_LINE * BLOCK_LINES
"""Raw octets made at a time: 65,520 octets on the wire."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A base64 body: `head`, then `filler` pseudo-random octets, then `tail`. Nothing is kept.

    The filler depends on `label` alone, so that every RETR sends the same octets.
    """

    label: str
    head: bytes
    filler: int
    tail: bytes = b""

    @property
    def octets(self) -> int:
        """Octets on the wire, known without generating any."""
        full, rest = divmod(len(self.head) + self.filler + len(self.tail), RAW_LINE)
        return full * WIRE_LINE + ((rest + 2) // 3 * 4 + 2 if rest else 0)

    def raw(self) -> Iterator[bytes]:
        """The decoded content in pieces of at most `BLOCK` octets (head and tail: as they are)."""
        yield self.head
        for number, start in enumerate(range(0, self.filler, BLOCK)):
            seed = f"{self.label}/{number}".encode()
            yield hashlib.shake_128(seed).digest(min(BLOCK, self.filler - start))
        yield self.tail

    def chunks(self) -> Iterator[bytes]:
        """The base64 lines, whole lines only, about 64 KiB at a time."""
        waiting = b""
        for piece in self.raw():
            waiting += piece
            ready = len(waiting) - len(waiting) % RAW_LINE
            for start in range(0, ready, BLOCK):
                yield _base64_lines(waiting[start : min(start + BLOCK, ready)])
            waiting = waiting[ready:]
        if waiting:
            yield _base64_lines(waiting)


@dataclass(frozen=True, slots=True)
class Checksums:
    """A long plain text of equal lines: `count` file names, each with a made-up SHA-256."""

    label: str
    count: int

    @property
    def octets(self) -> int:
        """Octets on the wire, known without generating any."""
        return self.count * len(self._line(0))

    def chunks(self) -> Iterator[bytes]:
        """The lines, some 50 KiB at a time."""
        step = 512
        for start in range(0, self.count, step):
            stop = min(start + step, self.count)
            yield b"".join(self._line(number) for number in range(start, stop))

    def _line(self, number: int) -> bytes:
        digest = hashlib.sha256(f"{self.label}/{number}".encode()).hexdigest()
        return f"SHA256 (packages/{number:04d}.tgz) = {digest}\r\n".encode()


Segment = bytes | Generated | Checksums


@dataclass(frozen=True, slots=True)
class Message:
    """One message in the maildrop.

    `head` is the header section with its blank line (empty header sections are allowed); `body` is
    all the rest. Every line ends in CRLF, and so does the message.
    """

    uidl: str
    head: bytes
    body: tuple[Segment, ...]
    octets: int = field(init=False)
    """What LIST says and RETR sends, exactly."""

    def __post_init__(self) -> None:
        total = len(self.head) + sum(segment_octets(segment) for segment in self.body)
        object.__setattr__(self, "octets", total)

    def chunks(self) -> Iterator[bytes]:
        """The whole message before byte-stuffing, in pieces of about 64 KiB at most."""
        yield self.head
        for segment in self.body:
            if isinstance(segment, bytes):
                yield segment
            else:
                yield from segment.chunks()

    def top(self, lines: int) -> Iterator[bytes]:
        """The header section, its blank line and the first `lines` lines of the body."""
        pieces = self.chunks()
        yield next(pieces)
        left = lines
        for piece in pieces:
            if left <= 0:
                return
            count = piece.count(b"\n")
            if count < left:
                yield piece
                left -= count
            else:
                rest = piece.split(b"\n", left)[left]
                yield piece[: len(piece) - len(rest)]
                return


def segment_octets(segment: Segment) -> int:
    """Octets of one segment on the wire."""
    return len(segment) if isinstance(segment, bytes) else segment.octets


def _base64_lines(raw: bytes) -> bytes:
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")
