import io
import struct
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.mailbox.zipping import ZipWriter, grouped

NOON = datetime(2024, 3, 1, 12, 0, 30, tzinfo=timezone(timedelta(hours=5)))


def made(date: datetime | None, octets: bytes = b"hello" * 1000) -> zipfile.ZipFile:
    writer = ZipWriter()
    pieces = [octets[at : at + 100] for at in range(0, len(octets), 100)]
    file = b"".join([*writer.add("ä.eml", pieces, size=len(octets), date=date), *writer.end()])
    return zipfile.ZipFile(io.BytesIO(file))


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        (NOON, (2024, 3, 1, 7, 0, 30)),
        (None, (1980, 1, 1, 0, 0, 0)),
        (datetime(1970, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
        (datetime(2200, 1, 1, tzinfo=UTC), (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_a_file_has_the_date_of_its_message(date, shown):
    (info,) = made(date).infolist()
    assert info.date_time == shown


def test_programs_that_look_closely_find_the_exact_second():
    (info,) = made(NOON).infolist()
    assert struct.unpack("<HHBl", info.extra[:9]) == (0x5455, 5, 1, int(NOON.timestamp()))
    assert made(None).infolist()[0].extra == b""


def test_what_comes_out_is_what_went_in():
    with made(NOON, b"x" * 1_000_000) as read:
        assert read.testzip() is None
        assert read.namelist() == ["ä.eml"]
        assert read.read("ä.eml") == b"x" * 1_000_000
        assert read.infolist()[0].compress_size < 10_000


def test_it_goes_out_while_it_is_made():
    writer = ZipWriter()
    noise = bytes(range(256)) * 4000
    taken = [len(piece) for piece in writer.add("a", [noise] * 8, size=8 * len(noise), date=NOON)]
    assert len(taken) == 9
    assert max(taken) < 2 * len(noise)


async def test_files_are_read_block_by_block_while_the_zip_goes_out():
    taken: list[int] = []

    def blocks(n: int) -> Iterator[bytes]:
        for at in range(n):
            taken.append(at)
            yield bytes([at % 251]) * 65536

    writer, out, held = ZipWriter(), b"", 0
    for name in ("a.bin", "b.bin"):
        async for block in grouped(writer.add(name, blocks(64), size=64 * 65536, date=None)):
            held = max(held, len(block))
            out += block
    async for block in grouped(writer.end()):
        out += block
    assert taken == [*range(64)] * 2
    assert held < 1024 * 1024
    with zipfile.ZipFile(io.BytesIO(out)) as found:
        assert found.testzip() is None
        assert [one.file_size for one in found.infolist()] == [64 * 65536] * 2


async def test_an_empty_one_is_a_zip_too():
    out = b"".join([block async for block in grouped(ZipWriter().end())])
    assert zipfile.ZipFile(io.BytesIO(out)).namelist() == []
