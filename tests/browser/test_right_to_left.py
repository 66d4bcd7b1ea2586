"""Every page as if its language were written from right to left."""

import sys

import pytest
from playwright.async_api import expect

from tests.support.browser import WIDTHS, Chromium
from tests.support.popscope import RunningPopscope

from .test_languages import walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize("width", WIDTHS)
async def test_every_page_from_right_to_left(chromium: Chromium, width: int) -> None:
    program = (sys.executable, "-m", "tests.support.pseudo")
    chromium.allow("status of (404|422)")
    with RunningPopscope("demo", program=program) as demo:
        page = await chromium.page_at(width, height=844 if width < 500 else 900, locale="ar")
        await page.goto(demo.url)
        await expect(page.locator("html")).to_have_attribute("dir", "rtl")
        await walk(page, demo, "rtl")
