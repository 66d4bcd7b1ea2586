"""Low and narrow windows, as zooming in makes them: what has the focus can be seen."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PageAt = Callable[..., Awaitable[Page]]

SIZES = ((720, 450), (390, 844), (844, 390), (320, 256))
# What of the element in focus is outside the window or under something else: its middle, and the
# middles of its edges. Of what is nearly as large as the window, any part will do.
COVERED = """
async () => {
  await new Promise(requestAnimationFrame);
  const one = document.activeElement;
  if (!one || one === document.body || one.tabIndex < 0) return '';
  const whole = one.closest('.what') ? one.closest('.row') ?? one : one;
  const box = whole.getClientRects()[0];
  if (!box || box.width < 2) return '';
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const points = [[x, y], [box.left + 3, y], [box.right - 3, y], [x, box.top + 3],
    [x, box.bottom - 3]];
  const seen = points.map(([x, y]) => document.elementFromPoint(x, y)).map((hit) => hit
    && (whole.contains(hit) || hit.contains(whole) || hit.closest('label')?.contains(one)
      || (one.closest('svg') && hit.closest('svg'))));
  const large = box.height > innerHeight * .6 || box.width > innerWidth;
  if (large ? seen.some(Boolean) : seen.every(Boolean)) return '';
  const over = document.elementFromPoint(x, Math.min(Math.max(y, 1), innerHeight - 1));
  return `${one.outerHTML.slice(0, 140)} ${Math.round(box.top)}-${Math.round(box.bottom)} of `
    + `${innerHeight}, ${seen}, under ${over?.outerHTML.slice(0, 80)}`;
}
"""
TABS = (*("Tab",) * 45, *("Shift+Tab",) * 25)
# In rows; elsewhere these keys scroll, and whoever scrolls away from the focus wants to.
IN_ROWS = (
    *("j",) * 8, *("k",) * 4, *("ArrowDown",) * 5, *("ArrowUp",) * 3, "ArrowLeft", "ArrowDown",
    "ArrowRight", "End", "ArrowUp", "Home", "PageDown", "PageDown", "PageUp", "x", "Shift+J", "d",
    "u", "End", "d", "Tab", "Tab", "Tab",
)  # fmt: skip


async def press(page: Page, name: str, keys: tuple[str, ...] = TABS) -> None:
    """Presses keys, and fails where the focus goes out of sight."""
    for number, key in enumerate(keys):
        await page.keyboard.press(key)
        at = f"{name}: {key}, number {number}"
        covered = await page.evaluate(COVERED)
        if covered:  # it may still be on its way
            await page.wait_for_timeout(100)
            covered = await page.evaluate(COVERED)
        assert not covered, f"{at}: {covered}"


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_what_has_the_focus_is_never_covered(
    demo: RunningPopscope, chromium: Chromium, size: tuple[int, int]
) -> None:
    chromium.allow("status of (409|422)")
    width, height = size
    page = await chromium.page_at(width, height=height)
    for path in ("/", "/report"):
        await page.goto(demo.url + path)
        await press(page, f"{path} without a mailbox")
    await enter_demo(page, demo.url)
    await page.goto(demo.url + "/mailbox?q=larger:1M")
    await press(page, "list", TABS + IN_ROWS)
    await page.locator(".rows .do button.danger").first.click()
    await expect(page.locator("#tray")).to_contain_text("marked for deletion.")
    await page.locator(".pick input").nth(2).check()
    await press(page, "list with marks and a selection", TABS + IN_ROWS)
    href = await page.locator(".rows .what a").nth(1).get_attribute("href") or ""
    for path in (
        href, f"{href}&tab=attachments", "/mailbox/review", "/mailbox/space", "/mailbox/export",
        "/mailbox/console", "/report",
    ):  # fmt: skip
        await page.goto(f"{demo.url}{path}")
        await press(page, str(path))
    await page.goto(f"{demo.url}/mailbox/review")
    await press(page, "rows of the review", ("j", "j", "k", "End", "ArrowRight", "Home", "u", "j"))


async def test_in_low_windows_there_is_room_for_the_list(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    """What stands above the first row scrolls away; what stays takes a quarter of the height."""
    page = await page_at(720, height=450)
    await enter_demo(page, demo.url)
    await page.locator(".rows .do button").first.click()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await page.locator(".pick input").nth(1).check()
    height = "one => one.getBoundingClientRect().height"
    for width, high in SIZES:
        await page.set_viewport_size({"width": width, "height": high})
        await page.evaluate("scrollTo(0, 0)")
        first = await page.locator(".rows").evaluate("one => one.getBoundingClientRect().top")
        tray = await page.locator("#tray").evaluate(height)
        if (width, high) == (720, 450):
            assert first + tray <= 270  # it was 325
        await page.evaluate("scrollTo(0, 900)")
        await page.evaluate("new Promise(requestAnimationFrame)")
        staying = await page.evaluate(
            "[...document.querySelectorAll('.topbar, .stat, .filter, .listhead, .progress, #tray')]"
            ".map((one) => one.getBoundingClientRect())"
            ".map(({top, bottom}) => Math.min(bottom, innerHeight) - Math.max(top, 0))"
            ".filter((shown) => shown > 0).reduce((sum, one) => sum + one, 0)"
        )
        assert staying <= high / 4, (width, high)


# Of what sticks to an edge and is in view: whatever moves the page when the focus comes to it.
MOVES = """
() => {
  const places = () => [scrollY, ...['#list', '#pane'].map((one) => document.querySelector(one))
    .map((one) => one?.scrollTop)].join();
  const sticks = (one) => one && (getComputedStyle(one).position === 'sticky'
    || sticks(one.parentElement));
  return [...document.querySelectorAll('a[href], button, input, select')].filter((one) => {
    const {top, bottom, width} = one.getBoundingClientRect();
    if (!one.checkVisibility({visibilityProperty: true}) || !sticks(one) || one.tabIndex < 0
      || top < 0 || bottom > innerHeight || width < 2) return false;
    const before = places();
    one.focus();
    return places() !== before;
  }).map((one) => one.outerHTML.slice(0, 120));
}
"""


async def test_nothing_moves_when_the_focus_comes_to_what_sticks(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(720, height=450)
    await enter_demo(page, demo.url)
    # What leads to a page of its own lies over nothing of the bar above it.
    over = """() => [...document.querySelectorAll('.actions :is(button, a)')].filter((one) => {
      const {left, right, bottom} = one.getBoundingClientRect();
      return one.checkVisibility()
        && !one.contains(document.elementFromPoint((left + right) / 2, bottom - 2));
    }).map((one) => one.outerHTML)"""
    assert await page.evaluate(over) == []
    await page.goto(f"{demo.url}/mailbox?q=larger:1M")
    await page.locator("#markall").click()
    await expect(page.locator("#tray")).to_contain_text("38 messages")
    await page.locator(".pick input").nth(12).check()
    href = await page.locator(".rows .what a").nth(1).get_attribute("href") or ""
    for path in ("", f"{href}&tab=source", "/mailbox/review"):
        if path:
            await page.goto(f"{demo.url}{path}")
        for width, height in (*SIZES, (1366, 768)):
            await page.set_viewport_size({"width": width, "height": height})
            await page.evaluate(
                "for (const one of [document.documentElement, ...document.querySelectorAll("
                "'#list, #pane')]) one.scrollTop = 600; new Promise(requestAnimationFrame)"
            )
            assert await page.evaluate(MOVES) == [], (path, width, height)


async def test_a_mark_by_keyboard_moves_nothing_that_stays_in_view(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(720, height=450)
    await enter_demo(page, demo.url)
    button = page.locator(".rows .do button").nth(4)
    await button.focus()
    await page.keyboard.press("Shift+Tab")  # as by keyboard, from where it shows
    await page.keyboard.press("Tab")
    await page.evaluate(
        "scrollBy(0, document.activeElement.closest('.row').getBoundingClientRect().bottom - 380)"
    )
    before = await page.evaluate("scrollY")
    await page.keyboard.press("Enter")
    await expect(page.locator("#tray")).to_contain_text("marked for deletion.")
    await page.evaluate("new Promise((done) => setTimeout(requestAnimationFrame, 50, done))")
    assert await page.evaluate("scrollY") == before


# Of the element in focus, what of its ring (2 px, 2 px away) is above or below the window.
CUT_RING = """
() => {
  const {top, bottom} = document.activeElement.getBoundingClientRect();
  const cut = top < 4 || bottom > innerHeight - 4;
  return cut && document.activeElement !== document.body && bottom - top < innerHeight - 12
    ? document.activeElement.outerHTML.slice(0, 120) : '';
}
"""


async def test_the_ring_of_the_focus_is_in_view_all_round(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(390, height=450)
    for path in ("/", "/report"):
        await page.goto(demo.url + path)
        for key in (*("Tab",) * 16, *("Shift+Tab",) * 16):
            await page.keyboard.press(key)
            assert await page.evaluate(CUT_RING) == "", (path, key)
