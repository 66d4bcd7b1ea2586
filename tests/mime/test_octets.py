"""Searching data that is read in windows finds what searching it at once finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime import octets

BRACKETED = re.compile(rb"<[ab]{3}>")


@given(
    pieces=st.lists(st.sampled_from([b"<aba>", b"<", b"ab", b">", b"<bb", b"....."]), max_size=12),
    window=st.integers(1, 9),
    start=st.integers(0, 20),
)
def test_a_match_is_found_wherever_windows_end(pieces, window, start):
    data = b"".join(pieces)
    found = BRACKETED.search(data, start)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(octets, "WINDOW", window)
        sought = octets.search(memoryview(data), BRACKETED, start, longest=5)
    assert sought == (found.start() if found else None)


@given(
    data=st.binary(max_size=50),
    start=st.integers(0, 60),
    stop=st.integers(0, 60),
    size=st.integers(1, 9),
)
def test_blocks_give_a_span_back(data, start, stop, size):
    given_back = list(octets.blocks(data, start, min(stop, len(data)), size))
    assert b"".join(given_back) == data[start:stop]
    assert all(0 < len(block) <= size for block in given_back)
