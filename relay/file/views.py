"""Views for people: each ring, and all flows together, with names in place of ids.

Made for the `sqlite3` and `sqlite-utils` shells; the relay itself never reads them.
"""

from collections.abc import Sequence

from proto import flow_pb2
from relay.rings.blocks import BLOCK_EVENTS
from relay.rings.classes import FLOWS, RINGS
from relay.rings.columns import INDEXED, NO_TIME, UNKNOWN, Column

ENUMS: dict[str, Sequence[tuple[str, int]]] = {
    "verdict": flow_pb2.Verdict.items(),
    "drop_reason": flow_pb2.DropReason.items(),
    "direction": flow_pb2.TrafficDirection.items(),
    "ip_version": flow_pb2.IPVersion.items(),
}
"""Names and numbers of the columns that hold an enum."""


def views(place_bits: int) -> list[str]:
    """Give the statements that make the views, and the tables that they take numbers apart with:
    `event` with everything, the rings as `RING_events`, and `flows`.

    No view is a union, and none has a subquery: SQLite then works out only the columns asked for.
    """
    every = bytes(range(256)).hex()
    rings = [
        f"CREATE VIEW {name}_events AS SELECT * FROM event"
        f" WHERE run >= {number << place_bits} AND run < {number + 1 << place_bits}"
        for number, name in enumerate(RINGS)
    ]
    return [
        "CREATE TABLE slot (number INTEGER PRIMARY KEY) STRICT",
        f"INSERT INTO slot VALUES {', '.join(f'({number})' for number in range(BLOCK_EVENTS))}",
        "CREATE TABLE byte (every BLOB NOT NULL) STRICT",
        f"INSERT INTO byte VALUES (x'{every}')",
        f"CREATE VIEW event AS {_readable(place_bits)}",
        *rings,
        f"CREATE VIEW flows AS SELECT * FROM event WHERE run < {max(FLOWS) + 1 << place_bits}",
    ]


def _number(name: str) -> str:
    """Give a column's number at a slot: the least one, and what is above it, byte by byte."""
    packed, width = f"{name}_above", f"length({name}_above) / count"

    def above(size: int) -> str:
        return "|".join(
            f"((instr(every, substr({packed}, {size} * slot.number + {place + 1}, 1)) - 1)"
            f" << {8 * (size - 1 - place)})"
            for place in range(size)
        )

    whens = " ".join(f"WHEN {size} THEN {above(size)}" for size in (1, 2, 4, 8))
    return f"({name} + CASE {width} WHEN 0 THEN 0 {whens} END)"


def _readable(place_bits: int) -> str:
    shown = ", ".join(f"{_expression(column)} AS {column.name}" for column in INDEXED)
    joins = " ".join(
        f"LEFT JOIN {column.dimension} AS {column.name}_ ON {column.name}_.id ="
        f" {_number(f'run.{column.name}')}"
        for column in INDEXED
        if column.dimension
    )
    own = f"CASE {_number('skew_ns')} WHEN {NO_TIME} THEN NULL"
    own += f" ELSE {_number('order_ns')} + {_number('skew_ns')} END"
    seconds = f"strftime('%Y-%m-%dT%H:%M:%fZ', ({own}) / 1e9, 'unixepoch')"
    rings = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(RINGS))
    ring = f"CASE run.id >> {place_bits} {rings} END"
    first = f"(SELECT first_id FROM ring WHERE ring.name = {ring})"
    ordinal = f"(run.id & {(1 << place_bits) - 1}) + slot.number"
    return (
        f"SELECT run.id AS run, {ring} AS ring, {_number('seq')} AS seq, {seconds} AS time, {shown}"
        f" FROM run JOIN slot ON slot.number < run.count JOIN byte {joins}"
        f" WHERE {ordinal} >= {first}"
    )


def _expression(column: Column) -> str:
    if column.dimension:
        return f"{column.name}_.name"
    number, enum = _number(f"run.{column.name}"), ENUMS.get(column.name)
    if enum is None:
        return f"nullif({number}, {UNKNOWN})"
    whens = " ".join(f"WHEN {value} THEN '{name}'" for name, value in enum)
    return f"CASE {number} {whens} ELSE {number} END"
