"""The language by mouse and by keyboard, its dates and numbers."""

import re

import pytest
from playwright.async_api import Page, expect

from app.web.site.languages import NAMES, catalogue
from tests.support.browser import Chromium
from tests.support.popscope import RunningPopscope
from tests.support.signin import open_demo

from . import looking

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FEW = "q=larger:10M"

# Pairs of buttons, links and fields of one bar or card that lie over one another.
OVERLAPS = """
() => [...document.querySelectorAll(
  '.topbar, .listhead, .tray, .meter, .reader footer, .card, .open')]
  .flatMap((place) => {
    const all = [...place.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
      .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        && !one.closest('svg'));
    const boxes = all.map((one) => one.getBoundingClientRect());
    const found = [];
    for (let a = 0; a < all.length; a += 1) for (let b = a + 1; b < all.length; b += 1) {
      if (all[a].contains(all[b]) || boxes[a].width < 2 || boxes[b].width < 2) continue;
      const [one, two] = [boxes[a], boxes[b]];
      const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (wide > 1 && high > 1) found.push(`${all[a].outerHTML} | ${all[b].outerHTML}`);
    }
    return found;
  })
"""


async def look_at(page: Page, name: str) -> None:
    """Screenshots; nothing scrolls sideways, and no two things to press lie over one another.

    What axe looks at is the same in every language, so it looks at the English pages alone.
    """
    await looking.pictures(page, name)
    await looking.fits(page, name)
    assert await page.evaluate(OVERLAPS) == [], name


async def walk(page: Page, demo: RunningPopscope, name: str, *widths: int) -> None:
    """Every page, found without words; of the list a few rows, which are all made alike."""

    async def look(page: Page, name: str) -> None:
        async for _ in looking.at(page, widths):
            await look_at(page, name)

    await page.goto(demo.url)
    await look(page, f"{name}-signin")
    await page.goto(demo.url + "/nowhere")
    await look(page, f"{name}-not-found")
    await page.goto(demo.url + "/api/docs")
    await look(page, f"{name}-api")
    await open_demo(page, demo.url)
    await page.goto(f"{demo.url}/mailbox?{FEW}")
    await expect(page.locator(".row.pending")).to_have_count(0)
    await look(page, f"{name}-mailbox")
    await page.locator(".rows .row").nth(1).locator(".what a").click()
    await expect(page.locator("#reader .text").first).to_be_visible()
    await look(page, f"{name}-message")
    for tab in ("attachments", "headers", "route", "source"):
        await page.goto(re.sub(r"\?.*|$", f"?{FEW}&tab={tab}", page.url, count=1))
        await expect(page.locator(f"[data-tab={tab}]")).to_be_visible()
        await look(page, f"{name}-{tab}")
    await page.locator("#reader footer button[hx-post$='/mark']").click()
    await expect(page.locator("#tray")).to_be_visible()
    await look(page, f"{name}-marked")
    await page.goto(demo.url + "/mailbox/export?q=larger:5M")
    await look(page, f"{name}-export")
    await page.goto(demo.url + "/mailbox/console")
    await look(page, f"{name}-console")
    await page.goto(demo.url + "/mailbox/space")
    await look(page, f"{name}-space")
    await page.goto(demo.url + "/keys")
    await look(page, f"{name}-keys")
    await page.goto(demo.url + "/mailbox/review")
    await look(page, f"{name}-review")
    await page.locator("button.commit").click()
    await page.wait_for_url("**/mailbox/receipt")
    await look(page, f"{name}-receipt")
    await page.goto(demo.url + "/report")
    await look(page, f"{name}-report-form")
    await page.locator("form:has([name=own]) button.go").click()
    await expect(page.locator("#report .seal:not(.making)")).to_be_visible(timeout=60_000)
    await look(page, f"{name}-report")
    await page.goto(f"{demo.url}/mailbox?q=larger:10M+larger:x")
    await look(page, f"{name}-filter-wrong")
    await page.goto(f"{demo.url}/mailbox?{FEW}")
    await page.locator(".transcript summary").click()
    await page.locator("#said[data-full]").wait_for()
    await look(page, f"{name}-transcript")


