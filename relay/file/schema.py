"""The tables of the store, and whether a file has them.

A file says what it is: `application_id` names Palomar, `user_version` is the version of its schema.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from relay.errors import StoreError
from relay.file.views import views
from relay.rings.classes import RINGS
from relay.rings.columns import COLUMNS, DIMENSIONS

APPLICATION = 0x50_4C_4D_52
"""`PLMR`, in the header of each of our files."""

VERSION = 1
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
)
"""What the relay itself keeps: its identity, each ring's bounds, each dictionary's next id, how far
each agent is."""


def tables() -> list[str]:
    """Give the statements that make every table and view."""
    return [
        *STATE,
        *(sql for name in DIMENSIONS for sql in _dimension(name)),
        *(sql for ring in RINGS for sql in _ring(ring)),
        *views(),
    ]


def _ring(ring: str) -> tuple[str, ...]:
    columns = ", ".join(f"{column.name} INTEGER" for column in COLUMNS[1:])
    return (
        f"CREATE TABLE {ring}_row (id INTEGER PRIMARY KEY, {columns}) STRICT",
        f"CREATE TABLE {ring}_block (id INTEGER PRIMARY KEY, order_min INTEGER NOT NULL,"
        " order_max INTEGER NOT NULL, time_min INTEGER, time_max INTEGER, size INTEGER NOT NULL,"
        " zones BLOB NOT NULL, events BLOB NOT NULL) STRICT",
        f"CREATE TABLE {ring}_tail (id INTEGER PRIMARY KEY, event BLOB NOT NULL) STRICT",
        f"INSERT INTO ring VALUES ('{ring}', 0, 0)",
    )


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
