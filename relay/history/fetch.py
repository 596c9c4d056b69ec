"""From places to events: each block is unpacked once for all the places in it, and the last ones
are remembered."""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Mapping
from itertools import chain

import numpy as np

from relay.errors import StoreError
from relay.file.connections import Readers
from relay.file.schema import run_id
from relay.history.plan import Places
from relay.rings.blocks import BLOCK_BITS, BLOCK_EVENTS, Run, unpack
from relay.rings.classes import RINGS
from relay.rings.stored import Stored, stored

CACHED_BYTES = 24 << 20
"""Events that are kept unpacked, over all queries."""

BLOCK_KEY = 56
"""Bits of a block's id in a key that names a ring and a block."""

Events = list[bytes]
GONE = [b""] * BLOCK_EVENTS


class Blocks:
    """Unpacked blocks, the least recently used let go first. Any thread may ask."""

    def __init__(self) -> None:
        self._runs: OrderedDict[tuple[int, int], tuple[Events, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.bytes = 0

    def get(self, connection: sqlite3.Connection, ring: int, block: int) -> Events | None:
        """Give the events of a sealed block, None where there is none such."""
        with self._lock:
            if found := self._runs.get((ring, block)):
                self._runs.move_to_end((ring, block))
                return found[0]
        row = connection.execute(
            "SELECT events FROM run WHERE id = ?", [run_id(ring, block << BLOCK_BITS)]
        ).fetchone()
        if row is None:
            return None
        try:
            run = unpack(row[0])
        except ValueError as error:
            raise StoreError(f"block {block} of ring {RINGS[ring]} is damaged") from error
        return self._keep((ring, block), run)

    def _keep(self, key: tuple[int, int], run: Events) -> Events:
        size = sum(map(len, run))
        with self._lock:
            if key not in self._runs:
                self._runs[key] = (run, size)
                self.bytes += size
            while self.bytes > CACHED_BYTES:
                self.bytes -= self._runs.popitem(last=False)[1][1]
        return run


class Fetch:
    """Fetches events of one query; `tails` are the open tails, by the number of the ring."""

    def __init__(self, readers: Readers, blocks: Blocks, tails: Mapping[int, Run]) -> None:
        self._readers = readers
        self._blocks = blocks
        self._tails = tails

    def events(self, places: Places, sign: int) -> list[Stored]:
        """Give the events at the places of a sweep with this sign, in the same order, without those
        that are gone."""
        _, _, rings, ids = places
        keys, inverse = np.unique(rings << BLOCK_KEY | ids >> BLOCK_BITS, return_inverse=True)
        with self._readers.borrow() as connection:
            connection.execute("BEGIN")
            runs = [self._run(connection, key) for key in keys.tolist()]
            connection.execute("COMMIT")
        content = list(chain.from_iterable(runs))
        slots = (inverse << BLOCK_BITS) + (ids & BLOCK_EVENTS - 1)
        events = [content[slot] for slot in slots.tolist()]
        orders, seqs = (places[:2] * sign).tolist()
        found = list(stored(seqs, orders, rings.tolist(), events))
        return found if all(events) else [each for each in found if each.event]

    def _run(self, connection: sqlite3.Connection, key: int) -> Events:
        """Give the events of a block, or of the tail at the block's places."""
        ring, block = divmod(key, 1 << BLOCK_KEY)
        tail, first = self._tails[ring], block << BLOCK_BITS
        if first + BLOCK_EVENTS <= tail.first:
            return self._blocks.get(connection, ring, block) or GONE
        before = tail.first - first
        return [b""] * before + tail.events + [b""] * (BLOCK_EVENTS - before - len(tail.events))
