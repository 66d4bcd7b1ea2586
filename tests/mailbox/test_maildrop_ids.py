"""Ids where the server has no UIDLs: good for one connection, and what that means for marks."""

import asyncio

import pytest

from app.mailbox import NoSuchMessage, Notice, Outcome
from tests.support.maildrop import FakeMessage

from .opening import by_number, loaded, maildrop, mark, opened, told, unlock


async def test_without_uidls_an_id_is_good_for_one_connection():
    """What stands on a page from before may be another message now, of the same size."""
    drop = maildrop(same_sizes("A", "B", "C"), uidl=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        shown = by_number(mailbox, 2).id
        assert (await mailbox.peek(unlock, shown)).fields[0].value == "B"
        await mailbox.release()
        drop.messages = [*drop.messages[1:], *same_sizes("D")]
        await mailbox.stat(unlock)
        with pytest.raises(NoSuchMessage):
            mailbox.mark([shown])
        now = by_number(mailbox, 2).id
        assert (await mailbox.peek(unlock, now)).fields[0].value == "C"


async def test_without_uidls_marks_go_on_under_new_ids_to_the_commit():
    drop = maildrop(same_sizes("A", "B", "C"), uidl=False)
    kept = [drop.messages[0], drop.messages[2]]
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        (old,) = mark(mailbox, 2)
        await mailbox.release()
        receipt = await mailbox.commit(unlock)
        assert [item.outcome for item in receipt.items] == [Outcome.GONE]
        assert [item.subject for item in receipt.items] == ["B"]
        assert receipt.items[0].id != old
        assert drop.messages == kept


async def test_without_uidls_what_is_marked_while_marks_are_matched_is_told_of(monkeypatch):
    drop = maildrop(same_sizes("A", "B", "C"), uidl=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 2)
        carried = mailbox._carried

        async def late(*listing):
            found = await carried(*listing)
            mark(mailbox, 3)  # in another tab, by its old id
            return found

        monkeypatch.setattr(mailbox, "_carried", late)
        await mailbox.refresh(unlock)
        assert [mailbox.index[id].number for id in mailbox.marks] == [2]
        assert told(mailbox) == {**told(mailbox), Notice.MARKS_DROPPED: 1}
        assert (await mailbox.commit(unlock)).count(Outcome.GONE) == 1
        assert len(drop.messages) == 2


async def test_without_uidls_a_listing_that_is_called_off_leaves_marks_as_they_were(monkeypatch):
    drop = maildrop(same_sizes("A", "B"), uidl=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        (marked,) = mark(mailbox, 2)

        def hang(*_):
            raise asyncio.CancelledError  # as where the session ends then

        monkeypatch.setattr("app.mailbox.maildrop.compare", hang)
        with pytest.raises(asyncio.CancelledError):
            await mailbox.refresh(unlock)
        assert list(mailbox.marks) == [marked]
        assert mailbox.index[marked].number == 2


def same_sizes(*subjects: str) -> list[FakeMessage]:
    return [FakeMessage(f"Subject: {one}\r\n\r\nhello\r\n".encode()) for one in subjects]
