"""Connections to the store's file: the one that writes, and those that only read.

Exactly one connection writes and checkpoints. More than one would be slower, and SQLite before
3.51.3 can lose a write-ahead log that two of them reset.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from relay.errors import StoreError
from relay.file.schema import VERSION, version_of

WRITER_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "journal_size_limit = 67108864",
    "temp_store = MEMORY",
    "cache_size = -16384",
)
"""A kill loses nothing; a power cut may lose the last moments, never the file. Sizes in bytes, the
cache in -KiB."""

READER_PRAGMAS = ("query_only = 1", "temp_store = MEMORY", "cache_size = -4096")

IDLE_READERS = 4
"""Reading connections kept open between queries."""


def _connect(path: Path, mode: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def open_writer(path: Path) -> sqlite3.Connection:
    """Open the writing connection of a file, creating or migrating it. Raises StoreError."""
    try:
        connection = _connect(path, "rwc", ())
        try:
            version = version_of(connection, path)
            for pragma in WRITER_PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            if version < VERSION:
                from relay.file.migrations import migrate

                migrate(connection)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error
    return connection


class Readers:
    """Read-only connections, each lent for a short reading, never while a client is awaited."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()

    @contextmanager
    def borrow(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection. Raises StoreError when the file cannot be read."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._open()
        try:
            yield connection
        except sqlite3.Error as error:
            connection.close()
            raise StoreError(f"{self._path}: {error}") from error
        except BaseException:
            connection.close()
            raise
        if len(self._idle) < IDLE_READERS:
            self._idle.append(connection)
        else:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        try:
            return _connect(self._path, "ro", READER_PRAGMAS)
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: {error}") from error

    def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            self._idle.pop().close()
