"""Headers come in by themselves, and go on after a break."""

import asyncio
import threading
from contextlib import asynccontextmanager

import pytest

from app.mailbox import MailboxInUse, Sort, SortKey
from app.mailbox.headers import parse_headers
from app.mime import Summary, summarise
from tests.support.maildrop import plain
from tests.support.proxy import Link
from tests.support.scripted import ScriptedServer

from .opening import (
    line_of,
    loaded,
    mailbox_at,
    maildrop,
    opened,
    reader,
    until,
)


@asynccontextmanager
async def loading(messages: int = 400):
    """A mailbox on a slow line whose headers are still coming in."""
    drop = maildrop(plain(messages, octets=500), pipelining=False, exclusive=True)
    async with ScriptedServer(drop) as server, Link(server.host, server.port, rtt=0.02) as link:
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        try:
            yield mailbox, drop
        finally:
            await mailbox.close()
            await asyncio.sleep(0.02)


async def test_headers_that_load_hold_the_lock_only_while_somebody_acts():
    async with loading() as (mailbox, drop):
        mailbox.lease.used -= 60
        mailbox.tenancy.attend()
        assert not await mailbox.tenancy.release_if_idle(30)
        mailbox.lease.attended -= 60
        assert await mailbox.tenancy.release_if_idle(30)
        assert mailbox.lease.held_seconds is None
        assert drop.commands[-1] == "QUIT"
        progress = mailbox.headers.progress
        assert (progress.running, progress.stopped) == (False, True)
        assert progress.known < 400


async def test_headers_cut_off_by_an_idle_release_go_on_when_the_list_is_looked_at():
    async with loading(30) as (mailbox, drop):
        mailbox.lease.used -= 60
        assert await mailbox.tenancy.release_if_idle(30)
        mailbox.headers.come_back(line_of(mailbox))
        mailbox.headers.come_back(line_of(mailbox))  # once is enough
        await until(lambda: mailbox.headers.progress.known == 30)
        assert len(drop.sessions) == 2
        assert drop.count("TOP") <= 31  # one may have been on its way
        await until(lambda: not mailbox.headers.progress.running)
        assert not mailbox.headers.progress.stopped
        assert mailbox.tenancy.idle(30)  # to load on is no use of the lock
        await mailbox.tenancy.release()
        mailbox.headers.come_back(line_of(mailbox))
        await asyncio.sleep(0.05)
        assert mailbox.lease.held_seconds is None  # there is nothing to go on with


async def test_a_lock_that_a_person_gave_back_is_not_taken_again_by_looking():
    async with loading() as (mailbox, _):
        await mailbox.tenancy.release()
        mailbox.headers.come_back(line_of(mailbox))
        await asyncio.sleep(0.05)
        assert mailbox.lease.held_seconds is None
        assert mailbox.headers.progress.stopped
        await mailbox.headers.resume(line_of(mailbox))
        assert mailbox.headers.progress.running


async def test_to_stop_loading_takes_back_that_it_goes_on_when_the_list_is_looked_at():
    async with loading() as (mailbox, _):
        mailbox.lease.used -= 60
        assert await mailbox.tenancy.release_if_idle(30)
        await mailbox.headers.pause()
        mailbox.headers.come_back(line_of(mailbox))
        assert mailbox.headers._resuming is None


async def test_a_server_that_refuses_is_asked_once_by_itself(monkeypatch):
    monkeypatch.setattr("app.mailbox.lease._PAUSES", (0.05, 0.05))
    async with loading() as (mailbox, drop):
        mailbox.lease.used -= 60
        assert await mailbox.tenancy.release_if_idle(30)
        drop.quirks.refuse_login = b"-ERR [IN-USE] your telephone reads"
        before = len(drop.sessions)
        mailbox.headers.come_back(line_of(mailbox))
        await until(
            lambda: mailbox.headers._resuming is not None and mailbox.headers._resuming.done()
        )
        asked = len(drop.sessions)
        assert asked > before
        mailbox.headers.come_back(line_of(mailbox))
        await asyncio.sleep(0.05)
        assert len(drop.sessions) == asked
        with pytest.raises(MailboxInUse):
            await reader(mailbox).stat()  # a click tells
        assert mailbox.headers.progress.stopped


async def test_a_line_that_breaks_while_headers_load_is_taken_up_again():
    drop = maildrop(plain(30), pipelining=False)
    async with ScriptedServer(drop) as server, Link(server.host, server.port, rtt=0.01) as link:
        mailbox = mailbox_at(link.host, link.port)
        await line_of(mailbox).hold()
        await until(lambda: mailbox.headers.progress.known >= 5)
        link.drop(reset=True)
        await until(lambda: mailbox.headers.progress.known == 30)
        assert len(drop.sessions) == 2
        await mailbox.close()
        await asyncio.sleep(0.02)


async def test_a_line_that_breaks_at_each_header_is_not_taken_up_for_ever():
    drop = maildrop(plain(30), pipelining=False, drop_at_command=9)  # after the first TOP
    async with opened(drop) as mailbox:
        await until(lambda: mailbox.headers.resumptions == 5)
        await until(
            lambda: mailbox.lease.held_seconds is None and not mailbox.headers.progress.running
        )
        await asyncio.sleep(0.1)
        assert len(drop.sessions) == 6
        assert mailbox.headers.progress.stopped


async def test_headers_are_parsed_aside_for_a_page_that_shows_them(monkeypatch):
    threads: list[int] = []

    def parse(raw: bytes) -> Summary:
        threads.append(threading.get_ident())
        return summarise(raw)

    monkeypatch.setattr("app.mailbox.models.summarise", parse)
    async with opened(maildrop(plain(6))) as mailbox:
        await loaded(mailbox)
        assert not threads  # nobody has looked yet
        await parse_headers(list(mailbox.index)[:2])
        await parse_headers(list(mailbox.index)[:2])
        assert len(threads) == 2
        by_subject = await mailbox.listing.ordered(Sort(SortKey.SUBJECT, descending=True))
        assert [message.number for message in by_subject] == [6, 5, 4, 3, 2, 1]
        assert len(threads) == 6
        assert threading.get_ident() not in threads
