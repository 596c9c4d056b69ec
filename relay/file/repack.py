"""Brings a file of schema 1, with a row of SQL for each event, to columns in blocks.

All that is stored stays: events, their places, the ids of dictionary values. What flows came to in
each minute is counted anew, of the flows that are left.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np

from relay.aggregates.rollups import RollupLimits, Rollups
from relay.file.schema import tables
from relay.ingest.extract import extract
from relay.ingest.sealing import write_block, write_tail
from relay.ingest.words import WORDS
from relay.rings.blocks import (
    BLOCK_BITS,
    BLOCK_EVENTS,
    Run,
    compress,
    pack,
    plain,
    unpack,
    zone_keys,
)
from relay.rings.classes import FLOWS, RINGS
from relay.rings.columns import NO_TIME, named
from relay.rings.dimensions import Dimensions

Row = tuple[int, int, int, int | None, int]
"""Of an event: its ordinal, its seq, the time it is sorted by, its own, and its lag."""


def repack(connection: sqlite3.Connection) -> None:
    """Rewrite the file, inside a transaction."""
    dimensions = Dimensions()
    known = connection.execute("SELECT name, next_id FROM dimension").fetchall()
    for name, next_id in known:
        dimensions[name].load(connection.execute(f"SELECT id, value FROM {name}"), next_id)
    _make_room(connection)
    rollups = Rollups(RollupLimits())
    rollups.load(connection)
    for number, ring in enumerate(RINGS):
        for run in _runs(connection, ring, dimensions):
            if len(run.events) + run.first % BLOCK_EVENTS == BLOCK_EVENTS:
                write_block(
                    connection, number, pack(run, zone_keys(run.table), compress(plain(run)))
                )
            else:
                write_tail(connection, number, run)
            if number in FLOWS:
                rollups.add(named(run.table))
        for table in ("row", "block", "tail"):
            connection.execute(f"DROP TABLE old_{ring}_{table}")
    rollups.write(connection)
    for dimension in dimensions.values():
        say = WORDS[dimension.name]
        fresh = [(number, value, say(value)) for number, value in dimension.take_fresh()]
        connection.executemany(f"INSERT INTO {dimension.name} VALUES (?, ?, ?)", fresh)
        connection.execute(
            "UPDATE dimension SET next_id = ? WHERE name = ?", (dimension.next_id, dimension.name)
        )


def _make_room(connection: sqlite3.Connection) -> None:
    """Put the old tables aside, and make those that are new."""
    views = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall()
    for (view,) in views:
        connection.execute(f"DROP VIEW {view}")
    for ring in RINGS:
        for table in ("row", "block", "tail"):
            connection.execute(f"ALTER TABLE {ring}_{table} RENAME TO old_{ring}_{table}")
    for sql in tables():
        lacking = sql.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
        connection.execute(lacking.replace("INSERT INTO", "INSERT OR IGNORE INTO"))


def _runs(connection: sqlite3.Connection, ring: str, dimensions: Dimensions) -> Iterator[Run]:
    """Give what a ring held: a run for each block, and one for the tail."""
    blocks = connection.execute(f"SELECT id, events FROM old_{ring}_block ORDER BY id").fetchall()
    end = 0
    for block, content in blocks:
        first, end = block << BLOCK_BITS, (block + 1) << BLOCK_BITS
        rows = _rows(connection, ring, first, end)
        if rows:
            yield _run(rows, unpack(content)[rows[0][0] - first :], dimensions)
    tail = connection.execute(f"SELECT event FROM old_{ring}_tail ORDER BY id").fetchall()
    if tail:
        rows = _rows(connection, ring, end, -1)
        yield _run(rows, [event for (event,) in tail][-len(rows) :], dimensions)


def _rows(connection: sqlite3.Connection, ring: str, first: int, end: int) -> list[Row]:
    return connection.execute(
        f"SELECT id, seq, order_ns, time_ns, lag_ms FROM old_{ring}_row"
        " WHERE id >= ? AND (id < ? OR ? < 0) ORDER BY id",
        [first, end, end],
    ).fetchall()


def _run(rows: Sequence[Row], events: list[bytes], dimensions: Dimensions) -> Run:
    found = extract(events, dimensions)
    ids, seqs, orders, times, lags = zip(*rows, strict=True)
    skews = [NO_TIME if t is None else t - order for order, t in zip(orders, times, strict=True)]
    places = np.array([seqs, orders, skews, lags], np.int64)
    return Run(ids[0], np.concatenate([places, found.columns]), events)
