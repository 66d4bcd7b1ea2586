"""A message within a message opens in the reader, with tabs and attachments of its own."""

import io
import zipfile
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.cms import signed_data
from tests.support.corpus.case import HTML, PDF, TEXT, b64, crlf, multipart
from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, heading, http_to, running, words

HELD = b"Content-Type: message/rfc822\n\n"
GIF = b"Content-Type: image/gif; name=dot.gif\nContent-Disposition: attachment\n\nGIF89a" + bytes(
    20
)
MARKUP = b"Content-Type: text/html\n\n<p>words of the middle"
INNERMOST = b"From: Cleo <cleo@example.org>\nSubject: innermost\n" + multipart(
    b"mixed", b"Content-Type: text/plain\n\nwords of the innermost", PDF, GIF, boundary=b"i"
)
MIDDLE = (
    b"From: Bob <bob@example.org>\nTo: Ann <ann@example.org>\nSubject: the <middle> one\n"
    b"Date: Tue, 03 Mar 2026 10:00:00 +0000\nX-Middle: yes\n"
    b"Received: from a.example by b.example; Tue, 03 Mar 2026 10:00:00 +0000\n"
    + multipart(
        b"mixed",
        b"Content-Type: text/html\n\n<p>words of the middle",
        HELD + INNERMOST,
        boundary=b"m",
    )
)
FORWARDED = crlf(
    b"From: anna@example.org\nSubject: outer\n" + multipart(b"mixed", TEXT, HELD + MIDDLE)
)
SIGNED = crlf(
    b"From: dora@example.org\nSubject: signed\nX-Outer: yes\n"
    b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
    b"Content-Transfer-Encoding: base64\n\n"
    + b64(signed_data(crlf(multipart(b"mixed", HTML, PDF, GIF)), piece=300))
    + b"\n"
)
LONG = crlf(
    b"Subject: long\n"
    + multipart(b"mixed", TEXT, HELD + b"Subject: much\n\n" + b"one line of many\n" * 5000)
)


class Opened:
    def __init__(self, fake: FakeMaildrop, http: httpx.AsyncClient, ids: list[str]) -> None:
        self.fake, self.http = fake, http
        self.browser = Browser(http)
        self.forwarded, self.signed, self.long = (f"/mailbox/messages/{id}" for id in ids)


@pytest.fixture
async def mail() -> AsyncIterator[Opened]:
    fake = FakeMaildrop([FakeMessage(raw) for raw in (FORWARDED, SIGNED, LONG)])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        await Browser(http).sign_in(server)
        script = Script(http, http.cookies["popscope"])
        yield Opened(fake, http, await script.ids())


@pytest.mark.parametrize("tab", ["text", "attachments"])
async def test_an_attached_message_has_a_link_that_opens_it(mail, tab):
    page = await mail.browser.open(f"{mail.forwarded}?tab={tab}")
    assert f'href="{mail.forwarded}?within=1.2"' in page.text
    inner = await mail.browser.open(f"{mail.forwarded}?within=1.2")
    text = words(inner)
    assert "words of the middle" in text
    assert "the <middle> one" in text
    assert "Bob" in text
    assert "to Ann" in text
    assert "attached to outer" in text
    assert "<middle>" not in inner.text
    assert f'href="{mail.forwarded}?tab=attachments"' in inner.text


async def test_its_tabs_are_its_own(mail):
    at = f"{mail.forwarded}?within=1.2"
    assert "X-Middle yes" in words(await mail.browser.open(f"{at}&tab=headers"))
    assert "a.example" in words(await mail.browser.open(f"{at}&tab=route"))
    source = words(await mail.browser.open(f"{at}&tab=source"))
    assert "Subject: the <middle> one" in source
    assert "Subject: outer" not in source
    framed = await mail.browser.open(f"{at}&tab=html")
    frame = f"{mail.forwarded}/html?within=1.2"
    assert f'src="{frame}"' in framed.text
    document = await mail.http.get(frame)
    assert "words of the middle" in document.text
    assert document.headers["content-security-policy"].startswith("sandbox")


async def test_nobody_takes_the_buttons_for_those_of_the_inner_message(mail):
    page = await mail.browser.open(f"{mail.forwarded}?within=1.2")
    reader = page.text[page.text.index('<article id="reader"') :]
    reader = reader[: reader.index("</article>")]
    assert "save-mark" not in reader
    assert "/dele" not in reader
    saved = await mail.http.get(f"{mail.forwarded}/parts/1.2")
    assert saved.content == crlf(MIDDLE)


