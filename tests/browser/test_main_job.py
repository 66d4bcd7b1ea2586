"""The main job, in Chromium, against Dovecot: find the large message, delete it, see it gone."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Chromium, from_menu

from .conftest import BIG, LETTERS, Stage, video

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]

# Headers of a message as Dovecot sends them, and all else that the job may cost.
HEADERS = 400
ALLOWANCE = 64 * 1024


def check_disk(stage: Stage) -> None:
    """The large message is gone, and every other one is what it was."""
    assert not stage.is_there()
    assert stage.others() == stage.before
    assert len(stage.before) == LETTERS


def check_wire(stage: Stage) -> None:
    """Nothing was downloaded: no RETR, and few octets."""
    verbs = [line.split()[0].upper() for line in stage.link.commands]
    assert "RETR" not in verbs
    assert verbs.count("DELE") == 1
    headers = HEADERS * (LETTERS + 1) * 2  # at most once before and once after
    assert stage.link.octets_down < ALLOWANCE + headers


async def test_by_mouse(stage: Stage, page_at: PageAt) -> None:
    page = await page_at(1440)
    await stage.sign_in(page)
    first = page.locator(".rows .row").first
    await expect(first).to_contain_text(BIG)
    await expect(first).to_contain_text("39.9 MB")
    await first.hover()
    await first.get_by_role("button", name=f"Delete: {BIG}").click()
    tray = page.locator("#tray")
    await expect(tray).to_contain_text(
        "1 message, 39.9 MB marked for deletion. Nothing has been deleted"
    )
    await expect(first).to_have_class(re.compile(r"\bmarked\b"))
    assert stage.is_there()
    await tray.get_by_role("link", name="Review and delete 1 message").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Delete 1 message")
    assert stage.is_there()
    await page.get_by_role("button", name="Delete 1 message for good").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("39.9 MB freed")
    await expect(page.get_by_role("row", name=re.compile(BIG.split(" (")[0]))).to_contain_text(
        "gone"
    )
    check_disk(stage)
    check_wire(stage)
    await page.get_by_role("link", name="Back to messages").first.click()
    await expect(page.locator(".rows .row")).to_have_count(LETTERS)
    await expect(page.locator("#tray")).to_be_hidden()


async def test_peek_first(stage: Stage, page_at: PageAt) -> None:
    page = await page_at(1440)
    await stage.sign_in(page)
    await page.get_by_role("link", name=BIG, exact=True).click()
    reader = page.locator("#reader")
    await expect(reader).to_contain_text("Here is the video!")
    await expect(reader).to_contain_text("holiday.mp4")
    await expect(reader).to_contain_text("of 39.9 MB transferred")
    assert "/mailbox/messages/" in page.url
    before = stage.link.octets_down
    await reader.get_by_role("link", name="Headers").click()
    await expect(reader).to_contain_text("MIME-Version")
    assert stage.link.octets_down == before  # what was seen once costs nothing again
    await reader.get_by_role("button", name=f"Delete: {BIG}").click()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await expect(reader.get_by_role("button", name=f"Unmark: {BIG}")).to_be_visible()
    await page.reload()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await page.get_by_role("button", name="Unmark all").click()
    await expect(page.locator("#tray")).to_contain_text("is not marked any more")
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.locator("#tray")).to_be_hidden()
    assert "RETR" not in {line.split()[0] for line in stage.link.commands}
    assert "DELE" not in {line.split()[0] for line in stage.link.commands}
    assert stage.is_there()


async def test_by_keyboard_alone(stage: Stage, page_at: PageAt) -> None:
    page = await page_at(1024)
    await stage.sign_in(page)

    async def tab_to(role: str, name: str) -> None:
        """Presses Tab until the thing has the focus."""
        wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
        for _ in range(120):
            await page.keyboard.press("Tab")
            if await wanted.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{role} {name} is not reached by Tab")

    await tab_to("button", f"Delete: {BIG}")
    await page.keyboard.press("Enter")
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await tab_to("link", "Review and delete 1 message")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name=re.compile("Delete 1 message")).wait_for()
    await tab_to("button", "Delete 1 message for good")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("39.9 MB freed")
    check_disk(stage)


async def test_by_touch_on_a_phone(stage: Stage, page_at: PageAt) -> None:
    page = await page_at(390, height=844, has_touch=True, is_mobile=True)
    await stage.sign_in(page)
    await page.get_by_role("link", name=BIG, exact=True).tap()
    await expect(page.locator("#reader")).to_contain_text("Here is the video!")
    await page.locator("#reader").get_by_role("button", name=f"Delete: {BIG}").tap()
    await page.get_by_role("link", name="Back to messages").tap()
    tray = page.locator("#tray")
    await expect(tray).to_be_in_viewport(ratio=1)
    await tray.get_by_role("button", name="Unmark all").tap()
    await expect(tray).to_contain_text("is not marked any more")
    for number in range(2):
        await page.locator(".rows .row .pick").nth(number).tap()
    await page.get_by_role("button", name="Mark selected").tap()
    await page.get_by_role("link", name="Review and delete 2 messages").tap()
    await page.get_by_role("button", name=re.compile("^Unmark: Letter")).tap()
    await page.get_by_role("button", name="Delete 1 message for good").tap()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("39.9 MB freed")
    check_disk(stage)
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page is wider than the phone"


async def test_without_javascript(stage: Stage, page_at: PageAt) -> None:
    stage.link.rtt = 0.3  # so that the list stands there before the first header has come
    page = await page_at(1440, javascript=False)
    opened: list[str] = []
    page.on("framenavigated", lambda frame: opened.append(frame.url))
    await stage.sign_in(page)
    assert opened.count(f"{stage.app.url}/mailbox") > 1, "the list came with all its headers"
    row = page.locator(".rows .row").first
    await expect(row).to_contain_text(BIG)
    await row.get_by_role("link", name=BIG, exact=True).click()
    await expect(page.locator("#reader")).to_contain_text("Here is the video!")
    await page.locator("#reader").get_by_role("button", name=f"Delete: {BIG}").click()
    await expect(page.locator("#tray")).to_contain_text("1 message")
    await page.locator("#tray").get_by_role("button", name="Unmark all").click()
    await expect(page.locator("#tray")).to_contain_text("is not marked any more")
    for number in range(3):
        await page.locator(".rows .row").nth(number).get_by_role("checkbox").check()
    await page.get_by_role("button", name="Mark selected").click()
    await expect(page.locator("#tray")).to_contain_text("3 messages")
    await page.get_by_role("button", name="Unmark the last 3").click()
    await expect(page.locator("#tray")).to_be_hidden()
    for number in range(3):
        await page.locator(".rows .row .do button").nth(number).click()
    await page.get_by_role("button", name="Unmark the last one").click()
    await page.get_by_role("link", name="Review and delete 2 messages").click()
    await page.get_by_role("button", name=re.compile("^Unmark: Letter")).click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text("Delete 1 message, 39.9 MB?")
    await expect(page).to_have_title(re.compile("^1 marked · Review · "))
    await page.get_by_role("button", name="Delete 1 message for good").click()
    await expect(heading).to_contain_text("39.9 MB freed")
    await page.reload()
    await expect(heading).to_contain_text("39.9 MB freed")
    async with page.expect_download() as saving:
        await page.get_by_role("link", name="Save receipt as CSV").click()
    receipt = (await (await saving.value).path()).read_text("utf-8-sig")
    assert f"gone,{len(video())},Uncle Bob,{BIG}," in receipt
    await from_menu(page, "Shortcuts")
    await expect(heading).to_have_text("Shortcuts")
    check_disk(stage)
    check_wire(stage)


async def test_a_second_tab_cannot_enlarge_what_was_confirmed(
    stage: Stage, chromium: Chromium
) -> None:
    chromium.allow("status of 409")
    page = await chromium.page_at(1440)
    await stage.sign_in(page)
    await page.get_by_role("button", name=f"Delete: {BIG}").first.click()
    await page.get_by_role("link", name="Review and delete 1 message").click()
    other = await page.context.new_page()
    await other.goto(stage.app.url + "/mailbox?sort=size")
    await other.locator(".rows .row").first.get_by_role("button").click()
    await expect(other.locator("#tray")).to_contain_text("2 messages")
    async with page.expect_response(re.compile("/mailbox/commit")) as answer:
        await page.get_by_role("button", name="Delete 1 message for good").click()
    assert (await answer.value).status != 303
    await expect(page.locator("main")).to_contain_text(
        "The marked messages are no longer those this page showed"
    )
    assert stage.is_there()
    assert stage.others() == stage.before
