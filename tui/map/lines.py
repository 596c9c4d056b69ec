"""Lines of box characters: which ways each cell goes on, and the character for that."""

from collections.abc import Iterator
from enum import IntFlag


class Way(IntFlag):
    """The sides of a cell that a line leaves it by."""

    UP = 1
    DOWN = 2
    LEFT = 4
    RIGHT = 8


Place = tuple[int, int]
"""Column and row of a cell."""

CHARACTERS = {
    Way.UP | Way.DOWN: "│",
    Way.LEFT | Way.RIGHT: "─",
    Way.DOWN | Way.RIGHT: "╭",
    Way.DOWN | Way.LEFT: "╮",
    Way.UP | Way.RIGHT: "╰",
    Way.UP | Way.LEFT: "╯",
    Way.UP | Way.DOWN | Way.RIGHT: "├",
    Way.UP | Way.DOWN | Way.LEFT: "┤",
    Way.DOWN | Way.LEFT | Way.RIGHT: "┬",
    Way.UP | Way.LEFT | Way.RIGHT: "┴",
    Way.UP | Way.DOWN | Way.LEFT | Way.RIGHT: "╋",
}
"""One line's character; where four ways meet it is heavy, to be told from two lines that cross."""

CROSSING = "┼"


class Lines:
    """Lines by their owners; where two owners meet in a cell, their lines cross."""

    def __init__(self) -> None:
        self._ways: dict[Place, dict[int, Way]] = {}

    def add(self, owner: int, cells: "dict[Place, Way]") -> None:
        """Draw cells of an owner's line."""
        for place, ways in cells.items():
            owners = self._ways.setdefault(place, {})
            owners[owner] = owners.get(owner, Way(0)) | ways

    def characters(self) -> Iterator[tuple[Place, str]]:
        """Give each cell that has a line, with its character."""
        for place, owners in self._ways.items():
            if len(owners) > 1:
                yield place, CROSSING
            else:
                yield place, CHARACTERS.get(next(iter(owners.values())), "─")


def bent(start: Place, track: int, end: Place) -> dict[Place, Way]:
    """Run from a cell to the right, in column `track` up or down, and on to the end."""
    (left, row), (right, entry) = start, end
    cells = _level(left, right if row == entry else track, row)
    if row == entry:
        return cells
    cells[track, row] = Way.LEFT | (Way.DOWN if entry > row else Way.UP)
    for between in range(min(row, entry) + 1, max(row, entry)):
        cells[track, between] = Way.UP | Way.DOWN
    cells |= _level(track, right, entry)
    cells[track, entry] = Way.RIGHT | (Way.UP if entry > row else Way.DOWN)
    return cells


def _level(left: int, right: int, row: int) -> dict[Place, Way]:
    return {(column, row): Way.LEFT | Way.RIGHT for column in range(left, right + 1)}
