"""Images by Content-ID: only images, only whole ones, only within the budget."""

import base64

import pytest

from app.mime import sanitise
from app.mime.contents import Contents
from app.mime.inline_images import InlineImages, image_type
from app.mime.structure import scan

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 92
HEAD = b"Content-Type: multipart/related; boundary=r\r\n\r\n"


def part(content_id: bytes, octets: bytes, kind: bytes = b"image/png") -> bytes:
    return (
        b"--r\r\nContent-Type: " + kind + b"\r\nContent-ID: <" + content_id + b">\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(octets)
    )


def images(*parts: bytes, end: bytes = b"--r--\r\n", budget: int = 1000) -> InlineImages:
    data = HEAD + b"".join(parts) + end
    return InlineImages(data, scan(data, whole=bool(end)).root, budget)


def test_an_image_becomes_a_data_uri():
    found = images(part(b"a@b", PNG))("a@b")
    assert found == "data:image/png;base64," + base64.b64encode(PNG).decode()


def test_the_octets_say_what_it_is_not_the_part():
    assert images(part(b"a", b"<svg onload=alert(1)>"))("a") is None
    jpeg = images(part(b"a", b"\xff\xd8\xff\xe0" + b"j" * 9, b"text/html"))("a")
    assert jpeg is not None
    assert jpeg.startswith("data:image/jpeg;")


def test_unknown_cut_and_repeated_ones():
    first, second = part(b"a", PNG), part(b"a", PNG + b"2")
    found = images(first, second)
    assert found("b") is None
    given = found("a")
    assert given is not None
    assert base64.b64decode(given.partition(",")[2]) == PNG
    assert images(part(b"a", PNG), end=b"")("a") is None


def test_no_more_than_the_budget():
    found = images(part(b"a", PNG), part(b"b", PNG), part(b"c", PNG[:50]), budget=150)
    assert found("a") is not None
    assert found("b") is None
    assert found("c") is not None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"GIF89a...", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"\0\0\0\x20ftypmp42", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"BM\0\0", "image/bmp"),
        (b"", None),
        (b"<?xml version='1.0'?><svg/>", None),
    ],
)
def test_types_by_their_first_octets(data, kind):
    assert image_type(data) == kind


def located(fields: bytes, octets: bytes = PNG) -> bytes:
    return (
        b"--r\r\nContent-Type: image/png\r\n" + fields + b"\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(octets)
    )


@pytest.mark.parametrize(
    ("fields", "base", "address"),
    [
        (b"Content-ID: =?utf-8?Q?<=C3=A4@b>?=", "", "ä@b"),
        (b"Content-ID: =?us-ascii?B?PGFAYj4=?=", "", "a@b"),
        (b"Content-Location: http://x.example/a.png", "", "http://x.example/a.png"),
        (b"Content-Location: a.png", "", "a.png"),
        (b"Content-Location: a.png", "http://x.example/d/", "http://x.example/d/a.png"),
        (b"Content-Location: http://x.example/d/a.png", "http://x.example/d/i.html", "a.png"),
        (b"Content-Location: http://x.example/a.png", "http://x.example/d/i.html", "../a.png"),
        (b"Content-Location: =?utf-8?Q?http://x.example/=61.png?=", "", "http://x.example/a.png"),
        (b"Content-Location: http://x.example/\r\n a.png", "", "http://x.example/a.png"),
        (b'Content-Disposition: inline; filename="Logo 1.png"', "", "Logo%201.png"),
        (
            b'Content-Disposition: inline; filename="logo.png"',
            "http://x.example/",
            "images/LOGO.png",
        ),
        (b"X: y; name=a", "", "logo.png"),
    ],
)
def test_an_image_is_found_by_where_it_was(fields, base, address):
    named = fields.startswith(b"X")
    data = HEAD + located(fields).replace(
        b"image/png", b"image/png; name=logo.png" if named else b"image/png"
    )
    data += b"--r--\r\n"
    found = InlineImages(data, scan(data, whole=True).root, base=base)
    assert found(address) is not None
    assert found("http://elsewhere.example/logo.png") is None
    assert found("//elsewhere.example/logo.png") is None
    assert found("") is None


PAGE = b"""Content-Type: multipart/related; boundary=r\r
\r
--r\r
Content-Type: text/html\r
Content-Location: http://x.example/d/index.html\r
\r
%b\r
"""


@pytest.mark.parametrize(
    ("markup", "remote"),
    [
        (b'<img src="a.png">', 0),
        (b'<img src="http://x.example/d/a.png">', 0),
        (b'<img src="./a.png">', 0),
        (b'<base href="http://x.example/"><img src="d/a.png">', 0),
        (b'<table background="a.png"><tr><td>x</td></tr></table>', 0),
        (b'<img src="https://y.example/a.png">', 1),
    ],
)
def test_the_page_shows_what_the_message_brings_along(markup, remote):
    data = PAGE % markup + located(b"Content-Location: http://x.example/d/a.png") + b"--r--\r\n"
    contents = Contents(data, whole=True)
    done = sanitise("".join(contents.markups), inline=contents.inline_images(), remote=False)
    assert done.remote_images == remote
    assert ("data:image/png;base64," in done.html) == (not remote)
