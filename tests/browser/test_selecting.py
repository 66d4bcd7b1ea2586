"""Selecting: one bar that is always in view, and nothing that moves under the finger."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe
from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer
from tests.support.signin import enter_demo, sign_in

from .test_right_to_left import turned

__all__ = ["turned"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PHONE: dict[str, Any] = {"has_touch": True, "is_mobile": True}
WINDOWS: dict[str, tuple[int, int, dict[str, Any]]] = {
    "1440": (1440, 900, {}),
    "1024": (1024, 768, {}),
    "390": (390, 844, PHONE),
    "844x390": (844, 390, PHONE),
}
# Whatever moves, right after a click or not.
WATCH = """
window.shifted = [];
new PerformanceObserver(list => {
  for (const entry of list.getEntries())
    for (const {node} of entry.sources) window.shifted.push(node?.outerHTML?.slice(0, 200));
}).observe({type: 'layout-shift'});
"""
PLACES = "() => [...document.querySelectorAll('.row')].map(row => row.getBoundingClientRect().y)"
# Rows that lie between the bar and the foot with all of their height.
FREE = """
() => {
  const top = document.querySelector('.listhead').getBoundingClientRect().bottom;
  const foot = Math.min(innerHeight, document.querySelector('#list').getBoundingClientRect().bottom,
    document.querySelector('.foot').getBoundingClientRect().top);
  return [...document.querySelectorAll('.row')].flatMap((row, n) => {
    const box = row.querySelector('.pick input').getBoundingClientRect();
    return box.top > top + 2 && box.bottom < foot - 2 ? [n] : [];
  });
}
"""
# Pieces of rows that lie over one another, or are cut.
ROWS_OVERLAP = """
() => [...document.querySelectorAll('.row')].slice(0, 30).flatMap((row) => {
  const one = (selector) => row.querySelector(selector).getBoundingClientRect();
  const line = [one('.pick input'), one('.who'), one('.size'), one('.do button')]
    .sort((a, b) => a.left - b.left);
  return line.some((box, n) => n && line[n - 1].right > box.left + .5)
    || row.querySelector('.do button').scrollWidth > one('.do button').width + 1
    ? [row.outerHTML.slice(0, 300)] : [];
})
"""


async def press(page: Page, selector: str, nth: int = 0) -> None:
    """By finger where there is one, else by mouse, and without scrolling to it."""
    box = await page.locator(selector).nth(nth).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = await page.evaluate("navigator.maxTouchPoints > 0")
    await (page.touchscreen.tap(x, y) if touch else page.mouse.click(x, y))


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "fr-FR"])
@pytest.mark.parametrize("window", WINDOWS)
async def test_selecting_and_marking_moves_no_row(
    demo: RunningPopscope, chromium: Chromium, window: str, locale: str
) -> None:
    width, height, options = WINDOWS[window]
    page = await chromium.page_at(width, height=height, locale=locale, **options)
    await enter_demo(page, demo.url)
    await page.evaluate("document.querySelector('#list').scrollTop = 700; scrollTo(0, 700)")
    await page.evaluate(WATCH)
    places = await page.evaluate(PLACES)
    bar, tray = page.locator(".listhead"), page.locator("#tray")
    free = await page.evaluate(FREE)
    first, second = free[0], free[-1]
    for nth, picked in ((first, 1), (second, 2 if first != second else 0), (first, 1)):
        await press(page, ".pick input", nth)
        await expect(page.locator(".pick input:checked")).to_have_count(picked)
        assert await page.evaluate(PLACES) == places
        if picked:
            await expect(bar).to_be_in_viewport(ratio=1)
            await expect(page.locator("#markpicked")).to_be_in_viewport(ratio=1)
    await press(page, "#markpicked")
    await expect(tray).to_be_visible()
    await expect(page.locator(".row.marked")).to_have_count(1)
    assert await page.evaluate(PLACES) == places
    free = await page.evaluate(FREE)
    if free:
        await press(page, ".pick input", free[0])
        await expect(page.locator(".picked")).to_be_visible()
    # The bar and the tray, with what it tells, leave three quarters to the list.
    high = [await one.evaluate("one => one.offsetHeight") for one in (bar, tray)]
    assert sum(high) <= height / 4
    await page.evaluate("new Promise(requestAnimationFrame)")
    assert await page.evaluate("window.shifted") == []
    assert await page.evaluate(PLACES) == places


@pytest.mark.parametrize("window", ["1440", "390"])
async def test_the_bar_is_in_view_under_what_is_said_of_the_filter(
    demo: RunningPopscope, chromium: Chromium, window: str
) -> None:
    """A size without a unit is explained in the form above the bar, which then is higher."""
    width, height, options = WINDOWS[window]
    page = await chromium.page_at(width, height=height, **options)
    await enter_demo(page, demo.url)
    await page.goto(f"{demo.url}/mailbox?q=larger:5000")
    await expect(page.locator("#fault")).to_contain_text("has no unit")
    await page.evaluate("document.querySelector('#list').scrollTop = 700; scrollTo(0, 700)")
    await press(page, ".pick input", (await page.evaluate(FREE))[0])
    await expect(page.locator(".pick input:checked")).to_have_count(1)
    await press(page, "#markpicked")
    await expect(page.locator(".row.marked")).to_have_count(1)


async def test_at_the_end_of_the_page_nothing_moves_either(
    demo: RunningPopscope, chromium: Chromium
) -> None:
    width, height, options = WINDOWS["390"]
    page = await chromium.page_at(width, height=height, **options)
    await enter_demo(page, demo.url)
    await page.evaluate("scrollTo(0, 100000)")
    await page.evaluate(WATCH)
    places, last = await page.evaluate(PLACES), (await page.evaluate(FREE))[-1]
    for marks in (1, 0):
        await press(page, ".do button", last)
        await expect(page.locator(".row.marked")).to_have_count(marks)
        await page.evaluate("new Promise(requestAnimationFrame)")
        assert await page.evaluate(PLACES) == places
        assert await page.evaluate("window.shifted") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
async def test_each_row_shows_its_button(
    demo: RunningPopscope, chromium: Chromium, window: str, scheme: str
) -> None:
    width, height, options = WINDOWS[window]
    locale = "de-DE" if scheme == "light" else "es-ES"
    page = await chromium.page_at(width, scheme, height=height, locale=locale, **options)  # type: ignore[arg-type]
    await enter_demo(page, demo.url)
    buttons = page.locator(".rows .do button")
    assert await buttons.count() == 100
    for button in (buttons.nth(0), buttons.nth(70)):
        await expect(button).to_be_visible()
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= (44 if width < 500 else 24)
        assert await button.evaluate("one => getComputedStyle(one).opacity") == "1"
    await page.locator(".rows .do button").nth(1).click()
    await expect(page.locator(".row.marked")).to_have_count(1)
    assert await page.evaluate(ROWS_OVERLAP) == []
    # Of what the bars cover in part, axe would say that it is too small.
    await page.locator(".rows").evaluate("one => one.scrollIntoView()")
    rows = ".rows > .row:nth-of-type(-n + 3)"
    assert await axe(page, rules=("target-size", "color-contrast"), part=rows) == []
    await page.locator(".rows .do button").nth(1).click()
    await expect(page.locator(".row.marked")).to_have_count(0)


@pytest.mark.parametrize("window", WINDOWS)
async def test_rows_from_right_to_left(
    turned: RunningPopscope, chromium: Chromium, window: str
) -> None:
    width, height, options = WINDOWS[window]
    page = await chromium.page_at(width, height=height, locale="ar", **options)
    await enter_demo(page, turned.url)
    await page.locator(".rows .do button").nth(1).click()
    await expect(page.locator(".row.marked")).to_have_count(1)
    assert await page.evaluate(ROWS_OVERLAP) == []
    await press(page, "#pickall input")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    outside = """all => all.filter((one) => {
      const {left, right} = one.getBoundingClientRect();
      return one.checkVisibility() && (left < 0 || right > innerWidth);
    }).map((one) => one.id)"""
    inside = page.locator(".listhead :is(button, input, label), #tray :is(button, a)")
    assert await inside.evaluate_all(outside) == []


async def test_what_was_done_is_told_for_a_while_and_covers_nothing(
    demo: RunningPopscope, chromium: Chromium
) -> None:
    page = await chromium.page_at(1440)
    await enter_demo(page, demo.url)
    await page.goto(f"{demo.url}/mailbox?q=larger:10M")
    await page.locator(".rows .what a").first.click()
    await expect(page.locator("#reader footer button").first).to_be_visible()
    await page.clock.install()
    toast, tray, status = page.locator("#toast"), page.locator("#tray"), page.locator("#status")
    for nth in (1, 2):
        await page.locator(".pick").nth(nth).click()
    await page.locator("#markpicked").click()
    await expect(tray).to_contain_text("2 messages")
    await expect(toast).to_be_empty()  # the sum says it all
    await expect(page.locator("#pickall input")).to_be_focused()
    await page.locator("#markall").click()
    await expect(toast).to_have_text("11 of them just now.")
    await expect(tray).to_contain_text("13 messages")
    await expect(status).to_contain_text("13 messages are marked")
    await expect(status).to_contain_text("11 of them just now.")
    covered = """() => [...document.querySelectorAll(
      '#reader footer :is(button, a), #tray :is(button, a)')].filter((one) => {
        const {x, y, width, height} = one.getBoundingClientRect();
        return !one.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      }).map((one) => one.outerHTML)"""
    assert await page.evaluate(covered) == []
    room = await tray.bounding_box()

    await page.mouse.move(400, 400)
    await page.clock.run_for(7000)
    await expect(toast).to_be_visible()
    await tray.hover()
    await page.clock.run_for(60_000)
    await expect(toast).to_be_visible()
    await page.locator("#undo").focus()
    await page.mouse.move(400, 400)
    await page.clock.run_for(60_000)
    await expect(toast).to_be_visible()
    await page.locator("#q").focus()
    await page.clock.run_for(1500)
    await expect(toast).to_be_hidden()
    await expect(tray).to_contain_text("Nothing has been deleted on the server yet.")
    assert await tray.bounding_box() == room
    await page.evaluate("htmx.ajax('GET', '/mailbox/live', {source: '#live', target: '#live'})")
    await expect(toast).to_be_hidden()  # news of something else do not bring it back

    await page.locator("#undo").click()
    await expect(tray).to_contain_text("2 messages")
    await page.get_by_role("button", name="Unmark all").click()
    await expect(tray).to_contain_text("2 messages, 65.3 MB, are not marked any more.")
    await page.clock.run_for(60_000)
    await page.locator("#undo").click()
    await expect(tray).to_contain_text("2 messages, 65.3 MB marked for deletion.")


async def test_a_selection_lives_over_pages_orders_filters_and_other_pages(
    demo: RunningPopscope, chromium: Chromium
) -> None:
    page = await chromium.page_at(1440)
    await enter_demo(page, demo.url)
    await page.goto(f"{demo.url}/mailbox?q=smaller:900K")
    picked, ticked = page.locator("#picked"), page.locator(".pick input:checked")
    heading = page.get_by_role("heading", level=1)
    where = "document.querySelector('#list').scrollTop"
    for nth in (0, 3):
        await page.locator(".pick").nth(nth).click()
    await page.locator(".row").nth(3).locator("#upto").click()
    await expect(picked).to_have_text("4 selected")
    await page.get_by_role("link", name="Next").click()
    await expect(picked).to_have_text("4 selected, 4 on other pages")
    await expect(page.locator("#upto")).to_have_count(0)
    await page.locator(".pick").nth(5).click()
    await expect(picked).to_have_text("5 selected, 4 on other pages")
    await page.go_back()
    await expect(picked).to_have_text("5 selected, 1 on other pages")
    await expect(ticked).to_have_count(4)
    await page.locator("#sort").select_option("date")
    await expect(picked).to_have_text("5 selected, 5 on other pages")
    await page.locator("#sort").select_option("-size")
    await page.locator("#q").fill("larger:100K smaller:900K")
    await expect(picked).to_have_text("5 selected, 1 on other pages")
    await expect(ticked).to_have_count(4)
    await page.reload()
    await expect(picked).to_have_text("5 selected, 1 on other pages")
    await expect(page.locator("#tray")).to_be_hidden()  # nothing of it is marked

    address = page.url
    for way in ("link", "back"):
        await page.evaluate(f"{where} = 1300")
        await page.get_by_role("button", name="Save selected…").click()
        await expect(heading).to_contain_text("Save 5 messages")
        if way == "back":
            await page.go_back()
        else:
            await page.get_by_role("link", name="Back to messages").first.click()
        await expect(page).to_have_url(address)
        await expect(picked).to_have_text("5 selected, 1 on other pages")
        assert await page.evaluate(where) == 1300
    await page.locator("#markpicked").click()
    await expect(page.locator("#tray")).to_contain_text("5 messages")
    await expect(picked).to_be_empty()
    await expect(page.locator(".row.marked")).to_have_count(4)
    await page.locator(".pick").nth(0).click()
    await page.evaluate(f"{where} = 1300")
    await page.get_by_role("link", name="Review and delete 5 messages").click()
    await expect(heading).to_contain_text("Delete 5 messages")
    await page.get_by_role("button", name="Unmark").first.click()
    await expect(heading).to_contain_text("Delete 4 messages")
    await page.locator(".acts").get_by_role("link", name="Back to messages").click()
    await expect(page).to_have_url(address)
    await expect(picked).to_have_text("1 selected")
    assert await page.evaluate(where) == 1300
    for aside in ("Console", "Save messages…"):
        await page.get_by_role("button", name="More").click()
        await page.get_by_role("link", name=aside).click()
        await page.locator(".topbar").get_by_role("link", name="Back to messages").click()
        await expect(picked).to_have_text("1 selected")
        assert page.url == address

    await page.goto(f"{demo.url}/mailbox?q=larger:100K")
    await page.get_by_label("All on this page").check()
    await page.get_by_label("All 198 that match").click()
    await expect(picked).to_have_text("198 selected, 98 on other pages")
    await expect(page.get_by_label("All on this page")).to_be_focused()
    await page.locator("#q").fill("larger:10M")
    await expect(picked).to_have_text("198 selected, 185 on other pages")
    await page.locator(".pick").nth(0).click()
    await expect(picked).to_have_text("197 selected, 185 on other pages")
    await page.get_by_role("button", name="Clear the selection").click()
    await expect(picked).to_be_empty()
    await expect(ticked).to_have_count(0)
    await page.reload()
    await expect(ticked).to_have_count(0)


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
async def test_a_finger_that_rests_on_a_row_selects_it(
    demo: RunningPopscope, chromium: Chromium, locale: str
) -> None:
    page = await chromium.page_at(390, height=844, locale=locale, **PHONE)
    await enter_demo(page, demo.url)
    await page.clock.install()
    fingers = await page.context.new_cdp_session(page)
    address, ticked = page.url, page.locator(".pick input:checked")

    async def rest(nth: int, ms: int, stray: int = 0) -> None:
        """Puts a finger on a subject, and lifts it after so long."""
        box = await page.locator(".what a").nth(nth).bounding_box()
        assert box is not None
        point = {"x": box["x"] + 60, "y": box["y"] + 8}
        touch = {"type": "touchStart", "touchPoints": [point]}
        await fingers.send("Input.dispatchTouchEvent", touch)
        if stray:
            touch = {"type": "touchMove", "touchPoints": [point | {"y": point["y"] + stray}]}
            await fingers.send("Input.dispatchTouchEvent", touch)
        await page.clock.run_for(ms)
        await fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    await rest(1, 700)
    await expect(ticked).to_have_count(1)
    await expect(page.locator(".listhead.picked")).to_be_in_viewport(ratio=1)
    await rest(3, 700)
    await expect(ticked).to_have_count(2)
    await press(page, ".row:nth-child(4) #upto")
    await expect(ticked).to_have_count(3)
    await expect(page.locator("#upto")).to_have_count(0)
    await rest(5, 700, stray=40)  # that is scrolling
    await expect(ticked).to_have_count(3)
    assert page.url == address
    # The menu: of a row by finger it selects, all others come as ever.
    menu = """([selector, pointerType]) => document.querySelector(selector).dispatchEvent(
      new PointerEvent('contextmenu', {bubbles: true, cancelable: true, pointerType}))"""
    assert await page.evaluate(menu, [".row:nth-child(7) .what a", "mouse"])
    assert await page.evaluate(menu, [".topbar a", "touch"])
    await expect(ticked).to_have_count(3)
    assert not await page.evaluate(menu, [".row:nth-child(7) .what a", "touch"])
    await expect(ticked).to_have_count(4)
    await page.locator(".what a").nth(8).tap()
    await expect(page.locator("#reader[data-id]")).to_be_visible()


async def test_a_hundred_thousand_are_selected_by_their_filter(
    app: RunningPopscope, chromium: Chromium
) -> None:
    fake = FakeMaildrop([FakeMessage(b"Subject: x\r\n\r\n")] * 10_200)
    async with ScriptedServer(fake) as server:
        page = await chromium.page_at(1440)
        await sign_in(page, app.url, server)
        picked, tray = page.locator("#picked"), page.locator("#tray")
        await page.get_by_label("All on this page").check()
        await page.get_by_label("All 10,200").check()
        await expect(picked).to_have_text("10,200 selected")
        await page.get_by_role("link", name="Next").click()
        await expect(picked).to_have_text("10,200 selected")
        await expect(page.locator(".pick input:checked")).to_have_count(100)
        await page.locator(".pick").nth(0).click()
        await expect(picked).to_have_text("99 selected")
        await page.locator(".pick").nth(0).click()
        await page.get_by_label("All 10,200").check()
        await page.locator("#markpicked").click()
        await expect(tray).to_contain_text("10,200 messages")
        await expect(picked).to_be_empty()
        await page.get_by_role("button", name="Sign out").click()
