"""All attachments of one message in one zip, decoded while it goes out."""

from collections.abc import AsyncIterator

from app.mime import Contents, stream

from .errors import ALL_ATTACHMENTS, NoSuchPart
from .filenames import message_name, part_name, unique
from .models import Message
from .parts import OpenPart, message_within
from .zipping import ZipWriter, grouped


def bundle(message: Message, contents: Contents, within: str = "") -> OpenPart:
    """What the reader lists as attachments, each under a name of its own.

    Args:
        message: whose they are; names the file.
        contents: all of it.
        within: the path to a message in it whose they are instead, or "".

    Raises:
        NoSuchPart: there is none.
    """
    _, contents = message_within(contents, within).readable()
    if not contents.attachments:
        raise NoSuchPart(ALL_ATTACHMENTS)
    name = message_name(message).removesuffix(".eml")
    return OpenPart(_zipped(message, contents), f"{name}.zip", None)


async def _zipped(message: Message, contents: Contents) -> AsyncIterator[bytes]:
    file = ZipWriter()
    date = message.summary.date if message.summary else None
    names = unique(map(part_name, contents.attachments))
    for part, name in zip(contents.attachments, names, strict=True):
        size = part.octets or part.span[1] - part.span[0]
        octets = stream(contents.data, part)
        async for block in grouped(file.add(name, octets, size=size, date=date)):
            yield block
    async for block in grouped(file.end()):
        yield block
