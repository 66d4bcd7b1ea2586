"""Rectangles of given areas that fill a frame and are as square as can be."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle: its left upper corner and its sides, in units of the drawing."""

    x: float
    y: float
    width: float
    height: float

    @property
    def aspect(self) -> float:
        """The longer side in terms of the shorter one, from 1 up."""
        short, long = sorted((self.width, self.height))
        return long / short if short > 0 else float("inf")

    def within(self, margin: float, top: float = 0) -> "Frame":
        """What is left inside a margin and below a strip at the top, perhaps nothing."""
        return Frame(
            self.x + margin,
            self.y + margin + top,
            max(self.width - 2 * margin, 0),
            max(self.height - 2 * margin - top, 0),
        )


def treemap(weights: Sequence[float], frame: Frame) -> tuple[Frame, ...]:
    """A rectangle for each weight, in their order; areas are in proportion to the weights.

    Laid out in rows along the shorter side, largest first, each row as long as its rectangles get
    squarer by it; where plain slices happen to be better, in slices. Weights are not negative; if
    all are 0, nothing has an area.
    """
    order = sorted(range(len(weights)), key=lambda place: -weights[place])
    largest_first = [weights[place] for place in order]
    layouts = (_in_rows(largest_first, frame), _in_slices(largest_first, frame))
    drawn = min(layouts, key=_worst)
    return tuple(one for _, one in sorted(zip(order, drawn, strict=True), key=lambda pair: pair[0]))


def _worst(frames: Sequence[Frame]) -> float:
    return max((one.aspect for one in frames if one.width and one.height), default=1.0)


def _in_slices(weights: Sequence[float], frame: Frame) -> list[Frame]:
    return _row(weights, frame, along_x=frame.width >= frame.height)


def _in_rows(weights: Sequence[float], frame: Frame) -> list[Frame]:
    frames: list[Frame] = []
    total_weight = sum(weights)
    scale = frame.width * frame.height / total_weight if total_weight > 0 else 0.0
    start = 0
    # A weight may be so small beside the others that nothing of the frame is left for it.
    while start < len(weights) and weights[start] > 0 and min(frame.width, frame.height) > 0:
        upright = frame.width >= frame.height  # the row stands at the left, else it lies on top
        side = frame.height if upright else frame.width
        stop, total = _row_end(weights, start, side, scale)
        last = stop == len(weights) or weights[stop] <= 0
        depth = (frame.width if upright else frame.height) if last else total * scale / side
        if upright:
            strip = Frame(frame.x, frame.y, depth, frame.height)
            frame = Frame(frame.x + depth, frame.y, frame.width - depth, frame.height)
        else:
            strip = Frame(frame.x, frame.y, frame.width, depth)
            frame = Frame(frame.x, frame.y + depth, frame.width, frame.height - depth)
        frames += _row(weights[start:stop], strip, along_x=not upright)
        start = stop
    return frames + [Frame(frame.x, frame.y, 0, 0)] * (len(weights) - start)


def _row_end(weights: Sequence[float], start: int, side: float, scale: float) -> tuple[int, float]:
    """Where a row ends that gets no squarer by one more, and its weights together."""
    total = weights[start]
    stop = start + 1
    worst = _worst_in_row(weights[start], total, total, side, scale)
    while stop < len(weights) and weights[stop] > 0:
        more = total + weights[stop]
        then = _worst_in_row(weights[start], weights[stop], more, side, scale)
        if then > worst:
            break
        worst, total, stop = then, more, stop + 1
    return stop, total


def _worst_in_row(
    largest: float, smallest: float, total: float, side: float, scale: float
) -> float:
    square = (total * scale) ** 2
    return max(side**2 * largest * scale / square, square / (side**2 * smallest * scale))


def _row(weights: Sequence[float], strip: Frame, *, along_x: bool) -> list[Frame]:
    """Rectangles side by side that fill a strip."""
    total = sum(weights)
    frames: list[Frame] = []
    sum_so_far = 0.0
    for weight in weights:
        begin = sum_so_far / total if total > 0 else 0.0
        sum_so_far += weight
        share = min(sum_so_far / total, 1.0) - begin if total > 0 else 0.0
        if along_x:
            x, width = strip.x + begin * strip.width, share * strip.width
            frames.append(Frame(x, strip.y, width, strip.height))
        else:
            y, height = strip.y + begin * strip.height, share * strip.height
            frames.append(Frame(strip.x, y, strip.width, height))
    return frames
