"""Signing out with marks: it asks, and the page after it says what was not done."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo, open_demo, standing

from .looking import fits, pictures

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]


async def test_delete_then_sign_out_asks_in_every_tab(
    demo: RunningPopscope, page_at: PageAt, chromium: Chromium
) -> None:
    chromium.allow("status of 401")  # what the other tab had asked for is over
    page = await page_at(1024)
    await enter_demo(page, demo.url)
    await page.locator(".rows .row").first.get_by_role("button", name="Delete").click()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    other = await page.context.new_page()  # its tray knows of the same mark
    await other.goto(f"{demo.url}/mailbox")
    await other.get_by_role("button", name="Sign out").click()
    await expect(other.get_by_role("heading", level=1)).to_have_text("Sign out without deleting?")
    await expect(other.get_by_role("main")).to_contain_text("1 message, ")
    assert await axe(other) == []
    for width in (1024, 390):
        await other.set_viewport_size({"width": width, "height": 844})
        await pictures(other, "leaving")
        await fits(other, f"leaving at {width}")
    await expect(page.locator("#ended")).to_be_hidden()
    # The way to the review is one key away from the beginning of the page's own words.
    review = other.get_by_role("link", name="Review 1 message")
    await review.focus()
    await other.keyboard.press("Tab")
    await expect(other.get_by_role("link", name="Back to messages").last).to_be_focused()
    await review.click()
    await expect(other.get_by_role("heading", level=1)).to_contain_text("Delete 1 message")
    await other.go_back()
    await other.get_by_role("button", name="Sign out anyway").click()
    said = other.get_by_role("region", name="You are signed out.")
    await expect(said).to_contain_text("1 message was marked for deletion and was not deleted")
    await expect(other.get_by_role("heading", name="You are signed out.")).to_be_focused()
    await pictures(other, "left")
    await expect(page.locator("#ended")).to_contain_text("Nothing was deleted by that.")
    await page.get_by_role("link", name="Sign in again").click()
    await expect(page.get_by_role("region", name="You are signed out.")).to_have_count(0)


async def test_without_javascript_in_german(demo: RunningPopscope, page_at: PageAt) -> None:
    page = await page_at(390, "dark", height=844, javascript=False, locale="de-DE")
    await open_demo(page, demo.url)
    await standing(page)
    sign_out = page.locator('form[action="/signout"] button').first
    await page.locator(".rows .row .what a").first.click()
    await page.locator(".reader footer button.danger").click()
    await expect(page.locator("#tray")).to_contain_text("1 Nachricht")
    await page.goto(f"{demo.url}/mailbox/review")
    await sign_out.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Abmelden, ohne zu löschen?")
    await fits(page, "leaving in German")
    await page.get_by_role("link", name="Zurück zu den Nachrichten").last.click()
    await expect(page).to_have_url(re.compile("/mailbox$"))
    await page.goto(f"{demo.url}/mailbox/signout")
    await page.get_by_role("button", name="Trotzdem abmelden").click()
    await expect(page.locator(".ended")).to_contain_text("wurde nicht gelöscht")
    await fits(page, "left in German")
