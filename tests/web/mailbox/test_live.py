"""What changes while a page is open: the fragments, pausing, the transcript."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from app.sessions import manager
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import SAME_ORIGIN, Browser, Script, http_to, running, words

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/mailbox"}
# For those without JavaScript.
ASKS_AGAIN = '<noscript><meta http-equiv="refresh" content="1"></noscript>'


class Tab:
    """A page of the mailbox, and what its scripts ask for."""

    def __init__(self, http: httpx.AsyncClient, page: httpx.Response) -> None:
        self.http = http
        self.page = page
        self.browser = Browser(http)
        self.ids = re.findall(r'<li id="m-([\w-]+)"', page.text)
        found = re.search(r'data-listing="(\d+)"', page.text)
        assert found is not None
        self.listing = found[1]
        self.script = Script(http, http.cookies["popscope"])

    async def live(self, on: str = "", off: str = "", **more: str) -> httpx.Response:
        """What looks other than this tab does."""
        current = more.pop("current", "/mailbox")
        answer = await self.http.get(
            "/mailbox/live",
            params={"on": on, "off": off, "listing": self.listing, **more},
            headers={**HTMX, "HX-Current-URL": f"http://localhost{current}"},
        )
        assert answer.status_code == 200, answer.text
        return answer

    async def post(self, path: str) -> httpx.Response:
        return await self.http.post(path, data={}, headers={**HTMX, **SAME_ORIGIN})


@asynccontextmanager
async def opened(fake: FakeMaildrop, *, known: bool = True) -> AsyncIterator[Tab]:
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        await Browser(http).sign_in(server)
        if known:
            mailbox = next(iter(app.state.services.sessions._live.values()))
            await mailbox.headers.loaded()
        yield Tab(http, await http.get("/mailbox"))


@pytest.fixture
async def tab() -> AsyncIterator[Tab]:
    letters = [
        FakeMessage(b"From: p%d@example.net\r\nSubject: letter %d\r\n\r\n%s\r\n" % (n, n, b"x" * n))
        for n in range(1, 6)
    ]
    async with opened(FakeMaildrop(letters)) as found:
        yield found


def rows(answer: httpx.Response) -> dict[str, bool]:
    """The rows of a fragment, and whether they are marked."""
    found = re.findall(r'<li id="m-([\w-]+)" class="([^"]*)"', answer.text)
    return {id: "marked" in kinds.split() for id, kinds in found}


async def test_only_rows_that_look_other_come(tab):
    await tab.script.post(f"/messages/{tab.ids[0]}/dele")
    await tab.script.post(f"/messages/{tab.ids[1]}/dele")
    shown = ",".join(tab.ids)
    answer = await tab.live(off=shown)
    assert rows(answer) == {tab.ids[0]: True, tab.ids[1]: True}
    assert "<title>2 marked · anna · Popscope</title>" in answer.text
    assert "2 messages" in words(answer)
    assert 'id="chip"' not in answer.text
    answer = await tab.live(on=shown, chip="true")
    assert rows(answer) == dict.fromkeys(tab.ids[2:], False)
    assert 'id="chip"' in answer.text
    answer = await tab.live(on=",".join(tab.ids[:2]), off=",".join(tab.ids[2:]))
    assert rows(answer) == {}
    assert "no longer" not in words(answer)


async def test_the_open_message_has_its_button_and_the_title(tab):
    await tab.script.post(f"/messages/{tab.ids[0]}/dele")
    answer = await tab.live(current=f"/mailbox/messages/{tab.ids[0]}?sort=size")
    assert "<title>1 marked · letter 5 · anna · Popscope</title>" in answer.text
    assert f'id="act-{tab.ids[0]}"' in answer.text
    assert f'value="/mailbox/messages/{tab.ids[0]}?sort=size"' in answer.text


async def test_a_page_whose_messages_were_deleted_says_so(tab):
    await tab.script.post("/dele", {"ids": tab.ids[:2]})
    await tab.script.post("/quit")
    answer = await tab.live(on=",".join(tab.ids[:2]), off=",".join(tab.ids[2:]))
    assert "2 messages of this page are no longer in the mailbox." in words(answer)
    assert "Show it as it is now" in words(answer)
    assert rows(answer) == {}
    fresh = Tab(tab.http, await tab.http.get("/mailbox"))
    assert "no longer" not in words(await fresh.live(off=",".join(fresh.ids)))


async def test_new_mail_is_said_too(tab):
    before = tab.listing
    tab.listing = str(int(before) - 1)
    answer = await tab.live(off=",".join(tab.ids))
    assert "The mailbox has changed since this page was loaded." in words(answer)


@pytest.mark.parametrize("given", ["x" * 8000, ",,,", "<b>,'\"", "," * 5000])
async def test_nonsense_ids_are_no_rows(tab, given):
    answer = await tab.live(off=given)
    assert rows(answer) == {}
    assert "<b>," not in answer.text


async def test_looking_on_is_no_use_of_the_session(tab, monkeypatch):
    touched: list[str] = []
    store = tab.http._transport.app.state.services.sessions._store
    real = store.touch

    async def touch(sid: str, now: float) -> None:
        touched.append(sid)
        await real(sid, now)

    monkeypatch.setattr(store, "touch", touch)
    for path in ("/live", "/progress", "/transcript", "/transcript/lines"):
        assert (await tab.http.get(f"/mailbox{path}", headers=HTMX)).status_code == 200
    assert touched == []
    await tab.http.get("/mailbox")
    assert len(touched) == 1


# Headers


async def test_progress_gives_the_rows_that_are_known_by_now(tab):
    pending = "&".join(f"pending={id}" for id in [*tab.ids[:2], "unknown"])
    answer = await tab.http.get(f"/mailbox/progress?{pending}", headers=HTMX)
    assert list(rows(answer)) == tab.ids[:2]
    assert "all 5 looked at" in words(answer)
    assert "data-running" not in answer.text  # there is nothing more to ask for


async def test_progress_goes_on_while_headers_are_missing(monkeypatch):
    monkeypatch.setattr(manager, "_PATIENCE", 0.1)  # the stalled server is not waited for
    fake = FakeMaildrop(plain(5), quirks=Quirks(stall_at="TOP"))
    async with opened(fake, known=False) as tab:
        assert "data-running" in tab.page.text
        assert tab.page.text.count('name="pending"') == 5
        assert "0 of 5 looked at" in words(tab.page)
        assert ASKS_AGAIN in tab.page.text
        answer = await tab.http.get(f"/mailbox/progress?pending={tab.ids[0]}", headers=HTMX)
        assert "data-running" in answer.text
        assert rows(answer) == {}

        # paused, by a form without JavaScript, it stays so and the page does not ask again
        page = await tab.browser.send("/mailbox/headers/pause", back="/mailbox?sort=size")
        assert str(page.url).endswith("/mailbox?sort=size")
        assert "data-running" not in page.text
        assert ASKS_AGAIN not in page.text
        assert 'action="/mailbox/headers/resume"' in page.text
        fake.quirks.stall_at = None
        page = await tab.browser.send("/mailbox/refresh", back="/mailbox")
        assert "0 of 5 looked at" in words(page)
        assert (await tab.browser.open(f"/mailbox/messages/{tab.ids[0]}")).status_code == 200
        page = await tab.browser.open("/mailbox")
        assert "1 of 5 looked at" in words(page)

        # resumed by htmx, it says so and goes on
        answer = await tab.post("/mailbox/headers/resume")
        assert "Looking at messages goes on." in words(answer)
        assert 'id="progress"' in answer.text
        answer = await tab.post("/mailbox/headers/pause")
        assert "Looking at messages is paused." in words(answer)


# The transcript


async def test_the_drawer_and_the_lines_after_a_number(tab):
    assert "USER anna" in words(tab.page)
    assert re.search(r"\d+ commands", words(tab.page))
    newest = (await tab.script.get("/transcript"))["newest"]
    answer = await tab.http.get(f"/mailbox/transcript/lines?after={newest - 3}", headers=HTMX)
    assert [int(n) for n in re.findall(r'data-n="(\d+)"', answer.text)] == [
        newest - 2,
        newest - 1,
        newest,
    ]
    assert 'id="facts"' in answer.text
    answer = await tab.http.get(f"/mailbox/transcript/lines?after={newest}", headers=HTMX)
    assert "<li" not in answer.text


async def test_hostile_words_of_the_server_are_escaped():
    fake = FakeMaildrop(plain(1))
    fake.quirks.replies["NOOP"] = b"+OK <img src=x onerror=alert(1)>\r\n"
    async with opened(fake) as tab:
        await tab.script.post("/noop", status=204)
        page = await tab.http.get("/mailbox")
        lines = await tab.http.get("/mailbox/transcript/lines")
        assert "&lt;img src=x" in page.text
        assert "<img src=x" not in page.text + lines.text
        text = await tab.http.get("/mailbox/transcript")
        assert text.headers["content-type"] == "text/plain; charset=utf-8"
        assert text.headers["x-content-type-options"] == "nosniff"


async def test_the_transcript_as_a_text(tab):
    text = (await tab.http.get("/mailbox/transcript")).text
    assert "C  USER anna" in text
    masked = (await tab.http.get("/mailbox/transcript?mask=1")).text
    assert "C  USER user1" in masked
    assert "anna" not in masked
    assert "127.0.0.1" in masked


@pytest.mark.parametrize("auth", ["USER", "PLAIN", "LOGIN"])
async def test_a_password_is_in_no_transcript(auth):
    secret = "s3cret-Passw0rd"

    class Knows(FakeMaildrop):
        async def _login(self, peer, session, password: str) -> None:
            await super()._login(peer, session, "secret" if password == secret else password)

    fake = Knows(plain(1))
    sent = (secret, f"\0anna\0{secret}", f"anna\0anna\0{secret}")
    encoded = [base64.b64encode(each.encode()).decode() for each in sent]
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        body = {"username": "anna", "password": secret, "server": server.host, "auth": auth}
        more = {"port": server.port, "security": "none"}
        answer = await http.post("/api/v1/session", json={**body, **more})
        assert answer.status_code == 201, answer.text
        script = Script(http, answer.json()["token"])
        verb = "PASS" if auth == "USER" else f"AUTH {auth}"
        assert any(line.startswith(verb) for line in fake.commands)
        told = [str(await script.get(f"/transcript{query}")) for query in ("", "?mask=true")]
        for path in ("/mailbox", "/mailbox/transcript", "/mailbox/transcript/lines"):
            page = await http.get(path, headers=script.on_pages)
            assert page.status_code == 200
            told.append(page.text)
    for text in told:
        assert verb in text
        for word in (secret, *encoded):
            assert word not in text
            assert word.rstrip("=")[4:-4] not in text


@pytest.mark.parametrize(
    "path",
    [
        "/mailbox/progress",
        "/mailbox/live",
        "/mailbox/space/facets",
        "/mailbox/counted?sort=subject",
        "/mailbox/transcript",
    ],
)
async def test_what_a_page_asks_for_by_itself_is_no_use_of_the_lock(path):
    async with opened(FakeMaildrop(plain(2))) as tab:
        app = tab.http._transport.app  # type: ignore[attr-defined]
        mailbox = next(iter(app.state.services.sessions._live.values()))
        mailbox.lease.attended = -1.0
        answer = await tab.http.get(path, headers=HTMX)
        assert answer.status_code == 200
        assert mailbox.lease.attended == -1.0
        await tab.http.get("/mailbox", headers=HTMX)
        assert mailbox.lease.attended > 0


async def test_a_click_that_waits_for_another_program_is_told_and_can_be_given_up(monkeypatch):
    monkeypatch.setattr("app.mailbox.waiting._WORTH_TELLING", 0.1)
    fake = FakeMaildrop(plain(2))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        assert (await http.get("/mailbox/waiting")).status_code == 204
        await browser.send("/mailbox/release")
        fake.quirks.stall_at = "PASS"
        click = asyncio.create_task(browser.send("/mailbox/refresh"))
        told = await http.get("/mailbox/waiting")
        while told.status_code == 204:
            await asyncio.sleep(0.02)
            told = await http.get("/mailbox/waiting")
        assert "Signing in again, 0:00 Another program may have the mailbox open." in words(told)
        assert "Signing in again" in words(await http.get("/mailbox"))  # so says the chip
        answer = await http.post("/mailbox/waiting/give-up", headers=SAME_ORIGIN)
        assert answer.headers["location"] == "/mailbox"
        page = await click
        assert page.status_code == 409
        assert "You did not wait for the mailbox." in words(page)
        assert (await http.get("/mailbox/waiting")).status_code == 204
        assert "Released" in words(await http.get("/mailbox"))
        assert fake.count("QUIT") == 1
        fake.quirks.stall_at = None
        assert (await browser.send("/mailbox/refresh")).url.path == "/mailbox"
