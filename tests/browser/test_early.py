"""Hands that are quicker than the scripts of a page, on a slow line: what they did counts."""

import asyncio
import json

import pytest
from playwright.async_api import Page, Route, expect

from tests.support.browser import Chromium
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo

pytestmark = pytest.mark.browser
LAST = {"server": "pop.example.net", "port": "1110", "security": "none", "domain": ""}


async def without_scripts(page: Page, url: str) -> asyncio.Event:
    """Opens a page whose scripts are on their way until the event is set."""
    come = asyncio.Event()

    async def hold(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/scripts/*.js*", hold)
    await page.goto(url, wait_until="commit")
    return come


async def test_an_address_typed_early_is_looked_for(
    app: RunningPopscope, chromium: Chromium
) -> None:
    page = await chromium.page_at(1024)
    scripts = await without_scripts(page, app.url)
    await page.locator("#username").fill("anna@gmx.net")
    scripts.set()
    await expect(page.locator('#found [data-for="anna@gmx.net"]')).to_contain_text("pop.gmx.net")
    await expect(page.locator("#server")).to_have_value("pop.gmx.net")


@pytest.mark.parametrize("path", ["/", "/report"])
async def test_the_last_server_gives_way_to_what_was_typed_early_and_to_nothing_else(
    app: RunningPopscope, chromium: Chromium, path: str
) -> None:
    page = await chromium.page_at(1024)
    await page.goto(app.url)
    await page.evaluate("last => { localStorage['popscope-server'] = last }", json.dumps(LAST))
    for field, typed, server in (
        ("username", "anna", LAST["server"]),
        ("port", "2110", ""),
        ("server", "mail.example.org", "mail.example.org"),
    ):
        scripts = await without_scripts(page, app.url + path)
        await page.locator("#place").evaluate_all("all => all.forEach(one => { one.open = true })")
        await page.locator(f"#{field}").fill(typed)
        scripts.set()
        await expect(page.locator("#forget")).to_be_visible()
        await expect(page.locator(f"#{field}")).to_have_value(typed)
        await expect(page.locator("#server")).to_have_value(server)


async def test_what_was_ticked_typed_chosen_and_opened_early_counts(
    demo: RunningPopscope, chromium: Chromium
) -> None:
    page = await chromium.page_at(1440)
    await enter_demo(page, demo.url)
    scripts = await without_scripts(page, f"{demo.url}/mailbox")
    for row in (1, 3):
        await page.locator(".pick input").nth(row).check()
    await page.locator("#q").fill("larger:1M")
    await page.locator("#sort").select_option("from")
    await page.locator("#transcript summary").click()
    scripts.set()
    await expect(page.locator("#picked")).to_contain_text("2 selected")
    await expect(page).to_have_url(f"{demo.url}/mailbox?q=larger%3A1M&sort=from")
    await expect(page.locator("#matched")).to_contain_text("38")
    await expect(page.locator(".pick input:checked")).to_have_count(2)
    await expect(page.locator("#q")).to_have_value("larger:1M")
    await expect(page.locator("#transcript")).to_have_attribute("open", "")
    await page.locator("#said[data-full] li").first.wait_for()
