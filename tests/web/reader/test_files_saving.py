"""Save, then mark: marked when all of it went to the browser, and at no other time."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, digest, huge
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, heading, http_to, running, words

pytestmark = pytest.mark.heavy

MIB = 1024 * 1024
LETTER = b"Subject: dots\r\n\r\n.one\r\n..two\r\n.\r\nlast\r\n"
LARGE = 64 * MIB  # more than any buffer between Popscope and the browser


@dataclass
class Saver:
    """Somebody who saves the first message of a mailbox."""

    fake: FakeMaildrop
    script: Script
    id: str

    @property
    def http(self) -> httpx.AsyncClient:
        return self.script.http

    @property
    def path(self) -> str:
        return f"/mailbox/messages/{self.id}"

    async def save(self) -> httpx.Response:
        return await self.http.post(f"{self.path}/save-mark", headers=self.script.on_pages)

    def saving(self) -> AbstractAsyncContextManager[httpx.Response]:
        """The same, block by block."""
        path = f"{self.path}/save-mark"
        return self.http.stream("POST", path, headers=self.script.on_pages)

    async def fetch(self) -> None:
        """Waits until all of it is on Popscope's disk."""
        await self.http.post(f"{self.path}/whole", headers=self.script.on_pages)
        while (await self.script.get(f"/messages/{self.id}/peek?lines=1"))["complete"] is not True:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    async def break_off(self) -> None:
        """Reads a little, then goes away."""
        async with self.saving() as answer:
            assert answer.status_code == 200
            async for _ in answer.aiter_raw():
                break

    async def said(self) -> str:
        """The place on the page that tells how saving stands."""
        return (await self.http.get(f"{self.path}/saved", headers=self.script.on_pages)).text

    async def marked(self) -> int:
        session = await self.script.get("/session")
        return int(session["marked"]["messages"])

    async def until_said(self, part: str, *, there: bool = True) -> str:
        """Asks until a word is there, or is no longer."""
        for _ in range(500):
            said = await self.said()
            if (part in said) is there:
                return said
            await asyncio.sleep(0.02)
        raise AssertionError(f"{part!r} stays {'out' if there else 'there'}: {said}")


@asynccontextmanager
async def saver(http: httpx.AsyncClient, fake: FakeMaildrop) -> AsyncIterator[Saver]:
    async with ScriptedServer(fake) as server:
        script = await Script.signed_in(http, server)
        for _ in range(500):  # its subject is in the file's name
            if (await script.get("/list"))["messages"][0]["headers_known"]:
                break
            await asyncio.sleep(0.01)
        yield Saver(fake, script, (await script.ids())[0])
        await script.ask("DELETE", "/session")


@pytest.fixture(scope="module")
def popscope() -> Iterator[RunningPopscope]:
    with RunningPopscope() as own:
        yield own


@asynccontextmanager
async def outside(popscope: RunningPopscope, fake: FakeMaildrop) -> AsyncIterator[Saver]:
    """In a process of its own, over real sockets."""
    async with AsyncExitStack() as stack:
        http = httpx.AsyncClient(base_url=popscope.url, timeout=60)
        await stack.enter_async_context(http)
        yield await stack.enter_async_context(saver(http, fake))


# What the page says is about these words.
ON_ITS_WAY = "Being saved; not marked yet."
HOW_FAR = re.compile(r"<b>([\d.]+).([KM]?)B</b> of ([\d.]+.MB), (\d+)%")


async def test_it_is_marked_with_the_octets_and_the_digest_of_what_was_sent():
    fake = FakeMaildrop([FakeMessage(LETTER)])
    async with running() as app, http_to(app) as http, saver(http, fake) as one:
        assert "SHA-256" not in await one.said()
        answer = await one.save()
        assert answer.content == LETTER
        assert answer.headers["content-disposition"].startswith('attachment; filename="dots.eml"')
        said = await one.said()
        assert f"<b>{len(LETTER)} bytes saved; message marked for deletion.</b>" in said
        assert f"<code>{hashlib.sha256(LETTER).hexdigest()}</code>" in said
        assert await one.marked() == 1
        assert "every 700ms" not in said
        assert f'id="m-{one.id}" class="row marked current"' in said
        assert "1 message" in said
        assert "Unmark" in said


async def test_a_mark_that_was_taken_back_is_no_longer_claimed():
    fake = FakeMaildrop([FakeMessage(LETTER)])
    async with running() as app, http_to(app) as http, saver(http, fake) as one:
        await one.save()
        await one.script.post("/rset")
        said = await one.said()
        assert f"<b>{len(LETTER)} bytes saved.</b>" in said
        assert 'class="row current"' in said


async def test_a_message_that_is_here_already_is_sent_from_the_disk_and_marked():
    fake = FakeMaildrop([FakeMessage(LETTER)])
    async with running() as app, http_to(app) as http, saver(http, fake) as one:
        await one.fetch()
        for _ in range(2):
            answer = await one.save()
            assert answer.content == LETTER
            assert await one.marked() == 1
        assert fake.count("RETR") == 1


async def test_a_refusal_marks_nothing_and_is_an_error_page():
    fake = FakeMaildrop([FakeMessage(LETTER)], quirks=Quirks())
    async with running() as app, http_to(app) as http, saver(http, fake) as one:
        fake.quirks.replies = {"RETR": b"-ERR [SYS/TEMP] not today\r\n"}
        answer = await one.save()
        assert answer.status_code == 502
        assert "refused" in heading(answer)
        assert "not today" in words(answer)
        assert "attachment" not in answer.headers.get("content-disposition", "")
        assert await one.marked() == 0
        assert "bytes saved" not in await one.said()
        assert ON_ITS_WAY not in await one.said()


