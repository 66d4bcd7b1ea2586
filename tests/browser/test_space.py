"""Where the space goes: facets by mouse and keyboard, the treemap, what has to go to get under."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe, screenshot
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo, standing

from .test_look import WATCH_SHIFTS

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]


async def look(page: Page, name: str) -> None:
    await screenshot(page, name, full_page=True)
    assert await axe(page) == [], name
    room = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert room[0] <= room[1], f"{name} scrolls sideways"


async def test_facets_and_the_treemap_by_mouse_and_keyboard(
    page_at: PageAt, demo: RunningPopscope
) -> None:
    page = await page_at(1440)
    await page.add_init_script(WATCH_SHIFTS)
    await enter_demo(page, demo.url)
    assert await page.evaluate("window.shifted") == []
    await page.goto(demo.url + "/mailbox")
    column = page.get_by_role("navigation", name="Where the space goes")
    all_rows = await page.locator(".listhead").inner_text()

    # By mouse: a sender, joined by a size; again takes it away.
    await column.get_by_role("link", name=re.compile("Uncle Bob")).click()
    await expect(page).to_have_url(re.compile(r"q=sender%3A"))
    bob = column.get_by_role("link", name=re.compile("Uncle Bob"))
    await expect(bob).to_have_attribute("aria-current", "true")
    await expect(page.locator(".rows .row")).to_have_count(12)
    await column.get_by_role("link", name=re.compile("over 10 MB")).click()
    await expect(page).to_have_url(re.compile(r"sender.*larger%3A10M"))
    shown = await page.locator(".rows .row").count()
    assert 0 < shown < 12
    await look(page, "facets")
    assert await page.evaluate("document.documentElement.scrollHeight") == 900  # panes scroll
    await bob.click()
    await expect(page).to_have_url(re.compile(r"\?q=larger%3A10M$"))

    # The filter that is typed is the one that the facets show.
    await page.locator("#q").fill("smaller:10K")
    await expect(column.locator('[aria-current="true"]')).to_have_count(0)
    await page.locator("#q").fill("-larger:100K")
    await expect(column.locator('[aria-current="true"]')).to_have_count(1)

    # By keyboard: a month; newer facets leave the focus where it is.
    await page.goto(demo.url + "/mailbox")
    bar = column.locator(".months a").last
    await bar.focus()
    href = await bar.get_attribute("href")
    async with page.expect_response("**/mailbox/space/facets"):
        await page.evaluate("document.body.dispatchEvent(new CustomEvent('popscope:headers'))")
    await expect(column.locator(".months a").last).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"q=month%3A20\d\d-\d\d"))
    assert href is not None
    assert page.url.endswith(href)
    box = await column.locator(".months .hit").first.bounding_box()
    assert box is not None
    assert box["width"] >= 24

    # What has to go: shown, not marked.
    await page.goto(demo.url + "/mailbox")
    await column.get_by_label("Make room").fill("300")
    await column.get_by_role("button", name="Show them").click()
    await expect(page).to_have_url(re.compile(r"q=larger%3A.*&keep=300$"))
    await expect(page.locator(".rows .row")).not_to_have_count(0)
    await expect(page.locator("#tray")).to_be_hidden()
    answer = column.get_by_role("status").filter(has_text="without them, the mailbox would be")
    count = await page.locator(".rows .row").count()
    await expect(answer).to_contain_text(f"{count} messages")
    await page.locator("#sort").select_option("from")  # in another order, it is still the answer
    await expect(page).to_have_url(re.compile(r"sort=from&keep=300$"))
    await expect(answer).to_contain_text(f"{count} messages")
    await column.get_by_label("What the number means").select_option("free at least")
    await column.get_by_role("button", name="Show them").click()
    await expect(page).to_have_url(re.compile(r"&free=300$"))
    await expect(column.get_by_label("Make room")).to_have_value("300")
    await expect(column.get_by_label("What the number means")).to_have_value("free")
    await expect(page.locator("#found .answer")).to_be_hidden()
    await page.set_viewport_size({"width": 390, "height": 900})
    await expect(page.locator("#found .answer")).to_contain_text("the mailbox would be")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.locator("#q").fill("from:bob")
    await expect(column).not_to_contain_text("the mailbox would be")
    await expect(column.get_by_label("Make room")).to_have_value("300")

    # The picture: a sender's name leads to the sender's messages.
    await page.goto(demo.url + "/mailbox")
    assert await page.locator(".listhead").inner_text() == all_rows
    await column.get_by_role("link", name="All of it as a map").click()
    await look(page, "space")
    tree = page.locator(".treemap.wide")
    await tree.get_by_role("link", name=re.compile("^Uncle Bob")).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".rows .row")).to_have_count(12)
    await page.go_back()
    await tree.get_by_role("link", name=re.compile("^Holiday video")).click()
    await expect(page.locator("#subject")).to_have_text("Holiday video (the long version)")


async def test_on_a_phone_and_without_javascript(
    page_at: PageAt, demo: RunningPopscope, chromium: Chromium
) -> None:
    chromium.allow("status of 422")
    page = await page_at(390, "dark", height=844, javascript=False, has_touch=True)
    await page.goto(demo.url)
    await page.get_by_role("button", name="demo mailbox").tap()
    await standing(page)
    for _ in range(40):
        await page.goto(demo.url + "/mailbox/space")
        if await page.get_by_role("row", name=re.compile("Uncle Bob")).count():
            break
    await page.goto(demo.url + "/mailbox")
    await page.get_by_role("link", name="Where the space goes").tap()
    await expect(page.locator(".treemap.tall")).to_be_visible()
    await screenshot(page, "space-phone")
    assert not await page.locator(".treemap.wide").is_visible()
    for name in ("over 10 MB", "familypost.example"):
        box = await page.get_by_role("link", name=re.compile(name)).first.bounding_box()
        assert box is not None
        assert box["height"] >= 24
    await page.get_by_role("link", name=re.compile("over 10 MB")).tap()
    await expect(page).to_have_url(re.compile(r"q=larger%3A10M"))
    await expect(page.locator(".rows .row")).not_to_have_count(0)
    await page.goto(demo.url + "/mailbox/space")
    await page.get_by_label("Make room").fill("nonsense")
    await page.get_by_role("button", name="Show them").tap()
    await expect(page.get_by_role("alert")).to_contain_text("This is not a size.")
    await expect(page.get_by_label("Make room")).to_be_focused()
    await page.get_by_label("Make room").fill("350")
    await page.get_by_label("What goes first").select_option("oldest")
    await page.get_by_role("button", name="Show them").tap()
    await expect(page).to_have_url(re.compile(r"q=before%3A.*sort=date&keep=350$"))
    await expect(page.locator(".rows .row")).not_to_have_count(0)
