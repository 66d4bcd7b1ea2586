"""The list and its filter: by mouse, by touch and without JavaScript."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from playwright.async_api import Error, Page, Route, expect

from tests.support.browser import Chromium, axe
from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer
from tests.support.signin import enter_demo, sign_in

pytestmark = pytest.mark.browser
MESSAGES = 250  # three pages


def letters() -> list[FakeMessage]:
    """Of 1 to 250 KB, half of them by Bob."""
    return [
        FakeMessage(
            b"From: %s <p%d@example.org>\r\nSubject: letter %d\r\n"
            b"Date: Tue, %d Mar 2026 10:00:00 +0000\r\n\r\n"
            % (b"Bob" if n % 2 else b"Anna", n, n, n % 28 + 1)
            + b"x" * (1000 * n - 500)
            + b"\r\n"
        )
        for n in range(1, MESSAGES + 1)
    ]


@asynccontextmanager
async def mailbox(app: RunningPopscope, page: Page) -> AsyncIterator[FakeMaildrop]:
    """Signed in, all headers read."""
    fake = FakeMaildrop(letters())
    async with ScriptedServer(fake) as server:
        await sign_in(page, app.url, server)
        ready = page.locator("#progress", has_text="all 250 looked at")
        for _ in range(30):  # without JavaScript a page stands still once its own rows are read
            with suppress(Error):
                await ready.wait_for(timeout=1000)
                break
            with suppress(Error):  # its own refresh may cut in
                await page.reload()
        await expect(ready).to_be_visible()
        yield fake
        assert fake.count("DELE") == 0
        await page.goto(app.url + "/mailbox")
        await page.get_by_role("button", name="Sign out").click()


async def test_filter_by_typing_and_where_back_and_forward_lead(
    app: RunningPopscope, chromium: Chromium
) -> None:
    chromium.allow("status of 422")
    page = await chromium.page_at(1440)
    async with mailbox(app, page):
        head, rows = page.locator("#pickall"), page.locator(".rows .row")
        await expect(head).to_contain_text("250 messages")
        field = page.get_by_label("Filter messages")
        await field.press_sequentially("larger:240K", delay=20)
        await expect(head).to_contain_text("10 match")
        await expect(rows).to_have_count(10)
        await expect(field).to_be_focused()
        await expect(page).to_have_url(app.url + "/mailbox?q=larger%3A240K")
        await page.locator(".row .what a").nth(2).click()
        await expect(page.locator("#subject")).to_have_text("letter 248")
        await expect(page).to_have_url(re.compile(r"/mailbox/messages/[\w-]+\?q=larger%3A240K$"))
        await page.go_back()
        await expect(page.locator("#reader[data-id]")).to_have_count(0)
        await page.go_back()  # typing was one step
        await expect(page.locator("#pickall")).to_contain_text("250 messages")
        await expect(field).to_have_value("")
        await page.go_forward()
        await expect(page.locator("#pickall")).to_contain_text("10 match")
        await expect(field).to_have_value("larger:240K")

        await page.locator("#sort").select_option("size")
        await expect(page.locator(".rows .what bdi").first).to_have_text("letter 241")
        bookmark = page.url
        await field.fill('larger:240K "open')
        await expect(page.locator("#fault")).to_contain_text("At character 13")
        await expect(page.locator("#fault mark")).to_have_text('"open')
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(rows).to_have_count(10)
        assert page.url == bookmark
        assert await axe(page) == []
        await field.fill("larger:240K bob")
        await expect(page.locator("#fault")).to_be_empty()
        await expect(field).not_to_have_attribute("aria-invalid", "true")
        await expect(rows).to_have_count(5)

        await page.locator("#sort").select_option("subject")  # another order is a step of its own
        await expect(page).to_have_url(re.compile("sort=subject$"))
        await page.go_back()
        await expect(page).to_have_url(re.compile("bob&sort=size$"))

        other = await page.context.new_page()
        await other.goto(bookmark)
        await expect(other.locator(".rows .row")).to_have_count(10)
        await expect(other.locator(".rows .what bdi").first).to_have_text("letter 241")
        await other.locator("#help summary").click()
        await other.get_by_role("link", name="Under 10 KB").click()
        await expect(other.locator("#pickall")).to_contain_text("10 match")
        await other.close()


async def test_too_much_text_and_answers_that_are_none_leave_the_list(
    app: RunningPopscope, chromium: Chromium
) -> None:
    chromium.allow("status of 4(00|22)")
    page = await chromium.page_at(1440)
    async with mailbox(app, page):
        field, rows = page.get_by_label("Filter messages"), page.locator(".rows .row")
        await field.focus()
        await page.keyboard.insert_text("x" * 100_000)
        await expect(page.locator("#fault")).to_contain_text("the filter is too long")
        await expect(rows).to_have_count(100)
        await page.route("**/mailbox/list?*", lambda route: route.fulfill(status=400, body="no"))
        await field.fill("larger:240K")
        await expect(page.locator("#silent")).to_be_visible()
        await expect(rows).to_have_count(100)
        await page.set_viewport_size({"width": 720, "height": 450})
        await rows.last.scroll_into_view_if_needed()
        await expect(page.locator("#silent")).to_be_in_viewport(ratio=1)


async def test_a_late_count_of_another_filter_changes_nothing(
    app: RunningPopscope, chromium: Chromium
) -> None:
    page = await chromium.page_at(1440)
    let_go = asyncio.Event()

    async def late(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    async with mailbox(app, page):
        await page.route("**/mailbox/counted?*", late)
        async with page.expect_request("**/mailbox/counted?*"):
            await page.evaluate(
                "void htmx.ajax('GET', '/mailbox/counted?q=bob', {source: '#order', swap: 'none'})"
            )
        await page.locator("#q").fill("larger:240K")
        await expect(page.locator("#markall")).to_have_text("Mark all 10 for deletion")
        async with page.expect_response("**/mailbox/counted?*"):
            let_go.set()
        await page.evaluate("new Promise(requestAnimationFrame)")
        await expect(page.locator("#markall")).to_have_text("Mark all 10 for deletion")
        assert await page.locator("#matching input[name=q]").input_value() == "larger:240K"


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
async def test_ranges_all_that_match_and_undo(
    app: RunningPopscope, chromium: Chromium, touch: bool
) -> None:
    page = await chromium.page_at(
        390 if touch else 1440, has_touch=touch, is_mobile=touch, height=844
    )

    async def press(selector: str, nth: int = 0, **more: object) -> None:
        target = page.locator(selector).nth(nth)
        await (target.tap() if touch else target.click(**more))  # type: ignore[arg-type]

    async with mailbox(app, page):
        picked, tray, toast = (page.locator(one) for one in ("#picked", "#tray", "#toast"))
        upto = page.locator("#upto")
        await press(".pick", 1)
        await expect(upto).to_be_hidden()
        if touch:
            await press(".pick", 4)
            await expect(page.locator(".row").nth(4).locator("#upto")).to_be_in_viewport()
            await press("#upto")
            await expect(page.locator(".pick input").nth(4)).to_be_focused()
        else:
            await press(".pick", 4, modifiers=["Shift"])
        await expect(upto).to_be_hidden()
        await expect(picked).to_have_text("4 selected")
        ticked = page.locator(".pick input:checked")
        await expect(ticked).to_have_count(4)
        await page.locator("#q").fill("larger:240K")
        await expect(page.locator("#pickall")).to_contain_text("10 match")
        await expect(ticked).to_have_count(4)  # a swap keeps them
        await press("#markpicked")
        await expect(tray).to_contain_text("4 messages")
        await expect(toast).to_be_empty()
        await expect(page.locator(".row.marked")).to_have_count(4)
        await expect(ticked).to_have_count(0)
        assert await axe(page) == []

        await press("#markall")
        await expect(toast).to_contain_text("6 of them just now.")
        await expect(tray).to_contain_text("10 messages")
        await page.reload()
        await expect(page.locator(".row.marked")).to_have_count(10)
        await press("#undo")
        await expect(tray).to_contain_text("4 messages")
        await expect(toast).to_be_empty()
        await expect(page.locator(".row.marked")).to_have_count(4)

        await page.goto(app.url + "/mailbox?q=larger:100K")
        await press("#pickall input")
        await expect(picked).to_have_text("100 selected")
        await press("#every input")
        await expect(picked).to_have_text("150 selected, 50 on other pages")
        await press("#markpicked")
        await expect(toast).to_contain_text("146 of them just now.")
        await expect(tray).to_contain_text("150 messages")
        await expect(page.locator(".htmx-request")).to_have_count(0)  # what is tapped stays
        await press("#tray button.quiet:not(#undo)")
        await expect(tray).to_contain_text("150 messages, 26.3 MB, are not marked any more.")
        await expect(page.locator(".row.marked")).to_have_count(0)
        await press(".row .do button")  # the next action ends it
        await expect(tray).to_contain_text("1 message")
        await press(".row .do button")
        await expect(tray).to_be_hidden()
        await press("#pickall input")
        await press("#unpick")
        await expect(ticked).to_have_count(0)
        await expect(page.locator("#pickall")).to_contain_text("150 match")


async def test_what_stands_at_the_foot_of_a_phone_covers_nothing_for_good(
    app: RunningPopscope, chromium: Chromium
) -> None:
    page = await chromium.page_at(320, height=640)
    top_and_bottom = "one => [one.getBoundingClientRect().top, one.getBoundingClientRect().bottom]"
    async with mailbox(app, page):
        await page.goto(app.url + "/mailbox?q=larger:100K")
        await page.locator("#markall").click()
        tray, pager = page.locator("#tray"), page.locator(".pager")
        await expect(tray).to_contain_text("150 messages")
        await page.evaluate("scrollTo(0, 2000)")
        tray_top, tray_bottom = await tray.evaluate(top_and_bottom)
        assert tray_bottom <= 640
        # The list's padding for focus is as high as the tray, at least.
        row = page.locator(".row").nth(60)
        await row.locator(".what a").focus()
        await row.evaluate("one => one.scrollIntoView({block: 'end'})")
        assert (await row.evaluate(top_and_bottom))[1] <= tray_top
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert (await pager.evaluate(top_and_bottom))[1] <= (await tray.evaluate(top_and_bottom))[0]
        # Nothing else covers a row by half then: no bar keeps to the top before one is selected.
        assert (await page.locator("#filter").evaluate(top_and_bottom))[1] < 0
        bar = page.locator(".listhead")
        await expect(bar).to_be_hidden()
        await page.locator(".pick").nth(97).click()
        await expect(bar).to_be_visible()
        assert await bar.evaluate(top_and_bottom) == [0, 56]


async def test_all_of_it_without_javascript(app: RunningPopscope, chromium: Chromium) -> None:
    chromium.allow("status of 422")
    page = await chromium.page_at(1024, javascript=False)
    async with mailbox(app, page):
        await page.get_by_label("Filter messages").fill("larger:240K")
        await page.get_by_label("Sort").select_option("size")
        await page.get_by_role("button", name="Filter").click()
        await expect(page.locator(".rows .row")).to_have_count(10)
        await expect(page.locator(".rows .what bdi").first).to_have_text("letter 241")
        await page.locator(".pick input").nth(3).check()
        await page.get_by_role("button", name="Mark selected").click()
        await expect(page.locator("#tray")).to_contain_text("1 message")
        await page.get_by_role("button", name="Mark all 10 for deletion").click()
        await expect(page.locator("#toast")).to_contain_text("9 of them just now.")
        await expect(page).to_have_url(app.url + "/mailbox?q=larger%3A240K&sort=size")
        await page.locator("#undo").click()
        await expect(page.locator("#tray")).to_contain_text("1 message")
        await expect(page.locator("#toast")).to_be_empty()
        await page.get_by_label("Filter messages").fill("colour:red larger:1K")
        await page.get_by_role("button", name="Filter").click()
        await expect(page.locator("#fault mark")).to_have_text("colour")
        await expect(page.get_by_label("Filter messages")).to_have_value("colour:red larger:1K")
        await expect(page.locator(".rows .row")).to_have_count(100)
        await page.locator("#help summary").click()
        await page.get_by_role("link", name="Under 10 KB").click()
        await expect(page.locator("#pickall")).to_contain_text("10 match")


async def test_scrolling_colours_nothing(demo: RunningPopscope, chromium: Chromium) -> None:
    page = await chromium.page_at(390, height=844)
    await enter_demo(page, demo.url)
    colour = "getComputedStyle(document.body).color"
    before = await page.evaluate(colour)
    await page.evaluate("scrollTo(0, 900)")
    await expect(page.locator(".listhead")).to_have_css("visibility", "hidden")
    assert await page.evaluate(colour) == before
