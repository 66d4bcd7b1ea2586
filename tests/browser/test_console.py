"""The console by keyboard alone, by touch on a phone, and without JavaScript."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, axe, screenshot
from tests.support.signin import standing

from .conftest import Stage

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]
SECRET = "pl4nted-Pa55word"


async def look(page: Page, name: str) -> None:
    """Keeps a screenshot, and fails over what axe finds or what does not fit."""
    await screenshot(page, f"console-{name}", full_page=False)
    assert await axe(page) == [], name
    room = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert room[0] <= room[1], f"{name} scrolls sideways"


async def test_by_keyboard_alone(stage: Stage, chromium: Chromium) -> None:
    chromium.allow("status of (409|422)")
    page = await chromium.page_at(1440)
    await stage.sign_in(page)
    await page.get_by_role("button", name="More").press("Enter")
    await page.get_by_role("link", name="Console", exact=True).press("Enter")
    line, log, stand = page.locator("#line"), page.locator("#dialogue"), page.locator("#stand")
    await expect(line).to_be_focused()
    await look(page, "empty")

    async def enter(text: str) -> None:
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")

    # Completion, answers, and the way back through what was typed.
    await page.keyboard.type("st")
    await page.keyboard.press("Tab")
    await expect(line).to_have_value("STAT")
    await expect(page.locator("#hint")).to_contain_text("How many messages there are")
    await page.keyboard.press("Enter")
    await expect(log).to_contain_text("+OK 31 ")
    await expect(line).to_have_value("")
    await enter("list 31")
    await expect(log.locator(".exchange")).to_have_count(2)
    await expect(line).to_be_focused()
    await page.keyboard.type("t")
    for key, value in (("Up", "LIST 31"), ("Up", "STAT"), ("Up", "STAT"), ("Down", "LIST 31")):
        await page.keyboard.press(f"Arrow{key}")
        await expect(line).to_have_value(value)
    await page.keyboard.press("ArrowDown")
    await expect(line).to_have_value("t")
    await page.keyboard.press("Tab")
    await expect(line).to_have_value("TOP ")
    # A password typed out of habit.
    await line.fill(f"PASS {SECRET}")
    await page.keyboard.press("Enter")
    await expect(stand).to_contain_text("No password is ever typed here.")
    await expect(line).to_have_value("")
    await page.keyboard.press("ArrowUp")
    await expect(line).to_have_value("LIST 31")
    assert SECRET not in await page.content()
    assert SECRET.encode() not in bytes(stage.link.sent_by_client)
    # What needs correcting comes back.
    await line.fill("TOP 31")
    await page.keyboard.press("Enter")
    await expect(stand).to_contain_text("TOP n k")
    await expect(line).to_have_value("TOP 31")
    await expect(line).to_have_attribute("aria-describedby", "refused hint")
    await expect(line).to_have_attribute("aria-invalid", "true")
    await look(page, "refused")
    typed = await line.evaluate("at => [at.selectionStart, at.selectionEnd]")
    assert typed == [0, len("TOP 31")], "the next line is typed over it"
    await enter("TOP 31 0")
    await expect(log).to_contain_text("Holiday video")
    await enter("TOP 99 0")  # refused by the server
    await expect(log).to_contain_text("C: TOP 99 0")
    await expect(line).to_have_value("TOP 99 0")
    # A number that is not there is told before anything is asked.
    await enter("dele 99")
    await expect(stand).to_contain_text("There is no message of this number now.")
    await expect(page.locator("#asked")).to_have_count(0)
    await expect(line).to_have_value("dele 99")
    await page.keyboard.type("NOOP")
    await expect(line).to_have_value("NOOP")
    await page.keyboard.press("Enter")
    await expect(stand).not_to_contain_text("TOP n k")
    await expect(line).to_have_attribute("aria-describedby", "hint")
    await expect(line).not_to_have_attribute("aria-invalid", "true")
    # DELE asks, and Enter twice does not send it.
    await enter("dele 31")
    await expect(page.locator("#asked")).to_be_focused()
    await expect(stand).to_contain_text("Uncle Bob")
    await look(page, "asked")
    await page.keyboard.press("Enter")
    assert not [line for line in stage.link.commands if line.startswith("DELE")]
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Don't send it")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(stand).to_contain_text("undone by RSET until you type QUIT")
    await expect(line).to_be_focused()
    await look(page, "deleted")
    chips = await page.locator(".verbs a").all_text_contents()
    assert "TOP" in chips
    assert "LANG" not in chips, "CAPA does not announce it"
    await enter("quit")
    await expect(stand).to_contain_text("Send QUIT? It deletes 1 message")
    await expect(page.locator("#asked")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(line).to_be_focused()
    await expect(page.locator("#asked")).to_have_count(0)
    # The list says so; RSET takes it back.
    await page.goto(f"{stage.app.url}/mailbox")
    await expect(page.locator(".notices")).to_contain_text("1 message is deleted in the console")
    await page.goto(f"{stage.app.url}/mailbox/console")
    await expect(line).to_be_focused()
    await enter("rset")
    await expect(page.locator(".tour h2")).to_contain_text("5 of 6 done")
    await enter("quit")
    await expect(page.locator("#chip")).to_contain_text("Released")
    assert stage.is_there()
    assert stage.others() == stage.before


async def test_the_tour_by_touch_on_a_phone(stage: Stage, chromium: Chromium) -> None:
    chromium.allow("status of 409")
    page = await chromium.page_at(390, "dark", height=844, has_touch=True, is_mobile=True)
    await stage.sign_in(page)
    await page.goto(f"{stage.app.url}/mailbox/console")
    await page.locator(".verbs").get_by_text("LIST").tap()
    await expect(page.locator("#line")).to_have_value("LIST ")
    await page.get_by_role("button", name="Send", exact=True).tap()
    await page.locator(".exchange pre a").first.tap()
    await expect(page.locator("#line")).to_have_value("TOP 1 0")
    await look(page, "list")
    for step in ("STAT", "LIST", "TOP 1 0", "DELE 1", "RSET", "QUIT"):
        await page.locator("#typeit").tap()
        await expect(page.locator("#line")).to_have_value(step)
        await page.get_by_role("button", name="Send", exact=True).tap()
        if step == "DELE 1":
            await look(page, "asked")
            await page.get_by_role("button", name="Send DELE 1").tap()
        await expect(page.locator(".exchange").last).to_contain_text(f"C: {step}")
        await expect(page.locator("#line")).to_be_focused()
        room = await page.locator(".wirelog").bounding_box()
        last = await page.locator(".exchange").last.bounding_box()
        assert room is not None
        assert last is not None
        assert last["y"] + last["height"] <= room["y"] + room["height"] + 1, "its end is in sight"
        done = page.locator(".tour li.done", has=page.locator("[aria-current]"))
        await expect(done).to_have_count(1)
        if step != "QUIT":
            await page.locator("#nextstep").tap()
            await expect(done).to_have_count(int(step == "STAT"))  # LIST was typed before
    await expect(page.locator(".tour h2")).to_contain_text("6 of 6 done")
    await look(page, "tour-done")
    assert stage.is_there()
    assert stage.others() == stage.before


@pytest.mark.parametrize("width", [1024])
async def test_without_javascript(stage: Stage, page_at: PageAt, chromium: Chromium, width) -> None:
    chromium.allow("status of (409|422)")
    page = await page_at(width, "dark", javascript=False)
    await stage.sign_in(page)
    await standing(page)
    await page.goto(f"{stage.app.url}/mailbox/console")
    send = page.get_by_role("button", name="Send", exact=True)
    for step in ("STAT", "LIST", "TOP 1 0", "DELE 1", "RSET", "QUIT"):
        await page.get_by_role("link", name="Type it for me").click()
        await expect(page.locator("#line")).to_have_value(step)
        await send.click()
        if step == "DELE 1":
            await expect(page.locator("#stand")).to_contain_text("Letter 0")
            await page.get_by_role("button", name="Send DELE 1").click()
            await expect(page.locator("#stand")).to_contain_text("undone by RSET")
        await expect(page.locator(".exchange").last).to_contain_text(f"C: {step}")
        await expect(page.locator(".tour li.done [aria-current]")).to_have_count(1)
        if step == "LIST":  # its end is in sight, and its numbers lead to TOP
            await page.locator(".exchange pre a").last.click(trial=True)
        if step != "QUIT":
            await page.get_by_role("link", name="Next: ").click()
    await screenshot(page, "console-plain", full_page=False)
    await page.locator("#line").fill(f"PASS {SECRET}")
    await send.click()
    await expect(page.locator("#stand")).to_contain_text("No password is ever typed here.")
    assert SECRET not in await page.content()
    assert SECRET not in page.url
    assert stage.is_there()
    assert stage.others() == stage.before
