"""Images that a message brings along for its HTML (RFC 2392), as data URIs within a budget."""

import base64
from typing import Final

from .octets import Octets
from .structure import Part
from .transfer import decode_transfer

INLINE_OCTETS: Final = 5 * 1024 * 1024  # decoded, in one view
_TYPES: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"\xff\xd8\xff": "image/jpeg",
    b"BM": "image/bmp",
}
_HEAD: Final = 12


def image_type(data: bytes) -> str | None:
    """The type of an image by its first octets, whatever its part says; None if it is none."""
    if data[:4] == b"RIFF" and data[8:_HEAD] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:_HEAD] in {b"avif", b"avis"}:
        return "image/avif"
    return next((kind for start, kind in _TYPES.items() if data.startswith(start)), None)


class InlineImages:
    """Finds the images of one view by Content-ID.

    Args:
        data: the message.
        root: its parts.
        budget: octets of images, decoded; what would go over it is left out.
    """

    def __init__(self, data: Octets, root: Part, budget: int = INLINE_OCTETS) -> None:
        self._data = data
        self._left = budget
        self._parts: dict[str, Part] = {}
        for part in root.walk():
            if part.content_id and part.complete and not part.is_multipart:
                self._parts.setdefault(part.content_id, part)

    def __call__(self, content_id: str) -> str | None:
        """The image as a `data:` URI, or None: no such part, no image, cut off, or too large."""
        part = self._parts.get(content_id)
        if part is None or part.body[1] - part.body[0] > 2 * self._left:
            return None
        data = decode_transfer(bytes(self._data[slice(*part.body)]), part.encoding)
        kind = image_type(data)
        if kind is None or len(data) > self._left:
            return None
        self._left -= len(data)
        return f"data:{kind};base64,{base64.b64encode(data).decode()}"
