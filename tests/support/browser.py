"""Headless Chromium that tells on the page: every console error or stray request is kept.

The browser resolves no name but ``localhost`` and ``*.lan``, both as 127.0.0.1: whatever the page
asks for, no request leaves the machine, and one that tries is a problem of its own.
"""

import asyncio
import os
import re
from contextlib import suppress
from functools import partial
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    WebError,
    async_playwright,
    expect,
)

from . import need

Scheme = Literal["light", "dark"]
browser_fixture = partial(pytest_asyncio.fixture, loop_scope="session")
"""An asynchronous fixture of tests marked ``browser``, in the event loop that they share."""

WIDTHS = (1440, 1024, 390)
SCREENSHOTS = Path(__file__).resolve().parents[2] / "artifacts" / "screenshots"
_NAMES = "MAP localhost 127.0.0.1, MAP *.lan 127.0.0.1, EXCLUDE 127.0.0.1, MAP * ~NOTFOUND"
_LAUNCH = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    f"--host-resolver-rules={_NAMES}",
)
_PATIENCE = 10  # seconds for a page, and for a browser, to close
_AWAITED = 15_000  # milliseconds for what a page is to show or do: a slow machine is no defect
expect.set_options(timeout=_AWAITED)
_OFF_THE_NET = {"data", "blob", "about", "chrome-error"}


class SharedBrowser:
    """One headless Chromium for many tests, launched when the first one asks for it.

    Args:
        whole: all of Chromium, its viewers too. Its headless shell lays out, paints and runs
            scripts no other way, and takes half the time: it is taken where it is installed.
    """

    def __init__(self, *, whole: bool = False) -> None:
        self._whole = whole
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def running(self) -> Browser:
        """The browser; one that has died is replaced."""
        if self._playwright is None:
            self._playwright = await async_playwright().start()
        if self._browser is None or not self._browser.is_connected():
            shell = None if self._whole else need.found("chromium-headless-shell")
            executable = shell or need.program("chromium", package="chromium")
            self._browser = await self._playwright.chromium.launch(
                executable_path=executable, args=_LAUNCH
            )
        return self._browser

    async def close(self) -> None:
        """End the browser, if there is one; whoever asks for it next gets another."""
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = None
        if browser is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await browser.close()
        if playwright is not None:
            await playwright.stop()


class Chromium:
    """What one test does in a browser: ``async with Chromium(shared) as chromium``.

    ``problems`` holds one line for each console error, page error, violation of the Content
    Security Policy, failed request and request to another host; the ``chromium`` fixture fails the
    test over them. Expected ones are dropped with ``allow``. At its end all its pages are closed.
    """

    def __init__(self, shared: SharedBrowser) -> None:
        self._shared = shared
        self._contexts: list[BrowserContext] = []
        self._problems: list[str] = []
        self._allowed: list[re.Pattern[str]] = []
        self.requests: list[str] = []

    async def __aenter__(self) -> Self:
        await self._shared.running()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                for context in self._contexts:
                    await context.close()
        except TimeoutError:  # seen once in hundreds, on a busy machine
            await self._shared.close()

    @property
    def problems(self) -> list[str]:
        """What the pages did wrong so far, without what was allowed."""
        return [
            line for line in self._problems if not any(rule.search(line) for rule in self._allowed)
        ]

    async def asked(self, page: Page) -> list[str]:
        """Every request so far, those included that the page has only just begun."""
        await page.evaluate("fetch('/livez')")  # which comes behind them
        return [line for line in self.requests if not line.endswith("/livez")]

    def allow(self, pattern: str) -> None:
        """Expect problems that match a regular expression, in this test only."""
        self._allowed.append(re.compile(pattern))

    async def page_at(
        self,
        width: int = 1280,
        scheme: Scheme = "light",
        *,
        height: int = 900,
        javascript: bool = True,
        **options: Any,
    ) -> Page:
        """Open a page in a context (cookies, storage) of its own.

        Args:
            width: of the viewport, in CSS pixels.
            scheme: what ``prefers-color-scheme`` says.
            height: of the viewport, in CSS pixels.
            javascript: whether scripts run.
            options: anything else ``Browser.new_context`` takes.
        """
        browser = await self._shared.running()
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=javascript,
            **{"locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce", **options},
        )
        self._contexts.append(context)
        context.set_default_timeout(_AWAITED)
        context.on("console", self._on_console)
        context.on("weberror", self._on_page_error)
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_request_failed)
        return await context.new_page()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or re.search(
            "content.security.policy", message.text, re.IGNORECASE
        ):
            self._problems.append(f"console {message.type}: {message.text}")

    def _on_page_error(self, error: WebError) -> None:
        self._problems.append(f"page error: {error.error}")

    def _on_request(self, request: Request) -> None:
        self.requests.append(f"{request.method} {request.url}")
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        near = host in {"127.0.0.1", "localhost", "::1"} or host.endswith(".lan")
        if parts.scheme not in _OFF_THE_NET and not near:
            self._problems.append(f"request off loopback: {request.method} {request.url}")

    def _on_request_failed(self, request: Request) -> None:
        # A navigation or a download that replaces what was loading aborts it: that is no fault.
        if request.failure != "net::ERR_ABORTED":
            self._problems.append(f"request failed: {request.url}: {request.failure}")


