"""What is written of a session's marks: what changed, no more, and none of it is lost."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from app.mailbox import Credentials, Mailbox
from app.sessions import StoreFault, StoreUnavailable
from app.sessions.packing import Opened
from app.sessions.papers import Papers, unsealed
from app.sessions.store import StoredPapers
from app.sessions.vault import PaperKeys
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer

from .test_manager import account, managing, serving

KEYS = PaperKeys.of("token")
SECRET = Credentials("anna", "secret")


class Drawer:
    """Papers in a dict, counted as they are written; it can be full."""

    def __init__(self) -> None:
        self.sealed: dict[bytes, bytes] = {}
        self.written: list[int] = []
        self.full = False
        self.opens = asyncio.Event()
        self.opens.set()

    async def read(self, sid: str) -> StoredPapers | None:
        return StoredPapers(1.0, 2.0, self.sealed)

    async def amend(self, sid: str, sealed: Mapping[bytes, bytes], gone: Collection[bytes]) -> bool:
        await self.opens.wait()
        if self.full:
            raise StoreUnavailable(StoreFault.FULL)
        self.written.append(len(sealed) + len(gone))
        self.sealed |= sealed
        for name in gone:
            del self.sealed[name]
        return True

    async def opened(self) -> Opened:
        return await unsealed(KEYS, StoredPapers(1.0, 2.0, self.sealed))


async def listed(sessions, server) -> Mailbox:
    _, session = await sessions.sign_in(account(server), SECRET)
    await session.mailbox.headers.loaded()
    mailbox: Mailbox = session.mailbox
    return mailbox


async def agrees(drawer: Drawer, mailbox: Mailbox) -> bool:
    """Whether what is kept is what is marked, in that order."""
    return list((await drawer.opened()).known.items()) == list(mailbox.known_marks.items())


async def test_a_click_writes_what_it_changed():
    fake = FakeMaildrop(plain(3000))
    async with ScriptedServer(fake) as server, managing() as sessions:
        mailbox, drawer = await listed(sessions, server), Drawer()
        papers = Papers(drawer, KEYS, mailbox)
        ids = [message.id for message in mailbox.index]
        mailbox.marks.mark_many(ids[:2000])
        await papers.write()
        assert drawer.written == [2001]  # and whose it is
        for act, written in (
            (lambda: mailbox.marks.mark([ids[2500]]), 1),
            (lambda: mailbox.marks.unmark([ids[7]]), 1),
            (lambda: mailbox.marks.mark([ids[7]]), 1),
            (lambda: mailbox.marks.mark([ids[8]]), 0),
            (mailbox.marks.unmark_all, 2001),
            (lambda: mailbox.marks.undo(2), 2001),
        ):
            drawer.written.clear()
            act()
            await papers.write()
            assert sum(drawer.written) == written
            assert await agrees(drawer, mailbox)
        drawer.written.clear()
        await papers.write()
        assert (drawer.written, papers.due) == ([], False)


async def test_another_listing_writes_what_is_other():
    async with serving() as (fake, server), managing() as sessions:
        _, session = await sessions.sign_in(account(server), SECRET)
        mailbox, drawer = session.mailbox, Drawer()
        await mailbox.headers.loaded()
        papers = Papers(drawer, KEYS, mailbox)
        mailbox.marks.mark([message.id for message in mailbox.index])
        await papers.write()
        drawer.written.clear()
        await session.reader.refresh()
        await papers.write()
        assert drawer.written == []
        del fake.messages[0]
        await session.reader.refresh()
        await papers.write()
        assert drawer.written == [1]
        assert await agrees(drawer, mailbox)


async def test_what_was_refused_is_written_the_next_time():
    async with serving() as (_, server), managing() as sessions:
        mailbox, drawer = await listed(sessions, server), Drawer()
        papers = Papers(drawer, KEYS, mailbox)
        one, two, three = [message.id for message in mailbox.index]
        mailbox.marks.mark([one])
        await papers.write()
        drawer.full = True
        mailbox.marks.mark([two])
        with pytest.raises(StoreUnavailable):
            await papers.settle(strict=True)
        await papers.settle(strict=False)
        assert papers.due
        assert not papers.calls  # it has just failed
        mailbox.marks.unmark([one, two])
        await papers.settle(strict=True)  # what goes is no promise
        mailbox.marks.mark([three])
        with pytest.raises(StoreUnavailable):
            await papers.write()
        drawer.full = False
        await papers.write()
        assert await agrees(drawer, mailbox)
        assert list(mailbox.marks) == [three]


async def test_marks_that_change_while_they_are_written_are_written_after_all():
    async with serving() as (_, server), managing() as sessions:
        mailbox, drawer = await listed(sessions, server), Drawer()
        papers = Papers(drawer, KEYS, mailbox)
        one, two, three = [message.id for message in mailbox.index]
        mailbox.marks.mark([one, two])
        writing = asyncio.create_task(papers.write())
        await asyncio.sleep(0)
        mailbox.marks.unmark([one])
        mailbox.marks.mark([three])
        await asyncio.gather(writing, papers.write(), papers.write())
        assert not papers.due
        assert await agrees(drawer, mailbox)


async def test_who_comes_while_its_mark_is_being_written_waits_for_that():
    async with serving() as (_, server), managing() as sessions:
        mailbox, drawer = await listed(sessions, server), Drawer()
        papers = Papers(drawer, KEYS, mailbox)
        await papers.settle(strict=True)
        mailbox.marks.mark([message.id for message in mailbox.index])
        drawer.opens.clear()
        background = asyncio.create_task(papers.settle(strict=False))
        await asyncio.sleep(0.05)
        assert not papers.due  # it is on its way
        click = asyncio.create_task(papers.settle(strict=True))
        await asyncio.sleep(0.05)
        assert not click.done()
        drawer.full = True
        drawer.opens.set()
        await background
        with pytest.raises(StoreUnavailable):
            await click
        drawer.full = False
        await papers.settle(strict=True)
        assert await agrees(drawer, mailbox)


async def test_while_something_deletes_its_marks_are_left_where_they_are():
    async with serving() as (_, server), managing() as sessions:
        mailbox, drawer = await listed(sessions, server), Drawer()
        papers = Papers(drawer, KEYS, mailbox)
        one, two, three = [message.id for message in mailbox.index]
        mailbox.marks.mark([one, two])
        await papers.settle(strict=True)
        end = asyncio.Event()

        async def deleting() -> None:
            mailbox.marks.discard([one])
            await end.wait()

        task = asyncio.create_task(mailbox.receipts.to_its_end(deleting()))
        await asyncio.sleep(0.01)
        assert papers.due
        assert not papers.calls
        await papers.settle(strict=False)
        assert set((await drawer.opened()).known) == {one, two}
        mailbox.marks.mark([three])  # in another tab
        await papers.settle(strict=True)
        end.set()
        await task
        assert await agrees(drawer, mailbox)


async def test_papers_open_with_the_token_alone_and_in_their_own_places():
    async with serving() as (_, server), managing() as sessions:
        mailbox, drawer = await listed(sessions, server), Drawer()
        papers = Papers(drawer, KEYS, mailbox)
        mailbox.marks.mark([message.id for message in mailbox.index])
        await papers.write()
        kept = await drawer.opened()
        assert len(kept.marks) == 3
        other = PaperKeys.of("another token")
        assert (await unsealed(other, StoredPapers(1.0, 2.0, drawer.sealed))).marks == {}
        one, two = list(drawer.sealed)[-2:]
        moved = drawer.sealed | {one: drawer.sealed[two], two: drawer.sealed[one]}
        assert len((await unsealed(KEYS, StoredPapers(1.0, 2.0, moved))).marks) == 1
        held = b"".join([*drawer.sealed, *drawer.sealed.values()])
        for message in mailbox.index:
            assert message.id.encode() not in held
        assert "token" not in repr(KEYS)
        assert KEYS.seal.hex() not in repr(KEYS)
