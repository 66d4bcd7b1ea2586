"""Reading in Chromium: every tab, by click, by keyboard, without JavaScript; harmless HTML."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.browser import Chromium
from tests.support.signin import headers_loaded

from . import letters
from .conftest import Desk

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]

# What each tab of each message has to show.
SHOWN = {
    (letters.QUOTES, "Text"): "at noon then",
    (letters.QUOTES, "Headers"): "nora@example.org",
    (letters.QUOTES, "Source"): "Subject: Re: the ferry",
    (letters.NEWSLETTER, "Text"): "From Monday it leaves at eight",
    (letters.NEWSLETTER, "HTML"): "2 remote images not fetched",
    (letters.NEWSLETTER, "Attachments"): "logo.png",
    (letters.INVITATION, "Attachments"): "Invitation: Budget, second round",
    (letters.OUTLOOK, "Attachments"): "figures.csv",
    (letters.UUENCODED, "Attachments"): "cat.txt",
    (letters.ROUTE, "Route"): "relay12.example.org",
    (letters.BROKEN, "Text"): "The final boundary of its parts is missing",
    (letters.BULKY, "Attachments"): "fetches the whole message for it",
}


def tab(page: Page, label: str) -> Locator:
    return page.locator("#reader .tabs").get_by_role("link", name=re.compile(f"^{label}"))


async def open_message(page: Page, subject: str) -> Locator:
    await page.get_by_role("link", name=subject, exact=True).first.click()
    await expect(page.locator("#subject")).to_have_text(subject)
    return page.locator("#reader")


async def open_tab(page: Page, label: str) -> None:
    await tab(page, label).click()
    await expect(tab(page, label)).to_have_attribute("aria-current", "page")
    await expect(page.locator(f"#reader .body[data-tab={label.lower()}]")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
async def test_every_tab_shows_what_it_is_for(
    desk: Desk, page_at: PageAt, javascript: bool
) -> None:
    page = await page_at(1440, javascript=javascript)
    await desk.sign_in(page)
    opened: list[str] = []
    page.on("framenavigated", lambda frame: opened.append("" if frame.parent_frame else frame.url))
    for (subject, label), words in SHOWN.items():
        reader = await open_message(page, subject)
        await open_tab(page, label)
        await expect(reader).to_contain_text(words)
        if label != "Text":
            assert f"tab={label.lower()}" in page.url
    pages = [url for url in opened if url]
    assert len(pages) >= len(SHOWN)
    verbs = {line.split()[0].upper() for line in desk.link.commands}
    assert not verbs & {"RETR", "DELE"}


async def press_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Presses a key until something has the focus."""
    for _ in range(150):
        await page.keyboard.press(key)
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by {key}")


async def test_by_keyboard_alone_and_the_focus_is_never_lost(desk: Desk, page_at: PageAt) -> None:
    page = await page_at(1440)
    await desk.sign_in(page)
    await headers_loaded(page)
    await press_to(page, page.get_by_role("link", name=letters.NEWSLETTER, exact=True))
    await page.keyboard.press("Enter")
    await expect(page.locator("#subject")).to_have_text(letters.NEWSLETTER)
    await expect(page.locator("#subject")).to_be_focused()
    for label in ("HTML", "Attachments", "Headers", "Route", "Source", "Text"):
        way = "Shift+Tab" if label == "Text" else "Tab"
        await press_to(page, tab(page, label), way)
        await page.keyboard.press("Enter")
        await expect(tab(page, label)).to_have_attribute("aria-current", "page")
        await expect(tab(page, label)).to_be_focused()
    await press_to(page, tab(page, "HTML"))
    await page.keyboard.press("Enter")
    await press_to(page, page.get_by_role("link", name="Show this once"))
    await press_to(page, page.locator("iframe.frame"))
    await press_to(page, page.get_by_text("Where its links go"))
    await page.keyboard.press("Enter")
    await expect(page.locator("details.links")).to_contain_text("text names another address")


async def test_back_and_forward_keep_the_open_tab(desk: Desk, page_at: PageAt) -> None:
    page = await page_at(1440)
    await desk.sign_in(page)
    await open_message(page, letters.QUOTES)
    await open_tab(page, "Headers")
    await open_message(page, letters.ROUTE)
    await open_tab(page, "Route")
    for subject, label in (
        (letters.ROUTE, "Text"),
        (letters.QUOTES, "Headers"),
        (letters.QUOTES, "Text"),
    ):
        await page.go_back()
        await expect(page.locator("#subject")).to_have_text(subject)
        await expect(tab(page, label)).to_have_attribute("aria-current", "page")
    await page.go_forward()
    await expect(tab(page, "Headers")).to_have_attribute("aria-current", "page")
    await page.reload()
    await expect(page.locator("#subject")).to_have_text(letters.QUOTES)
    await expect(tab(page, "Headers")).to_have_attribute("aria-current", "page")


