"""Bars of lines, which have halves of a cell, and areas of blocks, which have eighths."""

from collections.abc import Sequence
from itertools import pairwise

FULL, HALF = "━", "╸"
"""Cells of a bar. Heavy lines leave rows apart, as blocks would not."""

UPWARD = " ▁▂▃▄▅▆▇█"
"""A cell filled from the bottom, by eighths."""

STEPS = (1, 2, 5, 10)
"""What the first digit of an axis' end may be."""


def bar(share: float, width: int) -> str:
    """Draw a bar of this share of the width; a share above 0 is seen."""
    halves = round(min(max(share, 0), 1) * width * 2)
    if share > 0:
        halves = max(halves, 1)
    return FULL * (halves // 2) + HALF * (halves % 2)


def area(values: Sequence[float], top: float, height: int) -> list[str]:
    """Draw a column for each value, in so many lines from the top down; a value above 0 is seen."""
    filled = [_eighths(value, top, height) for value in values]
    return [
        "".join(UPWARD[min(max(each - 8 * below, 0), 8)] for each in filled)
        for below in reversed(range(height))
    ]


def stretched(values: Sequence[float], width: int) -> list[float]:
    """Make as many values as there are columns: each repeated, or the greatest of several."""
    if not values:
        return [0.0] * width
    number = len(values)
    starts = [column * number // width for column in range(width + 1)]
    return [max(values[start : max(end, start + 1)]) for start, end in pairwise(starts)]


def rounded_up(value: float) -> float:
    """Give the next 1, 2 or 5 times a power of ten; an axis ends there."""
    size = 1e-2
    while size * STEPS[-1] < value:
        size *= 10
    return next((step * size for step in STEPS if step * size >= value), size * STEPS[-1])


def _eighths(value: float, top: float, height: int) -> int:
    if value <= 0 or top <= 0:
        return 0
    return min(max(round(value / top * height * 8), 1), height * 8)
