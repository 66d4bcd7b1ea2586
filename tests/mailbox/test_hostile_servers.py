"""Servers that do their worst: a plain error, or it goes on; bounded, and nobody else waits.

Each is met with limits that are lowered, by a person who signs in, waits for the headers, looks at
a message and signs out, while somebody else works at a server that is right.
"""

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from app.mailbox import Allowances, Mailbox, MailboxError, Pot
from app.pop3 import Fault, Limits, Pop3Error, RemoteProtocolError, commands
from app.transport import Timeouts, TransportError
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks
from tests.support.messages import plain
from tests.support.scripted import Peer, Script, ScriptedServer, endless, send, stall, steps

from .opening import line_of, loaded, mailbox_at, reader

MIB = 1024 * 1024
ROWS, WORDS, KEPT = 1000, 8 * 1024, 64 * 1024  # rows, octets of CAPA and of headers
LIMITS = Limits(
    listing_entries=ROWS,
    listing_octets=2 * MIB,
    words_octets=WORDS,
    words_entries=100,
    rows_at_once=200,
)
QUICK = Timeouts(connect=0.5, stall=0.4, reader=1)
GREETING = b"+OK ready\r\n"
LONG = b"x" * 10_240
NULS = b"\0" * 100
TOO_MANY = Fault.TOO_MANY_ENTRIES

