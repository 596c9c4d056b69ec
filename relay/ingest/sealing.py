"""Writes a ring's new events: rows, whole blocks where 256 are together, and the rest into the open
tail."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

from relay.rings.blocks import BLOCK_EVENTS, Packed, pack, zone_keys
from relay.rings.columns import Row
from relay.rings.ring import Ring

AT_ONCE = (256, 64, 16, 4, 1)
"""Rows that one statement inserts, the most that are left. Python gives up its lock at every
statement, and with other threads at work it waits long to have it again."""


def write_events(
    connection: sqlite3.Connection, ring: Ring, rows: list[Row], events: list[bytes]
) -> None:
    """Write the rows and events that follow what the ring holds, inside a transaction."""
    _insert(connection, f"{ring.name}_row", rows)
    ring.next_id += len(rows)
    ring.set_tail(ring.tail_rows + rows, ring.tail_events + events)
    blocks = _seal(ring)
    if blocks:
        connection.execute(f"DELETE FROM {ring.name}_tail")
        packed = [(*each.block, each.zones, each.events) for each in blocks]
        _insert(connection, f"{ring.name}_block", packed)
    new = min(len(rows), len(ring.tail_rows))
    tail = enumerate(ring.tail_events[len(ring.tail_events) - new :], ring.next_id - new)
    _insert(connection, f"{ring.name}_tail", list(tail))


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    start = 0
    for size in AT_ONCE:
        while len(rows) - start >= size:
            values = list(chain.from_iterable(rows[start : start + size]))
            holes = f"({', '.join('?' * len(rows[0]))})"
            connection.execute(f"INSERT INTO {table} VALUES {', '.join([holes] * size)}", values)
            start += size


def _seal(ring: Ring) -> list[Packed]:
    """Take whole blocks off the tail. A block's events before the tail's first are gone already:
    they stay empty."""
    first, rows, events = ring.tail_id, ring.tail_rows, ring.tail_events
    blocks, start = [], 0
    for end in range(BLOCK_EVENTS - first % BLOCK_EVENTS, len(rows) + 1, BLOCK_EVENTS):
        run, keys = rows[start:end], zone_keys(rows[start:end])
        gone = [b""] * (BLOCK_EVENTS - len(run))
        packed = pack((first + start) // BLOCK_EVENTS, run, keys, gone + events[start:end])
        ring.add_block(packed.block, keys)
        blocks.append(packed)
        start = end
    if blocks:
        ring.set_tail(rows[start:], events[start:])
    return blocks