async def test_without_javascript_the_page_tells_it_at_the_next_look():
    fake = FakeMaildrop([FakeMessage(LETTER)])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        script = Script(http, http.cookies["popscope"])
        (id,) = await script.ids()
        page = await browser.open(f"/mailbox/messages/{id}")
        assert "Save, then mark" in words(page)
        await browser.send(f"/mailbox/messages/{id}/save-mark")
        page = await browser.open(f"/mailbox/messages/{id}")
        assert f"{len(LETTER)} bytes saved; message marked for deletion." in words(page)
        assert f"1 message, {len(LETTER)} B marked for deletion" in words(page)


async def test_a_form_of_another_site_saves_and_marks_nothing():
    fake = FakeMaildrop([FakeMessage(LETTER)])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        await Browser(http).sign_in(server)
        script = Script(http, http.cookies["popscope"])
        (id,) = await script.ids()
        path = f"/mailbox/messages/{id}/save-mark"
        for headers in ({}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            assert (await http.post(path, headers=headers)).status_code == 403
        assert fake.count("RETR") == 0
        assert (await script.get("/session"))["marked"]["messages"] == 0


# Over real sockets


async def test_a_large_one_is_on_its_way_until_all_of_it_went_out(popscope):
    large = huge(LARGE)
    async with outside(popscope, FakeMaildrop([large])) as one:
        taken, octets = hashlib.sha256(), 0
        async with one.saving() as answer:
            async for block in answer.aiter_raw(MIB):
                if not octets:
                    said = await one.said()
                    assert ON_ITS_WAY in said
                    assert 'hx-trigger="every 700ms"' in said
                    [(got, unit, whole, share)] = HOW_FAR.findall(said)
                    assert whole == f"{LARGE / 1e6:.1f} MB"
                    at_least = float(got) * (1e6 if unit == "M" else 1e3 if unit == "K" else 1)
                    assert 0 <= at_least < LARGE
                    assert abs(int(share) - 100 * at_least / LARGE) <= 1
                    assert "bytes saved" not in said
                    assert await one.marked() == 0
                taken.update(block)
                octets += len(block)
        assert octets == LARGE
        said = await one.until_said("bytes saved")
        assert "67,108,864 bytes saved; message marked for deletion." in said
        assert taken.hexdigest() == digest(large)
        assert taken.hexdigest() in said
        assert await one.marked() == 1


@pytest.mark.parametrize("here", [False, True])
async def test_a_browser_that_goes_away_in_the_middle_marks_nothing(popscope, here):
    """Whether it comes from the server or from the disk."""
    async with outside(popscope, FakeMaildrop([huge(LARGE)])) as one:
        if here:
            await one.fetch()
        await one.break_off()
        said = await one.until_said(ON_ITS_WAY, there=False)
        assert "bytes saved" not in said
        assert await one.marked() == 0
        assert (await one.script.get("/stat"))["messages"] == 1  # the session goes on


@pytest.mark.parametrize("how", ["close_at", "reset_at"])
async def test_a_server_that_breaks_off_marks_nothing(popscope, how):
    quirks = Quirks()
    fake = FakeMaildrop([huge(4 * MIB)], quirks=quirks)
    async with outside(popscope, fake) as one:
        await one.script.get(f"/messages/{one.id}")
        setattr(quirks, how, "RETR body")
        try:
            answer = await one.save()
        except httpx.RemoteProtocolError:  # broken off in the middle
            pass
        else:  # or before its beginning was passed on
            assert answer.status_code == 502
        said = await one.until_said(ON_ITS_WAY, there=False)
        assert "bytes saved" not in said
        assert await one.marked() == 0
        setattr(quirks, how, None)
        whole = await one.save()
        assert hashlib.sha256(whole.content).hexdigest() == digest(fake.messages[0])
        assert "4,194,304 bytes saved; message marked for deletion." in await one.until_said(
            "bytes saved"
        )


async def test_a_message_that_ends_at_a_dot_of_its_own_is_not_saved_whole_and_marks_nothing(
    popscope,
):
    """A server that does not stuff dots: what comes behind the lone one is missing."""
    content = b"Subject: s\r\n\r\n" + b"x" * 70 + b"\r\n.\r\n" + b"y" * 70 + b"\r\n"
    fake = FakeMaildrop(
        [FakeMessage(content, uidl="dot")], quirks=Quirks(bare=frozenset({"TOP", "RETR"}))
    )
    async with outside(popscope, fake) as one:
        with pytest.raises(httpx.RemoteProtocolError):
            await one.save()
        said = await one.until_said(ON_ITS_WAY, there=False)
        assert "bytes saved" not in said
        assert await one.marked() == 0
        assert (await one.script.get("/stat"))["messages"] == 1  # the session goes on


async def test_a_second_try_that_breaks_off_takes_the_first_ones_words_away(popscope):
    """What was saved then says nothing of what was saved now; the mark stays as it was."""
    async with outside(popscope, FakeMaildrop([huge(LARGE)])) as one:
        async with one.saving() as answer:
            async for _ in answer.aiter_raw(MIB):
                pass
        await one.until_said("bytes saved; message marked for deletion")
        await one.break_off()
        said = await one.until_said(ON_ITS_WAY, there=False)
        assert "bytes saved" not in said
        assert await one.marked() == 1
