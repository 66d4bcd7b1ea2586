"""ISO 2022 behind escapes, whole, broken and cut."""

import pytest

from app.mime.east_asian import BROKEN
from app.mime.iso2022 import decode_iso2022, speaks_iso2022


@pytest.mark.parametrize(
    ("octets", "codec", "text"),
    [
        (b"\x1b$B-!\x1b(B", "iso2022_jp_ext", "\u2460"),
        (b"\x1b$B-j\x1b(B x", "iso2022_jp_ext", "\u3231 x"),
        (b"\x1b(I1\x1b(B", "iso2022_jp_ext", "\uff71"),
        (b'\x1b$B$"', "iso2022_jp_ext", "\u3042"),
        (b'\x1b$B$"\nplain', "iso2022_jp_ext", "\u3042\nplain"),
        (b"\x1b$)C\x0e0!\x0f.", "iso2022_kr", "\uac00."),
        (b"\x1b$)A\x0eVP\x0f", "iso2022_cn", "\u4e2d"),
    ],
)
def test_tables_behind_escapes(octets, codec, text):
    assert speaks_iso2022(octets)
    assert decode_iso2022(octets, codec, complete=True) == text


def test_what_no_table_has_costs_nothing_but_itself():
    octets = b'a\x1b$)C\x0e0!\x49\x210"\x0fz'
    assert decode_iso2022(octets, "iso2022_kr", complete=True) == f"a\uac00{BROKEN}\uac01z"


@pytest.mark.parametrize("cut", [b"\x1b", b"\x1b$", b"\x1b$(", b"$"])
def test_what_hangs_over_is_dropped(cut):
    octets = b'\x1b$B$"' + cut
    assert decode_iso2022(octets, "iso2022_jp_ext", complete=False) == "\u3042"


def test_escapes_to_ascii_and_colours_tell_nothing():
    assert not speaks_iso2022(b"plain")
    assert not speaks_iso2022(b"\x1b[31mred\x1b(B")
