"""Print, forced colours, more contrast, wide screens: what people see who see it another way."""

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Scheme, axe, screenshot
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo

from .looking import ALIKE

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

STYLE = "(element, [pseudo, name]) => getComputedStyle(element, pseudo)[name]"
EDGE = (None, "borderInlineStartStyle")
# Lines of running text that are longer than a person can follow: their words, and how many em.
LONG_LINES = """() => [...document.querySelectorAll('.text, .note, .quote, p.muted')]
  .flatMap(one => {
    const range = document.createRange();
    range.selectNodeContents(one);
    const em = parseFloat(getComputedStyle(one).fontSize);
    const widest = Math.max(0, ...[...range.getClientRects()].map(line => line.width / em));
    return widest > 50 && one.checkVisibility() ? [[one.textContent.slice(0, 60), widest]] : [];
  })"""


async def enter(page: Page, demo: RunningPopscope) -> None:
    """The demo, two of whose messages are marked, by key."""
    await enter_demo(page, demo.url)
    await page.keyboard.press("d")  # the first one gives the focus
    await expect(page.locator(".row .what a").first).to_be_focused()
    for said in ("1 message", "2 messages"):
        await page.keyboard.press("d")
        await expect(page.locator("#tray")).to_contain_text(said)


async def modes(page: Page) -> AsyncIterator[bool]:
    """Shows the page with more contrast and with forced colours, light and dark; whether forced."""
    for scheme, forced in itertools.product(SCHEMES, (False, True)):
        await page.emulate_media(
            color_scheme=scheme,
            contrast="no-preference" if forced else "more",
            forced_colors="active" if forced else "none",
        )
        yield forced


async def look(page: Page, name: str, part: str = "") -> None:
    """Keeps a screenshot, and fails over what axe finds, in each of the modes."""
    async for forced in modes(page):
        mode = f"{name}-{'forced' if forced else 'contrast'}"
        assert await axe(page, part=part, skip=ALIKE) == [], mode
        await screenshot(page, mode, full_page=False)


def sheets(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


async def test_contrast(demo: RunningPopscope, page_at: PageAt) -> None:
    page = await page_at(1440)
    await enter(page, demo)
    await look(page, "mailbox")
    marked, plain = page.locator(".row.marked").first, page.locator(".row:not(.marked)").nth(1)
    await plain.locator(".what a").focus()
    await page.keyboard.press("j")
    focus = page.locator(".row .what a:focus-visible")
    bar = page.locator(".row .bar").first
    async for forced in modes(page):
        # The mark is told by more than its colour, and so is the focus.
        line = await marked.locator(".what bdi").evaluate(STYLE, [None, "textDecorationLine"])
        assert line == "line-through"
        edge = [
            await one.evaluate(STYLE, [None, "borderInlineStartStyle"]) for one in (marked, plain)
        ]
        assert edge == ["double" if forced else "none", "none"]
        assert await focus.evaluate(STYLE, ["::after", "outlineStyle"]) == "solid"
        drawn = await bar.locator("rect").evaluate(STYLE, [None, "fill"])
        assert drawn != await bar.evaluate(STYLE, [None, "backgroundColor"])
    await page.keyboard.press("Enter")
    await expect(page.locator("#reader .tabs")).to_be_visible()
    await look(page, "message", "#pane")
    await page.goto(demo.url + "/mailbox/review")
    await look(page, "review")
    await page.get_by_role("button", name="for good").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("freed")
    await look(page, "receipt")


async def test_print(demo: RunningPopscope, page_at: PageAt) -> None:
    page = await page_at(1024)
    await enter(page, demo)

    async def printed(name: str, *hidden: str) -> int:
        await page.emulate_media(media="print")
        for selector in (".topbar nav", *hidden):
            for found in await page.locator(selector).all():
                await expect(found).to_be_hidden()
        await screenshot(page, f"print-{name}")
        count = sheets(await page.pdf(format="A4"))
        await page.emulate_media(media="screen")
        return count

    chrome = (".chip", "#tray", ".transcript", ".listhead", ".pager", ".pick", ".do", ".map")
    assert await printed("list", *chrome, ".pane") > 1
    await expect(page.locator("#tray")).to_be_visible()
    await page.locator(".rows .row").nth(4).locator(".what a").click()
    await expect(page.locator("#reader .text")).to_be_visible()
    assert await printed("message", *chrome, ".list", ".tabs", "#reader footer") == 1
    await page.goto(demo.url + "/mailbox/review")
    assert await printed("review", ".acts", "td button") == 1
    await page.get_by_role("button", name="for good").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("freed")
    assert await printed("receipt", ".acts") == 1


async def test_a_very_wide_screen(demo: RunningPopscope, page_at: PageAt) -> None:
    page = await page_at(2560, height=1300)
    await enter(page, demo)
    await page.locator(".rows .row").nth(4).locator(".what a").click()
    await expect(page.locator("#reader .text")).to_be_visible()
    await screenshot(page, "message-wide", full_page=False)
    assert await page.evaluate(LONG_LINES) == []
    widths = [
        box["width"]
        for name in (".map", ".list", ".pane")
        if (box := await page.locator(name).bounding_box())
    ]
    assert sum(widths) > 2500  # the room is used
    assert widths[1] > 700
    assert await axe(page) == []
    for path in ("/mailbox/review", "/keys"):
        await page.goto(demo.url + path)
        assert await page.evaluate(LONG_LINES) == []
