import asyncio
import email
import email.policy
import time
import tracemalloc
from collections import Counter
from datetime import UTC, datetime

import pytest

from app.demo import DemoServer, Message, build_mailbox

from .wire import dialled

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
KEPT_DOMAINS = ("example", "test", "invalid")


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    return build_mailbox(NOW)


def whole(message: Message) -> bytes:
    return b"".join(message.chunks())


def test_its_size_and_shape(messages):
    assert 1150 <= len(messages) <= 1280
    total = sum(message.octets for message in messages)
    assert 390e6 < total < 430e6
    large = sorted((m.octets for m in messages if m.octets > 10e6), reverse=True)
    assert len(large) == 13
    assert round(large[0] / 1e6, 1) == 61.2
    assert round(large[1] / 1e6, 1) == 37.9
    assert sum(1e6 < m.octets <= 10e6 for m in messages) >= 20
    assert sum(1e5 < m.octets <= 1e6 for m in messages) >= 100


def test_sizes_are_exact(messages):
    """All but the largest; of those the two ends of the list."""
    large = sorted((m for m in messages if m.octets > 2_000_000), key=lambda m: m.octets)
    for message in [m for m in messages if m.octets <= 2_000_000] + [large[0], large[-1]]:
        assert sum(len(chunk) for chunk in message.chunks()) == message.octets, message.uidl


def test_line_ends_and_pieces(messages):
    for message in messages:
        if message.octets > 1_000_000:
            continue
        octets = whole(message)
        assert octets.endswith(b"\r\n")
        assert b"\0" not in octets
        assert octets.count(b"\n") == octets.count(b"\r\n"), "an LF without a CR"
        assert b"\r\n\r\n" not in message.head[:-2] or message.head.startswith(b"\r\n")


def test_the_same_now_and_seed_give_the_same_mailbox(messages):
    again = build_mailbox(NOW)
    assert again == messages
    other = build_mailbox(NOW, seed=2)
    assert [m.octets for m in other] != [m.octets for m in messages]
    assert {m.uidl for m in other}.isdisjoint(m.uidl for m in messages)


def test_uidls_are_unique_and_in_the_allowed_characters(messages):
    uidls = [message.uidl for message in messages]
    assert len(set(uidls)) == len(uidls)
    assert all(1 <= len(u) <= 70 and all("!" <= c <= "~" for c in u) for u in uidls)


def test_it_is_made_quickly_and_is_small():
    start = time.thread_time()
    build_mailbox(NOW)
    assert time.thread_time() - start < 1, "seconds; a fifth of it on a machine that is not busy"
    tracemalloc.start()
    try:
        kept = build_mailbox(NOW)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept
    assert peak < 20 * 1024 * 1024


def test_dates_span_three_years_up_to_now(messages):
    arrivals = []
    for message in messages:
        received = email.message_from_bytes(message.head).get_all("Received")
        if received:
            stamp = received[0].rpartition(";")[2].strip()
            arrivals.append(email.utils.parsedate_to_datetime(stamp))
    assert arrivals == sorted(arrivals)
    assert (NOW - arrivals[-1]).total_seconds() < 86_400
    assert arrivals[-1] <= NOW
    assert 2.9 < (NOW - arrivals[0]).days / 365 < 3.1
    months = Counter((when.year, when.month) for when in arrivals)
    assert len(months) in (36, 37)


def test_only_domains_that_belong_to_nobody_are_named(messages):
    for message in messages:
        for name in ("From", "To", "Return-Path", "Message-ID", "Sender"):
            value = str(email.message_from_bytes(message.head).get(name, ""))
            for piece in value.split("@")[1:]:
                domain = piece.split(">")[0].split()[0].rstrip(",")
                assert domain.rpartition(".")[2] in KEPT_DOMAINS, value


def test_many_charsets_and_kinds_are_there(messages):
    octets = b"".join(whole(m)[:4000].lower() for m in messages if m.octets < 1_000_000)
    for needle in (
        b"iso-8859-1", b"iso-8859-2", b"iso-8859-7", b"iso-8859-9", b"iso-8859-15", b"iso-2022-jp",
        b"gb18030", b"koi8-r", b"euc-kr", b"windows-1256", b"utf-8", b"list-unsubscribe-post",
        b"text/calendar", b"multipart/report", b"message/rfc822", b"in-reply-to", b"format=flowed",
    ):  # fmt: skip
        assert needle in octets, needle


def test_header_sections_have_the_size_of_real_ones(messages):
    sizes = sorted(len(message.head) for message in messages)
    assert 1_000 < sizes[len(sizes) // 2] < 3_000
    assert sizes[len(sizes) // 20] > 600
    assert sizes[-len(sizes) // 20] < 4_000


async def test_every_retr_is_what_list_says_and_what_top_begins(messages):
    """All messages below 300 KB and one of more than 10 MB, over the wire."""

    def run(demo: DemoServer) -> int:
        count = 0
        with dialled(demo) as wire:
            sizes = [int(row.split()[1]) for row in wire.fetch(b"LIST").splitlines()]
            chosen = [n for n, size in enumerate(sizes, 1) if size < 300_000]
            chosen.append(next(n for n, size in enumerate(sizes, 1) if size > 10_000_000))
            assert wire.ask(b"STAT") == b"+OK %d %d" % (len(sizes), sum(sizes))
            for number in chosen:
                body = wire.fetch(b"RETR %d" % number)
                assert len(body) == sizes[number - 1], number
                head = messages[number - 1].head
                # Not splitlines(): a lone CR does not end a line here.
                lines = body[len(head) :].split(b"\n")
                for k in (0, 7):
                    expected = head + b"".join(line + b"\n" for line in lines[:-1][:k])
                    assert wire.fetch(b"TOP %d %d" % (number, k)) == expected, number
                count += 1
            assert wire.ask(b"QUIT").startswith(b"+OK")
        return count

    async with DemoServer(messages=messages) as demo:
        assert await asyncio.to_thread(run, demo) > 1_000


async def test_the_server_builds_the_mailbox_by_itself():
    start = time.monotonic()
    async with DemoServer() as demo:
        assert time.monotonic() - start < 3
        assert len(demo.messages) > 1_000