async def screenshot(page: Page, name: str, *, full_page: bool = True) -> Path:
    """Save what the page looks like as ``artifacts/screenshots/NAME-WIDTH-SCHEME.png``.

    For people to look at: no test does, so they are taken where ``POPSCOPE_PICTURES=1`` asks.
    """
    width = page.viewport_size["width"] if page.viewport_size else 0
    dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    path = SCREENSHOTS / f"{name}-{width}-{'dark' if dark else 'light'}.png"
    if os.environ.get("POPSCOPE_PICTURES") != "1":
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    for refusals in range(3):
        try:
            await page.screenshot(path=path, full_page=full_page, animations="disabled")
            break
        except Error as error:
            # A browser that has only just started refuses now and then, and takes the next one.
            if refusals == 2 or "Unable to capture screenshot" not in error.message:
                raise
            await asyncio.sleep(0.5)
    return path


async def from_menu(page: Page, entry: str) -> None:
    """Goes where an entry of the bar's menu leads."""
    await page.locator("#more").click()
    await page.locator("#menu").get_by_role("link", name=entry, exact=True).click()


COLOURS = ("color-contrast", "link-in-text-block")  # axe-core's rules about colours, WCAG A and AA

# What is in order would come back too, node by node with its HTML: megabytes for a hundred rows.
_AXE = """
async ([type, values, part, skip]) => {
  const found = await axe.run({include: [part || document], exclude: skip ? [skip] : []},
    {iframes: false, runOnly: {type, values}, resultTypes: ['violations']});
  return found.violations.map(({id, impact, help, nodes}) =>
    ({id, impact, help, targets: nodes.map(({target}) => target)}));
}
"""


async def axe(
    page: Page, *tags: str, rules: tuple[str, ...] = (), part: str = "", skip: str = ""
) -> list[str]:
    """Return what axe-core finds wrong with the page: one line per rule, with the elements.

    Args:
        page: an open page with JavaScript on. Frames inside it are not looked at.
        tags: axe-core's rule tags; by default WCAG 2.2 A and AA, and best practices.
        rules: the names of single rules to try, instead of any tags.
        part: a selector of what to look at, and which must be there; by default all of the page.
        skip: a selector of what not to look at.
    """
    chosen = tags or ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
    # evaluate() goes past the page's Content Security Policy; a script tag would not.
    if not await page.evaluate("'axe' in window"):
        source = resources.files("axe_playwright_python").joinpath("axe.min.js")
        await page.evaluate(source.read_text("utf-8"))
    which = ["rule", list(rules)] if rules else ["tag", list(chosen)]
    found = await page.evaluate(_AXE, [*which, part, skip])
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: "
        + "; ".join(str(target) for target in rule["targets"])
        for rule in found
    ]
