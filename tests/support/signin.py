"""The way to a list of messages: by the sign-in page as a person goes it, or into the demo."""

from typing import Protocol

from playwright.async_api import Page


class Serving(Protocol):
    """A server on loopback whose password is `secret`."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


async def fill_in(page: Page, server: Serving, user: str = "anna", *, wait: bool = True) -> None:
    """Name, server, password and Enter, on a sign-in page that is open; waits for the answer."""
    await page.get_by_label("Email address or user name").fill(user)
    await page.get_by_label("Server", exact=True).fill(f"{server.host}:{server.port}")
    await page.get_by_label("Security", exact=True).select_option("none")
    await page.get_by_label("Password", exact=True).fill("secret")
    await page.get_by_label("Password", exact=True).press("Enter", no_wait_after=not wait)


async def sign_in(page: Page, url: str, server: Serving, user: str = "anna") -> None:
    """Opens the sign-in page and fills it in, until the list is there."""
    await page.goto(url)
    await fill_in(page, server, user)
    await page.locator(".rows .row").first.wait_for()


async def headers_loaded(page: Page) -> None:
    """Until all headers have come in, on a page with JavaScript."""
    await page.locator("#progress > .muted:only-child").wait_for(timeout=60_000)


async def standing(page: Page) -> None:
    """Until a list without JavaScript renews itself no more, and cuts into nothing any more."""
    await page.locator("head:not(:has([http-equiv=refresh])) + body .rows").wait_for()


async def open_demo(page: Page, url: str) -> None:
    """Opens the demo as a new visitor, until the list is there."""
    await page.goto(url)
    await page.locator('form[action="/demo"] button').click()
    await page.locator(".rows .row").first.wait_for()


async def enter_demo(page: Page, url: str) -> None:
    """The same until all headers have come in."""
    await open_demo(page, url)
    await headers_loaded(page)
