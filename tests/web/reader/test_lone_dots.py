"""A message that a server breaks off at a lone dot: its beginning, one line, and no error."""

from collections.abc import AsyncIterator

import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, http_to, running, words

DOT = (
    b"From: a@b.example\r\nSubject: dots\r\n\r\nbefore the dot\r\n.\r\n"
    b"+OK\r\nSubject: fake\r\n\r\nafter the dot\r\n"
)
LINE = "This is only its beginning: the server breaks off at a line that is a lone dot."
NOTICE = "This server breaks messages off at a line that is a lone dot"


@pytest.fixture
def fake() -> FakeMaildrop:
    return FakeMaildrop([*plain(3), FakeMessage(DOT, uidl="dot")])


@pytest.fixture
async def visit(fake) -> AsyncIterator[tuple[Browser, Script]]:
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        yield browser, Script(http, http.cookies["popscope"])


@pytest.mark.parametrize("bare", [{"TOP"}, {"TOP", "RETR"}], ids=["TOP", "never"])
async def test_the_page_and_the_api_show_the_beginning_and_say_so(visit, fake, bare):
    browser, script = visit
    fake.quirks = Quirks(bare=frozenset(bare))
    id = (await script.ids())[3]
    for _ in range(2):
        page = await browser.open(f"/mailbox/messages/{id}")
        assert page.status_code == 200
        assert "before the dot" in words(page)
        assert "after the dot" not in words(page)
        assert words(page).count(LINE) == 1
    assert "lines=" not in page.text  # more lines would show no more
    peeked = await script.get(f"/messages/{id}/peek")
    assert (peeked["text"], peeked["complete"]) == ("before the dot\n", False)
    assert peeked["defects"] == ["cut-at-dot"]
    other = await browser.open(f"/mailbox/messages/{(await script.ids())[0]}")
    assert other.status_code == 200
    assert LINE not in words(other)
    assert NOTICE in words(other)
    assert "fake" not in words(other)


async def test_a_whole_message_that_breaks_off_is_named_for_what_it_is(visit, fake):
    browser, script = visit
    fake.quirks = Quirks(bare=frozenset({"RETR"}))
    id = (await script.ids())[3]
    await browser.open(f"/mailbox/messages/{id}")
    answer = await script.ask("GET", f"/messages/{id}/parts/1")
    assert answer.status_code in {200, 502}
    await browser.send(f"/mailbox/messages/{id}/whole")
    page = await browser.open(f"/mailbox/messages/{id}")
    assert "before the dot" in words(page)
    assert "The server broke off in the middle of this message." in words(page)
