"""A message examined once: bodies, what else there is, and what is decoded when asked for."""

import pytest

from app.mime import Contents
from app.mime.text_parts import MAX_TEXT_OCTETS

ALTERNATIVE = (
    b"Subject: two\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
    b"--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
    b"--a\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\ngr\xfc\xdfe\r\n"
    b"--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"PGI+Z3LDvMOfZTwvYj4=\r\n"
    b"--a--\r\n"
    b"--m\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--m--\r\n"
)


class Counting:
    """Octets that tell how many of them were ever taken out."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.largest = 0

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, at: slice) -> bytes:
        found = self.data[at]
        self.largest = max(self.largest, len(found))
        return found


def test_bodies_and_the_rest():
    contents = Contents(ALTERNATIVE, whole=True)
    assert contents.text.text == "grüße"
    assert contents.text.kind == "plain"
    assert contents.markups == ("<b>grüße</b>",)
    assert [one.path for one in contents.attachments] == ["1.2"]
    assert not contents.attachment_first
    assert [field.name for field in contents.fields] == ["Subject", "Content-Type"]
    assert contents.defects == ()


@pytest.mark.parametrize(
    "markup",
    [
        "<div style='background:url(cid:bg@x)'>x</div>",
        '<div style="background-image: URL( &quot;cid:bg%40x&quot; )">x</div>',
        "<div style=\"background:#fff url('bg(1).png') no-repeat\">x</div>",
        '<td background="cid:bg@x">x',
        "<img src='bg(1).png'>x",
    ],
)
def test_a_picture_in_the_background_is_no_attachment(markup):
    data = (
        f"Content-Type: multipart/related; boundary=r\r\n\r\n"
        f"--r\r\nContent-Type: text/html\r\n\r\n{markup}\r\n"
        f'--r\r\nContent-Type: image/gif; name="bg(1).png"\r\nContent-ID: <bg@x>\r\n\r\n'
        f"GIF89a......\r\n--r--\r\n"
    ).encode()
    contents = Contents(data, whole=True)
    assert contents.attachments == ()
    assert [one.path for one in contents.shown] == ["1.2"]


def test_no_html_is_no_markup():
    assert Contents(b"Subject: a\r\n\r\nb\r\n", whole=True).markups == ()


def test_an_empty_plain_text_gives_way_to_the_html_one():
    data = ALTERNATIVE.replace(b"gr\xfc\xdfe", b" ")
    assert Contents(data, whole=True).text.kind == "html"


def test_cut_markup_is_given_as_far_as_it_goes():
    cut = ALTERNATIVE[: ALTERNATIVE.index(b"vMOf")]
    assert Contents(cut, whole=False).markups == ("<b>gr",)


def test_a_huge_message_is_never_read_at_once():
    line = b"QUJD" * 19 + b"\r\n"
    data = Counting(
        ALTERNATIVE.replace(b"gr\xfc\xdfe", b"x" * 3_000_000).replace(b"%PDF", line * 60_000)
    )
    contents = Contents(data, whole=True)
    assert len(contents.text.text) == MAX_TEXT_OCTETS
    (file,) = contents.attachments
    assert file.span[1] - file.span[0] == len(line) * 60_000
    assert contents.measured(file).octets == len(line) * 60_000
    assert contents.measured(file) is contents.measured(file)
    assert "text-cut" in contents.defects
    assert data.largest < 1_200_000


@pytest.mark.parametrize(
    ("raw", "coming"),
    [
        (b"words\r\n--b\r\n%s\r\nQUJD\r\n", True),
        (b"words\r\n--b\r\n%s\r\nQUJD\r\n--b\r\n%s\r\nQU", True),
        (b"words\r\n--b\r\n%s\r\nQUJD\r\n--b\r\n", False),
        (b"words\r\n", False),
        (b"\r\n--b\r\n%s\r\nQUJD\r\n", False),
    ],
)
def test_a_file_that_comes_after_the_words_is_known(raw, coming):
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n'
    file = b'Content-Type: video/mp4; name="v.mp4"\r\nContent-Transfer-Encoding: base64\r\n'
    data = head + raw.replace(b"%s", file)
    assert Contents(data, whole=False).file_coming is coming
