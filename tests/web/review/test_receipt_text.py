"""The receipt in plain lines."""

from datetime import UTC, datetime

import pytest

from app.mailbox import Account, MessageId, Outcome, Receipt, ReceiptItem, Totals, Unproven
from app.transport import Security, Target
from app.web.review.receipt_text import outcome_words, receipt_text, verdict
from app.web.site import formats

AT = datetime(2026, 3, 3, 10, 41, 7, tzinfo=UTC)
ANNA = Account("anna@example.net", Target("pop.example.net", 995, Security.TLS))
GONE = ReceiptItem(MessageId("a"), 61_200_000, "Bob", "Video", Outcome.GONE, date=AT)
STILL = ReceiptItem(MessageId("b"), 740, "", "", Outcome.STILL_THERE, "-ERR locked")
UNSURE = ReceiptItem(MessageId("c"), None, "x", "y", Outcome.NOT_VERIFIED)


def receipt(*items: ReceiptItem, why: Unproven | str = "") -> Receipt:
    octets = sum(item.octets or 0 for item in items if item.outcome is Outcome.GONE)
    return Receipt(AT, items, not why, why, octets, Totals(5, 70_000_000), Totals(4, 8_800_000))


@pytest.fixture(autouse=True)
def in_utc(monkeypatch):
    token = formats.zone.set(UTC)
    yield
    formats.zone.reset(token)


def test_it_says_whose_when_and_what_and_names_each_message():
    one = receipt(GONE, STILL)
    assert receipt_text(ANNA, one, "", one.items).split("\n") == [
        "anna@example.net, pop.example.net:995",
        "3 Mar 2026, 10:41:07 (UTC+00:00)",
        "",
        "61.2 MB freed. 1 of 2 messages is gone.",
        "Checked: Popscope signed in again and looked at what is still there.",
        "Before: 70.0 MB, 5 messages",
        "Now: 8.8 MB, 4 messages",
        "",
        "gone | 3 Mar 2026, 10:41:07 | 61.2 MB | Bob | Video",
        "still there | 740 B | (no sender) | (no subject) | -ERR locked",
    ]


def test_what_is_left_out_is_counted_and_why_is_told():
    one = receipt(UNSURE, UNSURE, UNSURE, why=Unproven.NO_CONNECTION)
    lines = receipt_text(ANNA, one, "No connection.", one.items[:1]).split("\n")
    assert lines[3:5] == [
        "Not verified. The server was asked to delete 3 messages.",
        "No connection.",
    ]
    assert lines[-2:] == ["not verified | size not known | x | y", "and 2 more"]


@pytest.mark.parametrize("hostile", ["a\r\nb", "a\n\ngone | me", "a\u2028b", "\ta\x0bb"])
def test_a_header_makes_no_line_of_its_own(hostile):
    item = ReceiptItem(MessageId("a"), 1, hostile, hostile, Outcome.GONE)
    text = receipt_text(ANNA, receipt(item), "", [item])
    assert len(text.splitlines()) == 9


def test_there_is_a_verdict_for_each_way_it_can_end():
    assert verdict(receipt(GONE)) == ("61.2 MB freed.", "The message is gone.")
    assert verdict(receipt(STILL)) == ("Nothing was deleted.", "The message is still there.")
    assert [outcome_words(one) for one in Outcome] == ["gone", "still there", "not verified"]
