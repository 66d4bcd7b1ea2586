"""Many messages in one file: whole ones only, in their order, two at a time on the disk."""

import asyncio
import gc
import io
import mailbox as stdlib
import zipfile
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from app.mailbox import (
    AlreadyExporting,
    Download,
    Export,
    ExportFormat,
    Mailbox,
    Message,
    MessageTooLarge,
    NoSuchMessage,
    Totals,
)
from app.pop3 import CommandRejected, RemoteProtocolError
from app.transport import ConnectionLost
from tests.support.maildrop import FakeMaildrop, FakeMessage, huge
from tests.support.proxy import Link
from tests.support.scripted import Peer, ScriptedServer

from .arriving import MIB, Arriving, nameless, turns
from .opening import by_number, line_of, loaded, mailbox_at, maildrop, mark, opened, reader, until

FROM_LINES = b"From here on\r\n>From there\r\n>>From: no\r\nfrom\r\n From\r\nFro\r\n"


def letters(count: int = 5) -> list[FakeMessage]:
    return [
        FakeMessage(
            b"From: S <s%d@example.org>\r\nSubject: Letter %d\r\n"
            b"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n\r\n"
            % (n, n)
            + FROM_LINES
            + b".\r\n..dots\r\n\r\n\r\n" * n
            + b"last\r\n",
            uidl=f"l{n}",
        )
        for n in range(1, count + 1)
    ]


def octets_of(message: FakeMessage) -> bytes:
    return b"".join(message.blocks())


async def exported(
    mailbox: Mailbox, form: ExportFormat, messages: list[Message] | None = None
) -> tuple[bytes, Export]:
    export = reader(mailbox).export(messages or list(mailbox.index), form)
    return b"".join([block async for block in export.blocks()]), export


async def test_an_mbox_gives_back_the_messages(tmp_path):
    wanted = letters()
    async with opened(maildrop(wanted)) as mailbox:
        await loaded(mailbox)
        file, export = await exported(mailbox, ExportFormat.MBOX)
    (tmp_path / "box").write_bytes(file)
    read = stdlib.mbox(tmp_path / "box", create=False)
    assert len(read) == len(wanted)
    for key, message in zip(read.keys(), wanted, strict=True):
        # The form is mboxrd: one `>` of a quoted line goes away again.
        unquoted = b"".join(
            line.removeprefix(b">") if line.lstrip(b">").startswith(b"From ") else line
            for line in read.get_bytes(key).splitlines(keepends=True)
        )
        assert unquoted == octets_of(message).replace(b"\r\n", b"\n")
    assert read[read.keys()[0]].get_from() == "s1@example.org Mon Nov  2 10:00:00 2026"
    read.close()
    assert export.complete
    assert export.missing == 0


async def test_a_zip_holds_the_exact_octets():
    wanted = [
        *letters(),
        FakeMessage(b"Subject: Letter 1\r\n\r\nagain\r\n", uidl="again"),
        huge(MIB),
    ]
    async with opened(maildrop(wanted)) as mailbox:
        await loaded(mailbox)
        file, _ = await exported(mailbox, ExportFormat.ZIP)
    with zipfile.ZipFile(io.BytesIO(file)) as read:
        assert read.testzip() is None
        assert read.namelist() == [
            *(f"2026-11-02 S - Letter {n}.eml" for n in range(1, 6)),
            "Letter 1.eml",
            "big@example.org - huge.eml",
        ]
        for name, message in zip(read.namelist(), wanted, strict=True):
            assert read.read(name) == octets_of(message)
        assert read.infolist()[0].date_time == (2026, 11, 2, 10, 0, 0)


@pytest.mark.parametrize("form", [ExportFormat.MBOX, ExportFormat.ZIP])
async def test_of_nothing_it_is_an_empty_file(form: ExportFormat):
    async with opened(maildrop([])) as mailbox:
        file, export = await exported(mailbox, form)
    assert export.complete
    if form is ExportFormat.ZIP:
        assert zipfile.ZipFile(io.BytesIO(file)).namelist() == []
    else:
        assert file == b""


PDF = b"Content-Transfer-Encoding: base64\r\n\r\nUERG\r\n"
INVOICE = (
    b"From: Shop <shop@example.org>\r\nSubject: Invoice %d\r\n"
    b"Date: Mon, 2 Nov 2026 23:30:00 -0500\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\n\r\nDear customer\r\n"
    b'--b\r\nContent-Type: application/pdf; name="invoice.pdf"\r\n' + PDF + b"--b--\r\n"
)


# What goes wrong on the way


class Once(FakeMaildrop):
    """Ends the connection in the middle of a body, the first time."""

    async def _at(self, peer: Peer, stage: str) -> None:
        try:
            await super()._at(peer, stage)
        finally:
            if stage == "RETR body":
                self.quirks.reset_at = self.quirks.close_at = None


