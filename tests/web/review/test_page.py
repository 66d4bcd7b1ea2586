"""The review and the receipt, from a session."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from app.mailbox import (
    MessageId,
    Notice,
    NoticeCount,
    Outcome,
    Receipt,
    ReceiptItem,
    Totals,
    Unproven,
)
from app.mailbox.marks import Marks
from app.web.review import page as outcome
from tests.web.site.test_shell import MB, mailbox


def session(**more: Any) -> Any:
    return SimpleNamespace(mailbox=mailbox(2 * MB, 5 * MB, 3 * MB, **more))


async def test_the_review_shows_what_is_marked_largest_first():
    here = session()
    small, large, _ = here.mailbox.index
    here.mailbox.marks = Marks([small, large])
    view = await outcome.review_page(here.mailbox)
    assert view.seen == outcome.fingerprint([large.id, small.id])
    assert [row.octets for row in view.rows] == [5 * MB, 2 * MB]
    assert (view.marked, view.now, view.left) == (
        Totals(2, 7 * MB), Totals(3, 10 * MB), Totals(1, 3 * MB),
    )  # fmt: skip


async def test_the_review_warns_where_a_message_goes_by_its_number_alone():
    here = session(standing=(NoticeCount(Notice.NO_UIDL), NoticeCount(Notice.NO_CAPA)))
    first, second, _ = here.mailbox.index
    here.mailbox.marks = Marks([first, second])
    first.header.refused = True
    view = await outcome.review_page(here.mailbox)
    blind, no_uidl = view.warnings
    assert "the header of 1 of these messages" in blind
    assert "no UIDL" in no_uidl


def test_the_receipt_says_what_became_of_each():
    at = datetime(2026, 3, 3, tzinfo=UTC)
    items = (
        ReceiptItem(MessageId("a"), 4 * MB, "Bob", "Video", Outcome.GONE),
        ReceiptItem(MessageId("b"), MB, "", "", Outcome.STILL_THERE, "locked"),
    )
    receipt = Receipt(at, items, True, "", 4 * MB, Totals(5, 10 * MB), Totals(4, 6 * MB))
    earlier = replace(receipt, octets_freed=MB)
    here = session(receipts={1: earlier, 2: receipt})
    view = outcome.receipt_page(here.mailbox, 2)
    assert view.receipt is receipt
    assert "gone | 4.0 MB | Bob | Video" in view.text
    assert view.others == (earlier,)
    assert receipt.gone == 1
    # What is not gone comes first.
    assert [(row.subject, row.reason) for row in view.rows] == [("", "locked"), ("Video", "")]
    assert outcome.receipt_title(here.mailbox, view) == "1 of 2 gone · anna"


def test_why_a_check_failed_is_told_in_words_of_ours():
    """Every reason has a sentence; the server's own words stay."""
    at = datetime.now(UTC)
    for reason in (*Unproven, "-ERR [AUTH] 100% no"):
        told = Receipt(at, (), False, reason, 0, Totals(), None)
        said = outcome.why(told)
        assert said[0].isupper() or said == reason
        lost = outcome.why(replace(told, quit_lost=True))
        assert lost == f"QUIT was not answered. {said}"
