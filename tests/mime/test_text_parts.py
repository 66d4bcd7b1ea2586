import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.text_parts import MAX_TEXT_OCTETS, decode_body, decode_html_body, unflow

TEXT = "Grüße — 日本語\nzweite Zeile\n"


def encoded(encoding: str, charset: str) -> bytes:
    octets = TEXT.encode(charset)
    if encoding == "base64":
        return base64.encodebytes(octets)
    return quopri.encodestring(octets) if encoding == "quoted-printable" else octets


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_body_cut_anywhere_shows_a_prefix(encoding, charset):
    data = encoded(encoding, charset)
    assert decode_body(data, encoding=encoding, charset=charset, complete=True) == TEXT
    for cut in range(len(data)):
        shown = decode_body(data[:cut], encoding=encoding, charset=charset, complete=False)
        assert TEXT.startswith(shown.removesuffix("=").rstrip("\n"))


def test_line_ends_and_controls():
    shown = decode_body(b"a\r\nb\rc\x00\x1bd", encoding="7bit", charset=None, complete=True)
    assert shown == "a\nb\nc\ufffd\ufffdd"


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", None])
def test_a_byte_order_mark_is_no_text(charset):
    data = base64.b64encode("\ufeffa\ufeffb".encode(charset or "utf-8"))
    shown = decode_body(data, encoding="base64", charset=charset, complete=True)
    assert shown == "a\ufeffb"


def test_a_huge_body_is_cut():
    shown = decode_body(b"x" * (MAX_TEXT_OCTETS + 1), encoding="7bit", charset=None, complete=True)
    assert len(shown) == MAX_TEXT_OCTETS


def test_html_references_cannot_bring_controls_back():
    shown = decode_html_body(
        b"a&#8238;b&#x1b;c&#0;d", encoding="7bit", charset="us-ascii", complete=True
    )
    assert not set(shown) & set("\u202e\x1b\x00")
    assert shown.startswith("ab")


def test_html_is_decoded_like_text():
    shown = decode_html_body(
        b"<p>Gr=FC=DFe</p>", encoding="quoted-printable", charset="iso-8859-1", complete=True
    )
    assert shown == "Grüße"


@pytest.mark.parametrize(
    ("flowed", "text"),
    [
        ("a \nb\nc", "a b\nc"),
        ("a \n b \n>c", "a b \n> c"),
        ("> a \n> b\n>> c", "> a b\n>> c"),
        ("a \n-- \nb", "a \n-- \nb"),
        (" >not a quote", ">not a quote"),
        (" From me", "From me"),
        ("a ", "a "),
        ("a \n\nb", "a \nb"),
        ("", ""),
    ],
)
def test_soft_breaks_are_undone(flowed, text):
    assert unflow(flowed) == text


def test_delsp_takes_the_space_with_it():
    assert unflow("日本 \n語", delsp=True) == "日本語"
    assert decode_body(
        b"a \r\nb", encoding="7bit", charset=None, complete=True, flowed=True, delsp=True
    ) == "ab"  # fmt: skip


@given(st.text(alphabet="> a-\n", max_size=60), st.booleans())
def test_flow_loses_no_word(text, delsp):
    assert unflow(text, delsp=delsp).count("a") == text.count("a")


@given(
    st.binary(max_size=200),
    st.sampled_from(["base64", "quoted-printable", "7bit", "x"]),
    st.one_of(st.none(), st.text(max_size=10), st.sampled_from(["utf-16", "utf-7", "gbk"])),
    st.booleans(),
)
def test_any_octets_never_raise(data, encoding, charset, complete):
    for decode in (decode_body, decode_html_body):
        decode(data, encoding=encoding, charset=charset, complete=complete).encode("utf-8")


@pytest.mark.parametrize(
    ("meta", "charset", "text"),
    [
        (b'<meta charset="windows-1251">', None, "Привет"),
        (b'<META http-equiv=Content-Type content="text/html; charset=koi8-r">', None, "Привет"),
        (b"<meta charset=windows-1251>", "us-ascii", "Привет"),
        (b"<meta charset='iso-8859-2'>", "x-unknown", "źdźbło"),
        (b"<meta charset=windows-1252>", "windows-1251", "Привет"),  # the field's word counts
        (b"<meta charset=utf-16>", None, "plain"),
    ],
)
def test_markup_names_its_charset_where_the_field_does_not(meta, charset, text):
    codec = {"źdźbło": "iso-8859-2", "plain": "ascii"}.get(text, "cp1251")
    octets = meta + text.encode("koi8-r" if b"koi8" in meta else codec)
    found = decode_html_body(octets, encoding="8bit", charset=charset, complete=True)
    assert found == text
