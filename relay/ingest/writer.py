"""The one thread that writes: takes what waits, commits it together, then says so."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from relay.aggregates.rollups import RollupLimits, Rollups
from relay.errors import InvalidBatch, OutOfOrder, StoreError
from relay.file.connections import open_writer
from relay.ingest.commit import Commit
from relay.ingest.jobs import Job, Jobs
from relay.ingest.streams import Progress
from relay.rings.dimensions import Dimensions
from relay.rings.limits import Limit
from relay.rings.state import State
from relay.rings.stored import Committed

TICK_SECONDS = 1.0
"""How often limits by age are looked at when nothing arrives."""

Answer = Progress | Exception

logger = logging.getLogger(__name__)


class Writer:
    """Owns the writing connection and the state. `failed` says why the last commit did not go
    through."""

    def __init__(
        self,
        path: Path,
        limits: Mapping[str, Limit],
        rollups: RollupLimits,
        clock: Callable[[], int],
        tolerance_ns: int,
    ) -> None:
        self.jobs = Jobs()
        self.failed: StoreError | None = None
        self.on_commit: Callable[[Committed], None] | None = None
        self.dimensions = Dimensions()
        self.rollups = Rollups(rollups)
        self._path = path
        self._limits = limits
        self._clock = clock
        self._tolerance_ns = tolerance_ns
        self._now_ns = 0
        self._stale = True
        self._compressing = ThreadPoolExecutor(1, "store compress")
        self._connection = open_writer(path)
        try:
            self._load()
        except Exception as error:
            self._connection.close()
            raise StoreError(f"{path}: damaged: {error}") from error
        self.last_seq: int = self.state.next_seq - 1
        self._thread = threading.Thread(target=self._run, name="store writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Commit what waits, and close."""
        self.jobs.close()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self.jobs.finished:
                self._attempt(self.jobs.take(TICK_SECONDS))
        finally:
            self.jobs.close()
            self._compressing.shutdown()
            self._connection.close()

    def _attempt(self, group: list[Job]) -> None:
        """Commit a group, or fail it as a whole; the next one then begins from the file.

        After a failure an empty group is written, too: it finds out whether writing works again.
        """
        try:
            if self._stale:
                self._load()
            answers, stored = self._commit(group)
        except Exception as error:
            self._fail(group, error)
            return
        if self.failed:
            logger.warning("%s: events are stored again", self._path)
        self.failed = None
        self.last_seq = self.state.next_seq - 1
        self._tell(stored)
        _resolve(group, answers)

    def _fail(self, group: list[Job], error: Exception) -> None:
        if not self.failed:
            logger.error("%s: nothing is stored: %s", self._path, error)
        self.failed = StoreError(f"{self._path}: {error}")
        self._stale = True
        with suppress(sqlite3.Error):
            self._connection.rollback()
        _resolve(group, [self.failed] * len(group))

    def _load(self) -> None:
        """Read the state from the file."""
        self.state = State(self._connection, self._limits, self.dimensions, self.rollups)
        self._stale = False

    def _commit(self, group: list[Job]) -> tuple[list[Answer], Committed]:
        self._now_ns = max(self._now_ns, self._clock())
        self._connection.execute("BEGIN IMMEDIATE")
        commit = Commit(
            self._connection, self.state, self._now_ns, self._tolerance_ns, self._compressing
        )
        answers = [_add(commit, job) for job in group]
        stored = commit.write(always=self.failed is not None)
        self._connection.execute("COMMIT")
        for ring in self.state.rings:
            ring.publish()
        return answers, stored

    def _tell(self, stored: Committed) -> None:
        if not self.on_commit or not stored:
            return
        try:
            self.on_commit(stored)
        except Exception:
            logger.exception("a listener failed; the events are stored")


def _add(commit: Commit, job: Job) -> Answer:
    try:
        return commit.add(job)
    except (OutOfOrder, InvalidBatch) as error:
        return error


def _resolve(group: Sequence[Job], answers: Sequence[Answer]) -> None:
    for job, answer in zip(group, answers, strict=True):
        if not job.done.set_running_or_notify_cancel():
            continue
        if isinstance(answer, Exception):
            job.done.set_exception(answer)
        else:
            job.done.set_result(answer)
