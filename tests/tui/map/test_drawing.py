"""The drawing of the service map: what stands where, and that no call is lost in it."""

from hypothesis import given
from hypothesis import strategies as st

from tui.map.drawing import AGAIN, ARROW, Cell, Drawing, drawn, planned
from tui.map.layers import Call
from tui.map.lines import CHARACTERS, CROSSING, Place, Way


def picture(names: list[str], calls: dict[tuple[int, int], str]) -> list[str]:
    """Draw calls with these captions, as lines of text."""
    plan = planned(len(names), [Call(*pair) for pair in calls])
    return text(drawn(plan, names, names, list(calls.values())))


def text(drawing: Drawing) -> list[str]:
    blank = Cell(" ")
    return [
        "".join(drawing.cells.get((x, y), blank).character for x in range(drawing.width)).rstrip()
        for y in range(drawing.height)
    ]


def test_callers_stand_left_of_those_they_call() -> None:
    assert picture(["web", "cart", "redis"], {(0, 1): "1/s", (1, 2): "2/s"}) == [
        " web ── 1/s ▶  cart ── 2/s ▶  redis"
    ]


def test_wide_letters_take_the_room_that_they_have() -> None:
    assert picture(["日本", "e\u0301", "x"], {(0, 1): "1/s", (1, 2): "2/s"}) == [
        " 日本 ── 1/s ▶  e\u0301 ── 2/s ▶  x"
    ]


def test_calls_of_one_caller_share_a_line_and_each_has_a_row_for_its_figures() -> None:
    assert picture(["web", "a", "b", "c"], {(0, 1): "1/s", (0, 2): "20/s", (0, 3): "3/s"}) == [
        " web ─┬─── 1/s ▶  a",
        "      ├── 20/s ▶  b",
        "      ╰─── 3/s ▶  c",
    ]


def test_callers_of_one_name_enter_it_on_rows_of_their_own() -> None:
    assert picture(["a", "b", "db"], {(0, 2): "1/s", (1, 2): "2/s"}) == [
        " a ── 1/s ▶┃ db",
        " b ── 2/s ▶┃",
    ]


def test_the_rarer_call_of_a_circle_is_written_where_it_ends() -> None:
    plan = planned(2, [Call(0, 1, 1), Call(1, 0, 9)])

    assert text(drawn(plan, ["a", "b"], ["a", "b"], ["1/s", "9/s"])) == [
        " a ┄ 1/s ▶  b ── 9/s ▶  a"
    ]


def test_a_call_that_passes_a_layer_is_written_where_it_ends() -> None:
    plan = planned(3, [Call(0, 1, 5), Call(1, 2, 5), Call(0, 2, 1)])

    assert text(drawn(plan, "abc", "abc", ["1/s", "2/s", "3/s"])) == [
        " a ── 1/s ▶  b ──── 2/s ▶┃ c",
        "                a ┄ 3/s ▶┃",
    ]


def test_who_calls_himself_is_marked() -> None:
    assert picture(["a"], {(0, 0): "1/s"}) == [f" a {AGAIN}"]


def test_nothing_is_drawn_of_nothing() -> None:
    assert picture([], {}) == []


NAMES = [f"n{n}" for n in range(12)]

pairs = st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40)


@given(pairs)
def test_every_call_reaches_a_caption_of_its_own_from_its_caller(
    found: set[tuple[int, int]],
) -> None:
    calls = [Call(*pair) for pair in sorted(found) if pair[0] != pair[1]]
    drawing = drawn(planned(12, calls), NAMES, NAMES, ["x"] * len(calls))

    assert sorted(drawing.captions) == list(range(len(calls)))
    assert len(set(drawing.captions.values())) == len(calls)
    for number, path in drawing.paths.items():
        assert drawing.captions[number][0] - 1 in {column for column, _ in path}
        assert _connected(path)


@given(pairs)
def test_lines_of_two_callers_cross_and_never_run_together(found: set[tuple[int, int]]) -> None:
    calls = [Call(*pair) for pair in sorted(found) if pair[0] != pair[1]]
    drawing = drawn(planned(12, calls), NAMES, NAMES, ["x"] * len(calls))

    for (x, y), cell in drawing.cells.items():
        if cell.character == CROSSING:
            for place, opposite in (
                ((x - 1, y), Way.RIGHT),
                ((x + 1, y), Way.LEFT),
                ((x, y - 1), Way.DOWN),
                ((x, y + 1), Way.UP),
            ):
                assert opposite in WAYS[drawing.cells[place].character]


WAYS = {character: way for way, character in CHARACTERS.items()} | {
    CROSSING: Way.UP | Way.DOWN | Way.LEFT | Way.RIGHT,
    ARROW: Way.LEFT,
    " ": Way.LEFT | Way.RIGHT,
}
"""Where a line goes on from a cell; a caption stands in a line."""


def _connected(places: set[Place]) -> bool:
    seen, new = set[Place](), {min(places)}
    while new:
        seen |= new
        near = {(x + dx, y + dy) for x, y in new for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0))}
        new = (near & places) - seen
    return seen == places
