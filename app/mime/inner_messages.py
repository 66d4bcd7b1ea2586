"""The octets of a message within a message: attached, or wrapped whole by an S/MIME signature."""

import re
from typing import Final

from .attachments import Attachment, Kind, stream
from .cms import signed_content
from .headers import find_header_end, header_start, raw_fields
from .octets import Octets, Section

MAX_DECODED: Final = 32 * 1024 * 1024  # encoded octets of one that cannot be read where it lies
JOINT: Final = ":"  # between the paths that lead to a part of a message within
_IDENTITY: Final = frozenset({"7bit", "8bit", "binary"})
_HEAD: Final = 16 * 1024  # octets by which a message is told from a file
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def holds_message(data: Octets, part: Attachment) -> bool:
    """Whether a part can be opened as a message, by its kind and its first octets."""
    start, end = part.span
    if start == end or part.kind not in {Kind.MESSAGE, Kind.SMIME_SIGNED}:
        return False
    if part.kind is Kind.MESSAGE and part.encoding in _IDENTITY:
        return True
    first = b""
    for octets in stream(data, part) if end - start <= MAX_DECODED else ():
        first += octets
        if part.kind is Kind.MESSAGE or len(first) > 2 * _HEAD:
            break
    return bool(first) and (part.kind is Kind.MESSAGE or _signed_message(first) is not None)


def inner_octets(data: Octets, part: Attachment) -> tuple[Octets, bool] | None:
    """The message in a part, and whether all of it is here; None where there is none.

    Args:
        data: what `part` is an attachment of.
        part: of any kind.
    """
    start, end = part.span
    if start == end or part.kind not in {Kind.MESSAGE, Kind.SMIME_SIGNED}:
        return None
    if part.kind is Kind.MESSAGE and part.encoding in _IDENTITY:
        start += header_start(bytes(data[start : min(end, start + _HEAD)])) or 0
        return Section(data, start, end), part.complete
    octets = b"".join(stream(data, part)) if end - start <= MAX_DECODED else b""
    if part.kind is Kind.SMIME_SIGNED:
        return _signed_message(octets)
    return (octets[header_start(octets[:_HEAD]) or 0 :], part.complete) if octets else None


def _signed_message(octets: bytes) -> tuple[bytes, bool] | None:
    """The message that a signature is around, and whether all of it is here.

    Some sign a text as it is (RFC 8551, 3.1 asks for a MIME entity): it gets an empty header. Of a
    signed file, an invoice or a contract, there is no message.
    """
    found = signed_content(octets)
    if found is None:
        return None
    content, complete = found
    head = content[:_HEAD]
    start = header_start(head)
    if start is not None:
        return content[start:], complete
    header_end, body_start = find_header_end(head)
    fields = (name.lower() for name, _, _ in raw_fields(head[:header_end]))
    if body_start > header_end == 0 or any(name.startswith("content-") for name in fields):
        return content, complete
    return None if _BINARY.search(head) else (b"\r\n" + content, complete)
