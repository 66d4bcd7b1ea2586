"""Where the focus is: never on nothing, a few stops before the list, two in each row of it."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Error, Page, expect

from tests.support.browser import Chromium
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PageAt = Callable[..., Awaitable[Page]]

# Every control that can be seen, by its place among all; of those made alike the first. What leaves
# the session, and what leaves Popscope, is tried elsewhere.
CONTROLS = """
() => {
  const met = new Map();
  return [...document.querySelectorAll('a[href], button, summary, input, select')]
    .flatMap((one, number) => {
      const [form, place] = [one.getAttribute('formaction') ?? one.form?.getAttribute('action'),
        one.closest('[id]:not([id*="-"])')?.id];
      if (!one.checkVisibility() || one.type === 'hidden') return [];
      if (one.target || form === '/signout') return [];
      const kind = [one.tagName, one.className, one.type, place,
        (form ?? '').replace(/messages[/][^/]+/, '')].join(' ');
      met.set(kind, (met.get(kind) ?? 0) + 1);
      return met.get(kind) > 1 ? [] : [number];
    });
}
"""
FOCUS = """
number => {
  const all = document.querySelectorAll('a[href], button, summary, input, select');
  all[number]?.focus();
  return all[number]?.outerHTML.slice(0, 160) ?? '';
}
"""
AT_NOTHING = "() => !document.activeElement || document.activeElement === document.body"
STILL = """
() => document.readyState === 'complete' && !document.querySelector('.htmx-request')
"""
ROWS_OF = (
    "row => [...row.querySelectorAll('a, button, input')]"
    ".filter((one) => one.tabIndex >= 0 && one.checkVisibility()).length"
)


async def still(page: Page) -> None:
    """Until what was pressed has been answered and shown."""
    for _ in range(2):
        try:
            await page.wait_for_function(STILL)
            await page.evaluate(
                "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))"
            )
        except Error:  # another page has come meanwhile
            continue


async def mark(page: Page) -> None:
    """Marks three messages."""
    await page.evaluate(
        "fetch('/mailbox/mark-matching', {method: 'POST', body:"
        " new URLSearchParams({q: 'larger:20M', count: 3})})"
    )


OPEN = "/mailbox?q=larger:20M"  # with its second message open


@pytest.mark.parametrize(
    ("width", "paths"),
    [
        (1440, ("/mailbox", OPEN, "/mailbox/review", "/mailbox/export", "/mailbox/console")),
        (390, ("/mailbox?q=larger:1M", OPEN, "/mailbox/space", "/report", "/keys")),
    ],
    ids=["desk", "phone"],
)
async def test_no_control_loses_the_focus(
    demo: RunningPopscope, chromium: Chromium, width: int, paths: tuple[str, ...]
) -> None:
    chromium.allow("status of (409|422)")  # forms are sent as they stand, empty
    page = await chromium.page_at(width, height=844)
    await enter_demo(page, demo.url)
    for path in paths:
        await page.goto(demo.url + path)
        await mark(page)
        there = path
        if path == OPEN:
            there = await page.locator(".rows .what a").nth(1).get_attribute("href") or ""
        await page.goto(demo.url + there)
        await still(page)
        numbers = await page.evaluate(CONTROLS)
        assert len(numbers) > 3, path
        for number in numbers:
            await page.goto(demo.url + there)
            await still(page)
            if path == "/mailbox/review" and not await page.locator("tr[data-row]").count():
                await mark(page)
                await page.goto(demo.url + there)
            what = await page.evaluate(FOCUS, number)
            await page.keyboard.press("Space" if 'type="checkbox"' in what else "Enter")
            await still(page)
            assert not await page.evaluate(AT_NOTHING), (path, what)


async def test_what_goes_by_itself_hands_the_focus_to_its_like(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    """And never to the button that deletes."""
    page = await page_at(1440)
    await enter_demo(page, demo.url)
    await mark(page)
    await page.goto(demo.url + "/mailbox/review")
    unmark = page.locator("button.unmark")
    for left in (2, 1):
        await unmark.last.press("Enter")
        await expect(unmark).to_have_count(left)
        await expect(unmark.last).to_be_focused()
    await unmark.press("Enter")
    await expect(page.locator("#title")).to_be_focused()
    await page.goto(demo.url + "/mailbox")
    await page.locator(".rows .do button").first.press("Enter")
    await expect(page.locator(".rows .unmark")).to_be_focused()
    await page.locator("#tray").get_by_role("button", name="Unmark all").press("Enter")
    await expect(page.locator("#tray")).not_to_contain_text("marked for deletion.")
    await still(page)
    assert not await page.evaluate(AT_NOTHING)
    await expect(page.locator("#tray .commit")).to_have_count(0)


async def test_a_few_stops_before_the_first_row_and_two_in_each(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(1440)
    await enter_demo(page, demo.url)
    for width, path in ((1440, ""), (390, ""), (1440, "?q=larger:1M"), (390, "?q=larger:1M")):
        await page.set_viewport_size({"width": width, "height": 844})
        await page.goto(f"{demo.url}/mailbox{path}")
        first, second = (page.locator(".rows .row").nth(number) for number in (0, 1))
        await expect(first.locator("input")).to_have_attribute("tabindex", "-1")
        await page.locator(".skip").first.focus()
        stops = 1
        while not await page.evaluate("!!document.activeElement.closest('.rows')"):
            await page.keyboard.press("Tab")
            stops += 1
            assert stops < 40
        assert stops - 1 <= 12, width
        await expect(first.locator(".what a")).to_be_focused()
        await page.keyboard.press("Tab")
        await expect(first.get_by_role("button")).to_be_focused()
        await page.keyboard.press("Tab")
        await expect(second.locator(".what a")).to_be_focused()
        counts = await page.locator(".rows .row").evaluate_all(f"rows => rows.map({ROWS_OF})")
        assert max(counts) <= 2
        # The first of all leads to it.
        await page.locator(".skip").first.focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("ArrowDown")
        await expect(first.locator(".what a")).to_be_focused()
    # As many after rows were ticked, marked, and swapped.
    await first.locator("input").check()
    await second.get_by_role("button").click()
    await page.locator("#sort").select_option("from")
    await still(page)
    counts = await page.locator(".rows .row").evaluate_all(f"rows => rows.map({ROWS_OF})")
    assert max(counts) <= 2


async def test_following_the_focus_lays_out_no_row_out_of_sight(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    """Whether a row out of sight is shown cannot be told without laying it out."""
    page = await page_at(1440)
    await enter_demo(page, demo.url)
    await page.evaluate(
        """() => {
          window.asked = 0;
          const ask = Element.prototype.checkVisibility;
          Element.prototype.checkVisibility = function (...how) {
            window.asked++;
            return ask.apply(this, how);
          };
        }"""
    )
    await page.locator(".rows .row .what a").first.focus()
    await page.keyboard.press("Tab")
    assert await page.evaluate("window.asked") < 5


async def test_the_arrow_keys_go_through_a_row(demo: RunningPopscope, page_at: PageAt) -> None:
    page = await page_at(1440)
    await enter_demo(page, demo.url)
    first, second, last = (page.locator(".rows .row").nth(number) for number in (0, 1, -1))
    box, link, button = (
        first.locator("input"),
        first.locator(".what a"),
        first.get_by_role("button"),
    )
    await link.focus()
    for key, there in (
        ("ArrowLeft", box), ("ArrowLeft", box), ("ArrowRight", link), ("ArrowRight", button),
        ("ArrowRight", button), ("ArrowDown", second.get_by_role("button")), ("ArrowUp", button),
        ("End", last.get_by_role("button")), ("ArrowLeft", last.locator(".what a")),
        ("Home", link), ("PageDown", page.locator(".rows .row").nth(8).locator(".what a")),
        ("PageUp", link), ("PageUp", link),
    ):  # fmt: skip
        await page.keyboard.press(key)
        await expect(there).to_be_focused()
        await expect(there).to_be_in_viewport(ratio=1)
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Space")
    await expect(box).to_be_checked()
    await page.evaluate("document.documentElement.dir = 'rtl'")
    await page.keyboard.press("ArrowLeft")
    await expect(link).to_be_focused()
    await page.keyboard.press("g")
    await page.keyboard.press("w")
    await expect(page.locator(".map a").first).to_be_focused()


async def test_what_happens_is_said(demo: RunningPopscope, page_at: PageAt) -> None:
    page = await page_at(1440)
    await enter_demo(page, demo.url)
    status = page.locator("#status")
    assert await status.get_attribute("role") == "status"
    await page.locator("#q").fill("larger:1M")
    await expect(status).to_have_text("38 match, 350.2 MB, Largest first")
    await page.locator("#sort").select_option("from")
    await expect(status).to_have_text("38 match, 350.2 MB, Sender")
    await page.locator("#q").fill("nothing like it")
    await expect(status).to_have_text("0 match, 0 B, Sender")
    await page.locator("#q").fill("")
    await expect(status).to_contain_text("1,226 messages, 409.0 MB, 1 – 100 of 1,226, Sender")
    await page.locator(".pick input").nth(2).check()
    assert await page.locator("#picked").get_attribute("role") == "status"
    await expect(page.locator("#picked")).to_have_text("1 selected")

    await page.locator(".pager a[rel=next]").press("Enter")
    await expect(status).to_contain_text("101 – 200 of 1,226")
    await expect(page.locator("#found")).to_be_focused()
    facet = page.locator("#sizes a").first
    await facet.press("Enter")
    await expect(status).to_contain_text("match")
    await expect(page.locator("#sizes a").first).to_be_focused()

    await page.get_by_role("button", name="Check again").press("Enter")
    await expect(status).to_have_text("Nothing new")
    again = page.locator("#again button")
    await expect(again).to_be_focused()
    await expect(again).to_have_text("Nothing new")
    await expect(again).to_have_text("Check again")
    await page.get_by_role("button", name="Release now").press("Enter")
    await expect(status).to_have_text("Released, comes back at your next click")
    await expect(again).to_be_focused()
