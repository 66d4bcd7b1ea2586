"""Bodies that a message may have: hostile ones, cut ones, and how many octets of them are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime import Contents, join_paths
from app.mime.text_parts import MAX_TEXT_OCTETS
from tests.mime.reading import peek
from tests.support.corpus import CASES
from tests.support.table import table

HEAD = b"Content-Type: multipart/mixed; boundary=x\n\n"
KINDS = [b"alternative", b"mixed", b"related", b"signed", b"encrypted", b"report", b"digest"]


def nested(kinds: list[bytes], inner: bytes) -> bytes:
    data = inner
    for number, kind in enumerate(kinds):
        mark = b"b%d." % number
        data = (
            b"Content-Type: multipart/" + kind + b"; boundary=" + mark + b"\n\n--" + mark + b"\n"
            + data + b"\n--" + mark + b"\nContent-Type: text/html\n\n<p>h%d" % number
            + b"\n--" + mark + b"--\n"
        )  # fmt: skip
    return data


@given(st.lists(st.sampled_from(KINDS), max_size=18), st.booleans())
def test_every_text_is_shown_in_some_form_or_attached(kinds, whole):
    contents = Contents(nested(kinds, b"Content-Type: text/plain\n\nwords"), whole=whole)
    leaves = {one.path for one in contents.root.walk() if not one.is_multipart}
    attached = {one.path for one in contents.attachments}
    shown = contents._body.paths
    assert not attached & shown
    assert leaves <= attached | shown


@pytest.mark.parametrize("kind", KINDS)
def test_nesting_takes_no_longer_than_its_parts(kind):
    data = nested([kind] * 18, b"Content-Type: text/plain\n\nwords")
    assert len(Contents(data, whole=True).text.text) < 1000


def test_of_many_texts_a_mebibyte_is_read():
    part = b"--x\nContent-Type: text/plain\n\n" + b"y" * 99_999 + b"\n"
    contents = Contents(HEAD + part * 30 + b"--x--\n", whole=True)
    assert MAX_TEXT_OCTETS <= len(contents.text.text) < MAX_TEXT_OCTETS + 100
    assert contents.defects == ("text-cut",)
    assert contents.attachments == ()
    html = part.replace(b"plain", b"html")
    contents = Contents(HEAD + html * 30 + b"--x--\n", whole=True)
    assert sum(map(len, contents.markups)) == MAX_TEXT_OCTETS
    assert contents.markup_cut


def test_a_picture_is_named_by_html_as_an_address_may_be_written():
    picture = b"--x\nContent-Type: image/gif\nContent-ID: <a b&c@d>\n\nGIF89a\0\0\0\0\0\0\n"
    for said in (b"cid:a%20b&amp;c@d", b"CID:a%20b%26c%40d"):
        html = b'--x\nContent-Type: text/html\n\n<img src="' + said + b'">\n'
        data = HEAD.replace(b"mixed", b"related") + html + picture + b"--x--\n"
        contents = Contents(data, whole=True)
        assert contents.attachments == ()
        assert [one.path for one in contents.shown] == ["1.2"]


def test_what_no_browser_shows_is_an_attachment():
    image = b"--x\nContent-Type: image/tiff\nContent-Disposition: inline\n\nII*\0\0\0\0\0\0\0\0\0\n"
    text = b"--x\n\nwords\n"
    contents = Contents(HEAD + text + image + text + b"--x--\n", whole=True)
    assert [one.path for one in contents.attachments] == ["1.2"]
    assert [one.part is None for one in contents.passages] == [True, False, True]


def test_whether_there_is_an_attachment_is_known_once_it_must_be():
    text, file = b"--x\n\nwords\n", b"--x\nContent-Type: application/zip\n\nPK\n"
    assert Contents(HEAD + text, whole=False).has_attachments is None
    assert Contents(HEAD + text + file, whole=False).has_attachments is True
    assert Contents(HEAD + text + b"--x--\n", whole=False).has_attachments is False
    assert Contents(HEAD + text, whole=True).has_attachments is False
    assert Contents(b"Subject: a\n\nwords\n", whole=True).has_attachments is False


@table("case", CASES, ids=lambda case: case.name)
def test_shown_and_attached_are_never_the_same(case):
    path, contents = Contents(case.raw, whole=case.whole).readable()
    attached = {one.path for one in contents.attachments}
    assert not attached & {one.path for one in contents.shown}
    assert tuple(part.path for part in peek(case.raw, whole=case.whole).parts) == tuple(
        join_paths(path, one.path) for one in contents.attachments
    )
