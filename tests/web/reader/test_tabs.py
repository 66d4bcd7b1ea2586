"""What each tab is given of a message, good or bad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime import Block, Contents
from app.web.reader.tabs import SOURCE_OCTETS, Asked, TabContents, safe_html, show
from app.web.reader.views import MarkView, Tab

PATH = "/mailbox/messages/x"
BOTH = (
    b"Received: from a.example by b.example; Tue, 03 Mar 2026 10:00:00 +0000\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Twice: one\r\nX-Twice: two\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n'
    b'--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n'
    b"--a\r\nContent-Type: text/plain\r\n\r\n\r\n> quoted\r\nplain words\r\n"
    b'--a\r\nContent-Type: text/html\r\n\r\n<p>markup</p><img src="https://img.example/1.png">\r\n'
    b"--a--\r\n"
    b'--m\r\nContent-Type: text/csv; name="n.csv"\r\nContent-Disposition: attachment\r\n\r\n1,2\r\n'
    b"--m--\r\n"
)
OWN = {
    Tab.TEXT: "blocks",
    Tab.HTML: "html",
    Tab.ATTACHMENTS: "parts",
    Tab.HEADERS: "fields",
    Tab.ROUTE: "trace",
    Tab.SOURCE: "source",
}


def texts(blocks: tuple[Block | MarkView, ...]) -> list[Block]:
    """The blocks, without pictures and files between them."""
    return [block for block in blocks if isinstance(block, Block)]


def shown(raw: bytes, asked: Asked, *, whole: bool = True) -> TabContents:
    return show(Contents(raw, whole=whole), asked, len(raw), PATH)


@pytest.mark.parametrize("tab", Tab)
def test_a_tab_has_its_own_fields_and_the_parts_for_their_count(tab):
    found = shown(BOTH, Asked(tab))
    assert [part.name for part in found.parts] == ["n.csv"]
    for other, field in OWN.items():
        assert bool(getattr(found, field)) is (other is tab or field == "parts"), field


def test_only_the_attachments_tab_pays_for_digests():
    for tab in Tab:
        digests = [part.sha256 for part in shown(BOTH, Asked(tab)).parts]
        assert all(digests) is (tab is Tab.ATTACHMENTS), tab


def test_the_text_begins_and_ends_where_its_words_do():
    first, second = texts(shown(BOTH, Asked()).blocks)
    assert (first.kind, second.kind) == ("quote", "text")
    words = "".join(piece.text for block in (first, second) for piece in block.pieces)
    assert words == "> quoted\nplain words"


def test_headers_are_all_there_in_order_decoded_and_as_they_were_written():
    found = shown(BOTH, Asked(Tab.HEADERS))
    assert [field.name for field in found.fields] == [
        "Received",
        "Subject",
        "X-Twice",
        "X-Twice",
        "MIME-Version",
        "Content-Type",
    ]
    subject = found.fields[1]
    assert subject.value == "Grüße"
    assert subject.raw.strip() == "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?="
    head = BOTH.partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
    assert found.raw_header.strip("\n") == head


def test_images_from_elsewhere_are_in_the_html_only_when_asked_for():
    blocked = shown(BOTH, Asked(Tab.HTML)).html
    assert blocked is not None
    assert "img.example" not in blocked.html
    assert blocked.remote_images == 1
    let_through = shown(BOTH, Asked(Tab.HTML, remote=True)).html
    assert let_through is not None
    assert "https://img.example/1.png" in let_through.html


GIF = b"R0lGODlhAQABAAAAADs="
SERIES = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
    b"--m\r\nContent-Type: text/plain\r\n\r\nfirst\r\n-- \r\nAnn\r\n"
    b"--m\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n"
    b"--m\r\nContent-Type: text/html\r\n\r\n<table><tr><td>second\r\n"
    b"--m\r\nContent-Type: image/gif; name=b.gif\r\nContent-Disposition: inline\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + GIF + b"\r\n"
    b"--m\r\nContent-Type: text/plain\r\n\r\n<third>\r\n--m--\r\n"
)


def test_a_series_is_shown_in_order_pictures_and_files_in_their_places():
    found = shown(SERIES, Asked())
    assert [block.kind for block in found.blocks] == [
        "text", "signature", "file", "text", "picture", "text",
    ]  # fmt: skip
    file, picture = (one for one in found.blocks if isinstance(one, MarkView))
    assert (file.name, file.href, file.source) == ("a.pdf", f"{PATH}/parts/1.2", "")
    assert picture.source == "data:image/gif;base64," + GIF.decode()
    words = [piece.text for block in texts(found.blocks) for piece in block.pieces]
    assert words == ["first\n", "-- \nAnn", "second", "<third>"]


def test_a_series_in_html_keeps_its_pieces_apart():
    html = shown(SERIES, Asked(Tab.HTML)).html
    assert html is not None
    places = [
        html.html.index(one) for one in ("first", "a.pdf", "second", GIF.decode(), "&lt;third")
    ]
    assert places == sorted(places)
    assert html.html.index("</table>") < html.html.index(GIF.decode())
    assert html.remote_images == 0


def test_what_is_shown_can_be_saved_and_is_not_counted():
    found = shown(SERIES, Asked(Tab.ATTACHMENTS))
    assert [part.name for part in found.parts] == ["a.pdf"]
    assert [(part.name, bool(part.sha256)) for part in found.inside] == [("b.gif", True)]
    assert shown(SERIES, Asked()).inside == ()


def test_a_picture_that_has_not_come_is_a_mark():
    cut = SERIES[: SERIES.index(GIF) + 4]
    last = shown(cut, Asked(), whole=False).blocks[-1]
    assert isinstance(last, MarkView)
    assert (last.kind, last.name, last.source) == ("file", "b.gif", "")
    assert "begins here" in last.note


def test_no_piece_of_a_series_is_shown_where_one_is_refused():
    deep = SERIES.replace(b"<table><tr><td>second", b"<div>" * 50_000 + b"second")
    html = shown(deep, Asked(Tab.HTML)).html
    assert html is not None
    assert (html.refused, html.html) == ("too-deep", "")


def test_html_that_is_refused_is_shown_as_its_text():
    markup = b"<p>words</p>" + b"<div>" * 50_000 + b"deep"
    raw = b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + markup
    found = shown(raw, Asked(Tab.HTML))
    assert found.html is not None
    assert (found.html.refused, found.html.html) == ("too-deep", "")
    assert texts(found.blocks)[0].pieces[0].text.startswith("words")


def test_there_is_no_html_where_there_is_none():
    assert safe_html(Contents(b"\r\nhello", whole=True), remote=True) is None
    found = shown(b"\r\nhello", Asked(Tab.HTML))
    assert (found.html, found.blocks, found.parts) == (None, (), ())


def test_the_source_is_cut_into_pages_that_join_to_all_of_it():
    raw = b"Subject: s\r\n\r\n" + b"0123456789abcde\n" * 10_000
    pages = [shown(raw, Asked(Tab.SOURCE, page=n)).source for n in (1, 2, 3, 4)]
    assert "".join(pages) == raw.decode().replace("\r\n", "\n")
    assert len(raw) < 3 * SOURCE_OCTETS
    assert pages[3] == ""


def test_the_source_shows_what_cannot_be_seen():
    found = shown(b"Subject: \xfc\x00\x1b[31m \xe2\x80\xae\r\n\r\n<b>", Asked(Tab.SOURCE))
    assert found.source == "Subject: \\xfc\u2400\u241b[31m \\u202e\n\n<b>"


BAD = {
    "nothing": b"",
    "no header": b"\r\nwords",
    "a header without an end": b"Subject: words",
    "a boundary that never ends": BOTH.replace(b"--m--", b"").replace(b"--a--", b""),
    "no boundary": b"Content-Type: multipart/mixed\r\n\r\nwords",
    "a boundary that never comes": b'Content-Type: multipart/mixed; boundary="z"\r\n\r\nwords',
    "an end in the middle": BOTH[: BOTH.index(b"markup") + 3],
    "an encoding that lies": b"Content-Transfer-Encoding: base64\r\n\r\n=== words, no base64 \xff",
    "an encoding nobody knows": b"Content-Transfer-Encoding: x-klingon\r\n\r\nwords",
    "a charset nobody knows": b"Content-Type: text/plain; charset=klingon\r\n\r\nwords \xff",
}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("raw", BAD.values(), ids=BAD)
def test_bad_mail_shows_whatever_could_be_decoded(raw, whole):
    for tab in Tab:
        found = shown(raw, Asked(tab), whole=whole)
        if tab is Tab.SOURCE:
            assert ("words" in found.source) is (b"words" in raw)
    given_blocks = texts(shown(raw, Asked(), whole=whole).blocks)
    text = "".join(p.text for block in given_blocks for p in block.pieces)
    if b"words" in raw and b"Subject: words" not in raw and b"===" not in raw and whole:
        assert "words" in text


@given(st.binary(max_size=300), st.sampled_from(Tab), st.booleans())
def test_no_octets_break_a_tab(tail, tab, whole):
    raw = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' + tail
    shown(raw, Asked(tab), whole=whole)
    shown(tail, Asked(tab), whole=whole)
