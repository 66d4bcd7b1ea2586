"""Pictures and PDF of a whole message, shown as what their octets say; all else is saved."""

import base64
from collections.abc import AsyncIterator

import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, heading, http_to, running

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40)
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 800
PAGE = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
# What its part says of it is not asked: name, type, octets, and the type it is shown as.
PARTS = (
    ("a.png", "image/png", PNG, "image/png"),
    ("page.html", "text/html", b"GIF89a" + PAGE, "image/gif"),
    ("a.pdf", "application/octet-stream", PDF, "application/pdf"),
    ("not.png", "image/png", PAGE, ""),
    ("not.pdf", "application/pdf", PAGE, ""),
    ("drawing.svg", "image/svg+xml", SVG, ""),
    ("notes.txt", "image/bmp", b"BM is no bitmap", ""),
)


def message() -> bytes:
    made = b'Subject: s\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n\r\nsee\r\n'
    for name, kind, body, _ in PARTS:
        head = f"Content-Type: {kind}\r\nContent-Disposition: attachment; filename={name}\r\n"
        made += b"--m\r\n" + head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n"
        made += base64.encodebytes(body).replace(b"\n", b"\r\n")
    return made + b"--m--\r\n"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    fake = FakeMaildrop([FakeMessage(message())])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        yield browser


async def path_to(browser: Browser, *, whole: bool = True) -> str:
    [id] = await Script(browser.http, browser.http.cookies["popscope"]).ids()
    path = f"/mailbox/messages/{id}"
    if whole:
        await browser.http.get(f"{path}/attachments")  # all of it is here then
    return path


@pytest.mark.parametrize(
    ("number", "part"), [*enumerate(PARTS, 2)], ids=[part[0] for part in PARTS]
)
async def test_what_its_octets_say_is_what_it_is_shown_as(browser, number, part):
    path = await path_to(browser)
    name, _, body, kind = part
    answer = await browser.http.get(f"{path}/parts/1.{number}/view")
    page = (await browser.open(f"{path}?tab=attachments")).text
    assert (f"/parts/1.{number}/view" in page) is bool(kind)
    if not kind:
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert heading(answer) == "This message has no such part."
        return
    assert answer.content == body
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-length"] == str(len(body))
    assert answer.headers["content-disposition"].startswith(f'inline; filename="{name}"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert ("sandbox" in policy) is (kind != "application/pdf")
    assert "set-cookie" not in answer.headers


async def test_a_picture_stands_in_the_page_and_a_pdf_opens_in_a_tab_of_its_own(browser):
    path = await path_to(browser)
    page = (await browser.open(f"{path}?tab=attachments")).text
    assert f'<img src="{path}/parts/1.2/view" alt="a.png"' in page
    assert f'href="{path}/parts/1.4/view" target="_blank" rel="noopener noreferrer"' in page
    assert f'<img src="{path}/parts/1.4/view"' not in page


async def test_what_is_not_all_here_is_not_shown(browser):
    path = await path_to(browser, whole=False)
    page = (await browser.open(f"{path}?tab=attachments")).text
    assert "a.pdf" in page or "a.png" in page
    assert "/parts/1.4/view" not in page
    assert (await browser.http.get(f"{path}/parts/1.4/view")).status_code == 404
    for wrong in ("9", "1", "1~1", "%00"):
        assert (await browser.http.get(f"{path}/parts/{wrong}/view")).status_code == 404


async def test_a_picture_that_stands_in_the_text_is_looked_at_too():
    raw = (
        b'Subject: s\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n\r\nsee\r\n'
        b"--m\r\nContent-Type: image/png\r\nContent-Disposition: inline; filename=a.png\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(PNG) + b"--m--\r\n"
    )
    fake = FakeMaildrop([FakeMessage(raw)])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        path = await path_to(browser, whole=False)
        page = (await browser.open(f"{path}?tab=attachments")).text
        assert f'<img src="{path}/parts/1.2/view"' in page
        answer = await browser.http.get(f"{path}/parts/1.2/view")
        assert (answer.status_code, answer.content) == (200, PNG)
