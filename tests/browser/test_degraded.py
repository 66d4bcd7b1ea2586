"""A server that can do little, in Chromium: what it lacks is said, and the rest works."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import axe, browser_fixture, screenshot
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks
from tests.support.scripted import ScriptedServer
from tests.support.signin import sign_in

from .conftest import letter

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]


@browser_fixture
async def poor() -> AsyncIterator[tuple[FakeMaildrop, ScriptedServer]]:
    """No UIDL, no TOP, no CAPA, no pipelining, bare LF."""
    quirks = Quirks(uidl=False, top=False, capa=False, pipelining=False, line_end=b"\n")
    quirks.replies = {"STAT": b"+OK 6 -1\n"}
    fake = FakeMaildrop([FakeMessage(letter(n)) for n in range(6)], quirks=quirks)
    async with ScriptedServer(fake) as server:
        yield fake, server


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
async def test_a_server_that_can_do_little(poor, app, page_at: PageAt, width, scheme) -> None:
    fake, server = poor
    page = await page_at(width, scheme)
    await sign_in(page, app.url, server)
    row = page.locator(".rows .row").filter(has_text="Message 2")
    await expect(row).to_contain_text("would not show its headers")
    await expect(page.locator(".rows .pending")).to_have_count(0)
    await page.reload()
    notices = page.locator("#notices")
    await expect(notices.locator("summary")).to_have_text("4 things to know about this server")
    await screenshot(page, "degraded", full_page=False)
    await notices.locator("summary").click()
    await expect(notices).to_contain_text("no TOP")
    await expect(notices).to_contain_text("no UIDL")
    assert await axe(page) == []
    await screenshot(page, "degraded-open", full_page=False)

    await row.get_by_role("link").click()
    fetch = page.get_by_role("button", name=re.compile("Fetch this message to read its header"))
    await expect(fetch).to_contain_text("B)")
    await screenshot(page, "headless", full_page=False)
    assert await axe(page) == []
    assert fake.count("RETR") == 0
    await fetch.click()
    await expect(page.locator("#reader")).to_contain_text("this is letter 1")
    assert fake.count("RETR") == 1
    if width < 700:
        await page.get_by_role("link", name="Back to messages").click()
    known = page.locator(".rows .row").filter(has=page.get_by_text("Letter 1", exact=True))
    await expect(known).to_contain_text("Friend 1")

    await page.goto(f"{app.url}/mailbox")
    await page.locator(".rows .row").filter(has_text="Message 4").locator("input").check()
    await page.get_by_role("button", name=re.compile("^Mark")).first.click()
    await page.get_by_role("link", name="Review and delete 1 message").click()
    await expect(page.locator("#review")).to_contain_text("only its number and size are known")
    assert await axe(page) == []
    await screenshot(page, "blind-review", full_page=False)
    await page.get_by_role("button", name="Delete 1 message for good").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("freed")
    assert len(fake.messages) == 5
