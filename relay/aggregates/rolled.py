"""Answers from the rollups: minutes of a range, read and counted as if they were flows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from proto.aggregates.asked import AskedQuestion
from relay.aggregates.counting import Counting
from relay.aggregates.minutes import MINUTE_NS, ROLLED, folded_in, read_parts
from relay.aggregates.table import Table, Timed
from relay.file.schema import PART_BITS


class Kept(NamedTuple):
    """What is kept of rollups: the first and the last minute, and the flows of all."""

    first: int
    last: int
    flows: int

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Kept | None:
        """Look what is kept; None where there is no minute."""
        sql = f"SELECT min(id) >> {PART_BITS}, max(id) >> {PART_BITS}, sum(flows) FROM minute"
        first, last, flows = connection.execute(sql).fetchone()
        return None if first is None else cls(first, last, flows)


def in_minutes(questions: Sequence[AskedQuestion]) -> list[AskedQuestion]:
    """Give the questions with steps of whole minutes, no shorter than asked for."""
    return [
        replace(each, step_ns=-(-each.step_ns // MINUTE_NS) * MINUTE_NS) if each.step_ns else each
        for each in questions
    ]


def count_minutes(connection: sqlite3.Connection, counting: Counting, first: int, last: int) -> int:
    """Count the flows of the minutes from `first` to `last`, those that are kept; give the flows
    of which rarer values are not known."""
    places = [ROLLED.index(key) for key in counting.keys]
    folded = 0
    for minute, table in read_parts(connection, first, last):
        folded += folded_in(table)
        keys = table.keys[places]
        if counting.tick_ns:
            ticks = np.full((1, table.rows), minute * MINUTE_NS // counting.tick_ns)
            keys = np.concatenate([keys, ticks])
        timed = table.timed if counting.timed else Timed()
        counting.add_table(Table(keys, table.sums, timed).united())
    return folded
