from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from proto.escape import escape
from tui.list.columns import COLUMNS, fit, fitted


@given(st.integers(1, 400), st.sets(st.sampled_from([column.name for column in COLUMNS])))
def test_columns_stand_side_by_side_and_fit(width: int, hidden: set[str]) -> None:
    placed = fit(width, tuple(hidden))
    assert not {place.column.name for place in placed} & hidden
    for before, after in pairwise(placed):
        assert before.left + before.width + 1 == after.left
    if len(placed) > 1:
        assert placed[-1].left + placed[-1].width <= width
    assert all(place.width <= place.column.most for place in placed)


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (79, "time verdict source arrow destination summary"),
        (119, "time verdict source arrow destination kind summary"),
        (159, "time verdict source arrow destination kind summary node"),
    ],
)
def test_wider_lines_have_more_columns(width: int, names: str) -> None:
    placed = fit(width)
    assert [place.column.name for place in placed] == names.split()
    assert placed[-1].left + placed[-1].width == width


@given(st.text().map(escape), st.integers(1, 40))
def test_a_text_is_cut_or_filled_to_its_cells(text: str, width: int) -> None:
    assert cell_len(fitted(text, width)) == width


def test_what_is_cut_off_leaves_an_ellipsis() -> None:
    assert fitted("checkout", 5) == "chec…"
    assert fitted("日本語", 4) == "日 …"
    assert fitted("cart", 6) == "cart  "
