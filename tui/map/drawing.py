"""The service map as a drawing: a grid of cells, what each shows, and what stands where."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tui.map.layers import Call, Hop, Layered, layered
from tui.map.lines import Lines, Place, bent
from tui.map.order import order
from tui.map.routing import Routed, Trunk, routed

FORTH, BACK, AGAIN, SIDE = "▶", "◀", "↻", "┃"
"""A call's end to the right, to the left, at the caller itself; a name that is called by many."""

MARGIN = 1
"""Empty columns at the left."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Names in layers and lines; it depends on who calls whom, and not on how often."""

    calls: tuple[Call, ...]
    layered: Layered
    routed: Routed


class Cell(NamedTuple):
    """What a cell shows, and whose it is: a call's or a name's number, or nobody's."""

    character: str
    call: int | None = None
    name: int | None = None


@dataclass(slots=True)
class Drawing:
    """Cells by place; the cells of each call's line; where the figures of each call begin."""

    cells: dict[Place, Cell] = field(default_factory=dict)
    paths: dict[int, set[Place]] = field(default_factory=dict)
    captions: dict[int, Place] = field(default_factory=dict)
    width: int = 0
    height: int = 0

    def write(self, column: int, row: int, text: str, **owner: int) -> None:
        """Write a text over what is there."""
        for at, character in enumerate(text):
            self.cells[column + at, row] = Cell(character, **owner)
        self.width = max(self.width, column + len(text))


class Columns(NamedTuple):
    """The columns of a layer: of its names, of the first track behind it, of captions there."""

    names: int
    tracks: int
    captions: int
    arrows: int


def planned(names: int, calls: Sequence[Call]) -> Plan:
    """Lay out so many names and the calls between them."""
    made = layered(names, calls)
    order(made)
    return Plan(tuple(calls), made, routed(made))


def drawn(plan: Plan, names: Sequence[str], captions: Sequence[str]) -> Drawing:
    """Draw a plan with a text for each name and a caption for each call."""
    drawing = Drawing(height=plan.routed.height)
    columns = _columns(plan, names, captions)
    lines = Lines()
    for layer, trunks in enumerate(plan.routed.trunks):
        for trunk in trunks:
            _draw_trunk(plan, drawing, lines, trunk, columns[layer], columns[layer + 1].names)
    _draw_lines(drawing, lines)
    _write_names(plan, drawing, columns, names)
    _write_captions(plan, drawing, columns, captions)
    return drawing


def _columns(plan: Plan, names: Sequence[str], captions: Sequence[str]) -> list[Columns]:
    made, left = [], MARGIN
    for layer, items in enumerate(plan.layered.layers):
        held = [plan.layered.items[item] for item in items]
        wide = max((len(names[item.name]) for item in held if item.name is not None), default=0)
        said = [captions[hop.call] for item in held for hop in item.leaving]
        tracks = left + wide + 2
        starts = tracks + 2 * plan.routed.tracks(layer)
        arrows = starts + max(map(len, said), default=-2) + 2
        made.append(Columns(left, tracks, starts, arrows))
        left = arrows + 3
    return made


def _draw_trunk(
    plan: Plan, drawing: Drawing, lines: Lines, trunk: Trunk, columns: Columns, following: int
) -> None:
    """Draw all lines that leave an item; a call that goes on runs on through the next layer."""
    item = plan.layered.items[trunk.item]
    begin = columns.names if item.name is None else columns.tracks - 1
    track = columns.tracks + 2 * trunk.track
    for row, hop in trunk.branches.items():
        passes = plan.layered.items[hop.end].name is None
        end = following - 1 if passes else columns.arrows
        cells = bent((begin, trunk.row), track, (end, row))
        lines.add(trunk.item, cells)
        drawing.paths.setdefault(hop.call, set()).update(cells)


def _draw_lines(drawing: Drawing, lines: Lines) -> None:
    owners: dict[Place, int | None] = {}
    for call, places in drawing.paths.items():
        for place in places:
            owners[place] = None if place in owners else call
    for place, character in lines.characters():
        drawing.cells[place] = Cell(character, owners.get(place))


def _write_names(
    plan: Plan, drawing: Drawing, columns: Sequence[Columns], names: Sequence[str]
) -> None:
    for number, item in enumerate(plan.layered.items):
        if item.name is None:
            continue
        left, row = columns[item.layer].names, plan.routed.rows[number]
        drawing.write(left, row, names[item.name], name=item.name)
        if item.leaving:
            for column in range(left + len(names[item.name]) + 1, columns[item.layer].tracks - 1):
                drawing.write(column, row, "─")
        entries = [plan.routed.entries[hop] for hop in item.entering]
        if len(entries) > 1:
            for each in range(min(entries), max(entries) + 1):
                drawing.write(left - 2, each, SIDE, name=item.name)


def _write_captions(
    plan: Plan, drawing: Drawing, columns: Sequence[Columns], captions: Sequence[str]
) -> None:
    """Write the figures of each call where it ends, with the arrow of its direction."""
    for hop, row in plan.routed.entries.items():
        if plan.layered.items[hop.end].name is None:
            continue
        at = columns[plan.layered.items[hop.start].layer]
        _write_end(drawing, hop, at, row, hop.call in plan.layered.backward)
        drawing.write(at.captions, row, f" {captions[hop.call]} ", call=hop.call)
        drawing.captions[hop.call] = (at.captions, row)


def _write_end(drawing: Drawing, hop: Hop, at: Columns, row: int, backward: bool) -> None:
    column, arrow = (at.captions - 1, BACK) if backward else (at.arrows, FORTH)
    drawing.write(column, row, arrow, call=hop.call)
