"""Headers within a budget: what is over it is read again when it is looked at."""

import contextlib
from collections.abc import AsyncIterator

from app.mailbox import Allowances, Mailbox, Notice, Pot
from app.mailbox import kept_headers as module
from app.mailbox.allowance import Share
from app.mailbox.kept_headers import KeptHeaders
from app.mailbox.models import Header
from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.scripted import ScriptedServer

from .opening import by_number, commit, line_of, loaded, mailbox_at, maildrop, mark, told, until

LINE = b"To: " + b"a@example.org, " * 60 + b"\r\n"  # some 900 octets of every header


def header(octets: int) -> Header:
    made = Header()
    made.learn(b"Date: Tue, 01 Dec 2026 03:00:00 +0000\r\nSubject: " + b"x" * octets, 1)
    return made


def test_the_oldest_go(monkeypatch):
    monkeypatch.setattr(module, "PAGE", 1)
    kept = KeptHeaders(Share(pot := Pot(1000)))
    one, two, three = header(300), header(300), header(300)
    assert (kept.keep(one), kept.keep(two), kept.full) == (0, 0, False)
    assert (kept.keep(three), kept.full) == (1, True)
    assert (one.position, one.summary, one.kept_octets) == (0, None, 0)
    assert one.digest != header(301).digest != b""
    assert two.summary is not None
    assert pot.left == 1000 - two.kept_octets - three.kept_octets


def test_as_many_as_a_page_shows_are_kept_in_any_case(monkeypatch):
    monkeypatch.setattr(module, "PAGE", 2)
    kept = KeptHeaders(Share(Pot(10)))
    some = [header(300) for _ in range(4)]
    assert [kept.keep(one) for one in some] == [0, 0, 1, 1]
    assert [one.position for one in some] == [0, 0, 1, 1]


def test_the_same_header_counts_once():
    kept = KeptHeaders(Share(pot := Pot(1000)))
    one = header(300)
    for _ in range(5):
        assert kept.keep(one) == 0
    assert pot.left == 1000 - one.kept_octets


def test_room_of_messages_that_are_gone_is_for_others(monkeypatch):
    monkeypatch.setattr(module, "PAGE", 1)
    kept = KeptHeaders(Share(pot := Pot(800)))
    some = [header(300) for _ in range(3)]
    for one in some:
        kept.keep(one)
    assert kept.full
    kept.only({*some[2:]})
    assert not kept.full
    assert pot.left == 800 - some[2].kept_octets
    kept.close()
    assert pot.left == 800


@contextlib.asynccontextmanager
async def opened(
    drop: FakeMaildrop, monkeypatch, *, octets: int, page: int = 2
) -> AsyncIterator[Mailbox]:
    monkeypatch.setattr(module, "PAGE", page)
    async with ScriptedServer(drop) as server:
        allowances = Allowances(headers=Pot(octets), header_octets=octets)
        mailbox = mailbox_at(server.host, server.port, allowances=allowances)
        try:
            await line_of(mailbox).hold()
            await loaded(mailbox)
            yield mailbox
        finally:
            await mailbox.close()


def drop_of(count: int, **quirks: object) -> FakeMaildrop:
    heads = (
        b"Date: Tue, 01 Dec 2026 03:00:00 +0000\r\nSubject: %d\r\n" % n + LINE for n in range(count)
    )
    return maildrop(
        [FakeMessage(head + b"\r\ntext\r\n", uidl=f"u{n}") for n, head in enumerate(heads)],
        **quirks,
    )


async def test_headers_stay_within_the_budget_and_the_others_are_read_when_looked_at(monkeypatch):
    drop = drop_of(40)
    async with opened(drop, monkeypatch, octets=5000) as mailbox:
        known = [message for message in mailbox.index if message.headers_known]
        assert len(known) == 5 == mailbox.listing.known
        assert told(mailbox)[Notice.HEADERS_LEFT] == 35
        asked = len(drop.commands)
        unknown = [message for message in mailbox.index if not message.headers_known][:2]
        mailbox.headers.prefer(unknown)
        await until(lambda: all(message.headers_known for message in unknown))
        await loaded(mailbox)
        assert [message.summary.subject for message in unknown if message.summary] == [
            str(message.number - 1) for message in unknown
        ]
        assert len(drop.commands) == asked + 2
        assert mailbox.listing.known == 5
        mailbox.headers.prefer(unknown)
        assert not mailbox.headers.loading


async def test_reading_on_unasked_ends_when_there_is_no_room(monkeypatch):
    drop = drop_of(200, pipelining=False)
    async with opened(drop, monkeypatch, octets=5000):
        assert sum(command.startswith("TOP") for command in drop.commands) < 20


async def test_a_message_whose_header_was_let_go_is_told_from_others_as_before(monkeypatch):
    drop = drop_of(12)
    async with opened(drop, monkeypatch, octets=3000) as mailbox:
        gone = next(m for m in mailbox.index if m.header.digest and not m.headers_known)
        mark(mailbox, gone.number)
        await mailbox.tenancy.release()
        await line_of(mailbox).hold()
        assert mailbox.marks
        receipt = await commit(mailbox).run()
        assert receipt.gone == 1
        assert len(drop.messages) == 11


async def test_what_is_deleted_makes_room(monkeypatch):
    async with opened(drop_of(8), monkeypatch, octets=5000) as mailbox:
        assert Notice.HEADERS_LEFT in told(mailbox)
        mark(mailbox, 1, 2, 3, 4)
        assert (await commit(mailbox).run()).gone == 4
        await loaded(mailbox)
        assert Notice.HEADERS_LEFT not in told(mailbox)
        assert all(message.headers_known for message in mailbox.index)
        assert by_number(mailbox, 1).summary is not None
