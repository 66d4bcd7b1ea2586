"""A marked message looks marked where it is read, and one word takes a mark back everywhere."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import axe
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo, open_demo

from .looking import pictures

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]


async def struck(page: Page) -> bool:
    """Whether the title of the open message is struck out."""
    line = await page.locator("#subject bdi").evaluate("at => getComputedStyle(at).textDecoration")
    return "line-through" in line


async def places(page: Page) -> list[tuple[float, float]]:
    """Where the parts of the reader begin."""
    parts = ("#subject", ".from", ".meter", ".tabs", "#reader .body")
    boxes = [await page.locator(part).first.bounding_box() for part in parts]
    return [(box["x"], box["y"]) for box in boxes if box is not None]


async def test_marking_shows_in_the_reader_and_moves_nothing(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(1440)
    await enter_demo(page, demo.url)
    await page.locator(".rows .row .what a").first.click()
    title = page.locator("#subject")
    await expect(title).to_have_text("Holiday video (the long version)")
    await page.locator("#reader .body p").first.wait_for()
    before = await places(page)
    await page.locator(".reader footer").get_by_role("button", name="Delete").click()
    await expect(title).to_have_text("Holiday video (the long version), marked for deletion")
    assert await struck(page)
    assert await places(page) == before
    assert await axe(page, part="#reader") == []
    await pictures(page, "reader-marked")
    await page.emulate_media(color_scheme="dark")
    assert await axe(page, part="#reader") == []
    # Another tab that shows it takes the mark back.
    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(other.locator("#subject")).to_contain_text(", marked for deletion")
    await other.locator(".reader footer").get_by_role("button", name="Unmark").click()
    await expect(title).to_have_text("Holiday video (the long version)")
    assert not await struck(page)


@pytest.mark.parametrize(
    ("locale", "word", "again"),
    [("en-GB", "Unmark", "Mark again"), ("de-DE", "Zurücknehmen", "Wieder vormerken")],
)
async def test_one_word_takes_a_mark_back(
    demo: RunningPopscope, page_at: PageAt, locale: str, word: str, again: str
) -> None:
    page = await page_at(1440, locale=locale)
    await open_demo(page, demo.url)
    await page.locator(".rows .row .what a").first.click()
    await page.locator(".rows .row [type=checkbox]").first.check()
    await page.locator(".rows .row [type=checkbox]").nth(1).check()
    await page.locator("[hx-post='/mailbox/mark']").first.click()
    undo = page.locator("#undo")
    await expect(undo).to_have_text(re.compile(word, re.IGNORECASE))
    await expect(page.locator(".reader footer .unmark")).to_have_text(word)
    await expect(page.locator(".row.marked .do button").first).to_have_text(word)
    await page.goto(f"{demo.url}/mailbox/review")
    await expect(page.locator("td .unmark").first).to_have_text(word)
    await page.goto(f"{demo.url}/mailbox")
    unmark_all = page.locator("#tray form button").last
    await expect(unmark_all).to_have_text(re.compile(word, re.IGNORECASE))
    await unmark_all.click()
    await expect(undo).to_have_text(again)
    await undo.click()
    await expect(page.locator(".row.marked")).to_have_count(2)


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "fr-FR", "es-ES", "ja-JP"])
async def test_on_a_phone_actions_and_tray_leave_three_quarters(
    demo: RunningPopscope, page_at: PageAt, locale: str
) -> None:
    page = await page_at(360, height=740, locale=locale, has_touch=True, is_mobile=True)
    await page.goto(demo.url)
    await page.locator('form[action="/demo"] button').tap()
    await page.locator(".rows .what a").nth(1).tap()
    footer, tray = page.locator(".reader footer"), page.locator("#tray")
    await footer.locator("button.danger").tap()
    await expect(footer.locator("button.unmark")).to_be_focused()
    await expect(tray).to_be_visible()
    high = [await one.evaluate("one => one.offsetHeight") for one in (footer, tray)]
    assert sum(high) <= 740 / 4
    assert await axe(page, part="footer") == []