async def test_one_in_another_opens_too_with_its_attachments(mail):
    page = await mail.browser.open(f"{mail.forwarded}?within=1.2&tab=attachments")
    assert f'href="{mail.forwarded}?within=1.2%3A1.2"' in page.text
    at = f"{mail.forwarded}?within=1.2%3A1.2"
    inner = await mail.browser.open(f"{at}&tab=attachments")
    assert "attached to the <middle> one" in words(inner)
    assert f'href="{mail.forwarded}/parts/1.2:1.2:1.2"' in inner.text
    part = await mail.http.get(f"{mail.forwarded}/parts/1.2:1.2:1.2")
    assert part.content == b"PDF"
    picture = await mail.http.get(f"{mail.forwarded}/parts/1.2:1.2:1.3/view")
    assert picture.headers["content-type"] == "image/gif"
    answer = await mail.http.get(f"{mail.forwarded}/attachments?within=1.2%3A1.2")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert file.namelist() == ["a.pdf", "dot.gif"]


async def test_what_is_signed_is_read_through_its_signature(mail):
    page = await mail.browser.open(mail.signed)
    text = words(page)
    assert "hello" in text
    assert "Signed with S/MIME; the signature was not checked." in text
    assert "a.pdf" in text
    assert "no text" not in text
    assert "X-Outer yes" in words(await mail.browser.open(f"{mail.signed}?tab=headers"))
    attachments = await mail.browser.open(f"{mail.signed}?tab=attachments")
    assert f'href="{mail.signed}/parts/1:1.2"' in attachments.text
    assert f'href="{mail.signed}/parts/1"' in attachments.text  # the signature itself
    assert (await mail.http.get(f"{mail.signed}/parts/1:1.2")).content == b"PDF"
    assert "<p>hello</p>" in (await mail.http.get(f"{mail.signed}/html")).text
    answer = await mail.http.get(f"{mail.signed}/attachments")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert file.namelist() == ["a.pdf", "dot.gif"]


async def test_the_beginning_of_a_message_within_is_enough_to_open_it(mail):
    page = await mail.browser.open(f"{mail.long}?within=1.2")
    text = words(page)
    assert "one line of many" in text
    assert "attached to long" in text
    assert "The rest is still on the server" in text
    assert f'href="{mail.long}?lines=' in page.text
    assert "within=1.2" in page.text[page.text.index("rung-1") :][:400]
    assert mail.fake.count("RETR") == 0
    # A part of one in it needs all of it.
    assert (await mail.http.get(f"{mail.long}/parts/1.2:1.1")).status_code == 404
    assert mail.fake.count("RETR") == 1


@pytest.mark.parametrize("path", ["1.1", "1.9", "x", "1.2:1.9", "1.2:" * 300, "%00"])
async def test_a_path_that_leads_to_no_message_is_told(mail, path):
    for address in (
        f"{mail.forwarded}?within={path}",
        f"{mail.forwarded}/html?within={path}",
        f"{mail.forwarded}/attachments?within={path}",
    ):
        page = await mail.browser.open(address)
        assert page.status_code == 404
        assert "part" in heading(page)


async def test_the_api_reads_messages_within(mail):
    async def ask(path: str) -> httpx.Response:
        id = mail.forwarded.rpartition("/")[2]
        answer: httpx.Response = await mail.http.get(f"/api/v1/messages/{id}/{path}")
        return answer

    outer = (await ask("peek")).json()
    assert [part["path"] for part in outer["parts"]] == ["1.2"]
    inner = (await ask("peek?within=1.2")).json()
    assert inner["text"].strip() == "words of the middle"
    assert [part["path"] for part in inner["parts"]] == ["1.2:1.2"]
    innermost = (await ask("peek?within=1.2:1.2")).json()
    assert [part["path"] for part in innermost["parts"]] == ["1.2:1.2:1.2", "1.2:1.2:1.3"]
    assert (await ask("parts/1.2:1.2:1.2")).content == b"PDF"
    assert (await ask("attachments?within=1.2:1.2")).headers["content-type"] == "application/zip"
    refused = await ask("peek?within=1.1")
    assert (refused.status_code, refused.json()["code"]) == (404, "no-such-part")
    id = mail.signed.rpartition("/")[2]
    signed = (await mail.http.get(f"/api/v1/messages/{id}/peek")).json()
    assert signed["text"].strip() == "hello"
    assert [part["path"] for part in signed["parts"]] == ["1:1.2", "1:1.3"]
