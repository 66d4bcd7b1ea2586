"""What the mailbox page weighs, as it leaves: the limits that are not of time.

`tests/bench/weight.py` measures the same in a browser, and the time.
"""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.bench.weight import HTML, REQUESTS, STYLE_AND_SCRIPT, letters
from tests.support.maildrop import FakeMaildrop
from tests.support.scripted import ScriptedServer

from .visiting import Browser, http_to, running


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A browser in a maildrop of 10,000 messages whose headers are all there."""
    async with (
        ScriptedServer(FakeMaildrop(letters())) as server,
        running() as app,
        http_to(app) as http,
    ):
        await Browser(http).sign_in(server)
        (mailbox,) = app.state.services.sessions._live.values()
        await mailbox.headers.loaded()
        yield http


async def octets(http: httpx.AsyncClient, path: str) -> int:
    """Of a body, compressed."""
    async with http.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        return len(b"".join([block async for block in answer.aiter_raw()]))


@pytest.mark.heavy
async def test_the_first_page_of_ten_thousand_messages(http):
    page = await http.get("/mailbox")
    assert page.text.count('<li id="m-') == 100
    assert 'class="row pending"' not in page.text
    for query in ("", "?q=larger:1K+smaller:4K+-report&sort=subject", "?q=from:person+larger:1KB"):
        assert await octets(http, f"/mailbox{query}") <= HTML
    needed = set(re.findall(r'<(?:link|script|img)[^>]* (?:href|src)="(/[^"]+)"', page.text))
    assert 3 <= len(needed) <= REQUESTS - 1  # beside the page itself
    heavy = [path for path in needed if re.search(r"\.(css|js)\b", path)]
    assert len(heavy) >= 2
    assert sum([await octets(http, path) for path in heavy]) <= STYLE_AND_SCRIPT
