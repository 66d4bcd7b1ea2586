"""Every tab at two widths, light and dark: screenshots, axe, nothing that scrolls sideways."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import axe, screenshot
from tests.support.signin import headers_loaded

from . import letters, looking
from .conftest import Desk
from .test_reading import SHOWN, open_message, open_tab

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]


async def back_to_list(page: Page) -> None:
    """On a phone the reader covers the list."""
    back = page.get_by_role("link", name="Back to messages")
    if await back.is_visible():
        await back.click()
        await page.locator(".rows .row").first.wait_for()


async def look(page: Page, name: str) -> None:
    """The reader, all of it; the page around it was looked at before."""
    await looking.look(page, f"reading-{name}", "#pane", height=2600)
    inside = await page.evaluate(
        "[document.querySelector('#pane')].map(e => [e.scrollWidth, e.clientWidth])[0]"
    )
    assert inside[0] <= inside[1], f"{name} scrolls sideways in its pane"


@pytest.mark.parametrize("width", [1440, 390])
async def test_every_tab_is_accessible_and_fits(desk: Desk, page_at: PageAt, width: int) -> None:
    page = await page_at(width, height=844 if width < 500 else 900)
    await desk.sign_in(page)
    await headers_loaded(page)
    for subject, label in SHOWN:
        await open_message(page, subject)
        await open_tab(page, label)
        unfold = "all => all.forEach(one => { one.open = true })"
        await page.locator("#reader details").evaluate_all(unfold)
        await look(page, f"{subject.split()[-1].strip('.').lower()}-{label.lower()}")
        await back_to_list(page)
    await open_message(page, letters.NEWSLETTER)
    await open_tab(page, "HTML")
    source = await page.locator("iframe.frame").get_attribute("src")
    answer = await page.request.get(f"{desk.app.url}{source}")
    # Its words on a page without the sandbox, in which axe could not run.
    await page.goto("about:blank")
    await page.set_content(await answer.text())
    await expect(page.get_by_text("The ferry runs again")).to_be_visible()
    for scheme in ("light", "dark"):  # a mail has rules of its own for the dark
        await page.emulate_media(color_scheme=scheme)
        await screenshot(page, "reading-document", full_page=False)
        # A mail has no landmarks, and its language is not known: lang="" says so (HTML, 3.2.6.2).
        found = await axe(page, "wcag2a", "wcag2aa", "wcag21aa", "wcag22aa")
        assert [one for one in found if not one.startswith("html-has-lang ")] == []
        room = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert room[0] <= room[1], "the mail scrolls sideways"


@pytest.mark.parametrize("width", [1440, 390])
async def test_a_date_of_arrival_is_to_be_read_to_its_end(
    desk: Desk, page_at: PageAt, width: int
) -> None:
    received = (
        b"Received: from a.example (a.example [192.0.2.1]) by mx.example.net with ESMTP;\r\n"
        b"\tMon, 9 Mar 2026 10:00:00 +0000\r\n"
    )
    letter = b"From: Nora Lindqvist <nora@example.org>\r\nSubject: Undated\r\n\r\nwords\r\n"
    desk.server.deliver(desk.user, received + letter)
    page = await page_at(width)
    await desk.sign_in(page)
    await open_message(page, "Undated")
    box = await page.locator(".from time").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
