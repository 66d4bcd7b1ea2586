"""Pictures and PDF of a whole message, looked at in Chromium."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import (
    Chromium,
    SharedBrowser,
    browser_fixture,
    screenshot,
)

from . import letters, looking
from .conftest import Desk
from .test_reading import open_message, open_tab

pytestmark = pytest.mark.browser
PageAt = Callable[..., Awaitable[Page]]
SUBJECT = "A picture and a paper"
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj
trailer<</Root 1 0 R>>
"""


def letter() -> bytes:
    kind, body = letters._multipart(
        "mixed",
        letters._part("text/plain", b"see below"),
        letters._file("image/png", "harbour.png", letters._png(900, 500, (20, 90, 160))),
        letters._file("application/pdf", "paper.pdf", PDF),
    )
    return letters._head(SUBJECT, f"Content-Type: {kind}\r\n", day=28) + body


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_picture_is_looked_at_in_the_page(
    desk: Desk, page_at: PageAt, javascript: bool
) -> None:
    desk.server.deliver(desk.user, letter())
    page = await page_at(1440, javascript=javascript)
    await desk.sign_in(page)
    reader = await open_message(page, SUBJECT)
    await open_tab(page, "Attachments")
    picture = reader.locator(".picture img")
    await expect(picture).not_to_be_visible()
    await reader.locator(".picture summary").click()
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("naturalWidth", 900)
    async for width in looking.at(page):
        box = await picture.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        await looking.pictures(page, f"picture-{'js' if javascript else 'plain'}")
        await looking.fits(page, "the picture")
    save = reader.get_by_role("link", name="Save all attachments")
    async with page.expect_download() as caught:
        await save.click()
    assert (await caught.value).suggested_filename == f"{SUBJECT}.zip"


@browser_fixture
async def viewing() -> AsyncIterator[Chromium]:
    """A Chromium that has a viewer of PDF."""
    async with SharedBrowser(whole=True) as shared, Chromium(shared) as chromium:
        yield chromium
        assert chromium.problems == []


async def test_a_pdf_opens_in_a_tab_of_its_own_or_is_saved(desk: Desk, viewing: Chromium) -> None:
    viewing.allow(r"off loopback: GET chrome(-extension)?://")  # the viewer's own parts
    viewing.allow("status of 404")  # it asks for /favicon.ico
    desk.server.deliver(desk.user, letter())
    page = await viewing.page_at(1440)
    await desk.sign_in(page)
    reader = await open_message(page, SUBJECT)
    await open_tab(page, "Attachments")
    here = page.url
    saved: list[str] = []
    page.context.on(
        "page", lambda tab: tab.on("download", lambda one: saved.append(one.suggested_filename))
    )
    async with page.context.expect_page() as opened:
        await reader.get_by_role("link", name="Open in a new tab").click()
    tab = await opened.value
    if not saved:  # as browsers do that have no viewer
        await tab.wait_for_url("**/view")
        assert await tab.evaluate("document.contentType") == "application/pdf"
        assert await tab.evaluate("window.opener") is None
        await screenshot(tab, "pdf")
    assert set(saved) <= {"paper.pdf"}
    assert page.url == here
