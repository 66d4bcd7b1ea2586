"""The bar above the pages: every entry at every width, by mouse, by keys, without JavaScript."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe, screenshot
from tests.support.popscope import RunningPopscope
from tests.support.signin import open_demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PageAt = Callable[..., Awaitable[Page]]

WITHIN = (
    "/mailbox", "/mailbox/review", "/mailbox/space", "/mailbox/export", "/mailbox/console",
    "/report", "/keys", "/api/docs",
)  # fmt: skip
PLACES = ("/mailbox/space", "/mailbox/export", "/mailbox/console", "/report", "/keys", "/api/docs")
WIDTHS = (1440, 1280, 1024, 720, 390, 320)
WINDOW = "one => { const box = one.getBoundingClientRect(); return [box.left, box.right]; }"
# Where the entry leads that has the focus, and whether all of it is in view.
FOCUSED = """
() => {
  const one = document.activeElement;
  const [box, around] = [one, one.closest('.menu')].map((it) => it.getBoundingClientRect());
  return [one.getAttribute('href'),
    box.top >= Math.max(around.top, 0) && box.bottom <= Math.min(around.bottom, innerHeight)
    && box.left >= 0 && box.right <= innerWidth];
}
"""
ENTRIES = "one => ['a[aria-current=page]', 'button'].map((it) => one.querySelectorAll(it).length)"
CUT = "one => one.scrollWidth > one.clientWidth"


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
async def test_every_entry_is_there_at_every_width(
    demo: RunningPopscope, page_at: PageAt, javascript: bool
) -> None:
    page = await page_at(1440, javascript=javascript)
    await open_demo(page, demo.url)
    more, menu = page.locator("#more"), page.locator("#menu")
    for path in WITHIN:
        await page.goto(demo.url + path)
        leave = page.locator("[action='/signout'] button")
        for width in WIDTHS if javascript else (1280, 390):
            await page.set_viewport_size({"width": width, "height": 844})
            await expect(menu).to_be_hidden()
            await more.focus()
            await page.keyboard.press("Enter")
            await expect(menu).to_be_visible()
            left, right = await menu.evaluate(WINDOW)
            assert left >= 0, (path, width)
            assert right <= width, (path, width)
            for place in PLACES:
                await page.keyboard.press("Tab")
                assert await page.evaluate(FOCUSED) == [place, True], (path, width)
            current = int(path in PLACES and path != "/keys")
            assert await menu.evaluate(ENTRIES) == [current, 5], (path, width)
            await page.keyboard.press("Escape")
            await expect(menu).to_be_hidden()
            await expect(more).to_be_focused()
            await expect(leave).to_be_in_viewport(ratio=1)


async def test_the_menu_closes_and_its_entries_lead_there(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(390, height=844)
    await open_demo(page, demo.url)
    more, menu = page.locator("#more"), page.locator("#menu")
    await more.click()
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme)
        await screenshot(page, "menu", full_page=False)
        assert await axe(page) == []
    await page.mouse.click(380, 330)
    await expect(menu).to_be_hidden()
    # The list of keys is no page of its own here, and hands the focus back.
    await more.click()
    await menu.get_by_role("link", name="Shortcuts").press("Enter")
    await expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    await expect(menu).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    # Where not even the menu fits it scrolls.
    await page.set_viewport_size({"width": 320, "height": 256})
    await more.click()
    last = menu.get_by_role("button").last
    await last.focus()
    await expect(last).to_be_in_viewport(ratio=1)
    await menu.get_by_role("link", name="Console", exact=True).click()
    await expect(page.get_by_role("heading", level=1, name="Console")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "de", "es", "fr", "ja"])
async def test_the_name_of_the_account_is_whole(
    demo: RunningPopscope, chromium: Chromium, locale: str
) -> None:
    """35 characters, beside a chip with a clock, in the longest words."""
    page = await chromium.page_at(1280, locale=locale)
    await open_demo(page, demo.url)
    name = page.locator(".account strong")
    for width in (1440, 1280):
        await page.set_viewport_size({"width": width, "height": 844})
        assert not await name.evaluate(CUT), width
    for width in (1024, 720, 390, 320):
        await page.set_viewport_size({"width": width, "height": 844})
        await page.locator("#more").click()
        whole = page.locator("#menu p strong")
        assert not await whole.evaluate(CUT), width
        assert await whole.inner_text() == await name.inner_text()
        await page.keyboard.press("Escape")
        room = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert room[0] <= room[1], width


async def test_a_bar_of_one_line_is_in_order(demo: RunningPopscope, page_at: PageAt) -> None:
    """Logo, account, ways to go: as they are read, in windows of any width that has room."""
    page = await page_at(720, height=450)
    await open_demo(page, demo.url)
    for path in ("/mailbox/review", "/mailbox/console", "/report"):
        await page.goto(demo.url + path)
        logo, account, ways = [
            await page.locator(f".topbar {part}").bounding_box()
            for part in (".brand", ".account", ".actions")
        ]
        assert logo is not None
        assert account is not None
        assert ways is not None
        assert logo["x"] + logo["width"] <= account["x"] + 1, path
        assert account["x"] + account["width"] <= ways["x"] + 1, path
        assert ways["y"] < logo["y"] + logo["height"], path


async def test_whoever_has_no_mailbox_open_has_a_bar_too(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(390, height=844)
    for path in ("/report", "/keys", "/api/docs"):
        await page.goto(demo.url + path)
        await page.locator("#more").click()
        entries = page.locator("#menu a")
        assert [await one.get_attribute("href") for one in await entries.all()] == [
            "/report", "/keys", "/api/docs",
        ]  # fmt: skip
        assert await axe(page) == []
        await page.locator("#menu").get_by_role("button", name="Deutsch").click()
        await expect(page.locator("html")).to_have_attribute("lang", "de")
        await page.locator("#more").click()
        await page.locator("#menu").get_by_role("button", name="English").click()
        await expect(page.locator("html")).to_have_attribute("lang", "en-GB")
