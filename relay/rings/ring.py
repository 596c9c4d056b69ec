"""What the relay holds in memory of one ring: its bounds, its blocks, and its open tail.

Only the writer thread changes a ring; when its transaction fails, the rings are loaded anew.
Readers take copies of lists, and find in the file what became of a row in between.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import takewhile
from operator import attrgetter

from relay.rings.bitmaps import Bitmaps, values_of
from relay.rings.blocks import BLOCK_BITS, ORDER, Block, zone_keys
from relay.rings.classes import RINGS
from relay.rings.columns import Row
from relay.rings.limits import Limit

ROW_BYTES = 112
"""What one row of a ring's table takes on disk, about; counted towards the limit by bytes."""


LEAST, GREATEST = attrgetter("order_min"), attrgetter("order_max")


class Ring:
    """One ring: events `first_id` to `next_id - 1`, in sealed blocks and then in the tail."""

    def __init__(self, number: int, limit: Limit, first_id: int = 0, next_id: int = 0) -> None:
        self.number = number
        self.name = RINGS[number]
        self.limit = limit
        self.first_id = first_id
        self.next_id = next_id
        self.blocks: list[Block] = []
        self.by_least: list[Block] = []
        self.by_greatest: list[Block] = []
        self.bitmaps = Bitmaps()
        self.tail_rows: list[Row] = []
        self.tail_events: list[bytes] = []
        self.evicted: Counter[str] = Counter()
        self.block_bytes = self.tail_bytes = 0

    @property
    def tail_id(self) -> int:
        """Ordinal of the first event of the tail."""
        return self.next_id - len(self.tail_rows)

    @property
    def count(self) -> int:
        """Events in the ring. What goes is read before what comes: never less than nothing."""
        first = self.first_id
        return self.next_id - first

    @property
    def size(self) -> int:
        """Bytes on disk, about."""
        return self.block_bytes + self.tail_bytes + self.count * ROW_BYTES

    def add_block(self, block: Block, keys: Iterable[int]) -> None:
        """Take note of a block that was sealed, or found in the file."""
        self.bitmaps.add(block.id, keys)
        insort(self.by_least, block, key=LEAST)
        insort(self.by_greatest, block, key=GREATEST)
        self.blocks.append(block)  # last: a reader that sees it here finds it in the others, too
        self.block_bytes += block.size

    def set_tail(self, rows: list[Row], events: list[bytes]) -> None:
        """Replace the tail."""
        self.tail_rows, self.tail_events = rows, events
        self.tail_bytes = sum(map(len, events))

    def forget_below(self, first_id: int) -> None:
        """Drop what is known of events before `first_id`."""
        dead = max(0, first_id - self.tail_id)
        self.first_id = first_id
        gone = list(takewhile(lambda block: block.id < first_id >> BLOCK_BITS, self.blocks))
        for block in gone:
            _remove(self.by_least, block, LEAST)
            _remove(self.by_greatest, block, GREATEST)
        del self.blocks[: len(gone)]
        self.block_bytes -= sum(block.size for block in gone)
        self.bitmaps.drop_below(first_id >> BLOCK_BITS)
        if dead:
            self.set_tail(self.tail_rows[dead:], self.tail_events[dead:])

    def values(self, zone: str) -> set[int]:
        """Give the values of a zone that occur in the ring, and maybe a few that just left it."""
        tail = zone_keys(list(self.tail_rows))
        return self.bitmaps.present(zone) | values_of(zone, tail)

    def span(self) -> tuple[int | None, int | None]:
        """Give the least and the greatest order time, about: a block counts as a whole."""
        orders = [row[ORDER] or 0 for row in list(self.tail_rows)]
        least = [*(block.order_min for block in self.by_least[:1]), *orders]
        greatest = [*(block.order_max for block in self.by_greatest[-1:]), *orders]
        return min(least, default=None), max(greatest, default=None)


def _remove(blocks: list[Block], block: Block, key: Callable[[Block], int]) -> None:
    del blocks[blocks.index(block, bisect_left(blocks, key(block), key=key))]
