"""Taking mail out in Chromium: whole messages, parts, save-then-mark, many in one file."""

import asyncio
import hashlib
import re
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Download, Page, expect

from tests.support.browser import Chromium, axe, screenshot
from tests.support.popscope import RunningPopscope
from tests.support.signin import headers_loaded, open_demo

from . import letters
from .conftest import Desk
from .looking import fits, pictures
from .test_reading import open_message, open_tab

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]


async def saved(download: Download) -> bytes:
    return await asyncio.to_thread(Path(await download.path()).read_bytes)


async def test_the_whole_message_shows_its_progress_and_can_be_called_off(
    desk: Desk, page_at: PageAt
) -> None:
    desk.server.deliver(desk.user, letters.bulky().replace(b"summer", b"winter", 1))
    subject = letters.BULKY.replace("summer", "winter")
    desk.link.rate = 8_000_000
    page = await page_at(1440)
    await desk.sign_in(page)
    reader = await open_message(page, subject)
    await open_tab(page, "Attachments")
    await page.get_by_role("button", name="Whole message").click()
    progress = page.get_by_role("progressbar", name="Whole message, transferred")
    await expect(progress).to_be_visible()
    await expect(reader).to_contain_text(re.compile(r"[1-9][\d.]* MB of 30\.8 MB"))
    await screenshot(page, "reading-progress", full_page=False)
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("button", name="Whole message")).to_be_focused()
    await expect(progress).to_have_count(0)
    await open_message(page, letters.QUOTES)  # the session goes on
    desk.link.rate = None
    await open_message(page, subject)
    await open_tab(page, "Attachments")
    await expect(reader).not_to_contain_text("ferry.png")
    await page.get_by_role("button", name="Whole message").click()
    await expect(reader).to_contain_text("ferry.png")
    await expect(reader).to_contain_text("transferred: the whole message")
    assert "tab=attachments" in page.url
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Save ferry.png").click()
    download = await coming.value
    assert download.suggested_filename == "ferry.png"
    digest = hashlib.sha256(await saved(download)).hexdigest()
    await expect(reader).to_contain_text(digest)
    assert "DELE" not in {line.split()[0].upper() for line in desk.link.commands}


async def test_saved_then_marked(desk: Desk, page_at: PageAt) -> None:
    page = await page_at(1440)
    await desk.sign_in(page)
    await open_message(page, letters.BULKY)
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Save, then mark").click()
    download = await coming.value
    data = await saved(download)
    assert data == letters.bulky(2_000_000)
    place = page.locator("#saved")
    await expect(place).to_contain_text(f"{len(data):,} bytes saved; message marked for deletion.")
    await expect(place).to_contain_text(hashlib.sha256(data).hexdigest())
    await expect(place.locator("code")).to_be_hidden()  # until somebody wants details
    row = page.locator(".rows .row", has_text=letters.BULKY)
    await expect(row).to_have_class(re.compile(r"\bmarked\b"))
    await expect(page.locator("#tray")).to_contain_text("1 message, 2.1 MB marked for deletion")
    await screenshot(page, "reading-saved", full_page=False)


async def test_a_file_is_taken_out_of_a_winmail_dat(desk: Desk, page_at: PageAt) -> None:
    page = await page_at(1440)
    await desk.sign_in(page)
    await open_message(page, letters.OUTLOOK)
    await open_tab(page, "Attachments")
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="photo.bin").click()
    download = await coming.value
    assert download.suggested_filename == "photo.bin"
    assert await saved(download) == letters.FILE


async def test_what_is_ticked_goes_into_one_file(desk: Desk, page_at: PageAt) -> None:
    page = await page_at(1440)
    await desk.sign_in(page)
    await expect(page.get_by_role("button", name="Save selected…")).to_be_hidden()
    for subject in (letters.QUOTES, letters.ROUTE):
        await page.get_by_role("checkbox", name=f"Select: {subject}").check()
    await page.get_by_role("button", name="Save selected…").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Save 2 messages")
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Save as zip").click()
    download = await coming.value
    assert download.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(await download.path()) as found:
        assert found.testzip() is None
        inside = {found.read(name) for name in found.namelist()}
    assert inside == {letters.quotes(), letters.route()}
    await expect(page.locator("#exporting")).to_have_text(
        re.compile("The last file is complete: 2 messages.")
    )
    await screenshot(page, "export", full_page=False)


