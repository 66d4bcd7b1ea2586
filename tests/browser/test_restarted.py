"""Popscope crashes and is started again under an open page, in Chromium, over a real Redis."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium
from tests.support.dovecot import Dovecot
from tests.support.popscope import RunningPopscope
from tests.support.redis import Redis
from tests.support.signin import headers_loaded, sign_in

from .conftest import letter

pytestmark = [pytest.mark.browser, pytest.mark.interop]
PageAt = Callable[..., Awaitable[Page]]


async def test_a_page_that_is_open_goes_on_with_its_marks(
    dovecot: Dovecot, page_at: PageAt, chromium: Chromium
) -> None:
    chromium.allow(r"ERR_|status of 503")
    dovecot.deliver_many("restarted", [letter(number) for number in range(5)])
    with (
        Redis() as store,
        RunningPopscope(settings={"POPSCOPE_STORE": store.url}) as popscope,
    ):
        page = await page_at(1440, "light")
        await sign_in(page, popscope.url, dovecot, "restarted")
        await headers_loaded(page)
        rows, tray = page.locator(".rows .row"), page.locator("#tray")
        await rows.nth(0).get_by_role("button").click()
        await expect(tray).to_contain_text("1 message")
        await asyncio.to_thread(popscope.kill)
        await asyncio.to_thread(popscope.begin)
        await asyncio.sleep(4)  # the page has found its events again, and nobody has clicked
        await expect(rows).to_have_count(5)
        await expect(tray).to_contain_text("1 message")
        await rows.nth(1).get_by_role("button").click()
        await expect(tray).to_contain_text("2 messages")
        await page.reload()
        await expect(tray).to_contain_text("2 messages")
        await expect(page.get_by_text("could not be taken over")).to_have_count(0)
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await page.goto(f"{popscope.url}/mailbox/review")
        await page.get_by_role("button", name="Delete 2 messages for good").click()
        await page.wait_for_url("**/mailbox/receipt**")
        assert len(dovecot.messages_on_disk("restarted")) == 3
