"""What a query must look at of a ring: stretches of it, with the order times in each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from proto.selection import Selection
from relay.history.tree import ANY, Tree, to_blocks, to_sql
from relay.ingest.extract import INT64, clamp
from relay.rings.bitmaps import SPAN_BITS, SPAN_BLOCKS
from relay.rings.blocks import BLOCK_BITS, BLOCK_EVENTS, Block
from relay.rings.ring import GREATEST, LEAST, Ring


class Stretch(NamedTuple):
    """Events `start` to `end - 1` of a part, whose order times, times the sign asked for, lie in
    `low` to `high`."""

    low: int
    high: int
    part: Part
    start: int
    end: int


class Part:
    """A ring as a query sees it: which of its rows are wanted, and where they may be."""

    def __init__(self, ring: Ring, selection: Selection, upto: int, tree: Tree = ANY) -> None:
        self.ring = ring
        self._tree = tree
        low, high = INT64
        self._since = clamp(low if selection.since_ns is None else selection.since_ns)
        self._until = clamp(high if selection.until_ns is None else selection.until_ns)
        self._ranged = selection.since_ns is not None or selection.until_ns is not None
        between = f" AND time_ns BETWEEN {self._since} AND {self._until}"
        self._times = between if self._ranged else ""
        self.where = f"seq <= {upto} AND {to_sql(tree)}{self._times}"

    def stretches(self, sign: int) -> Iterator[Stretch]:
        """Give the stretches, the one that begins first at the head; with sign -1 time runs
        backwards.

        The tail comes before all: nobody knows its times yet.
        """
        blocks = list(self.ring.blocks)
        end = (blocks[-1].id + 1) << BLOCK_BITS if blocks else 0
        yield Stretch(*INT64, self, end, INT64[1])
        for block in self._ordered(blocks, sign):
            start = block.id << BLOCK_BITS
            low, high = sorted((sign * block.order_min, sign * block.order_max))
            if start < end and (not self._ranged or self._overlaps(block)):
                yield Stretch(low, high, self, start, start + BLOCK_EVENTS)

    def count(self, connection: sqlite3.Connection) -> int:
        """Count the events in the asked range of time, whatever the tree says."""
        ring, blocks = self.ring, list(self.ring.blocks)
        if not self._ranged:
            return ring.count
        end = (blocks[-1].id + 1) << BLOCK_BITS if blocks else 0
        total, runs = 0, [(end, INT64[1])]
        for block in filter(self._overlaps, blocks):
            start = max(block.id << BLOCK_BITS, ring.first_id)
            beyond = (block.id + 1) << BLOCK_BITS
            if self._contains(block):
                total += max(0, beyond - start)
            else:
                runs.append((start, beyond))
        sql = f"SELECT count(*) FROM {ring.name}_row WHERE id >= ? AND id < ?{self._times}"
        return total + sum(int(connection.execute(sql, run).fetchone()[0]) for run in runs)

    def _ordered(self, blocks: list[Block], sign: int) -> list[Block]:
        if self._tree is ANY:
            return self.ring.by_least[:] if sign > 0 else self.ring.by_greatest[::-1]
        noted = self._noted(blocks)
        return sorted(noted, key=LEAST) if sign > 0 else sorted(noted, key=GREATEST, reverse=True)

    def _noted(self, blocks: list[Block]) -> list[Block]:
        """Leave out the blocks in which no wanted value is noted."""
        noted: list[Block] = []
        place = 0
        while place < len(blocks):
            span = blocks[place].id >> SPAN_BITS
            beyond = place + SPAN_BLOCKS - (blocks[place].id & SPAN_BLOCKS - 1)
            bits = to_blocks(self._tree, self.ring.bitmaps, span)
            if bits:
                mine = blocks[place:beyond]
                noted += [b for b in mine if bits >> (b.id & SPAN_BLOCKS - 1) & 1]
            place = beyond
        return noted

    def _overlaps(self, block: Block) -> bool:
        if block.time_min is None or block.time_max is None:
            return True
        return block.time_max >= self._since and block.time_min <= self._until

    def _contains(self, block: Block) -> bool:
        if block.time_min is None or block.time_max is None:
            return False
        return block.time_min >= self._since and block.time_max <= self._until
