"""A message is marked once all of it was saved, and not before."""

import pytest

from app.mailbox import NoSuchMessage, Saved
from app.mailbox.downloads import Downloads
from app.mailbox.marks import Marks
from app.mailbox.saves import Saves

from .opening import index_of


def saves() -> tuple[Saves, Marks, str]:
    """Those of a maildrop with one message, and its id."""
    marks = Marks()
    marks.carry(index_of(("u1", 10)), {})
    return Saves(marks, Downloads()), marks, next(iter(marks.index)).id


def test_it_is_marked_when_it_has_arrived():
    one, marks, id = saves()
    one.begin(id)
    assert (one.get(marks.index[id].id), list(marks)) == (Saved(), [])
    one.arrived(id, 10, "ab")
    assert list(marks) == [id]
    one.broke_off(id)  # as the stream ends
    assert one.get(marks.index[id].id) == Saved(10, "ab")


def test_what_breaks_off_is_not_marked():
    one, marks, id = saves()
    one.begin(id)
    one.broke_off(id)
    assert (one.get(marks.index[id].id), list(marks)) == (None, [])


def test_what_is_another_message_by_then_is_not_marked():
    one, marks, id = saves()
    one.begin(id)
    one.forget(marks.index[id].id)
    one.arrived(id, 10, "ab")
    assert not marks


def test_what_has_left_the_maildrop_is_not_marked_and_not_begun():
    one, marks, id = saves()
    one.begin(id)
    marks.carry(index_of(("u2", 10)), {})
    one.arrived(id, 10, "ab")
    assert not marks
    with pytest.raises(NoSuchMessage):
        one.begin(id)


def test_how_much_of_it_went_is_told_until_it_has_arrived():
    one, marks, id = saves()
    one.went(id, 3)  # nobody asked for that
    assert one.get(marks.index[id].id) is None
    one.begin(id)
    one.went(id, 7)
    assert (one.get(marks.index[id].id), list(marks)) == (Saved(7), [])
    one.arrived(id, 10, "ab")
    assert one.get(marks.index[id].id) == Saved(10, "ab")
