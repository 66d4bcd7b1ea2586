"""Raw octets are shown whole, and cannot reorder or hide anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.source import show_source


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"a\r\nb\nc", "a\nb\nc"),
        (b"lone\rcr", "lone\u240dcr"),
        (b"nul\x00 esc\x1b[31m del\x7f", "nul\u2400 esc\u241b[31m del\u2421"),
        ("grüße".encode(), "grüße"),
        ("grüße".encode("latin-1"), "gr\\xfc\\xdfe"),
        ("\u202eabc\u2066\u200b".encode(), "\\u202eabc\\u2066\\u200b"),
        (b"\xc2\x85", "\\u0085"),
        (b"tab\there", "tab\there"),
        ("cut \u20ac".encode()[:-1], "cut \\xe2\\x82"),
    ],
)
def test_what_cannot_be_seen_is_shown(data, shown):
    assert show_source(data) == shown


@given(st.binary(max_size=200))
def test_nothing_unseen_is_left(data):
    shown = show_source(data)
    assert all(char.isprintable() or char in "\n\t" or ord(char) > 0xA0 for char in shown)
    assert shown.count("\n") == data.count(b"\n")
