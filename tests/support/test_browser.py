"""The browser tells on bad pages: each test serves one from loopback."""

import http.server
import threading
from contextlib import contextmanager
from typing import Any

import pytest

from . import browser as browser_module
from .browser import Chromium, axe, screenshot

pytestmark = pytest.mark.browser

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"
GOOD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>'
    '<link rel="icon" href="data:,"></head>'
    "<body><main><h1>A page</h1>%s</main></body></html>"
)


@contextmanager
def site(body: str, *, page: str = GOOD):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(page.replace("%s", body).encode() if found else b"")

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_a_good_page_is_not_complained_about(page_at, chromium):
    with site("<p>good</p>") as url:
        page = await page_at()
        await page.goto(url)
        assert await page.inner_text("h1") == "A page"
        assert chromium.requests == [f"GET {url}"]
        assert await axe(page) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<script>var inline = 1</script>", "Content Security Policy"),
        ("<p style='color: red'>x</p>", "Content Security Policy"),
        ("<img alt='' src='http://tracker.example/x.png'>", "tracker.example"),
        ("<img alt='' src='/missing.png'>", "404"),
    ],
)
async def test_a_bad_page_is(shared_browser, body, expected):
    async with Chromium(shared_browser) as chromium:
        with site(body) as url:
            page = await chromium.page_at()
            await page.goto(url)
            await page.wait_for_load_state("networkidle")
            assert expected in "\n".join(chromium.problems)
            chromium.allow(".")
            assert chromium.problems == []


async def test_errors_of_scripts_and_requests_off_loopback_are_problems(shared_browser):
    async with Chromium(shared_browser) as chromium:
        page = await chromium.page_at()
        await page.goto("about:blank")
        await page.evaluate("setTimeout(() => { throw new Error('thrown late') })")
        await page.evaluate("console.error('said so')")
        await page.evaluate("fetch('http://far.example/').catch(() => 0)")
        problems = "\n".join(chromium.problems)
        for expected in ("thrown late", "said so", "request off loopback: GET http://far.example/"):
            assert expected in problems


async def test_lan_names_are_loopback(page_at):
    with site("lan") as url:
        page = await page_at()
        await page.goto(url.replace("127.0.0.1", "popscope.lan"))
        assert "lan" in await page.inner_text("main")


async def test_axe_finds_what_is_wrong_under_the_policy(page_at):
    with site("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><button></button>") as url:
        page = await page_at()
        await page.goto(url)
        found = " ".join(await axe(page))
        assert "image-alt" in found
        assert "button-name" in found


async def test_screenshots_are_named_after_width_and_scheme(page_at, tmp_path, monkeypatch):
    monkeypatch.setattr(browser_module, "SCREENSHOTS", tmp_path / "shots")
    monkeypatch.setenv("POPSCOPE_PICTURES", "1")
    with site("<p>look</p>") as url:
        page = await page_at(360, "dark")
        await page.goto(url)
        path = await screenshot(page, "look")
        assert path == tmp_path / "shots" / "look-360-dark.png"
        assert path.read_bytes().startswith(b"\x89PNG")


async def test_without_javascript_no_script_runs(page_at):
    with site("<noscript><p id='no'>no scripts</p></noscript>") as url:
        page = await page_at(javascript=False)
        await page.goto(url)
        assert await page.is_visible("#no")
