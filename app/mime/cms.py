"""What an opaque S/MIME signature is wrapped around (RFC 5652, 3 and 5; RFC 8551, 3.5.2).

BER, whole or cut off anywhere, with lengths that are known or not (X.690, 8.1.3); octet strings in
one piece or in many (8.7). Whether the signature holds, nobody looks.
"""

from dataclasses import dataclass
from typing import Final

_SEQUENCE: Final = 0x30
_OBJECT: Final = 0x06
_OCTETS: Final = 0x04
_PIECES: Final = 0x24  # octet strings, one behind the other, that make one
_EXPLICIT: Final = 0xA0  # [0]
_CONSTRUCTED: Final = 0x20
_LONG_TAG: Final = 0x1F  # more octets of the tag follow; CMS has no such
_INDEFINITE: Final = 0x80
_END: Final = 0x00  # of contents of unknown length
_SIGNED: Final = bytes.fromhex("2a864886f70d010702")
_DATA: Final = bytes.fromhex("2a864886f70d010701")
_MAX_LENGTH_OCTETS: Final = 8
_MAX_DEPTH: Final = 16
_MAX_ELEMENTS: Final = 200_000


@dataclass(frozen=True, slots=True)
class _Head:
    """The tag of an element, where its contents begin, and where they end if that is told."""

    tag: int
    start: int
    end: int | None


def signed_content(data: bytes) -> tuple[bytes, bool] | None:
    """What was signed, as far as it is here, and whether that is all of it. Never raises.

    Args:
        data: a ContentInfo of type signed-data, or its beginning.

    Returns:
        None where it is another thing, carries no content, or ends before it.
    """
    at = _inside(data, 0, _SEQUENCE)
    at = _behind_type(data, at, _SIGNED)
    for tag in (_EXPLICIT, _SEQUENCE):
        at = _inside(data, at, tag)
    for _ in ("version", "digestAlgorithms"):
        at = _behind(data, at)
    at = _inside(data, at, _SEQUENCE)
    at = _behind_type(data, at, _DATA)
    at = _inside(data, at, _EXPLICIT)
    head = _head(data, at)
    return None if head is None or head.tag not in {_OCTETS, _PIECES} else _joined(data, head)


def _head(data: bytes, at: int | None) -> _Head | None:
    """The element at `at`; None where it is cut or none."""
    if at is None or at + 2 > len(data) or data[at] & _LONG_TAG == _LONG_TAG:
        return None
    tag, length, start = data[at], data[at + 1], at + 2
    if length == _INDEFINITE:
        return _Head(tag, start, None) if tag & _CONSTRUCTED else None
    if length < _INDEFINITE:
        return _Head(tag, start, start + length)
    octets = length - _INDEFINITE
    if octets > _MAX_LENGTH_OCTETS or start + octets > len(data):
        return None
    start += octets
    return _Head(tag, start, start + int.from_bytes(data[start - octets : start]))


def _inside(data: bytes, at: int | None, tag: int) -> int | None:
    """Where the contents of the element at `at` begin, if it has this tag."""
    head = _head(data, at)
    return None if head is None or head.tag != tag else head.start


def _behind_type(data: bytes, at: int | None, wanted: bytes) -> int | None:
    """What follows an object identifier, if it is the one that is wanted."""
    head = _head(data, at)
    if head is None or head.tag != _OBJECT or data[head.start : head.end] != wanted:
        return None
    return head.end


def _behind(data: bytes, at: int | None) -> int | None:
    """What follows the element at `at`, whatever is in it."""
    open_ends = 0
    for _ in range(_MAX_ELEMENTS):
        head = _head(data, at)
        if head is None:
            return None
        if head.end is None:
            open_ends += 1
            at = head.start
        else:
            open_ends -= head.tag == _END
            at = head.end
        if open_ends <= 0:
            return at
    return None


def _joined(data: bytes, head: _Head) -> tuple[bytes, bool]:
    """The octets of a string in one piece or many, and whether all of them are here."""
    if head.tag == _OCTETS and head.end is not None:
        return data[head.start : head.end], head.end <= len(data)
    pieces: list[bytes] = []
    ends, at = [head.end], head.start
    for _ in range(_MAX_ELEMENTS):
        while ends and at >= (len(data) + 1 if ends[-1] is None else ends[-1]):
            ends.pop()
        if not ends:
            return b"".join(pieces), True
        one = _head(data, at)
        if one is None:
            break
        if one.tag == _END and ends[-1] is None:
            ends.pop()
        elif one.tag == _PIECES and len(ends) < _MAX_DEPTH:
            ends.append(one.end)
        elif one.tag == _OCTETS and one.end is not None:
            pieces.append(data[one.start : one.end])
        else:
            break
        at = one.end if one.tag == _OCTETS and one.end is not None else one.start
        if at > len(data):
            break
    return b"".join(pieces), False
