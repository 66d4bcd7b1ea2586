"""One message: peeked into by TOP, saved by RETR."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, heading, http_to, running, words

LONG = (
    b"From: =?utf-8?b?w4RubmE=?= <anna@example.net>\r\nTo: bert@example.net\r\n"
    b"Subject: <script>alert(1)</script>\r\nDate: Tue, 03 Mar 2026 10:00:00 +0000\r\n"
    b"X-Evil: <img src=x onerror=alert(1)>\r\n\r\n"
    + b"".join(b"line %d <b>bold</b>\r\n" % n for n in range(2000))
)


class Open:
    def __init__(self, fake: FakeMaildrop, http: httpx.AsyncClient, ids: list[str]) -> None:
        self.fake, self.http, self.ids = fake, http, ids
        self.browser = Browser(http)


@pytest.fixture
async def mail() -> AsyncIterator[Open]:
    fake = FakeMaildrop([FakeMessage(LONG), *plain(150)])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        await Browser(http).sign_in(server)
        script = Script(http, http.cookies["popscope"])
        yield Open(fake, http, await script.ids())


async def test_opening_a_message_sends_top_and_shows_its_beginning(mail):
    page = await mail.browser.open(f"/mailbox/messages/{mail.ids[0]}")
    text = words(page)
    assert "line 0 <b>bold</b>" in text
    assert "line 319" in text
    assert "line 320" not in text
    assert "Änna" in text
    assert "The rest is still on the server and has not been downloaded." in text
    assert [line for line in mail.fake.commands if line.startswith("TOP 1 ")] == [
        "TOP 1 0",
        "TOP 1 20",
        "TOP 1 80",
        "TOP 1 320",
    ]
    assert mail.fake.count("RETR") == 0
    assert "<script>alert" not in page.text
    assert "<b>bold" not in page.text


async def test_more_lines_are_one_click_away(mail):
    page = await mail.browser.open(f"/mailbox/messages/{mail.ids[0]}")
    assert f"/mailbox/messages/{mail.ids[0]}?lines=400" in page.text
    page = await mail.browser.open(f"/mailbox/messages/{mail.ids[0]}?lines=9999")
    assert "line 1999" in words(page)
    assert "the whole message" in words(page)


async def test_the_headers_are_a_tab_of_their_own(mail):
    page = await mail.browser.open(f"/mailbox/messages/{mail.ids[0]}?tab=headers")
    assert "X-Evil <img src=x onerror=alert(1)>" in words(page)
    assert "<img src=x" not in page.text
    assert "line 0" not in words(page)


@pytest.mark.parametrize("query", ["tab=music", "at=0", "lines=x", "lines=-1", "lines=" + "9" * 40])
async def test_a_view_that_cannot_be_is_told(mail, query):
    page = await mail.browser.open(f"/mailbox/messages/{mail.ids[0]}?{query}")
    assert page.status_code == 422
    fragment = await mail.http.get(f"/mailbox/messages/{mail.ids[0]}/reader?{query}")
    assert fragment.status_code == 422


@pytest.mark.parametrize("path", ["", "/reader", "/eml"])
async def test_a_message_that_is_not_there_is_told(mail, path):
    page = await mail.browser.open(f"/mailbox/messages/none{path}")
    assert (page.status_code, heading(page)) == (404, "This message is not in the mailbox.")


async def test_the_fragment_is_what_the_page_has(mail):
    page = await mail.browser.open(f"/mailbox/messages/{mail.ids[0]}?sort=size&page=2&lines=7")
    path = f"/mailbox/messages/{mail.ids[0]}"
    fragment = await mail.http.get(
        f"{path}/reader?sort=size&page=2&lines=7", headers={"HX-Request": "true"}
    )
    assert fragment.headers["HX-Push-Url"] == f"{path}?sort=size&page=2&lines=7"
    assert (await mail.http.get(f"{path}/reader")).headers["HX-Push-Url"] == path
    once = await mail.http.get(f"{path}/reader?tab=html&remote=1")
    assert "HX-Push-Url" not in once.headers
    assert "<html" not in fragment.text

    def article(text: str) -> str:
        return text[text.index("<article") : text.index("</article>")]

    assert article(page.text).split() == article(fragment.text).split()
    assert 'href="/mailbox?sort=size&amp;page=2"' in fragment.text
    title = page.text.partition("<title>")[2].partition("</title>")[0]
    assert f"<title>{title}</title>" in fragment.text


async def test_a_page_of_the_list_that_is_not_there_leads_to_the_first(mail):
    answer = await mail.http.get(f"/mailbox/messages/{mail.ids[0]}?sort=size&page=99")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/mailbox/messages/{mail.ids[0]}?sort=size"


async def test_saving_gives_every_octet_under_a_safe_name(mail):
    answer = await mail.http.get(f"/mailbox/messages/{mail.ids[0]}/eml")
    assert answer.content == LONG
    assert answer.headers["content-type"] == "message/rfc822"
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="script alert(1) script.eml"'
    )
    assert mail.fake.count("RETR") == 1


async def test_going_back_to_a_message_costs_nothing_on_the_wire(mail):
    path = f"/mailbox/messages/{mail.ids[3]}?lines=11"
    await mail.browser.open(path)
    before = len(mail.fake.commands)
    tops = mail.fake.commands.count("TOP 4 11")
    await mail.browser.open(path)
    assert mail.fake.commands.count("TOP 4 11") == tops == 1
    assert before <= len(mail.fake.commands)
