"""What the page says of bodies: series, files without a text, and how many attachments."""

import base64
from typing import Any

import pytest

from tests.support.maildrop import FakeMaildrop, FakeMessage
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Browser, Script, http_to, running, words

HEAD = b"From: a@example.net\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
GIF = b"R0lGODlhAQABAAAAADs="
NO_TEXT = "This message has no text."
TO_COME = "more of the message to read it"


def file(octets: int, kind: bytes = b"application/zip; name=z.zip") -> bytes:
    encoded = base64.encodebytes(b"z" * octets).replace(b"\n", b"\r\n")
    return (
        b"Content-Type: " + kind + b"\r\nContent-Disposition: attachment\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded
    )


def mixed(*parts: bytes) -> bytes:
    head = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    return HEAD + head + b"".join(b"--x\r\n" + part for part in parts) + b"--x--\r\n"


async def opened(raw: bytes, tab: str = "text", lines: str = "") -> tuple[str, dict[str, Any]]:
    """The page of the only message, and its peek."""
    fake = FakeMaildrop([FakeMessage(raw)])
    async with ScriptedServer(fake) as server, running() as app, http_to(app) as http:
        browser = Browser(http)
        await browser.sign_in(server)
        script = Script(http, http.cookies["popscope"])
        (id,) = await script.ids()
        page = await browser.open(f"/mailbox/messages/{id}?tab={tab}&lines={lines}")
        return words(page), await script.get(f"/messages/{id}/peek")


@pytest.mark.parametrize(
    "raw",
    [
        mixed(file(300)),
        HEAD + file(300),
        HEAD + file(300, b"application/pdf"),
        mixed(file(300), file(300)),
        mixed(b"Content-Type: text/plain\r\n\r\n \r\n", file(300)),
        mixed(file(300), b"Content-Type: text/plain\r\n\r\n\r\n"),
        HEAD + b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    ],
)
async def test_a_whole_message_of_files_alone_has_no_text(raw):
    page, peek = await opened(raw)
    assert peek["complete"]
    assert NO_TEXT in page
    assert TO_COME not in page
    assert "stands behind" not in page


async def test_a_large_file_alone_is_the_same_once_it_is_here():
    page, _ = await opened(mixed(file(20_000)))
    assert TO_COME in page
    assert NO_TEXT not in page
    page, _ = await opened(mixed(file(20_000)), lines="9999")
    assert "transferred: the whole message" in page
    assert NO_TEXT in page
    assert TO_COME not in page


async def test_a_picture_alone_is_shown_and_there_is_no_text():
    picture = (
        b"Content-Type: image/gif; name=a.gif\r\nContent-Disposition: inline\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + GIF + b"\r\n"
    )
    page, peek = await opened(mixed(picture))
    assert NO_TEXT in page
    assert "stands behind" not in page
    assert peek["parts"] == []


async def test_the_page_and_the_api_count_the_same_attachments():
    text = b"Content-Type: text/plain\r\n\r\nwords\r\n"
    page, peek = await opened(mixed(text, file(30), text, text), "attachments")
    assert [part["name"] for part in peek["parts"]] == ["z.zip"]
    assert "Attachments 1" in page
    assert peek["text"].count("words") == 3
