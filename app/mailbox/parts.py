"""One part of a message, decoded while the message comes in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from app.mime import Attachment, Contents, Octets, Prefix, attachments, decoder, scan, stream

from .aside import aside
from .downloads import Download
from .errors import NoSuchPart
from .naming import part_name

_BLOCK: Final = 256 * 1024  # encoded octets decoded at a time
_GROWTH: Final = 64 * 1024  # octets to come, at least, before it is worth looking again
_HELD: Final = 1024  # octets at the end that may yet turn out to be a delimiter


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A part on its way out: its decoded octets, its file name, how many there are if known."""

    blocks: AsyncIterator[bytes]
    name: str
    octets: int | None


async def open_part(contents: Contents, path: str) -> OpenPart:
    """A part of a message that is here.

    Raises:
        NoSuchPart: there is none of this path.
    """
    part = await aside(_find, contents.data, path, whole=contents.whole)
    if part is None:
        raise NoSuchPart(path)
    return OpenPart(_decoded(contents.data, part), part_name(part), part.octets)


async def follow_part(download: Download, path: str) -> OpenPart:
    """A part of a message on its way; waits until its header has come.

    Raises:
        NoSuchPart: there is none of this path.
        MailboxError, TransportError, Pop3Error: the download broke off before.
    """
    follower = _Follower(download, path)
    while (part := await follower.look()) is None:
        if follower.whole:
            raise NoSuchPart(path)
    return OpenPart(follower.blocks(part), part_name(part), part.octets)


def _find(data: Octets, path: str, *, whole: bool) -> Attachment | None:
    structure = scan(data, whole=whole)
    found = attachments(data, structure, (), whole=whole, only=path)
    return next(iter(found), None)


async def _decoded(data: Octets, part: Attachment) -> AsyncIterator[bytes]:
    blocks = stream(data, part)
    while (block := await aside(next, blocks, None)) is not None:
        yield block


class _Follower:
    """Looks for a part again and again while its message grows, ever more octets apart."""

    def __init__(self, download: Download, path: str) -> None:
        self._download = download
        self._path = path
        self._seen = 0
        self.whole = False

    async def look(self) -> Attachment | None:
        """The part as far as it has come since the last look.

        Raises:
            MailboxError, TransportError, Pop3Error: the download broke off.
        """
        if self._seen:
            await self._download.beyond(self._seen + max(_GROWTH, self._seen // 4))
        if not self._download.running:
            await self._download.finished()
            self.whole = True
        self._seen = len(self._download.spool)
        prefix = Prefix(self._download.spool, self._seen)
        return await aside(_find, prefix, self._path, whole=self.whole)

    async def blocks(self, part: Attachment) -> AsyncIterator[bytes]:
        """Its decoded octets.

        Raises:
            MailboxError, TransportError, Pop3Error: the download broke off.
        """
        made = decoder(part.encoding)
        at, spool = part.span[0], self._download.spool
        while True:
            end = part.span[1] if part.complete else min(part.span[1], self._seen - _HELD)
            while at < end:
                encoded = await aside(spool.__getitem__, slice(at, min(at + _BLOCK, end)))
                at += len(encoded)
                if decoded := await aside(made.feed, encoded):
                    yield decoded
            if part.complete or self.whole:
                break
            part = await self.look() or part
        if rest := made.close():
            yield rest