@pytest.mark.parametrize("form", [ExportFormat.MBOX, ExportFormat.ZIP])
@pytest.mark.parametrize("how", ["reset_at", "close_at"])
async def test_what_breaks_off_in_the_middle_is_fetched_again(form: ExportFormat, how: str):
    wanted = [*letters(2), huge(2 * MIB), *letters(1)]
    wanted[3].uidl = "other"
    drop = Once(wanted)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        setattr(drop.quirks, how, "RETR body")
        file, export = await exported(mailbox, form)
        assert len(drop.sessions) == 2
    assert (export.complete, export.missing) == (True, 0)
    if form is ExportFormat.ZIP:
        with zipfile.ZipFile(io.BytesIO(file)) as read:
            assert [read.read(name) for name in read.namelist()] == list(map(octets_of, wanted))
    else:
        assert file.count(b"Subject: huge\n") == 1
        assert file.count(b"\nFrom ") == 3  # and one at the very beginning


async def test_what_breaks_off_twice_ends_the_file_and_never_cleanly():
    drop = maildrop([*letters(1), huge(2 * MIB), huge(2 * MIB, uidl="other")])  # one may be here
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        export = reader(mailbox).export(list(mailbox.index), ExportFormat.MBOX)
        got = bytearray()

        async def take() -> None:
            async with aclosing(export.blocks()) as blocks:
                async for block in blocks:
                    got.extend(block)
                    drop.quirks.reset_at = "RETR body"

        with pytest.raises(ConnectionLost):
            await take()
        assert (export.complete, export.running) == (False, False)
        assert b"Letter 1" in got
        drop.quirks.reset_at = None
        assert (await reader(mailbox).stat()).messages == 3


async def test_a_protocol_fault_is_not_tried_again():
    drop = maildrop(letters(2))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        drop.quirks.replies["RETR"] = b"* what\r\n"
        with pytest.raises(RemoteProtocolError):
            await exported(mailbox, ExportFormat.MBOX)
        assert drop.count("RETR") == 1


async def test_what_is_refused_ends_the_file_and_is_named():
    """Whoever deletes what was exported must not lose what was not."""
    drop = maildrop(letters(4))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        messages = list(mailbox.index)
        export = reader(mailbox).export(messages, ExportFormat.MBOX)
        blocks = export.blocks()
        await anext(blocks)
        drop.quirks.replies["RETR"] = b"-ERR [SYS/PERM] not this one\r\n"
        with pytest.raises(CommandRejected):
            _ = [block async for block in blocks]
        assert not export.complete
        assert export.refused is not None
        assert export.refused[0] in messages
        assert export.refused[1] == "-ERR [SYS/PERM] not this one"
        assert (await reader(mailbox).stat()).messages == 4


