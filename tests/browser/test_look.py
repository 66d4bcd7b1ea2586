"""Every page at three widths, light and dark: screenshots, axe, nothing that scrolls sideways."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from app.web.render import shipped
from tests.support.browser import WIDTHS, Chromium
from tests.support.popscope import RunningPopscope

from .looking import look

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PageAt = Callable[..., Awaitable[Page]]

SAID = "#said > :nth-last-child(-n + 60)"  # of its thousands of lines, which are all made alike

# Layout that moves without anybody having asked for it (web.dev's Cumulative Layout Shift).
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""


def test_light_and_dark_differ_by_colours_alone() -> None:
    """Each page is looked at by all of axe's rules in the light, and by those of colour in both."""
    sheets = list(shipped("static").rglob("*.css"))
    assert sheets
    assert [sheet.name for sheet in sheets if "prefers-color-scheme" in sheet.read_text()] == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_every_page(demo: RunningPopscope, chromium: Chromium, width: int) -> None:
    chromium.allow("status of 422")  # of the filter that makes no sense
    page = await chromium.page_at(width, height=844 if width < 500 else 900)
    await page.goto(demo.url)
    await look(page, "signin")
    await page.get_by_role("button", name="demo mailbox").click()
    await page.locator("#progress", has_text="all ").wait_for()
    await look(page, "mailbox")
    await page.locator(".rows .row").nth(1).locator(".what a").click()
    await expect(page.locator("#reader .text")).to_be_visible()
    await look(page, "message", "#pane", ".row.current")
    await page.locator("#reader").get_by_role("link", name="Headers").click()
    await expect(page.locator("#reader")).to_contain_text("Message-ID")
    await look(page, "headers", "#reader")
    await page.locator("#reader").get_by_role("button", name="Delete").click()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    if width < 500:
        await page.get_by_role("link", name="Back to messages").click()
    await look(page, "marked", ".foot", ".row.marked", ".listhead")
    await page.locator(".transcript summary").click()
    await page.locator("#said[data-full]").wait_for()  # its lines make the page longer
    await look(page, "transcript", ".transcript summary", ".saying", SAID)
    await page.goto(demo.url + "/mailbox?q=larger:8M")
    await page.locator(".help summary").click()
    await look(page, "filter-help", "#filter", ".listhead")
    await page.goto(demo.url + "/mailbox?q=larger:8M")
    await page.locator("#markall").click()
    await expect(page.locator("#toast")).to_contain_text("marked for deletion")
    await look(page, "filter-marked", ".foot", ".row.marked", ".listhead")
    await page.locator("#toast").get_by_role("button", name="Undo").click()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await page.goto(demo.url + "/mailbox?q=larger:much")
    await look(page, "filter-wrong", "#filter", ".listhead")
    await page.goto(demo.url + "/mailbox/space")
    await look(page, "space")
    await page.goto(demo.url + "/keys")
    await look(page, "keys")
    await page.goto(demo.url + "/mailbox")
    await page.get_by_role("link", name="Review and delete").click()
    await look(page, "review")
    await page.get_by_role("button", name="for good").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("freed")
    await look(page, "receipt")
    await page.goto(demo.url + "/mailbox/export?q=larger:5M")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Save")
    await look(page, "export")
    await page.goto(demo.url + "/mailbox/console")
    await page.locator("#line").fill("TOP 3 5")
    await page.locator("#line").press("Enter")
    await expect(page.locator("#dialogue")).to_contain_text("Subject: ")
    await look(page, "console")
    await page.goto(demo.url + "/api/docs")
    await look(page, "api")


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
    await look(page, "signin-error")
    await page.goto(demo.url + "/nowhere")
    await look(page, "not-found")
    await page.goto(demo.url)
    await page.get_by_role("button", name="demo mailbox").click()
    await page.locator(".rows").wait_for()
    await page.goto(demo.url + "/mailbox/messages/nosuchthing0")
    await expect(page.locator("main")).to_contain_text("This message is not in the mailbox.")
    await look(page, "no-such-message")


async def test_rows_fill_in_without_moving(page_at: PageAt, demo: RunningPopscope) -> None:
    page = await page_at(1440)
    await page.add_init_script(WATCH_SHIFTS)
    await page.goto(demo.url)
    await page.get_by_role("button", name="demo mailbox").click()
    await page.locator("#progress", has_text="all ").wait_for()
    assert await page.evaluate("window.shifted") == 0
    assert await page.locator(".row.pending").count() == 0


async def test_progress_stops_asking(
    page_at: PageAt, demo: RunningPopscope, chromium: Chromium
) -> None:
    page = await page_at(1440)
    await page.goto(demo.url)
    await page.get_by_role("button", name="demo mailbox").click()
    await page.locator("#progress", has_text="all ").wait_for()
    asked = -1
    for _ in range(5):  # what was under way comes to its end
        if len(chromium.requests) == asked:
            return
        asked = len(chromium.requests)
        await page.wait_for_timeout(2000)
    pytest.fail(f"it goes on asking: {chromium.requests[-3:]}")
