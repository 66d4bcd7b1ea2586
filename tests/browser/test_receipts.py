"""The receipt is found again from any page, and can be copied to be mailed to somebody."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo, open_demo, standing

from .looking import fits, pictures

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]


async def delete_the_open_one(page: Page) -> None:
    """Marks the message that is open, and commits."""
    await page.locator(".reader footer button.danger").click()
    await page.locator("#tray a.commit").click()
    await page.locator("button.commit").click()
    await page.wait_for_url("**/mailbox/receipt")


async def test_a_receipt_is_found_again_and_copied(
    demo: RunningPopscope, page_at: PageAt, chromium: Chromium
) -> None:
    page = await page_at(1440)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await enter_demo(page, demo.url)
    await page.locator(".rows .row .what a").first.click()
    await delete_the_open_one(page)
    await page.get_by_role("link", name="Back to messages").first.click()
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("link", name="Receipts").click()
    await page.set_viewport_size({"width": 1440, "height": 900})
    await expect(page.get_by_role("heading", level=1)).to_have_text("Receipts")
    assert await axe(page) == []
    await pictures(page, "receipts")
    await page.locator(".receipts a").click()
    await expect(page.get_by_role("cell", name="Holiday video (the long version)")).to_be_visible()
    await expect(page.locator("td time")).to_be_visible()
    await page.get_by_text("As text, to send to somebody").press("Enter")
    await page.get_by_role("button", name="Copy all").click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert "\ngone | " in copied
    assert "Holiday video" in copied
    assert await axe(page) == []
    for width in (1440, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        await pictures(page, "receipt-as-text")
        await fits(page, f"receipt at {width}")


async def test_without_javascript_in_german_the_text_can_be_selected(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(390, "dark", height=844, javascript=False, locale="de-DE")
    await open_demo(page, demo.url)
    await standing(page)
    await page.locator(".rows .row .what a").first.click()
    await delete_the_open_one(page)
    await page.get_by_text("Als Text, um sie jemandem zu senden").click()
    area = page.get_by_label("Die Quittung als Text")
    await expect(area).to_be_editable(editable=False)
    await area.focus()
    await page.keyboard.press("Control+a")
    assert "\ngelöscht | " in await area.input_value()
    await expect(page.get_by_role("button", name="Alles kopieren")).to_have_count(0)
    await fits(page, "receipt in German")
    async with page.expect_download() as saving:
        await page.get_by_role("link", name="Quittung als CSV speichern").click()
    saved = (await (await saving.value).path()).read_text("utf-8-sig")
    assert saved.startswith("result;octets;from;subject;date;reason;checked\n")
