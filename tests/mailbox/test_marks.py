"""Marks keep their order, and what they are together."""

from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import MessageId, Totals
from app.mailbox.marks import Marks

from .opening import index_of

MESSAGES = list(index_of(*((f"u{n}", 10 * n) for n in range(1, 9))))


def test_they_keep_the_order_in_which_they_were_set():
    marks = Marks([MESSAGES[2], MESSAGES[0]])
    marks.add([MESSAGES[1], MESSAGES[2]])
    assert list(marks) == [MESSAGES[n].id for n in (2, 0, 1)]
    assert next(reversed(marks)) == MESSAGES[1].id
    assert MESSAGES[0].id in marks
    assert repr(marks) == "<Marks 3>"
    marks.discard([MESSAGES[0].id, MessageId("never")])
    assert marks.keys() == {MESSAGES[1].id, MESSAGES[2].id}
    assert marks.totals == Totals(2, 50)
    marks.clear()
    assert not marks
    assert marks.totals == Totals()


@given(st.lists(st.tuples(st.booleans(), st.lists(st.sampled_from(MESSAGES)))))
def test_the_total_is_always_what_adding_up_gives(steps):
    marks = Marks()
    for adds, messages in steps:
        if adds:
            marks.add(messages)
        else:
            marks.discard(message.id for message in messages)
        octets = sum(message.counted for message in MESSAGES if message.id in marks)
        assert marks.totals == Totals(len(list(marks)), octets)
