"""Marks, many at once, and taking them back."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import NoSuchMessage
from app.mailbox.marks import Marks
from tests.support.maildrop import plain
from tests.support.scripted import ScriptedServer

from .opening import (
    by_number,
    commit,
    index_of,
    line_of,
    loaded,
    mailbox_at,
    maildrop,
    mark,
    reader,
    uidls,
)


def drop(count: int = 5, marked: tuple[int, ...] = ()) -> tuple[Marks, list[Any]]:
    """The marks of messages of 10, 20, … octets, and all their ids."""
    made = Marks()
    made.carry(index_of(*((f"u{n}", 10 * n) for n in range(1, count + 1))), {})
    ids = [message.id for message in made.index]
    made.mark(ids[n] for n in marked)
    return made, ids


def test_many_are_marked_and_only_these_are_taken_back():
    one, ids = drop(marked=(0, 4))
    change = one.mark_many([ids[0], ids[1], ids[2], ids[1], "gone", "gone"])
    assert change.marked == (ids[1], ids[2])
    assert (change.octets, change.gone) == (50, 1)
    assert one.undoable == change
    assert one.totals.messages == 4
    assert one.undo(change.number) == change
    assert list(one) == [ids[0], ids[4]]
    assert one.undoable is None


def test_an_undo_is_good_once():
    one, ids = drop()
    change = one.mark_many(ids[:2])
    one.undo(change.number)
    one.mark([ids[0]])
    assert one.undo(change.number) is None
    assert list(one) == [ids[0]]


def test_unmarking_all_can_be_undone_too():
    one, ids = drop(marked=(3, 1))
    assert one.unmark_all().messages == 0
    assert one.undoable is not None
    assert one.undoable.octets == 60
    one.undo(one.undoable.number)
    assert set(one) == {ids[1], ids[3]}


@pytest.mark.parametrize("action", ["mark", "unmark", "mark_many", "unmark_all"])
def test_the_next_action_ends_it(action):
    one, ids = drop()
    first = one.mark_many(ids[:3])
    getattr(one, action)(*([] if action == "unmark_all" else [[ids[4]]]))
    before = list(one)
    assert one.undo(first.number) is None
    assert list(one) == before


def test_a_dismissed_action_is_not_undone_and_another_one_is_not_dismissed():
    one, ids = drop()
    change = one.mark_many(ids[:3])
    one.dismiss(change.number + 1)
    assert one.undoable == change
    one.dismiss(change.number)
    assert one.undo(change.number) is None
    assert one.totals.messages == 3


def test_what_has_left_the_maildrop_is_not_marked_again():
    one, ids = drop(marked=(0, 1, 4))
    one.unmark_all()
    one.index = index_of(("u1", 10), ("u5", 50))
    assert one.undoable is not None
    one.undo(one.undoable.number)
    assert list(one) == [ids[0], ids[4]]


def test_marking_one_that_is_not_there_marks_none():
    one, ids = drop()
    with pytest.raises(NoSuchMessage):
        one.mark([ids[0], "gone"])
    assert not one


@given(st.lists(st.tuples(st.sampled_from(["mark", "many", "none"]), st.sets(st.integers(0, 4)))))
def test_an_undo_always_leads_back_to_the_marks_before(actions):
    one, ids = drop()
    for action, numbers in actions:
        before = set(one)
        chosen = [ids[n] for n in numbers]
        match action:
            case "mark":
                one.mark(chosen)
                continue
            case "many":
                one.mark_many([*chosen, "gone"])
            case _:
                one.unmark_all()
        change = cast("Any", one.undoable) or SimpleNamespace(number=0)
        kept = set(one)
        one.undo(change.number)
        assert set(one) == before
        one.clear()
        one.add(one.index[id] for id in kept)


async def test_a_mark_of_a_session_before_without_a_header_stays_when_the_message_is_read():
    server_side = maildrop(plain(3), top=False)
    async with ScriptedServer(server_side) as server:
        before = mailbox_at(server.host, server.port)
        await line_of(before).hold()
        await loaded(before)
        mark(before, 2)
        await before.close()
        mailbox = mailbox_at(server.host, server.port)
        await line_of(mailbox).hold()
        await loaded(mailbox)
        mailbox.restore(before.known_marks)
        chosen = by_number(mailbox, 2).id
        download = await reader(mailbox).fetch(chosen)
        await download.finished()
        assert (await reader(mailbox).peek(chosen)).message.summary is not None
        assert list(mailbox.marks) == [chosen]
        assert not mailbox.lease.habit.doubts
        assert (await commit(mailbox).run()).verified
        assert uidls(server_side) == ["u1", "u3"]
        await mailbox.close()
        await asyncio.sleep(0.01)
