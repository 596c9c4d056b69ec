"""Writes a ring's new events: whole blocks where 256 are together, and the rest into the open
tail."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain

import numpy as np

from relay.file.schema import FACTS, INSERT_RUN, run_id
from relay.rings.blocks import BLOCK_BITS, BLOCK_EVENTS, Packed, Run, join, pack, zone_keys
from relay.rings.columns import Table
from relay.rings.packing import pack_table
from relay.rings.ring import Ring

MAX_TAIL_ROWS = 8
"""Rows of the file that a tail may be spread over; then they become one again."""

UNSEALED = (None,) * (len(FACTS) + 1)
"""What is not known of a run that is no block yet."""


def write_events(
    connection: sqlite3.Connection, ring: Ring, table: Table, events: Sequence[bytes]
) -> None:
    """Write the events that follow what the ring holds, inside a transaction."""
    old = ring.tail
    together = np.concatenate([old.table, table], axis=1)
    run = Run(old.first, together, [*old.events, *events])
    ends = range(BLOCK_EVENTS - run.first % BLOCK_EVENTS, len(run.events) + 1, BLOCK_EVENTS)
    if not ends and ring.tail_rows < MAX_TAIL_ROWS:
        write_tail(connection, ring.number, run.after(old.end))
        ring.set_tail(run, ring.tail_rows + 1)
        return
    _forget_tail(connection, ring)
    start = 0
    for end in ends:
        block = Run(run.first + start, together[:, start:end], run.events[start:end])
        _seal(connection, ring, block)
        start = end
    tail = run.after(run.first + start)
    if tail.events:
        write_tail(connection, ring.number, tail)
    ring.set_tail(tail, 1 if tail.events else 0)


def _forget_tail(connection: sqlite3.Connection, ring: Ring) -> None:
    """Delete what the file has of the tail; its first run may begin before what is left of it."""
    begin = ring.tail.first >> BLOCK_BITS << BLOCK_BITS
    bounds = run_id(ring.number, begin), run_id(ring.number + 1, 0)
    connection.execute("DELETE FROM run WHERE id >= ? AND id < ?", bounds)


def _seal(connection: sqlite3.Connection, ring: Ring, run: Run) -> None:
    """Write a run as a block."""
    keys = zone_keys(run.table)
    packed = pack(run, keys)
    write_block(connection, ring.number, packed)
    ring.add_block(packed.block, keys)


def write_block(connection: sqlite3.Connection, ring: int, packed: Packed) -> None:
    """Write a sealed block."""
    block, *facts = packed.block
    place = run_id(ring, block << BLOCK_BITS), BLOCK_EVENTS
    values = (*place, *facts, packed.zones, *chain(*packed.columns), packed.events)
    connection.execute(INSERT_RUN, values)


def write_tail(connection: sqlite3.Connection, ring: int, run: Run) -> None:
    """Write a part of the tail."""
    place = run_id(ring, run.first), len(run.events)
    columns = chain(*pack_table(run.table))
    connection.execute(INSERT_RUN, (*place, *UNSEALED, *columns, join(run.events)))
