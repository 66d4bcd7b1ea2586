"""Ids where the server has no UIDLs: good for one connection, and what that means for marks."""

import asyncio

import pytest

from app.mailbox import NoSuchMessage, Notice, Outcome
from tests.support.maildrop import FakeMessage

from .opening import by_number, commit, loaded, maildrop, mark, opened, reader, told


async def test_without_uidls_an_id_is_good_for_one_connection():
    """What stands on a page from before may be another message now, of the same size."""
    drop = maildrop(same_sizes("A", "B", "C"), uidl=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        shown = by_number(mailbox, 2).id
        assert (await reader(mailbox).peek(shown)).fields[0].value == "B"
        await mailbox.tenancy.release()
        drop.messages = [*drop.messages[1:], *same_sizes("D")]
        await reader(mailbox).stat()
        with pytest.raises(NoSuchMessage):
            mailbox.marks.mark([shown])
        now = by_number(mailbox, 2).id
        assert (await reader(mailbox).peek(now)).fields[0].value == "C"


async def test_without_uidls_marks_go_on_under_new_ids_to_the_commit():
    drop = maildrop(same_sizes("A", "B", "C"), uidl=False)
    kept = [drop.messages[0], drop.messages[2]]
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        (old,) = mark(mailbox, 2)
        await mailbox.tenancy.release()
        receipt = await commit(mailbox).run()
        assert [item.outcome for item in receipt.items] == [Outcome.GONE]
        assert [item.subject for item in receipt.items] == ["B"]
        assert receipt.items[0].id != old
        assert drop.messages == kept


async def test_without_uidls_what_is_marked_while_marks_are_matched_is_told_of(monkeypatch):
    drop = maildrop(same_sizes("A", "B", "C"), uidl=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 2)
        carried = mailbox.listing._rename

        async def late(*listing):
            found = await carried(*listing)
            mark(mailbox, 3)  # in another tab, by its old id
            return found

        monkeypatch.setattr(mailbox.listing, "_rename", late)
        await reader(mailbox).refresh()
        assert [mailbox.index[id].number for id in mailbox.marks] == [2]
        assert told(mailbox) == {**told(mailbox), Notice.MARKS_DROPPED: 1}
        assert (await commit(mailbox).run()).count(Outcome.GONE) == 1
        assert len(drop.messages) == 2


async def test_without_uidls_a_listing_that_is_called_off_leaves_marks_as_they_were(monkeypatch):
    drop = maildrop(same_sizes("A", "B"), uidl=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        (marked,) = mark(mailbox, 2)

        def hang(*_):
            raise asyncio.CancelledError  # as where the session ends then

        monkeypatch.setattr("app.mailbox.listing.compare", hang)
        with pytest.raises(asyncio.CancelledError):
            await reader(mailbox).refresh()
        assert list(mailbox.marks) == [marked]
        assert mailbox.index[marked].number == 2


def same_sizes(*subjects: str) -> list[FakeMessage]:
    return [FakeMessage(f"Subject: {one}\r\n\r\nhello\r\n".encode()) for one in subjects]
