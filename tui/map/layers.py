"""From who calls whom to layers, left to right: callers before those they call.

A call from a layer to the next one is drawn as a line. Lines of all others would run all over the
drawing and hide it: such a call is written at the called name only, with the caller's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import NamedTuple

ROUNDS = 10
"""Times that all names are tried in all layers; mostly three do."""

SWEEPS = 8
"""Times that layers are put in order, forth and back; more hardly ever help."""


class Call(NamedTuple):
    """Someone calls someone else, by their places in a list of names, so often."""

    caller: int
    called: int
    weight: int = 1


@dataclass(slots=True)
class Layered:
    """Names in layers, in order; the calls that enter each name; those that leave it as lines."""

    calls: tuple[Call, ...]
    layers: list[list[int]]
    entering: list[list[int]]
    leaving: list[list[int]]

    def is_line(self, call: int) -> bool:
        """Tell whether a call is drawn as a line."""
        return call in self.leaving[self.calls[call].caller]


def layered(names: int, calls: Sequence[Call]) -> Layered:
    """Put so many names into layers, and each layer in an order in which few lines cross."""
    depth = _depths(names, calls)
    entering: list[list[int]] = [[] for _ in range(names)]
    leaving: list[list[int]] = [[] for _ in range(names)]
    for number, (caller, called, _) in enumerate(calls):
        if caller != called:
            entering[called].append(number)
        if depth[called] == depth[caller] + 1:
            leaving[caller].append(number)
    layers: list[list[int]] = [[] for _ in range(max(depth, default=-1) + 1)]
    for name in range(names):
        layers[depth[name]].append(name)
    made = Layered(tuple(calls), layers, entering, leaving)
    _order(made)
    return made


def crossings(drawing: Layered) -> int:
    """Count the pairs of lines that cross."""
    total = 0
    for layer, following in pairwise(drawing.layers):
        place = {name: at for at, name in enumerate(following)}
        ends = [
            end
            for name in layer
            for end in sorted(place[drawing.calls[call].called] for call in drawing.leaving[name])
        ]
        total += sum(one > other for at, one in enumerate(ends) for other in ends[at + 1 :])
    return total


def _depths(names: int, calls: Sequence[Call]) -> list[int]:
    """Choose a layer for each name: follow the most frequent calls, then move names between layers
    as long as more can be drawn as lines."""
    apart = [call for call in calls if call.caller != call.called]
    depth = _by_heaviest(names, apart)
    near: list[list[Call]] = [[] for _ in range(names)]
    for call in apart:
        near[call.caller].append(call)
        near[call.called].append(call)
    for _ in range(ROUNDS):
        before = list(depth)
        for name, own in enumerate(near):
            layers = sorted(range(max(depth) + 1), key=lambda layer: layer != depth[name])
            depth[name] = min(layers, key=lambda layer: _cost(name, layer, own, depth))
        if depth == before:
            break
    used = sorted(set(depth))
    return [used.index(layer) for layer in depth]


def _cost(name: int, layer: int, near: Sequence[Call], depth: Sequence[int]) -> float:
    """Weigh the calls of a name that would be no lines if it were in a layer."""
    cost = 0.0
    for caller, called, weight in near:
        start = layer if caller == name else depth[caller]
        end = layer if called == name else depth[called]
        if end != start + 1:
            cost += log(1 + weight) * (1 if end > start else 1.5)
    return cost


def _by_heaviest(names: int, calls: Sequence[Call]) -> list[int]:
    """Put callers just before those they call, by the most frequent calls that join all names."""
    group = [{name} for name in range(names)]
    depth = [0] * names
    for caller, called, _ in sorted(calls, key=lambda call: (-call.weight, call)):
        one, other = group[caller], group[called]
        if one is other:
            continue
        shift = depth[caller] + 1 - depth[called]
        for name in other:
            depth[name] += shift
            group[name] = one
        one |= other
    least = [min(depth[name] for name in joined) for joined in group]
    return [own - first for own, first in zip(depth, least, strict=True)]


def _order(drawing: Layered) -> None:
    """Order each layer by where the names are that its names are joined with; keep the best."""
    best, least = [list(layer) for layer in drawing.layers], crossings(drawing)
    for sweep in range(SWEEPS):
        if not least:
            break
        _sweep(drawing, forth=sweep % 2 == 0)
        if (found := crossings(drawing)) < least:
            best, least = [list(layer) for layer in drawing.layers], found
    drawing.layers[:] = best


def _sweep(drawing: Layered, forth: bool) -> None:
    layers = drawing.layers if forth else drawing.layers[::-1]
    for before, layer in pairwise(layers):
        place = {name: float(at) for at, name in enumerate(before)}
        middle = {name: float(at) for at, name in enumerate(layer)}
        for name in layer:
            if near := [place[other] for other in _joined(drawing, name, forth)]:
                middle[name] = sum(near) / len(near)
        layer.sort(key=middle.__getitem__)


def _joined(drawing: Layered, name: int, forth: bool) -> list[int]:
    """Give the names of the layer before, or of the one behind, that lines join with a name."""
    if forth:
        lines = (call for call in drawing.entering[name] if drawing.is_line(call))
        return [drawing.calls[call].caller for call in lines]
    return [drawing.calls[call].called for call in drawing.leaving[name]]