async def test_a_filter_chooses_and_a_bad_one_keeps_its_text(
    desk: Desk, chromium: Chromium
) -> None:
    chromium.allow("status of 422")
    page = await chromium.page_at(390, height=844)
    await desk.sign_in(page)
    await headers_loaded(page)
    await page.goto(f"{desk.app.url}/mailbox/export")
    field = page.get_by_label("Or choose by a filter")
    await field.fill("larger:much")
    await field.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("This filter is not valid.")
    await expect(field).to_have_value("larger:much")
    await field.fill("larger:1M")
    await page.get_by_role("button", name="Choose").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Save 1 message,")


async def test_without_javascript(desk: Desk, page_at: PageAt) -> None:
    desk.link.rate = 1_000_000
    page = await page_at(1440, javascript=False)
    await desk.sign_in(page)
    reader = await open_message(page, letters.BULKY)
    await page.get_by_role("button", name="Whole message").click()
    await expect(page.get_by_role("link", name="Reload")).to_be_visible()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("button", name="Whole message")).to_be_visible()
    desk.link.rate = None
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Save, then mark").click()
    assert await saved(await coming.value) == letters.bulky(2_000_000)
    await page.reload()
    await expect(reader).to_contain_text("bytes saved; message marked for deletion.")
    await expect(page.locator("#tray")).to_contain_text("1 message")


async def test_too_large_is_told_on_a_phone_too(desk: Desk, chromium: Chromium) -> None:
    chromium.allow("status of 413")
    with RunningPopscope("serve", settings={"POPSCOPE_SPOOL_LIMIT": "1M"}) as small:
        desk.app = small
        page = await chromium.page_at(390, height=844)
        await desk.sign_in(page)
        await open_message(page, letters.BULKY)
        await page.get_by_role("button", name="Whole message").click()
        await expect(page.get_by_role("alert")).to_contain_text("This is too large to show.")
        await expect(page.get_by_role("alert")).to_be_in_viewport()
        await screenshot(page, "reading-too-large", full_page=False)
        await page.context.close()  # or it would ask for events when the app has gone


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_file_named_under_the_text_is_saved_by_a_click(
    demo: RunningPopscope, page_at: PageAt, javascript: bool
) -> None:
    page = await page_at(1440, javascript=javascript)
    await open_demo(page, demo.url)
    await page.locator(".rows .row .what a").first.click()
    reader = page.locator("#reader")
    await expect(reader).to_contain_text("Mail carries files as text")
    await expect(reader).to_contain_text("at most 45.9 MB")
    await expect(reader.locator(".rungs")).to_have_text("Whole message")
    named = page.locator("#reader .parts a")
    async with page.expect_download() as coming:
        await named.click()
    assert (await coming.value).suggested_filename == "holiday-final-FINAL-2.mp4"
    if javascript:
        assert await axe(page, part="#reader") == []
        await screenshot(page, "reader-attachment", full_page=False)


async def test_the_attachments_of_what_is_ticked_are_one_zip(desk: Desk, page_at: PageAt) -> None:
    page = await page_at(1440)
    await desk.sign_in(page)
    await page.get_by_role("checkbox", name=f"Select: {letters.QUOTES}").check()
    await page.get_by_role("checkbox", name=f"Select: {letters.UUENCODED}").check()
    await page.get_by_role("button", name="Save selected…").click()
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Save their attachments as zip").click()
    with zipfile.ZipFile(await (await coming.value).path()) as found:
        (name,) = found.namelist()
    assert re.fullmatch(r"20\d\d-\d\d-\d\d .+ - cat\.txt", name)
    await expect(page.locator("#exporting")).to_have_text(
        re.compile("The last file is complete: 1 attachment.")
    )
    assert await axe(page) == []
    for width in (1440, 390):
        await page.set_viewport_size({"width": width, "height": 844})
        await pictures(page, "export")
        await fits(page, f"export at {width}")
