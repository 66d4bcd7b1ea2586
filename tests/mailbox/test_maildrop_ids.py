"""Ids where the server has no UIDLs: good for one connection, and what that means for marks."""

import pytest

from app.mailbox import NoSuchMessage, Outcome
from tests.support.maildrop import FakeMessage

from .opening import by_number, loaded, maildrop, mark, opened, unlock


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


def same_sizes(*subjects: str) -> list[FakeMessage]:
    return [FakeMessage(f"Subject: {one}\r\n\r\nhello\r\n".encode()) for one in subjects]
