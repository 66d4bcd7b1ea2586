"""A message within a message, opened in Chromium: by mouse, by keyboard, without JavaScript."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from . import letters
from .conftest import Desk
from .looking import look
from .test_reading import open_message, open_tab

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]
SUBJECT = "Fwd: the boat"
INNER = (
    b"From: Bob Boatman <bob@example.org>\r\nTo: ann@example.org\r\n"
    b"Subject: The boat is for sale\r\n"
    b"Date: Tue, 03 Mar 2026 10:00:00 +0000\r\nContent-Type: text/plain\r\n\r\nIt floats.\r\n"
)


def letter() -> bytes:
    kind, body = letters._multipart(
        "mixed",
        letters._part("text/plain", b"see below"),
        b"Content-Type: message/rfc822\r\n\r\n" + INNER,
    )
    return letters._head(SUBJECT, f"Content-Type: {kind}\r\n", day=28) + body


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [1440, 1024, 390])
async def test_an_attached_message_opens_in_the_reader(
    desk: Desk, page_at: PageAt, width: int, javascript: bool
) -> None:
    desk.server.deliver(desk.user, letter())
    page = await page_at(width, javascript=javascript)
    await desk.sign_in(page)
    reader = await open_message(page, SUBJECT)
    await open_tab(page, "Attachments")
    await reader.get_by_role("link", name="Open").click()
    await expect(page.get_by_role("heading", name="The boat is for sale")).to_be_visible()
    await expect(reader).to_contain_text("It floats.")
    await expect(reader).to_contain_text("Bob Boatman")
    await expect(reader.get_by_role("button", name="Delete")).to_have_count(0)
    if javascript:
        await look(page, "message-within", "#pane")
    await open_tab(page, "Headers")
    await expect(reader).to_contain_text("bob@example.org")
    await reader.get_by_role("link", name=f"attached to {SUBJECT}").click()
    await expect(page.get_by_role("heading", name=SUBJECT)).to_be_visible()
    await expect(reader.get_by_role("link", name="Attachments")).to_have_attribute(
        "aria-current", "page"
    )


async def test_the_keyboard_goes_in_and_out_again(desk: Desk, page_at: PageAt) -> None:
    desk.server.deliver(desk.user, letter())
    page = await page_at(1440)
    await desk.sign_in(page)
    reader = await open_message(page, SUBJECT)
    await reader.get_by_role("link", name="Open").focus()
    await page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name="The boat is for sale")
    await expect(heading).to_be_visible()
    assert await page.evaluate("document.activeElement.closest('#reader') !== null")
    await page.go_back()
    await expect(page.get_by_role("heading", name=SUBJECT)).to_be_visible()
