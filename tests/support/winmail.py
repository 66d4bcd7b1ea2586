"""A small writer of TNEF (MS-OXTNEF), for tests: attributes and properties, right or lying."""

import struct

MESSAGE, ATTACHMENT = 1, 2
OBJECT, STRING, UNICODE, BINARY = 0x0D, 0x1E, 0x1F, 0x102
I_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


def tnef(*attributes: bytes, codepage: int | None = 1252) -> bytes:
    """A file of these attributes, behind the version and the code page."""
    head = struct.pack("<IH", 0x223E9F78, 1) + attribute(
        MESSAGE, 0x9006, struct.pack("<I", 0x10000), kind=8
    )
    if codepage is not None:
        head += attribute(MESSAGE, 0x9007, struct.pack("<II", codepage, 0), kind=6)
    return head + b"".join(attributes)


def attribute(level: int, name: int, data: bytes, *, kind: int = 6, length: int = -1) -> bytes:
    """One attribute; `length` is what it says, when it lies."""
    size = len(data) if length < 0 else length
    checksum = struct.pack("<H", sum(data) & 0xFFFF)
    return struct.pack("<BHHI", level, name, kind, size) + data + checksum


def text(octets: bytes) -> bytes:
    """The plain body."""
    return attribute(MESSAGE, 0x800C, octets + b"\0", kind=2)


def message(*properties: bytes, count: int = -1) -> bytes:
    """The attribute of the message's properties."""
    return attribute(MESSAGE, 0x9003, listed(*properties, count=count))


def file(title: bytes | None, data: bytes | None, *properties: bytes) -> bytes:
    """The attributes of one file."""
    made = attribute(ATTACHMENT, 0x9002, bytes(14))
    if title is not None:
        made += attribute(ATTACHMENT, 0x8010, title + b"\0", kind=1)
    if data is not None:
        made += attribute(ATTACHMENT, 0x800F, data)
    if properties:
        made += attribute(ATTACHMENT, 0x9005, listed(*properties))
    return made


def listed(*properties: bytes, count: int = -1) -> bytes:
    """Properties behind their number; `count` is what it says, when it lies."""
    return struct.pack("<I", len(properties) if count < 0 else count) + b"".join(properties)


def long(prop: int, value: int) -> bytes:
    """A 32-bit number."""
    return struct.pack("<HHI", 0x0003, prop, value)


def short(prop: int, value: int) -> bytes:
    """A 16-bit number and what fills it up."""
    return struct.pack("<HHHxx", 0x0002, prop, value)


def variable(prop: int, kind: int, *values: bytes, named: bytes = b"", length: int = -1) -> bytes:
    """Values of any length, each filled up to four octets; `length` is what the first one says."""
    made = struct.pack("<HH", kind, prop) + named + struct.pack("<I", len(values))
    for value in values:
        made += struct.pack("<I", len(value) if length < 0 else length)
        made += value + bytes(-len(value) % 4)
    return made


def unicode(prop: int, value: str) -> bytes:
    """A string in UTF-16."""
    return variable(prop, UNICODE, value.encode("utf-16-le") + b"\0\0")


def named(name: str | int) -> bytes:
    """What stands in front of the value of a property that has a name."""
    if isinstance(name, int):
        return bytes(16) + struct.pack("<II", 0, name)
    octets = name.encode("utf-16-le") + b"\0\0"
    return bytes(16) + struct.pack("<II", 1, len(octets)) + octets + bytes(-len(octets) % 4)
