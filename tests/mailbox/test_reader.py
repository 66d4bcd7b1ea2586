"""Reading: peeks, whole messages, the beginnings of them, octet for octet."""

import asyncio

import pytest

from app.mailbox import (
    NoSuchMessage,
    Sort,
)
from app.pop3 import CommandRejected
from tests.support.maildrop import FakeMessage, huge, plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer

from .opening import (
    by_number,
    commit,
    line_of,
    loaded,
    mailbox_at,
    maildrop,
    mark,
    opened,
    reader,
)

MIB = 1024 * 1024


async def test_a_peek_costs_a_few_lines():
    drop = maildrop([huge(40 * MIB), *plain(2)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        before = mailbox.lease.received
        top = mailbox.index.ordered(Sort())[0]
        peeked = await reader(mailbox).peek(top.id, 10)
        assert peeked.contents.text.text.startswith("block")
        assert not peeked.complete
        assert peeked.transferred < 2000
        assert mailbox.lease.received - before < 2000
        assert [field.name for field in peeked.fields] == ["From", "Subject"]
        again = await reader(mailbox).peek(top.id, 10)  # from memory
        assert again.contents is peeked.contents
        assert drop.count("TOP") == 4
        assert drop.count("RETR") == 0


async def test_however_many_lines_are_asked_for_the_connection_goes_on():
    """A body of lines of 998 octets: of it, no more comes than anybody looks at."""
    long = b"Subject: l\r\n\r\n" + (b"x" * 998 + b"\r\n") * 20_000
    drop = maildrop([FakeMessage(long, uidl="long"), *plain(1)])
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        connection = mailbox.lease.connection
        found = await reader(mailbox).peek(by_number(mailbox, 1).id, 99_999_999)
        assert (found.lines, found.complete) == (8000, False)
        assert mailbox.lease.connection is connection
        again = await reader(mailbox).peek(by_number(mailbox, 1).id, 99_999_998)  # from memory
        assert again.contents is found.contents


async def test_a_peek_knows_when_it_has_seen_all():
    long = b"Subject: l\r\n\r\n" + b"line\r\n" * 60
    async with opened(maildrop([FakeMessage(long, uidl="long"), *plain(1)])) as mailbox:
        short = by_number(mailbox, 2)
        assert (await reader(mailbox).peek(short.id)).complete
        message = by_number(mailbox, 1)
        headers = await reader(mailbox).headers(message.id)
        assert not headers.complete
        assert headers.lines == 0
        assert not (await reader(mailbox).peek(message.id, 50)).complete
        assert (await reader(mailbox).peek(message.id, 60)).complete
        assert (await reader(mailbox).headers(message.id)).lines == 60  # nothing more is asked


async def test_a_peek_after_deletions_shows_the_number_of_today():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        third = by_number(mailbox, 3).id
        await reader(mailbox).peek(third)
        mark(mailbox, 1)
        await commit(mailbox).run()
        assert (await reader(mailbox).peek(third)).message.number == 2


async def test_refusals_keep_the_connection():
    drop = maildrop(plain(1), top=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        id = by_number(mailbox, 1).id
        with pytest.raises(CommandRejected):
            await reader(mailbox).peek(id)
        with pytest.raises(CommandRejected):
            async with reader(mailbox).top(id, 3):
                pytest.fail("TOP was refused")
        with pytest.raises(NoSuchMessage):
            await reader(mailbox).peek("nonsense")
        assert (await reader(mailbox).stat()).messages == 1
        assert len(drop.sessions) == 1


async def test_a_cancelled_download_leaves_the_mailbox_usable():
    drop = maildrop([huge(64 * MIB), *plain(2)])
    async with (
        ScriptedServer(drop) as server,
        Link(server.host, server.port, rate=8 * MIB) as link,
    ):
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        mark(mailbox, 2)

        async def download():
            async with reader(mailbox).retr(by_number(mailbox, 1).id) as (_, body):
                async for _block in body:
                    pass

        for _ in range(2):
            task = asyncio.create_task(download())
            await asyncio.sleep(0.3)
            task.cancel()
            await asyncio.wait([task])
            async with asyncio.timeout(10):
                assert (await reader(mailbox).stat()).messages == 3
        assert mailbox.marks.totals.messages == 1
        await mailbox.close()
        assert len(drop.messages) == 3


async def test_octets_of_a_download_and_of_a_top():
    drop = maildrop(plain(3))
    async with opened(drop) as mailbox:
        message = by_number(mailbox, 3)
        async with reader(mailbox).retr(message.id) as (found, body):
            whole = b"".join([block async for block in body])
        assert found is message
        assert whole == drop.messages[2].content
        async with reader(mailbox).top(message.id, 0) as (_, body):
            header = b"".join([block async for block in body])
        assert whole.startswith(header)
        assert header.endswith(b"\r\n\r\n")
