"""Writes a ring's new events: whole blocks where 256 are together, and the rest into the open
tail."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain

import numpy as np

from relay.file.schema import insert_block, insert_tail
from relay.rings.blocks import BLOCK_EVENTS, Packed, Run, join, pack, zone_keys
from relay.rings.columns import Table
from relay.rings.packing import PackedColumn, pack_table
from relay.rings.ring import Ring

MAX_TAIL_ROWS = 8
"""Rows of the file that a tail may be spread over; then they become one again."""


def write_events(
    connection: sqlite3.Connection, ring: Ring, table: Table, events: Sequence[bytes]
) -> None:
    """Write the events that follow what the ring holds, inside a transaction."""
    old = ring.tail
    run = Run(old.first, np.concatenate([old.table, table], axis=1), [*old.events, *events])
    tail = _seal(connection, ring, run)
    if tail.first == old.first and ring.tail_rows < MAX_TAIL_ROWS:
        write_tail(connection, ring.name, run.after(old.end))
        ring.set_tail(tail, ring.tail_rows + 1)
        return
    connection.execute(f"DELETE FROM {ring.name}_tail")
    if tail.events:
        write_tail(connection, ring.name, tail)
    ring.set_tail(tail, 1 if tail.events else 0)


def _seal(connection: sqlite3.Connection, ring: Ring, run: Run) -> Run:
    """Write the whole blocks that a run begins with; give what is left."""
    start = 0
    for end in range(BLOCK_EVENTS - run.first % BLOCK_EVENTS, len(run.events) + 1, BLOCK_EVENTS):
        whole = Run(run.first + start, run.table[:, start:end], run.events[start:end])
        keys = zone_keys(whole.table)
        packed = pack(whole, keys)
        write_block(connection, ring.name, packed)
        ring.add_block(packed.block, keys)
        start = end
    return run.after(run.first + start)


def write_block(connection: sqlite3.Connection, ring: str, packed: Packed) -> None:
    """Write a sealed block."""
    values = (*packed.block, packed.zones, *_flat(packed.columns), packed.events)
    connection.execute(insert_block(ring), values)


def write_tail(connection: sqlite3.Connection, ring: str, run: Run) -> None:
    """Write a part of the tail."""
    columns = _flat(pack_table(run.table))
    values = (run.first, len(run.events), *columns, join(run.events))
    connection.execute(insert_tail(ring), values)


def _flat(columns: Sequence[PackedColumn]) -> list[int | bytes]:
    return list(chain.from_iterable(columns))
