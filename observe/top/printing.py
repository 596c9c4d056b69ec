"""A ranking as a table, as JSON and as CSV."""

import csv
import io
from collections.abc import Callable
from typing import Any

from observe.figures import counts_json, coverage_json, json, latency_json, name
from observe.grid import grid
from observe.measures import columns_of
from observe.top.model import Row, Top
from proto.aggregate_pb2 import Counts, Latency
from proto.escape import escape

COUNTS = tuple(field.name for field in Counts.DESCRIPTOR.fields)
LATENCIES = tuple(field.name for field in Latency.DESCRIPTOR.fields if field.name != "count")


def table(top: Top) -> str:
    """Write a table; measures of which no group has any are left out."""
    columns = columns_of(top.rows)
    head = [*(each.upper() for each in top.by), *(column.head for column in columns)]
    rows = (
        [*map(name, row.values.values()), *(column.say(row) for column in columns)]
        for row in top.rows
    )
    return grid(head, rows, numbers=len(top.by))


def as_json(top: Top) -> str:
    """Write an object with groups, what is left out, and the coverage."""
    return json(
        {
            "by": list(top.by),
            "groups": [_group(row) for row in top.rows],
            "omitted": top.omitted,
            "rest": counts_json(top.rest),
            "coverage": coverage_json(top.coverage),
        }
    )


def _group(row: Row) -> dict[str, Any]:
    return {
        "values": dict(row.values),
        **counts_json(row.counts),
        "flows_per_second": row.rate,
        "latency": latency_json(row.latency),
    }


def as_csv(top: Top) -> str:
    """Write a header and a record for each group, after RFC 4180; times are in nanoseconds."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write([*top.by, *COUNTS, "flows_per_second", *LATENCIES])
    for row in top.rows:
        latency = latency_json(row.latency) or {}
        write(
            [
                *map(escape, row.values.values()),
                *counts_json(row.counts).values(),
                f"{row.rate:.6g}",
                *(latency.get(field, "") for field in LATENCIES),
            ]
        )
    return text.getvalue().removesuffix("\r\n")


OUTPUTS: dict[str, Callable[[Top], str]] = {"table": table, "json": as_json, "csv": as_csv}
"""The outputs by name."""
