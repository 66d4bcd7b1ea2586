"""What scrolling and marking leave alone."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]

COLOUR = "getComputedStyle(document.body).color"
DRAWN = "() => new Promise((after) => requestAnimationFrame(() => setTimeout(after)))"
TOP = "() => document.activeElement.closest('.row').getBoundingClientRect().top"


async def test_text_keeps_its_colour_when_the_page_is_scrolled(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(390)
    await enter_demo(page, demo.url)
    before = await page.evaluate(COLOUR)
    await page.evaluate("scrollTo(0, 900)")
    await expect(page.locator("body.scrolled")).to_have_count(1)
    assert await page.evaluate(COLOUR) == before


async def test_the_first_mark_by_keyboard_moves_nothing_in_a_low_window(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(720, height=450)
    await enter_demo(page, demo.url)
    await page.locator(".rows .what a").first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(".rows .row").first.locator(".do button")).to_be_focused()
    before = await page.evaluate(TOP)
    await page.keyboard.press("Enter")
    await expect(page.locator("#tray")).to_be_visible()
    await page.evaluate(
        "() => new Promise((after) => requestAnimationFrame(() => setTimeout(after)))"
    )
    assert await page.evaluate(TOP) == before
