"""Messages read as the tests of this folder read them."""

from app import mime
from app.mime import Contents, Octets, Peek


def peek(data: Octets, *, whole: bool) -> Peek:
    """What a message, or its beginning, shows."""
    return mime.peek(Contents(data, whole=whole))
