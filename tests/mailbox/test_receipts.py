"""The receipts of a session, and when a check that failed is worth another try."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.mailbox import CommitFailed, CommitFault, LoginDelayed, MailboxInUse, Receipt, Totals
from app.mailbox.receipts import Receipts, worth_a_try


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (LoginDelayed("-ERR", 300), 300),
        (LoginDelayed("-ERR", 1), 1),
        (LoginDelayed("-ERR [LOGIN-DELAY]", None), 60),  # the server does not tell
        (MailboxInUse("-ERR [IN-USE]"), 0),
        (OSError(), 0),
    ],
)
def test_a_delay_is_waited_for_and_all_else_may_be_tried_at_once(error, seconds):
    left = (worth_a_try(error) - datetime.now(UTC)).total_seconds()
    assert seconds - 5 < left <= seconds


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Later:
    """A deletion that could not be checked."""

    async def check(self) -> Receipt:
        raise NotImplementedError


def receipt(number: int, due: datetime | None = None) -> Receipt:
    return Receipt(NOON, (), due is None, "", 0, Totals(), None, number, due)


def test_the_last_ten_are_kept_and_what_is_unchecked_with_them():
    receipts = Receipts()
    assert receipts.last is None
    receipts.keep(receipt(1, NOON), Later())
    for number in range(2, 12):
        assert 1 in receipts.unchecked
        receipts.keep(receipt(number))
    assert (list(receipts), receipts.unchecked) == ([*range(2, 12)], {})
    assert receipts.last is receipts[11]


def test_a_check_is_put_off_until_there_is_a_better_receipt():
    receipts = Receipts()
    receipts.keep(receipt(1, NOON), Later())
    later = NOON.replace(hour=13)
    receipts.postpone(1, later)
    assert receipts[1].due == later
    receipts.keep(receipt(1))
    receipts.postpone(1, later)
    assert receipts[1].due is None


async def test_one_deletion_at_a_time_and_each_to_its_end():
    receipts, go = Receipts(), asyncio.Event()
    first = asyncio.create_task(receipts.to_its_end(go.wait()))
    await asyncio.sleep(0)
    assert receipts.deleting
    with pytest.raises(CommitFailed) as caught:
        await receipts.to_its_end(go.wait())
    assert caught.value.fault is CommitFault.BUSY
    first.cancel()
    await asyncio.wait([first])
    assert receipts.deleting
    go.set()
    await receipts.finished()
    assert not receipts.deleting
