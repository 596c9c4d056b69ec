"""Tables: flows with the same keys counted as one row, with how long their responses took.

Rows are found equal by a hash of their keys. Its factors are random in each process, so nobody can
choose keys that collide; that any two of a million rows do so by chance is less likely than one in
ten million.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relay.rings.columns import Ints

Matrix = npt.NDArray[np.int64]
"""Two axes: which key or sum, then the row."""

Hashes = npt.NDArray[np.uint64]
"""A hash for each row, which means something in this process only."""

Bools = npt.NDArray[np.bool_]
"""For each row, whether it is wanted."""

MOST_KEYS = 64
"""Keys that a table may have."""

_FACTORS = np.frombuffer(secrets.token_bytes(8 * MOST_KEYS), np.uint64) | np.uint64(1)

NONE: Ints = np.empty(0, np.int64)


class Timed(NamedTuple):
    """How long responses took: single ones, each with the number of its row and nanoseconds, and
    serialized KLL sketches of many, with the numbers of their rows."""

    rows: Ints = NONE
    latencies: Ints = NONE
    sketch_rows: Ints = NONE
    sketches: tuple[bytes, ...] = ()

    def moved(self, rows: Ints) -> Timed:
        """Give the same with other numbers of rows: `rows` has the new one for each old one."""
        return self._replace(rows=rows[self.rows], sketch_rows=rows[self.sketch_rows])

    def taken(self, wanted: Bools) -> Timed:
        """Give those of the wanted rows."""
        if not len(self.rows) and not self.sketches:
            return self
        numbers, single, many = np.cumsum(wanted) - 1, wanted[self.rows], wanted[self.sketch_rows]
        return Timed(
            numbers[self.rows[single]],
            self.latencies[single],
            numbers[self.sketch_rows[many]],
            tuple(compress(self.sketches, many.tolist())),
        )


class Table(NamedTuple):
    """Rows with keys, sums and latencies; several rows may have the same keys until `united`."""

    keys: Matrix
    sums: Matrix
    timed: Timed = Timed()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.keys.shape[1])

    def united(self) -> Table:
        """Give the table with one row for rows that have the same keys."""
        if self.rows < 2:
            return self
        order, starts, inverse = group(self.keys)
        if len(starts) == self.rows:
            return self
        sums = np.add.reduceat(self.sums[:, order], starts, axis=1)
        return Table(self.keys[:, order[starts]], sums, self.timed.moved(inverse))

    def taken(self, wanted: Bools) -> Table:
        """Give the wanted rows."""
        return Table(self.keys[:, wanted], self.sums[:, wanted], self.timed.taken(wanted))

    def parted(self, most: int) -> tuple[Table, Table]:
        """Give the rows with the greatest first sums, so many, and the others; there are more."""
        heavy = np.zeros(self.rows, np.bool_)
        heavy[np.argpartition(self.sums[0], self.rows - most)[self.rows - most :]] = True
        return self.taken(heavy), self.taken(~heavy)

    def emptied(self, values: Iterable[tuple[int, int]]) -> Table:
        """Set some keys, given by number, to the same value in all rows, and unite these."""
        keys = self.keys.copy()
        for number, value in values:
            keys[number] = value
        return self._replace(keys=keys).united()


def empty(keys: int, sums: int) -> Table:
    """Make a table without rows."""
    return Table(np.empty((keys, 0), np.int64), np.empty((sums, 0), np.int64))


def joined(tables: Sequence[Table]) -> Table:
    """Put the rows of tables with the same keys and sums, at least one table, behind each other."""
    if len(tables) == 1:
        return tables[0]
    first = np.cumsum([0, *(table.rows for table in tables[:-1])]).tolist()
    timed = [table.timed for table in tables]
    return Table(
        np.concatenate([table.keys for table in tables], axis=1),
        np.concatenate([table.sums for table in tables], axis=1),
        Timed(
            _numbered((each.rows for each in timed), first),
            np.concatenate([each.latencies for each in timed]),
            _numbered((each.sketch_rows for each in timed), first),
            tuple(sketch for each in timed for sketch in each.sketches),
        ),
    )


def _numbered(rows: Iterable[Ints], first: Sequence[int]) -> Ints:
    return np.concatenate([each + start for each, start in zip(rows, first, strict=True)])


def hashes(keys: Matrix) -> Hashes:
    """Give a hash of the keys of each row."""
    found = np.zeros(keys.shape[1], np.uint64)
    for key, factor in zip(keys.view(np.uint64), _FACTORS, strict=False):
        found += key * factor
    return found


def group(keys: Matrix) -> tuple[Ints, Ints, Ints]:
    """Find rows with the same keys: an order in which they follow each other, where in it each
    group begins, and the number of each row's group. At least one row."""
    found = hashes(keys)
    order = np.argsort(found)
    ordered = found[order]
    begins = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    inverse = np.empty(len(order), np.int64)
    inverse[order] = np.cumsum(begins) - 1
    return order, np.flatnonzero(begins), inverse
