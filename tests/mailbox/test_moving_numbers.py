"""Servers whose message numbers move while a connection lasts, against RFC 1939, section 5."""

from contextlib import suppress

import pytest

from app.mailbox import CommitFailed, ConfirmFirst, Outcome
from tests.support.fickle import FickleServer, honest

from .opening import commit, console, index_of, line_of, loaded, mark
from .test_identity import left, mails, signed_in, subjects

NAMINGS = [honest, lambda place, _: str(place), lambda place, _: None]


def by_place(place, _):
    """UIDLs that are the places under another name; nothing but a header tells."""
    return f"msg{place}"


@pytest.mark.parametrize("naming", [*NAMINGS, by_place])
@pytest.mark.parametrize("marked", [(2, 3, 5), (6, 1), (1, 2, 3, 4, 5, 6), (4,)])
async def test_where_dele_takes_out_at_once_the_others_marked_are_still_the_right_ones(
    naming, marked
):
    server = FickleServer(mails(*"abcdef"))
    server.naming, server.at_once = naming, True
    async with signed_in(server) as mailbox:
        mark(mailbox, *marked)
        receipt = await commit(mailbox).run()
        if naming is honest:
            assert receipt.verified
            assert receipt.count(Outcome.GONE) == len(marked)
    assert left(server) == "".join(c for n, c in enumerate("abcdef", 1) if n not in marked)


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("naming", NAMINGS)
async def test_a_mark_does_not_move_on_where_numbers_follow_what_others_delete(naming, arrives):
    server = FickleServer(mails(*"abcdef"))
    server.naming, server.live = naming, True
    async with signed_in(server) as mailbox:
        mark(mailbox, 2)
        del server.messages[0]
        server.messages += mails("g") if arrives else []
        there = left(server)
        with pytest.raises(CommitFailed):
            await commit(mailbox).run()
        await loaded(mailbox)
        assert subjects(mailbox) == list(there)
    assert left(server) == there


@pytest.mark.parametrize("naming", [*NAMINGS, by_place])
@pytest.mark.parametrize("reset", [False, True])
async def test_where_dele_that_is_typed_takes_out_at_once_what_is_shown_of_a_mark_tells(
    naming, reset
):
    server = FickleServer(mails(*"abcdef"))
    server.naming, server.at_once = naming, True
    async with signed_in(server) as mailbox:
        await typed(mailbox, "DELE 1")
        if reset:  # which takes nothing back there
            await console(mailbox).type("RSET")
        await loaded(mailbox)
        mark(mailbox, 3)
        seen = subjects(mailbox)[2] or ""
        for _ in range(2):
            with suppress(CommitFailed):
                await commit(mailbox).run()
    assert left(server) in {"bcdef", "bcdef".replace(seen, "")}


@pytest.mark.parametrize("naming", [*NAMINGS, by_place])
@pytest.mark.parametrize("read", [False, True])
@pytest.mark.parametrize("there", ["ab", "abc"])
async def test_a_mark_from_before_such_a_deletion_never_takes_what_moved_up(naming, read, there):
    server = FickleServer(mails(*there))
    server.naming, server.at_once = naming, True
    async with signed_in(server, paused=not read) as mailbox:
        mark(mailbox, 1)
        await typed(mailbox, "DELE 1")
        await mailbox.headers.resume(line_of(mailbox))
        await loaded(mailbox)
        with suppress(CommitFailed):
            await commit(mailbox).run()
    assert left(server) == there[1:]


async def test_where_dele_leaves_its_number_empty_nothing_is_listed_anew():
    server = FickleServer(mails(*"abc"))
    async with signed_in(server) as mailbox:
        before = mailbox.index
        await typed(mailbox, "DELE 1")
        assert server.visits[-1].commands[-2:] == ["DELE 1", "LIST 1"]
        assert mailbox.index is before


@pytest.mark.parametrize("naming", NAMINGS[1:])
async def test_dele_that_is_typed_asks_again_where_its_number_means_another_message(naming):
    server = FickleServer(mails(*"abc"))
    server.naming, server.live = naming, True
    async with signed_in(server) as mailbox:
        del server.messages[0]
        with pytest.raises(ConfirmFirst):
            await typed(mailbox, "DELE 2")
        await loaded(mailbox)
        assert subjects(mailbox) == ["b", "c"]
        assert not server.visits[-1].deleted


async def typed(mailbox, line):
    """Typed, and confirmed once."""
    with pytest.raises(ConfirmFirst) as asked:
        await console(mailbox).type(line)
    await console(mailbox).type(line, asked.value.confirm)


@pytest.mark.parametrize(
    ("now", "deleted", "moved"),
    [
        ([("a", 1), ("b", 1), ("c", 1)], (), False),
        ([("a", 1), ("b", 1)], (), True),
        ([("a", 1), ("b", 1)], (3,), False),
        ([("a", 1), ("b", 1)], (1,), True),
        ([("a", 1), ("b", 1), ("c", 1), ("d", 1)], (), False),
        ([("b", 1), ("c", 1), ("d", 1)], (), True),
        ([(None, 1), (None, 1), (None, 1)], (), False),
    ],
)
def test_numbers_have_moved_where_one_is_missing_or_has_another_uidl(now, deleted, moved):
    earlier = index_of(("a", 1), ("b", 1), ("c", 1))
    assert index_of(*now).moved(earlier, deleted) is moved
