"""Every page as if its language were written from right to left."""

import sys
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.support.browser import Chromium
from tests.support.popscope import RunningPopscope

from .test_languages import walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def turned() -> Iterator[RunningPopscope]:
    """The demo, in a language that is written from right to left."""
    program = (sys.executable, "-m", "tests.support.pseudo")
    with RunningPopscope("demo", program=program) as running:
        yield running


@pytest.mark.parametrize("widths", [(1024, 1440), (390,)], ids=["desk", "phone"])
async def test_every_page_from_right_to_left(
    turned: RunningPopscope, chromium: Chromium, widths: tuple[int, ...]
) -> None:
    chromium.allow("status of (404|422)")
    page = await chromium.page_at(widths[-1], locale="ar")
    await page.goto(turned.url)
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await walk(page, turned, "rtl", *widths)
