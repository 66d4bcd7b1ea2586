import encodings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.charsets import clean_body, clean_line, codec_for, decode_text


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf_8"),
        ("utf8", "utf_8"),
        ("ISO-8859-1", "cp1252"),
        ("iso-8859-9*tr", "cp1254"),
        ("GB2312", "gb18030"),
        ("x-sjis", "cp932"),
        ("ks_c_5601-1987", "cp949"),
        ("cp-1251", "cp1251"),
        ("win-1251", "cp1251"),
        ("iso-8859-8-i", "iso8859_8"),
        ("koi8-r", "koi8_r"),
    ],
)
def test_declared_names_map_to_their_common_superset(name, codec):
    assert codec_for(name) == codec


@pytest.mark.parametrize(
    "name",
    ["utf-7", "UTF7", "unicode-1-1-utf-7", "idna", "punycode", "unicode_escape", "hex", "zlib",
     "rot13", "undefined", "mbcs", "unknown-8bit", "", None, "a" * 65, "../x"],
)  # fmt: skip
def test_what_is_no_charset_is_refused(name):
    assert codec_for(name) is None


def test_an_unknown_name_never_reaches_the_codec_registry():
    decode_text(b"\xff\xfe abc", "x-never-heard-of")
    remembered = vars(encodings)["_cache"]  # CPython remembers every miss here
    assert not any("never" in str(name) for name in remembered)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Grüße aus München", "utf-8"),
        ("Grüße aus München", "cp1252"),
        ("Привет, как дела? Счёт за март", "koi8-r"),
        ("日本語のメールです", "cp932"),
        ("日本語のメール", "iso2022_jp"),
        ("你好世界发票", "gb18030"),
    ],
)
def test_text_without_a_declaration_is_guessed(text, codec):
    assert decode_text(text.encode(codec)) == text


@pytest.mark.parametrize("declared", ["us-ascii", "x-unknown", "utf-7", None])
def test_utf_8_is_found_under_any_useless_declaration(declared):
    assert decode_text("naïve €".encode(), declared) == "naïve €"


def test_the_declaration_wins_over_utf_8():
    assert decode_text(b"\xc3\xa9", "iso-8859-1") == "Ã©"


def test_utf_7_is_shown_as_it_stands():
    assert decode_text(b"+ADw-script+AD4-", "utf-7") == "+ADw-script+AD4-"


def test_one_broken_character_does_not_cost_the_others():
    octets = "Grüße und viel Text: äöü ÄÖÜ ñ é à".encode() + b"\xff"
    assert decode_text(octets, "utf-8") == octets[:-1].decode() + "\ufffd"


def test_windows_quotes_in_latin_1_are_quotes():
    assert decode_text(b"\x93x\x94", "iso-8859-1") == "“x”"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "cp932", "euc_jp", "utf-16-le"])
def test_a_character_cut_at_the_end_is_dropped(codec):
    text = "日本語"
    octets = text.encode(codec)
    for cut in range(len(octets)):
        assert text.startswith(decode_text(octets[:cut], codec, complete=False))
    assert decode_text(octets, codec, complete=False) == text


def test_clean_line_makes_one_harmless_line():
    dirty = "a\u202eb\u2066c\u2069\r\n\td\x00e\x1bf\x85g\x9bh\u2028i\ud800j"
    assert clean_line(dirty) == "abc d\ufffde\ufffdf g\ufffdh i\ufffdj"


def test_clean_line_has_no_space_around():
    assert clean_line("  a b ") == "a b"
    assert clean_line("\t a\r\n") == "a"


def test_clean_line_keeps_joiners_and_marks_of_real_scripts():
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\u200f"
    assert clean_line(persian) == persian


def test_a_million_of_cr_is_read_once():
    assert clean_body("\r" * 1_000_000) == "\n" * 1_000_000
    assert clean_body("a" + "\r" * 1_000_000 + "\n") == "a\n"


def test_clean_body_keeps_lines_and_tabs_only():
    assert clean_body("a\r\nb\rc\r\r\nd\te\x00\u202ef\x1b") == "a\nb\nc\nd\te\ufffdf\ufffd"


@given(
    st.binary(max_size=300),
    st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["utf-8", "utf-16", "hz", "big5"])),
    st.booleans(),
)
def test_any_octets_give_text_that_can_be_sent_on(data, declared, complete):
    line = clean_line(decode_text(data, declared, complete=complete))
    line.encode("utf-8")
    assert not any(char < " " or char in "\u202a\u202b\u202c\u202d\u202e\u2066" for char in line)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\nb\nc\rd", "a\nb\nc\nd"),
        ("a\r\r\r\nb", "a\nb"),  # one line end that grew on its way
        ("a\r\rb\r\n\r\nc\r", "a\n\nb\n\nc\n"),
        ("\r\n\r\r\n\n\r", "\n\n\n\n"),
        ("a\r\r", "a\n\n"),
    ],
)
def test_line_ends_become_lf(text, clean):
    assert clean_body(text) == clean
