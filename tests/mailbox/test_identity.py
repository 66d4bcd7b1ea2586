"""A UIDL is a claim: what is carried to a row, and what comes of claims that are broken."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from app.mailbox import (
    Account,
    CommitFailed,
    CommitFault,
    Mailbox,
    Message,
    NoSuchMessage,
    Notice,
    Outcome,
    Unproven,
)
from app.mailbox.commit import Commit
from app.mailbox.identity import certain, fits, meant, restorable
from app.mailbox.index import Index, Listings
from app.mailbox.models import Header, Known, header_digest
from app.mailbox.news import doubts
from app.pop3 import MessageNumber, Octets, ScanListing, Stat, Uidl, UniqueId
from app.transport import Doubt, Security, Target
from tests.support.fickle import FickleDialer, FickleServer, Stored, honest

from .opening import by_number, commit, index_of, line_of, loaded, mark, reader, told

ACCOUNT = Account("anna", Target("fickle.example", 110, Security.NONE))


@asynccontextmanager
async def signed_in(
    server: FickleServer, dialer: FickleDialer | None = None, *, paused: bool = False
) -> AsyncIterator[Mailbox]:
    mailbox = Mailbox(ACCOUNT, dialer or FickleDialer(server))
    if paused:  # no header comes by itself
        await mailbox.headers.pause()
    await line_of(mailbox).hold()
    await loaded(mailbox)
    yield mailbox
    await mailbox.close()


def mails(*subjects: str, octets: int = 100) -> list[Stored]:
    return [Stored(subject, octets) for subject in subjects]


def left(server: FickleServer) -> str:
    return "".join(stored.subject for stored in server.messages)


def subjects(mailbox: Mailbox) -> list[str | None]:
    return [message.summary.subject if message.summary else None for message in mailbox.index]


# The rule


def row(uidl: str | None, octets: int, header: bytes | None = None) -> Message:
    (made,) = index_of((uidl, octets))
    if header is not None:
        made.header.learn(header, 1)
    return made


ONE, OTHER = b"Subject: one\r\n\r\n", b"Subject: other\r\n\r\n"


@pytest.mark.parametrize(
    ("known", "found", "answer"),
    [
        (row("a", 10, ONE), row("a", 10), True),
        (row("a", 10, ONE), row("a", 10, ONE), True),
        (row("a", 10), row("a", 10), True),
        (row("a", 10, ONE), row("a", 10, OTHER), False),
        (row("a", 10, ONE), row("a", 11, ONE), False),
        (row("a", 10, ONE), row("b", 10, ONE), False),
        (row(None, 10, ONE), row(None, 10, ONE), False),
    ],
)
def test_a_row_fits_by_uidl_size_and_header_as_far_as_both_are_known(known, found, answer):
    assert fits(known, found) is answer


def test_a_mark_whose_header_had_not_come_is_good_for_its_own_connection_alone():
    bare, later = row("a", 10), row("a", 10)
    assert not meant(bare, later)
    later.header = bare.header  # the same connection, listed again
    assert meant(bare, later)
    assert certain(bare, later, read_on="now", suspicious=False)
    assert meant(row("a", 10, ONE), row("a", 10))


def test_before_dele_a_header_must_have_been_read_on_that_connection():
    seen, found = row("a", 10), row("a", 10)
    seen.header.learn(ONE, 1, "first")
    found.header = seen.header
    assert certain(seen, found, read_on="first", suspicious=False)
    assert not certain(seen, found, read_on="first", suspicious=True)
    assert not certain(seen, found, read_on="second", suspicious=False)
    assert not certain(seen, row("a", 10, ONE), read_on="first", suspicious=False)


def test_what_another_session_marked_must_have_been_seen_or_be_never_shown():
    digest = header_digest(ONE)
    assert restorable(Known(10, digest), row("a", 10))
    assert restorable(Known(10, digest), row("a", 10, ONE))
    assert not restorable(Known(10, digest), row("a", 10, OTHER))
    assert not restorable(Known(11, digest), row("a", 10))
    assert not restorable(Known(10), row("a", 10))
    assert restorable(Known(10, blind=True), row("a", 10))


@pytest.mark.parametrize(
    "again",
    [
        b"Subject: one\nStatus: RO\nX-UID: 7\nContent-Length: 12\n\n",
        b"X-UIDL: abc\r\n\tdef\r\nSubject: one\r\nX-Status: A\r\nLines: 3\r\n\r\n",
        b"Subject: one\r\n",
    ],
)
def test_what_servers_write_into_headers_themselves_makes_no_other_message(again):
    assert header_digest(again) == header_digest(ONE)
    assert header_digest(again.replace(b"one", b"two")) != header_digest(ONE)
    assert Header(header_digest(ONE)).position == 0


# UIDLs that are numbers


@pytest.mark.parametrize(
    ("uidls", "numbered"),
    [
        (["1", "2", "3"], True),
        (["001", "002", "003"], True),
        (["1"], True),
        (["0001"], True),
        (["1", "2", "4"], False),
        (["7", "8", "9"], False),
        (["1", "x"], False),
        ([], False),
    ],
)
def test_uidls_that_are_all_the_message_numbers_count_as_none(uidls, numbered):
    index = index_of(*((uidl, 10) for uidl in uidls))
    assert index.numbered is numbered
    assert index.has_uidls is not numbered


def test_numbers_as_uidls_after_a_gap():
    """LIST leaves out what is deleted on its connection, and what another program holds."""
    rows = [(MessageNumber(n), Uidl(uidl)) for n, uidl in ((2, "2"), (5, "05"), (12, "12"))]
    scan = [ScanListing(number, Octets(10)) for number, _ in rows]
    index = Index(Listings(Stat(12, 120), scan, [UniqueId(*row) for row in rows]), "salt")
    assert index.numbered
    assert not index.has_uidls
    assert index.claiming(Uidl("2")) is None


NUMBERINGS: list[Callable[[int, Stored], str | None]] = [
    lambda place, _: str(place),
    lambda place, _: f"{place:08}",
]


@pytest.mark.parametrize("naming", NUMBERINGS)
@pytest.mark.parametrize("octets", [[100, 100, 100], [100, 200, 300]])
async def test_the_receipt_over_numbers_tells_what_is_gone_and_the_list_is_true(naming, octets):
    """Seen as: the receipt said still there, and deleting again deleted another message."""
    server = FickleServer(map(Stored, "abc", octets))
    server.naming = naming
    async with signed_in(server) as mailbox:
        assert Notice.NUMBERED_UIDLS in told(mailbox)
        mark(mailbox, 2)
        receipt = await commit(mailbox).run()
        assert left(server) == "ac"
        assert [item.outcome for item in receipt.items] == [Outcome.GONE]
        assert receipt.verified
        await loaded(mailbox)
        assert subjects(mailbox) == ["a", "c"]
        assert not mailbox.marks
        with pytest.raises(CommitFailed):
            await commit(mailbox).run()
    assert left(server) == "ac"


@pytest.mark.parametrize("naming", [*NUMBERINGS, lambda place, _: f"msg{place}"])
async def test_a_mark_does_not_move_on_to_the_next_message_when_one_before_it_goes(naming):
    """Seen as: mark 2, release, another program removes 1; message 3 was deleted unasked."""
    server = FickleServer(mails("a", "b", "c", "d"))
    server.naming = naming
    async with signed_in(server) as mailbox:
        mark(mailbox, 2)
        await mailbox.tenancy.release()
        del server.messages[0]
        with pytest.raises(CommitFailed) as caught:
            await commit(mailbox).run()
        assert caught.value.fault is CommitFault.CHANGED
        assert not mailbox.marks
        dropped = {Notice.MARKS_DROPPED, Notice.OTHERS_BEHIND_MARKS} & told(mailbox).keys()
        assert sum(told(mailbox)[notice] for notice in dropped) == 1
    assert left(server) == "bcd"


# UIDLs that are given again


async def test_uidls_by_place_make_a_receipt_that_is_not_verified_and_say_why():
    server = FickleServer(mails("a", "b", "c"))
    server.naming = lambda place, _: f"msg{place}"
    async with signed_in(server) as mailbox:
        mark(mailbox, 2)
        receipt = await commit(mailbox).run()
        assert (receipt.verified, receipt.octets_freed) == (False, 0)
        assert receipt.why is Unproven.AS_MANY_MISSING
        assert left(server) == "ac"
        with pytest.raises(CommitFailed):  # deleting again deletes nothing else
            await commit(mailbox).run()
        await loaded(mailbox)
        assert subjects(mailbox) == ["a", "c"]
        assert Notice.REUSED_UIDLS in told(mailbox)
    assert left(server) == "ac"


async def test_a_uidl_that_new_mail_was_given_is_not_taken_for_what_stayed(monkeypatch):
    server = FickleServer(mails("a", "b", "c"))
    server.naming = lambda place, _: f"msg{place}"
    async with signed_in(server) as mailbox:
        mark(mailbox, 2)
        looked = Commit._look_again

        async def after_new_mail(*arguments):
            server.messages.append(Stored("d"))
            await looked(*arguments)

        monkeypatch.setattr(Commit, "_look_again", after_new_mail)
        receipt = await commit(mailbox).run()
        assert receipt.why is Unproven.REUSED
        assert [item.outcome for item in receipt.items] == [Outcome.NOT_VERIFIED]
        assert not mailbox.marks
        await loaded(mailbox)
        assert subjects(mailbox) == ["a", "c", "d"]


async def test_swapped_uidls_are_seen_before_dele_and_remembered_for_the_server():
    server = FickleServer(mails("a", "b", "c"))
    dialer = FickleDialer(server)
    async with signed_in(server, dialer) as mailbox:
        (marked,) = mark(mailbox, 2)
        await mailbox.tenancy.release()
        server.naming = lambda _, stored: "uid-" + {"b": "c", "c": "b"}.get(stored.subject, "a")
        with pytest.raises(CommitFailed):
            await commit(mailbox).run()
        assert "DELE" not in " ".join(server.visits[-1].commands)
        assert told(mailbox)[Notice.OTHERS_BEHIND_MARKS] == 1
        assert Notice.REUSED_UIDLS in told(mailbox)
        assert marked not in mailbox.index  # pages from before find nothing rather than another
        await loaded(mailbox)
        assert subjects(mailbox) == ["a", "b", "c"]
    async with signed_in(server, dialer) as mailbox:  # somebody else, at the same server
        assert Notice.REUSED_UIDLS in told(mailbox)
        mark(mailbox, 1)
        await commit(mailbox).run()
        assert server.visits[-2].commands[-4:-1] == ["TOP 1 0", "DELE 1", "LIST"]
    assert left(server) == "bc"


async def test_a_mark_goes_on_over_a_server_that_is_not_believed_where_its_header_is_the_same():
    server = FickleServer(mails("a", "b", "c"))
    async with signed_in(server) as mailbox:
        mailbox.lease.habit.doubts.add(Doubt.REUSED)
        await reader(mailbox).refresh()
        await loaded(mailbox)
        mark(mailbox, 2, 3)
        await mailbox.tenancy.release()
        server.messages = [*mails("z"), *server.messages]
        server.naming = lambda _, stored: "uid-" + stored.subject.replace("c", "z")
        await reader(mailbox).refresh()
        assert [message.number for message in map(mailbox.index.get, mailbox.marks) if message] == [
            3
        ]
        receipt = await commit(mailbox).run()
        assert receipt.count(Outcome.GONE) == 1
    assert left(server) == "zac"


async def test_nothing_of_a_message_goes_to_another_one_of_its_uidl():
    """Header, peek, download and page: with another size at once, with the same at first sight."""
    server = FickleServer(mails("a", "b"))
    async with signed_in(server) as mailbox:
        small, same = (by_number(mailbox, n).id for n in (1, 2))
        await reader(mailbox).peek(small)
        await reader(mailbox).peek(same)
        await (await reader(mailbox).fetch(small)).finished()
        await mailbox.tenancy.release()
        server.messages = [Stored("x", 200, "uid-a"), Stored("y", 100, "uid-b")]
        await reader(mailbox).refresh()
        await loaded(mailbox)
        assert subjects(mailbox) == ["x", "b"]
        with pytest.raises(NoSuchMessage):
            await reader(mailbox).peek(small)
        with pytest.raises(NoSuchMessage):
            async with reader(mailbox).retr(same):
                pass
        await loaded(mailbox)
        assert subjects(mailbox) == ["x", "y"]
        assert not any("RETR 2" in visit.commands for visit in server.visits)


async def test_a_uidl_that_comes_back_has_another_id():
    server = FickleServer(mails("a", "b"))
    async with signed_in(server) as mailbox:
        old = by_number(mailbox, 2).id
        gone = server.messages.pop()
        await reader(mailbox).refresh()
        server.messages.append(Stored("c", 100, honest(0, gone) or ""))
        await reader(mailbox).refresh()
        assert old not in mailbox.index
        assert by_number(mailbox, 2).uidl == "uid-b"


async def test_marks_whose_headers_had_not_come_are_read_before_the_lock_is_given_back():
    server = FickleServer(mails("a", "b"))
    mailbox = Mailbox(ACCOUNT, FickleDialer(server))
    await mailbox.headers.pause()
    await line_of(mailbox).hold()
    mark(mailbox, 2)
    await mailbox.tenancy.release()
    assert server.visits[0].commands[-2:] == ["TOP 2 0", "QUIT"]
    assert (await commit(mailbox).run()).count(Outcome.GONE) == 1
    mark(mailbox, 1)
    mailbox.lease.drop()  # the line broke: nobody knows what that was
    with pytest.raises(CommitFailed):
        await commit(mailbox).run()
    assert told(mailbox)[Notice.MARKS_DROPPED] == 1
    await mailbox.close()
    assert left(server) == "a"


async def test_a_server_that_shows_no_headers_goes_by_uidl_and_size_until_it_is_doubted():
    for doubted in (False, True):
        server = FickleServer(mails("a", "b"))
        server.top = False
        async with signed_in(server) as mailbox:
            mark(mailbox, 2)
            await mailbox.tenancy.release()
            if doubted:
                mailbox.lease.habit.doubts.add(Doubt.RESIZED)
                with pytest.raises(CommitFailed):
                    await commit(mailbox).run()
            else:
                assert (await commit(mailbox).run()).count(Outcome.GONE) == 1
        assert left(server) == ("ab" if doubted else "a")


# What is suspicious


@pytest.mark.parametrize(
    ("earlier", "now", "same", "found"),
    [
        ([("a", 1), ("b", 2)], [("a", 1), ("b", 2)], True, set()),
        ([("a", 1), ("b", 2)], [("b", 2)], False, set()),
        ([("a", 1), ("b", 2)], [("a", 3), ("b", 2)], False, {Doubt.RESIZED}),
        ([("a", 1), ("b", 1)], [("b", 1), ("a", 1)], True, {Doubt.RENUMBERED}),
        ([("a", 1), ("b", 1)], [("b", 1), ("a", 1)], False, set()),
        ([], [("s", 1), ("s", 2)], False, {Doubt.COPIES_DIFFER}),
        ([], [("s", 1), ("s", 1)], False, set()),
        ([(None, 1)], [(None, 2)], True, set()),
    ],
)
def test_doubts(earlier, now, same, found):
    assert doubts(index_of(*earlier), index_of(*now), same_connection=same) == found


@pytest.mark.parametrize("doubt", [Doubt.RESIZED, Doubt.COPIES_DIFFER])
async def test_where_no_look_can_tell_a_message_that_was_read_is_marked_anew_by_its_number(doubt):
    server = FickleServer(mails("a", "b"))
    server.top = False
    async with signed_in(server) as mailbox:
        download = await reader(mailbox).fetch(by_number(mailbox, 1).id)
        await download.finished()
        await reader(mailbox).peek(by_number(mailbox, 1).id)
        mailbox.lease.habit.doubts.add(doubt)
        mark(mailbox, 1)
        with pytest.raises(CommitFailed):
            await commit(mailbox).run()
        assert subjects(mailbox) == [None, None]
        mark(mailbox, 1)
        assert (await commit(mailbox).run()).verified
    assert left(server) == "b"
