"""Counts flows for all questions of a request: columns of flows in, one answer a question out.

Flows come in any number of parts. Of each part only those keys are read that some question needs,
and flows with the same keys become one row. Once there are many rows, they are said in words and
added to the groups of each question.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import gcd

import numpy as np

from proto.aggregate_pb2 import Answer
from proto.aggregates.asked import AskedQuestion
from relay.aggregates.groups import Groups
from relay.aggregates.keys import (
    DROPPED,
    ERROR,
    REQUEST,
    RESPONSE,
    columns_for,
    keys_for,
)
from relay.aggregates.labels import Labels
from relay.aggregates.reading import LATENCIES, TIMES, table_of
from relay.aggregates.table import Table, joined
from relay.rings.columns import NO_TIME, Columns, Ints
from relay.rings.dimensions import Dimensions
from relay.rings.stored import own_times

MOST_ROWS = 1 << 17
"""Rows that are held back before they are added to the groups."""


class Counting:
    """The flows that a request is about, as they are added."""

    def __init__(self, questions: Sequence[AskedQuestion], dimensions: Dimensions) -> None:
        self._groups = [Groups(question) for question in questions]
        self.keys = keys_for(each.name for question in questions for each in question.by)
        """The keys that the questions need, in the order of tables."""
        self.tick_ns = gcd(*(question.step_ns or 0 for question in questions))
        """What every step is a multiple of; 0 without steps."""
        self.timed = any(groups.timed for groups in self._groups)
        """Whether latencies are asked for."""
        latencies = LATENCIES if self.timed else ()
        self.columns = tuple(dict.fromkeys([*TIMES, *columns_for(self.keys), *latencies]))
        """The columns that `add` needs."""
        self.flows = 0
        """Flows counted."""
        self.span: tuple[int, int] | None = None
        """The least and the greatest time of a flow that was counted."""
        self._labels = Labels(dimensions)
        self._held: list[Table] = []
        self._rows = 0

    @property
    def folded(self) -> int:
        """Flows that are in groups with empty values for want of groups of their own."""
        return sum(groups.folded for groups in self._groups)

    def add(self, columns: Columns) -> None:
        """Count flows."""
        if not len(columns["order_ns"]):
            return
        times = own_times(columns["order_ns"], columns["skew_ns"])
        self._span_over(times[times != NO_TIME])
        self.add_table(table_of(columns, self.keys, times, self.tick_ns, self.timed))

    def add_table(self, table: Table) -> None:
        """Count the rows of a table with the keys that are needed, and the tick, and the number of
        flows as its sum."""
        self.flows += int(table.sums[0].sum())
        self._held.append(table)
        self._rows += table.rows
        if self._rows > MOST_ROWS:
            self._held = [joined(self._held).united()]
            self._rows = self._held[0].rows
            if 2 * self._rows > MOST_ROWS:
                self._release()

    def answers(self, since_ns: int | None = None, until_ns: int | None = None) -> list[Answer]:
        """Answer each question; the times are those of the range that was asked for, if any."""
        if self._held:
            self._release()
        least, greatest = self.span or (None, None)
        since_ns = least if since_ns is None else since_ns
        until_ns = greatest if until_ns is None else until_ns
        return [groups.answer(self._labels, since_ns, until_ns) for groups in self._groups]

    def _span_over(self, times: Ints) -> None:
        if len(times):
            low, high = int(times.min()), int(times.max())
            least, greatest = self.span or (low, high)
            self.span = min(low, least), max(high, greatest)

    def _release(self) -> None:
        """Add the rows held back to the groups."""
        table = joined(self._held).united()
        self._held, self._rows = [], 0
        named = dict(zip(self.keys, table.keys, strict=False))
        say = cache(lambda dimension: self._labels.say(dimension, named))
        sums = _counts(table.sums[0], named["measures"])
        for groups in self._groups:
            keys = [say(each.name) for each in groups.asked.by]
            groups.add(keys, sums, table.timed)
            if groups.asked.step_ns:
                groups.add_steps(keys, table.sums[0], table.keys[-1], self.tick_ns)


def _counts(flows: Ints, measures: Ints) -> list[Ints]:
    """Give the fields of Counts."""
    bits = (DROPPED, ERROR, REQUEST, RESPONSE)
    return [flows, *(np.where(measures & bit, flows, 0) for bit in bits)]
