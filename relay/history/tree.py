"""Conditions on columns, and the two ways to ask them: of the bitmaps of blocks, and of columns.

A tree narrows: what it selects may be too much for the filters it stands for, never too little.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

import numpy as np

from relay.rings.bitmaps import ALL, Bitmaps
from relay.rings.columns import COLUMNS, Bools, Columns, Ints

ZONE_OF = {column.name: column.zone for column in COLUMNS if column.zone}

MAX_LOOKED_UP = 4096
"""Values that are looked up in bitmaps."""


class In(NamedTuple):
    """The column has one of the values."""

    column: str
    values: set[int]


class And(NamedTuple):
    """All parts hold."""

    parts: tuple[Tree, ...]


class Or(NamedTuple):
    """Any part holds."""

    parts: tuple[Tree, ...]


class Not(NamedTuple):
    """The part does not hold; the part must decide exactly, or too little is selected."""

    part: Tree


Tree = In | And | Or | Not

ANY = And(())
"""Selects everything."""


def to_blocks(tree: Tree, bitmaps: Bitmaps, span: int) -> int:
    """Give the blocks of a span in which there may be what a tree selects, as bits."""
    match tree:
        case In(column, values):
            zone = ZONE_OF.get(column)
            if zone is None or len(values) > MAX_LOOKED_UP:
                return ALL
            return bitmaps.blocks(span, zone, values)
        case And(parts):
            bits = ALL
            for part in parts:
                bits &= to_blocks(part, bitmaps, span) if bits else 0
            return bits
        case Or(parts):
            bits = 0
            for part in parts:
                bits |= to_blocks(part, bitmaps, span)
            return bits
        case Not():
            return ALL


class Mask:
    """Says of many events at once which a tree selects; what the tree's sets get later it does not
    see."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._sorted: dict[int, Ints] = {}
        self.names = frozenset(_names(tree))
        """The columns it looks at."""

    def __call__(self, columns: Columns, count: int) -> Bools:
        """Test `count` events by their columns."""
        return self._test(self._tree, columns, count)

    def _test(self, tree: Tree, columns: Columns, count: int) -> Bools:
        match tree:
            case In(column, values):
                return self._among(columns[column], values)
            case Not(part):
                return ~self._test(part, columns, count)
            case And(parts):
                tested = [self._test(part, columns, count) for part in parts]
                return reduce(np.logical_and, tested) if tested else np.ones(count, np.bool_)
            case Or(parts):
                tested = [self._test(part, columns, count) for part in parts]
                return reduce(np.logical_or, tested) if tested else np.zeros(count, np.bool_)

    def _among(self, column: Ints, values: set[int]) -> Bools:
        wanted = self._sorted.get(id(values))
        if wanted is None:
            wanted = self._sorted[id(values)] = np.array(sorted(values), np.int64)
        if not len(wanted):
            return np.zeros(len(column), np.bool_)
        found: Bools = wanted.take(wanted.searchsorted(column), mode="clip") == column
        return found


def _names(tree: Tree) -> Iterator[str]:
    match tree:
        case In(column, _):
            yield column
        case Not(part):
            yield from _names(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _names(part)
