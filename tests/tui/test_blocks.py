"""Bars and areas of block characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.blocks import area, bar, rounded_up, stretched


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0, ""), (0.0001, "╸"), (0.5, "━━"), (0.6, "━━╸"), (1, "━━━━"), (7, "━━━━")],
)
def test_a_bar_has_halves_of_a_cell_and_what_is_there_is_seen(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


def test_an_area_is_drawn_from_the_top_down() -> None:
    assert area([0, 1, 8, 16], top=16, height=2) == ["   █", " ▁██"]


@given(st.lists(st.floats(0, 1e9), max_size=50), st.integers(1, 200))
def test_no_peak_is_lost_in_stretching(values: list[float], width: int) -> None:
    columns = stretched(values, width)
    assert len(columns) == width
    assert max(columns) == max(values, default=0)


@given(st.floats(0, 1e12))
def test_an_axis_ends_at_a_round_number_not_far_above(value: float) -> None:
    top = rounded_up(value)
    assert value <= top
    assert top <= max(2.5 * value * 1.001, 0.01)
