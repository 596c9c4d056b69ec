"""Which blocks of a ring a value occurs in: for each zone key, one bit a block.

Blocks are grouped in spans of 256; a span is dropped as a whole once its blocks are gone, so
nothing is ever shifted, and a value that occurs once costs one entry, not a bit for every block of
the ring. What is noted of a span comes in parts: one for each new block, sixteen of which become
one, and sixteen of those the whole. So a new block costs little, and a look into a span too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relay.rings.columns import ZONE_BITS, ZONE_NUMBERS, Bools, Ints, zone_key

SPAN_BITS = 8
SPAN_BLOCKS = 1 << SPAN_BITS
ALL = (1 << SPAN_BLOCKS) - 1

FAN = 16
"""Parts of the same size that become one."""

FEW = 8
"""Keys that are looked up one by one."""

Rows = npt.NDArray[np.uint64]
"""Sets of the blocks of a span: two axes, first which set, then four times 64 blocks."""


class Part(NamedTuple):
    """What is noted of so many blocks: zone keys, ascending, and the blocks that each occurs in."""

    blocks: int
    keys: Ints
    rows: Rows

    def of(self, key: int) -> int:
        """Give the blocks in which a key occurs, as bits."""
        at = bisect_left(self.keys, key)
        return _bits(self.rows[at]) if at < len(self.keys) and self.keys[at] == key else 0

    def among(self, wanted: Ints) -> int:
        """Give the blocks in which any of some keys occurs, as bits."""
        at = self.keys.searchsorted(wanted)
        found = self.keys.take(at, mode="clip") == wanted if len(self.keys) else at < 0
        return _bits(np.bitwise_or.reduce(self.rows[at[found]], axis=0))


class Bitmaps:
    """The zone bitmaps of one ring. The writer thread changes them, span by span and each at once;
    readers look up keys."""

    def __init__(self) -> None:
        self._spans: dict[int, tuple[Part, ...]] = {}
        self._first = 0

    def add(self, block: int, keys: Ints) -> None:
        """Note that `keys`, ascending, occur in `block`."""
        span, bit = block >> SPAN_BITS, 1 << (block & SPAN_BLOCKS - 1)
        part = Part(1, keys, np.broadcast_to(_row(bit), (len(keys), len(_row(bit)))))
        self._spans[span] = _merged((*self._spans.get(span, ()), part))

    def drop_below(self, block: int) -> None:
        """Forget the blocks before `block`."""
        self._first = block
        for number in [n for n in self._spans if n < block >> SPAN_BITS]:
            del self._spans[number]

    def blocks(self, span: int, zone: str, values: Collection[int]) -> int:
        """Give the blocks of a span, as bits, in which any of `values` occurs."""
        parts = self._spans.get(span)
        if not values:
            return 0
        if parts is None or min(values) <= 0:
            return ALL
        if len(values) <= FEW:
            found = [part.of(zone_key(zone, value)) for part in parts for value in values]
        else:
            keys = zone_key(zone, np.fromiter(values, np.int64, len(values)))
            found = [part.among(keys) for part in parts]
        return reduce(or_, found, 0)

    def present(self, zone: str) -> set[int]:
        """Give the values of a zone that occur in any block."""
        found: set[int] = set()
        for span, parts in list(self._spans.items()):
            live = _row(self._live(span))
            for part in parts:
                found |= values_of(zone, part.keys[(part.rows & live).any(axis=1)])
        return found

    def _live(self, span: int) -> int:
        dead = max(0, self._first - (span << SPAN_BITS))
        return ALL >> dead << dead


def values_of(zone: str, keys: Ints) -> set[int]:
    """Give the values that zone keys stand for, of those that belong to `zone`."""
    mine: Bools = keys & (1 << ZONE_BITS) - 1 == ZONE_NUMBERS[zone]
    return set((keys[mine] >> ZONE_BITS).tolist())


def _merged(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Put the newest parts together while there are enough of the same size."""
    while len(parts) >= FAN and parts[-FAN].blocks == parts[-1].blocks:
        parts = (*parts[:-FAN], _together(parts[-FAN:]))
    return parts


def _together(parts: Sequence[Part]) -> Part:
    keys = np.concatenate([part.keys for part in parts])
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    united = np.bitwise_or.reduceat(rows[order], starts) if len(starts) else rows
    return Part(sum(part.blocks for part in parts), ordered[starts], united)


def _row(bits: int) -> Rows:
    return np.frombuffer(bits.to_bytes(SPAN_BLOCKS // 8, "little"), "<u8")


def _bits(row: Rows) -> int:
    return int.from_bytes(row.astype("<u8", copy=False).tobytes(), "little")
