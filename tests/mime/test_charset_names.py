"""Names of charsets as senders write them."""

import codecs

import pytest

from app.mime.charset_names import codec_for


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("ISO-8859-1", "cp1252"),
        ("iso8859_1*de", "cp1252"),
        ("x-sjis", "cp932"),
        ("ks_c_5601-1987", "cp949"),
        ("windows-874", "cp874"),
        ("WIN-1251", "cp1251"),
        ("csISO2022JP", "iso2022_jp_ext"),
        ("gb2312; format=flowed", "gb18030"),
        ("charset=utf-8", "utf_8"),
        ("unicode-1-1-utf-7", "utf_7"),
        ("koi8-ru", "koi8_u"),
        ("KOI8", "koi8_r"),
        ("tis-620-2533", "cp874"),
        ("x-mac-ce", "mac_latin2"),
        ("iso-8859-6-i", "iso8859_6"),
        ("ibm-1252", "cp1252"),
        ("dos-862", "cp862"),
        ("windows-28592", "iso8859_2"),
        ("cp20866", "koi8_r"),
        ("8859-1", "cp1252"),
        ("iso-latin-1", "cp1252"),
        ("gb18030-2000", "gb18030"),
        ("x-sjis-cp932", "cp932"),
    ],
)
def test_names_lead_to_the_widest_table(name, codec):
    assert codec_for(name) == codec


@pytest.mark.parametrize(
    "name", [None, "", "punycode", "idna", "unicode_escape", "x" * 65, "os", "..", "rot13", "zlib"]
)
def test_what_is_no_charset_is_none(name):
    assert codec_for(name) is None


def test_every_codec_that_may_come_of_a_name_reads_ascii_or_utf():
    for name in ("latin1", "big5", "euc-kr", "shift_jis", "koi8-u", "macintosh", "hz"):
        found = codec_for(name)
        assert found is not None
        assert codecs.decode(b"plain", found) == "plain"
