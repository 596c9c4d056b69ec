"""Writes a ring's new events: whole blocks where 256 are together, and the rest into the open
tail."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from itertools import chain
from typing import NamedTuple

import numpy as np

from relay.file.schema import FACTS, INSERT_RUN, run_id
from relay.rings.blocks import (
    BLOCK_BITS,
    BLOCK_EVENTS,
    Packed,
    Run,
    compress,
    join,
    pack,
    plain,
    zone_keys,
)
from relay.rings.columns import Table
from relay.rings.packing import pack_table
from relay.rings.ring import Ring

MAX_TAIL_ROWS = 8
"""Rows of the file that a tail may be spread over; then they become one again."""

UNSEALED = (None,) * (len(FACTS) + 1)
"""What is not known of a run that is no block yet."""


class Growth(NamedTuple):
    """What a ring gets: its tail with the new events behind it, and the blocks that these make,
    whose events are being compressed in another thread meanwhile."""

    run: Run
    blocks: list[tuple[Run, Future[bytes]]]


def grow(ring: Ring, table: Table, events: Sequence[bytes], compressing: Executor) -> Growth:
    """Put events behind what the ring holds, and begin to compress them."""
    old = ring.tail
    run = Run(old.first, np.concatenate([old.table, table], axis=1), [*old.events, *events])
    ends = range(BLOCK_EVENTS - run.first % BLOCK_EVENTS, len(run.events) + 1, BLOCK_EVENTS)
    blocks, start = [], 0
    for end in ends:
        block = Run(run.first + start, run.table[:, start:end], run.events[start:end])
        blocks.append((block, compressing.submit(compress, plain(block))))
        start = end
    return Growth(run, blocks)


def write_events(connection: sqlite3.Connection, ring: Ring, growth: Growth) -> None:
    """Write what a ring gets, inside a transaction."""
    run, blocks = growth
    if not blocks and ring.tail_rows < MAX_TAIL_ROWS:
        write_tail(connection, ring.number, run.after(ring.tail.end))
        ring.set_tail(run, ring.tail_rows + 1)
        return
    _forget_tail(connection, ring)
    for block, content in blocks:
        _seal(connection, ring, block, content)
    tail = run.after(blocks[-1][0].end) if blocks else run
    if tail.events:
        write_tail(connection, ring.number, tail)
    ring.set_tail(tail, 1 if tail.events else 0)


def _forget_tail(connection: sqlite3.Connection, ring: Ring) -> None:
    """Delete what the file has of the tail; its first run may begin before what is left of it."""
    begin = ring.tail.first >> BLOCK_BITS << BLOCK_BITS
    bounds = run_id(ring.number, begin), run_id(ring.number + 1, 0)
    connection.execute("DELETE FROM run WHERE id >= ? AND id < ?", bounds)


def _seal(connection: sqlite3.Connection, ring: Ring, run: Run, content: Future[bytes]) -> None:
    """Write a run as a block."""
    keys = zone_keys(run.table)
    packed = pack(run, keys, content.result())
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
