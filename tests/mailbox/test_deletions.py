"""What QUIT would delete: what was typed, and under EXPIRE 0 what was read."""

from types import SimpleNamespace
from typing import Any

import pytest

from app.mailbox import Totals
from app.mailbox.deletions import Deletions
from app.pop3 import MessageNumber

ONE, TWO = MessageNumber(1), MessageNumber(2)


class Held:
    """A lease whose connection has these capabilities, or none."""

    def __init__(self, *, expire_at_once: bool) -> None:
        capabilities = SimpleNamespace(expire_at_once=expire_at_once)
        self.connection: Any = SimpleNamespace(capabilities=capabilities)
        self.deletions = Deletions(lambda: self.connection)


@pytest.mark.parametrize("expire_at_once", [True, False])
def test_what_was_read_goes_where_it_expires_at_once(expire_at_once):
    held = Held(expire_at_once=expire_at_once)
    assert not held.deletions.expiring, "nothing was read"
    held.deletions.read[ONE] = 10
    held.deletions.typed[TWO] = 20
    assert held.deletions.expiring is expire_at_once
    assert held.deletions.doomed == ({ONE: 10, TWO: 20} if expire_at_once else {TWO: 20})
    assert held.deletions.pending == Totals(1, 20)
    assert held.deletions.popped == (Totals(1, 10) if expire_at_once else Totals())


def test_what_was_read_and_typed_counts_once():
    held = Held(expire_at_once=True)
    held.deletions.read[ONE] = held.deletions.typed[ONE] = 10
    assert held.deletions.doomed == {ONE: 10}
    assert held.deletions.popped == Totals()


def test_without_a_connection_nothing_goes_and_what_was_typed_is_lost():
    held = Held(expire_at_once=True)
    held.deletions.read[ONE] = held.deletions.typed[TWO] = 10
    held.connection = None
    assert not held.deletions.doomed
    assert held.deletions.pending == Totals()
    assert held.deletions.lost == 1
    held.deletions.undo()
    held.deletions.undo()
    assert (held.deletions.lost, held.deletions.typed) == (1, {})