async def test_one_at_a_time_and_none_that_does_not_fit():
    drop = maildrop([*letters(2), huge(MIB)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        messages = list(mailbox.index)
        first = reader(mailbox).export(messages[:2], ExportFormat.MBOX)
        async with aclosing(first.blocks()) as blocks:
            await anext(blocks)
            with pytest.raises(AlreadyExporting):
                reader(mailbox).export(messages[:2], ExportFormat.MBOX)
        mailbox.downloads.limit = MIB // 2
        with pytest.raises(MessageTooLarge):
            reader(mailbox).export(messages, ExportFormat.MBOX)
        again, _ = await exported(mailbox, ExportFormat.MBOX, messages[:2])
        assert again.count(b"\nSubject: Letter") == 2
        assert mailbox.exporting is not None
        assert mailbox.exporting._fetch is None  # it could open the credentials


async def test_what_has_vanished_is_left_out_and_the_others_are_right():
    drop = maildrop([*letters(2), huge(MIB), *letters(1)])
    drop.messages[3].uidl = "fourth"
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        chosen = list(mailbox.index)
        await mailbox.tenancy.release()
        drop.messages.pop(1)  # by another program; the numbers change
        export = reader(mailbox).export(chosen, ExportFormat.ZIP)
        file = b"".join([block async for block in export.blocks()])
        assert (export.missing, export.complete) == (1, True)
        with zipfile.ZipFile(io.BytesIO(file)) as read:
            assert [read.read(name) for name in read.namelist()] == list(
                map(octets_of, drop.messages)
            )


@pytest.mark.parametrize("blocks", [0, 1, 3])
async def test_who_goes_away_in_the_middle_leaves_the_mailbox_usable(blocks: int):
    """Before the first octet, between two, and with the next message coming in behind."""
    drop = maildrop([huge(4 * MIB, uidl=f"h{n}") for n in range(3)])
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=16 * MIB) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        mark(mailbox, 2)
        export = reader(mailbox).export(list(mailbox.index), ExportFormat.MBOX)
        gc.collect()  # what tests before this one left
        before = nameless()

        async def take() -> None:
            async with aclosing(export.blocks()) as file:
                left = blocks
                async for _ in file:
                    if left == 1:
                        return
                    left -= 1

        taking = asyncio.create_task(take())
        if not blocks:
            await until(lambda: drop.count("RETR") == 1)
            taking.cancel()
        await asyncio.wait([taking])
        del taking  # its error's traceback holds what it held
        assert (export.running, export.complete) == (False, False)
        assert (await reader(mailbox).stat()).messages == 3
        assert (await reader(mailbox).peek(by_number(mailbox, 3).id, 3)).lines == 3
        assert mailbox.marks.totals.messages == 1
        await until(lambda: nameless() <= before)
        assert drop.count("RETR") <= 2  # nothing goes on by itself
        assert (drop.count("DELE"), len(drop.messages)) == (0, 3)
        await mailbox.close()
        await asyncio.sleep(0.01)


# The file's making


async def test_how_far_it_is():
    wanted = letters(3)
    async with opened(maildrop(wanted)) as mailbox:
        await loaded(mailbox)
        export = reader(mailbox).export(list(mailbox.index), ExportFormat.MBOX)
        assert mailbox.exporting is export
        sizes = [message.octets for message in wanted]
        assert export.total == Totals(3, sum(sizes))
        assert (export.done, export.running, export.complete) == (Totals(), False, False)
        seen = []
        async for block in export.blocks():
            assert export.running
            if block:
                seen.append(export.done)
        assert seen == [Totals(), Totals(1, sizes[0]), Totals(2, sum(sizes[:2]))]
        assert (export.done, export.running, export.complete) == (export.total, False, True)


async def test_the_next_one_comes_in_while_one_goes_out_and_no_more_than_that():
    arriving = [Arriving(MIB, name=f"m{n}") for n in range(4)]
    begun: list[str] = []

    def fetch(message: Message) -> Download:
        one = next(one for one in arriving if one.message is message)
        begun.append(one.message.id)
        return one.begin()

    export = Export([one.message for one in arriving], ExportFormat.MBOX, fetch)
    blocks = export.blocks()
    waiting = asyncio.ensure_future(anext(blocks))
    await turns()
    assert begun == ["m0"]
    arriving[0].put(b"Subject: s\r\n\r\n" + b"x" * MIB)
    arriving[0].end()
    assert (await waiting).startswith(b"From MAILER-DAEMON")
    assert begun == ["m0", "m1"]
    await asyncio.sleep(0.05)
    assert begun == ["m0", "m1"]
    arriving[1].break_off(NoSuchMessage("m1"))
    going_on = asyncio.create_task(_until_done(blocks, export, 2))
    await until(lambda: len(begun) == 3)
    arriving[2].end()
    await going_on
    assert begun == ["m0", "m1", "m2", "m3"]
    assert arriving[3].download.running
    await blocks.aclose()
    assert not arriving[3].download.running


async def _until_done(blocks: AsyncIterator[bytes], export: Export, messages: int) -> None:
    async for _ in blocks:
        if export.done.messages >= messages:
            return


@pytest.mark.heavy
@pytest.mark.parametrize("form", list(ExportFormat))
@pytest.mark.parametrize("broken", [False, True])
async def test_never_more_than_two_are_on_the_disk(form: ExportFormat, *, broken: bool):
    scan = INVOICE.replace(b"UERG\r\n", b"\r\n".join([b"UERG" * 17] * 9000) + b"\r\n")
    drop = Once([FakeMessage(scan % n, uidl=f"h{n}") for n in range(6)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        gc.collect()
        gc.disable()
        before, most = nameless(), 0
        try:
            if broken:
                drop.quirks.reset_at = "RETR body"
            async for _ in reader(mailbox).export(list(mailbox.index), form).blocks():
                most = max(most, nameless() - before)
            assert most == 2
            assert len(drop.sessions) == 1 + broken
            await until(lambda: nameless() == before)
        finally:
            gc.enable()


async def test_what_is_here_already_is_not_fetched_again():
    drop = maildrop(letters(2))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        first = by_number(mailbox, 1)
        await (await reader(mailbox).fetch(first.id)).finished()
        file, _ = await exported(mailbox, ExportFormat.MBOX)
        assert drop.count("RETR") == 2
        assert b"Letter 1" in file
        kept = mailbox.downloads.get(first.id)
        assert kept is not None
        assert kept.complete  # and it is still the mailbox's


async def test_the_end_of_the_session_ends_it():
    drop = maildrop([huge(8 * MIB, uidl=f"h{n}") for n in range(2)])
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=16 * MIB) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        exporting = asyncio.create_task(exported(mailbox, ExportFormat.ZIP))
        await until(lambda: drop.count("RETR") == 1)
        await mailbox.close()
        with pytest.raises(ConnectionLost):
            await exporting
        assert len(drop.sessions) == 1
        assert (drop.count("DELE"), len(drop.messages)) == (0, 2)
