"""A whole message on disk: an unlinked temporary file, read back in slices.

Nobody finds it by name, and it is gone with the process. Slices are read, not mapped, so memory
stays small however large the message is.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from typing import Final

from .allowance import Pot, Share
from .errors import MessageTooLarge, NoRoom

_RESERVE: Final = 64 * 1024 * 1024  # octets of the disk that are left to others


class Spool:
    """Octets of one message, written from front to back while others read what is there.

    The disk is freed when nobody holds the spool any more: never under a reader's feet.

    Args:
        limit: octets it may take.
        pot: octets that all spools may take together.

    Raises:
        NoRoom: there is no disk to write to.
    """

    def __init__(self, limit: int, pot: Pot | None = None) -> None:
        self._limit = limit
        self._share = Share(pot or Pot(limit))
        try:
            self._file = tempfile.TemporaryFile(prefix="popscope-", buffering=0)  # noqa: SIM115 -- see __del__
        except OSError as error:
            raise NoRoom(0) from error
        self._written = 0
        self._digest = hashlib.sha256()

    def __del__(self) -> None:
        file = getattr(self, "_file", None)
        if file is not None:
            file.close()

    def __len__(self) -> int:
        return self._written

    def __getitem__(self, at: slice, /) -> bytes:
        start, stop, _ = at.indices(self._written)
        pieces = []
        while start < stop:
            piece = os.pread(self._file.fileno(), stop - start, start)
            if not piece:
                break
            pieces.append(piece)
            start += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    @property
    def sha256(self) -> str:
        """SHA-256 of what is written so far, in hexadecimal."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Adds octets; blocking, so call it in a thread.

        Raises:
            MessageTooLarge: they would go over the limit; nothing was written.
            NoRoom: the disk is full, or about to be; nothing of them is kept.
        """
        octets = self._written + len(data)
        if octets > self._limit:
            raise MessageTooLarge(octets, self._limit)
        if self._nearly_full() or not self._share.hold(octets):
            raise NoRoom(len(data))
        rest, at = memoryview(data), self._written
        try:
            while rest:
                went = os.pwrite(self._file.fileno(), rest, at)
                rest, at = rest[went:], at + went
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self._written)
            self._share.hold(self._written)
            raise NoRoom(len(data)) from error
        self._digest.update(data)
        self._written = octets

    def _nearly_full(self) -> bool:
        disk = os.fstatvfs(self._file.fileno())
        reserve = min(_RESERVE, disk.f_blocks * disk.f_frsize // 20)
        return disk.f_bavail * disk.f_frsize < reserve
