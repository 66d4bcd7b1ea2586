"""Reading mail of a real Dovecot: what it costs on the wire, and that nothing changes on disk."""

import asyncio
import base64
import hashlib
import io
import mailbox as stdlib
import random
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from app.mailbox import Credentials, ExportFormat, Mailbox, Sort
from tests.mailbox.opening import by_number, line_of, loaded, mailbox_at, reader, until
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.proxy import Link

pytestmark = pytest.mark.interop
MIB = 1024 * 1024
ATTACHED = random.Random(1939).randbytes(30 * MIB)
WORDS = b"".join(b"Line %d of a letter, as long as lines usually are.\r\n" % n for n in range(30))


def large() -> bytes:
    """A letter of 40 MB: some words, and a file in base64."""
    encoded = base64.encodebytes(ATTACHED).replace(b"\n", b"\r\n")
    return (
        b"From: Bob <bob@b.example>\r\nSubject: holiday\r\nMIME-Version: 1.0\r\n"
        b"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + WORDS
        + b"--b\r\nContent-Type: video/mp4; name=film.mp4\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded + b"--b--\r\n"
    )


def letters() -> list[bytes]:
    """Small ones, with what must be byte-stuffed and what an mbox must quote."""
    return [
        b"From: s%d@a.example\r\nSubject: small %d\r\n\r\n.\r\n..dots\r\nFrom me\r\n" % (n, n)
        + b"x" * n
        + b"\r\n"
        for n in range(12)
    ]


def unlock_of(user: str) -> Callable[[], Credentials]:
    return lambda: Credentials(user, PASSWORD)


@asynccontextmanager
async def reading(dovecot: Dovecot, user: str) -> AsyncIterator[tuple[Mailbox, Link]]:
    """A mailbox through a counted line; at its end, all is on the disk as it was."""
    before = {name: one.sha256 for name, one in dovecot.messages_on_disk(user).items()}
    async with Link(dovecot.host, dovecot.port) as link:
        mailbox = mailbox_at(link.host, link.port, user=user)
        await line_of(mailbox, unlock_of(user)).hold()
        await loaded(mailbox)
        yield mailbox, link
        await mailbox.close()
        await until(lambda: dovecot.ended(user) == link.connections)
        assert not [line for line in link.commands if line.startswith("DELE")]
    after = {name: one.sha256 for name, one in dovecot.messages_on_disk(user).items()}
    assert after == before


async def test_the_text_of_40_mb_costs_less_than_16_kib(dovecot: Dovecot) -> None:
    raw = large()
    assert len(raw) > 40_000_000
    dovecot.deliver_many("peeks", [*letters(), raw])
    async with reading(dovecot, "peeks") as (mailbox, link):
        before = link.octets_down
        top = mailbox.index.ordered(Sort())[0]
        peeked = await reader(mailbox, unlock_of("peeks")).peek(top.id)
        assert link.octets_down - before < 16 * 1024
        assert peeked.transferred < 16 * 1024
        assert peeked.contents.text.text == WORDS.decode().replace("\r\n", "\n")[:-1]
        assert peeked.contents.pauses  # the film has begun; whether words follow it, nobody knows
        assert [(one.name, one.complete) for one in peeked.contents.attachments] == [
            ("film.mp4", False)
        ]
        assert not [line for line in link.commands if line.startswith("RETR")]


async def test_a_part_and_the_whole_are_what_was_delivered(dovecot: Dovecot) -> None:
    raw = large()
    dovecot.deliver_many("whole", [*letters(), raw])
    async with reading(dovecot, "whole") as (mailbox, link):
        unlock = unlock_of("whole")
        top = mailbox.index.ordered(Sort())[0]
        saved = hashlib.sha256()
        async with reader(mailbox, unlock).part(
            top.id, "1.2"
        ) as part:  # while the message comes in
            async for block in part.blocks:
                saved.update(block)
        assert part.name == "film.mp4"
        assert saved.digest() == hashlib.sha256(ATTACHED).digest()
        download = await reader(mailbox, unlock).fetch(top.id)
        await download.finished()
        assert download.spool.sha256 == hashlib.sha256(raw).hexdigest()
        peeked = await reader(mailbox, unlock).peek(top.id)
        (attached,) = peeked.contents.attachments
        assert peeked.complete
        assert attached.octets == len(ATTACHED)
        async with reader(mailbox, unlock).part(top.id, "1.2") as again:  # from the disk
            assert again.octets == len(ATTACHED)
            assert b"".join([block async for block in again.blocks]) == ATTACHED
        assert [line for line in link.commands if line.startswith("RETR")] == ["RETR 13"]


async def test_an_export_of_all_is_what_lies_on_the_disk(dovecot: Dovecot, tmp_path) -> None:
    wanted = [*letters(), large()[:2_000_000] + b"\r\n"]
    dovecot.deliver_many("export", wanted)
    on_disk = {one.sha256 for one in dovecot.messages_on_disk("export").values()}
    async with reading(dovecot, "export") as (mailbox, _):
        messages = list(mailbox.index)
        zipped, box = bytearray(), tmp_path / "box"
        async for block in (
            reader(mailbox, unlock_of("export")).export(messages, ExportFormat.ZIP).blocks()
        ):
            zipped += block
        export = reader(mailbox, unlock_of("export")).export(messages, ExportFormat.MBOX)
        with box.open("wb") as file:
            async for block in export.blocks():
                file.write(block)
    with zipfile.ZipFile(io.BytesIO(zipped)) as read:
        assert {hashlib.sha256(read.read(name)).hexdigest() for name in read.namelist()} == on_disk
        assert [read.read(name) for name in read.namelist()] == wanted
    found = stdlib.mbox(box, create=False)
    try:
        assert [
            found.get_bytes(key).replace(b"\n>From", b"\nFrom") for key in found.iterkeys()
        ] == [raw.replace(b"\r\n", b"\n") for raw in wanted]
    finally:
        found.close()
    assert (export.complete, export.missing, export.done) == (True, 0, export.total)


async def test_one_that_is_called_off_changes_nothing_either(dovecot: Dovecot) -> None:
    dovecot.deliver_many("off", [*letters(), large()])
    async with reading(dovecot, "off") as (mailbox, _):
        unlock = unlock_of("off")
        id = by_number(mailbox, 13).id
        download = await reader(mailbox, unlock).fetch(id)
        async with asyncio.timeout(20):
            await download.beyond(MIB)
        await mailbox.downloads.forget(download.id)
        assert not download.complete
        assert (await reader(mailbox, unlock).stat()).messages == 13
        assert (await reader(mailbox, unlock).peek(by_number(mailbox, 1).id)).complete
