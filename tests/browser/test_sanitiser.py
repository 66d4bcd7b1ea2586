"""Hostile mail in a real browser: nothing runs, nothing leaves, nothing reaches the page around it.

Each payload is a document of its own, in the real frame and with the real headers, sanitised or
not: the frame has to hold where the sanitiser would fail. A control without any of it shows that
the payloads act and that acting is seen.
"""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import ConsoleMessage, Dialog, Error, Page
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.mime import SafeHtml, sanitise
from app.web.reader.html_frame import mail_document
from app.web.site.render import Renderer
from app.web.site.security import Guard
from tests.support.browser import Chromium, SharedBrowser
from tests.support.payloads import PAYLOADS, Payload

pytestmark = pytest.mark.browser

GROUP = 40  # frames on one page
AT_ONCE = 2  # pages
PARTS = 2  # so that one test stays far from the time limit on a busy machine
SETTLE = 120  # milliseconds for what acts after everything has loaded
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The reader</title>'
    '<link rel="icon" href="data:,"></head><body><h1>The reader</h1>%s</body></html>'
)
OPEN = {"Content-Security-Policy": "default-src * data: blob: 'unsafe-inline' 'unsafe-eval'"}
# What can be seen of the page around the frames, but for the frames themselves.
SELF = """() => ({
  title: document.title, url: location.href, opener: opener !== null,
  children: document.body.children.length, cookie: document.cookie, stored: localStorage.length,
  globals: Object.keys(window).filter(name => !/^[0-9]+$/.test(name)).sort().join(),
})"""


def text(payload: Payload, port: int) -> str:
    """A payload that acts on our server, without what UTF-8 cannot say."""
    markup = payload.markup.replace("canary.lan", f"canary.lan:{port}")
    return markup.encode(errors="replace").decode()


class Site:
    """Pages with frames, and every request that came: host and path."""

    def __init__(self, payloads: tuple[Payload, ...], port: int) -> None:
        self.port = port
        self.requests: list[tuple[str, str]] = []
        self.payloads = payloads
        self._renderer = Renderer()
        app = FastAPI()
        app.add_middleware(Guard, allow_insecure_http=True)
        app.get("/page/{mode}/{start}")(self.page)
        app.get("/mail/{mode}/{number}")(self.mail)
        self._app: ASGIApp = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Counts a request before it is answered."""
        if scope["type"] in {"http", "websocket"}:
            host = dict(scope["headers"]).get(b"host", b"").decode()
            self.requests.append((host, scope["path"]))
        await self._app(scope, receive, send)

    def page(self, mode: str, start: int) -> Response:
        """A page with a group of frames, or with none."""
        template = self._renderer._environment.get_template("reader/_frame.html")
        frames = "".join(
            template.render(message=SimpleNamespace(frame=path)) for path in self.mails(mode, start)
        )
        if mode == "bare":
            frames = re.sub(r' (?:sandbox|referrerpolicy)="[^"]*"', "", frames)
        return HTMLResponse(PAGE.replace("%s", frames), headers=OPEN if mode == "bare" else None)

    def mail(self, mode: str, number: int) -> Response:
        """A payload's document: sanitised, with the frame alone around it, or bare."""
        markup = text(self.payloads[number], self.port)
        if mode == "bare":
            return HTMLResponse(f"<!doctype html><body>{markup}", headers=OPEN)
        safe = SafeHtml(markup)
        if mode == "safe":
            safe = sanitise(markup, inline=lambda _: None, remote=False)
        return mail_document(self._renderer, safe, remote=False)

    def mails(self, mode: str, start: int) -> list[str]:
        """The paths of the documents on a page."""
        if start < 0:
            return []
        return [f"/mail/{mode}/{n}" for n in range(start, len(self.payloads))][:GROUP]

    def url(self, mode: str, start: int) -> str:
        """The address of a page."""
        return f"http://127.0.0.1:{self.port}/page/{mode}/{start}"


@contextlib.asynccontextmanager
async def serving(payloads: tuple[Payload, ...] = PAYLOADS) -> AsyncIterator[Site]:
    listening = socket.create_server(("127.0.0.1", 0))
    site = Site(payloads, listening.getsockname()[1])
    config = uvicorn.Config(site, log_level="critical", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([listening]))
    try:
        yield site
    finally:
        server.should_exit = True
        server.force_exit = True
        await task


@dataclass
class Seen:
    """What a page was seen to do."""

    dialogs: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    opened: int = 0
    downloads: int = 0

    @classmethod
    def by(cls, page: Page) -> "Seen":
        """Watches a page, its frames, and what they open."""
        seen = cls()
        page.on("dialog", seen._on_dialog)
        page.on("console", seen._on_console)
        page.on("download", lambda _: setattr(seen, "downloads", seen.downloads + 1))
        page.context.on("page", lambda _: setattr(seen, "opened", seen.opened + 1))
        return seen

    async def _on_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        with contextlib.suppress(Error):  # its page may be gone
            await dialog.dismiss()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "log":
            self.logged.append(message.text)


