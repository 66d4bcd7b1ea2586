"""A session that ends in the middle of a click: sign in again, and go on where one was."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import axe, screenshot
from tests.support.popscope import RunningPopscope
from tests.support.signin import fill_in, headers_loaded

from .conftest import BIG, Stage

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]
IDLE = 4  # seconds


@pytest.fixture(scope="module")
def hasty() -> Iterator[RunningPopscope]:
    """A Popscope whose sessions end soon."""
    with RunningPopscope("serve", settings={"POPSCOPE_SESSION_IDLE": str(IDLE)}) as running:
        yield running


async def expire(page: Page) -> None:
    """Nobody clicks for long enough; nothing of the page asks by itself."""
    await page.wait_for_load_state("networkidle")
    await page.wait_for_timeout(1000 * (IDLE + 1))


async def test_a_click_too_late_loses_nothing(
    stage: Stage, hasty: RunningPopscope, page_at: PageAt
) -> None:
    stage = replace(stage, app=hasty)
    page = await page_at(1440)
    await stage.sign_in(page)
    await headers_loaded(page)
    await page.get_by_role("button", name=f"Delete: {BIG}").first.click()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await page.goto(f"{hasty.url}/mailbox?sort=subject")
    await page.get_by_role("link", name="Letter 7", exact=True).click()
    await expect(page.locator("#reader .text")).to_contain_text("this is letter 7")
    where = page.url
    assert "sort=subject" in where

    # A click that htmx sends.
    await expire(page)
    await page.locator("#reader").get_by_role("button", name="Delete: Letter 7").click()
    ended = page.get_by_role("region", name="Your session ended after 4 seconds without a click.")
    await expect(ended).to_contain_text("Your last click was not carried out.")
    await expect(ended).to_contain_text("Nothing was deleted. Your mark is kept")
    assert await axe(page) == []
    await screenshot(page, "signin-ended", full_page=False)
    await fill_in(page, stage.link, stage.user)
    await expect(page.locator("#reader")).to_contain_text("Letter 7")
    assert page.url == where
    await expect(page.locator("#tray")).to_contain_text("1 message, 39.9 MB")

    # A form, on the page that would delete.
    await page.get_by_role("link", name="Review and delete 1 message").click()
    await expire(page)
    await page.get_by_role("button", name="Delete 1 message for good").click()
    await expect(ended).to_contain_text("Your last click was not carried out.")
    await fill_in(page, stage.link, stage.user)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Delete 1 message, 39.9 MB?")
    assert stage.is_there()

    # A page that is asked for, by somebody who then signs out on purpose.
    await expire(page)
    await page.get_by_role("link", name="Back to messages").first.click()
    await expect(ended).not_to_contain_text("not carried out")
    await expect(ended).to_contain_text("Your mark is kept")
    await fill_in(page, stage.link, stage.user)
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("button", name="Sign out anyway").click()
    await expect(page.get_by_label("Password", exact=True)).to_be_visible()
    await expect(page.get_by_text(re.compile("session"))).to_have_count(0)
    await expect(page.get_by_role("region", name="You are signed out.")).to_contain_text(
        "1 message was marked for deletion and was not deleted"
    )
    await fill_in(page, stage.link, stage.user)
    await expect(page.locator(".rows .row").first).to_be_visible()
    await expect(page.locator("#tray")).to_be_hidden()
    assert stage.is_there()
    assert stage.others() == stage.before
