"""A look at a page as it stands: axe in the light and in the dark, and whether it fits."""

from collections.abc import AsyncIterator, Iterable

from playwright.async_api import Page

from tests.support.browser import COLOURS, WIDTHS, axe, screenshot

# What a page has many of, made alike; the first ones are looked at everywhere, all where it counts.
ALIKE = (
    ".rows > .row:nth-of-type(n + 13):not(.current), .treemap > svg:nth-of-type(n + 41),"
    "tbody tr:nth-of-type(n + 9), .calls li:nth-of-type(n + 9), .call:nth-of-type(n + 9)"
)


async def at(page: Page, widths: Iterable[int] = WIDTHS) -> AsyncIterator[int]:
    """Shows the page at each width."""
    for width in widths:
        await page.set_viewport_size({"width": width, "height": 844 if width < 500 else 900})
        yield width


async def pictures(page: Page, name: str) -> None:
    """Keeps a screenshot of the window in the dark and one in the light, which it leaves on."""
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme)
        await screenshot(page, name, full_page=False)


async def fits(page: Page, name: str) -> None:
    """Fails where the page scrolls sideways."""
    room = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert room[0] <= room[1], f"{name} scrolls sideways"


async def look(
    page: Page, name: str, *parts: str, height: int | None = None, skip: str = ALIKE
) -> None:
    """Keeps screenshots, and fails over what axe finds or what does not fit.

    All rules are tried in the light; in the dark those about colours, for nothing else changes
    (``test_look`` makes sure of that).

    Args:
        page: what to look at.
        name: for the screenshots and the failure.
        parts: selectors of what differs from a page that was looked at before at this width; the
            rest is tried for touch targets alone, which parts that lie over it can make too small.
            By default all of the page is tried.
        height: of the viewport while axe looks, so that nothing is left under what is sticky,
            which axe would call too small; by default the page is looked at from its end.
        skip: a selector of what axe passes over.
    """
    size = page.viewport_size
    assert size is not None
    await pictures(page, name)
    if height is None:
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    else:
        await page.set_viewport_size({"width": size["width"], "height": height})
    part = ", ".join(parts)
    assert await axe(page, part=part, skip=skip) == [], name
    if part:
        assert await axe(page, rules=("target-size",), skip=skip) == [], name
    await page.emulate_media(color_scheme="dark")
    assert await axe(page, rules=COLOURS, part=part, skip=skip) == [], f"{name}, dark"
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(size)
    await fits(page, name)
