"""Servers that do not byte-stuff dots, or not everywhere: what came is shown, and no error."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from app.mailbox import Mailbox, Notice, Outcome
from app.pop3 import Fault, RemoteProtocolError
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.scripted import Peer, ScriptedServer

from .opening import (
    by_number,
    commit,
    line_of,
    loaded,
    mailbox_at,
    maildrop,
    mark,
    opened,
    reader,
    told,
)

TOP, RETR = frozenset({"TOP"}), frozenset({"RETR"})
NEVER = TOP | RETR
HEAD = b"From: a@b.example\r\nSubject: dots\r\n"
BEFORE = HEAD + b"\r\nbefore\r\n"
RESTS = (
    b"after the dot\r\n",
    b"+OK\r\nSubject: fake\r\n\r\nand its text\r\n",
    b"+OK\r\nSubject: fake\r\n\r\n.\r\n+OK\r\nSubject: another\r\n\r\n.\r\n",
    b"-ERR no such message\r\n+OK 1 100\r\n",
    b"",
)
SOME = [FakeMessage(BEFORE + b".\r\n" + rest + b"end\r\n", uidl="dot") for rest in RESTS]
LONG = FakeMessage(BEFORE + b".\r\n" + RESTS[1] + b"a line\r\n" * 4000, uidl="long")
HEADER = FakeMessage(HEAD + b".\r\n" + RESTS[1], uidl="header")


def among(one: FakeMessage, at: int = 3) -> list[FakeMessage]:
    """A message with six right ones around it."""
    some = plain(6)
    return [*some[:at], one, *some[at:]]


def subjects(mailbox: Mailbox) -> list[str]:
    """What the list shows, in server order."""
    ordered = sorted(mailbox.index, key=lambda message: message.number)
    return [message.summary.subject if message.summary else "?" for message in ordered]


async def settled(mailbox: Mailbox) -> None:
    """Until all headers are there, on whatever connection."""
    async with asyncio.timeout(10):
        while mailbox.headers.progress.known < mailbox.headers.progress.total:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def logins(drop: FakeMaildrop) -> int:
    return sum(any(line.startswith(("PASS", "AUTH")) for line in one) for one in drop.sessions)


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("bare", [TOP, NEVER], ids=["TOP", "never"])
@pytest.mark.parametrize("dotted", [*SOME, LONG], ids=[*"abcde", "long"])
async def test_a_peek_shows_the_beginning_and_no_error(dotted, bare, pipelining):
    drop = maildrop(among(dotted), bare=bare, pipelining=pipelining)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        for _ in range(2):
            peeked = await reader(mailbox).peek(by_number(mailbox, 4).id)
            assert peeked.contents.text.text == "before\n"
            assert (peeked.cut, peeked.complete, peeked.defects) == (True, False, ("cut-at-dot",))
        assert (await reader(mailbox).peek(by_number(mailbox, 4).id, 500)).cut
        assert drop.commands.count("TOP 4 0") == 1
        assert sum(line.startswith("TOP 4 ") for line in drop.commands) == 2  # and one peek
        assert not (await reader(mailbox).peek(by_number(mailbox, 5).id)).cut
        assert told(mailbox).keys() & {Notice.LONE_DOTS, Notice.PIPELINING_BROKE} == {
            Notice.LONE_DOTS
        }
        assert logins(drop) == 2


@pytest.mark.parametrize("one_octet", [False, True])
@pytest.mark.parametrize("at", [0, 2, 5])
async def test_headers_with_lone_dots_give_no_other_message_a_wrong_one(at, one_octet):
    some = among(HEADER, at)
    drop = maildrop(some, bare=TOP)
    async with ScriptedServer(drop, one_octet=one_octet) as server:
        mailbox = mailbox_at(server.host, server.port)
        await line_of(mailbox).hold()
        await settled(mailbox)
        expected = [m.summary.subject for m in await _rightly(some)]
        assert subjects(mailbox) == expected
        assert expected[at] == "dots"
        assert mailbox.lease.habit.unstuffed
        assert logins(drop) <= 3
        await mailbox.close()
        await asyncio.sleep(0.01)


async def _rightly(some: list[FakeMessage]) -> list[Any]:
    """What a server that stuffs shows of the same messages."""
    async with opened(maildrop(some)) as mailbox:
        await loaded(mailbox)
        return sorted(mailbox.index, key=lambda message: message.number)


async def test_many_such_headers_make_no_storm_of_sign_ins():
    some = [
        FakeMessage(HEAD + b".\r\n+OK\r\nSubject: fake\r\n\r\n%d\r\n" % n, uidl=f"u{n}")
        for n in range(40)
    ]
    drop = maildrop(some, bare=TOP)
    async with opened(drop) as mailbox:
        await asyncio.sleep(0.5)
        before = logins(drop)
        assert before <= 8
        await asyncio.sleep(0.3)
        assert logins(drop) == before
        assert set(subjects(mailbox)) <= {"dots", "?"}


@pytest.mark.parametrize("rest", RESTS)
async def test_a_whole_message_that_breaks_off_is_an_error_and_the_session_goes_on(rest):
    text = BEFORE + b".\r\n" + rest + b"end\r\n"
    drop = maildrop([FakeMessage(text), *plain(2)], bare=RETR)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        one = by_number(mailbox, 1)
        assert (await reader(mailbox).peek(one.id)).complete  # TOP is right
        async with reader(mailbox).retr(one.id) as (_, body):
            with pytest.raises(RemoteProtocolError) as caught:  # noqa: PT012 -- what came, and then
                async for block in body:
                    assert BEFORE.startswith(block)
        assert caught.value.fault is Fault.LONE_DOT
        download = await reader(mailbox).fetch(by_number(mailbox, 2).id)
        await download.finished()
        assert download.complete
        assert logins(drop) == 2


async def test_where_only_top_is_wrong_the_whole_message_is_whole():
    drop = maildrop([SOME[1], *plain(2)], bare=TOP)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        id = by_number(mailbox, 1).id
        assert (await reader(mailbox).peek(id)).cut
        download = await reader(mailbox).fetch(id)
        await download.finished()
        assert download.spool[:] == b"".join(SOME[1].blocks())
        assert (await reader(mailbox).peek(id)).complete


@pytest.mark.parametrize("bare", [TOP, RETR, NEVER], ids=["TOP", "RETR", "never"])
async def test_nothing_is_deleted_on_a_connection_that_brought_more_than_headers_of_marks(bare):
    drop = maildrop(among(SOME[2]), bare=bare)
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        one = by_number(mailbox, 4)
        await reader(mailbox).peek(one.id)
        await (await reader(mailbox).fetch(one.id))._task  # type: ignore[misc]
        assert not (await reader(mailbox).peek(by_number(mailbox, 5).id)).cut
        kept = [message for n, message in enumerate(drop.messages, 1) if n != 2]
        mark(mailbox, 2)
        receipt = await commit(mailbox).run()
        assert receipt.verified
        assert drop.messages == kept
        [deleting] = [one for one in drop.sessions if "DELE 2" in one]
        assert [line for line in deleting if line.startswith(("TOP", "RETR"))] == ["TOP 2 0"]


async def test_a_message_whose_header_breaks_off_can_be_deleted_with_others():
    drop = maildrop(among(HEADER), bare=TOP)
    async with opened(drop) as mailbox:
        await settled(mailbox)
        kept = [message for n, message in enumerate(drop.messages, 1) if n not in {2, 4}]
        mark(mailbox, 2, 4)
        assert (await commit(mailbox).run()).verified
        assert drop.messages == kept


async def test_what_the_server_agreed_to_and_did_not_do():
    drop = maildrop(plain(3), quit_deletes=False, refuse_dele=frozenset({3}))
    async with opened(drop) as mailbox:
        await loaded(mailbox)
        first, refused = mark(mailbox, 1, 3)
        receipt = await commit(mailbox).run()
        assert receipt.verified
        items = {item.id: item for item in receipt.items}
        assert (items[first].outcome, items[first].agreed) == (Outcome.STILL_THERE, True)
        assert (items[refused].outcome, items[refused].agreed) == (Outcome.STILL_THERE, False)
        drop.quirks.quit_reply, drop.quirks.refuse_dele = b"-ERR some were not removed", frozenset()
        mark(mailbox, 1)
        assert not any(item.agreed for item in (await commit(mailbox).run()).items)
        drop.quirks.quit_reply, drop.quirks.quit_deletes = b"+OK", True
        assert not any(item.agreed for item in (await commit(mailbox).run()).items)


class OddRows(FakeMaildrop):
    """Its LIST tells estimates, and its LIST n is answered in a way of its own."""

    row = b""

    async def _scan(self, peer: Peer, *rest: Any) -> None:
        number = rest[-1]
        if number:
            await self._say(peer, self.row % {b"n": int(number), b"size": 200})
        else:
            await super()._scan(peer, *rest)


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    "row",
    [
        b"-ERR no arguments, please",
        b"+OK %(n)d %(size)d",  # no estimate
        b"+OK %(size)d",
        b"+OK message %(n)d (217 octets)",
        b"+OK\r\n%(n)d 217\r\n.",
    ],
)
async def test_where_list_of_one_message_is_odd_it_proves_nothing_and_all_is_read(row, pipelining):
    some = [replace(message, listed=217) for message in plain(4)]
    drop = OddRows(some, quirks=Quirks(pipelining=pipelining))
    drop.row = row
    async with opened(drop) as mailbox:
        await settled(mailbox)
        await reader(mailbox).peek(by_number(mailbox, 1).id)  # ended early, for all that is known
        await reader(mailbox).peek(by_number(mailbox, 2).id)
        for number in (1, 2, 3):
            peeked = await reader(mailbox).peek(by_number(mailbox, number).id)
            assert (peeked.cut, len(peeked.contents.data)) == (False, 200)
            download = await reader(mailbox).fetch(by_number(mailbox, number).id)
            await download.finished()
            assert len(download.spool) == 200
        assert not told(mailbox).keys() & {Notice.LONE_DOTS, Notice.PIPELINING_BROKE}
        mark(mailbox, 2)
        assert (await commit(mailbox).run()).verified
        assert logins(drop) <= 4
        assert not mailbox.lease.habit.one_at_a_time


async def test_where_it_proves_nothing_what_comes_behind_a_lone_dot_still_tells():
    drop = OddRows([*plain(3), SOME[0]], quirks=Quirks(bare=NEVER))
    drop.row = b"-ERR no arguments, please"
    async with opened(drop) as mailbox:
        await settled(mailbox)
        for _ in range(2):
            peeked = await reader(mailbox).peek(by_number(mailbox, 4).id)
            assert (peeked.cut, peeked.contents.text.text) == (True, "before\n")
            assert not (await reader(mailbox).peek(by_number(mailbox, 2).id)).cut
        await reader(mailbox).peek(by_number(mailbox, 3).id)
        assert Notice.LONE_DOTS in told(mailbox)
