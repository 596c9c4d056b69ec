"""Everything the relay knows of its file without reading events: loaded at start, and again after a
failed commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from relay.ingest.streams import Streams
from relay.rings.blocks import BLOCK_BITS, Block, unpack_zones
from relay.rings.classes import RINGS
from relay.rings.columns import COLUMNS
from relay.rings.dimensions import Dimensions
from relay.rings.limits import Limit
from relay.rings.ring import Ring

ROW = ", ".join(column.name for column in COLUMNS)


class State:
    """Rings, dictionaries, streams, and the next `seq`, as they are committed."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        limits: Mapping[str, Limit],
        dimensions: Dimensions,
    ) -> None:
        self.relay_id: str
        self.next_seq: int
        [(self.relay_id, self.next_seq)] = connection.execute("SELECT * FROM relay")
        self.dimensions = dimensions
        for name, next_id in connection.execute("SELECT name, next_id FROM dimension").fetchall():
            entries = connection.execute(f"SELECT id, value FROM {name} ORDER BY id")
            self.dimensions[name].load(entries, next_id)
        self.streams = Streams(connection)
        bounds = {name: ids for name, *ids in connection.execute("SELECT * FROM ring")}
        self.rings = [
            _load_ring(connection, Ring(number, limits.get(name, Limit()), *bounds[name]))
            for number, name in enumerate(RINGS)
        ]


def _load_ring(connection: sqlite3.Connection, ring: Ring) -> Ring:
    blocks = connection.execute(
        "SELECT id, order_min, order_max, time_min, time_max, size, zones"
        f" FROM {ring.name}_block ORDER BY id"
    )
    for *facts, zones in blocks:
        ring.add_block(Block(*facts), unpack_zones(zones))
    tail = connection.execute(f"SELECT event FROM {ring.name}_tail ORDER BY id").fetchall()
    rows = connection.execute(
        f"SELECT {ROW} FROM {ring.name}_row WHERE id >= ? ORDER BY id", [ring.next_id - len(tail)]
    )
    ring.set_tail(rows.fetchall(), [event for (event,) in tail])
    ring.bitmaps.drop_below(ring.first_id >> BLOCK_BITS)
    return ring
