from observe.grid import grid


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert grid(("A", "LONG"), [("word", "x"), ("", "y")]).splitlines() == [
        "A      LONG",
        "word   x",
        "       y",
    ]