async def page_now(page: Page) -> dict[str, object]:
    return dict(await page.evaluate(SELF))


async def page_before(page: Page, site: Site, mode: str) -> dict[str, object]:
    """What a page is like that has no frames."""
    await page.goto(site.url(mode, -1))
    return await page_now(page)


async def check_pages(chromium: Chromium, site: Site, mode: str, starts: list[int]) -> None:
    """Opens pages of frames one after another; all of them stay as they were."""
    page = await chromium.page_at(1000)
    plain = await page_before(page, site, mode)
    seen = Seen.by(page)
    for start in starts:
        await page.goto(site.url(mode, start))
        await page.wait_for_timeout(SETTLE)
        frames = [frame.url for frame in page.main_frame.child_frames]
        assert frames == [f"http://127.0.0.1:{site.port}{path}" for path in site.mails(mode, start)]
        if mode == "safe":
            assert len(page.frames) == len(frames) + 1, "a frame in a frame"
        now = await page_now(page)
        assert now == plain | {"url": site.url(mode, start), "children": len(frames) + 1}
    assert seen == Seen()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("mode", ["safe", "raw"])
async def test_nothing_runs_nothing_leaves_nothing_reaches_the_page(
    chromium: Chromium, mode: str, part: int
) -> None:
    if mode == "raw":
        chromium.allow(".")  # the policy says of each payload what it refused
    async with serving() as site:
        starts = list(range(0, len(site.payloads), GROUP))[part::PARTS]
        await asyncio.gather(
            *(check_pages(chromium, site, mode, starts[n::AT_ONCE]) for n in range(AT_ONCE))
        )
        wanted = [f"/page/{mode}/-1"] * AT_ONCE
        for start in starts:
            wanted += [f"/page/{mode}/{start}", *site.mails(mode, start)]
        assert sorted(site.requests) == sorted((f"127.0.0.1:{site.port}", path) for path in wanted)
        if mode == "safe":  # not even one that the policy would have stopped
            asked = [one.partition(f" http://127.0.0.1:{site.port}") for one in chromium.requests]
            pages = [path for _, _, path in asked if path]
            assert sorted(pages) == sorted(wanted)
            assert {one for one, _, path in asked if not path} <= {"GET data:,"}


async def test_the_same_payloads_act_where_nothing_holds_them(
    shared_browser: SharedBrowser,
) -> None:
    some = PAYLOADS[::4]
    async with Chromium(shared_browser) as chromium, serving(some) as site:
        page = await chromium.page_at(1000)
        seen = Seen.by(page)
        for start in range(0, len(some), GROUP):
            with contextlib.suppress(Error):  # some of them navigate the page away
                await page.goto(site.url("bare", start))
                await page.wait_for_timeout(SETTLE)
        asked = {path for host, path in site.requests if host.startswith("canary.lan")}
        assert len(seen.dialogs) > len(some) // 5
        assert len(seen.logged) > len(some) // 5
        assert len(asked) > len(some) // 5


CONTROLS = {
    "log": "<script>console.log('canary')</script>",
    "dialog": "<img src=x onerror=alert('canary')>",
    "/image": "<img src=http://canary.lan/image>",
    "/style": "<p style='background:url(http://canary.lan/style)'>x",
    "/sheet": "<link rel=stylesheet href=http://canary.lan/sheet>",
    "/refresh": "<meta http-equiv=refresh content='0;url=http://canary.lan/refresh'>",
    "/frame": "<iframe src=http://canary.lan/frame></iframe>",
    "/fetch": "<script>fetch('http://canary.lan/fetch')</script>",
    "title": "<script>parent.document.title = 'canary'</script>",
    "globals": "<script>parent.canary = 1</script>",
    "children": "<script>parent.document.body.append(document.createElement('p'))</script>",
    "cookie": "<script>document.cookie = 'canary=1; path=/'</script>",
    "opened": "<script>window.open('about:blank')</script>",
    "/top": "<script>top.location = 'http://canary.lan/top'</script>",
}


async def test_each_thing_that_is_looked_for_would_be_seen(shared_browser: SharedBrowser) -> None:
    async def check(what: str, markup: str) -> None:
        async with (
            Chromium(shared_browser) as chromium,
            serving((Payload("control", markup),)) as site,
        ):
            page = await chromium.page_at(1000)
            plain = await page_before(page, site, "bare")
            seen = Seen.by(page)
            await page.goto(site.url("bare", 0))
            await page.wait_for_timeout(2 * SETTLE)
            found = {path for host, path in site.requests if host.startswith("canary.lan")}
            found |= {"log"} if seen.logged == ["canary"] else set()
            found |= {"dialog"} if seen.dialogs == ["canary"] else set()
            found |= {"opened"} if seen.opened else set()
            now = await page_now(page)
            expected = plain | {"url": site.url("bare", 0), "children": 2}
            found |= {name for name in plain if now[name] != expected[name]}
            assert what in found

    await asyncio.gather(*(check(*control) for control in CONTROLS.items()))
