import random

import pytest

from app.mailbox import NoSuchMessage, Sort, SortKey, Totals
from app.mailbox.index import Index, Listings
from app.pop3 import MessageNumber, Octets, ScanListing, Stat, Uidl, UniqueId

from .opening import index_of


def ids(index: Index) -> list[str]:
    return [message.id for message in index]


def test_ids_follow_the_uidl_and_not_the_number_or_the_size():
    before, after = index_of(("a", 10), ("b", 20), ("c", 30)), index_of(("c", 31), ("b", 20))
    first, second, third = ids(before)
    assert ids(after) == [third, second]
    assert after[third].number == 1
    assert first not in after
    with pytest.raises(NoSuchMessage) as caught:
        after[first]
    assert caught.value.id == first


def test_ids_are_safe_in_addresses_and_tell_nothing():
    names = ids(index_of(("a/../b?c#d&e", 10), ("<script>", 20), (None, 5)))
    for name in names:
        assert len(name) == 12
        assert name.replace("-", "").replace("_", "").isalnum()
    assert len(set(names)) == 3


def test_without_uidls_ids_hold_for_one_salt_only():
    assert ids(index_of((None, 10), salt="x")) == ids(index_of((None, 10), salt="x"))
    assert ids(index_of((None, 10), salt="x")) != ids(index_of((None, 10), salt="y"))
    assert not index_of((None, 10)).has_uidls
    assert not index_of(("a", 10), (None, 10)).has_uidls
    assert index_of(("a", 10)).has_uidls
    assert index_of().has_uidls


def test_copies_with_one_uidl():
    index = index_of(("same", 10), ("same", 20), ("same", 20), ("own", 20))
    small, one, two, own = index
    assert len({message.id for message in index}) == 4
    assert [m.ambiguous for m in (small, one, two, own)] == [False, True, True, False]
    assert [index.copies_of(m) for m in index] == [3, 3, 3, 1]
    assert index.duplicates == 3
    assert own.id == ids(index_of(("own", 5)))[0]


def test_rows_that_do_not_fit_together():
    """Gaps, repeated rows, and UIDL rows of messages that LIST does not know: their size is not."""
    index = Index(
        Listings(
            Stat(9, 900),
            [
                ScanListing(MessageNumber(4), Octets(40)),
                ScanListing(MessageNumber(2), Octets(20)),
                ScanListing(MessageNumber(2), Octets(21)),
            ],
            [UniqueId(MessageNumber(n), Uidl(f"u{n}")) for n in (2, 4, 7)],
        ),
        "",
    )
    rows = [(m.number, m.octets, m.uidl) for m in index]
    assert rows == [(2, 21, "u2"), (4, 40, "u4"), (7, None, "u7")]
    assert index.totals == Totals(3, 61, unsized=1)
    assert index.has_uidls


def test_recall_carries_headers_over():
    before = index_of(("a", 10), ("b", 20))
    for position, message in enumerate(before, 1):
        message.header.learn(b"Subject: %s\r\n" % str(message.uidl).encode(), position)
    after = index_of(("new", 5), ("b", 20))
    after.recall(before)
    new, old = after
    assert not new.headers_known
    assert old.headers_known
    assert old.summary is not None
    assert old.summary.subject == "b"


def header(sender: str, subject: str, date: str) -> bytes:
    return f"From: {sender}\r\nSubject: {subject}\r\nDate: {date}\r\n".encode()


@pytest.fixture
def index():
    index = index_of(("a", 30), ("b", 10), ("c", 30), ("d", 20), ("e", 5))
    raws = [
        header("zoe@x.example", "beta", "Mon, 2 Nov 2026 10:00:00 +0000"),
        header("Anna <z@x.example>", "Alpha", "Mon, 2 Nov 2026 11:30:00 +0200"),
        header("bob@x.example", "gamma", "Sun, 1 Nov 2026 10:00:00 +0000"),
        b"X-Nothing: here\r\n",
    ]
    for position, (message, raw) in enumerate(zip(index, raws, strict=False), 1):
        message.header.learn(raw, position)
    return index  # the header of "e" is not known yet


@pytest.mark.parametrize(
    ("key", "descending", "order"),
    [
        (SortKey.NUMBER, False, "abcde"),
        (SortKey.NUMBER, True, "edcba"),
        (SortKey.SIZE, True, "acdbe"),
        (SortKey.SIZE, False, "ebdac"),
        (SortKey.DATE, False, "cbade"),
        (SortKey.DATE, True, "abcde"),
        (SortKey.FROM, False, "bcade"),
        (SortKey.FROM, True, "acbde"),
        (SortKey.SUBJECT, False, "dbace"),
        (SortKey.SUBJECT, True, "cabde"),
    ],
)
def test_orders(index, key, descending, order):
    found = "".join(str(m.uidl) for m in index.ordered(Sort(key, descending)))
    assert found == order


def test_the_largest_come_first_by_default_and_ties_keep_server_order():
    chance = random.Random(3)
    index = index_of(*((f"u{n}", chance.randint(1, 5)) for n in range(200)))
    rows = [(-m.counted, m.number) for m in index.ordered(Sort())]
    assert rows == sorted(rows)


def test_totals_of_some(index):
    some = [m.id for m in index][:2]
    assert (index.totals_of(some).messages, index.totals_of(some).octets) == (2, 40)
    assert index.totals_of([]).messages == 0


def test_a_message_by_its_number(index):
    for message in index:
        assert index.at(message.number) is message
    assert index.at(MessageNumber(10**9)) is None


def test_those_that_are_there(index):
    first, second, *_ = index
    assert index.those([second.id, "gone", first.id]) == [second, first]
