"""Messages as files: their names, streaming in bounded memory, and downloads that break off."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import message_name
from app.web.reader.files import disposition
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, digest, huge, plain
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Script, Serving

pytestmark = pytest.mark.heavy

MIB = 1024 * 1024


def named(subject: str | None) -> Any:
    summary = None if subject is None else SimpleNamespace(subject=subject)
    return SimpleNamespace(number=7, summary=summary)


@pytest.mark.parametrize(
    ("subject", "plain_name", "name"),
    [
        ("Invoice 7", "Invoice 7.eml", "Invoice 7.eml"),
        (None, "message-7.eml", "message-7.eml"),
        ("", "message-7.eml", "message-7.eml"),
        ("...", "message-7.eml", "message-7.eml"),
        ("/etc/passwd", "etc passwd.eml", "etc passwd.eml"),
        ("..\\..\\boot", "boot.eml", "boot.eml"),
        ('a"b; filename=x', "a b filename x.eml", "a b filename x.eml"),
        ("one\r\nSet-Cookie: a=b", "one Set-Cookie a b.eml", "one Set-Cookie a b.eml"),
        ("Grüße", "Gr__e.eml", "Grüße.eml"),
        ("Gru\u0308\u00dfe", "Gr__e.eml", "Grüße.eml"),
        ("हिन्दी", "______.eml", "हिन्दी.eml"),
        ("請求書", "___.eml", "請求書.eml"),
        ("a\u202egnp.exe", "a gnp.exe.eml", "a gnp.exe.eml"),
        ("tab\tand\x00nul", "tab and nul.eml", "tab and nul.eml"),
        ("\udcff\ud800x", "x.eml", "x.eml"),
    ],
)
def test_a_file_is_named_after_the_subject(subject, plain_name, name):
    shown = disposition(message_name(named(subject)))
    kind, old, new = shown.split("; ")
    assert (kind, old) == ("attachment", f'filename="{plain_name}"')
    assert unquote(new.removeprefix("filename*=UTF-8''")) == name


@given(st.text(alphabet=st.characters(), max_size=400))
def test_no_subject_breaks_out_of_the_header(subject):
    shown = disposition(message_name(named(subject)))
    assert shown.isascii()
    assert shown.isprintable()
    assert shown.count('"') == 2
    assert shown.count("; ") == 2
    name = unquote(shown.partition("filename*=UTF-8''")[2], errors="strict")
    assert 5 <= len(name.encode()) <= 255
    assert not set(name) & set('/\\:"<>|?*\0')
    assert not name.startswith((".", " "))


# In a process of its own, over real sockets


@asynccontextmanager
async def arriving(popscope: RunningPopscope, server: Serving) -> AsyncIterator[Script]:
    """A script at a running Popscope, signed in to a server of this test."""
    async with httpx.AsyncClient(base_url=popscope.url, timeout=60) as http:
        yield await Script.signed_in(http, server)


@pytest.fixture(scope="module")
def popscope():
    with RunningPopscope() as running:
        yield running


async def idle(script: Script) -> None:
    """Wait until all headers are known, so that a measurement is of the download alone."""
    for _ in range(200):
        listed = await script.get("/list")
        if all(message["headers_known"] for message in listed["messages"]):
            return
        await asyncio.sleep(0.02)
    pytest.fail("the headers never came")


async def test_256_mib_arrive_octet_for_octet_and_the_process_stays_small():
    large = huge(256 * MIB)
    fake = FakeMaildrop([large, *plain(2)])
    with RunningPopscope() as own:
        async with ScriptedServer(fake) as server, arriving(own, server) as script:
            await idle(script)
            id, small, _ = await script.ids()
            await script.ask("GET", f"/messages/{small}/retr")
            before = own.rss_bytes()
            taken, octets = hashlib.sha256(), 0
            path = f"/api/v1/messages/{id}/retr"
            async with script.http.stream("GET", path, headers=script.headers) as answer:
                assert answer.status_code == 200
                async for block in answer.aiter_raw(MIB):
                    taken.update(block)
                    octets += len(block)
            grown = own.peak_rss_bytes() - before
            assert (await script.get("/stat"))["messages"] == 3
        assert octets == large.octets
        assert taken.hexdigest() == digest(large)
        assert grown <= 16 * MIB, f"grew by {grown / MIB:.1f} MiB"


async def break_off(script: Script, id: str) -> None:
    """Read a little of a download, then go away."""
    path = f"/api/v1/messages/{id}/retr"
    async with script.http.stream("GET", path, headers=script.headers) as answer:
        assert answer.status_code == 200
        async for _ in answer.aiter_raw():
            break


@pytest.mark.parametrize(
    ("octets", "connections"),
    [
        (6 * MIB, 1),  # a small rest: read to its end on the same connection
        (20_000 * MIB, 2),  # a huge one: the connection is dropped, and a new one taken
    ],
)
async def test_after_a_cancelled_download_the_next_stat_is_right(popscope, octets, connections):
    fake = FakeMaildrop([huge(100_000), *plain(2)])
    fake.messages[0] = FakeMessage(huge(octets).content, uidl="big", octets=octets)
    expected = {"messages": 3, "octets": sum(message.octets for message in fake.messages)}
    async with ScriptedServer(fake) as server, arriving(popscope, server) as script:
        await idle(script)
        id, small, _ = await script.ids()
        await script.post("/dele", {"ids": [small]})
        await break_off(script, id)
        stat = await script.get("/stat")
        assert stat.pop("marked")["messages"] == 1
        assert stat == expected
        assert server.connections == connections
        again = await script.ask("GET", f"/messages/{small}/retr")
        assert again.content == fake.messages[1].content
        assert fake.count("DELE") == 0
        await script.ask("DELETE", "/session")


async def test_a_fast_server_does_not_keep_a_download_alive_that_nobody_wants(popscope):
    """Octets come in at every turn of the event loop; the browser's end must be noticed even so."""
    fake = FakeMaildrop([huge(100_000)])
    fake.messages[0] = FakeMessage(huge(20_000 * MIB).content, uidl="b", octets=20_000 * MIB)
    for _ in range(20):
        async with ScriptedServer(fake) as server, arriving(popscope, server) as script:
            (id,) = await script.ids()
            await break_off(script, id)
            async with asyncio.timeout(10):
                await script.get("/stat")
            await script.ask("DELETE", "/session")


