"""Which messages a request means, of those that are there."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.mailbox import Account, Mailbox, Message, Sort, SortKey, parse_query
from app.transport import Dialer, Security, Target, TargetPolicy
from app.web.list.selection import BY_NUMBER, chosen, ids_in, named
from app.web.site import formats, languages
from tests.web.site.test_shell import index_of

HEADER = b"From: News <news@example.org>\r\nSubject: offer\r\nDate: Tue, 03 Mar 2026 10:00:00 +0000"


def mailbox(*sizes: int, known: int = 0, marked: tuple[int, ...] = ()) -> Any:
    """A mailbox whose first `known` messages have their headers."""
    target = Target("pop.example.net", 995, Security.TLS)
    one = Mailbox(Account("anna", target), Dialer(TargetPolicy()))
    one.listing.index = index_of(*sizes)
    messages = one.index.ordered(BY_NUMBER)
    for number, message in enumerate(messages[:known], 1):
        message.header.learn(HEADER, number)
    one.marks.carry(one.index, {})
    one.marks.add(messages[n - 1] for n in marked)
    return one


def numbers(messages: Sequence[Message]) -> list[int]:
    return [message.number for message in messages]


@pytest.mark.parametrize("q", ["", "   ", "\t\n"])
async def test_no_filter_means_every_message_in_the_order_given(q):
    found = await chosen(mailbox(10, 30, 20), parse_query(q))
    assert numbers(found.matched) == [1, 2, 3]
    assert list(found.undecided) == []


@pytest.mark.parametrize(
    ("q", "matched"),
    [("larger:15", [2, 3]), ("smaller:30", [1, 3]), ("-is:marked", [1, 3]), ("is:marked", [2])],
)
async def test_what_needs_no_header_is_decided_at_once(q, matched):
    found = await chosen(mailbox(10, 30, 20, marked=(2,)), parse_query(q))
    assert numbers(found.matched) == matched
    assert list(found.undecided) == []


@pytest.mark.parametrize("q", ["from:news", "-from:else", "offer", "before:2026-04-01"])
async def test_what_is_not_known_yet_is_neither_in_nor_out(q):
    found = await chosen(mailbox(10, 30, 20, known=1), parse_query(q))
    assert numbers(found.matched) == [1]
    assert numbers(found.undecided) == [2, 3]


@pytest.mark.parametrize("q", ["", "larger:15", "-is:marked"])
async def test_a_filter_keeps_the_order_asked_for(q):
    one = mailbox(10, 30, 20)
    forward = numbers((await chosen(one, parse_query(q))).matched)
    backward = numbers(
        (await chosen(one, parse_query(q), Sort(SortKey.NUMBER, descending=True))).matched
    )
    assert forward == sorted(forward)
    assert backward == forward[::-1]
    by_size = await chosen(one, parse_query(q), Sort())
    assert numbers(by_size.matched) == [n for n in (2, 3, 1) if n in forward]
    assert by_size.octets == sum(message.counted for message in by_size.matched)


async def test_what_changes_changes_the_answer():
    one = mailbox(10, 30, 20, known=1)
    assert numbers((await chosen(one, parse_query("from:news"))).matched) == [1]
    assert numbers((await chosen(one, parse_query("is:marked"))).matched) == []
    second = one.index.ordered(BY_NUMBER)[1]
    one.headers.learn(second, HEADER)
    one.marks.mark([second.id])
    assert numbers((await chosen(one, parse_query("from:news"))).matched) == [1, 2]
    assert numbers((await chosen(one, parse_query("is:marked"))).matched) == [2]
    one.listing.index = index_of(5, 6)
    assert numbers((await chosen(one, parse_query("larger:1"))).matched) == [1, 2]


def test_named_messages_come_once_in_the_order_named_without_those_that_are_gone():
    one = mailbox(10, 20, 30)
    first, second, third = one.index.ordered(BY_NUMBER)
    ids = [third.id, "gone", first.id, third.id, ""]
    assert named(one, ids) == (third, first)
    assert named(one, []) == ()
    assert second not in named(one, iter(ids))


@pytest.mark.parametrize(
    ("zone", "first"), [("UTC", "2026-03-03"), ("Pacific/Kiritimati", "2026-03-04")]
)
async def test_days_are_those_that_the_list_shows(zone, first):
    one = mailbox(10, known=1)
    languages.use(languages.negotiate("en"), languages.zone(zone))
    date = one.index.ordered(BY_NUMBER)[0].summary.date
    assert formats.local(date).date().isoformat() == first
    assert numbers((await chosen(one, parse_query(f"before:{first}"))).matched) == []
    assert numbers((await chosen(one, parse_query(f"-before:{first} -after:{first}"))).matched) == [
        1
    ]


def test_ids_come_one_in_a_field_or_many():
    assert ids_in(None) == ids_in([]) == ids_in(["", " "]) == []
    assert ids_in(["a", "b"]) == ids_in(["a b"]) == ids_in([" a ", "b"]) == ["a", "b"]
