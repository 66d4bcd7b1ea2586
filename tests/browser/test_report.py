"""A server report by keyboard, on a phone, in the dark, and without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, screenshot
from tests.support.dovecot import Dovecot
from tests.support.popscope import RunningPopscope

from . import looking
from .conftest import letter

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def trusting(dovecot: Dovecot, tmp_path_factory) -> Iterator[RunningPopscope]:
    dovecot.deliver_many("reported", map(letter, range(5)))
    ca_file = dovecot.authority.write(tmp_path_factory.mktemp("ca") / "ca.pem")
    with RunningPopscope("serve", settings={"POPSCOPE_CA_FILE": str(ca_file)}) as running:
        yield running


async def fill(page: Page, dovecot: Dovecot) -> None:
    await page.get_by_label("Server (optional").fill(f"localhost:{dovecot.port}")
    await page.get_by_label("Security").select_option("starttls")
    await page.get_by_label("Email address or user name").fill("reported")
    await page.get_by_label("Password").fill("secret")
    await page.get_by_label("Password").press("Enter")


async def test_a_report_fills_in_and_ends(
    trusting: RunningPopscope, dovecot: Dovecot, chromium: Chromium
) -> None:
    page = await chromium.page_at(390)
    await page.clock.install()

    async def look(name: str) -> None:
        async for _ in looking.at(page):
            await looking.look(page, f"report-{name}")

    await page.goto(trusting.url)
    await page.get_by_role("link", name="Test a server or an account").press("Enter")
    await expect(page.get_by_label("Server (optional")).to_be_visible()
    await look("form")
    await fill(page, dovecot)
    await expect(page.get_by_role("link", name="Another report")).to_be_visible()
    await expect(page.locator(".findings")).to_have_count(5)
    await look("done")
    # Details by keyboard.
    greeting = page.locator("summary", has_text="A POP3 server sends its greeting")
    await greeting.press("Enter")
    await expect(page.get_by_text("+OK Dovecot (Debian) ready.", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Copy for support")).to_be_visible()
    asked = await chromium.asked(page)
    await page.clock.run_for(60_000)
    assert await chromium.asked(page) == asked  # it asks no more


async def test_an_answer_that_never_comes_is_not_asked_for_again_and_again(
    trusting: RunningPopscope, dovecot: Dovecot, chromium: Chromium
) -> None:
    page = await chromium.page_at(1440)
    await page.clock.install()
    await page.goto(f"{trusting.url}/report")
    await page.route("**/live", lambda route: route.abort())
    chromium.allow("ERR_FAILED|Failed to fetch")
    async with page.expect_request("**/live"):
        await fill(page, dovecot)
    for _ in range(3):
        await page.clock.run_for(5000)
        tries = sum(one.endswith("/live") for one in await chromium.asked(page))
    assert tries <= 2


async def test_without_javascript(
    trusting: RunningPopscope, dovecot: Dovecot, chromium: Chromium
) -> None:
    page = await chromium.page_at(390, "dark", javascript=False)
    await page.goto(f"{trusting.url}/report")
    await fill(page, dovecot)
    await expect(page.get_by_role("link", name="Another report")).to_be_visible()
    await expect(page.locator("#reporttext")).to_be_hidden()
    await expect(page.get_by_role("button", name="Copy for support")).to_be_hidden()
    await screenshot(page, "report-no-js")
