"""Rollups: what flows come to in each minute, written with them in the same transaction.

Each commit adds a part to the minutes that its flows are of. Parts are put together once there are
many, or once a minute was not written for a while. All of it is in the file, so that a kill loses
nothing and a failed commit leaves nothing; memory has only how large each minute is.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from relay.aggregates.labels import DICTIONARY
from relay.aggregates.minutes import (
    ROLLED,
    folded_in,
    minutes_of,
    pack,
    read_parts,
    within,
)
from relay.aggregates.percentiles import digested
from relay.aggregates.table import Hashes, Table, hashes, joined
from relay.file.schema import PART_BITS
from relay.rings.classes import KINDS
from relay.rings.columns import Columns

FLOW = KINDS["flow"]

MOST_PARTS = 128
"""Parts of a minute; then they are put together."""

LEFT_PARTS = 4
"""Parts that a minute may keep once it is not written any more."""

OPEN_MINUTES = 4
"""Minutes that are taken to be written still."""

FULL_ROWS = 512
"""Rows that a commit may add to a minute that has all the rows it may have."""


@dataclass(frozen=True, slots=True)
class RollupLimits:
    """Bounds: minutes kept, rows of a minute, bytes of all minutes."""

    minutes: int = 1440
    rows: int = 8192
    bytes: int = 128 << 20


@dataclass(slots=True)
class Size:
    """How large a minute is: parts, rows and bytes, and the number that the next part gets."""

    parts: int = 0
    rows: int = 0
    bytes: int = 0
    next: int = 0

    def add(self, rows: int, size: int) -> None:
        """Take in a part."""
        self.parts += 1
        self.rows += rows
        self.bytes += size
        self.next += 1


class Rollups:
    """Writes the rollups. For the writer's thread; numbers may be read by any."""

    def __init__(self, limits: RollupLimits) -> None:
        self.late = 0
        """Flows that were of minutes before those kept."""
        self.folded = 0
        """Flows that are counted together, for want of rows."""
        self._limits = limits
        self._minutes: dict[int, Size] = {}
        self._open: OrderedDict[int, Hashes | None] = OrderedDict()
        """The minutes that are written, and what rows those have that are full."""
        self._newest = 0
        self._bytes = 0
        self._waiting: list[tuple[int, Table]] = []

    @property
    def minutes(self) -> int:
        """Minutes kept."""
        return len(self._minutes)

    @property
    def bytes(self) -> int:
        """Bytes of them."""
        return self._bytes

    def load(self, connection: sqlite3.Connection) -> None:
        """Read how large the minutes are, and forget what was not written."""
        found = connection.execute(
            f"SELECT id >> {PART_BITS}, count(*), sum(rows), sum(length(content)), max(id)"
            " FROM minute GROUP BY 1"
        )
        mask = (1 << PART_BITS) - 1
        self._minutes = {
            minute: Size(parts, rows, size, (last & mask) + 1)
            for minute, parts, rows, size, last in found
        }
        self._bytes = sum(size.bytes for size in self._minutes.values())
        self._newest = max(self._minutes, default=0)
        self._open = OrderedDict((minute, None) for minute in sorted(self._minutes)[-OPEN_MINUTES:])
        self._waiting = []

    def add(self, columns: Columns) -> None:
        """Count the flows among events that are about to be stored."""
        flows = columns["kind"] == FLOW
        if not flows.all():
            columns = {name: values[flows] for name, values in columns.items()}
        if len(columns["kind"]):
            self._waiting += minutes_of(columns)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what was added, inside a transaction."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._newest = max(self._newest, *(minute for minute, _ in waiting))
        oldest = self._newest - self._limits.minutes + 1
        for minute, table in waiting:
            if minute < oldest:
                self.late += int(table.sums.sum())
            else:
                self._write(connection, minute, table)
        self._close(connection)
        self._forget(connection, oldest)

    def _write(self, connection: sqlite3.Connection, minute: int, table: Table) -> None:
        self._insert(connection, minute, self._with_known(minute, table))
        size = self._minutes[minute]
        if size.parts > MOST_PARTS or size.rows > 3 * self._limits.rows:
            self._put_together(connection, minute)
        self._open.setdefault(minute, None)
        self._open.move_to_end(minute)

    def _with_known(self, minute: int, table: Table) -> Table:
        """Leave rows as they are that a full minute has already, and keep few others."""
        full = self._open.get(minute)
        if full is None or table.rows <= FULL_ROWS:
            return table
        found = hashes(table.keys)
        known = full.take(full.searchsorted(found), mode="clip") == found
        others = self._within(table.taken(~known), FULL_ROWS)
        return joined([table.taken(known), others])

    def _insert(self, connection: sqlite3.Connection, minute: int, table: Table) -> None:
        content = pack(table)
        size = self._minutes.setdefault(minute, Size())
        connection.execute(
            "INSERT INTO minute VALUES (?, ?, ?, ?)",
            (minute << PART_BITS | size.next, int(table.sums.sum()), table.rows, content),
        )
        size.add(table.rows, len(content))
        self._bytes += len(content)

    def _put_together(self, connection: sqlite3.Connection, minute: int) -> None:
        """Make one part of all, with no more rows than a minute may have."""
        parts = [table for _, table in read_parts(connection, minute, minute)]
        table = self._within(joined(parts).united(), self._limits.rows)
        self._drop(connection, minute)
        self._insert(connection, minute, table._replace(timed=digested(table.timed)))
        if minute in self._open and 2 * table.rows > self._limits.rows:
            self._open[minute] = np.sort(hashes(table.keys))

    def _within(self, table: Table, most: int) -> Table:
        kept = within(table, most)
        self.folded += folded_in(kept) - folded_in(table)
        return kept

    def _drop(self, connection: sqlite3.Connection, minute: int) -> None:
        bounds = (minute << PART_BITS, ((minute + 1) << PART_BITS) - 1)
        connection.execute("DELETE FROM minute WHERE id BETWEEN ? AND ?", bounds)
        self._bytes -= self._minutes.pop(minute).bytes

    def _close(self, connection: sqlite3.Connection) -> None:
        """Put the minutes together that were not written for a while."""
        while len(self._open) > OPEN_MINUTES:
            minute, _ = self._open.popitem(last=False)
            size = self._minutes.get(minute)
            if size and size.parts > LEFT_PARTS:
                self._put_together(connection, minute)

    def _forget(self, connection: sqlite3.Connection, oldest: int) -> None:
        """Drop the oldest minutes that are over a limit."""
        while len(self._minutes) > 1:
            first = min(self._minutes)
            if first >= oldest and self._bytes <= self._limits.bytes:
                return
            self._drop(connection, first)
            self._open.pop(first, None)

    def used(self, connection: sqlite3.Connection, dictionary: str) -> set[int]:
        """Give the ids of a dictionary that the rollups refer to."""
        places = [n for n, key in enumerate(ROLLED) if DICTIONARY.get(key) == dictionary]
        found: set[int] = set()
        if places and self._minutes:
            for _, table in read_parts(connection, min(self._minutes), self._newest):
                found.update(np.unique(table.keys[places]).tolist())
        return found - {0}
