"""The tray says each thing once, and what can be undone."""

from app.web.list.tray import tray
from tests.web.site.test_shell import MB, mailbox


def test_what_the_sum_says_is_not_said_again():
    one = mailbox(MB, 2 * MB, 3 * MB)
    ids = [message.id for message in one.index]
    one.marks.index = one.index
    assert not tray(one).undoable
    one.marks.mark_many(ids[:2])
    found = tray(one)
    assert (found.marks.messages, found.done, found.undoable) == (2, "", True)
    one.marks.mark_many(ids)
    found = tray(one)
    assert (found.marks.messages, found.done, found.undoable) == (3, "1 of them just now.", True)
    one.marks.mark_many([*ids, "gone"])
    found = tray(one)
    assert found.done.startswith("Nothing new was marked. 1 of the chosen messages is not")
    assert not found.undoable


def test_what_is_taken_back_can_be_undone_where_nothing_is_marked_any_more():
    one = mailbox(MB, 2 * MB)
    one.marks.index = one.index
    one.marks.mark(message.id for message in one.index)
    assert tray(one).done == ""
    one.marks.unmark_all()
    found = tray(one)
    assert (found.marks.messages, found.undoable) == (0, True)
    assert found.done == "2 messages, 3.0 MB, are not marked any more."
    one.marks.dismiss(int(found.change))
    assert tray(one).done == ""
