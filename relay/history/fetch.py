"""From places to events: each block is unpacked once for all the places in it, and the last ones
are remembered."""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from itertools import repeat

from relay.errors import StoreError
from relay.file.connections import Readers
from relay.history.sweep import Place
from relay.rings.blocks import BLOCK_BITS, BLOCK_EVENTS, unpack
from relay.rings.classes import RINGS
from relay.rings.stored import Stored, stored

CACHED_BYTES = 24 << 20
"""Events that are kept unpacked, over all queries."""

Run = list[bytes]


class Blocks:
    """Unpacked blocks, the least recently used let go first. Any thread may ask."""

    def __init__(self) -> None:
        self._runs: OrderedDict[tuple[int, int], tuple[Run, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.bytes = 0

    def get(self, connection: sqlite3.Connection, ring: int, block: int) -> Run | None:
        """Give the events of a sealed block, None where there is none such."""
        with self._lock:
            if found := self._runs.get((ring, block)):
                self._runs.move_to_end((ring, block))
                return found[0]
        row = connection.execute(
            f"SELECT events FROM {RINGS[ring]}_block WHERE id = ?", [block]
        ).fetchone()
        if row is None:
            return None
        try:
            run = unpack(row[0])
        except ValueError as error:
            raise StoreError(f"block {block} of ring {RINGS[ring]} is damaged") from error
        return self._keep((ring, block), run)

    def _keep(self, key: tuple[int, int], run: Run) -> Run:
        size = sum(map(len, run))
        with self._lock:
            if key not in self._runs:
                self._runs[key] = (run, size)
                self.bytes += size
            while self.bytes > CACHED_BYTES:
                self.bytes -= self._runs.popitem(last=False)[1][1]
        return run


class Fetch:
    """Fetches events of one query."""

    def __init__(self, readers: Readers, blocks: Blocks) -> None:
        self._readers = readers
        self._blocks = blocks

    def events(self, places: Sequence[Place], sign: int) -> list[Stored]:
        """Give the events at the places of a sweep with this sign, in the same order, without those
        that are gone."""
        groups: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for index, (_, _, ring, number) in enumerate(places):
            groups[ring, number >> BLOCK_BITS].append(index)
        events = [b""] * len(places)
        with self._readers.borrow() as connection:
            connection.execute("BEGIN")
            for (ring, block), indexes in groups.items():
                run = self._blocks.get(connection, ring, block) or _tail(connection, ring, block)
                for index in indexes:
                    events[index] = run[places[index][3] % BLOCK_EVENTS]
            connection.execute("COMMIT")
        seqs = [sign * seq for _, seq, _, _ in places]
        orders = [sign * order for order, _, _, _ in places]
        rings = [ring for _, _, ring, _ in places]
        found = list(stored(seqs, orders, rings, repeat(()), events))
        return found if all(events) else [each for each in found if each.event]


def _tail(connection: sqlite3.Connection, ring: int, block: int) -> Run:
    run = [b""] * BLOCK_EVENTS
    first = block << BLOCK_BITS
    for number, event in connection.execute(
        f"SELECT id, event FROM {RINGS[ring]}_tail WHERE id >= ? AND id < ?",
        [first, first + BLOCK_EVENTS],
    ):
        run[number - first] = event
    return run
