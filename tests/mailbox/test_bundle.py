"""All attachments of a message in one zip."""

import io
import zipfile
from pathlib import PurePosixPath

import pytest

from app.mailbox import Mailbox, NoSuchPart
from app.mailbox.bundle import bundle
from app.mime import Contents
from app.transport import ConnectionLost
from tests.support.corpus import CASES
from tests.support.maildrop import FakeMessage, huge, plain
from tests.support.table import table

from .arriving import message
from .opening import by_number, loaded, maildrop, opened, reader
from .test_parts import base64_part, multipart, octets_of

SMALL = [case for case in CASES if isinstance(case.source, bytes)]
TWO = multipart(
    b"Content-Type: text/plain\r\n\r\nsee below",
    base64_part(b"one" * 100, b"a.txt"),
    base64_part(b"two" * 100, b"A.TXT"),
    base64_part(b"three", b"b"),
    base64_part(b"four", b"b"),
)
NAMES = ["a.txt", "A (2).TXT", "b", "b (2)"]


async def files_of(raw: bytes) -> dict[str, bytes]:
    """The names in a bundle, and what they hold."""
    made = bundle(message(), Contents(raw, whole=True))
    with zipfile.ZipFile(io.BytesIO(await octets_of(made))) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


async def test_each_stands_under_a_name_of_its_own():
    files = await files_of(TWO)
    assert files == dict(zip(NAMES, (b"one" * 100, b"two" * 100, b"three", b"four"), strict=True))


@table("case", SMALL, ids=lambda case: case.name)
async def test_it_has_what_the_parts_have_of_every_message_of_the_corpus(case):
    _, contents = Contents(case.source, whole=True).readable()
    if not contents.attachments:
        with pytest.raises(NoSuchPart):
            bundle(message(), Contents(case.source, whole=True))
        return
    files = await files_of(case.source)
    assert list(files.values()) == [contents.decoded(part) for part in contents.attachments]
    assert len({name.casefold() for name in files}) == len(files)
    for name in files:
        assert len(PurePosixPath(name).parts) == 1
        assert not name.startswith((".", "/"))
        assert "\\" not in name


@pytest.mark.parametrize(
    "name",
    [b"../../etc/passwd", b"/etc/passwd", b"C:\\\\boot.ini", b"a/../b", b"..", b"con", b""],
)
async def test_no_name_leads_out_of_the_folder(name):
    files = await files_of(multipart(base64_part(b"x", b'"' + name + b'"')))
    [found] = files
    assert not set(found) & set("/\\:")
    assert found.strip(". ")


async def zipped(mailbox: Mailbox, id: str) -> tuple[str, bytes]:
    async with reader(mailbox).attachments(id) as part:
        return part.name, await octets_of(part)


async def test_a_message_is_fetched_once_and_a_small_one_not_at_all():
    large = multipart(
        b"Content-Type: text/plain\r\n\r\nsee below",
        *(base64_part(bytes([n]) * 200_000, b"%d.bin" % n) for n in range(3)),
    )
    drop = maildrop([FakeMessage(large, uidl="l"), FakeMessage(TWO, uidl="s"), *plain(1)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        for _ in range(2):
            name, data = await zipped(mailbox, by_number(mailbox, 1).id)
            assert name == "s.zip"
            with zipfile.ZipFile(io.BytesIO(data)) as found:
                assert {one.filename: one.file_size for one in found.infolist()} == {
                    "0.bin": 200_000,
                    "1.bin": 200_000,
                    "2.bin": 200_000,
                }
        assert drop.count("RETR") == 1
        small = by_number(mailbox, 2).id
        await reader(mailbox).peek(small)
        _, data = await zipped(mailbox, small)
        assert zipfile.ZipFile(io.BytesIO(data)).namelist() == NAMES
        assert drop.count("RETR") == 1
        with pytest.raises(NoSuchPart):
            await zipped(mailbox, by_number(mailbox, 3).id)


async def test_a_message_that_breaks_off_makes_no_zip():
    drop = maildrop([huge(2 * 1024 * 1024)], close_at="RETR body")
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        with pytest.raises(ConnectionLost):
            await zipped(mailbox, by_number(mailbox, 1).id)
        assert mailbox.downloads.running() is None
