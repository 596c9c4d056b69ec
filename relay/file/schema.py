"""The tables of the store, and whether a file has them.

A file says what it is: `application_id` names Palomar, `user_version` is the version of its schema.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from relay.errors import StoreError
from relay.file.views import views
from relay.rings.blocks import BLOCK_BITS, BLOCK_EVENTS
from relay.rings.classes import RINGS
from relay.rings.columns import COLUMNS, DIMENSIONS, Ints
from relay.rings.packing import unpack_column

APPLICATION = 0x50_4C_4D_52
"""`PLMR`, in the header of each of our files."""

PART_BITS = 12
"""Bits of a part's number in the id of a part of a minute; the minute, counted from 1970, is above.
"""

VERSION = 2
"""Newest schema that this relay knows: the number of the last migration."""

STATE = (
    "CREATE TABLE relay (relay_id TEXT NOT NULL, next_seq INTEGER NOT NULL) STRICT",
    "CREATE TABLE ring (name TEXT PRIMARY KEY, first_id INTEGER NOT NULL, next_id INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE dimension (name TEXT PRIMARY KEY, next_id INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE stream (node TEXT, source TEXT, run TEXT, ordinal INTEGER NOT NULL,"
    " position BLOB NOT NULL, refused INTEGER NOT NULL, updated_ns INTEGER NOT NULL,"
    " ended INTEGER NOT NULL,"
    " PRIMARY KEY (node, source, run)) STRICT, WITHOUT ROWID",
    "CREATE TABLE minute (id INTEGER PRIMARY KEY, flows INTEGER NOT NULL, rows INTEGER NOT NULL,"
    " content BLOB NOT NULL) STRICT",
    "CREATE VIEW minutes AS SELECT"
    f" strftime('%Y-%m-%dT%H:%MZ', (id >> {PART_BITS}) * 60, 'unixepoch') AS minute,"
    " sum(flows) AS flows, sum(length(content)) AS bytes"
    f" FROM minute GROUP BY id >> {PART_BITS}",
)
"""What the relay itself keeps: its identity, each ring's bounds, each dictionary's next id, how far
each agent is, and what flows came to in each minute."""


def tables() -> list[str]:
    """Give the statements that make every table and view."""
    return [
        *STATE,
        _runs(),
        *(f"INSERT INTO ring VALUES ('{ring}', 0, 0)" for ring in RINGS),
        *(sql for name in DIMENSIONS for sql in _dimension(name)),
        *views(PLACE_BITS),
    ]


FACTS = ("seq_max", "order_min", "order_max", "time_min", "time_max", "size")
"""Columns of a sealed run that say what is known of it (`relay.rings.blocks.Block`)."""

PACKED = tuple(name for column in COLUMNS for name in (column.name, f"{column.name}_above"))
"""Columns of the file for each column of a run: its least value, and the numbers above it."""

PLACE_BITS = 56
"""Bits of an ordinal in the id of a run; the number of the ring is above."""


def run_id(ring: int, first: int) -> int:
    """Give the id of the run of a ring that begins with the ordinal `first`."""
    return ring << PLACE_BITS | first


def _runs() -> str:
    packed = ", ".join(
        f"{column.name} INTEGER NOT NULL, {column.name}_above BLOB NOT NULL" for column in COLUMNS
    )
    facts = ", ".join(f"{name} INTEGER" for name in FACTS)
    return (
        f"CREATE TABLE run (id INTEGER PRIMARY KEY, count INTEGER NOT NULL, {facts}, zones BLOB,"
        f" {packed}, events BLOB NOT NULL) STRICT"
    )


INSERT_RUN = f"INSERT INTO run VALUES ({', '.join('?' * (2 + len(FACTS) + 1 + len(PACKED) + 1))})"
"""Writes a run. One of the tail knows no facts and no zones."""


def read_columns(
    connection: sqlite3.Connection, ring: int, blocks: Sequence[int], names: Sequence[str]
) -> dict[int, list[Ints]]:
    """Read some columns of sealed blocks, by the blocks' ids; those that are gone are left out.

    Raises ValueError for a block that is damaged.
    """
    packed = ", ".join(f"{name}, {name}_above" for name in names)
    ids = ",".join(str(run_id(ring, block << BLOCK_BITS)) for block in blocks)
    rows = connection.execute(f"SELECT id, {packed} FROM run WHERE id IN ({ids})")
    return {
        (number & (1 << PLACE_BITS) - 1) >> BLOCK_BITS: [
            unpack_column(least, above, BLOCK_EVENTS)
            for least, above in zip(values[::2], values[1::2], strict=True)
        ]
        for number, *values in rows
    }


def _dimension(name: str) -> tuple[str, ...]:
    return (
        f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, value BLOB NOT NULL, name TEXT NOT NULL)"
        " STRICT",
        f"INSERT INTO dimension VALUES ('{name}', 1)",
    )


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """Give the version of a file's schema, 0 for an empty file. Raises StoreError for one that is
    not ours to use."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application == 0 and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        return 0
    if application != APPLICATION:
        raise StoreError(f"{path}: not a Palomar database")
    if version > VERSION:
        raise StoreError(
            f"{path}: its schema has version {version}, this relay knows versions up to {VERSION}"
        )
    return version
