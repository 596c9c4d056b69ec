"""Reads events in the order in which they arrived, from a seq on: what a follower missed."""

from __future__ import annotations

import heapq
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from relay.file.connections import Readers
from relay.history.plan import Part
from relay.history.sweep import Place
from relay.rings.ring import Ring

READ = 1024
"""Rows looked at in one reading."""


def arrivals(readers: Readers, parts: Sequence[Part], above: int) -> Iterator[Place]:
    """Give the wanted places of all parts whose seq is greater than `above`, by seq."""
    return heapq.merge(*(_arrivals(readers, part, above) for part in parts), key=itemgetter(1))


def evicted(readers: Readers, rings: Iterable[Ring], above: int, upto: int) -> int:
    """Count the events with `above` < `seq` <= `upto` that are no longer stored."""
    with readers.borrow() as connection:
        connection.execute("BEGIN")  # one view of the file for all the looks at it
        stored = sum(
            _first_after(connection, ring, upto) - _first_after(connection, ring, above)
            for ring in rings
        )
        connection.execute("COMMIT")
    return upto - above - stored


def _first_after(connection: sqlite3.Connection, ring: Ring, above: int) -> int:
    """Give the id of the first event of a ring whose seq is greater than `above`, 0 if it is empty.

    The file tells where the ring begins and ends: in memory it may be ahead of its commit.
    """
    table = f"{ring.name}_row"
    sql = f"SELECT (SELECT min(id) FROM {table}), (SELECT max(id) FROM {table})"
    first, last = connection.execute(sql).fetchone()
    if first is None:
        return 0

    def seq(number: int) -> int:
        found = connection.execute(f"SELECT seq FROM {table} WHERE id = ?", [number]).fetchone()
        return int(found[0]) if found else 0

    return int(first) + bisect_right(range(first, last + 1), above, key=seq)


def _arrivals(readers: Readers, part: Part, above: int) -> Iterator[Place]:
    ring = part.ring
    with readers.borrow() as connection:
        start = _first_after(connection, ring, above)
    for first in range(max(start, ring.first_id), ring.next_id, READ):
        with readers.borrow() as connection:
            rows = connection.execute(
                f"SELECT order_ns, seq, {ring.number}, id FROM {ring.name}_row"
                f" WHERE id >= ? AND id < ? AND seq > ? AND {part.where}",
                [first, first + READ, above],
            ).fetchall()
        yield from rows
