"""What a second listing proves, as pure functions; see test_mailbox.py for whole commits."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import Ambiguous, Message, MessageId, Outcome, Totals
from app.mailbox.commit import check_unambiguous
from app.mailbox.index import Index
from app.mailbox.receipts import Sent, receipt_of
from app.mailbox.verdict import CommitVerdict, judge

from .opening import index_of

GONE, STILL, UNKNOWN = Outcome.GONE, Outcome.STILL_THERE, Outcome.NOT_VERIFIED
Rows = list[tuple[str | None, int]]


def ids(index: Index, *numbers: int) -> list[MessageId]:
    return [message.id for message in index if message.number in numbers]


A, B, C = ("a", 10), ("b", 20), ("c", 30)


@pytest.mark.parametrize(
    ("before", "marked", "after", "outcomes"),
    [
        # What a right server does, and what a lazy one does.
        ([A, B, C], [2], [A, C], [GONE]),
        ([A, B, C], [2], [A, B, C], [STILL]),
        ([A, B, C], [1, 3], [B, C], [GONE, STILL]),
        ([A, B, C], [1, 2, 3], [], [GONE] * 3),
        ([A, B, C], [1, 2, 3], [C], [GONE, GONE, STILL]),
        # Mail that came or went in the meantime, in another order.
        ([A, B], [1], [("new", 5), B], [GONE]),
        ([A, B], [1], [B, ("new", 10)], [GONE]),
        ([A, B, C], [1, 2], [A, B], [STILL] * 2),
        # As many others are missing as stayed: the UIDLs may have moved on.
        ([A, B], [1], [A], [UNKNOWN]),
        ([A, B, C], [2], [A, B], [UNKNOWN]),
        ([A, B, C], [1, 3], [A], [UNKNOWN] * 2),
        ([A, B, C], [1, 2], [C, ("new", 5), B], [GONE, STILL]),
        ([A], [1], [("new", 5)], [GONE]),
        # Only the estimate has changed.
        ([A, B], [1], [("a", 12), B], [STILL]),
        # UIDLs were reset: nothing can be said.
        ([A, B], [1], [("x", 20)], [UNKNOWN]),
        ([A, B], [1], [("x", 10), ("y", 20)], [UNKNOWN]),
        ([A], [1], [("x", 10)], [UNKNOWN]),
        # Copies with one UIDL.
        ([("s", 10), ("s", 20)], [1], [("s", 20)], [GONE]),
        ([("s", 10), ("s", 20)], [1], [("s", 10)], [STILL]),
        ([("s", 10), ("s", 20)], [1], [("s", 10), ("s", 20)], [STILL]),
        ([("s", 10), ("s", 20)], [1], [("s", 11), ("s", 20)], [UNKNOWN]),
        ([("s", 10), ("s", 10), B], [1, 2], [("s", 10), B], [STILL, GONE]),
        ([("s", 10), ("s", 10), B], [1, 2], [B], [GONE, GONE]),
        # Without UIDLs the row of all sizes decides, or nothing does.
        ([(None, 10), (None, 20)], [1], [(None, 20)], [GONE]),
        ([(None, 10), (None, 20)], [1], [(None, 10), (None, 20)], [STILL]),
        ([(None, 10), (None, 20)], [1], [(None, 20), (None, 5)], [UNKNOWN]),
        ([(None, 10), (None, 20)], [1, 2], [], [GONE, GONE]),
        ([(None, 10), (None, 20)], [1, 2], [(None, 20)], [UNKNOWN, UNKNOWN]),
        ([A, B], [1], [(None, 20)], [GONE]),
        ([(None, 10)], [1], [("a", 10)], [STILL]),
    ],
)
def test_verdicts(before, marked, after, outcomes):
    earlier = index_of(*before)
    chosen = ids(earlier, *marked)
    verdict = judge(earlier, chosen, index_of(*after))
    assert Counter(verdict.outcomes[id] for id in chosen) == Counter(outcomes)
    if before[0] != ("s", 10):  # of copies that are all alike it does not matter which is which
        assert [verdict.outcomes[id] for id in chosen] == outcomes
    assert verdict.verified is (UNKNOWN not in outcomes)
    assert bool(verdict.why) is not verdict.verified


uidls = st.sampled_from(["a", "b", "c", "d", "e", "f", "g"])
maildrops = st.lists(st.tuples(uidls, st.integers(1, 3)), min_size=1, max_size=10)
newcomers = st.lists(st.tuples(st.sampled_from(["x", "y", "z"]), st.integers(1, 3)), max_size=3)


@given(maildrops, newcomers, st.data())
def test_whatever_the_server_removed_the_receipt_does_not_lie(rows, new, data):
    """The server removes any subset, marked or not, and new mail comes in.

    By a model that knows every message by itself: nothing that is there is called gone, unless
    an identical copy was called still there in its place; and where nothing is in doubt, nothing
    that is gone is called still there.
    """
    before = index_of(*rows)
    numbers = range(1, len(rows) + 1)
    marked = data.draw(st.sets(st.sampled_from(numbers), min_size=1))
    removed = data.draw(st.sets(st.sampled_from(numbers)))
    left = [row for number, row in zip(numbers, rows, strict=True) if number not in removed]
    chosen = ids(before, *sorted(marked))
    try:
        check_unambiguous(before, chosen)
    except Ambiguous:
        return
    verdict = judge(before, chosen, index_of(*left, *new))
    assert set(verdict.outcomes) == set(chosen)
    if not verdict.verified:
        assert verdict.why
        return
    for row in set(rows):
        alike = [number for number in numbers if rows[number - 1] == row and number in marked]
        outcomes = Counter(verdict.outcomes[id] for id in ids(before, *alike))
        assert outcomes[GONE] == len(set(alike) & removed)
        assert outcomes[STILL] == len(set(alike) - removed)


@given(maildrops, newcomers, st.data())
def test_with_unique_uidls_there_is_no_doubt_while_they_cannot_have_moved_on(rows, new, data):
    """Nor while one known message is left."""
    unique = [(f"{n}{uidl}", size) for n, (uidl, size) in enumerate(rows)]
    before = index_of(*unique)
    marked = data.draw(st.sets(st.sampled_from(range(1, len(rows) + 1)), min_size=1))
    removed = data.draw(st.sets(st.sampled_from(range(1, len(rows) + 1)), max_size=len(rows) - 1))
    left = [row for number, row in enumerate(unique, 1) if number not in removed]
    verdict = judge(before, ids(before, *marked), index_of(*left, *new))
    moved_on = 0 < len(marked - removed) <= len(removed - marked)
    assert verdict.verified is ((bool(left) or not new) and not moved_on)
    if verdict.verified:
        for message in before:
            if message.number in marked:
                gone = verdict.outcomes[message.id] is GONE
                assert gone is (message.number in removed)


@given(maildrops, st.data())
def test_without_uidls_a_verdict_is_never_wrong_when_nothing_else_happened(rows, data):
    before = index_of(*((None, size) for _, size in rows))
    marked = data.draw(st.sets(st.sampled_from(range(1, len(rows) + 1)), min_size=1))
    removed = data.draw(st.sets(st.sampled_from(sorted(marked))))
    left = [(None, row[1]) for number, row in enumerate(rows, 1) if number not in removed]
    verdict = judge(before, ids(before, *marked), index_of(*left))
    if removed == marked:
        assert set(verdict.outcomes.values()) == {GONE}
    elif not removed:
        assert set(verdict.outcomes.values()) == {STILL}
    else:
        assert set(verdict.outcomes.values()) == {UNKNOWN}


@pytest.mark.parametrize(
    ("rows", "marked", "unclear"),
    [
        ([A, B], [1], []),
        ([("s", 10), ("s", 10)], [1], [1]),
        ([("s", 10), ("s", 10)], [2], [2]),
        ([("s", 10), ("s", 10)], [1, 2], []),
        ([("s", 10), ("s", 20)], [1], []),
        ([("s", 10), ("s", 10), ("s", 20), B], [1, 3, 4], [1]),
        ([(None, 10), (None, 10)], [1], []),  # without UIDLs the number is the message
    ],
)
def test_one_of_several_that_look_alike_is_never_deleted(rows, marked, unclear):
    index = index_of(*rows)
    chosen = ids(index, *marked)
    if not unclear:
        check_unambiguous(index, chosen)
        return
    with pytest.raises(Ambiguous) as caught:
        check_unambiguous(index, chosen)
    assert list(caught.value.ids) == ids(index, *unclear)


def receipt(outcomes: list[Outcome], sent: Sent, *, verified: bool = True):
    index = index_of(A, B, C)
    doomed: list[Message] = list(index)[: len(outcomes)]
    doomed[0].header.learn(b"From: Zoe <z@x.example>\r\nSubject: hello\r\n\r\n", 1)
    found = dict(zip((message.id for message in doomed), outcomes, strict=True))
    why = "" if verified else "no sign-in"
    return doomed, receipt_of(
        doomed, sent, CommitVerdict(found, verified=verified, why=why), Totals(3, 60), Totals(1, 30)
    )


def test_a_receipt_adds_up_and_shows_the_largest_first():
    _, made = receipt([GONE, STILL, GONE], Sent({}))
    assert [item.octets for item in made.items] == [30, 20, 10]
    assert made.octets_freed == 40
    assert (made.count(GONE), made.count(STILL), made.count(UNKNOWN)) == (2, 1, 0)
    assert (made.items[2].sender, made.items[2].subject) == ("Zoe", "hello")
    assert (made.items[0].sender, made.items[0].subject) == ("", "")
    assert made.at.tzinfo is not None


def test_a_receipt_has_the_servers_words_where_it_refused():
    doomed, made = receipt([GONE, STILL], Sent({}, quit_reply="-ERR some left"))
    assert [item.reason for item in made.items] == ["-ERR some left", ""]
    index = index_of(A, B)
    second = list(index)[1].id
    doomed, made = receipt([GONE, STILL], Sent({second: "-ERR protected"}, quit_reply="-ERR x"))
    assert doomed[1].id == second
    assert [item.reason for item in made.items] == ["-ERR protected", ""]


def test_a_refused_dele_is_known_to_be_there_even_where_nothing_could_be_checked():
    second = list(index_of(A, B))[1].id
    _, made = receipt([UNKNOWN, UNKNOWN], Sent({second: "-ERR protected"}), verified=False)
    assert [item.outcome for item in made.items] == [STILL, UNKNOWN]
    assert (made.verified, made.why, made.octets_freed) == (False, "no sign-in", 0)


class OnlyInOrder(list[MessageId]):
    """What is marked; to look for one message in it would mean to go through it all."""

    def __contains__(self, id: object) -> bool:
        raise AssertionError("100,000 marks would be gone through 100,000 times")


@pytest.mark.parametrize(("before", "after"), [((A, B, C), (B, C)), (((None, 1), (None, 2)), ())])
def test_a_judgement_does_not_grow_with_the_square_of_the_marks(before, after):
    earlier = index_of(*before)
    verdict = judge(earlier, OnlyInOrder(ids(earlier, 1, 2)), index_of(*after))
    assert verdict.verified
    assert len(verdict.outcomes) == 2
