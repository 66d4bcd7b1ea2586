"""The keyboard: what each key does, what none of them does, and when they are silent."""

import re
import string
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.browser import axe, from_menu, screenshot
from tests.support.popscope import RunningPopscope
from tests.support.signin import enter_demo

from .conftest import BIG, LETTERS, Stage

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]

COMPOSING = """
for (const more of [{isComposing: true}, {keyCode: 229}])
  document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', {key: 'd', code: 'KeyD', bubbles: true, ...more}));
"""


def row(page: Page, number: int) -> Locator:
    return page.locator(".rows .row").nth(number)


async def in_focus(page: Page, number: int) -> None:
    await expect(row(page, number).locator(".what a")).to_be_focused()


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def test_the_whole_job_by_keys_alone(stage: Stage, page_at: PageAt) -> None:
    page = await page_at(1440)
    await page.goto(stage.app.url)
    await page.keyboard.type(stage.user)  # the first field has the focus
    await press(page, "Tab", "Tab")  # past Change: the fields stand open where nothing is searched
    await page.keyboard.type(f"{stage.link.host}:{stage.link.port}")
    await press(page, "Tab", "End", "Tab", "Tab", "Tab")
    await page.keyboard.type("secret")
    await press(page, "Enter")
    await page.get_by_role("link", name=BIG, exact=True).wait_for()
    await press(page, "g", "f")
    await expect(page).to_have_url(re.compile(r"sort=from"))
    await press(page, "g", "s")
    await expect(page).to_have_url(re.compile(r"/mailbox$"))
    await expect(row(page, 0)).to_contain_text(BIG)
    await press(page, "/")
    await page.keyboard.type("larger:1M")  # letters are letters here
    await expect(page.locator(".rows .row")).to_have_count(1)
    await press(page, "Control+a", "Delete")
    await expect(page.locator(".rows .row")).to_have_count(LETTERS + 1)
    await press(page, "ArrowDown")
    await in_focus(page, 0)
    await press(page, "Enter")
    await expect(page.locator("#reader")).to_contain_text("Here is the video!")
    await expect(page.locator("#subject")).to_be_focused()
    await press(page, "Escape")
    await in_focus(page, 0)
    await press(page, "d", "d")
    await in_focus(page, 2)
    await expect(page.locator("#tray")).to_contain_text("2 messages")
    await press(page, "u")  # not marked itself: the last mark
    await expect(page.locator("#tray")).to_contain_text("1 message, 39.9 MB")
    await press(page, "k", "d")
    await expect(page.locator("#tray")).to_contain_text("2 messages")
    await expect(page).to_have_title(re.compile(r"^2 marked · "))
    async with page.expect_navigation():
        await press(page, "g", "m")
    await press(page, "j", "j", "u")
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text("Delete 1 message, 39.9 MB?")
    await expect(page.get_by_role("link", name=BIG)).to_be_focused()
    for _ in range(4):
        if await page.evaluate("document.activeElement.matches('.commit')"):
            break
        await press(page, "Tab")
    assert stage.is_there()
    await press(page, "Enter")
    await expect(heading).to_contain_text("39.9 MB freed")
    assert not stage.is_there()
    assert stage.others() == stage.before
    assert "RETR" not in {line.split()[0] for line in stage.link.commands}


async def test_no_key_deletes_anything(stage: Stage, page_at: PageAt) -> None:
    page = await page_at(1440)
    await stage.sign_in(page)
    await page.get_by_role("button", name="Delete: Letter 3", exact=True).click()
    await page.get_by_role("link", name="Review and delete 1 message").click()
    await page.get_by_role("button", name="Delete 1 message for good").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("freed")
    before = stage.others()
    assert len(before) == len(stage.before) - 1
    await page.goto(stage.app.url + "/mailbox")
    await page.get_by_role("button", name=f"Delete: {BIG}").first.click()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    pressed = 0
    for path in ("/mailbox", "/mailbox/review", "/mailbox/receipt"):
        for held in ("", "Shift+", "Control+", "Alt+"):
            await page.goto(stage.app.url + path)
            for key in [*sorted(set(string.printable) - set(string.whitespace)), "Space"]:
                await page.keyboard.press(held + key)
                pressed += 1
            await page.wait_for_load_state()
    assert pressed == 3 * 4 * 95
    await page.goto(stage.app.url + "/mailbox/review")
    await page.wait_for_load_state("networkidle")
    assert stage.is_there()
    assert stage.others() == before
    assert [line.split()[0] for line in stage.link.commands].count("DELE") == 1


