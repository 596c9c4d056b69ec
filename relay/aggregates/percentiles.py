"""How long responses took: exactly, or by KLL sketches where there were too many to keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from datasketches import kll_floats_sketch

from proto.aggregate_pb2 import Latency
from proto.aggregates.latencies import Latencies, Room
from proto.aggregates.measures import PERCENTILES, rank
from relay.aggregates.table import Timed
from relay.rings.columns import Ints

SKETCH = 200
"""Size of a sketch: its percentiles are within 1.4 % of rank, in 99 of 100 cases."""

FEW = 32
"""Latencies of one row that are kept as they are."""


class Told(Latencies):
    """The latencies of one group that are told already."""

    def __init__(self, message: Latency) -> None:
        super().__init__(Room())
        self.count = message.count
        self.longest_ns = message.max_ns
        self._message = message

    def latency(self) -> Latency:
        """Say what they come to."""
        return self._message


def digested(timed: Timed) -> Timed:
    """Give one sketch for each row that has several, or many single latencies."""
    if not len(timed.latencies) and not timed.sketches:
        return timed
    numbers = np.bincount(timed.rows, minlength=int(timed.sketch_rows.max(initial=0)) + 1)
    numbers[timed.sketch_rows] = FEW + 1
    few = numbers[timed.rows] <= FEW
    many = timed._replace(rows=timed.rows[~few], latencies=timed.latencies[~few])
    made = _sketches(many)
    rows = np.fromiter(made, np.int64, len(made))
    sketches = tuple(sketch.serialize() for sketch in made.values())
    return Timed(timed.rows[few], timed.latencies[few], rows, sketches)


def _sketches(timed: Timed) -> dict[int, Any]:
    made: defaultdict[int, Any] = defaultdict(lambda: kll_floats_sketch(SKETCH))
    for row, sketch in zip(timed.sketch_rows.tolist(), timed.sketches, strict=True):
        made[row].merge(kll_floats_sketch.deserialize(sketch))
    for row, latencies in _runs(timed.rows, timed.latencies):
        made[row].update(latencies.astype(np.float32))
    return made


def _runs(rows: Ints, latencies: Ints) -> Iterator[tuple[int, Ints]]:
    """Give the latencies of each row, ascending."""
    order = np.lexsort((latencies, rows))
    ordered = rows[order]
    cuts = np.flatnonzero(np.diff(ordered)) + 1
    for start, end in pairwise([0, *cuts.tolist(), len(order)] if len(order) else []):
        yield int(ordered[start]), latencies[order[start:end]]


def told(timed: Timed) -> dict[int, Told]:
    """Say what the latencies of each row come to, of those that have any."""
    sketched = np.isin(timed.rows, timed.sketch_rows)
    many = timed._replace(rows=timed.rows[sketched], latencies=timed.latencies[sketched])
    exact = _runs(timed.rows[~sketched], timed.latencies[~sketched])
    said = {row: Told(_by_sketch(sketch)) for row, sketch in _sketches(many).items()}
    return said | {row: Told(_exactly(found)) for row, found in exact}


def _exactly(ascending: Ints) -> Latency:
    count = len(ascending)
    places = [rank(percent, count) for percent in PERCENTILES.values()]
    found = dict(zip(PERCENTILES, ascending[places].tolist(), strict=True))
    return Latency(count=count, max_ns=int(ascending[-1]), **found)


def _by_sketch(sketch: Any) -> Latency:
    ranks = [percent / 100 for percent in PERCENTILES.values()]
    found = dict(zip(PERCENTILES, map(round, sketch.get_quantiles(ranks, True)), strict=True))
    return Latency(count=sketch.n, max_ns=round(sketch.get_max_value()), **found)
