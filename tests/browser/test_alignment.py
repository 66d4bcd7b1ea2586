"""Small things that eyes stumble over: text that sits too high, specks, doubled ways."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium
from tests.support.popscope import RunningPopscope
from tests.support.signin import open_demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PageAt = Callable[..., Awaitable[Page]]

# Buttons of one line whose text does not stand in their middle, and how far it is off.
OFF_CENTRE = """
() => [...document.querySelectorAll('button, .button')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true })
    && !one.querySelector('svg, .vh'))
  .flatMap((one) => {
    const text = document.createRange();
    text.selectNodeContents(one);
    const [within, box] = [text.getBoundingClientRect(), one.getBoundingClientRect()];
    const off = (within.top + within.bottom - box.top - box.bottom) / 2;
    return box.height && Math.abs(off) > 1 ? [`${one.outerHTML.slice(0, 120)}: ${off}`] : [];
  })
"""
# Neighbours in one line that do not stand at one height.
UNEVEN = """
() => [...document.querySelectorAll('.actions, .acts, .rungs, .reader footer, .verbs, .pager')]
  .flatMap((row) => {
    const boxes = [...row.querySelectorAll('button, .button')]
      .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());
    const apart = boxes.some((one) => boxes.some((other) => one.bottom > other.top
      && other.bottom > one.top && Math.abs(one.top + one.bottom - other.top - other.bottom) > 2));
    return apart ? [row.outerHTML.slice(0, 200)] : [];
  })
"""


@pytest.mark.parametrize("locale", ["en-GB", "de"])
async def test_text_stands_in_the_middle_of_what_is_pressed(
    demo: RunningPopscope, chromium: Chromium, locale: str
) -> None:
    chromium.allow("status of 404")
    page = await chromium.page_at(1440, locale=locale)

    async def look(path: str) -> None:
        for width in (1440, 1280, 1024, 720, 390):
            await page.set_viewport_size({"width": width, "height": 844})
            assert await page.evaluate(OFF_CENTRE) == [], (path, width)
            assert await page.evaluate(UNEVEN) == [], (path, width)

    for path in ("/", "/report", "/nowhere"):
        await page.goto(demo.url + path)
        await look(path)
    await open_demo(page, demo.url)
    await page.locator(".row:not(.pending)").first.wait_for()
    await page.goto(demo.url + "/mailbox?q=larger:1M")
    href = await page.locator(".rows .row").nth(1).locator(".what a").get_attribute("href")
    await page.locator("#markall").click()
    await expect(page.locator("#tray")).to_be_visible()
    await look("marked")
    for path in (
        "", "/review", "/space", "/export", "/console", f"{href}&tab=attachments"[8:],
    ):  # fmt: skip
        await page.goto(f"{demo.url}/mailbox{path}")
        await look(path)


async def test_a_meter_has_no_speck_and_no_way_stands_there_twice(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(1024)
    await open_demo(page, demo.url)
    await page.locator(".row:not(.pending)").first.wait_for()
    ways = page.locator("a[href='/mailbox/space']:visible")
    for width in (1440, 1024, 720, 390):
        await page.set_viewport_size({"width": width, "height": 844})
        await expect(ways).to_have_count(1)
    await page.set_viewport_size({"width": 1024, "height": 844})
    await page.locator(".rows .row .what a").nth(1).click()  # of megabytes, a kilobyte has come
    await expect(page.locator(".meter")).to_be_visible()
    await expect(page.locator(".meter .bar")).to_have_count(0)
    await page.goto(f"{demo.url}/mailbox?q=smaller:3K")
    await page.locator(".rows .row .what a").first.click()
    await expect(page.locator(".meter .bar")).to_have_count(1)


async def test_the_list_of_keys_opens_at_its_top(demo: RunningPopscope, page_at: PageAt) -> None:
    page = await page_at(720, height=450)
    await open_demo(page, demo.url)
    for width, height in ((1440, 900), (720, 450), (390, 844), (320, 256)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.keyboard.press("?")
        await expect(page.locator("#keys-title")).to_be_focused()
        await expect(page.locator("#keys-title")).to_be_in_viewport(ratio=1)
        assert await page.locator("#keys").evaluate("one => one.scrollTop") == 0
        await page.keyboard.press("Escape")
