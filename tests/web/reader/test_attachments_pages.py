"""Saving all attachments of a message at once, from its page and by the API."""

import io
import zipfile
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks
from tests.support.scripted import ScriptedServer
from tests.web.mailbox.test_whole import LARGE, MIXED, PARTS
from tests.web.visiting import Browser, Script, http_to, running, words

ONE = (
    b'Subject: one\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n\r\nsee below\r\n'
    b"--m\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\nabc\r\n--m--\r\n"
)


@pytest.fixture
def fake() -> FakeMaildrop:
    return FakeMaildrop(map(FakeMessage, (MIXED, ONE, LARGE)), quirks=Quirks())


@pytest.fixture
async def browser(fake) -> AsyncIterator[Browser]:
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        yield browser


async def ids(browser: Browser) -> tuple[Script, list[str]]:
    script = Script(browser.http, browser.http.cookies["popscope"])
    return script, await script.ids()


def check(answer: httpx.Response) -> None:
    """It is the zip of all parts of the first message, and no page."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="mixed.zip"')
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert {name: found.read(name) for name in found.namelist()} == {
            name: body for name, (_, body) in PARTS.items()
        }


async def test_a_link_on_the_page_saves_them_all(browser, fake):
    _, (mixed, one, _) = await ids(browser)
    path = f"/mailbox/messages/{mixed}"
    page = await browser.open(f"{path}?tab=attachments")
    assert "Save all attachments in one zip; fetches the whole message first" in words(page)
    assert f'href="{path}/attachments" download' in page.text
    check(await browser.http.get(f"{path}/attachments"))
    page = await browser.open(f"{path}?tab=attachments")  # all of it is here now
    assert "Save all attachments in one zip" in words(page)
    assert "fetches the whole message first" not in words(page)
    check(await browser.http.get(f"{path}/attachments"))
    assert fake.count("RETR") == 1
    page = await browser.open(f"/mailbox/messages/{one}?tab=attachments")
    assert "a.bin" in words(page)
    assert "Save all attachments" not in words(page)  # of one, its own button does


async def test_the_api_gives_the_same(browser):
    script, (mixed, *_) = await ids(browser)
    check(await script.ask("GET", f"/messages/{mixed}/attachments"))


async def test_where_there_are_none_that_is_told(browser):
    script, (*_, large) = await ids(browser)
    problem = await script.get(f"/messages/{large}/attachments", status=404)
    assert problem["code"] == "no-such-part"
    page = await browser.open(f"/mailbox/messages/{large}/attachments")
    assert page.status_code == 404
    problem = await script.get("/messages/nothing/attachments", status=404)
    assert problem["code"] == "no-such-message"


async def test_a_server_that_breaks_off_is_an_error_and_no_half_zip(browser, fake):
    script, (mixed, *_) = await ids(browser)
    fake.quirks.close_at = "RETR body"
    problem = await script.get(f"/messages/{mixed}/attachments", status=502)
    assert problem["code"] == "connection-lost"
