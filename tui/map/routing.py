"""Rows and tracks: where each item of a layered drawing stands, and where its calls run.

A call leaves its caller on the row of the name, turns into a track shared by all calls of that
caller, and enters the called one on a row of its own, where its figures can be written. No row of
such an entry is the row on which another name's calls leave, so that lines never lie on each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tui.map.layers import Hop, Item, Layered


@dataclass(slots=True)
class Trunk:
    """All calls that leave an item: the row they leave on, and the rows they enter on."""

    item: int
    row: int
    branches: dict[int, Hop]
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
    """The rows of items (of their names), of entries by their hop, and the trunks by layer."""

    rows: dict[int, int] = field(default_factory=dict)
    entries: dict[Hop, int] = field(default_factory=dict)
    trunks: list[list[Trunk]] = field(default_factory=list)
    height: int = 0

    def tracks(self, layer: int) -> int:
        """Give how many tracks there are behind a layer."""
        return max(
            (trunk.track + 1 for trunk in self.trunks[layer] if not trunk.straight), default=0
        )


def routed(drawing: Layered) -> Routed:
    """Give all items a row, all calls an entry, and all trunks a track."""
    made = Routed()
    tallest = max((sum(map(_room, _items(drawing, at))) for at in _layers(drawing)), default=0)
    for layer in drawing.layers:
        _place(drawing, layer, made, tallest)
    for layer in drawing.layers:
        made.trunks.append(list(_trunks(drawing, layer, made)))
        _track([trunk for trunk in made.trunks[-1] if not trunk.straight])
    made.height = max((*made.rows.values(), *made.entries.values()), default=-1) + 1
    return made


def _layers(drawing: Layered) -> range:
    return range(len(drawing.layers))


def _items(drawing: Layered, layer: int) -> list[Item]:
    return [drawing.items[number] for number in drawing.layers[layer]]


def _room(item: Item) -> int:
    """Give the rows that an item takes up: one for each call on its busier side."""
    return max(1, len(item.entering), len(item.leaving))


def _place(drawing: Layered, layer: Sequence[int], made: Routed, tallest: int) -> None:
    """Give rows to a layer's items from the top down, each as near its callers as there is room."""
    left = sum(_room(drawing.items[number]) for number in layer)
    leaving = _rows_left_on(drawing, layer, made)
    row = 0
    for number in layer:
        item = drawing.items[number]
        latest = max(row, tallest - left)
        left -= _room(item)
        first = row
        for hop in sorted(item.entering, key=lambda hop: _from(drawing, hop, made)):
            wanted = min(_wanted(drawing, hop, made), latest)
            row = _free(max(row, wanted), hop.start, leaving)
            made.entries[hop] = row
            first = min(made.entries[each] for each in item.entering if each in made.entries)
            row, latest = row + 1, latest + 1
        made.rows[number] = first
        row = max(row, first + _room(item))


def _from(drawing: Layered, hop: Hop, made: Routed) -> tuple[int, bool]:
    """Order the calls that enter a name by where they come from, backward ones last."""
    return made.rows[hop.start], hop.call in drawing.backward


def _rows_left_on(drawing: Layered, layer: Sequence[int], made: Routed) -> dict[int, int]:
    """Give who leaves on which row of the layer before."""
    starts = (hop.start for number in layer for hop in drawing.items[number].entering)
    return {made.rows[start]: start for start in starts}


def _wanted(drawing: Layered, hop: Hop, made: Routed) -> int:
    """Give the row on which a call would run straightest."""
    leaving = drawing.items[hop.start].leaving
    taken = sum(each in made.entries for each in leaving)
    return made.rows[hop.start] + taken


def _free(row: int, start: int, leaving: dict[int, int]) -> int:
    while leaving.get(row, start) != start:
        row += 1
    return row


def _trunks(drawing: Layered, layer: Sequence[int], made: Routed) -> Iterator[Trunk]:
    for number in layer:
        if leaving := drawing.items[number].leaving:
            branches = {made.entries[hop]: hop for hop in leaving}
            yield Trunk(number, made.rows[number], branches)


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
