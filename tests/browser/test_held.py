"""Too many wrong passwords, in Chromium: it says why, and counts down until the next try."""

import re
from collections.abc import Awaitable, Callable, Iterator

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe, screenshot
from tests.support.maildrop import FakeMaildrop, plain
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer
from tests.support.signin import fill_in

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
def app() -> Iterator[RunningPopscope]:
    settings = {"POPSCOPE_WRONG_ACCOUNT": "1/10 minutes"}
    with RunningPopscope("serve", settings=settings) as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_sign_in_that_is_held_counts_down(
    app: RunningPopscope, page_at: PageAt, chromium: Chromium, scheme: str
) -> None:
    chromium.allow(r"\b(401|429)\b")
    page = await page_at(1440, scheme)
    async with ScriptedServer(FakeMaildrop(plain(3))) as server:
        await page.goto(app.url)
        await fill_in(page, server, scheme, password="wrong")
        await expect(page.locator(".errortitle")).to_contain_text("did not accept")
        connections = server.connections
        await page.get_by_label("Password", exact=True).fill("secret")
        await page.get_by_label("Password", exact=True).press("Enter")
        await expect(page.locator(".errortitle")).to_have_text("Too many wrong passwords.")
        assert server.connections == connections
        clock = page.locator(".waiting time")
        began = await clock.inner_text()
        assert re.fullmatch(r"9:\d\d|10:00", began)
        await expect(clock).not_to_have_text(began)
        assert await page.get_by_label("Email address or user name").input_value() == scheme
        assert await page.get_by_label("Password", exact=True).input_value() == ""
        for width in (1440, 1024, 390):
            await page.set_viewport_size({"width": width, "height": 900})
            await screenshot(page, f"held-{scheme}", full_page=False)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await axe(page) == []
