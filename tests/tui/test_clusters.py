"""Texts by the cells that they take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.clusters import clusters, ending, middle_cut

FAMILY = "👩\u200d👩\u200d👧"


def test_signs_are_given_with_their_width() -> None:
    assert list(clusters(f"a日e\u0301{FAMILY}")) == [
        ("a", 1),
        ("日", 2),
        ("e\u0301", 1),
        (FAMILY, 2),
    ]
    assert list(clusters("\u200b")) == []


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("short", 5, "short"),
        ("longer", 5, "lo…er"),
        ("日本語サービス", 7, "日 …ス"),
        ("日本", 4, "日本"),
        ("x", 0, "…"),
    ],
)
def test_the_middle_is_cut(text: str, width: int, cut: str) -> None:
    assert middle_cut(text, width) == cut


@given(st.text(), st.integers(1, 30))
def test_nothing_becomes_too_wide(text: str, width: int) -> None:
    assert cell_len(middle_cut(text, width)) <= width
    assert cell_len(ending(text, width)) <= width
