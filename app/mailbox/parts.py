"""One part of a message, decoded while the message comes in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from app.mime import (
    Attachment,
    Contents,
    Octets,
    Section,
    attachments,
    decoder,
    scan,
    split_path,
    stream,
)

from .downloads import Download
from .errors import NoSuchPart
from .filenames import part_name
from .in_thread import in_thread, mail_thread

_BLOCK: Final = 64 * 1024  # encoded octets decoded at a time; more takes memory and saves no time
_GROWTH: Final = 64 * 1024  # octets to come, at least, before it is worth looking again
# Octets at the end that may yet turn out to be a delimiter, or to belong to no uuencoded file; a
# longer boundary that is cut is no part's by `scan`.
_HELD: Final = 1024


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A part on its way out: its decoded octets, its file name, how many there are if known."""

    blocks: AsyncIterator[bytes]
    name: str
    octets: int | None


def message_within(contents: Contents, path: str) -> Contents:
    """The message within that a path leads to, the message itself for "".

    Raises:
        NoSuchPart: there is none.
    """
    found = contents.inner(path) if path else contents
    if found is None:
        raise NoSuchPart(path)
    return found


async def open_part(contents: Contents, path: str) -> OpenPart:
    """A part of a message that is here, or of a message within.

    Raises:
        NoSuchPart: there is none of this path.
    """
    within, own = split_path(path)
    owner = await mail_thread(message_within, contents, within)
    part = await mail_thread(_find, owner.data, own, whole=owner.whole)
    if part is None:
        raise NoSuchPart(path)
    return OpenPart(_decoded(owner.data, part), part_name(part), part.octets)


async def follow_part(download: Download, path: str) -> OpenPart:
    """A part of a message on its way; waits until its header has come.

    For a part of a message within, it waits until all of the message is here.

    Raises:
        NoSuchPart: there is none of this path.
        MailboxError, TransportError, Pop3Error: the download broke off before.
    """
    within, _ = split_path(path)
    if within:
        await download.finished()
        return await open_part(await mail_thread(Contents, download.spool, whole=True), path)
    follower = _Follower(download, path)
    part = await follower.find()
    return OpenPart(follower.blocks(part), part_name(part), part.octets)


def _find(data: Octets, path: str, *, whole: bool) -> Attachment | None:
    structure = scan(data, whole=whole)
    found = attachments(data, structure, (), whole=whole, only=path)
    return next(iter(found), None)


async def _decoded(data: Octets, part: Attachment) -> AsyncIterator[bytes]:
    blocks = stream(data, part)
    while (block := await in_thread(next, blocks, None)) is not None:
        yield block


class _Follower:
    """Looks for a part again and again while its message grows, ever more octets apart."""

    def __init__(self, download: Download, path: str) -> None:
        self._download = download
        self._path = path
        self._seen = 0
        self._whole = False

    async def find(self) -> Attachment:
        """The part, once its header is here and cannot be read in another way.

        Raises:
            NoSuchPart: there is none of this path.
            MailboxError, TransportError, Pop3Error: the download broke off.
        """
        while True:
            part = await self._look()
            if part is None and self._whole:
                raise NoSuchPart(self._path)
            if part is not None and (
                part.complete or self._whole or self._seen - part.span[0] > _HELD
            ):
                return part

    async def _look(self) -> Attachment | None:
        """The part as far as it has come since the last look.

        Raises:
            MailboxError, TransportError, Pop3Error: the download broke off.
        """
        wanted = self._seen + max(_GROWTH, self._seen // 4) if self._seen else 0
        await self._download.beyond(wanted)
        if not self._download.running:
            await self._download.finished()
            self._whole = True
        self._seen = len(self._download.spool)
        come = Section(self._download.spool, 0, self._seen)
        return await mail_thread(_find, come, self._path, whole=self._whole)

    async def blocks(self, part: Attachment) -> AsyncIterator[bytes]:
        """Its decoded octets.

        Raises:
            MailboxError, TransportError, Pop3Error: the download broke off.
            NoSuchPart: what came later shows that it is none.
        """
        made = decoder(part.encoding)
        spool = self._download.spool
        start = at = part.span[0]
        while True:
            last = part.complete or self._whole
            end = part.span[1] if last else min(part.span[1], self._seen - _HELD)
            while at < end:
                encoded = await in_thread(spool.__getitem__, slice(at, min(at + _BLOCK, end)))
                at += len(encoded)
                if decoded := await in_thread(made.feed, encoded):
                    yield decoded
            if last:
                break
            found = await self._look()
            if found is None or found.span[0] != start:
                raise NoSuchPart(self._path)
            part = found
        if rest := made.close():
            yield rest
