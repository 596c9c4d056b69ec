"""From columns of flows to tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from proto import flow_pb2
from relay.aggregates.keys import read_keys
from relay.aggregates.table import NONE, Table, Timed
from relay.rings.columns import NO_TIME, Columns, Ints

TIMES = ("order_ns", "skew_ns")
LATENCIES = ("l7_type", "latency_ns")
"""Columns that tell when a flow was, and how long a response took."""

NO_TICK = -(1 << 63)
"""The tick of flows that have no time: they are in no step."""


def table_of(
    columns: Columns, keys: Sequence[str], times: Ints, tick_ns: int, timed: bool
) -> Table:
    """Make a table of flows, with the tick of their times as last key if `tick_ns` is not 0."""
    read = read_keys(columns, keys)
    if tick_ns:
        ticks = np.where(times == NO_TIME, NO_TICK, times // tick_ns)
        read = np.concatenate([read, ticks[None]])
    found = latencies_of(columns) if timed else Timed()
    return Table(read, np.ones((1, read.shape[1]), np.int64), found).united()


def latencies_of(columns: Columns) -> Timed:
    """Give how long the responses among flows took, of those that say so."""
    latencies = columns["latency_ns"]
    rows = np.flatnonzero((columns["l7_type"] == flow_pb2.RESPONSE) & (latencies > 0))
    return Timed(rows, latencies[rows]) if len(rows) else Timed(NONE, NONE)
