"""Takes the oldest events out of a ring that is over one of its limits."""

from __future__ import annotations

import sqlite3

from relay.rings.blocks import BLOCK_BITS
from relay.rings.ring import ROW_BYTES, Ring


def evict(connection: sqlite3.Connection, ring: Ring, now_ns: int) -> bool:
    """Delete what is over the ring's limits, inside a transaction; say whether anything was."""
    first = ring.first_id
    for cause, bound in (
        ("count", ring.next_id - ring.limit.count),
        ("bytes", _first_within_bytes(ring)),
        ("age", _first_within_age(connection, ring, now_ns)),
    ):
        if bound > first:
            ring.evicted[cause] += bound - first
            first = bound
    if first == ring.first_id:
        return False
    ring.forget_below(first)
    connection.execute(f"DELETE FROM {ring.name}_row WHERE id < ?", [first])
    connection.execute(f"DELETE FROM {ring.name}_tail WHERE id < ?", [first])
    connection.execute(f"DELETE FROM {ring.name}_block WHERE id < ?", [first >> BLOCK_BITS])
    return True


def _first_within_bytes(ring: Ring) -> int:
    """Give the first ordinal to keep: whole blocks go, then events of the tail."""
    first, over = ring.first_id, ring.size - ring.limit.bytes
    for block in ring.blocks if over > 0 else ():
        if over <= 0:
            break
        end = (block.id + 1) << BLOCK_BITS
        over -= block.size + (end - first) * ROW_BYTES
        first = end
    for event in ring.tail_events if over > 0 else ():
        if over <= 0:
            break
        over -= len(event) + ROW_BYTES
        first = max(first, ring.tail_id) + 1
    return first


def _first_within_age(connection: sqlite3.Connection, ring: Ring, now_ns: int) -> int:
    """Give the first ordinal to keep: events arrive in the order of their ordinals."""
    if ring.limit.age_ns is None or ring.first_id == ring.next_id:
        return ring.first_id
    kept = connection.execute(
        f"SELECT id FROM {ring.name}_row WHERE order_ns + lag_ms * 1000000 >= ?"
        " ORDER BY id LIMIT 1",
        [now_ns - ring.limit.age_ns],
    ).fetchone()
    return int(kept[0]) if kept else ring.next_id