async def test_a_language_is_chosen_by_mouse_and_by_keyboard(
    demo: RunningPopscope, chromium: Chromium
) -> None:
    page = await chromium.page_at(1024)
    html = page.locator("html")
    await page.goto(demo.url)
    await expect(html).to_have_attribute("lang", "en-GB")
    await page.get_by_role("button", name="Deutsch").click()
    await expect(html).to_have_attribute("lang", "de")
    await page.get_by_role("button", name="Demo-Postfach").click()
    await expect(page).to_have_title(re.compile("Popscope"))
    await page.goto(demo.url + "/mailbox?sort=from")
    await page.locator("#more").focus()
    await page.keyboard.press("Enter")
    for _ in range(7):
        await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="English")).to_be_focused()
    for _ in range(4):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(html).to_have_attribute("lang", "ja")
    assert page.url.endswith("/mailbox?sort=from")
    await expect(page.locator("#menu button[aria-current]")).to_have_text("日本語")
    # A message that htmx opened stays open when the language changes.
    await page.locator(".rows .row").nth(1).locator(".what a").click()
    await expect(page.locator("#reader[data-id]")).to_be_visible()
    opened = page.url
    await page.locator("#more").click()
    await page.get_by_role("button", name="Français").click()
    await expect(html).to_have_attribute("lang", "fr")
    assert page.url == opened
    await expect(page.locator("#reader[data-id]")).to_contain_text("transférés")


@pytest.mark.parametrize(
    ("locale", "zone", "size", "date"),
    [
        ("de-DE", "Asia/Tokyo", r"\d+,\d\sMB",
         r"^(Mo|Di|Mi|Do|Fr|Sa|So)\., \d+\. .+ \d{4}, \d\d:\d\d$"),
        ("ja-JP", "America/Los_Angeles", r"\d+\.\d\sMB",
         r"^\d{4}年\d+月\d+日\([月火水木金土日]\) \d+:\d\d$"),
        ("fr-FR", "Europe/Paris", r"\d+,\d\sMo",
         r"^(lun|mar|mer|jeu|ven|sam|dim)\. \d+ .+ \d{4}, \d\d:\d\d$"),
    ],
)  # fmt: skip
async def test_dates_and_numbers_are_those_of_the_browser(
    demo: RunningPopscope, chromium: Chromium, locale: str, zone: str, size: str, date: str
) -> None:
    page = await chromium.page_at(1024, locale=locale, timezone_id=zone)
    await open_demo(page, demo.url)
    await expect(page.locator(".row.pending")).to_have_count(0)
    row = page.locator(".rows .row").first
    await expect(row.locator(".size")).to_contain_text(re.compile(size))
    shown = row.locator("time")
    title = await shown.get_attribute("title") or ""
    assert re.search(date, title), title
    # The clock of the browser's zone, as the browser itself counts it.
    clock = await shown.evaluate(
        "time => new Date(time.dateTime).toLocaleTimeString('en-GB',"
        " {hour: '2-digit', minute: '2-digit'})"
    )
    assert title.endswith(clock.removeprefix("0") if locale == "ja-JP" else clock), title


@pytest.mark.parametrize("code", [code for code in NAMES if code != "en"])
async def test_every_page_in_every_language(
    demo: RunningPopscope, chromium: Chromium, code: str
) -> None:
    chromium.allow("status of (404|422)")
    page = await chromium.page_at(390, height=844, locale=code)
    await page.goto(demo.url)
    said = catalogue(code).gettext("Open mailbox")
    await expect(page.locator("form[action='/signin'] .go")).to_have_text(said)
    await walk(page, demo, code, 390)
