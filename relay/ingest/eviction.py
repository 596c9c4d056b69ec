"""Takes the oldest events out of a ring that is over one of its limits."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from relay.file.schema import read_columns, run_id
from relay.rings.blocks import BLOCK_BITS, BLOCK_EVENTS, ORDER
from relay.rings.columns import INDEX, Ints
from relay.rings.ring import TAIL_COLUMNS, Ring

LAG = INDEX["lag_ms"]


def evict(connection: sqlite3.Connection, ring: Ring, now_ns: int) -> bool:
    """Delete what is over the ring's limits, inside a transaction; say whether anything was. The
    file still has events of a block of which others are kept."""
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
    whole = first >> BLOCK_BITS > ring.first_id >> BLOCK_BITS or first > ring.tail.first
    ring.forget_below(first)
    if whole:
        bounds = run_id(ring.number, 0), run_id(ring.number, first)
        connection.execute(
            "DELETE FROM run WHERE id >= ? AND id < ? AND id + count <= ?", (*bounds, bounds[1])
        )
    return True


def _first_within_bytes(ring: Ring) -> int:
    """Give the first ordinal to keep: whole blocks go, then events of the tail."""
    first, over = ring.first_id, ring.size - ring.limit.bytes
    for block in ring.blocks if over > 0 else ():
        if over <= 0:
            break
        over -= block.size
        first = (block.id + 1) << BLOCK_BITS
    for event in ring.tail.events if over > 0 else ():
        if over <= 0:
            break
        over -= len(event) + TAIL_COLUMNS
        first = max(first, ring.tail.first) + 1
    return first


def _first_within_age(connection: sqlite3.Connection, ring: Ring, now_ns: int) -> int:
    """Give the first ordinal to keep: events arrive in the order of their ordinals."""
    if ring.limit.age_ns is None or ring.first_id == ring.next_id:
        return ring.first_id
    oldest = now_ns - ring.limit.age_ns
    for block in ring.blocks:
        found = read_columns(connection, ring.number, [block.id], ("order_ns", "lag_ms"))
        if (place := _first_young(found[block.id], oldest)) < BLOCK_EVENTS:
            return max(ring.first_id, (block.id << BLOCK_BITS) + place)
    young = _first_young([ring.tail.table[ORDER], ring.tail.table[LAG]], oldest)
    return max(ring.first_id, ring.tail.first + young)


def _first_young(arrived: Sequence[Ints], oldest: int) -> int:
    """Give the place of the first event that did not arrive before `oldest`; behind the last where
    all did."""
    orders, lags = arrived
    young = orders + lags * 1_000_000 >= oldest
    return int(np.argmax(young)) if young.any() else len(young)
