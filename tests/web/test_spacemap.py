"""Where the space goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox import Sort
from app.web import spacemap
from app.web.liststate import PER_PAGE, ListState

from .test_present import MB, mailbox


@given(st.lists(st.integers(0, 10**10), max_size=40))
def test_the_space_bar_is_full_and_its_blocks_touch(sizes):
    one = mailbox(*sizes)
    by_size = one.index.ordered(Sort())
    stat = spacemap.stat(one, by_size)
    assert stat.largest == min(5, len(sizes))
    edge = 0.0
    for block in stat.blocks:
        assert block.x == pytest.approx(edge, abs=0.02)
        assert block.width >= 0
        edge = block.x + block.width
    if sum(sizes):
        assert edge == pytest.approx(100, abs=0.1)


@given(st.lists(st.integers(0, 2 * 10**7), max_size=300))
def test_bands_count_every_message_once_and_lead_to_their_first(sizes):
    one = mailbox(*sizes)
    by_size = one.index.ordered(Sort())
    bands = spacemap.bands(one, by_size)
    counts = [int(band.messages) for band in bands]
    assert sum(counts) == len(sizes)
    limits = [10 * MB, MB, 100_000, 0]
    start = 0
    for count, least, band in zip(counts, limits, bands, strict=True):
        members = by_size[start : start + count]
        assert all(message.octets >= least for message in members)
        assert all(message.octets < least for message in by_size[start + count :])
        if members:
            page = start // PER_PAGE + 1
            assert band.href == f"{ListState(page=page).href()}#m-{members[0].id}"
        else:
            assert band.href == ""
        start += count