Play = Callable[[], Script]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a server does, and whether a person gets on with it."""

    name: str
    play: Play
    goes_on: bool = False
    fault: Fault | None = None


def says(name: str, *words: bytes, fault: Fault | None = None, then: Any = None) -> Behaviour:
    """A server that is bad from its first words."""
    return Behaviour(name, lambda: steps(*map(send, words), then or stall()), fault=fault)


def drop(name: str, *, ok: bool = False, fault: Fault | None = None, **quirks: Any) -> Behaviour:
    """A server with three messages that is bad in one way."""
    messages = quirks.pop("messages", plain(3))
    quirks |= quirks.pop("quirks", {})
    return Behaviour(name, lambda: FakeMaildrop(messages, quirks=Quirks(**quirks)), ok, fault)


def answers(name: str, verb: str, said: bytes, **more: Any) -> Behaviour:
    return drop(name, replies={verb: said}, **more)


def floods(name: str, verb: str, start: bytes, block: bytes, **more: Any) -> Behaviour:
    return drop(name, replies={verb: (start, block)}, **more)


def sasl(name: str, said: bytes, means: str = "CRAM-MD5", **more: Any) -> Behaviour:
    return drop(name, replies={"AUTH": said}, announce=(f"SASL {means}",), **more)


async def hang_up(peer: Peer) -> None:
    peer.close()


async def reset(peer: Peer) -> None:
    peer.reset()


def listing(rows: bytes) -> bytes:
    return b"+OK\r\n" + rows + b".\r\n"


def big(count: int) -> list[FakeMessage]:
    """Messages whose headers have 60 KiB each."""
    return [
        FakeMessage(b"To: " + b"a@b.example, " * 5000 + b"\r\n\r\n%d\r\n" % n, uidl=f"u{n}")
        for n in range(count)
    ]


BROKEN = [
    ("is silent", "stall_at"),
    ("hangs up", "close_at"),
    ("resets", "reset_at"),
]
MANY = b"".join(b"%d 5\r\n" % n for n in range(1, 20_001))

BEHAVIOURS = [
    # The greeting
    says("greeting without end", then=endless(LONG), fault=Fault.LINE_TOO_LONG),
    says("greeting of 10 KiB", b"+OK " + LONG + b"\r\n", fault=Fault.LINE_TOO_LONG),
    says("greeting of NULs", NULS + b"\r\n", fault=Fault.NOT_POP3),
    says("empty greeting", b"\r\n", fault=Fault.NOT_POP3),
    says("web server", b"HTTP/1.1 400 Bad Request\r\n\r\n", fault=Fault.NOT_POP3),
    says("SMTP", b"220 mail ESMTP\r\n", fault=Fault.NOT_POP3),
    says("IMAP", b"* OK IMAP4rev1\r\n", fault=Fault.NOT_POP3),
    says("SSH", b"SSH-2.0-OpenSSH_9.6\r\n", fault=Fault.NOT_POP3),
    says("TLS alert", b"\x15\x03\x01\x00\x02\x02\x46", fault=Fault.NOT_POP3),
    says("garbage", bytes(range(128, 256)) * 4 + b"\n", fault=Fault.NOT_POP3),
    says("refusing greeting of 8,000 octets", b"-ERR " + b"n" * 7990 + b"\r\n"),
    says("silence"),
    says("hangs up at once", then=hang_up),
    says("resets at once", then=reset),
    says("two greetings", GREETING * 2, fault=Fault.UNSOLICITED),
    says("greeting and a flood", GREETING, then=endless(b"+OK\r\n" * 1000)),
    says("half a greeting", b"+O", then=hang_up),
    # CAPA
    floods("CAPA without end", "CAPA", b"+OK\r\n", b"X-A B\r\n" * 500, fault=TOO_MANY),
    floods("CAPA of one line", "CAPA", b"+OK\r\n", LONG, fault=Fault.LINE_TOO_LONG),
    floods("CAPA of mechanisms", "CAPA", b"+OK\r\nSASL", b" M" * 5000, fault=Fault.LINE_TOO_LONG),
    floods("CAPA of SASL lines", "CAPA", b"+OK\r\n", b"SASL A\r\n" * 99, fault=TOO_MANY),
    answers("CAPA of NULs", "CAPA", listing(NULS + b"\r\n"), ok=True),
    answers("CAPA of 30 digits", "CAPA", listing(b"EXPIRE %s\r\n" % (b"9" * 30)), ok=True),
    answers("two answers to CAPA", "CAPA", listing(b"UIDL\r\n") * 2, fault=Fault.UNSOLICITED),
    # Signing in
    sasl("challenge of 8,000 octets", b"+ " + b"QUJD" * 2000 + b"\r\n-ERR no\r\n"),
    sasl("challenge of 10 KiB", b"+ " + LONG + b"\r\n", fault=Fault.LINE_TOO_LONG),
    sasl("challenge that is no base64", b"+ !!!\r\n-ERR no\r\n"),
    sasl("challenges without end", b"+ !!!\r\n" * 50, fault=Fault.UNSOLICITED),
    sasl("10^9 iterations", b"+ cj1hLHM9YixpPTEwMDAwMDAwMDA=\r\n-ERR no\r\n", means="SCRAM-SHA-1"),
    answers("two answers to USER", "USER", b"+OK\r\n+OK\r\n", fault=Fault.UNSOLICITED),
    answers("two answers to PASS", "PASS", b"+OK\r\n+OK\r\n", fault=Fault.UNSOLICITED),
    answers("PASS with NULs", "PASS", b"-ERR " + NULS + b"\r\n"),
    answers("PASS with a status that is none", "PASS", b"550 no\r\n", fault=Fault.BAD_STATUS),
    floods("PASS without end", "PASS", b"-ERR ", LONG, fault=Fault.LINE_TOO_LONG),
    drop("reply before USER", before_reply={"USER": b"+OK\r\n"}, fault=Fault.UNSOLICITED),
    # Listings
    answers("20,000 rows", "LIST", listing(MANY), ok=True),
    floods("LIST without end", "LIST", b"+OK\r\n", b"1 5\r\n" * 1000, fault=TOO_MANY),
    floods("UIDL without end", "UIDL", b"+OK\r\n", b"1 u\r\n" * 1000, fault=TOO_MANY),
    floods("rows of nothing", "LIST", b"+OK\r\n", b"\r\n" * 1000, fault=TOO_MANY),
    floods("a row without end", "LIST", b"+OK\r\n1 ", b"9" * 5000, fault=Fault.LINE_TOO_LONG),
    answers("sizes below zero", "LIST", listing(b"1 -5\r\n2 -1\r\n3 -0\r\n"), ok=True),
    answers("sizes of 10^30", "LIST", listing(b"1 1%s\r\n2 5\r\n3 5\r\n" % (b"0" * 30)), ok=True),
    answers("sizes of 10^17", "LIST", listing(b"1 1%s\r\n2 5\r\n3 5\r\n" % (b"0" * 17)), ok=True),
    answers("numbers of 10^30", "LIST", listing(b"1%s 5\r\n" % (b"0" * 30)), ok=True),
    answers("number zero", "LIST", listing(b"0 5\r\n1 5\r\n2 5\r\n3 5\r\n"), ok=True),
    answers("numbers twice", "LIST", listing(b"1 5\r\n1 6\r\n1 7\r\n"), ok=True),
    answers("numbers out of order", "LIST", listing(b"3 5\r\n1 5\r\n2 5\r\n"), ok=True),
    answers("rows of NULs", "LIST", listing(NULS + b"\r\n1 5\r\n"), ok=True),
    answers("unique-ids of 300 octets", "UIDL", listing(b"1 %s\r\n" % (b"u" * 300)), ok=True),
    answers("unique-ids of 10 KiB", "UIDL", listing(b"1 %s\r\n" % LONG), fault=Fault.LINE_TOO_LONG),
    answers("unique-ids of NULs", "UIDL", listing(b"1 \0\r\n2 a\0b\r\n"), ok=True),
    answers("unique-ids for others", "UIDL", listing(b"7 a\r\n8 b\r\n"), ok=True),
    drop("one unique-id for all", same_uidl=True, ok=True),
    answers("two listings for one", "UIDL", listing(b"1 a\r\n") * 2),
    answers("STAT of 10^17", "STAT", b"+OK 1%s 5\r\n" % (b"0" * 17), ok=True),
    answers("STAT below zero", "STAT", b"+OK -5 -5\r\n", ok=True),
    answers("STAT without numbers", "STAT", b"+OK\r\n", ok=True),
    # Headers and messages
    floods("TOP without end", "TOP", b"+OK\r\n", b"X: y\r\n" * 5000, ok=True),
    floods("TOP of one line", "TOP", b"+OK\r\nSubject: ", LONG * 10, ok=True),
    drop("headers of 60 KiB", messages=big(30), ok=True),
    answers("TOP of NULs", "TOP", b"+OK\r\n" + NULS + b"\r\n\r\n.\r\n", ok=True),
    answers("TOP refused", "TOP", b"-ERR no\r\n", ok=True),
    answers("two answers to TOP", "TOP", b"+OK\r\nA: b\r\n\r\n.\r\n+OK 1\r\n.\r\n", ok=True),
    answers("TOP with a status that is none", "TOP", b"what?\r\n"),
    answers("TOP of lone dots", "TOP", b"+OK\r\n" + b".\r\n" * 50, ok=True),
    # The end
    floods("words without end behind QUIT", "QUIT", b"+OK\r\n", b"bye\r\n" * 1000, ok=True),
    *(
        drop(f"{how} at {stage}", ok=stage in {"CAPA", "QUIT"}, quirks={quirk: stage})
        for how, quirk in BROKEN
        for stage in ("CAPA", "USER", "PASS", "UIDL", "LIST", "TOP", "TOP body", "QUIT")
    ),
]  # fmt: skip


@asynccontextmanager
async def somebody_else() -> AsyncIterator[Callable[[], int]]:
    """Works at a server that is right; tells how often that was answered so far."""
    async with ScriptedServer(FakeMaildrop(plain(1))) as server:
        mailbox = mailbox_at(server.host, server.port, user="bob")
        connection = await line_of(mailbox).hold()
        answered = 0

        async def work() -> None:
            nonlocal answered
            while True:
                await connection.execute(commands.noop())
                answered += 1

        task = asyncio.create_task(work())
        try:
            yield lambda: answered
        finally:
            task.cancel()
            await mailbox.close()


async def visit(mailbox: Mailbox) -> None:
    """What a person does."""
    await line_of(mailbox).hold()
    await loaded(mailbox)
    for message in list(mailbox.index)[:1]:
        await reader(mailbox).peek(message.id)


def test_the_table_is_as_long_as_it_is_said_to_be():
    assert len({one.name for one in BEHAVIOURS}) == len(BEHAVIOURS) >= 80


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.name.replace(" ", "-"))
async def test_a_plain_error_or_it_goes_on_and_others_are_answered(behaviour):
    error: Exception | None = None
    async with somebody_else() as answered, ScriptedServer(behaviour.play()) as server:
        mailbox = mailbox_at(
            server.host,
            server.port,
            timeouts=QUICK,
            limits=LIMITS,
            allowances=Allowances(headers=Pot(KEPT), header_octets=KEPT),
        )
        tracemalloc.start()
        before = answered()
        try:
            async with asyncio.timeout(20):
                await visit(mailbox)
        except (MailboxError, TransportError, Pop3Error) as caught:
            error = caught
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert answered() > before
        assert peak < 8 * MIB + 100 * KEPT  # the headers of one page are kept in any case
        assert len(mailbox.index) <= 2 * ROWS
        async with asyncio.timeout(15):
            await mailbox.close()
        server.failures.clear()  # of scripts that nobody heard to their ends
    if behaviour.goes_on:
        assert error is None or mailbox.listing.listed, error
    else:
        assert error is not None
    if behaviour.fault is not None:
        assert isinstance(error, RemoteProtocolError)
        assert error.fault is behaviour.fault


async def test_nothing_stays_of_a_hundred_sign_ins_that_failed():
    """Tasks, connections and their engines: gone without the collector's help, but for cycles."""
    plays = [
        one.play
        for one in BEHAVIOURS
        if one.fault is not None and "without end" not in one.name and "refusing" not in one.name
    ]

    async def fail(play: Play) -> None:
        async with ScriptedServer(play()) as server:
            mailbox = mailbox_at(server.host, server.port, timeouts=QUICK, limits=LIMITS)
            with pytest.raises((MailboxError, TransportError, Pop3Error)):
                await line_of(mailbox).hold()
            mailbox.headers.close()
            mailbox.listing.close()
            server.failures.clear()

    def held() -> dict[str, int]:
        gc.collect()
        kinds = ("Connection", "Engine", "Mailbox", "Pending", "Intake", "Index", "ListingReader")
        names = [type(one).__name__ for one in gc.get_objects()]
        return {kind: names.count(kind) for kind in kinds}

    await fail(plays[0])
    await asyncio.sleep(0.05)
    objects, tasks = held(), len(asyncio.all_tasks())
    for number in range(100):
        await fail(plays[number % len(plays)])
    await asyncio.sleep(0.05)
    assert held() == objects
    assert len(asyncio.all_tasks()) == tasks
