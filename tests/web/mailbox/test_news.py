"""What happened to the mailbox is told on its pages until somebody has seen it."""

import httpx

from tests.support.maildrop import FakeMaildrop, FakeMessage, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import SAME_ORIGIN, Browser, Script, http_to, running, words

HTMX = {**SAME_ORIGIN, "HX-Request": "true", "HX-Current-URL": "http://localhost/mailbox"}


def letter(name: str) -> FakeMessage:
    return FakeMessage(b"Subject: %s\r\n\r\nhello\r\n" % name.encode(), uidl=name)


async def notices(http: httpx.AsyncClient, browser: Browser) -> str:
    """What the mailbox page tells, and nothing else of it."""
    page = (await browser.open("/mailbox")).text
    box = page[page.index('<div id="notices"') : page.index('<form id="filter"')]
    return words(httpx.Response(200, text=box))


async def test_news_adds_up_until_a_page_was_seen_and_the_mailbox_was_listed_again():
    fake = FakeMaildrop(plain(5))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        script = Script(http, http.cookies["popscope"])
        assert await notices(http, browser) == ""
        await browser.send("/mailbox/mark", id=(await script.ids())[:2])
        fake.messages[:] = [*fake.messages[1:4], letter("new")]  # one marked, one not
        await script.post("/session/refresh")
        fake.messages.append(letter("newer"))
        state = await script.post("/session/refresh")
        assert "new messages" in state["notices"]
        for _ in range(2):  # it stays where the page is loaded again
            told = await notices(http, browser)
            assert "1 of the messages you had marked is gone" in told
            assert "1 other message is gone" in told
            assert "2 new messages have come." in told
        page = await browser.open("/mailbox?sort=number")
        assert page.text.count('class="pill new"') == 2
        await browser.send("/mailbox/refresh")
        assert await notices(http, browser) == ""
        assert 'class="pill new"' not in (await browser.open("/mailbox")).text


async def test_news_can_be_put_away_with_and_without_javascript():
    fake = FakeMaildrop(plain(3))
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        for headers in (SAME_ORIGIN, HTMX):
            fake.messages.append(letter(f"n{len(fake.messages)}"))
            await browser.send("/mailbox/refresh")
            assert "1 new message has come." in await notices(http, browser)
            answer = await http.post(
                "/mailbox/notices/dismiss",
                data={"back": "/mailbox?sort=number"},
                headers=headers,
            )
            if headers is HTMX:
                assert answer.status_code == 200
                assert words(answer) == ""
            else:
                assert answer.headers["location"] == "/mailbox?sort=number"
            assert await notices(http, browser) == ""