async def test_many_cancelled_downloads_leave_the_session_usable(popscope):
    fake = FakeMaildrop([huge(3 * MIB, uidl=f"m{n}") for n in range(4)])
    async with ScriptedServer(fake) as server, arriving(popscope, server) as script:
        await idle(script)
        ids = await script.ids()
        await asyncio.gather(*(break_off(script, id) for id in ids))
        assert (await script.get("/stat"))["messages"] == 4
        whole = await script.ask("GET", f"/messages/{ids[3]}/retr")
        assert hashlib.sha256(whole.content).hexdigest() == digest(fake.messages[3])


@pytest.mark.parametrize("how", ["close_at", "reset_at"])
async def test_a_body_that_breaks_off_is_not_taken_for_whole(popscope, how):
    quirks = Quirks()
    large = FakeMessage(b"Subject: s\r\n\r\n" + b"x" * 2 * MIB + b"\r\n")
    fake = FakeMaildrop([large], quirks=quirks)
    async with ScriptedServer(fake) as server, arriving(popscope, server) as script:
        await idle(script)
        (id,) = await script.ids()
        setattr(quirks, how, "RETR body")
        try:
            answer = await script.ask("GET", f"/messages/{id}/retr")
        except httpx.RemoteProtocolError:  # broken off in the middle
            assert "Traceback" not in popscope.output
        else:  # or before its beginning was passed on
            assert answer.status_code == 502
        setattr(quirks, how, None)
        whole = await script.ask("GET", f"/messages/{id}/retr")
        assert whole.content == large.content


async def test_a_slow_reader_holds_the_server_back(popscope):
    """Nobody reads for a moment: what piles up here is bounded."""
    octets = 400 * MIB
    fake = FakeMaildrop([FakeMessage(huge(octets).content, uidl="big", octets=octets)])
    async with ScriptedServer(fake) as server, arriving(popscope, server) as script:
        await idle(script)
        (id,) = await script.ids()
        before = popscope.rss_bytes()
        path = f"/api/v1/messages/{id}/retr"
        async with script.http.stream("GET", path, headers=script.headers) as answer:
            assert answer.status_code == 200
            await asyncio.sleep(1.0)
            assert popscope.rss_bytes() - before <= 16 * MIB
