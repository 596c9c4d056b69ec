"""Views for people: each ring, and all flows together, with names in place of ids.

Made for the `sqlite3` and `sqlite-utils` shells; the relay itself never reads them.
"""

from collections.abc import Sequence

from proto import flow_pb2
from relay.rings.blocks import BLOCK_EVENTS
from relay.rings.classes import FLOWS, RINGS
from relay.rings.columns import INDEXED, NAMES, NO_TIME, UNKNOWN, Column

ENUMS: dict[str, Sequence[tuple[str, int]]] = {
    "verdict": flow_pb2.Verdict.items(),
    "drop_reason": flow_pb2.DropReason.items(),
    "direction": flow_pb2.TrafficDirection.items(),
    "ip_version": flow_pb2.IPVersion.items(),
}
"""Names and numbers of the columns that hold an enum."""


BYTES = 8
"""Bytes of the widest packed number."""


def views() -> list[str]:
    """Give the statements that make the views: `event` with everything, the rings as
    `RING_events`, and `flows`."""
    rings = [
        f"CREATE VIEW {ring}_events AS SELECT * FROM event WHERE ring = '{ring}'" for ring in RINGS
    ]
    kept = ", ".join(f"'{RINGS[ring]}'" for ring in FLOWS)
    return [
        f"CREATE VIEW packed AS {' UNION ALL '.join(_slots(ring) for ring in RINGS)}",
        f"CREATE VIEW number AS {_numbers()}",
        f"CREATE VIEW event AS {_readable()}",
        *rings,
        f"CREATE VIEW flows AS SELECT * FROM event WHERE ring IN ({kept})",
    ]


def _slots(ring: str) -> str:
    """Give, for each event of a ring, the least value of each column and the bytes above it."""

    def columns(count: str) -> str:
        return ", ".join(
            f"{name}, substr({name}_above, 1 + number * length({name}_above) / {count},"
            f" length({name}_above) / {count}) AS {name}_above"
            for name in NAMES
        )

    first = f"(SELECT first_id FROM ring WHERE name = '{ring}')"
    return (
        f"SELECT '{ring}' AS ring, id * {BLOCK_EVENTS} + number AS id, {columns(str(BLOCK_EVENTS))}"
        f" FROM {ring}_block, slot WHERE id * {BLOCK_EVENTS} + number >= {first}"
        f" UNION ALL SELECT '{ring}', id + number, {columns('count')}"
        f" FROM {ring}_tail, slot WHERE number < count AND id + number >= {first}"
    )


def _numbers() -> str:
    """Give the numbers: SQL reads no hexadecimal text, so digit by digit."""
    shown = ", ".join(f"{name} + {_number(f'{name}_above')} AS {name}" for name in NAMES)
    return f"SELECT ring, id, {shown} FROM packed"


def _number(packed: str) -> str:
    digits = f"substr('{'0' * 2 * BYTES}' || hex({packed}), -{2 * BYTES})"
    return "|".join(
        f"instr('123456789ABCDEF',substr({digits},{place},1))<<{4 * (2 * BYTES - place)}"
        for place in range(1, 2 * BYTES + 1)
    ).join("()")


def _readable() -> str:
    shown = ", ".join(f"{_expression(column)} AS {column.name}" for column in INDEXED)
    joins = " ".join(
        f"LEFT JOIN {column.dimension} AS {column.name}_ ON {column.name}_.id = r.{column.name}"
        for column in INDEXED
        if column.dimension
    )
    own = f"CASE skew_ns WHEN {NO_TIME} THEN NULL ELSE order_ns + skew_ns END"
    seconds = f"strftime('%Y-%m-%dT%H:%M:%fZ', ({own}) / 1e9, 'unixepoch')"
    return f"SELECT ring, seq, {seconds} AS time, {shown} FROM number AS r {joins}"


def _expression(column: Column) -> str:
    if column.dimension:
        return f"{column.name}_.name"
    enum = ENUMS.get(column.name)
    if enum is None:
        return f"nullif(r.{column.name}, {UNKNOWN})"
    whens = " ".join(f"WHEN {number} THEN '{name}'" for name, number in enum)
    return f"CASE r.{column.name} {whens} ELSE r.{column.name} END"
