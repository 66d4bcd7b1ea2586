"""A maildrop with more messages than are listed: deleting goes on, and nothing is said too much."""

import contextlib
from collections.abc import AsyncIterator

import pytest

from app.mailbox import Allowances, Mailbox, Notice, Outcome, Pot, TooManyMessages, Unproven
from app.pop3 import Limits
from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.scripted import ScriptedServer

from .opening import by_number, commit, line_of, loaded, mailbox_at, maildrop, mark, told, uidls


@contextlib.asynccontextmanager
async def opened(drop: FakeMaildrop, most: int = 3, rows: int = 100) -> AsyncIterator[Mailbox]:
    async with ScriptedServer(drop) as server:
        mailbox = mailbox_at(
            server.host,
            server.port,
            limits=Limits(listing_entries=most),
            allowances=Allowances(rows=Pot(rows)),
        )
        try:
            await line_of(mailbox).hold()
            yield mailbox
        finally:
            await mailbox.close()


def drop_of(count: int, **quirks: object) -> FakeMaildrop:
    return maildrop(
        [FakeMessage(b"Subject: %d\r\n\r\n" % n + b"x" * n, uidl=f"u{n}") for n in range(count)],
        **quirks,
    )


async def test_the_first_messages_are_listed_and_the_others_are_told():
    async with opened(drop_of(5)) as mailbox:
        assert [message.number for message in mailbox.index] == [1, 2, 3]
        assert told(mailbox)[Notice.LEFT_OUT] == 2
        assert Notice.COUNTS_DIFFER not in told(mailbox)


async def test_deleting_goes_on_and_the_next_ones_are_listed():
    drop = drop_of(7)
    before = uidls(drop)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 1, 3)
        receipt = await commit(mailbox).run()
        assert uidls(drop) == [before[1], *before[3:]]
        assert {item.outcome for item in receipt.items} == {Outcome.NOT_VERIFIED}
        assert (receipt.verified, receipt.why) == (False, Unproven.LEFT_OUT)
        assert [message.uidl for message in mailbox.index] == [before[1], *before[3:5]]
        assert not mailbox.marks
        assert told(mailbox)[Notice.LEFT_OUT] == 2
        assert not {Notice.NEW_MAIL, Notice.GONE, Notice.MARKED_GONE} & told(mailbox).keys()


async def test_a_receipt_tells_as_soon_as_all_is_listed():
    drop = drop_of(5)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 1, 2)
        receipt = await commit(mailbox).run()
        assert (receipt.verified, receipt.gone) == (True, 2)
        assert len(mailbox.index) == 3
        assert Notice.LEFT_OUT not in told(mailbox)


async def test_what_another_program_deletes_takes_no_mark_to_another_message():
    drop = drop_of(6)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        marked = by_number(mailbox, 2).uidl
        mark(mailbox, 2)
        del drop.messages[0]
        await mailbox.tenancy.release()
        await line_of(mailbox).hold()
        assert [message.uidl for message in mailbox.marks.messages] == [marked]
        assert not {Notice.NEW_MAIL, Notice.GONE} & told(mailbox).keys()


async def test_without_uidls_nothing_is_proven_either():
    drop = drop_of(6, uidl=False)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        mark(mailbox, 1)
        receipt = await commit(mailbox).run()
        assert len(drop.messages) == 5
        assert receipt.why is Unproven.LEFT_OUT


async def test_all_mailboxes_together_have_a_limit_and_give_back_what_they_had():
    async with opened(drop_of(3), rows=4) as mailbox:
        pot = mailbox.listing._rows._pot
        assert pot.left == 1
        await mailbox.close()
        assert pot.left == 4
    with pytest.raises(TooManyMessages):
        async with opened(drop_of(3), rows=2):
            pass
