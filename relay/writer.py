"""The one thread that writes: takes what waits, commits it together, then says so."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path

from relay.commit import Commit
from relay.connections import open_writer
from relay.errors import InvalidBatch, OutOfOrder, StoreError
from relay.jobs import Job, Jobs
from relay.limits import Limit
from relay.state import State
from relay.stored import Stored
from relay.streams import Progress

TICK_SECONDS = 1.0
"""How often limits by age are looked at when nothing arrives."""

logger = logging.getLogger(__name__)


class Writer:
    """Owns the writing connection and the state. `failed` says why the last commit did not go
    through."""

    def __init__(
        self, path: Path, limits: Mapping[str, Limit], clock: Callable[[], int], tolerance_ns: int
    ) -> None:
        self.jobs = Jobs()
        self.failed: StoreError | None = None
        self.on_commit: Callable[[list[Stored]], None] | None = None
        self._path = path
        self._limits = limits
        self._clock = clock
        self._tolerance_ns = tolerance_ns
        self._now_ns = 0
        self._connection = open_writer(path)
        self.state = State(self._connection, limits)
        self.last_seq: int = self.state.next_seq - 1
        self._thread = threading.Thread(target=self._run, name="store writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Commit what waits, and close."""
        self.jobs.close()
        self._thread.join()

    def _run(self) -> None:
        while group := self.jobs.take(TICK_SECONDS) or not self.jobs.closed:
            self._attempt(group if isinstance(group, list) else [])
        self._connection.close()

    def _attempt(self, group: list[Job]) -> None:
        try:
            if self.failed:
                self.state = State(self._connection, self._limits)
            self._commit(group)
            self.failed = None
        except Exception as error:
            logger.error("%s: nothing is stored: %s", self._path, error)
            self.failed = StoreError(f"{self._path}: {error}")
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            for job in group:
                if not job.done.done():
                    job.done.set_exception(self.failed)

    def _commit(self, group: list[Job]) -> None:
        self._now_ns = max(self._now_ns, self._clock())
        self._connection.execute("BEGIN IMMEDIATE")
        commit = Commit(self._connection, self.state, self._now_ns, self._tolerance_ns)
        answers: list[tuple[Future[Progress], Progress | Exception]] = []
        for job in group:
            try:
                answers.append((job.done, commit.add(job)))
            except (OutOfOrder, InvalidBatch) as error:
                answers.append((job.done, error))
        commit.write()
        self._connection.execute("COMMIT")
        self.last_seq = self.state.next_seq - 1
        if self.on_commit and commit.stored:
            self.on_commit(commit.stored)
        for done, answer in answers:
            _resolve(done, answer)


def _resolve(done: Future[Progress], answer: Progress | Exception) -> None:
    if isinstance(answer, Exception):
        done.set_exception(answer)
    else:
        done.set_result(answer)
