from types import SimpleNamespace
from typing import Any

from app.mailbox import Totals
from app.web.mailbox import page
from tests.web.site.test_shell import mailbox


def test_the_title_says_what_is_marked_and_what_is_open():
    one = mailbox()
    assert page.title(one, None) == "anna"
    one.marks = SimpleNamespace(totals=Totals(1234, 5), undoable=None)
    opened: Any = SimpleNamespace(subject="")
    assert page.title(one, opened) == "1,234 marked · Message · anna"
