"""Images that a message has for its HTML (RFC 2392, RFC 2557), as data URIs within a budget."""

import base64
import re
from typing import Final
from urllib.parse import unquote, urljoin

from .filenames import safe_filename
from .octets import Octets
from .structure import Part
from .transfer import decode_transfer, true_encoding

INLINE_OCTETS: Final = 5 * 1024 * 1024  # decoded, in one view
_TYPES: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"\xff\xd8\xff": "image/jpeg",
    b"BM": "image/bmp",
}
_HEAD: Final = 12
_MAX_ADDRESS: Final = 4096
_ABSOLUTE: Final = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def image_type(data: bytes) -> str | None:
    """The type of an image by its first octets, whatever its part says; None if it is none."""
    if data[:4] == b"RIFF" and data[8:_HEAD] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:_HEAD] in {b"avif", b"avis"}:
        return "image/avif"
    return next((kind for start, kind in _TYPES.items() if data.startswith(start)), None)


def name_of(path: str) -> str:
    """What finds the image of a part, whether it has a Content-ID or not."""
    return f"{path}@part"


class InlineImages:
    """Finds the images of one view by Content-ID, Content-Location or file name.

    Args:
        data: the message.
        root: its parts.
        budget: octets of images, decoded; what would go over it is left out.
        base: what relative addresses in the HTML are relative to (RFC 2557, 5).
    """

    def __init__(
        self, data: Octets, root: Part, budget: int = INLINE_OCTETS, *, base: str = ""
    ) -> None:
        self._data = data
        self._left = budget
        self._base = base
        self._parts: dict[str, Part] = {}
        self._names: dict[str, Part] = {}
        for part in root.walk():
            if not part.complete or part.is_multipart:
                continue
            at = _joined(base, part.location or "")
            for key in (part.content_id, name_of(part.path), part.location, at):
                if key:
                    self._parts.setdefault(key, part)
            if part.filename and part.content_type.startswith(("image/", "application/octet")):
                self._names.setdefault(part.filename.lower(), part)

    def of_part(self, path: str) -> str | None:
        """The same of the part at `path`."""
        return self(name_of(path))

    def __call__(self, address: str) -> str | None:
        """The image as a `data:` URI, or None: no such part, no image, cut off, or too large.

        Args:
            address: a Content-ID, or what stands in the HTML: absolute, relative, or a file's name.
        """
        part = self.part_at(address) if address else None
        if part is None or part.body[1] - part.body[0] > 2 * self._left:
            return None
        encoding = true_encoding(part.encoding, self._data, part.body)
        data = decode_transfer(bytes(self._data[slice(*part.body)]), encoding)
        kind = image_type(data)
        if kind is None or len(data) > self._left:
            return None
        self._left -= len(data)
        return f"data:{kind};base64,{base64.b64encode(data).decode()}"

    def part_at(self, address: str) -> Part | None:
        """The part of an address, with the argument of a call."""
        found = self._parts.get(address) or self._parts.get(_joined(self._base, address))
        if found is None and not _ABSOLUTE.match(address):
            name = safe_filename(unquote(address.partition("?")[0].partition("#")[0]))
            found = self._names.get((name or "").lower())
        return found


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address[:_MAX_ADDRESS])
    except ValueError:
        return ""
