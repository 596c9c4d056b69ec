"""What a query must look at of a ring: stretches of it, with the order times in each."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from proto.selection import Selection
from relay.file.schema import read_columns
from relay.history.tree import ANY, Mask, Tree, to_blocks
from relay.ingest.single import INT64, clamp
from relay.rings.bitmaps import SPAN_BITS, SPAN_BLOCKS
from relay.rings.blocks import BLOCK_BITS, ORDER, SEQ, Block
from relay.rings.columns import INDEX, Bools, Columns, Ints
from relay.rings.ring import GREATEST, LEAST, Ring
from relay.rings.stored import own_times

READ = 64
"""Blocks whose columns are read at once."""

FEW = 1024
"""Blocks that are put in order rather than picked from all."""


class Stretch(NamedTuple):
    """A block of a part, or its tail (None), whose order times, times the sign asked for, lie in
    `low` to `high`."""

    low: int
    high: int
    part: Part
    block: int | None


Places = Ints
"""Where events are: four rows, with the order time, the seq, the number of the ring and the ordinal
in it of each."""

NOWHERE: Places = np.empty((4, 0), np.int64)
PLACE = ("order_ns", "seq", "skew_ns")


class Part:
    """A ring as a query sees it: which of its events are wanted, and where they may be."""

    def __init__(self, ring: Ring, selection: Selection, upto: int, tree: Tree = ANY) -> None:
        self.ring = ring
        self.view = ring.view
        self._upto = upto
        self._tree = tree
        self._mask = Mask(tree)
        self._names = (*PLACE, *sorted(self._mask.names - {*PLACE}))
        low, high = INT64
        self._since = clamp(low if selection.since_ns is None else selection.since_ns)
        self._until = clamp(high if selection.until_ns is None else selection.until_ns)
        self._ranged = selection.ranged

    def stretches(self, sign: int) -> Iterator[Stretch]:
        """Give the stretches, the one that begins first at the head; with sign -1 time runs
        backwards. The tail comes before all: mostly it is the newest, and it costs no reading."""
        orders = self.view.tail.table[ORDER]
        if len(orders):
            ends = sorted((sign * int(orders.min()), sign * int(orders.max())))
            yield Stretch(INT64[0], ends[1], self, None)
        for block in self._ordered(sign):
            low, high = sorted((sign * block.order_min, sign * block.order_max))
            if not self._ranged or self._overlaps(block):
                yield Stretch(low, high, self, block.id)

    def places(self, connection: sqlite3.Connection, blocks: Sequence[int | None]) -> Places:
        """Give the places of what is wanted in some blocks (None: the tail), in no order."""
        columns, ids = self.wanted(connection, blocks, ())
        rings = np.full(len(ids), self.ring.number)
        return np.stack([columns["order_ns"], columns["seq"], rings, ids])

    def wanted(
        self, connection: sqlite3.Connection, blocks: Sequence[int | None], names: Sequence[str]
    ) -> tuple[Columns, Ints]:
        """Give columns of what is wanted in some blocks (None: the tail), PLACE among them, and the
        ordinals, in no order."""
        read = tuple(dict.fromkeys([*self._names, *names]))
        found, ids = self._read(connection, blocks, read)
        columns = dict(zip(read, found, strict=True))
        orders, seqs, skews = (columns[name] for name in PLACE)
        wanted = (seqs <= self._upto) & (ids >= self.view.first_id)
        if self._ranged:
            wanted &= self._in_range(orders, skews)
        if self._tree is not ANY:
            wanted &= self._mask(columns, len(ids))
        at = np.flatnonzero(wanted)
        return {name: columns[name][at] for name in {*PLACE, *names}}, ids[at]

    def count(self, connection: sqlite3.Connection) -> int:
        """Count the events in the asked range of time, whatever the tree says."""
        view = self.view
        if not self._ranged:
            return view.tail.end - view.first_id
        total = 0
        partly: list[int | None] = [None]
        for block in filter(self._overlaps, view.blocks):
            start = max(block.id << BLOCK_BITS, view.first_id)
            if self._contains(block):
                total += max(0, ((block.id + 1) << BLOCK_BITS) - start)
            else:
                partly.append(block.id)
        for first in range(0, len(partly), READ):
            (orders, skews), ids = self._read(
                connection, partly[first : first + READ], ("order_ns", "skew_ns")
            )
            counted = self._in_range(orders, skews) & (ids >= view.first_id)
            total += int(np.count_nonzero(counted))
        return total

    def first_after(self, connection: sqlite3.Connection, seq: int) -> int:
        """Give the ordinal of the first event whose seq is greater than `seq`."""
        view = self.view
        place = bisect_right(view.blocks, seq, key=lambda block: block.seq_max)
        if place == len(view.blocks):
            seqs, first = view.tail.table[SEQ], view.tail.first
        else:
            block = view.blocks[place].id
            ((seqs,), _) = self._read(connection, [block], ("seq",))
            first = block << BLOCK_BITS
        return max(view.first_id, first + int(seqs.searchsorted(seq, "right")))

    def _read(
        self, connection: sqlite3.Connection, blocks: Sequence[int | None], names: Sequence[str]
    ) -> tuple[list[Ints], Ints]:
        """Read columns, put together over the blocks that are still there, and the ordinals."""
        sealed = [block for block in blocks if block is not None]
        found = read_columns(connection, self.ring.number, sealed, names) if sealed else {}
        runs = list(found.values())
        ids = [np.arange(block << BLOCK_BITS, (block + 1) << BLOCK_BITS) for block in found]
        if None in blocks or not runs:
            tail = self.view.tail if None in blocks else self.view.tail.after(self.view.tail.end)
            runs.append([tail.table[INDEX[name]] for name in names])
            ids.append(np.arange(tail.first, tail.end))
        columns = (
            runs[0] if len(runs) == 1 else [np.concatenate(c) for c in zip(*runs, strict=True)]
        )
        return columns, np.concatenate(ids)

    def _in_range(self, orders: Ints, skews: Ints) -> Bools:
        times = own_times(orders, skews)
        return (times >= self._since) & (times <= self._until)

    def _ordered(self, sign: int) -> Iterable[Block]:
        """Give the blocks in which wanted values are noted, the one that begins first at the head.

        A few are put in order; of many, those that are asked for are picked from all.
        """
        ordered = self.view.by_least if sign > 0 else reversed(self.view.by_greatest)
        if self._tree is ANY:
            return ordered
        spans = self._noted()
        if sum(bits.bit_count() for bits in spans.values()) > FEW:
            return (b for b in ordered if spans[b.id >> SPAN_BITS] >> (b.id & SPAN_BLOCKS - 1) & 1)
        noted = [block for span, bits in spans.items() for block in self._blocks(span, bits)]
        return sorted(noted, key=LEAST) if sign > 0 else sorted(noted, key=GREATEST, reverse=True)

    def _noted(self) -> dict[int, int]:
        """Give the blocks in which wanted values are noted, as bits, by their spans."""
        blocks = self.view.blocks
        spans = range(blocks[0].id >> SPAN_BITS, (blocks[-1].id >> SPAN_BITS) + 1) if blocks else ()
        return {span: to_blocks(self._tree, self.ring.bitmaps, span) for span in spans}

    def _blocks(self, span: int, bits: int) -> Iterator[Block]:
        """Give the blocks of a span that are among `bits`; they follow each other without a gap."""
        blocks = self.view.blocks
        start = (span << SPAN_BITS) - blocks[0].id
        while bits:
            lowest = bits & -bits
            bits ^= lowest
            place = start + lowest.bit_length() - 1
            if 0 <= place < len(blocks):
                yield blocks[place]

    def _overlaps(self, block: Block) -> bool:
        if block.time_min is None or block.time_max is None:
            return True
        return block.time_max >= self._since and block.time_min <= self._until

    def _contains(self, block: Block) -> bool:
        if block.time_min is None or block.time_max is None:
            return False
        return block.time_min >= self._since and block.time_max <= self._until
