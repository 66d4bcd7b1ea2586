"""Parts taken out of a message that is here, and while it comes in; see test_parts_cut.py."""

import asyncio
import base64
import random

import pytest

from app.mailbox import CalledOff, NoSuchPart, parts
from app.mailbox.parts import OpenPart, follow_part, open_part
from app.mime import Contents
from app.transport import ConnectionLost
from tests.support.corpus import CASES
from tests.support.table import table

from .arriving import MIB, Arriving, here, in_this_thread

SMALL = [case for case in CASES if isinstance(case.source, bytes)]


def multipart(*bodies: bytes, boundary: bytes = b"b", rest: bytes = b"") -> bytes:
    """A message of parts, each with its header and blank line, with CRLF line ends."""
    opened = b"".join(b"--" + boundary + b"\r\n" + body + b"\r\n" for body in bodies)
    head = b"Subject: s\r\nContent-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n"
    return head + opened + b"--" + boundary + b"--\r\n" + rest


def base64_part(octets: bytes, name: bytes = b"a.bin") -> bytes:
    encoded = base64.encodebytes(octets).replace(b"\n", b"\r\n")
    return (
        b"Content-Type: application/octet-stream; name=" + name + b"\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded[:-2]
    )


async def octets_of(part: OpenPart) -> bytes:
    return b"".join([block async for block in part.blocks])


async def from_whole(raw: bytes, path: str) -> bytes | None:
    """The octets of a part of a message that is here; None where it has no such part."""
    try:
        return await octets_of(await open_part(Contents(raw, whole=True), path))
    except NoSuchPart:
        return None


async def while_it_comes(raw: bytes, path: str, chunk: int) -> bytes | None:
    """The same, while the message comes in so many octets at a time."""
    arriving = Arriving(len(raw))
    arriving.begin()

    async def bring() -> None:
        for at in range(0, len(raw), chunk):
            arriving.put(raw[at : at + chunk])
            await asyncio.sleep(0)
        arriving.end()

    bringing = asyncio.create_task(bring())
    try:
        return await octets_of(await follow_part(arriving.download, path))
    except NoSuchPart:
        return None
    finally:
        await bringing
        await arriving.download.finished()


def paths(raw: bytes) -> list[str]:
    """All paths there are, of parts and of uuencoded files, and some that there are not."""
    contents = Contents(raw, whole=True)
    found = dict.fromkeys(part.path for part in contents.root.walk())
    found |= dict.fromkeys(one.path for one in contents.attachments)
    return [*list(found)[:12], "1.77", "2", ""]


@pytest.fixture
def at_once(monkeypatch):
    """Each block is written as it comes, and looked at as soon as it is there; in one thread."""
    monkeypatch.setattr("app.mailbox.downloads.in_thread", in_this_thread)
    monkeypatch.setattr(parts, "in_thread", in_this_thread)
    monkeypatch.setattr("app.mailbox.downloads._BLOCK", 1)
    monkeypatch.setattr(parts, "_GROWTH", 1)


