"""A server with a long LOGIN-DELAY and EXPIRE 0, in Chromium: nobody is locked out."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe, screenshot
from tests.support.delaying import DelayingMaildrop
from tests.support.maildrop import plain
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer
from tests.support.signin import sign_in

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]

IDLE_RELEASE = 2  # seconds
DELAY = 15


@pytest.fixture(scope="module")
def app() -> Iterator[RunningPopscope]:
    with RunningPopscope("serve", settings={"POPSCOPE_IDLE_RELEASE": str(IDLE_RELEASE)}) as running:
        yield running


@asynccontextmanager
async def signed_in(
    app: RunningPopscope, page: Page, drop: DelayingMaildrop
) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(drop) as server:
        await sign_in(page, app.url, server)
        yield server


async def test_an_open_page_keeps_the_mailbox_and_says_why(
    app: RunningPopscope, page_at: PageAt, chromium: Chromium
) -> None:
    page = await page_at(1440)
    drop = DelayingMaildrop(plain(8), 300)
    async with signed_in(app, page, drop):
        chip = page.locator("#chip")
        await expect(chip).to_contain_text("the server wants 5 minutes between two sign-ins")
        for width in (1440, 1024, 390):
            await page.set_viewport_size({"width": width, "height": 900})
            await screenshot(page, "kept", full_page=False)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await axe(page) == []
        await page.set_viewport_size({"width": 1440, "height": 900})
        await asyncio.sleep(IDLE_RELEASE + 1.5)
        await expect(chip).to_contain_text("Mailbox open")
        assert drop.count("QUIT") == 0

        await page.goto(f"{app.url}/mailbox/review")  # another page of the session
        await asyncio.sleep(IDLE_RELEASE + 2)
        assert drop.count("QUIT") == 0
        await page.goto(f"{app.url}/mailbox")
        row = page.locator(".rows .row").first
        await row.get_by_role("link").first.click()
        await expect(page.locator("#reader")).to_contain_text("message")
        assert len(drop.sessions) == 1, "nobody had to sign in again"

        chromium.allow("status of 429")
        await page.get_by_role("button", name="Check again").click()
        await expect(page.get_by_role("alert").first).to_contain_text("Too soon after the last")
        await asyncio.sleep(IDLE_RELEASE + 6.5)  # who reads that is no less there
        assert drop.count("QUIT") == 0
        await page.goto(f"{app.url}/mailbox")
        await expect(chip).to_contain_text("Mailbox open")

        await page.goto("about:blank")
        async with asyncio.timeout(40):
            while drop.count("QUIT") == 0:  # noqa: ASYNC110 -- of a server's log
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_receipt_counts_down_and_becomes_verified(
    app: RunningPopscope, page_at: PageAt, javascript: bool
) -> None:
    page = await page_at(1440, javascript=javascript)
    drop = DelayingMaildrop(plain(6), DELAY)
    async with signed_in(app, page, drop):
        row = page.locator(".rows .row").first
        await row.hover()
        await row.get_by_role("button", name=re.compile("^Delete: ")).click()
        await expect(page.locator("#tray")).to_contain_text("1 message")
        await page.goto(f"{app.url}/mailbox/review")
        await page.get_by_role("button", name=re.compile("Delete .* for good")).click()
        title = page.get_by_role("heading", level=1)
        await expect(title).to_contain_text("Not verified.", timeout=20_000)
        box = page.locator(".waiting")
        await expect(box).to_contain_text(re.compile(r"It can be checked in 0:\d\d"))
        await screenshot(page, f"unchecked-{javascript}")
        if javascript:
            assert await axe(page) == []
        else:
            await page.get_by_role("button", name="Check what is gone").click()
            await expect(title).to_contain_text("Not verified.")
            await asyncio.sleep(DELAY + 1)
            await page.get_by_role("button", name="Check what is gone").click()
        await expect(title).to_contain_text("The message is gone.", timeout=DELAY * 2000)
        await expect(page.locator(".waiting")).to_have_count(0)
        await screenshot(page, f"checked-{javascript}")
    assert drop.count("DELE") == 1
    assert len(drop.messages) == 5
