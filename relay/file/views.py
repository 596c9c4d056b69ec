"""Views for people: each ring, and all flows together, with names in place of ids.

Made for the `sqlite3` and `sqlite-utils` shells; the relay itself never reads them.
"""

from collections.abc import Sequence

from proto import flow_pb2
from relay.rings.classes import FLOWS, RINGS
from relay.rings.columns import INDEXED, UNKNOWN, Column

ENUMS: dict[str, Sequence[tuple[str, int]]] = {
    "verdict": flow_pb2.Verdict.items(),
    "drop_reason": flow_pb2.DropReason.items(),
    "direction": flow_pb2.TrafficDirection.items(),
    "ip_version": flow_pb2.IPVersion.items(),
}
"""Names and numbers of the columns that hold an enum."""


def views() -> list[str]:
    """Give the statements that make the views: `drop`, `l7`, … as `RING_events`, and `flows`."""
    rings = [f"CREATE VIEW {ring}_events AS {_readable(ring)}" for ring in RINGS]
    together = " UNION ALL ".join(f"SELECT * FROM {RINGS[ring]}_events" for ring in FLOWS)
    return [*rings, f"CREATE VIEW flows AS {together}"]


def _readable(ring: str) -> str:
    shown = ", ".join(f"{_expression(column)} AS {column.name}" for column in INDEXED)
    joins = " ".join(
        f"LEFT JOIN {column.dimension} AS {column.name}_ ON {column.name}_.id = r.{column.name}"
        for column in INDEXED
        if column.dimension
    )
    seconds = "strftime('%Y-%m-%dT%H:%M:%fZ', time_ns / 1e9, 'unixepoch')"
    return f"SELECT '{ring}' AS ring, seq, {seconds} AS time, {shown} FROM {ring}_row AS r {joins}"


def _expression(column: Column) -> str:
    if column.dimension:
        return f"{column.name}_.name"
    enum = ENUMS.get(column.name)
    if enum is None:
        return f"nullif(r.{column.name}, {UNKNOWN})"
    whens = " ".join(f"WHEN {number} THEN '{name}'" for name, number in enum)
    return f"CASE r.{column.name} {whens} ELSE r.{column.name} END"
