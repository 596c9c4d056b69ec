"""Writes a ring's new events: rows, whole blocks where 256 are together, and the rest into the open
tail."""

from __future__ import annotations

import sqlite3

from relay.blocks import BLOCK_EVENTS, Packed, pack, zone_keys
from relay.columns import COLUMNS, Row
from relay.ring import Ring

HOLES = ", ".join("?" * len(COLUMNS))


def write_events(
    connection: sqlite3.Connection, ring: Ring, rows: list[Row], events: list[bytes]
) -> None:
    """Write the rows and events that follow what the ring holds, inside a transaction."""
    connection.executemany(f"INSERT INTO {ring.name}_row VALUES ({HOLES})", rows)
    ring.next_id += len(rows)
    ring.set_tail(ring.tail_rows + rows, ring.tail_events + events)
    blocks = _seal(ring)
    if blocks:
        connection.execute(f"DELETE FROM {ring.name}_tail")
        connection.executemany(
            f"INSERT INTO {ring.name}_block VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(*packed.block, packed.zones, packed.events) for packed in blocks],
        )
    new = min(len(rows), len(ring.tail_rows))
    connection.executemany(
        f"INSERT INTO {ring.name}_tail VALUES (?, ?)",
        enumerate(ring.tail_events[len(ring.tail_events) - new :], ring.next_id - new),
    )


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
