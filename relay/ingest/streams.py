"""How far each agent's source has been committed: what makes a batch that comes twice be stored
once."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

MAX_STREAMS = 10_000
"""Streams remembered; beyond, those that were silent longest are forgotten."""


class StreamKey(NamedTuple):
    """Names one reading of one source on one node."""

    node: str
    source: str
    run: str


class Progress(NamedTuple):
    """What is committed of a stream: the ordinal wanted next, the source's position, events refused
    so far."""

    ordinal: int = 0
    position: bytes = b""
    refused: int = 0


class Streams(dict[StreamKey, Progress]):
    """Progress by stream, the one heard last at the end; `ended` are those that said so."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        found = connection.execute(
            "SELECT node, source, run, ordinal, position, refused, ended FROM stream"
            " ORDER BY updated_ns"
        ).fetchall()
        super().__init__((StreamKey(*row[:3]), Progress(*row[3:6])) for row in found)
        self.ended = {StreamKey(*row[:3]) for row in found if row[6]}

    def __missing__(self, key: StreamKey) -> Progress:
        return Progress()

    def save(
        self,
        connection: sqlite3.Connection,
        key: StreamKey,
        progress: Progress,
        now_ns: int,
        ended: bool = False,
    ) -> None:
        """Write how far a stream is, forgetting another one where there are too many."""
        self.pop(key, None)
        self[key] = progress
        (self.ended.add if ended else self.ended.discard)(key)
        connection.execute(
            "INSERT OR REPLACE INTO stream VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*key, *progress, now_ns, ended),
        )
        if len(self) > MAX_STREAMS:
            self._forget(connection, next(iter(self)))

    def _forget(self, connection: sqlite3.Connection, key: StreamKey) -> None:
        del self[key]
        self.ended.discard(key)
        connection.execute("DELETE FROM stream WHERE (node, source, run) = (?, ?, ?)", key)
