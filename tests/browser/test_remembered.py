"""What the browser remembers of the last server, and a look at the password."""

import json

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium
from tests.support.dovecot import Dovecot
from tests.support.popscope import RunningPopscope

from . import looking
from .conftest import letter, new_user

pytestmark = pytest.mark.browser

SHIFT = """
() => new Promise((found) => new PerformanceObserver((list) => found(
  list.getEntries().reduce((sum, { value }) => sum + value, 0),
)).observe({ type: 'layout-shift', buffered: true }) || setTimeout(() => found(0), 300))
"""


async def place_of(page: Page) -> list[str]:
    """Server, port and security in the form."""
    return [await page.locator(f"#{name}").input_value() for name in ("server", "port", "security")]


async def to_report(page: Page, link: str) -> None:
    """Follows a link to the form of the report, until its scripts have run as well."""
    async with page.expect_event("load"):
        await page.get_by_role("link", name=link).click()


async def test_the_last_server_is_there_for_the_next_account(
    app: RunningPopscope, dovecot: Dovecot, chromium: Chromium
) -> None:
    users = [new_user() for _ in range(3)]
    for user in users:
        dovecot.deliver(user, letter(1))
    page = await chromium.page_at(1366, height=768)
    await page.goto(app.url)
    await expect(page.locator("#forget")).to_be_hidden()
    place = [dovecot.host, str(dovecot.port), "none"]
    await page.locator("#server").fill(place[0])
    await page.locator("#port").fill(place[1])
    await page.locator("#security").select_option("none")
    for user in users:  # the name, the password, Enter, Sign out: four actions each
        await expect(page.locator("#server")).to_have_value(place[0])
        assert await place_of(page) == place
        await page.get_by_label("Email address or user name").fill(user)
        await page.get_by_label("Password", exact=True).fill("secret")
        await page.get_by_label("Password", exact=True).press("Enter")
        await expect(page.locator(".account")).to_contain_text(user)
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("button", name="Open mailbox").wait_for()
    await expect(page.locator("#chosen")).to_contain_text(
        f"Last server used{place[0]}:{place[1]}, not encrypted"
    )
    assert await page.evaluate(SHIFT) == 0
    # No name, no password: the place alone, and of the name what stands behind the @.
    kept = await page.evaluate("({...localStorage})")
    assert json.loads(kept["popscope-server"]) == {
        "server": place[0],
        "port": place[1],
        "security": "none",
        "domain": "",
    }
    assert "secret" not in str(kept)
    assert not any(user in str(kept) for user in users)
    # In the form of the report, too, and in "Another report".
    await to_report(page, "Test a server or an account")
    assert await place_of(page) == place
    await page.get_by_role("button", name="Start the report").click()
    await to_report(page, "Another report")
    assert await place_of(page) == place
    async for _ in looking.at(page):
        await looking.look(page, "remembered-report")
    await page.get_by_role("button", name="Forget this server").press("Enter")
    assert await place_of(page) == ["", "", ""]
    await expect(page.locator("#server")).to_be_focused()
    assert await page.evaluate("localStorage.length") == 0
    await page.goto(app.url)
    assert await place_of(page) == ["", "", "tls"]
    await expect(page.locator("#forget")).to_be_hidden()


async def test_forgetting_at_the_sign_in_and_after_a_fault(
    app: RunningPopscope, chromium: Chromium
) -> None:
    chromium.allow("status of 422")
    page = await chromium.page_at(390, height=844)
    await page.goto(app.url)
    await page.get_by_label("Email address or user name").fill("anna@Example.NET")
    await page.locator("#server").fill("pop.example.net:0")
    await page.get_by_label("Password", exact=True).fill("secret")
    await page.get_by_label("Password", exact=True).press("Enter")
    await page.locator("#wrong").wait_for()
    assert (
        json.loads(await page.evaluate("localStorage['popscope-server']"))["domain"]
        == "example.net"
    )
    assert (await place_of(page))[0] == "pop.example.net:0"
    async for _ in looking.at(page):
        await looking.look(page, "remembered-fault")
    await page.goto(app.url)
    async for _ in looking.at(page):
        await looking.look(page, "remembered")
    await page.get_by_role("button", name="Forget this server").click()
    assert await place_of(page) == ["", "", "tls"]
    await expect(page.locator("#chosen")).to_be_hidden()
    assert await page.evaluate("localStorage.length") == 0


async def test_a_browser_that_keeps_nothing_signs_in_all_the_same(
    app: RunningPopscope, dovecot: Dovecot, chromium: Chromium
) -> None:
    user = new_user()
    dovecot.deliver(user, letter(1))
    page = await chromium.page_at(1024)
    await page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no') }})"
    )
    await page.goto(app.url)
    await page.get_by_label("Email address or user name").fill(user)
    await page.locator("#server").fill(f"{dovecot.host}:{dovecot.port}")
    await page.locator("#security").select_option("none")
    await page.get_by_label("Password", exact=True).fill("secret")
    await page.get_by_label("Password", exact=True).press("Enter")
    await expect(page.locator(".account")).to_contain_text(user)


@pytest.mark.parametrize("path", ["/", "/report"])
async def test_the_password_can_be_looked_at(
    app: RunningPopscope, chromium: Chromium, path: str
) -> None:
    page = await chromium.page_at(390)
    await page.goto(app.url + path)
    await page.locator("#username").fill("anna")
    field = page.locator("#password")
    await field.fill("s3cret")
    await page.keyboard.press("Tab")
    show = page.get_by_role("button", name="Show password")
    await expect(show).to_be_focused()
    await expect(show).to_have_attribute("aria-pressed", "false")
    await page.keyboard.press("Space")
    await expect(show).to_have_attribute("aria-pressed", "true")
    await expect(field).to_have_attribute("type", "text")
    await expect(field).to_have_attribute(
        "spellcheck", "false"
    )  # some browsers send it to check it
    await expect(field).to_have_value("s3cret")
    box = await show.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    async for _ in looking.at(page):
        await looking.look(page, f"shown-password-{path.strip('/') or 'signin'}")
    await page.keyboard.press("Space")
    await expect(field).to_have_attribute("type", "password")
    # It never leaves as text, which a browser would offer again.
    await page.keyboard.press("Space")
    await page.evaluate(
        "document.addEventListener('submit', (event) => { event.preventDefault(); })"
    )
    await field.press("Enter")
    await expect(field).to_have_attribute("type", "password")
    await expect(show).to_have_attribute("aria-pressed", "false")
    bare = await chromium.page_at(390, javascript=False)
    await bare.goto(app.url + path)
    await expect(bare.locator("#password")).to_be_visible()
    await expect(bare.locator("#show")).to_be_hidden()
    await expect(bare.locator("#forget")).to_be_hidden()


CUT = """
() => [...document.querySelectorAll('select')].flatMap((select) => {
  const { font, paddingLeft, paddingRight } = getComputedStyle(select);
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = font;
  const arrow = 20;
  const room = select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - arrow;
  return [...select.options].map(({ text }) => text)
    .filter((text) => pen.measureText(text).width > room);
})
"""


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "ja"])
async def test_no_choice_is_cut(app: RunningPopscope, chromium: Chromium, language: str) -> None:
    page = await chromium.page_at(390, locale=language)
    for path in ("/", "/report"):
        await page.goto(app.url + path)
        assert await page.evaluate(CUT) == [], path
