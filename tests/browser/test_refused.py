"""A server that does not let in now: what a person sees, and what happens only if they say so."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import axe, screenshot
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer
from tests.support.signin import fill_in, sign_in
from tests.web.signin.test_routes import HashesOnly

from . import looking

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]
IN_USE = b"-ERR [IN-USE] maildrop is locked by another session"


def logins(fake: FakeMaildrop) -> int:
    return fake.count("PASS")


async def test_the_sign_in_page_counts_down_and_tries_nothing(
    app: RunningPopscope, chromium, page_at: PageAt
) -> None:
    chromium.allow("status of 423")
    fake = FakeMaildrop(plain(2))
    fake.quirks.refuse_login = IN_USE
    async with ScriptedServer(fake) as server:
        page = await page_at(1440)
        await page.clock.install()
        await page.goto(app.url)
        await fill_in(page, server)
        waiting = page.locator(".waiting")
        await expect(waiting).to_contain_text("Worth another try in 0:")
        said = waiting.get_by_role("status")
        await expect(said).to_have_text("")
        await page.clock.fast_forward(5000)
        await expect(waiting.locator("time")).to_have_text(re.compile(r"0:2[0-5]"))
        await expect(said).to_have_text("")
        await page.clock.fast_forward(30_000)
        await expect(waiting).to_contain_text("Worth another try now.")
        await expect(said).to_have_text("It is worth another try now.")
        await expect(waiting.get_by_role("button")).to_have_count(0)
        assert logins(fake) == 1


@pytest.mark.parametrize("keep", [True, False])
async def test_a_session_tries_again_by_itself_only_while_it_is_told_to(
    app: RunningPopscope, chromium, page_at: PageAt, keep: bool
) -> None:
    chromium.allow("status of 423")
    fake = FakeMaildrop(plain(2))
    async with ScriptedServer(fake) as server:
        page = await page_at(1440)
        await page.clock.install()
        await sign_in(page, app.url, server)
        await page.get_by_role("button", name="Release now").click()
        await expect(page.locator("#chip")).to_contain_text("Released")
        fake.quirks.refuse_login = IN_USE
        await page.locator(".row .what a").first.click()
        problem = page.locator("#problem")
        await expect(problem).to_contain_text("Another program has this mailbox open.")
        await expect(problem).to_contain_text("Worth another try in")
        assert await axe(page) == []
        await screenshot(page, "in-use-list")
        before = logins(fake)
        button = problem.get_by_role("button", name="Keep trying")
        await expect(button).to_have_attribute("aria-pressed", "false")
        if not keep:
            await page.clock.fast_forward(60_000)
            await expect(problem).to_contain_text("Worth another try now.")
            assert logins(fake) == before
            fake.quirks.refuse_login = None
            await problem.get_by_role("button", name="Try again").click()
        else:
            await button.press("Enter")
            await expect(button).to_have_attribute("aria-pressed", "true")
            await page.clock.fast_forward(31_000)
            await page.get_by_role("heading", level=1, name="Another program").wait_for()
            kept = page.get_by_role("button", name="Keep trying")
            await expect(kept).to_have_attribute("aria-pressed", "true")
            assert logins(fake) > before
            fake.quirks.refuse_login = None
            await page.clock.fast_forward(31_000)
        await page.locator(".rows .row").first.wait_for()
        assert await page.evaluate("sessionStorage.getItem('popscope-tries')") is None
        assert fake.count("DELE") == 0


async def test_keep_trying_ends(app: RunningPopscope, chromium, page_at: PageAt) -> None:
    chromium.allow("status of 423")
    fake = FakeMaildrop(plain(2))
    async with ScriptedServer(fake) as server:
        page = await page_at(1440)
        await page.clock.install()
        await sign_in(page, app.url, server)
        await page.get_by_role("button", name="Release now").click()
        await expect(page.locator("#chip")).to_contain_text("Released")
        fake.quirks.refuse_login = IN_USE
        await page.get_by_role("button", name="Check again").click()
        kept = page.get_by_role("button", name="Keep trying")
        await kept.click()
        await page.evaluate("sessionStorage.setItem('popscope-tries', '19')")
        await page.clock.fast_forward(31_000)
        await expect(kept).to_have_attribute("aria-pressed", "false")
        before = logins(fake)
        await page.clock.fast_forward(60_000)
        await expect(page.locator(".waiting")).to_contain_text("Worth another try now.")
        assert logins(fake) == before


async def test_refusals_at_every_width(app: RunningPopscope, chromium, page_at: PageAt) -> None:
    chromium.allow("status of 4(01|23)")
    fake = HashesOnly(plain(2))
    async with ScriptedServer(fake) as server:
        page = await page_at(1440)
        await page.goto(app.url)
        await fill_in(page, server)
        await page.get_by_role("button", name="Open by sending the password itself").wait_for()
        async for _ in looking.at(page):
            await looking.look(page, "refused-proof")
        await page.get_by_label("Password", exact=True).fill("secret")
        await page.get_by_role("button", name="Open by sending the password itself").click()
        await page.locator(".rows .row").first.wait_for()
        fake.quirks.refuse_login = IN_USE
        await page.get_by_role("button", name="Check again").click()
        await page.locator(".waiting").wait_for()
        async for _ in looking.at(page):
            await looking.look(page, "in-use")
