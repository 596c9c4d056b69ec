"""From who calls whom to layers, left to right: callers before those they call.

A drawing needs a direction. Calls that would close a circle are laid out against it, the rarest
first, and drawn with their arrow the other way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Call(NamedTuple):
    """Someone calls someone else, by their places in a list of names, so often."""

    caller: int
    called: int
    weight: int = 1


class Hop(NamedTuple):
    """A part of a call: from an item of a layer to an item of the next one."""

    call: int
    start: int
    end: int


@dataclass(slots=True)
class Item:
    """What takes up room in a layer: a name, or a call on its way past the layer."""

    layer: int
    name: int | None
    entering: list[Hop] = field(default_factory=list)
    leaving: list[Hop] = field(default_factory=list)


@dataclass(slots=True)
class Layered:
    """Items by their number, the order of each layer, and the calls laid out backwards."""

    items: list[Item]
    layers: list[list[int]]
    backward: frozenset[int]


def layered(names: int, calls: Sequence[Call]) -> Layered:
    """Put so many names into layers; calls to oneself are left out."""
    backward = _backward(names, calls)
    directed = {
        number: (call.called, call.caller) if number in backward else call[:2]
        for number, call in enumerate(calls)
        if call.caller != call.called
    }
    depth = _depths(names, list(directed.values()))
    items = [Item(depth[name], name) for name in range(names)]
    for number, (start, end) in directed.items():
        _thread(items, number, start, end)
    layers: list[list[int]] = [[] for _ in range(max(depth, default=-1) + 1)]
    for number, item in enumerate(items):
        layers[item.layer].append(number)
    return Layered(items, layers, backward)


def _backward(names: int, calls: Sequence[Call]) -> frozenset[int]:
    """Choose the calls that close circles among the more frequent ones."""
    reached: list[set[int]] = [{name} for name in range(names)]
    found = set()
    for number in sorted(range(len(calls)), key=lambda at: (-calls[at].weight, at)):
        caller, called, _ = calls[number]
        if caller == called:
            continue
        if caller in reached[called]:
            found.add(number)
            continue
        for others in reached:
            if caller in others:
                others |= reached[called]
    return frozenset(found)


def _depths(names: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Put each name behind all that call it, and whom nobody calls just before the first called."""
    pairs = list(pairs)
    depth = [0] * names
    for _ in range(names):
        for caller, called in pairs:
            depth[called] = max(depth[called], depth[caller] + 1)
    is_called = {called for _, called in pairs}
    for name in set(range(names)) - is_called:
        depth[name] = min((depth[to] for by, to in pairs if by == name), default=1) - 1
    return depth


def _thread(items: list[Item], call: int, start: int, end: int) -> None:
    """Lay a call through all layers between its ends, with an item in each."""
    last = items[end].layer
    while items[start].layer + 1 < last:
        items.append(Item(items[start].layer + 1, None))
        _join(items, call, start, len(items) - 1)
        start = len(items) - 1
    _join(items, call, start, end)


def _join(items: list[Item], call: int, start: int, end: int) -> None:
    hop = Hop(call, start, end)
    items[start].leaving.append(hop)
    items[end].entering.append(hop)
