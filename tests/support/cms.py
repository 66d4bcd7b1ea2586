"""S/MIME signed-data as programs write it, with no signature that one could check (RFC 5652)."""

SIGNED = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
_VERSION = b"\x02\x01\x01"
_DIGESTS = bytes.fromhex("310d300b0609608648016503040201")
_NO_SIGNERS = b"\x31\x00"


def element(tag: int, contents: bytes) -> bytes:
    """An element whose length is known."""
    size = len(contents)
    octets = size.to_bytes(-(-size.bit_length() // 8))
    length = bytes([size]) if size < 0x80 else bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + length + contents


def endless(tag: int, contents: bytes) -> bytes:
    """An element whose length is not told: it ends with two zeros (X.690, 8.1.3.6)."""
    return bytes([tag, 0x80]) + contents + b"\0\0"


def in_pieces(content: bytes, size: int) -> bytes:
    """An octet string in pieces, as streaming programs write it."""
    pieces = (content[at : at + size] for at in range(0, len(content), size))
    return endless(0x24, b"".join(element(0x04, piece) for piece in pieces))


def signed_data(content: bytes | None, *, piece: int = 0) -> bytes:
    """A ContentInfo of signed-data.

    Args:
        content: what is signed; None where it stands elsewhere.
        piece: octets of a piece, with lengths that are not told; 0 for all of it in one.
    """
    wrap = endless if piece else element
    held = b""
    if content is not None:
        octets = in_pieces(content, piece) if piece else element(0x04, content)
        held = wrap(0xA0, octets)
    inner = wrap(0x30, DATA + held)
    data = wrap(0x30, _VERSION + _DIGESTS + inner + _NO_SIGNERS)
    return wrap(0x30, SIGNED + wrap(0xA0, data))
