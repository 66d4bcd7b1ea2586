"""What a receipt says to files and scripts."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.mailbox import MessageId, Outcome, Receipt, ReceiptItem, Totals, Unproven
from app.web.review import receipt_words

MADE = Receipt(datetime(2026, 11, 24, tzinfo=UTC), (), False, "-ERR no", 0, Totals(), None)


@pytest.mark.parametrize("why", [*Unproven, "-ERR [AUTH] 100% no"])
def test_why_a_check_failed_and_whether_quit_was_answered(why):
    told = receipt_words.why(replace(MADE, why=why))
    assert told == (why.value if isinstance(why, Unproven) else why)
    assert receipt_words.why(replace(MADE, why=why, quit_lost=True)) == (
        f"QUIT was not answered; {told}"
    )


def test_why_a_message_is_not_gone():
    item = ReceiptItem(MessageId("a"), 1, "", "", Outcome.STILL_THERE)
    assert receipt_words.reason(item) == ""
    assert receipt_words.reason(replace(item, reason="-ERR no")) == "-ERR no"
    assert receipt_words.reason(replace(item, agreed=True)) == (
        "the server agreed and did not do it"
    )
