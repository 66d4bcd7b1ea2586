"""Listings that are odd: whatever can be listed is listed, and a size that is not told is None."""

import pytest

from app.mailbox import (
    Account,
    Mailbox,
    Notice,
    Order,
    Sort,
    SortKey,
    Totals,
    Unproven,
    proposed,
)
from app.mailbox.groups import By, grouped
from app.mailbox.query import parse
from app.mailbox.table import Table
from app.transport import Security, Target, Timeouts
from tests.support.fickle import FickleDialer, FickleServer, Stored
from tests.support.maildrop import FakeMaildrop, FakeMessage, plain

from .heaps import NOW
from .opening import (
    by_number,
    commit,
    index_of,
    line_of,
    loaded,
    maildrop,
    mark,
    opened,
    reader,
    told,
)
from .oracle import select

UNSIZED = index_of(("a", 10), ("b", None), ("c", 30), ("d", None), ("e", 0))


def odd(count: int = 3, **replies: bytes) -> FakeMaildrop:
    return maildrop(plain(count), replies=replies)


def rows(mailbox: Mailbox) -> list[tuple[int, int | None, str | None]]:
    return [(message.number, message.octets, message.uidl) for message in mailbox.index]


@pytest.mark.parametrize(
    ("replies", "found"),
    [
        ({"LIST": b"-ERR no messages\r\n"}, [(1, None), (2, None), (3, None)]),
        ({"LIST": b"+OK\r\n1 200\r\n2\r\n3 200\r\n.\r\n"}, [(1, 200), (2, None), (3, 200)]),
        ({"LIST": b"+OK\r\n1 200\r\n2 abc\r\n3 \r\n.\r\n"}, [(1, 200), (2, None), (3, None)]),
        ({"LIST": b"+OK\r\n1 200\r\nhello world\r\n.\r\n"}, [(1, 200), (2, None), (3, None)]),
        ({"LIST": b"+OK\r\n1 200\r\n0 9\r\n.\r\n"}, [(1, 200), (2, None), (3, None)]),
        ({"LIST": b"+OK\r\n.\r\n"}, [(1, None), (2, None), (3, None)]),
        ({"STAT": b"+OK\r\n"}, [(1, 200), (2, 200), (3, 200)]),
        ({"STAT": b"+OK you have mail\r\n"}, [(1, 200), (2, 200), (3, 200)]),
        ({"STAT": b"-ERR [SYS/TEMP] later\r\n"}, [(1, 200), (2, 200), (3, 200)]),
        ({"UIDL": b"+OK\r\n1 u1\r\n.\r\n"}, [(1, 200), (2, 200), (3, 200)]),
        ({"UIDL": b"+OK\r\n1 u1\r\nfoo\r\n0 z\r\n.\r\n"}, [(1, 200), (2, 200), (3, 200)]),
        ({"UIDL": b"+OK\r\nu1 1\r\nu2 2\r\n.\r\n"}, [(1, 200), (2, 200), (3, 200)]),
        ({"LIST": b"-ERR no\r\n", "UIDL": b"-ERR no\r\n"}, [(1, None), (2, None), (3, None)]),
        (
            {"LIST": b"-ERR no\r\n", "UIDL": b"-ERR no\r\n", "STAT": b"+OK\r\n"},
            [],
        ),
    ],
)
async def test_whatever_can_be_listed_is_listed(replies, found):
    async with opened(odd(**replies)) as mailbox:
        assert [(number, octets) for number, octets, _ in rows(mailbox)] == found
        unsized = sum(octets is None for _, octets in found)
        assert mailbox.index.totals.unsized == unsized
        assert told(mailbox).get(Notice.SIZES_UNKNOWN, 0) == unsized
        await loaded(mailbox)
        assert all(message.headers_known for message in mailbox.index)
        assert (await reader(mailbox).stat()).messages == len(found)


@pytest.mark.parametrize("replies", [{}, {"STAT": b"+OK\r\n"}, {"UIDL": b"-ERR none\r\n"}])
async def test_an_empty_maildrop_whose_list_is_refused(replies):
    async with opened(odd(0, LIST=b"-ERR no messages\r\n", **replies)) as mailbox:
        assert len(mailbox.index) == 0
        assert mailbox.listing.listed
        assert Notice.COUNTS_DIFFER not in told(mailbox)


@pytest.mark.parametrize(
    "words", ["no messages", "[SYS/PERM] maildrop is empty", "0 messages", "There are no new mails"]
)
async def test_an_empty_maildrop_of_which_nothing_is_listed(words):
    refused = f"-ERR {words}\r\n".encode()
    async with opened(odd(0, LIST=refused, UIDL=refused, STAT=refused)) as mailbox:
        assert mailbox.listing.listed
        assert len(mailbox.index) == 0


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    "replies",
    [
        {"UIDL": b"+OK 0 messages\r\n"},
        {"LIST": b"+OK no messages\r\n"},
        {"UIDL": b"+OK mailbox is empty\r\n", "LIST": b"+OK 0 messages (0 octets)\r\n"},
    ],
)
async def test_an_empty_maildrop_that_is_listed_by_one_line(replies, pipelining):
    drop = maildrop(plain(0), replies=replies, pipelining=pipelining)
    async with opened(drop, timeouts=Timeouts(stall=0.2)) as mailbox:
        assert len(mailbox.index) == 0
        await reader(mailbox).noop()
        assert len(drop.sessions) == 1


