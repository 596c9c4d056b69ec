"""Rows of the flow list as cells: a flow by its columns, anything else as one line across."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len

from proto.describe import escape
from proto.describe_events import Clock, lost_source, node_change
from proto.observer_pb2 import GetFlowsResponse
from tui.list.cells import SHOW, SHOW_NARROW, Cell
from tui.list.columns import GAP, Placed, fitted
from tui.list.window import Row

PARSED = 4096
"""How many parsed rows are remembered."""


class Drawn(NamedTuple):
    """A row as it is drawn: cells that fill the line, and the style under all of them."""

    cells: tuple[Cell, ...]
    style: str


@lru_cache(PARSED)
def parsed(row: Row) -> GetFlowsResponse:
    """Parse a row. Nobody may change what this gives."""
    return GetFlowsResponse.FromString(row)


def is_state(row: Row) -> bool:
    """Tell whether a row says what became of nodes, by its first field, without parsing it."""
    return row[:1] == b"\x12"


def losses(rows: Sequence[Row]) -> int:
    """Count the events that these rows say are lost."""
    return sum(parsed(row).lost_events.num_events_lost for row in rows if row[:1] != b"\x0a")


def drawn(row: Row, placed: Sequence[Placed], width: int, clock: Clock) -> Drawn:
    """Draw a row on a line of `width` cells."""
    response = parsed(row)
    if not response.HasField("flow"):
        return _across(response, width, clock)
    # Where there is no room for the kind, the summary says why a flow did not get through.
    show = SHOW if any(place.column.name == "kind" for place in placed) else SHOW_NARROW
    cells: list[Cell] = []
    for column, left, cells_wide in placed:
        text, style = show[column.name](response.flow, cells_wide, clock)
        cells.append(Cell(fitted(text, cells_wide), style))
        last = left + cells_wide + GAP > width
        cells.append(Cell("" if last else " " * GAP, "gap"))
    used = sum(cell_len(cell.text) for cell in cells)
    return Drawn((*cells, Cell(" " * max(0, width - used), "gap")), "flow")


def _across(response: GetFlowsResponse, width: int, clock: Clock) -> Drawn:
    """Draw what is not a flow: a loss, or what became of nodes."""
    if response.HasField("lost_events"):
        lost = response.lost_events
        count = f"{lost.num_events_lost:,} event{'s' * (lost.num_events_lost != 1)}"
        node = f" on {escape(response.node_name)}" if response.node_name else ""
        said, style = f"{count} lost{node}: {lost_source(lost)}", "lost"
    else:
        said, style = node_change(response.node_status), "state"
    time = clock(response.time)[7:15] if response.HasField("time") else ""
    line = f"{time:<8} ── {said} "
    rule = "─" * max(0, width - cell_len(line))
    return Drawn((Cell(fitted(line + rule, width), style),), style)
