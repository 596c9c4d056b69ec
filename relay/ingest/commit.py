"""One group of jobs, from requests to a committed transaction."""

from __future__ import annotations

import sqlite3
from concurrent.futures import Executor

from proto import flow_pb2, observer_pb2
from relay.errors import OutOfOrder
from relay.ingest.accept import accept, as_request, read_batch
from relay.ingest.eviction import evict
from relay.ingest.extract import extract
from relay.ingest.jobs import GOODBYE, Job
from relay.ingest.sealing import Growth, grow, write_events
from relay.ingest.streams import Progress, StreamKey
from relay.ingest.words import WORDS
from relay.rings.dimensions import Dimension
from relay.rings.ring import Ring
from relay.rings.state import State
from relay.rings.stored import NOTHING, Committed


class Commit:
    """A transaction in the making: takes jobs, then writes. The state is ahead of the file until it
    is through."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        state: State,
        now_ns: int,
        tolerance_ns: int,
        compressing: Executor,
    ) -> None:
        self._connection = connection
        self._compressing = compressing
        self._state = state
        self._now_ns = now_ns
        self._latest_ns = now_ns + tolerance_ns
        self._events: list[bytes] = []

    def add(self, job: Job) -> Progress:
        """Take a job in; give what its stream will have reached. Raises OutOfOrder or InvalidBatch:
        then it is not in."""
        if job.key is None:
            raw = read_batch(job.request)
            self._events += accept(list(raw.events), job.request).events
            return Progress()
        if not job.request:
            return self._state.streams[job.key]
        if job.request == GOODBYE:
            return self._end(job.key)
        return self._add_batch(job.key, job.request)

    def _end(self, key: StreamKey) -> Progress:
        progress = self._state.streams[key]
        self._state.streams.save(self._connection, key, progress, self._now_ns, ended=True)
        return progress

    def _add_batch(self, key: StreamKey, request: bytes) -> Progress:
        raw = read_batch(request)
        known = self._state.streams[key]
        events = list(raw.events)
        skip = known.ordinal - raw.ordinal
        if skip < 0:
            raise OutOfOrder(f"batch begins at {raw.ordinal}, {known.ordinal} is next")
        if skip > len(events):
            return known
        if skip:
            events = events[skip:]
            request = as_request(events)
        accepted = accept(events, request)
        self._events += accepted.events
        if accepted.refused:
            self._lose(key.node, accepted.refused)
        progress = Progress(
            known.ordinal + len(events), raw.position, known.refused + accepted.refused
        )
        self._state.streams.save(self._connection, key, progress, self._now_ns)
        return progress

    def _lose(self, node: str, count: int) -> None:
        lost = flow_pb2.LostEvent(num_events_lost=count)
        event = observer_pb2.ExportEvent(lost_events=lost, node_name=node)
        event.time.FromNanoseconds(self._now_ns)
        self._events.append(event.SerializeToString())

    def write(self, always: bool = False) -> Committed:
        """Write what was added, and evict; `always` writes even where that is nothing. Give what
        is stored."""
        stored = self._stored()
        growths = [self._grow(ring, stored) for ring in self._state.rings]
        if len(stored):
            self._state.rollups.add(stored.columns)
            self._state.rollups.write(self._connection)
        for ring, growth in zip(self._state.rings, growths, strict=True):
            self._write_ring(ring, growth)
        if len(stored) or always:
            self._connection.execute("UPDATE relay SET next_seq = ?", [self._state.next_seq])
        for dimension in self._state.dimensions.values():
            self._write_dimension(dimension)
        return stored

    def _stored(self) -> Committed:
        """Give each event its place and its columns."""
        if not self._events:
            return NOTHING
        state = self._state
        found = extract(self._events, state.dimensions)
        table = found.table(state.next_seq, self._now_ns, self._latest_ns)
        state.next_seq += len(self._events)
        return Committed(found.rings, table, self._events)

    def _grow(self, ring: Ring, stored: Committed) -> Growth | None:
        table, events = stored.of(ring.number)
        return grow(ring, table, events, self._compressing) if events else None

    def _write_ring(self, ring: Ring, growth: Growth | None) -> None:
        if growth:
            write_events(self._connection, ring, growth)
        if evict(self._connection, ring, self._now_ns) or growth:
            self._connection.execute(
                "UPDATE ring SET first_id = ?, next_id = ? WHERE name = ?",
                (ring.first_id, ring.next_id, ring.name),
            )

    def _write_dimension(self, dimension: Dimension) -> None:
        name, fresh = dimension.name, dimension.take_fresh()
        if not fresh:
            return
        say = WORDS[name]
        self._connection.executemany(
            f"INSERT INTO {name} VALUES (?, ?, ?)", [(n, v, say(v)) for n, v in fresh]
        )
        self._connection.execute(
            "UPDATE dimension SET next_id = ? WHERE name = ?", (dimension.next_id, name)
        )
        if dimension.overgrown():
            used = self._state.rollups.used(self._connection, name)
            used.update(*(ring.values(name) for ring in self._state.rings))
            forgotten = [(number,) for number in dimension.collect(used)]
            self._connection.executemany(f"DELETE FROM {name} WHERE id = ?", forgotten)
