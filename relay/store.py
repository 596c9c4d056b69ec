"""The relay's store: one SQLite file of rings, one thread that writes it, many that read."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path

from proto import flow_pb2
from relay.aggregates.rollups import RollupLimits, Rollups
from relay.errors import StoreError
from relay.file.connections import Readers
from relay.file.filelock import FileLock
from relay.history.fetch import Blocks
from relay.history.query import History
from relay.ingest.accept import as_request
from relay.ingest.jobs import GOODBYE, Job
from relay.ingest.streams import Progress, StreamKey
from relay.ingest.writer import Writer
from relay.rings.classes import RINGS, RingState
from relay.rings.dimensions import Dimensions
from relay.rings.limits import Limit
from relay.rings.ring import Ring
from relay.rings.stored import Committed

CLOCK_TOLERANCE_NS = 2 * 3600 * 10**9
"""How far ahead of the relay's clock an event's time may be and still be what it is sorted by."""


class Store:
    """An open store. Opening creates, migrates and locks the file; StoreError says what is wrong in
    one line."""

    def __init__(
        self,
        path: Path,
        limits: Mapping[str, Limit] | None = None,
        *,
        rollups: RollupLimits = RollupLimits(),  # noqa: B008 - it is frozen
        clock: Callable[[], int] = time.time_ns,
        tolerance_ns: int = CLOCK_TOLERANCE_NS,
    ) -> None:
        path = Path(path).resolve()
        self._lock = FileLock(path)
        try:
            self._writer = Writer(path, limits or {}, rollups, clock, tolerance_ns)
        except BaseException:
            self._lock.release()
            raise
        self._readers = Readers(path)
        self._blocks = Blocks()
        self._closed = False

    @property
    def relay_id(self) -> str:
        """Identity of the file, made with it."""
        return self._writer.state.relay_id

    @property
    def dimensions(self) -> Dimensions:
        """The dictionaries, for `LiveFlows`."""
        return self._writer.dimensions

    @property
    def rollups(self) -> Rollups:
        """What flows come to in each minute, for its numbers."""
        return self._writer.rollups

    @property
    def failed(self) -> StoreError | None:
        """Why the last commit failed, None once one went through. Nothing of a failed one is
        stored."""
        return self._writer.failed

    @property
    def on_commit(self) -> Callable[[Committed], None] | None:
        """Called in the writer's thread after each commit, in order of seq, before the futures
        resolve."""
        return self._writer.on_commit

    @on_commit.setter
    def on_commit(self, callback: Callable[[Committed], None] | None) -> None:
        self._writer.on_commit = callback

    def progress(self, key: StreamKey) -> Future[Progress]:
        """Say how far a stream is, once everything that was appended before is committed."""
        return self._put(key, b"")

    def append(self, key: StreamKey, request: bytes) -> Future[Progress]:
        """Store the batch of a serialized CollectRequest; the future resolves after the commit.

        It fails with OutOfOrder, InvalidBatch or StoreError. Raises Busy when too much waits
        already.
        """
        return self._put(key, request)

    def goodbye(self, key: StreamKey) -> Future[Progress]:
        """Remember that a source has ended, until it sends a batch again."""
        return self._put(key, GOODBYE)

    def sources(self) -> list[tuple[StreamKey, bool]]:
        """Give the streams that are remembered, and whether each has ended; the one heard last at
        the end."""
        streams = self._writer.state.streams
        return [(key, key in streams.ended) for key in list(streams)]

    def record(self, events: Sequence[bytes]) -> Future[Progress]:
        """Store the relay's own events, each a serialized ExportEvent."""
        return self._put(None, as_request(events))

    def _put(self, key: StreamKey | None, request: bytes) -> Future[Progress]:
        job = Job(key, request, Future())
        self._writer.jobs.put(job)
        return job.done

    @property
    def waiting(self) -> tuple[int, int]:
        """Batches that wait to be written, and their bytes."""
        return len(self._writer.jobs), self._writer.jobs.bytes

    def last_seq(self) -> int:
        """Give the seq of the newest committed event, 0 before the first."""
        return self._writer.last_seq

    def ring_states(self) -> list[RingState]:
        """Say what each ring holds."""
        return [_ring_state(ring) for ring in self._writer.state.rings]

    def namespaces(self) -> list[tuple[str, str]]:
        """Give (cluster, namespace) of every stored endpoint that has a namespace, sorted."""
        state = self._writer.state
        used = {number for ring in state.rings for number in ring.values("endpoint")}
        ends = [
            flow_pb2.Endpoint.FromString(value)
            for number, value in state.dimensions["endpoint"].since(1)
            if number in used
        ]
        return sorted({(end.cluster_name, end.namespace) for end in ends if end.namespace})

    def history(self) -> History:
        """Open a view of what is stored, for one query in one thread at a time."""
        return History(self._writer.state, self._readers, self._blocks)

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Lend a connection for a short reading. Raises StoreError when the file cannot be read."""
        return self._readers.borrow()

    def close(self) -> None:
        """Commit what waits, close the file and let go of it. Twice does no harm."""
        if self._closed:
            return
        self._closed = True
        self._readers.close()
        self._writer.close()
        self._lock.release()


def _ring_state(ring: Ring) -> RingState:
    oldest, newest = ring.span()
    return RingState(
        name=RINGS[ring.number],
        flows=ring.count,
        capacity=ring.limit.count,
        bytes=ring.size,
        seen=ring.next_id,
        oldest_ns=oldest,
        newest_ns=newest,
        evicted=dict(ring.evicted),
    )
