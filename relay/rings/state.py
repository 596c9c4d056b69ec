"""Everything the relay knows of its file without reading events: loaded at start, and again after a
failed commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import numpy as np

from relay.aggregates.rollups import Rollups
from relay.file.schema import FACTS, PACKED, run_id
from relay.ingest.streams import Streams
from relay.rings.blocks import BLOCK_BITS, Block, Run, split, unpack_zones
from relay.rings.classes import RINGS
from relay.rings.dimensions import Dimensions
from relay.rings.limits import Limit
from relay.rings.packing import unpack_table
from relay.rings.ring import Ring


class State:
    """Rings, dictionaries, rollups, streams, and the next `seq`, as they are committed."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        limits: Mapping[str, Limit],
        dimensions: Dimensions,
        rollups: Rollups,
    ) -> None:
        self.relay_id: str
        self.next_seq: int
        [(self.relay_id, self.next_seq)] = connection.execute("SELECT * FROM relay")
        self.dimensions = dimensions
        for name, next_id in connection.execute("SELECT name, next_id FROM dimension").fetchall():
            entries = connection.execute(f"SELECT id, value FROM {name} ORDER BY id")
            self.dimensions[name].load(entries, next_id)
        self.rollups = rollups
        self.rollups.load(connection)
        self.streams = Streams(connection)
        bounds = {name: ids for name, *ids in connection.execute("SELECT * FROM ring")}
        self.rings = [
            _load_ring(connection, Ring(number, limits.get(name, Limit()), *bounds[name]))
            for number, name in enumerate(RINGS)
        ]


def _load_ring(connection: sqlite3.Connection, ring: Ring) -> Ring:
    bounds = run_id(ring.number, 0), run_id(ring.number + 1, 0)
    here = f"FROM run WHERE id >= {bounds[0]} AND id < {bounds[1]}"
    blocks = connection.execute(
        f"SELECT id, {', '.join(FACTS)}, zones {here} AND zones IS NOT NULL ORDER BY id"
    )
    for number, *facts, zones in blocks:
        ring.add_block(Block((number - bounds[0]) >> BLOCK_BITS, *facts), unpack_zones(zones))
    rows = connection.execute(
        f"SELECT id, count, events, {', '.join(PACKED)} {here} AND zones IS NULL ORDER BY id"
    ).fetchall()
    parts = [
        Run(number - bounds[0], unpack_table(row, count), split(events))
        for number, count, events, *row in rows
    ]
    if parts:
        table = np.concatenate([part.table for part in parts], axis=1)
        events = [event for part in parts for event in part.events]
        ring.set_tail(Run(parts[0].first, table, events).after(ring.first_id), len(parts))
    ring.bitmaps.drop_below(ring.first_id >> BLOCK_BITS)
    ring.publish()
    return ring
