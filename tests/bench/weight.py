"""What the first page of 10,000 messages weighs, and how soon its first row is painted.

By the scripted maildrop on loopback, in headless Chromium. Octets are those of the answers' bodies
as they came, compressed.
"""

from dataclasses import dataclass

from playwright.async_api import Page, Response

from tests.support.browser import Chromium, SharedBrowser
from tests.support.dovecot import Dovecot
from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.popscope import RunningPopscope
from tests.support.scripted import ScriptedServer
from tests.support.signin import headers_loaded, sign_in

from .result import Result

MESSAGES = 10_000
RUNS = 6
KIB = 1024
HTML, STYLE_AND_SCRIPT = 20 * KIB, 36 * KIB
REQUESTS = 6
PAINTED = 0.2  # seconds
WATCH = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true});
// The frame after the first one that has a row begins when that one is painted.
window.painted = new Promise(done => {
  const look = () => requestAnimationFrame(document.querySelector('.row')
    ? () => done(performance.now()) : look);
  look();
});
"""


@dataclass
class Weight:
    """Of one page: octets by kind, requests, layout shift, seconds to the first row's paint."""

    html: int = 0
    style_and_script: int = 0
    requests: int = 0
    shifted: float = 0.0
    painted: float = 0.0


def letters(count: int = MESSAGES) -> list[FakeMessage]:
    """Messages whose rows differ as those of people do."""
    return [
        FakeMessage(
            b"From: Person %d of the %d. floor <p%d@dom%d.example>\r\nTo: anna@example.net\r\n"
            b"Subject: About the matter %x of last week, number %d\r\n"
            b"Date: Tue, %d Mar 2026 10:%02d:00 +0000\r\n\r\n%s\r\n"
            % (n % 977, n % 13, n, n % 89, n * 2654435761 % 2**32, n, n % 28 + 1, n % 60,
               b"x" * (n * 7919 % 5000))
        )
        for n in range(count)
    ]  # fmt: skip


async def open_list(page: Page, url: str, server: ScriptedServer) -> None:
    """Signs in, and waits until all headers of the first page are there."""
    await sign_in(page, url, server)
    await headers_loaded(page)


async def weigh(page: Page) -> Weight:
    """The list, loaded anew with nothing kept from before."""
    found, answers = Weight(), list[Response]()
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 -- it gets attributes
    client = await page.context.new_cdp_session(page)
    await client.send("Network.clearBrowserCache")
    await page.reload(wait_until="load")  # the event stream never ends
    await page.wait_for_timeout(500)
    found.painted = await page.evaluate("window.painted") / 1000
    found.shifted = await page.evaluate("window.shifted")
    # Late answers to the page before do not count.
    first = next(n for n, answer in enumerate(answers) if answer.request.is_navigation_request())
    answers = answers[first:]
    found.requests = len(answers)
    for answer in answers:
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if kind == "text/event-stream":
            continue  # it has no end, so no size
        sizes = await answer.request.sizes()
        if answer.request.is_navigation_request():
            found.html += sizes["responseBodySize"]
        elif kind in {"text/css", "text/javascript"}:
            found.style_and_script += sizes["responseBodySize"]
    return found


async def run(_: Dovecot) -> list[Result]:
    """The lightest and soonest of some runs; shifts and requests of the worst."""
    async with (
        ScriptedServer(FakeMaildrop(letters())) as server,
        SharedBrowser(whole=True) as shared,
        Chromium(shared) as chromium,
    ):
        with RunningPopscope("serve") as app:
            page = await chromium.page_at(1440)
            await page.add_init_script(WATCH)
            await open_list(page, app.url, server)
            runs = [await weigh(page) for _ in range(RUNS)]
    return [
        Result("first page of 10,000: HTML", max(r.html for r in runs) / KIB, HTML / KIB, "KiB"),
        Result("  CSS and JS", max(r.style_and_script for r in runs) / KIB,
               STYLE_AND_SCRIPT / KIB, "KiB"),
        Result("  requests", max(r.requests for r in runs), REQUESTS, ""),
        Result("  layout shift", max(r.shifted for r in runs), 0, ""),
        Result("  first row painted", min(r.painted for r in runs), PAINTED, "s"),
    ]  # fmt: skip