async def test_what_the_keys_do_in_the_list(demo: RunningPopscope, page_at: PageAt) -> None:
    page = await page_at(1024)
    await enter_demo(page, demo.url)
    picked = page.locator("#marks input[name=id]:checked")
    await press(page, "d", "x")  # nothing has the focus: that comes first
    await in_focus(page, 0)
    await expect(picked).to_have_count(1)
    await press(page, "x", "ArrowDown", "ArrowDown", "ArrowUp", "k", "k", "j")
    await in_focus(page, 1)
    await expect(picked).to_have_count(0)
    await press(page, "x", "j", "j", "Shift+X")
    await expect(picked).to_have_count(3)
    await press(page, "Shift+J", "Shift+J")
    await expect(picked).to_have_count(5)
    await in_focus(page, 5)
    await expect(page.locator("#tray")).to_be_hidden()

    # Held down, it marks one.
    for _ in range(5):
        await page.keyboard.down("d")
    await page.keyboard.up("d")
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await in_focus(page, 6)
    await press(page, "k", "u")
    await expect(page.locator("#tray")).to_be_hidden()
    await expect(page).to_have_title(re.compile("^demo-"))

    # Silent: in fields, with other keys held, while a word is composed.
    await page.evaluate(COMPOSING)
    await press(page, "Control+d", "Alt+d", "Meta+d")
    await page.locator("#sort").focus()
    await press(page, "d", "j")
    await page.wait_for_timeout(300)
    await expect(page.locator("#tray")).to_be_hidden()

    # The end of a page is the beginning of the next one.
    await row(page, 99).locator(".what a").focus()
    async with page.expect_navigation():
        await press(page, "j")
    assert "page=2" in page.url
    await in_focus(page, 0)
    async with page.expect_navigation():
        await press(page, "k")
    await in_focus(page, 99)

    # From the reader back to the row, and the list is where it was.
    before = await page.evaluate("document.querySelector('#list').scrollTop")
    assert before > 0
    await press(page, "Enter")
    await expect(page.locator("#subject")).to_be_focused()
    await press(page, "Escape")
    await in_focus(page, 99)
    assert await page.evaluate("document.querySelector('#list').scrollTop") == before
    seen = await row(page, 99).bounding_box()
    tray = await page.locator(".transcript").bounding_box()
    assert seen is not None
    assert tray is not None
    assert seen["y"] + seen["height"] <= tray["y"] + 1


async def test_the_list_of_keys_and_their_switch(demo: RunningPopscope, page_at: PageAt) -> None:
    page = await page_at(1440)
    await enter_demo(page, demo.url)
    dialog = page.get_by_role("dialog", name="Shortcuts")
    await press(page, "?")
    await expect(dialog).to_be_visible()
    await expect(dialog).to_contain_text("mark for deletion and go on")
    assert await axe(page) == []
    await screenshot(page, "keys", full_page=False)
    await press(page, "d", "j", "Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.locator("#tray")).to_be_hidden()
    await from_menu(page, "Shortcuts")
    await dialog.get_by_role("checkbox", name="Use single letters").uncheck()
    await dialog.get_by_role("button", name="Close").click()
    for _ in range(2):  # before and after a reload
        await row(page, 0).locator(".what a").focus()
        await press(page, "j", "d", "?", "x")
        await in_focus(page, 0)
        await press(page, "ArrowDown")  # no letter
        await in_focus(page, 1)
        await expect(dialog).to_be_hidden()
        await expect(page.locator("#tray")).to_be_hidden()
        await page.reload()
    await from_menu(page, "Shortcuts")
    await dialog.get_by_role("checkbox", name="Use single letters").check()
    await press(page, "Escape")
    await row(page, 0).locator(".what a").focus()
    await press(page, "j", "d")
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await in_focus(page, 2)


async def test_keys_on_a_phone_lead_back_to_the_list(
    demo: RunningPopscope, page_at: PageAt
) -> None:
    page = await page_at(390, height=844, has_touch=True, is_mobile=True)
    await enter_demo(page, demo.url)
    await row(page, 40).locator(".what a").tap()
    await expect(page.locator("#reader[data-id]")).to_be_visible()
    await page.get_by_role("link", name="Back to messages").tap()
    await in_focus(page, 40)
    await expect(row(page, 40)).to_be_in_viewport(ratio=1)
    await press(page, "Enter")
    await expect(page.locator("#subject")).to_be_focused()
    await press(page, "d", "Escape")
    await in_focus(page, 40)
    tray = page.locator("#tray")
    await expect(tray).to_contain_text("1 message")
    await expect(tray).to_be_in_viewport(ratio=1)
    # The tray never covers what has the focus.
    for _ in range(12):
        await press(page, "j")
    seen, over = await row(page, 52).bounding_box(), await tray.bounding_box()
    assert seen is not None
    assert over is not None
    assert seen["y"] + seen["height"] <= over["y"] + 1
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last, over = await page.locator(".pager").bounding_box(), await tray.bounding_box()
    assert last is not None
    assert over is not None
    assert last["y"] + last["height"] <= over["y"] + 1
