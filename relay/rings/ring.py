"""What the relay holds in memory of one ring: its bounds, its blocks, and its open tail.

Only the writer thread changes a ring; when its transaction fails, the rings are loaded anew.
Readers have the View that was published after the last transaction that went through.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable
from itertools import takewhile
from operator import attrgetter
from typing import NamedTuple

from relay.rings.bitmaps import Bitmaps, values_of
from relay.rings.blocks import BLOCK_BITS, NO_EVENTS, ORDER, Block, Run, zone_keys
from relay.rings.classes import RINGS
from relay.rings.columns import Ints
from relay.rings.limits import Limit

TAIL_COLUMNS = 64
"""Bytes that the columns of an event take in the tail, about."""

LEAST, GREATEST = attrgetter("order_min"), attrgetter("order_max")


class View(NamedTuple):
    """A ring at one moment: events from `first_id` on, in sealed blocks and then in the tail."""

    first_id: int
    blocks: list[Block]
    by_least: list[Block]
    by_greatest: list[Block]
    tail: Run


class Ring:
    """One ring: events `first_id` to `next_id - 1`, in sealed blocks and then in the tail."""

    def __init__(self, number: int, limit: Limit, first_id: int = 0, next_id: int = 0) -> None:
        self.number = number
        self.name = RINGS[number]
        self.limit = limit
        self.first_id = first_id
        self.blocks: list[Block] = []
        self.by_least: list[Block] = []
        self.by_greatest: list[Block] = []
        self.bitmaps = Bitmaps()
        self.tail = Run(next_id, NO_EVENTS, [])
        self.tail_rows = 0
        """Rows of the file that the tail is spread over."""
        self.evicted: Counter[str] = Counter()
        self.block_bytes = self.tail_bytes = 0
        self._changed = True
        """Whether blocks came or went since the last view."""
        self._shown: tuple[list[Block], list[Block], list[Block]]
        self.view: View
        self.publish()

    @property
    def next_id(self) -> int:
        """Ordinal of the event that comes next."""
        return self.tail.end

    @property
    def count(self) -> int:
        """Events in the ring. What goes is read before what comes: never less than nothing."""
        first = self.first_id
        return self.next_id - first

    @property
    def size(self) -> int:
        """Bytes on disk, about."""
        return self.block_bytes + self.tail_bytes

    def publish(self) -> None:
        """Let readers see the ring as it is."""
        if self._changed:  # copying a full ring's lists takes as long as storing ten events
            self._shown = self.blocks[:], self.by_least[:], self.by_greatest[:]
            self._changed = False
        self.view = View(self.first_id, *self._shown, self.tail)

    def add_block(self, block: Block, keys: Ints) -> None:
        """Take note of a block that was sealed, or found in the file, and of what occurs in it."""
        self.bitmaps.add(block.id, keys)
        insort(self.by_least, block, key=LEAST)
        insort(self.by_greatest, block, key=GREATEST)
        self.blocks.append(block)
        self._changed = True
        self.block_bytes += block.size

    def set_tail(self, tail: Run, rows: int) -> None:
        """Replace the tail, which is spread over so many rows of the file."""
        self.tail, self.tail_rows = tail, rows
        self.tail_bytes = sum(map(len, tail.events)) + len(tail.events) * TAIL_COLUMNS

    def forget_below(self, first_id: int) -> None:
        """Drop what is known of events before `first_id`."""
        self.first_id = first_id
        gone = list(takewhile(lambda block: block.id < first_id >> BLOCK_BITS, self.blocks))
        for block in gone:
            _remove(self.by_least, block, LEAST)
            _remove(self.by_greatest, block, GREATEST)
        del self.blocks[: len(gone)]
        self._changed |= bool(gone)
        self.block_bytes -= sum(block.size for block in gone)
        self.bitmaps.drop_below(first_id >> BLOCK_BITS)
        if first_id > self.tail.first:
            self.set_tail(self.tail.after(first_id), self.tail_rows)

    def values(self, zone: str) -> set[int]:
        """Give the values of a zone that occur in the ring, and maybe a few that just left it."""
        return self.bitmaps.present(zone) | values_of(zone, zone_keys(self.tail.table))

    def span(self) -> tuple[int | None, int | None]:
        """Give the least and the greatest order time, about: a block counts as a whole."""
        orders = self.tail.table[ORDER]
        ends = [int(orders.min()), int(orders.max())] if orders.size else []
        least = [*(block.order_min for block in self.by_least[:1]), *ends]
        greatest = [*(block.order_max for block in self.by_greatest[-1:]), *ends]
        return min(least, default=None), max(greatest, default=None)


def _remove(blocks: list[Block], block: Block, key: Callable[[Block], int]) -> None:
    del blocks[blocks.index(block, bisect_left(blocks, key(block), key=key))]
