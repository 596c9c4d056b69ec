"""The service map as a drawing: a grid of cells, what each shows, and what stands where."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.cells import cell_len

from tui.clusters import clusters
from tui.map.layers import Call, Layered, layered
from tui.map.lines import Lines, Place, bent
from tui.map.routing import Routed, Trunk, routed

ARROW, AGAIN, SIDE = "▶", "↻", "┃"
"""The end of a call; a name that calls itself; the side of a name that is called by several."""

MARGIN = 1
"""Empty columns at the left."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Names in layers and lines; it depends on who calls whom, and not on how often."""

    layered: Layered
    routed: Routed

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls."""
        return self.layered.calls


class Cell(NamedTuple):
    """What a cell shows, and whose it is: a call's or a name's number, or nobody's."""

    character: str
    call: int | None = None
    name: int | None = None


@dataclass(slots=True)
class Drawing:
    """Cells by place; the cells of each call; where the figures of each call end."""

    cells: dict[Place, Cell] = field(default_factory=dict)
    paths: dict[int, set[Place]] = field(default_factory=dict)
    captions: dict[int, Place] = field(default_factory=dict)
    width: int = 0
    height: int = 0

    def write(self, column: int, row: int, text: str, **owner: int) -> None:
        """Write a text over what is there."""
        for sign, cells in clusters(text):
            self.cells[column, row] = Cell(sign, **owner)
            for beside in range(1, cells):
                self.cells[column + beside, row] = Cell("", **owner)
            column += cells
        self.width = max(self.width, column)


class Columns(NamedTuple):
    """The columns of a layer: those of callers' names and of arrows before it, of its names, and
    of the first track behind it."""

    callers: int
    arrows: int
    names: int
    tracks: int


def planned(names: int, calls: Sequence[Call]) -> Plan:
    """Lay out so many names and the calls between them."""
    made = layered(names, calls)
    return Plan(made, routed(made))


def drawn(
    plan: Plan, names: Sequence[str], callers: Sequence[str], captions: Sequence[str]
) -> Drawing:
    """Draw a plan with a text for each name, one for it as a caller, and one for each call."""
    own = {call.caller: at for at, call in enumerate(plan.calls) if call.caller == call.called}
    names = [f"{name} {AGAIN}" if at in own else name for at, name in enumerate(names)]
    drawing = Drawing(height=plan.routed.height)
    columns = _columns(plan, names, callers, captions)
    lines = Lines()
    for layer, trunks in enumerate(plan.routed.trunks):
        for name, trunk in trunks.items():
            _draw_trunk(drawing, lines, trunk, name, columns[layer], columns[layer + 1].arrows)
    _draw_lines(drawing, lines)
    for layer, inside in enumerate(plan.layered.layers):
        for name in inside:
            _write_name(plan, drawing, name, names[name], columns[layer])
            for call in plan.layered.entering[name]:
                _write_call(plan, drawing, call, callers, captions[call], columns[layer])
    for name, call in own.items():
        _write_own(plan, drawing, call, columns, names[name])
    return drawing


def _columns(
    plan: Plan, names: Sequence[str], callers: Sequence[str], captions: Sequence[str]
) -> list[Columns]:
    made, left = [], MARGIN
    for layer, inside in enumerate(plan.layered.layers):
        entering = [call for name in inside for call in plan.layered.entering[name]]
        others = [
            callers[plan.calls[call].caller] for call in entering if not plan.layered.is_line(call)
        ]
        said = max((len(captions[call]) for call in entering), default=-3)
        arrows = left + max((cell_len(other) + 1 for other in others), default=0) + said + 3
        first = arrows + 3 if entering else left
        tracks = first + max(cell_len(names[name]) for name in inside) + 2
        made.append(Columns(left, arrows, first, tracks))
        left = tracks + 2 * plan.routed.tracks(layer)
    return made


def _draw_trunk(
    drawing: Drawing, lines: Lines, trunk: Trunk, name: int, columns: Columns, arrows: int
) -> None:
    """Draw all lines that leave a name."""
    track = columns.tracks + 2 * trunk.track
    for row, call in trunk.branches.items():
        cells = bent((columns.tracks - 1, trunk.row), track, (arrows, row))
        lines.add(name, cells)
        drawing.paths[call] = set(cells)


def _draw_lines(drawing: Drawing, lines: Lines) -> None:
    owners: dict[Place, int | None] = {}
    for call, places in drawing.paths.items():
        for place in places:
            owners[place] = None if place in owners else call
    for place, character in lines.characters():
        drawing.cells[place] = Cell(character, owners.get(place))


def _write_name(plan: Plan, drawing: Drawing, name: int, text: str, columns: Columns) -> None:
    """Write a name, a line from it to its first track, and its side where several calls enter."""
    row = plan.routed.rows[name]
    drawing.write(columns.names, row, text, name=name)
    if plan.layered.leaving[name]:
        for column in range(columns.names + cell_len(text) + 1, columns.tracks - 1):
            drawing.write(column, row, "─")
    entries = [plan.routed.entries[call] for call in plan.layered.entering[name]]
    if len(entries) > 1:
        for each in range(min(entries), max(entries) + 1):
            drawing.write(columns.names - 2, each, SIDE, name=name)


def _write_call(
    plan: Plan,
    drawing: Drawing,
    call: int,
    callers: Sequence[str],
    caption: str,
    columns: Columns,
) -> None:
    """Write the figures of a call where it enters a name, after its caller if it is no line."""
    row = plan.routed.entries[call]
    figures = columns.arrows - len(caption) - 2
    if not plan.layered.is_line(call):
        caller = callers[plan.calls[call].caller]
        drawing.write(columns.callers, row, caller, call=call)
        for column in range(columns.callers + cell_len(caller) + 1, figures):
            drawing.write(column, row, "┄", call=call)
        drawing.paths[call] = {(column, row) for column in range(columns.callers, columns.arrows)}
    drawing.write(figures, row, f" {caption} ", call=call)
    drawing.write(columns.arrows, row, ARROW, call=call)
    drawing.captions[call] = (columns.arrows, row)


def _write_own(
    plan: Plan, drawing: Drawing, call: int, columns: Sequence[Columns], text: str
) -> None:
    """Mark a name that calls itself."""
    name = plan.calls[call].caller
    layer = next(at for at, inside in enumerate(plan.layered.layers) if name in inside)
    place = (columns[layer].names + cell_len(text) - 1, plan.routed.rows[name])
    drawing.write(*place, AGAIN, call=call)
    drawing.paths[call] = {place}
    drawing.captions[call] = place
