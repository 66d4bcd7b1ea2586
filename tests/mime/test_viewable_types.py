"""What may be shown as what it is, told by its first octets."""

import pytest

from app.mime import PDF, viewable_type

BMP = b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", PDF),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"GIF89a\1\0\1\0", "image/gif"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x20ftypavif\0\0\0\0", "image/avif"),
        (BMP, "image/bmp"),
    ],
)
def test_pictures_and_pdf(head: bytes, kind: str):
    assert viewable_type(head) == kind
    assert viewable_type(b"\n" + head) is None


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"BMW is a car, not a bitmap",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'<?xml version="1.0"?><svg/>',
        b"<!doctype html><script>alert(1)</script>",
        b" %PDF-1.7",
        b"PK\3\4",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"\0\0\0\x20ftypisom",
        b"%!PS-Adobe-3.0",
        b"\x89PNG\r\n",
    ],
)
def test_nothing_else_whatever_it_is_called(head: bytes):
    assert viewable_type(head) is None
