from datetime import UTC, datetime

import pytest

from app.mailbox import Known, MessageId, Outcome, Receipt, ReceiptItem, Totals, Unproven
from app.sessions.packing import (
    Mark,
    open_all,
    pack_account,
    pack_mark,
    pack_receipt,
)

AT = datetime(2026, 1, 31, 9, 0, 0, 123456, tzinfo=UTC)
ITEMS = (
    ReceiptItem(MessageId("a"), 7, "Anna Ä", "\ud800 あ \0", Outcome.GONE, "", date=AT),
    ReceiptItem(MessageId("b"), None, "", "", Outcome.STILL_THERE, "no", agreed=True),
)


@pytest.mark.parametrize(
    "receipt",
    [
        Receipt(AT, ITEMS, True, "", 7, Totals(9, 99, 1), Totals(8, 92, 1), number=3),
        Receipt(AT, ITEMS, False, "locked", 0, Totals(), None, 1, due=AT, quit_lost=True),
        *(Receipt(AT, (), False, why, 0, Totals(), None, number=2) for why in Unproven),
    ],
)
def test_a_receipt_comes_back_as_it_was(receipt):
    assert open_all([pack_receipt(receipt)]).receipts == {receipt.number: receipt}


def test_marks_come_back_in_the_order_they_were_set():
    marks = [
        Mark(MessageId("z"), 1, Known(5, b"digest", blind=True)),
        Mark(MessageId("b"), 2, Known(None)),
        Mark(MessageId("a"), 10, Known(0, b"\0\xff")),
    ]
    opened = open_all([pack_account(b"whose"), *map(pack_mark, reversed(marks))])
    assert list(opened.marks.items()) == [(mark.id, mark) for mark in marks]
    assert list(opened.known.items()) == [(mark.id, mark.known) for mark in marks]
    assert opened.last_place == 10
    assert opened.account == b"whose"
    assert "digest" not in repr(opened)


def test_what_a_later_version_has_written_is_passed_over():
    opened = open_all([b'["draft","x"]', pack_account(b"whose")])
    assert (opened.account, opened.marks, opened.receipts) == (b"whose", {}, {})
