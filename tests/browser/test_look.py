"""Every page at three widths, light and dark: screenshots, axe, nothing that scrolls sideways."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from app.web.site.render import shipped
from tests.support.browser import WIDTHS, Chromium
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo

from . import looking
from .test_languages import FEW

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PageAt = Callable[..., Awaitable[Page]]

SAID = "#said > :nth-last-child(-n + 60)"  # of its thousands of lines, which are all made alike

# Layout that moves without anybody having asked for it (web.dev's Cumulative Layout Shift), from
# the first frame of the whole page on: what is still being parsed is painted piece by piece.
WATCH_SHIFTS = """
window.shifted = [];
const place = ({x, y, width, height}) => [x, y, width, height].join(' ');
const watch = () => new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput)
    for (const {node, previousRect, currentRect} of entry.sources) window.shifted.push(
      `${node?.outerHTML?.slice(0, 200)}: ${place(previousRect)} -> ${place(currentRect)}`);
}).observe({type: 'layout-shift'});
document.addEventListener('DOMContentLoaded', () =>
  requestAnimationFrame(() => requestAnimationFrame(watch)));
"""


def test_light_and_dark_differ_by_colours_alone() -> None:
    """Each page is looked at by all of axe's rules in the light, and by those of colour in both."""
    sheets = list(shipped("static").rglob("*.css"))
    assert sheets
    assert [sheet.name for sheet in sheets if "prefers-color-scheme" in sheet.read_text()] == []


@pytest.mark.parametrize("widths", [WIDTHS[:2], WIDTHS[2:]], ids=["desk", "phone"])
async def test_every_page(
    demo: RunningPopscope, chromium: Chromium, widths: tuple[int, ...]
) -> None:
    """Two widths have one layout and one way through the pages; a phone has its own."""
    chromium.allow("status of 422")  # of the filter that makes no sense
    page = await chromium.page_at(widths[0], height=844 if widths[0] < 500 else 900)

    async def look(name: str, *parts: str) -> None:
        async for width in looking.at(page, reversed(widths)):
            skip = "" if width == max(widths) else looking.ALIKE
            await looking.look(page, name, *parts, skip=skip)

    await page.goto(demo.url)
    await look("signin")
    await enter_demo(page, demo.url)
    await look("mailbox")
    await page.goto(f"{demo.url}/mailbox?{FEW}")
    await page.locator(".rows .row").nth(1).locator(".what a").click()
    await expect(page.locator("#reader .text")).to_be_visible()
    await look("message", "#pane", ".row.current")
    await page.locator("#reader").get_by_role("link", name="Headers").click()
    await expect(page.locator("#reader")).to_contain_text("Message-ID")
    await look("headers", "#reader")
    await page.locator("#reader").get_by_role("button", name="Delete").click()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    if widths[0] < 500:
        await page.get_by_role("link", name="Back to messages").click()
        await expect(page.locator(".rows .row").first).to_be_visible()
    await look("marked", ".foot", ".row.marked", ".listhead")
    await page.locator(".transcript summary").click()
    await page.locator("#said[data-full]").wait_for()  # its lines make the page longer
    await look("transcript", ".transcript summary", ".saying", SAID)
    await page.locator(".transcript summary").click()
    await page.goto(f"{demo.url}/mailbox?{FEW}")
    await page.locator(".help summary").click()
    await look("filter-help", "#filter", ".listhead")
    await page.goto(f"{demo.url}/mailbox?{FEW}")
    await page.locator("#markall").click()
    await expect(page.locator("#toast")).to_contain_text("just now")
    await look("filter-marked", ".foot", ".row.marked", ".listhead")
    await page.locator("#undo").click()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await page.goto(demo.url + "/mailbox?q=larger:much")
    await look("filter-wrong", "#filter", ".listhead")
    await page.goto(demo.url + "/mailbox/space")
    await look("space")
    await page.goto(demo.url + "/keys")
    await look("keys")
    await page.goto(demo.url + "/mailbox")
    await page.get_by_role("link", name="Review and delete").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Delete 1 message")
    await look("review")
    await page.get_by_role("button", name="for good").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("freed")
    await look("receipt")
    await page.goto(demo.url + "/mailbox/export?q=larger:5M")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Save")
    await look("export")
    await page.goto(demo.url + "/mailbox/console")
    await page.locator("#line").fill("TOP 3 5")
    await page.locator("#line").press("Enter")
    await expect(page.locator("#dialogue")).to_contain_text("Subject: ")
    await look("console")
    await page.goto(demo.url + "/api/docs")
    await look("api")


async def test_errors(demo: RunningPopscope, chromium: Chromium) -> None:
    chromium.allow("status of (404|422|502)")
    page = await chromium.page_at(1024)
    await page.goto(demo.url)
    await page.get_by_label("Email address or user name").fill("anna")
    await page.get_by_label("Server", exact=True).fill("127.0.0.1:1")
    await page.get_by_label("Password", exact=True).fill("unseen")
    await page.get_by_role("button", name="Open mailbox").click()
    await expect(page.get_by_role("alert")).to_contain_text("Nobody answers at this port.")
    await expect(page.get_by_label("Email address or user name")).to_have_value("anna")
    await expect(page.get_by_label("Password", exact=True)).to_have_value("")
    await looking.look(page, "signin-error")
    await page.goto(demo.url + "/nowhere")
    await looking.look(page, "not-found")
    await page.goto(demo.url)
    await page.get_by_role("button", name="demo mailbox").click()
    await page.locator(".rows").wait_for()
    await page.goto(demo.url + "/mailbox/messages/nosuchthing0")
    await expect(page.locator("main")).to_contain_text("This message is not in the mailbox.")
    await looking.look(page, "no-such-message")


async def test_rows_fill_in_without_moving(page_at: PageAt, demo: RunningPopscope) -> None:
    page = await page_at(1440)
    await page.add_init_script(WATCH_SHIFTS)
    await enter_demo(page, demo.url)
    assert await page.evaluate("window.shifted") == []
    assert await page.locator(".row.pending").count() == 0


async def test_progress_stops_asking(
    page_at: PageAt, demo: RunningPopscope, chromium: Chromium
) -> None:
    page = await page_at(1440)
    await page.clock.install()
    await enter_demo(page, demo.url)
    asked: list[str] = []
    for _ in range(5):  # what was under way comes to its end
        await page.clock.run_for(20_000)
        await expect(page.locator(".htmx-request")).to_have_count(0)
        before, asked = asked, await chromium.asked(page)
        if asked == before:
            return
    pytest.fail(f"it goes on asking: {asked[-3:]}")
