"""Zip files, made while they go out."""

import struct
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from .in_thread import in_thread

_BLOCK: Final = 256 * 1024  # octets handed out at a time
_FASTEST: Final = 1  # of zlib's levels; most mail is base64, which more effort hardly shrinks
# What a zip can say (APPNOTE, 4.4.6), to two seconds.
_FIRST: Final = (1980, 1, 1, 0, 0, 0)
_LAST: Final = (2107, 12, 31, 23, 59, 58)
_TIMESTAMP: Final = 0x5455  # Info-ZIP's extra field: seconds since 1970, exact and in UTC
_MODIFIED: Final = 1
_SECONDS: Final = range(-(1 << 31), 1 << 31)
_FILE: Final = 0o600 << 16


class ZipWriter:
    """Turns files into the octets of a zip, one after the other."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, mode="w", compression=zipfile.ZIP_DEFLATED)

    def add(
        self, name: str, pieces: Iterable[bytes], *, size: int, date: datetime | None
    ) -> Iterator[bytes]:
        """What a file adds.

        Args:
            name: within the zip.
            pieces: its octets.
            size: how many, or more.
            date: aware; None is the first day that a zip can name.
        """
        info = zipfile.ZipInfo(name, _dos_time(date))
        info.compress_type = zipfile.ZIP_DEFLATED
        setattr(info, "_compresslevel", _FASTEST)  # noqa: B010 - no public name before Python 3.13
        info.external_attr = _FILE
        info.file_size = size
        info.extra = _timestamp(date)
        with self._zip.open(info, "w") as file:
            for piece in pieces:
                file.write(piece)
                yield self._sink.taken()
        yield self._sink.taken()

    def end(self) -> Iterator[bytes]:
        """The list of files behind them."""
        self._zip.close()
        yield self._sink.taken()


async def grouped(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces made aside, a good handful at a time; some of them may be empty."""
    over = False

    def some() -> bytes:
        nonlocal over
        group = bytearray()
        for piece in pieces:
            group += piece
            if len(group) >= _BLOCK:
                return bytes(group)
        over = True
        return bytes(group)

    while not over:
        if block := await in_thread(some):
            yield block


class _Sink:
    """A file to write to, without a way back."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def write(self, data: bytes) -> int:
        self._octets += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        octets = bytes(self._octets)
        self._octets.clear()
        return octets


def _dos_time(date: datetime | None) -> tuple[int, int, int, int, int, int]:
    """A zip knows no zones, so this is UTC."""
    if date is None:
        return _FIRST
    at = date.astimezone(UTC)
    wall = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    return min(max(wall, _FIRST), _LAST)


def _timestamp(date: datetime | None) -> bytes:
    if date is None or (seconds := int(date.timestamp())) not in _SECONDS:
        return b""
    return struct.pack("<HHBl", _TIMESTAMP, 5, _MODIFIED, seconds)
