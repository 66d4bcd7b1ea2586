"""A part while its message comes in, cut at any octet: what is a delimiter is never given out."""

import asyncio
from collections.abc import Iterator

import pytest

from app.mailbox import parts
from app.mailbox.parts import follow_part

from .arriving import Arriving, in_this_thread, turns
from .test_parts import base64_part, from_whole, multipart, octets_of, while_it_comes

pytestmark = pytest.mark.heavy

LONG = bytes(range(256)) * 12
BLANKS = b"text =\r\n that  \r\ngoes on \t\r\n" * 120 + b"--b is no delimiter\r\n--bb\r\n--\r\n-"
QUOTED = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
PLAIN = multipart(
    b"\r\n" + BLANKS,
    base64_part(LONG),
    QUOTED + BLANKS + b"=",
    b"Content-Type: application/octet-stream\r\n\r\n" + LONG + b"\r\n\r\n",
    rest=b"behind the last one\r\n" + b"x" * 3000,
)
BOUNDARY = b"a-rather-long-boundary-" * 3
MESSAGES = {
    "CRLF": PLAIN,
    "LF": PLAIN.replace(b"\r\n", b"\n"),
    "a long boundary": multipart(b"\r\n" + BLANKS, base64_part(LONG), boundary=BOUNDARY),
    "a boundary longer than what is held": multipart(b"\r\n" + BLANKS, boundary=b"x" * 3000),
    "blanks behind delimiters": PLAIN.replace(b"--b\r\n", b"--b" + b" \t" * 600 + b"\r\n"),
    "within": multipart(
        b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\n"
        + BLANKS.replace(b"--bb", b"--cc")
        + b"\r\n--bb--"
    ),
    "uuencode": b"Subject: s\r\n\r\nhello\r\n"
     b"begin 644 u\r\nM" + b"0" * 60 + b"\r\n" + (b"M" + b"1" * 60 + b"\r\n") * 60 + b"`\r\nend\r\n"
    + b"M" * 61 + b"\r\nbye\r\n" * 300,
    "uuencode that ends in text": b"Subject: s\r\n\r\n"
     b"begin 644 u\r\nM" + b"0" * 60 + b"\r\n" + (b"M" + b"1" * 60 + b"\r\n") * 60
    + b"M is a letter, and this is a line of text that is far longer than encoded ones; it is none"
    + b" of them\r\n" + b"bye\r\n" * 400,
}  # fmt: skip


@pytest.fixture(autouse=True)
def here_and_now(monkeypatch):
    """All in one thread, each block written as it comes: thousands of messages take seconds."""
    monkeypatch.setattr("app.mailbox.downloads.in_thread", in_this_thread)
    monkeypatch.setattr(parts, "in_thread", in_this_thread)
    monkeypatch.setattr("app.mailbox.downloads._BLOCK", 1)
    monkeypatch.setattr(parts, "_GROWTH", 1)


def cuts(raw: bytes) -> Iterator[int]:
    """All octets of headers and delimiters and what is beside them, and some of the rest."""
    marks = [at for at in range(len(raw)) if raw.startswith((b"\n--", b"\nContent-", b"begin"), at)]
    near = {at + by for at in marks for by in range(-4, 90)}
    return (at for at in range(1, len(raw)) if at in near or at % 151 == 0)


@pytest.mark.parametrize("kind", MESSAGES)
async def test_a_message_that_comes_in_two_pieces(kind: str):
    raw = MESSAGES[kind]
    wanted = ("1~1", "1") if kind.startswith("uu") else ("1.1", "1.2", "1.3", "1.4", "1.1.1")
    expected = {path: whole for path in wanted if (whole := await from_whole(raw, path))}
    assert expected
    for cut in cuts(raw):
        for path, whole in expected.items():
            arriving = Arriving(len(raw))
            arriving.begin()
            arriving.put(raw[:cut])
            taking = asyncio.create_task(_taken(arriving, path))
            await turns(8)
            arriving.put(raw[cut:])
            arriving.end()
            assert await taking == whole, (path, cut)


async def _taken(arriving: Arriving, path: str) -> bytes:
    return await octets_of(await follow_part(arriving.download, path))


@pytest.mark.parametrize("kind", MESSAGES)
@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 61, 1025])
async def test_a_message_that_comes_in_small_pieces(kind: str, chunk: int):
    raw = MESSAGES[kind]
    for path in ("1.2", "1.1.1", "1~1") if chunk < 7 else ("1", "1.1", "1.2", "1.4", "1~1"):
        assert await while_it_comes(raw, path, chunk) == await from_whole(raw, path), path