async def test_a_message_without_a_size_is_read_fetched_and_deleted_like_others():
    drop = odd(LIST=b"+OK\r\n1 200\r\n2\r\n3 200\r\n.\r\n")
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        second = by_number(mailbox, 2)
        peeked = await reader(mailbox).peek(second.id)
        assert peeked.complete
        download = await reader(mailbox).fetch(second.id)
        await download.finished()
        assert len(download.spool) == 200
        mark(mailbox, 2)
        assert mailbox.marks.totals == Totals(1, 0, unsized=1)
        await mailbox.tenancy.release()
        receipt = await commit(mailbox).run()
        assert (receipt.verified, receipt.items[0].octets) == (False, None)  # LIST is canned
        assert [message.uidl for message in drop.messages] == ["u1", "u3"]


async def test_a_size_that_is_told_later_may_be_that_of_another_message():
    drop = odd(LIST=b"+OK\r\n1 200\r\n2\r\n3 200\r\n.\r\n")
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        (marked,) = mark(mailbox, 2)
        drop.quirks.replies.clear()
        await reader(mailbox).refresh()
        assert marked not in mailbox.index
        assert told(mailbox)[Notice.MARKS_DROPPED] == 1


async def test_a_receipt_counts_what_has_no_size_apart():
    server = FickleServer([Stored("a", 200), Stored("b", None), Stored("c", 200)])
    mailbox = Mailbox(
        Account("anna", Target("fickle.example", 110, Security.NONE)), FickleDialer(server)
    )
    await line_of(mailbox).hold()
    await loaded(mailbox)
    mark(mailbox, 1, 2)
    receipt = await commit(mailbox).run()
    assert receipt.verified
    assert (receipt.octets_freed, receipt.unsized) == (200, 1)
    assert [item.octets for item in receipt.items] == [200, None]
    await mailbox.close()


async def test_without_uidls_and_sizes_a_receipt_does_not_guess():
    server = FickleServer([Stored("a", None), Stored("b", None)])
    server.naming = lambda place, _: str(place)
    mailbox = Mailbox(
        Account("anna", Target("fickle.example", 110, Security.NONE)), FickleDialer(server)
    )
    await line_of(mailbox).hold()
    await loaded(mailbox)
    mark(mailbox, 1)
    receipt = await commit(mailbox).run()
    assert receipt.why is Unproven.NO_SIZES
    await mailbox.close()


async def test_a_large_message_without_a_size_is_looked_into_in_rungs():
    long = FakeMessage(b"Subject: long\r\n\r\n" + b"word\r\n" * 5000, uidl="u1")
    drop = maildrop([long], replies={"LIST": b"+OK\r\n1\r\n.\r\n"})
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        peeked = await reader(mailbox).peek(by_number(mailbox, 1).id)
        assert not peeked.complete
        assert peeked.transferred < 5000


@pytest.mark.parametrize(
    ("query", "matched", "undecided"),
    [
        ("larger:5", "ac", "bd"),
        ("-larger:5", "e", "bd"),
        ("smaller:20", "ae", "bd"),
        ("-smaller:20", "c", "bd"),
        ("-smaller:0", "ace", "bd"),
        ("larger:10/zzzz", "ac", "bd"),
        ("larger:5 smaller:20", "a", "bd"),
        ("larger:5 is:marked", "", ""),
        ("has:size", "ace", ""),
        ("-has:size", "bd", ""),
        ("", "abcde", ""),
    ],
)
def test_no_filter_by_size_means_what_has_none(query, matched, undecided):
    found = parse(query)
    plainly = select(found, UNSIZED, (), NOW)
    flagged = Table(tuple(UNSIZED)).flagged(found, (), NOW)
    for wanted, messages in ((matched, plainly.matched), (undecided, plainly.undecided)):
        assert "".join(str(message.uidl) for message in messages) == wanted
    assert flagged.counts == (len(matched), len(undecided))
    assert flagged.octets == plainly.octets
    assert flagged.unsized == plainly.unsized == len(set(matched) & {"b", "d"})


@pytest.mark.parametrize("descending", [True, False])
def test_what_has_no_size_comes_last_by_size(descending):
    order = UNSIZED.ordered(Sort(SortKey.SIZE, descending))
    assert "".join(str(message.uidl) for message in order) == ("caebd" if descending else "eacbd")


def test_what_has_no_size_is_a_group_of_its_own_and_never_proposed():
    *bands, last = grouped(UNSIZED, By.SIZE, NOW.tzinfo)  # type: ignore[arg-type]
    assert (last.key, last.unsized, last.octets) == ("", 2, 0)
    assert [str(term) for term in last.terms] == ["-has:size"]
    assert sum(len(group.members) for group in bands) == 3
    made = proposed(list(UNSIZED), 1, Order.LARGEST, NOW.tzinfo)  # type: ignore[arg-type]
    assert made.messages == 2
    assert made.octets == 40
