"""Octets of a message wherever they lie: in memory, or in a file that is read in slices."""

import re
from collections.abc import Iterator
from typing import Final, Protocol

WINDOW: Final = 256 * 1024  # so much is searched at a time; other threads get their turn between
_FIRST: Final = 4 * 1024


class Octets(Protocol):
    """`bytes`, a `memoryview`, or a spool: a length, and slices that hold octets."""

    def __len__(self) -> int: ...

    def __getitem__(self, at: slice, /) -> bytes | memoryview: ...


class Section:
    """Octets from `start` to `stop` of others, not copied; what they are in may grow."""

    def __init__(self, data: Octets, start: int, stop: int) -> None:
        self._data = data
        self._start = start
        self._length = max(stop - start, 0)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, at: slice, /) -> bytes:
        start, stop, _ = at.indices(self._length)
        return bytes(self._data[self._start + start : self._start + stop])


def search(
    data: Octets, pattern: re.Pattern[bytes], start: int, stop: int | None = None, *, longest: int
) -> int | None:
    """Offset of the first match at or after `start`, or None.

    Args:
        data: what is searched, one window after the other.
        pattern: what is searched for; its matches have at most `longest` octets.
        start: where to begin.
        stop: where to stop; the end by default.
        longest: how far windows overlap.
    """
    at, stop = start, len(data) if stop is None else min(stop, len(data))
    window = min(_FIRST, WINDOW)  # where matches stand close together, little is read for each
    while at < stop:
        found = pattern.search(bytes(data[at : min(at + window + longest, stop)]))
        if found is not None:
            return at + found.start()
        at += window
        window = min(4 * window, WINDOW)
    return None


def blocks(data: Octets, start: int, stop: int, octets: int) -> Iterator[bytes]:
    """A span in blocks of at most `octets`."""
    for at in range(start, stop, octets):
        yield bytes(data[at : min(at + octets, stop)])
