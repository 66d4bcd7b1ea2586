"""Rectangles: their areas, that they fill the frame, and that they are no worse than slices."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.web.space.treemap import Frame, treemap

WEIGHTS = st.lists(st.one_of(st.integers(0, 20), st.integers(0, 10**9)), max_size=60)
SIDES = st.integers(10, 2000)


def overlap(one: Frame, other: Frame) -> float:
    """How much of their area two rectangles share."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(width, 0) * max(height, 0)


def slices(weights: list[int], width: float, height: float) -> list[Frame]:
    """Slice and dice of one level, along the longer side."""
    total = sum(weights)
    if width >= height:
        return [Frame(0, 0, width * weight / total, height) for weight in weights]
    return [Frame(0, 0, width, height * weight / total) for weight in weights]


@given(WEIGHTS, SIDES, SIDES)
@example([6, 6, 4, 3, 2, 2, 1], 600, 400)
@example([10**18, 1, 1, 1], 1000, 560)
def test_areas_are_in_proportion_fill_the_frame_and_do_not_overlap(weights, width, height):
    frames = treemap(weights, Frame(5, 7, width, height))
    assert len(frames) == len(weights)
    area, total = width * height, sum(weights)
    for weight, one in zip(weights, frames, strict=True):
        share = weight / total if total else 0
        assert one.width * one.height == pytest.approx(area * share, abs=area * 1e-9)
        assert 5 - 1e-6 <= one.x <= one.x + one.width <= 5 + width + 1e-6
        assert 7 - 1e-6 <= one.y <= one.y + one.height <= 7 + height + 1e-6
    if total:
        assert sum(one.width * one.height for one in frames) == pytest.approx(area)
    for place, one in enumerate(frames):
        for other in frames[place + 1 :]:
            assert overlap(one, other) <= area * 1e-9


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=60), SIDES, SIDES)
def test_no_rectangle_is_longer_than_the_longest_slice(weights, width, height):
    frames = treemap(weights, Frame(0, 0, width, height))
    worst = max(one.aspect for one in slices(weights, width, height))
    assert max(one.aspect for one in frames) <= worst * (1 + 1e-9)


def test_the_layout_of_the_paper():
    # Bruls, Huizing and van Wijk, "Squarified treemaps" (2000), figures 4 and 5: 6 by 4.
    frames = treemap([6, 6, 4, 3, 2, 2, 1], Frame(0, 0, 6, 4))
    sides = [(round(one.width, 2), round(one.height, 2)) for one in frames]
    assert sides[:4] == [(3, 2), (3, 2), (1.71, 2.33), (1.29, 2.33)]
    assert max(one.aspect for one in frames) < 3


def test_many_alike_are_nearly_square():
    frames = treemap([1] * 100, Frame(0, 0, 1000, 560))
    assert max(one.aspect for one in frames) < 2.5


def test_nothing_weighs_nothing():
    assert treemap([], Frame(0, 0, 10, 10)) == ()
    assert [one.width * one.height for one in treemap([0, 0], Frame(0, 0, 10, 10))] == [0, 0]
    frames = treemap([0, 3, 0], Frame(0, 0, 10, 10))
    assert [one.width * one.height for one in frames] == [0, 100, 0]


def test_a_frame_within_a_frame():
    assert Frame(0, 0, 100, 50).within(2, 20) == Frame(2, 22, 96, 26)
    assert Frame(0, 0, 3, 3).within(2, 20) == Frame(2, 22, 0, 0)
    assert Frame(0, 0, 4, 2).aspect == 2
    assert math.isinf(Frame(0, 0, 4, 0).aspect)
