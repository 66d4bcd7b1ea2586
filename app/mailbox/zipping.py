"""Zip files, made while they go out."""

import zipfile
from collections.abc import AsyncIterator, Iterator
from typing import Final

import zipstream

from .aside import aside

_BLOCK: Final = 256 * 1024  # octets handed out at a time
_FASTEST: Final = 1  # of zlib's levels; most mail is base64, which more effort hardly shrinks


class Zip:
    """One zip file, file by file."""

    def __init__(self) -> None:
        self._stream = zipstream.ZipStream(
            compress_type=zipfile.ZIP_DEFLATED, compress_level=_FASTEST
        )

    def add(self, name: str, data: Iterator[bytes], octets: int | None) -> Iterator[bytes]:
        """One more file.

        Args:
            name: what it is called.
            data: its octets.
            octets: how many, where that is known.
        """
        self._stream.add(data, name, size=octets)
        yield from self._stream.file()

    def end(self) -> Iterator[bytes]:
        """What stands behind the last file."""
        yield from self._stream.finalize()


async def grouped(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces made aside, a good handful at a time."""

    def some() -> bytes:
        group = bytearray()
        for piece in pieces:
            group += piece
            if len(group) >= _BLOCK:
                break
        return bytes(group)

    while block := await aside(some):
        yield block
