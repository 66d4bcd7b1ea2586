"""A click that has to sign in again, while another program has the mailbox open."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe, browser_fixture, screenshot
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.popscope import RunningPopscope
from tests.support.scripted import Peer, ScriptedServer
from tests.support.signin import fill_in, sign_in

pytestmark = pytest.mark.browser


@dataclass
class Shared:
    """A maildrop that answers PASS only when another program lets go of it."""

    drop: FakeMaildrop
    server: ScriptedServer
    app: RunningPopscope
    begun: asyncio.Event  # the first connection
    ended: asyncio.Event

    async def released(self, page: Page) -> None:
        """Signed in, and the lock given back; from now on another program has it."""
        self.drop.quirks.stall_at = None
        await sign_in(page, self.app.url, self.server)
        await page.get_by_role("button", name="Release now").click()
        await expect(page.locator("#chip")).to_contain_text("Released")
        self.drop.quirks.stall_at = "PASS"


@browser_fixture
async def shared(app: RunningPopscope) -> AsyncIterator[Shared]:
    drop, begun, ended = FakeMaildrop(plain(40)), asyncio.Event(), asyncio.Event()

    async def serve(peer: Peer) -> None:
        begun.set()
        try:
            await drop(peer)
        finally:
            ended.set()

    async with ScriptedServer(serve) as server:
        yield Shared(drop, server, app, begun, ended)


# Nothing else is heard from a page while the next one is on its way.
PRESSING = """
setInterval(() => document.querySelector('#waiting form:not([hidden]) button')?.click(), 100)
"""


@pytest.mark.parametrize("width", [1440, 390])
async def test_it_is_told_and_can_be_given_up(
    shared: Shared, chromium: Chromium, width: int
) -> None:
    chromium.allow("status of 409|409")
    page = await chromium.page_at(width, height=844)
    await shared.released(page)
    row = page.locator(".row .what a").last
    await row.click()  # by htmx
    note, cancel = page.locator("#waiting"), page.get_by_role("button", name="Cancel", exact=True)
    await expect(note).to_contain_text("Signing in again, 0:0")
    await expect(note.get_by_role("status")).to_have_text(
        "Another program may have the mailbox open."
    )
    await expect(cancel).to_be_hidden()  # it may be over any moment
    await expect(note).to_be_in_viewport(ratio=1)
    await expect(page.locator("#chip")).to_contain_text("Signing in again, 0:0")
    await expect(page.locator("#chip")).not_to_contain_text("Released")
    await cancel.wait_for()
    assert int((await note.locator("time").inner_text()).partition(":")[2]) >= 3
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme)
        await screenshot(page, "waiting", full_page=False)
    assert await axe(page, part="#waiting") == []
    await cancel.press("Enter")
    title = page.locator("#problem .errortitle")
    await expect(title).to_have_text("You did not wait for the mailbox.")
    await expect(title).to_be_focused()
    await expect(title).to_be_in_viewport()
    await expect(note).to_have_count(0)
    await expect(page.locator("#chip")).to_contain_text("Released")
    # The same by a form that the browser sends itself, by an ordinary link, and in the console.
    await page.evaluate(PRESSING)
    await page.get_by_role("button", name="Check again").click(no_wait_after=True)
    await expect(page.get_by_role("alert").first).to_contain_text("You did not wait")
    await page.goto(f"{shared.app.url}/mailbox/console")
    await page.locator("#line").fill("NOOP")
    await page.locator("#line").press("Enter")
    await expect(page.locator("#chip")).to_contain_text("Released")  # this page hears of nothing
    await cancel.click()
    await expect(page.locator("#problem .errortitle")).to_have_text(
        "You did not wait for the mailbox."
    )
    # Another program is done: the next click gets in.
    shared.drop.quirks.stall_at = None
    await page.goto(f"{shared.app.url}/mailbox")
    await page.locator(".row .what a").last.click()
    await expect(page.locator("#subject")).to_be_visible()
    await expect(note).to_have_count(0)


# What the note has said, up to Cancel, which is pressed.
FIRST = """
window.said = [];
setInterval(() => {
  const note = document.querySelector('#waiting');
  if (!note) return;
  if (said.at(-1) !== note.innerText) said.push(note.innerText);
  note.querySelector('form:not([hidden]) button')?.click();
}, 100);
"""


@pytest.mark.parametrize(
    ("width", "language", "words", "given_up"),
    [
        (1440, "en", "Signing in, 0:01", "You did not wait for the mailbox."),
        (390, "de", "Anmeldung läuft, 0:01", "Sie haben nicht auf das Postfach gewartet."),
    ],
)
async def test_the_very_first_sign_in_is_told_and_can_be_given_up(
    shared: Shared, chromium: Chromium, width: int, language: str, words: str, given_up: str
) -> None:
    shared.drop.quirks.stall_at = "PASS"
    page = await chromium.page_at(width, height=844, locale=language)
    await page.goto(shared.app.url)
    place = f"{shared.server.host}:{shared.server.port}"
    for name, value in {"username": "anna", "server": place, "password": "secret"}.items():
        await page.locator(f"#{name}").fill(value)
    await page.locator("#security").select_option("none")
    await page.evaluate(FIRST)
    await page.locator("#password").press("Enter", no_wait_after=True)
    async with asyncio.timeout(20):
        await shared.ended.wait()  # so the server is not waited for any longer
    go = page.locator("#signin .go")
    await expect(page.locator("#notes")).to_have_text(given_up)
    await expect(page.locator("#notes")).to_be_in_viewport(ratio=1)
    await expect(page.locator("#waiting")).to_have_count(0)
    said = await page.evaluate("said")
    assert said[0].startswith(words)
    assert re.search("0:0[34]", said[-2])  # the clock goes on
    await expect(go).to_be_focused()
    await expect(go).not_to_have_attribute("aria-disabled", "true")
    await screenshot(page, "waiting-first", full_page=False)
    assert [one["name"] for one in await page.context.cookies()] == ["popscope-zone"]
    # The form is as it was.
    shared.drop.quirks.stall_at = None
    await page.keyboard.press("Enter")
    await page.locator(".rows .row").first.wait_for()


async def test_the_first_sign_in_ends_with_the_page_also_without_javascript(
    shared: Shared, chromium: Chromium
) -> None:
    shared.drop.quirks.stall_at = "PASS"
    page = await chromium.page_at(1024, javascript=False)
    await page.goto(shared.app.url)
    await fill_in(page, shared.server, wait=False)
    async with asyncio.timeout(20):
        await shared.begun.wait()
        await page.close()
        await shared.ended.wait()
