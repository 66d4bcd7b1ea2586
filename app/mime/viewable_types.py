"""What a browser may be handed to show: pictures and PDF, told by their first octets alone."""

from typing import Final

from .inline_images import image_type

PDF: Final = "application/pdf"
_BMP: Final = "image/bmp"
_RESERVED: Final = slice(6, 10)  # of a bitmap's header: zeros, where two letters prove little


def viewable_type(head: bytes) -> str | None:
    """The type of what begins so, whatever its part says; None for all that could be a page.

    No SVG: that is a document, with scripts.
    """
    if head.startswith(b"%PDF-"):
        return PDF
    kind = image_type(head)
    return None if kind == _BMP and any(head[_RESERVED]) else kind
