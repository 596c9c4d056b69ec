"""The groups of one question, as tables of flows are added, and the answer that they come to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from proto.aggregate_pb2 import LATENCY, Answer
from proto.aggregates.asked import AskedQuestion
from proto.aggregates.latencies import Room
from proto.aggregates.steps import MOST_STEPS
from proto.aggregates.tally import MOST_CELLS, MOST_KEPT, Tallied, Tally
from relay.aggregates.labels import Labels
from relay.aggregates.percentiles import digested, told
from relay.aggregates.reading import NO_TICK
from relay.aggregates.table import Table, Timed, empty, hashes, joined
from relay.rings.columns import Ints

MOST_LATENCIES = 2_000_000
"""Single latencies that are kept of one question; of more, sketches are made."""

COUNTS = 5
"""Fields of Counts."""


class Groups:
    """Counts flows for one question. Keys are numbers of texts, sums the fields of Counts; `cells`
    count the flows of groups in steps, whose ordinal is the last key."""

    def __init__(self, asked: AskedQuestion) -> None:
        self.asked = asked
        self.timed = asked.latency or asked.order == LATENCY
        self.folded = 0
        """Flows that are in the group of empty values for want of one of their own."""
        self._groups = empty(len(asked.by), COUNTS)
        self._cells = empty(len(asked.by) + 1, 1)
        self._length_ns = asked.step_ns or 0

    def add(self, keys: Sequence[Ints], sums: Sequence[Ints], timed: Timed) -> None:
        """Count rows: the numbers of their texts, their sums, their latencies."""
        rows = len(sums[0])
        added = np.stack(keys) if keys else np.empty((0, rows), np.int64)
        table = Table(added, np.stack(sums), timed if self.timed else Timed())
        groups = joined([self._groups, table]).united()
        if len(groups.timed.latencies) > MOST_LATENCIES:
            groups = groups._replace(timed=digested(groups.timed))
        self._groups = self._folded(groups) if groups.rows > MOST_KEPT else groups

    def _folded(self, groups: Table) -> Table:
        """Put the groups with the fewest flows into the group of empty values."""
        kept, others = groups.parted(MOST_KEPT)
        self.folded += int(others.sums[0].sum())
        none = others.emptied((number, 0) for number in range(len(groups.keys)))
        return joined([kept, none]).united()

    def add_steps(self, keys: Sequence[Ints], flows: Ints, ticks: Ints, tick_ns: int) -> None:
        """Count rows in steps: the numbers of their texts, their flows, and when they were, in
        ticks, of which a step has a whole number."""
        timed = ticks != NO_TICK
        ordinals = ticks[timed] // (self._length_ns // tick_ns)
        added = np.stack([*(key[timed] for key in keys), ordinals])
        self._cells = joined([self._cells, Table(added, flows[timed][None])]).united()
        while self._cells.rows and self._too_many():
            self._lengthen()

    def _too_many(self) -> bool:
        span = int(self._cells.keys[-1].max()) - int(self._cells.keys[-1].min())
        return span >= MOST_STEPS or (self._cells.rows > MOST_CELLS and span > 0)

    def _lengthen(self) -> None:
        self._length_ns *= 2
        keys = self._cells.keys.copy()
        keys[-1] //= 2
        self._cells = self._cells._replace(keys=keys).united()

    def answer(self, labels: Labels, since_ns: int | None, until_ns: int | None) -> Answer:
        """Answer the question; the times are those that steps shall cover, both inclusive."""
        tally, texts = Tally(self.asked), labels.texts
        for numbers, tallied in zip(self._groups.keys.T.tolist(), self._tallied(), strict=True):
            tally.put(tuple(texts[number] for number in numbers), tallied, self._length_ns)
        return tally.answer(since_ns, until_ns)

    def _tallied(self) -> list[Tallied]:
        room = Room()
        made = [Tallied(room) for _ in range(self._groups.rows)]
        for tallied, sums in zip(made, self._groups.sums.T.tolist(), strict=True):
            tallied.counts = sums
        for row, latencies in told(self._groups.timed).items():
            made[row].latencies = latencies
        for row, ordinal, flows in self._in_steps():
            made[row].steps[ordinal] = made[row].steps.get(ordinal, 0) + flows
        return made

    def _in_steps(self) -> list[tuple[int, int, int]]:
        """Give the row of the group, the ordinal and the flows of each cell. A cell whose group is
        gone belongs to the group of empty values."""
        known = hashes(self._groups.keys)
        places = {number: row for row, number in enumerate(known.tolist())}
        other = places.get(0, 0)  # the hash of empty values
        rows = [places.get(number, other) for number in hashes(self._cells.keys[:-1]).tolist()]
        ordinals, flows = self._cells.keys[-1].tolist(), self._cells.sums[0].tolist()
        return list(zip(rows, ordinals, flows, strict=True))
