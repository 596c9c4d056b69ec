"""Rows and tracks: where each name of a layered drawing stands, and where its lines run.

A line leaves its caller on the row of the name, turns into a track shared by all lines of that
caller, and enters the called name on a row of its own, where the figures of the call are. No row
of such an entry is the row on which another name's lines leave, so that lines never lie on each
other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.map.layers import Layered


@dataclass(slots=True)
class Trunk:
    """All lines that leave a name: the row they leave on; their calls by the rows they enter on."""

    row: int
    branches: dict[int, int]
    track: int = 0

    @property
    def span(self) -> range:
        """The rows that the vertical line covers; one row if there is none."""
        rows = (self.row, *self.branches)
        return range(min(rows), max(rows) + 1)

    @property
    def straight(self) -> bool:
        """Tell whether there is one call only, on the row that it leaves on."""
        return len(self.span) == 1


@dataclass(slots=True)
class Routed:
    """The rows of names, those where calls enter, and the trunks behind each layer by name."""

    rows: dict[int, int] = field(default_factory=dict)
    entries: dict[int, int] = field(default_factory=dict)
    trunks: list[dict[int, Trunk]] = field(default_factory=list)
    height: int = 0

    def tracks(self, layer: int) -> int:
        """Give how many tracks there are behind a layer."""
        trunks = self.trunks[layer].values()
        return max((trunk.track + 1 for trunk in trunks if not trunk.straight), default=0)


def routed(drawing: Layered) -> Routed:
    """Give all names a row, all calls an entry, and all trunks a track."""
    made = Routed()
    tallest = max(
        (sum(_room(drawing, name) for name in layer) for layer in drawing.layers), default=0
    )
    for layer in drawing.layers:
        _place(drawing, layer, made, tallest)
    for layer in drawing.layers:
        made.trunks.append(
            {
                name: Trunk(made.rows[name], {made.entries[call]: call for call in leaving})
                for name in layer
                if (leaving := drawing.leaving[name])
            }
        )
        _track([trunk for trunk in made.trunks[-1].values() if not trunk.straight])
    made.height = max((*made.rows.values(), *made.entries.values()), default=-1) + 1
    return made


def _room(drawing: Layered, name: int) -> int:
    """Give the rows that a name takes up: one for each call on its busier side."""
    return max(1, len(drawing.entering[name]), len(drawing.leaving[name]))


def _place(drawing: Layered, layer: Sequence[int], made: Routed, tallest: int) -> None:
    """Give rows to a layer's names from the top down, each as near its callers as there is room."""
    left = sum(_room(drawing, name) for name in layer)
    leaving = _rows_left_on(drawing, layer, made)
    row = 0
    for name in layer:
        latest = max(row, tallest - left)
        left -= _room(drawing, name)
        first: int | None = None
        for call in sorted(drawing.entering[name], key=lambda call: _from(drawing, call, made)):
            wanted = min(_wanted(drawing, call, made), latest)
            row = _free(max(row, wanted), drawing.calls[call].caller, leaving)
            made.entries[call] = row
            first = row if first is None else first
            row, latest = row + 1, latest + 1
        made.rows[name] = row if first is None else first
        row = max(row, made.rows[name] + _room(drawing, name))


def _from(drawing: Layered, call: int, made: Routed) -> tuple[bool, int, int]:
    """Order the calls that enter a name: lines by where they come from, then all others."""
    caller = drawing.calls[call].caller
    is_line = drawing.is_line(call)
    return not is_line, made.rows[caller] if is_line else 0, caller


def _rows_left_on(drawing: Layered, layer: Sequence[int], made: Routed) -> dict[int, int]:
    """Give whose lines leave on which row of the layer before."""
    lines = (call for name in layer for call in drawing.entering[name] if drawing.is_line(call))
    callers = {drawing.calls[call].caller for call in lines}
    return {made.rows[caller]: caller for caller in callers}


def _wanted(drawing: Layered, call: int, made: Routed) -> int:
    """Give the row on which a line would run straightest; the first one for what is no line."""
    if not drawing.is_line(call):
        return 0
    caller = drawing.calls[call].caller
    taken = sum(each in made.entries for each in drawing.leaving[caller])
    return made.rows[caller] + taken


def _free(row: int, caller: int, leaving: dict[int, int]) -> int:
    while leaving.get(row, caller) != caller:
        row += 1
    return row


def _track(trunks: list[Trunk]) -> None:
    """Order trunks so that few lines cross, and let those share a track that do not meet."""
    for _ in trunks:
        for at in range(len(trunks) - 1):
            left, right = trunks[at : at + 2]
            if _crossed(right, left) < _crossed(left, right):
                trunks[at : at + 2] = right, left
    for at, trunk in enumerate(trunks):
        near = (other.track + 1 for other in trunks[:at] if _meet(other.span, trunk.span))
        trunk.track = max(near, default=0)


def _crossed(left: Trunk, right: Trunk) -> int:
    """Count the crossings of two trunks, of which one runs to the left of the other."""
    return (right.row in left.span) + sum(row in right.span for row in left.branches)


def _meet(one: range, other: range) -> bool:
    return one.start <= other.stop and other.start <= one.stop