@pytest.mark.heavy
@table("case", SMALL, ids=lambda case: case.name)
async def test_every_part_of_the_corpus_is_the_same_while_it_comes(case, at_once):
    raw = case.raw
    for path in paths(raw):
        whole = await from_whole(raw, path)
        chunk = max(7, len(raw) // 40)
        assert await while_it_comes(raw, path, chunk) == whole, (path, chunk)


ATTACHED = random.Random(1939).randbytes(700_001)
TEXT = "".join(f"Zeile {n} mit Gruß = Größe\n" for n in range(9000)).encode("latin-1")
QUOTED = b"".join(
    b"".join(b"=%02X" % octet if octet > 126 or octet == 61 else bytes((octet,)) for octet in line)
    + b"\r\n"
    for line in TEXT.splitlines()
)
UU = b"begin 644 u.bin\r\n" + b"M" + b"0" * 60 + b"\r\n"
UU_FILE = UU + (b"M" + b"0" * 60 + b"\r\n") * 5000 + b"`\r\nend\r\n"
INNER = multipart(base64_part(ATTACHED), boundary=b"i")
GENERATED = {
    "base64": (multipart(b"\r\nhello", base64_part(ATTACHED), b"\r\nbye"), "1.2", ATTACHED),
    "quoted-printable": (
        multipart(
            b"Content-Type: text/plain; charset=latin-1\r\n"
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + QUOTED
        ),
        "1.1",
        TEXT.replace(b"\n", b"\r\n"),
    ),
    "8bit": (
        multipart(b"Content-Transfer-Encoding: 8bit\r\n\r\n" + TEXT, base64_part(b"x")),
        "1.1",
        TEXT,
    ),
    "uuencode": (
        b"Subject: s\r\n\r\nsee below\r\n\r\n" + UU_FILE + b"\r\nbye\r\n",
        "1~1",
        base64.b64decode(b"QQQQ") * 15 * 5001,
    ),
    "nested": (
        multipart(
            b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\none\r\n--bb\r\n"
            + base64_part(ATTACHED)
            + b"\r\n--bb--",
            b"\r\nlast",
        ),
        "1.1.2",
        ATTACHED,
    ),
    "a message within": (
        multipart(
            b"\r\nhello",
            b"Content-Type: message/rfc822\r\n\r\n" + INNER,
        ),
        "1.2",
        INNER,
    ),
    "no end": (
        multipart(b"\r\nhello", base64_part(ATTACHED)).removesuffix(b"\r\n--b--\r\n"),
        "1.2",
        ATTACHED,
    ),
    "alone": (b"Subject: s\r\nContent-Type: image/png\r\n\r\n" + TEXT, "1", TEXT),
}  # fmt: skip


@pytest.mark.heavy
@pytest.mark.parametrize("chunk", [1000, 4099, 64 * 1024])
@pytest.mark.parametrize("kind", GENERATED)
async def test_large_parts_arrive_octet_for_octet(kind: str, chunk: int, monkeypatch):
    raw, path, expected = GENERATED[kind]
    monkeypatch.setattr("app.mailbox.downloads._BLOCK", chunk)
    assert await from_whole(raw, path) == expected
    assert await while_it_comes(raw, path, chunk) == expected


async def test_a_uuencoded_file_without_an_end_has_its_last_line():
    raw = b"Subject: s\r\n\r\n" + UU + b"M" + b"0" * 60
    expected = base64.b64decode(b"QQQQ") * 30
    assert await from_whole(raw, "1~1") == expected
    assert await while_it_comes(raw, "1~1", 10) == expected


async def test_it_is_on_its_way_before_the_message_is_here():
    raw = multipart(b"\r\nhello", base64_part(ATTACHED), base64_part(b"y" * MIB))
    arriving = Arriving(len(raw))
    arriving.begin()
    arriving.put(raw[: 600 * 1024])
    async with asyncio.timeout(5):
        part = await follow_part(arriving.download, "1.2")
        first = await anext(part.blocks)
    assert ATTACHED.startswith(first)
    assert (part.name, part.octets) == ("a.bin", None)
    assert arriving.download.running
    arriving.put(raw[600 * 1024 : MIB])
    async with asyncio.timeout(5):
        rest = await octets_of(part)  # its end has come, the message's has not
    assert first + rest == ATTACHED
    assert arriving.download.running
    async with asyncio.timeout(5):
        again = await follow_part(arriving.download, "1.2")
    assert again.octets == len(ATTACHED)
    await arriving.download.cancel()


async def test_waiting_for_a_silent_server_takes_no_turns(monkeypatch):
    looks = 0

    def find(*_: object, **__: object) -> None:
        nonlocal looks
        looks += 1

    monkeypatch.setattr(parts, "_find", find)
    arriving = Arriving(MIB)
    arriving.begin()
    following = asyncio.create_task(follow_part(arriving.download, "1"))
    await asyncio.sleep(0.1)
    assert looks == 0
    arriving.end()
    with pytest.raises(NoSuchPart):
        await following


@pytest.mark.parametrize("path", ["1.3", "1.2.1", "1~1", "1.2~1", "nonsense", "", "1" * 5000])
async def test_there_is_no_such_part(path: str):
    raw = multipart(b"\r\nhello", base64_part(b"file"))
    with pytest.raises(NoSuchPart) as caught:
        await open_part(Contents(raw, whole=True), path)
    assert caught.value.path == path
    with pytest.raises(NoSuchPart):
        await follow_part(await here(raw), path)


@pytest.mark.parametrize("cut", [0, 20, 200, 300_000, 900_000])
@pytest.mark.parametrize("called_off", [False, True])
async def test_a_part_that_breaks_off_never_ends_cleanly(cut: int, *, called_off: bool):
    arriving = Arriving(MIB)
    arriving.begin()
    raw = multipart(b"\r\nhello", base64_part(ATTACHED))
    arriving.put(raw[:cut])
    got = bytearray()

    async def take() -> None:
        async for block in (await follow_part(arriving.download, "1.2")).blocks:
            got.extend(block)

    taking = asyncio.create_task(take())
    await asyncio.sleep(0.05)
    assert not taking.done()
    if called_off:
        await arriving.download.cancel()
    else:
        arriving.break_off(ConnectionLost("RETR 1"))
    with pytest.raises(CalledOff if called_off else ConnectionLost):
        await taking
    assert ATTACHED.startswith(bytes(got))
    assert len(got) < len(ATTACHED)


async def test_what_turns_out_to_be_no_part_breaks_off():
    # Lines end in CR until the first LF comes: then there is but one line, and no part.
    lines = b"Content-Type: multipart/mixed; boundary=b\r\r--b\r\r" + b"x" * 5000 + b"\r"
    arriving = Arriving(MIB)
    arriving.begin()
    arriving.put(lines + b"y\r" * 300_000)
    part = await follow_part(arriving.download, "1.1")
    assert (await anext(part.blocks)).startswith(b"xxx")
    arriving.put(b"\r\n")
    arriving.end()
    with pytest.raises(NoSuchPart):
        await octets_of(part)
    assert await from_whole(arriving.download.spool[:], "1.1") is None
