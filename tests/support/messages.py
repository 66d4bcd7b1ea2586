"""Messages for the programmable server: small ones, many of them, and one that is never held."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(slots=True)
class FakeMessage:
    """One message: its octets, or a function that makes them anew at each RETR.

    Args:
        content: the whole message with CRLF line ends, or a callable giving it in blocks that
            each end with a CRLF.
        uidl: its unique id; None for one made of its contents' digest and place.
        listed: what LIST says its size is; None for the truth.
    """

    content: bytes | Callable[[], Iterator[bytes]]
    uidl: str | None = None
    listed: int | None = None
    octets: int = -1

    def __post_init__(self) -> None:
        if self.octets < 0:
            self.octets = sum(len(block) for block in self.blocks())

    def blocks(self) -> Iterator[bytes]:
        """Yield the message in blocks of whole lines."""
        if callable(self.content):
            yield from self.content()
        else:
            yield self.content


def plain(count: int, *, octets: int = 200) -> list[FakeMessage]:
    """Make ``count`` small messages of ``octets`` octets each, quickly (100,000 in a second)."""
    made = []
    for n in range(1, count + 1):
        head = b"From: s%d@example.org\r\nSubject: message %d\r\n\r\n" % (n, n)
        body = b"x" * max(0, octets - len(head) - 2) + b"\r\n"
        made.append(FakeMessage(head + body, uidl=f"u{n}", octets=len(head) + len(body)))
    return made


def huge(octets: int, *, uidl: str = "huge") -> FakeMessage:
    """Make a message of exactly ``octets`` octets (at least 1,000) that is never held in memory.

    Some of its lines begin with dots, and no two blocks are the same.
    """

    def blocks() -> Iterator[bytes]:
        head = b"From: big@example.org\r\nSubject: huge\r\n\r\n"
        yield head
        left, number = octets - len(head), 0
        filling = b"".join(
            b"%s line %03d %s\r\n" % (b"." * (n % 4), n, b"abcdefghij" * 6) for n in range(800)
        )
        while left - 2 > len(filling) + 20:
            number += 1
            block = b"block %012d\r\n" % number + filling
            left -= len(block)
            yield block
        short, last = divmod(left - 2, 64)
        yield (b"z" * 62 + b"\r\n") * short + b"z" * last + b"\r\n"

    return FakeMessage(blocks, uidl=uidl, octets=octets)


def digest(message: FakeMessage) -> str:
    """Return the SHA-256 (hex) of a message as RETR ought to give it, byte-unstuffed."""
    made = hashlib.sha256()
    for block in message.blocks():
        made.update(block)
    return made.hexdigest()
