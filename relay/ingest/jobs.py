"""What waits for the writer: a bounded queue of jobs, each with the future of its answer."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from typing import NamedTuple

from proto.collector_pb2 import CollectRequest, Goodbye
from relay.errors import Busy, StoreError
from relay.ingest.streams import Progress, StreamKey

MAX_WAITING_BYTES = 64 << 20
MAX_WAITING_JOBS = 4096
"""What the queue takes before it says Busy."""

MAX_GROUP_BYTES = 3 << 20
"""Requests that are committed together, once there are that many bytes of them."""

GOODBYE = CollectRequest(goodbye=Goodbye()).SerializeToString()
"""The request with which a source ends."""


class Job(NamedTuple):
    """One thing to write: a stream's request, the relay's own events, or (neither) a question for
    progress."""

    key: StreamKey | None
    request: bytes
    done: Future[Progress]


class Jobs:
    """The queue. Any thread puts, one thread takes."""

    def __init__(self) -> None:
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self.bytes = 0
        self.closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def finished(self) -> bool:
        """Whether it is closed and everything was taken."""
        return self.closed and not self._waiting

    def put(self, job: Job) -> None:
        """Add a job. Raises Busy when the queue is full, StoreError when it is closed."""
        with self._changed:
            if self.closed:
                raise StoreError("the store is closed")
            full = self.bytes + len(job.request) > MAX_WAITING_BYTES
            if self._waiting and (full or len(self._waiting) >= MAX_WAITING_JOBS):
                raise Busy(f"{len(self._waiting)} batches wait to be written")
            self._waiting.append(job)
            self.bytes += len(job.request)
            self._changed.notify()

    def take(self, timeout: float) -> list[Job]:
        """Give the jobs to commit together: none after `timeout` seconds without any, or when
        closed and empty."""
        with self._changed:
            if not self._waiting and not self.closed:
                self._changed.wait(timeout)
            group: list[Job] = []
            size = 0
            while self._waiting and size < MAX_GROUP_BYTES:
                group.append(self._waiting.popleft())
                size += len(group[-1].request)
            self.bytes -= size
            return group

    def close(self) -> None:
        """Take no more; what waits is still given out."""
        with self._changed:
            self.closed = True
            self._changed.notify()