async def test_headers_can_be_copied_as_they_came(desk: Desk, page_at: PageAt) -> None:
    page = await page_at(1440, permissions=["clipboard-read", "clipboard-write"])
    await desk.sign_in(page)
    await open_message(page, letters.QUOTES)
    await open_tab(page, "Headers")
    await page.get_by_role("button", name="Copy all").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    head = letters.quotes().decode().partition("\r\n\r\n")[0].replace("\r\n", "\n")
    assert copied.strip() == head.strip()
    await page.locator(".fields summary", has_text="<2@example.org>").click()
    await expect(page.locator(".fields")).to_contain_text("Message-ID: <2@example.org>")


async def test_long_quotes_are_folded_and_links_lead_out(desk: Desk, page_at: PageAt) -> None:
    page = await page_at(1440)
    await desk.sign_in(page)
    reader = await open_message(page, letters.QUOTES)
    await expect(reader.get_by_text("line 8 of what Anna wrote")).to_be_hidden()
    await reader.get_by_text("quoted lines").click()
    await expect(reader.get_by_text("line 8 of what Anna wrote")).to_be_visible()
    link = reader.get_by_role("link", name="https://ferry.example/pier?no=3")
    assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
    assert await link.get_attribute("target") == "_blank"


@asynccontextmanager
async def images_of_elsewhere() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A port, and how each connection to it begins: TLS says 0x16, HTTP says GET."""
    seen: list[bytes] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(3))
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], seen


async def test_images_of_elsewhere_come_after_a_click_only_by_https_and_only_this_once(
    desk: Desk, chromium: Chromium
) -> None:
    chromium.allow(r"img\.lan|net::ERR_|Content Security Policy")
    async with images_of_elsewhere() as (port, seen):
        desk.server.deliver(desk.user, letters.newsletter(port).replace(b"gazette", b"images", 1))
        page = await chromium.page_at(1440)
        await desk.sign_in(page)
        reader = await open_message(page, "The harbour images")
        await open_tab(page, "HTML")
        frame = page.frame_locator("iframe.frame")
        own = frame.get_by_alt_text("Gazette")
        await expect(own).to_be_visible()
        assert await own.evaluate("image => image.naturalWidth") == 120
        await expect(reader).to_contain_text("2 remote images not fetched")
        await page.wait_for_timeout(300)
        assert seen == []
        assert not [one for one in chromium.requests if "img.lan" in one]
        await reader.get_by_role("link", name="Show this once").click()
        await expect(reader).to_contain_text("shown this once")
        await expect(page.frame_locator("iframe.frame").get_by_text("ferry runs")).to_be_visible()
        for _ in range(50):
            if seen:
                break
            await page.wait_for_timeout(50)
        await page.wait_for_timeout(300)
        assert seen, "nothing was asked for"
        assert {one[:1] for one in seen} == {b"\x16"}, "something went out without TLS"
        count = len(seen)
        await open_tab(page, "Text")
        await open_tab(page, "HTML")
        await expect(reader).to_contain_text("2 remote images not fetched")
        await page.wait_for_timeout(300)
        assert len(seen) == count


async def test_the_frame_has_no_way_to_the_page_around_it(desk: Desk, page_at: PageAt) -> None:
    page = await page_at(1440)
    await desk.sign_in(page)
    await open_message(page, letters.NEWSLETTER)
    await open_tab(page, "HTML")
    handle = await page.locator("iframe.frame").element_handle()
    assert handle is not None
    frame = await handle.content_frame()
    assert frame is not None
    await frame.wait_for_load_state()
    assert await page.evaluate("document.querySelector('iframe').contentDocument") is None
    reach = "() => { try { return String(%s) } catch (error) { return error.name } }"
    assert await frame.evaluate("window.origin") == "null"
    assert await frame.evaluate(reach % "parent.document.title") == "SecurityError"
    assert await frame.evaluate(reach % "document.cookie") == "SecurityError"
    assert await frame.evaluate(reach % "localStorage") == "SecurityError"
