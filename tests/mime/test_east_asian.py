"""Two octets a character, read on where the declared table has none."""

import pytest

from app.mime.east_asian import BROKEN, mending


@pytest.mark.parametrize(
    ("octets", "codec", "text"),
    [
        (b"\xad\xa1", "euc_jp", "\u2460"),
        (b"\xad\xea\xad\xe2", "euc_jp", "\u3231\u2116"),
        (b"\x8f\xf3\xf3x", "euc_jp", "\u2170x"),
        (b"\xa4\xa2\xff\xa4\xa4", "euc_jp", f"\u3042{BROKEN}\u3044"),
        (b"\xb0\xa1\xfe\xfe\xb0\xa2", "cp949", f"\uac00{BROKEN}\uac01"),
        (b"\x80100 \xd6\xd0", "gb18030", "\u20ac100 \u4e2d"),
        (b"\xd6\xd0\x80\xff", "gb18030", f"\u4e2d\u20ac{BROKEN}"),
        (b"\xb0\xa1\x80x", "cp949", f"\uac00{BROKEN}x"),
        (b"\x82\xa0\x82", "cp932", f"\u3042{BROKEN}"),
        (b"\xa4\xa4\xffx", "big5hkscs", f"\u4e2d{BROKEN}x"),
    ],
)
def test_a_character_that_is_broken_costs_itself(octets, codec, text):
    assert octets.decode(codec, mending(codec)) == text


def test_an_ascii_octet_behind_half_a_character_is_itself():
    assert b"\xb0<b>".decode("cp949", mending("cp949")) == f"{BROKEN}<b>"


def test_no_table_makes_ascii_of_a_pair():
    for row in range(0xA1, 0xFF):
        for cell in range(0xA1, 0xFF):
            text = bytes((row, cell)).decode("euc_jp", mending("euc_jp"))
            assert len(text) == 1, (row, cell)
            assert not text.isascii(), (row, cell)


def test_other_codecs_are_mended_as_usual():
    assert mending("utf_8") == "replace"
