"""Images by Content-ID: only images, only whole ones, only within the budget."""

import base64

import pytest

from app.mime.inline import InlineImages, image_type
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
