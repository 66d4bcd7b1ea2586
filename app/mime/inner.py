"""The octets of a message within a message: attached, or wrapped whole by an S/MIME signature."""

from typing import Final

from .attachments import Attachment, Kind, stream
from .cms import signed_content
from .octets import Octets, Section

MAX_DECODED: Final = 32 * 1024 * 1024  # encoded octets of one that cannot be read where it lies
JOINT: Final = ":"  # between the paths that lead to a part of a message within
_IDENTITY: Final = frozenset({"7bit", "8bit", "binary"})


def holds_message(data: Octets, part: Attachment) -> bool:
    """Whether a part can be opened as a message, by its kind and its first octets."""
    start, end = part.span
    if start == end or part.kind not in {Kind.MESSAGE, Kind.SMIME_SIGNED}:
        return False
    if part.kind is Kind.MESSAGE and part.encoding in _IDENTITY:
        return True
    first = next(stream(data, part), b"") if end - start <= MAX_DECODED else b""
    return bool(first) and (part.kind is Kind.MESSAGE or signed_content(first) is not None)


def inner_octets(data: Octets, part: Attachment) -> tuple[Octets, bool] | None:
    """The message in a part, and whether all of it is here; None where there is none.

    Args:
        data: what `part` is an attachment of.
        part: of any kind.
    """
    start, end = part.span
    if part.kind is Kind.MESSAGE and part.encoding in _IDENTITY:
        return Section(data, start, end), part.complete
    if part.kind not in {Kind.MESSAGE, Kind.SMIME_SIGNED} or end - start > MAX_DECODED:
        return None
    octets = b"".join(stream(data, part))
    if part.kind is Kind.SMIME_SIGNED:
        return signed_content(octets)
    return octets, part.complete
