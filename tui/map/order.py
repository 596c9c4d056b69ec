"""The order of items within their layers, in which few calls cross."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from tui.map.layers import Item, Layered

SWEEPS = 8
"""Times that the layers are gone through, forth and back; more hardly ever help."""


def order(drawing: Layered) -> None:
    """Order each layer by where the neighbours of its items are, and keep the best order seen."""
    best, least = [list(layer) for layer in drawing.layers], crossings(drawing)
    for sweep in range(SWEEPS):
        if not least:
            break
        _sweep(drawing, forth=sweep % 2 == 0)
        if (found := crossings(drawing)) < least:
            best, least = [list(layer) for layer in drawing.layers], found
    drawing.layers[:] = best


def crossings(drawing: Layered) -> int:
    """Count the pairs of hops that cross."""
    total = 0
    for layer, following in pairwise(drawing.layers):
        place = {item: at for at, item in enumerate(following)}
        ends = [sorted(place[hop.end] for hop in drawing.items[item].leaving) for item in layer]
        flat = [end for each in ends for end in each]
        total += sum(a > b for at, a in enumerate(flat) for b in flat[at + 1 :])
    return total


def _sweep(drawing: Layered, forth: bool) -> None:
    layers = drawing.layers if forth else drawing.layers[::-1]
    neighbours: Callable[[Item], Sequence[int]] = (
        (lambda item: [hop.start for hop in item.entering])
        if forth
        else (lambda item: [hop.end for hop in item.leaving])
    )
    for before, layer in pairwise(layers):
        place = {item: at for at, item in enumerate(before)}
        own = {item: float(at) for at, item in enumerate(layer)}
        for item in layer:
            if near := neighbours(drawing.items[item]):
                own[item] = sum(place[each] for each in near) / len(near)
        layer.sort(key=own.__getitem__)
