"""The columns of the flow list: how wide they are, and where they stand."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

STYLES = (
    *("time", "name", "kind", "l7", "summary", "node", "reply", "gap", "flow", "lost", "state"),
    *("forwarded", "dropped", "error", "audit", "redirected", "other", "cursor", "cell"),
)
"""The styles of cells and rows, each a component class `flow-list--NAME`."""


class Column(NamedTuple):
    """A column: its name and head, from `least` to `most` cells wide.

    It is there from lines of `room` cells on. What room is left goes to the columns by `weight`;
    those without a weight have `most` from lines of WIDE cells on.
    """

    name: str
    head: str
    least: int
    most: int
    weight: int
    room: int


COLUMNS: tuple[Column, ...] = (
    Column("time", "TIME", 8, 12, 0, 0),
    Column("verdict", "VERDICT", 7, 12, 0, 0),
    Column("source", "SOURCE", 18, 44, 3, 0),
    Column("arrow", "", 1, 1, 0, 0),
    Column("destination", "DESTINATION", 18, 44, 3, 0),
    Column("kind", "TYPE", 15, 22, 1, 96),
    Column("summary", "SUMMARY", 15, 400, 4, 60),
    Column("node", "NODE", 14, 20, 1, 150),
)
"""All columns, from left to right."""

WIDE = 110
"""Cells of a line from which on there is room for everything in short columns."""

GAP = 1
"""Empty cells between columns."""


class Placed(NamedTuple):
    """A column where it stands: from cell `left` on, `width` cells wide."""

    column: Column
    left: int
    width: int


def fit(width: int, hidden: Sequence[str] = ()) -> tuple[Placed, ...]:
    """Place the columns that have room in a line of `width` cells."""
    shown = [each for each in COLUMNS if each.name not in hidden and each.room <= width]
    while len(shown) > 1 and _needed(shown) > width:
        shown.pop()
    widths = _widths(shown, width)
    placed: list[Placed] = []
    left = 0
    for column, cells in zip(shown, widths, strict=True):
        placed.append(Placed(column, left, cells))
        left += cells + GAP
    return tuple(placed)


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    """Share what is left over, cell by cell, among those that can take more, by their weight."""
    wide = width >= WIDE
    widths = [each.most if wide and not each.weight else each.least for each in columns]
    spare = width - sum(widths) - GAP * (len(columns) - 1)
    while spare > 0:
        wanting = [
            index
            for index, column in enumerate(columns)
            for _ in range(column.weight)
            if widths[index] < column.most
        ]
        if not wanting:
            break
        for index in wanting[:spare]:
            if widths[index] < columns[index].most:
                widths[index] += 1
                spare -= 1
    return widths


def fitted(text: str, width: int) -> str:
    """Cut or fill a text to exactly so many cells; what is cut off leaves an ellipsis."""
    if text.isascii():
        return f"{text[: width - 1]}…" if len(text) > width else text.ljust(width)
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)
