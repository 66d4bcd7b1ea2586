"""The attachments of many messages in one zip; how its files are called."""

import io
import zipfile

import pytest

from app.mailbox import ALL_ATTACHMENTS, ExportFormat, NoSuchPart
from tests.support.maildrop import FakeMessage

from .opening import loaded, maildrop, opened, reader
from .test_export import INVOICE, exported, letters

ATTACHED = ExportFormat.ATTACHMENTS


async def test_the_attachments_of_many_messages_are_one_zip():
    stored = [
        FakeMessage(INVOICE % 1, uidl="a"),
        FakeMessage(b"From: x@example.org\r\n\r\nno more than words\r\n", uidl="b"),
        FakeMessage(INVOICE % 2, uidl="c"),
    ]
    async with opened(maildrop(stored)) as mailbox:
        await loaded(mailbox)
        file, export = await exported(mailbox, ATTACHED)
    with zipfile.ZipFile(io.BytesIO(file)) as read:
        assert read.testzip() is None
        assert read.namelist() == [
            "2026-11-02 Shop - invoice.pdf",
            "2026-11-02 Shop - invoice (2).pdf",
        ]
        assert [read.read(name) for name in read.namelist()] == [b"PDF", b"PDF"]
    assert (export.complete, export.files) == (True, 2)


async def test_what_is_known_to_have_no_attachment_is_not_fetched():
    drop = maildrop([FakeMessage(INVOICE % 1, uidl="a"), *letters(3)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        for letter in list(mailbox.index)[1:]:
            letter.header.know_attached(attached=False)
        _, export = await exported(mailbox, ATTACHED)
    assert drop.count("RETR") == 1
    assert export.total.messages == export.done.messages == 1


async def test_where_there_is_no_attachment_that_is_said_in_place_of_a_file():
    async with opened(maildrop(letters(2))) as mailbox:
        await loaded(mailbox)
        export = reader(mailbox).export(list(mailbox.index), ATTACHED)
        with pytest.raises(NoSuchPart) as none:
            await anext(export.blocks())
        assert none.value.path == ALL_ATTACHMENTS
        assert (export.complete, export.running) == (False, False)


async def test_a_name_is_made_though_no_header_was_read():
    async with opened(maildrop([FakeMessage(INVOICE % 7, uidl="a")])) as mailbox:
        await mailbox.headers.stop()
        file, _ = await exported(mailbox, ExportFormat.ZIP)
    assert zipfile.ZipFile(io.BytesIO(file)).namelist() == ["2026-11-02 Shop - Invoice 7.eml"]
