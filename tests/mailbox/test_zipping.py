"""Zip files that are made while they go out."""

import io
import zipfile
from collections.abc import Iterator

from app.mailbox.zipping import Zip, grouped


async def test_files_are_read_block_by_block_while_the_zip_goes_out():
    taken: list[int] = []

    def blocks(n: int) -> Iterator[bytes]:
        for at in range(n):
            taken.append(at)
            yield bytes([at % 251]) * 65536

    file, out, held = Zip(), b"", 0
    for name, known in (("a.bin", 64 * 65536), ("b.bin", None)):
        async for block in grouped(file.add(name, blocks(64), known)):
            held = max(held, len(block))
            out += block
    async for block in grouped(file.end()):
        out += block
    assert taken == [*range(64)] * 2
    assert held < 1024 * 1024
    with zipfile.ZipFile(io.BytesIO(out)) as found:
        assert found.testzip() is None
        assert [one.file_size for one in found.infolist()] == [64 * 65536] * 2


async def test_an_empty_one_is_a_zip_too():
    out = b"".join([block async for block in grouped(Zip().end())])
    assert zipfile.ZipFile(io.BytesIO(out)).namelist() == []
