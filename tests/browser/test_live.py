"""Tabs of one session keep up with each other; headers pause and go on; the transcript is live."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo, headers_loaded

from .conftest import Desk, Stage

pytestmark = [pytest.mark.browser, pytest.mark.interop]
PageAt = Callable[..., Awaitable[Page]]


async def test_two_tabs_keep_up_with_each_other(stage: Stage, chromium: Chromium) -> None:
    first = await chromium.page_at(1440, height=500)
    await stage.sign_in(first)
    await headers_loaded(first)
    second = await first.context.new_page()
    await second.goto(stage.app.url + "/mailbox?sort=subject")
    title = re.escape(stage.user)
    await expect(second).to_have_title(re.compile(f"^{title}"))

    # the second tab is in use: a tick, the focus, and it is scrolled
    ticked = second.locator(".rows .row").nth(12).get_by_role("checkbox")
    await ticked.check()
    await ticked.focus()
    top = await second.locator("#list").evaluate("list => list.scrollTop")
    marked = second.locator(".rows .row.marked")

    await first.locator(".rows .row").first.get_by_role("button").click()
    await expect(second.locator("#tray")).to_contain_text("1 message")
    await expect(marked).to_have_count(1)
    await expect(second).to_have_title(re.compile(f"^1 marked · {title}"))
    await expect(first).to_have_title(re.compile(f"^1 marked · {title}"))
    await expect(ticked).to_be_checked()
    await expect(ticked).to_be_focused()
    assert await second.locator("#list").evaluate("list => list.scrollTop") == top

    # the same message is ticked there, and still is when its row has changed
    id = await ticked.get_attribute("value")
    await first.locator(f"#m-{id}").get_by_role("button").click()
    await expect(marked).to_have_count(2)
    await expect(ticked).to_be_checked()
    await expect(ticked).to_be_focused()

    await second.reload()
    await expect(marked).to_have_count(2)
    await second.get_by_role("button", name="Unmark all").click()
    await expect(first.locator("#tray")).to_contain_text("not marked any more")
    await expect(first.locator(".row.marked")).to_have_count(0)
    streams = [line for line in chromium.requests if "/api/v1/events" in line]
    assert len(streams) == 1, "one tab holds the stream for all"

    # the lock, a commit and the end of the session show elsewhere at once
    await second.get_by_role("button", name="Release now").click()
    await expect(first.locator("#chip")).to_contain_text("Released")
    await second.locator(f"#m-{id}").get_by_role("button").click()
    await second.get_by_role("link", name="Review and delete 1 message").click()
    await second.get_by_role("button", name="Delete 1 message for good").click()
    await expect(first.locator("#changed")).to_contain_text("1 message of this page is no longer")
    assert await axe(first) == []
    await first.get_by_role("link", name="Show it as it is now").click()
    await expect(first.locator(".rows .row")).to_have_count(30)
    await expect(first.locator("#changed")).to_be_empty()
    await second.goto(stage.app.url + "/mailbox")
    await second.get_by_role("button", name="Sign out").click()
    await expect(first.locator("#ended")).to_be_visible()
    link = first.locator("#ended a")
    await expect(link).to_have_attribute("href", "/?back=%2Fmailbox")
    assert await axe(first) == []


async def test_a_tab_that_learns_late_that_it_is_signed_out_stays_where_it_is(
    stage: Stage, chromium: Chromium
) -> None:
    page = await chromium.page_at(1440)
    await stage.sign_in(page)
    await headers_loaded(page)
    await page.goto(stage.app.url + "/mailbox?q=letter")
    chromium.allow("401")
    await page.context.clear_cookies()
    await page.evaluate("document.querySelector('#progress').dispatchEvent(new Event('look'))")
    await expect(page.locator("#ended")).to_be_visible()
    assert page.url.endswith("/mailbox?q=letter")
    await page.locator("#ended a").click()
    back = page.locator("form[action='/signin'] input[name=back]")
    await expect(back).to_have_value("/mailbox?q=letter")


async def test_a_tab_that_signs_out_asks_for_nothing_more(stage: Stage, chromium: Chromium) -> None:
    page = await chromium.page_at(1440)
    await page.clock.install()
    await stage.sign_in(page)
    await headers_loaded(page)
    # The answer takes its time: the page stays.
    await page.evaluate("window.addEventListener('submit', event => event.preventDefault())")
    await page.get_by_role("button", name="Sign out").click()
    before = await chromium.asked(page)
    await page.evaluate("document.querySelector('#progress').dispatchEvent(new Event('look'))")
    await page.evaluate("document.body.dispatchEvent(new Event('popscope:filtered'))")
    await page.evaluate("document.querySelector('#q').focus()")
    await page.keyboard.type("video")
    await page.clock.run_for(60_000)
    assert await chromium.asked(page) == before


async def test_headers_pause_and_the_transcript_goes_on(
    stage: Stage, page_at: PageAt, chromium: Chromium
) -> None:
    page = await page_at(1440, permissions=["clipboard-read", "clipboard-write"])
    stage.link.rate = 4000  # octets a second: the headers take a while
    await Desk.sign_in(stage, page)
    turn = page.locator("#turn")
    await expect(turn).to_have_text("Pause")
    await turn.focus()
    await page.keyboard.press("Enter")
    await expect(turn).to_have_text("Resume")
    await expect(turn).to_be_focused()
    await expect(page.locator("#status")).to_have_text("Looking at messages is paused.")
    assert await page.locator(".row.pending").count() > 0
    stage.link.rate = None
    await page.reload()
    await expect(turn).to_have_text("Resume")

    # a click still loads its own
    row = page.locator(".row.pending").last
    id = await row.get_attribute("id")
    await row.locator(".what a").click()
    await expect(page.locator("#subject")).to_be_visible()
    await expect(page.locator(f"#{id}:not(.pending)")).to_be_visible()
    await turn.click()
    await headers_loaded(page)
    await expect(page.locator(".row.pending")).to_have_count(0)

    # the drawer
    await page.locator("#transcript summary").click()
    lines = page.locator("#said li")
    await expect(page.locator("#said")).to_contain_text("AUTH SCRAM-SHA-256 ••••••••")
    before = await lines.count()
    await page.locator(".rows .row").nth(3).locator(".what a").click()
    await expect(page.locator("#subject")).to_be_visible()
    await expect(lines).not_to_have_count(before)
    numbers = await lines.evaluate_all("all => all.map(line => Number(line.dataset.n))")
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert await axe(page) == []
    await page.get_by_label("Filter the transcript").fill("capa")
    shown = page.locator("#said li:not([hidden])")
    await expect(shown).to_have_count(2)
    await page.get_by_label("Who speaks").select_option("s")
    await expect(shown).to_have_count(0)
    await page.get_by_label("Filter the transcript").fill("")
    assert {await one.locator("b").inner_text() for one in await shown.all()} == {"S"}

    await page.get_by_role("button", name="Copy for support").click()
    await expect(page.locator("#saycopy")).to_have_text("Copied")
    text = await page.evaluate("navigator.clipboard.readText()")
    assert "Mailbox: user1" in text
    assert stage.user not in text
    await page.get_by_label("Mask addresses").uncheck()
    await page.locator("#saycopy").click()
    named = f"Mailbox: {stage.user}"
    async with asyncio.timeout(15):
        while named not in await page.evaluate("navigator.clipboard.readText()"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    await page.reload()  # it stays open
    await expect(page.locator("#said")).to_be_visible()

    # signed out elsewhere: an error is not copied as if it were the transcript
    chromium.allow("401")
    await page.context.clear_cookies()
    await page.locator("#saycopy").click()
    await expect(page.locator("#ended")).to_be_visible()
    await expect(page.locator("#saycopy")).to_have_text("Copy for support")
    assert named in await page.evaluate("navigator.clipboard.readText()")


async def test_what_a_click_was_answered_is_not_asked_again(
    demo: RunningPopscope, chromium: Chromium
) -> None:
    page = await chromium.page_at(1440)
    await page.clock.install()
    await enter_demo(page, demo.url)
    rows = page.locator(".rows .row")
    heard = "document.querySelector('#live').dataset.marks"
    before = int(await page.evaluate(heard))
    await page.clock.run_for(5000)
    earlier = len(await chromium.asked(page))
    for nth in range(3):
        await rows.nth(nth).get_by_role("button").click()
        await expect(page.locator(".row.marked")).to_have_count(nth + 1)
        await page.wait_for_function(f"{heard} === '{before + nth + 1}'")
        await page.clock.run_for(5000)
    asked = (await chromium.asked(page))[earlier:]
    assert [line for line in asked if "/mailbox/live" in line] == []
    # What somebody else marks comes, also right before a click here.
    mark = "id => fetch(`/mailbox/messages/${id}/mark`, {method: 'POST'})"
    id = (await rows.nth(5).get_attribute("id") or "")[2:]
    await page.evaluate(mark, id)
    await rows.nth(3).get_by_role("button").click()
    marked = page.locator(".row.marked")
    for _ in range(100):
        await page.clock.run_for(400)
        if await marked.count() == 5:
            break
        await page.evaluate("fetch('/livez')")
    await expect(marked).to_have_count(5)
