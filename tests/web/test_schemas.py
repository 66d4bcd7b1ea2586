from datetime import UTC, datetime

import pytest
from pydantic import SecretStr, ValidationError

from app.mailbox import MessageId, Outcome, ReceiptItem, Totals
from app.mailbox import Receipt as MailboxReceipt
from app.web.list.schemas import MarkMany
from app.web.list.schemas import Totals as ListTotals
from app.web.review.schemas import Quit
from app.web.review.schemas import receipt as as_receipt
from app.web.signin.schemas import SignIn


def test_a_password_is_a_secret_and_errors_do_not_repeat_it():
    body = SignIn.model_validate({"username": "anna", "password": "hunter2"})
    assert body.password == SecretStr("hunter2")
    for bad in ({"password": "hunter2" * 99}, {"password": "hunter2", "port": "x"}):
        with pytest.raises(ValidationError) as error:
            SignIn.model_validate({"username": "anna", **bad})
        assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("kind", [SignIn, MarkMany, Quit])
def test_a_field_that_is_not_known_is_refused(kind):
    with pytest.raises(ValidationError, match="Extra inputs"):
        kind.model_validate({"colour": "red"})


def test_so_many_ids_and_no_more():
    MarkMany(ids=["x"] * 100_000)
    with pytest.raises(ValidationError):
        MarkMany(ids=["x"] * 100_001)


def test_a_receipt_sorts_messages_by_what_became_of_them():
    items = tuple(
        ReceiptItem(MessageId(name), 10, "s", "t", outcome, reason)
        for name, outcome, reason in (
            ("a", Outcome.GONE, ""),
            ("b", Outcome.STILL_THERE, "-ERR no"),
            ("c", Outcome.NOT_VERIFIED, ""),
        )
    )
    at = datetime.now(UTC)
    receipt = MailboxReceipt(at, items, False, "who knows", 10, Totals(3, 30), None)
    shown = as_receipt(receipt)
    assert shown.deleted == ["a"]
    assert [(one.id, one.reason) for one in shown.still_there] == [("b", "-ERR no")]
    assert shown.not_verified == ["c"]
    assert (shown.verified, shown.why, shown.after) == (False, "who knows", None)
    assert shown.before == ListTotals(messages=3, octets=30)
    assert shown.at == at
