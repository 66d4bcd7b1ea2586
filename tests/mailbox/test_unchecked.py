"""When a check that failed is worth another try."""

from datetime import UTC, datetime

import pytest

from app.mailbox import LoginDelayed, MailboxInUse
from app.mailbox.unchecked import worth_a_try


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
